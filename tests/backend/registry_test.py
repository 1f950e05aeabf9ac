"""Plug-ins of other packages are found by what these declare; a broken one is named."""

from __future__ import annotations

import sys

import pytest

from backend import registry
from backend.registry import Registry

GOOD = """
from backend.pictures import Dataset

class Elsewhere(Dataset):
    id, label, help = "elsewhere", "Elsewhere", "From another package."

REGISTRY.register(Elsewhere)
"""


@pytest.fixture
def fresh(tmp_path, monkeypatch):
    """A registry of data sets that was not scanned, beside a package that declares two more."""
    declared = tmp_path / "other-1.0.dist-info"
    declared.mkdir()
    (declared / "METADATA").write_text("Name: other\nVersion: 1.0\n")
    (declared / "entry_points.txt").write_text(
        "[dmc_studio.datasets]\nelsewhere = other_sets\nbroken = other_broken\n[dmc_studio.methods]\nno = other_sets\n"
    )
    (tmp_path / "other_sets.py").write_text(GOOD)
    (tmp_path / "other_broken.py").write_text("import a_package_that_is_not_there")
    made = Registry("datasets", "data.name", "data sets")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("builtins.REGISTRY", made, raising=False)
    registry._declared.cache_clear()
    yield made
    registry._declared.cache_clear()
    sys.modules.pop("other_sets", None)


def test_plug_ins_of_other_packages_are_found_and_broken_ones_named(fresh):
    assert fresh["elsewhere"].label == "Elsewhere"
    assert list(fresh.broken) == ["broken"]
    assert "a_package_that_is_not_there" in fresh.broken["broken"]
