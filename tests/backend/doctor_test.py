"""The check of a machine: what it finds, what stops a run, and the report."""

from __future__ import annotations

import os
from collections import namedtuple

import pytest

from backend import doctor
from backend.config import METHODS
from backend.doctor import Finding, examine, report
from backend.qt_libraries import QT_BASE, QT_X11, missing_libraries


def found(name):
    return next(finding for finding in examine() if finding.name == name)


def test_everything_is_looked_at_and_groups_stand_together():
    findings = list(examine())
    groups = [finding.group for finding in findings]
    assert groups == sorted(groups, key=list(dict.fromkeys(groups)).index)
    assert set(groups) == {
        "Versions", "Machine", "Disk", "Window", "Data sets", "Models", "Caches", "Plug-ins",
    }  # fmt: skip
    names = {finding.name for finding in findings}
    assert {"torch", "device", "memory", "runs folder", "data folder", "demo model", "drawn", "pixels"} <= names


def test_a_data_set_that_is_not_there_stops_no_run_but_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("backend.listing.dataset.data_folder", lambda: tmp_path)
    finding = found("cifar100")
    assert (finding.state, finding.fine) == ("note", True)
    assert str(tmp_path) in finding.value
    assert finding.hint


def test_little_memory_and_a_full_disk_stop_runs(monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: usage(1, 1, 1000))
    monkeypatch.setattr(doctor.psutil, "virtual_memory", lambda: namedtuple("m", "available")(10**9))
    for name in ("memory", "runs folder"):
        finding = found(name)
        assert not finding.fine
        assert finding.hint


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_told(tmp_path, monkeypatch):
    tmp_path.chmod(0o500)
    monkeypatch.setattr(doctor, "data_folder", lambda: tmp_path / "data")
    assert "may not be written" in found("data folder").value


def test_a_broken_plug_in_is_named(monkeypatch):
    monkeypatch.setitem(METHODS.broken, "my_method", "ImportError: no module")
    finding = found("my_method")
    assert not finding.fine
    assert "ImportError: no module" in finding.value


def test_downloaded_weights_are_listed(tmp_path, monkeypatch):
    monkeypatch.setattr(doctor, "models_folder", lambda: tmp_path)
    monkeypatch.setattr("backend.encoders.weights.models_folder", lambda: tmp_path)
    assert found("ViT-B-16 laion400m_e32").state == "note"
    file = tmp_path / "timm--vit_base_patch16_clip_224.laion400m_e32" / "open_clip_model.safetensors"
    file.parent.mkdir()
    file.write_bytes(b"x" * 1500)
    finding = found("ViT-B-16 laion400m_e32")
    assert (finding.state, finding.value) == ("ok", f"{file}, 1.5 kB")
    assert found("in the models folder").value == "1.5 kB in 1 file"


def test_missing_libraries_come_with_the_line_that_installs_them(monkeypatch):
    def load(name):
        if name in {"libGL.so.1", "libxcb-cursor.so.0"}:
            raise OSError(name)

    assert missing_libraries(QT_BASE, "linux", load) == {"libGL.so.1": "libgl1"}
    assert missing_libraries(QT_BASE, "darwin", load) == {}
    monkeypatch.setattr(doctor, "missing_libraries", lambda needed: missing_libraries(needed, "linux", load))
    finding = found("Qt on X11")
    assert (finding.state, finding.value) == ("note", "missing: libxcb-cursor.so.0")
    assert finding.hint.endswith("apt-get install -y --no-install-recommends libxcb-cursor0")
    assert set(QT_BASE).isdisjoint(QT_X11)


def test_a_report_is_plain_text_with_words_for_every_state():
    said = report(
        [
            Finding("Machine", "device", "CPU"),
            Finding("Machine", "memory", "1 GB free", "bad", "Close something."),
            Finding("Data sets", "cub200", "not there", "note"),
        ]
    )
    assert said.splitlines() == [
        "Machine",
        "  ok   device: CPU",
        "  BAD  memory: 1 GB free",
        "         Close something.",
        "Data sets",
        "  note cub200: not there",
    ]
