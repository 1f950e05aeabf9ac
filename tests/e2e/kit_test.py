"""Real photographs and a real image tower: fifty classes are learned in five tasks, from features encoded once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backend.api import Gate, run
from backend.arrays import folder_of
from backend.config import read_config
from backend.results import kit_settings

KIT = Path(__file__).parents[3] / "shared" / "kit"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not KIT.is_dir(), reason=f"the photographs are not there: {KIT}"),
]


@pytest.fixture(scope="module")
def learned(tmp_path_factory):
    """Run a method over the fifty classes; the first run encodes 1,956 photographs, the others find the features."""
    done = {}

    def learn(method, *settings):
        if method not in done:
            folder = tmp_path_factory.mktemp("kit") / method
            config = read_config("", [*kit_settings(KIT), f"method.name={method}", *settings])
            ended = run(config, folder, lambda _: None, Gate())
            assert ended.outcome == "finished", ended
            done[method] = json.loads((folder / "result.json").read_text())
        return done[method]

    return learn


def test_photographs_are_encoded_once_for_all_methods(learned):
    learned("zero_shot")
    files = {path: path.stat().st_mtime_ns for path in folder_of("features").iterdir()}
    learned("simple_cil")
    assert {path: path.stat().st_mtime_ns for path in folder_of("features").iterdir()} == files


def test_zero_shot_and_class_means_give_the_numbers_of_the_kit(learned):
    assert learned("zero_shot")["last"] == pytest.approx(35.8, abs=1.0)
    assert learned("simple_cil")["last"] == pytest.approx(91.4, abs=1.0)


def test_dmc_ot_learns_the_photographs_and_is_not_below_dmc(learned):
    start = learned("zero_shot")
    dmc, dmc_ot = learned("dmc", "method.epochs=5"), learned("dmc_ot", "method.epochs=5")
    assert dmc_ot["last"] >= 80
    assert dmc_ot["last"] >= dmc["last"]
    assert dmc_ot["last"] > start["last"] + 40
    assert dmc_ot["split_hash"] == start["split_hash"]
    assert dmc_ot["skipped"] == {"train": [], "test": []}
