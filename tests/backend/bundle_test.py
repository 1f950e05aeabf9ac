"""Bundles: one file has all that a run learned; whatever else a zip holds is refused with a sentence and a hint."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import shutil
import stat
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend import bundle, checkpoint
from backend.bundle import MOST_BYTES, read_bundle
from backend.checkpoint import MANIFEST, STATE
from backend.errors import CheckpointError
from backend.exports import export, read_result
from backend.history import read_config

INDEX = "bundle.json"


@pytest.fixture(scope="module")
def exported(stopped_run, tmp_path_factory):
    return export(stopped_run, "bundle", tmp_path_factory.mktemp("bundles"))


@pytest.fixture(scope="module")
def members(exported):
    with zipfile.ZipFile(exported) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


@pytest.fixture
def refused(tmp_path):
    """Read bytes as a bundle, which must fail with a sentence that says this, and a hint; nothing else is left."""

    def refuse(data, words):
        path = tmp_path / "a.zip"
        path.write_bytes(data)
        with pytest.raises(CheckpointError, match=words) as caught:
            read_bundle(path)
        assert str(path) in caught.value.sentence
        assert caught.value.hint
        assert list(tmp_path.iterdir()) == [path]

    return refuse


def zipped(entries, press=zipfile.ZIP_STORED):
    """Return a zip of (name or ZipInfo, content) pairs."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", press) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return packed.getvalue()


def repacked(members, **changed):
    """Return a bundle with some members replaced (None: without it) and an index that is right about all of them."""
    contents = {**members, **{name.replace("__", "."): data for name, data in changed.items()}}
    index = json.loads(contents.pop(INDEX))
    contents = {name: data for name, data in contents.items() if data is not None}
    index["members"] = {
        name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in contents.items()
    }
    return zipped([(INDEX, json.dumps(index)), *contents.items()])


def edited(text, **changed):
    return json.dumps({**json.loads(text), **changed}).encode()


def test_a_bundle_holds_the_newest_checkpoint_byte_for_byte_and_what_it_means(exported, members, stopped_run):
    read, saved = read_bundle(exported), checkpoint.latest(stopped_run)
    for name in (MANIFEST, STATE):
        assert members[name] == (saved.path / name).read_bytes()
    assert exported.name == f"{stopped_run.name}.zip"
    assert read.name == stopped_run.name
    assert read.checkpoint.manifest == saved.manifest
    assert read.checkpoint.tensors.keys() == saved.tensors.keys()
    assert read.config == read_config(stopped_run)
    assert read.result == read_result(stopped_run)
    assert [entry.name for entry in read.classes] == saved.manifest["class_names"]
    assert [entry.task for entry in read.classes] == [0, 0, 1, 1]
    assert len(read.checkpoint.manifest["scored"]) == 2  # the history that charts are made of
    assert "dmc-studio predict" in members["README.txt"].decode()


def test_a_bundle_larger_than_what_is_read_at_once_is_read(exported, members, monkeypatch):
    monkeypatch.setattr(bundle, "_CHUNK", 1 << 16)
    assert len(members["state.safetensors"]) > bundle._CHUNK
    assert read_bundle(exported).checkpoint.manifest["scored"]


def test_equal_runs_give_equal_bundles(exported, stopped_run, tmp_path):
    again = export(stopped_run, "bundle", tmp_path / "again.zip")
    assert again.read_bytes() == exported.read_bytes()


def test_a_bundle_of_an_older_checkpoint_has_the_result_up_to_there(finished_run, tmp_path):
    run = shutil.copytree(finished_run, tmp_path / "run")
    newest = checkpoint.latest(run).path
    shutil.rmtree(newest)
    read = read_bundle(export(run, "bundle", tmp_path / "a.zip"))
    assert read.result["finished"] is False
    assert len(read.result["task_accuracy"]) == read.checkpoint.task + 1 == 3


@pytest.mark.parametrize(("name", "fitting"), [("..", "run"), (" a/b:c\n", "a_b_c_"), ("x" * 300, "x" * 100)])
def test_a_strange_name_of_a_run_becomes_one_that_fits_everywhere(name, fitting, members, tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(bundle.pack(name, {key: data for key, data in members.items() if key != INDEX}))
    assert read_bundle(path).name == fitting


@pytest.mark.skipif(os.name == "nt", reason="needs a pipe in a folder")
def test_a_folder_a_pipe_or_nothing_is_no_bundle(tmp_path):
    os.mkfifo(tmp_path / "pipe.zip")
    for path in (tmp_path, tmp_path / "pipe.zip", tmp_path / "missing.zip"):
        with pytest.raises(CheckpointError, match="cannot be read as a bundle") as caught:
            read_bundle(path)
        assert caught.value.hint


def test_other_files_are_no_bundles(refused):
    refused(b"", "cannot be read")
    refused(b"no zip at all", "cannot be read")
    refused(zipped([("data.pkl", b"\x80\x04.")]), "holds other files")
    refused(zipped([]), "holds other files")


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "C:\\evil", "evil\0.txt", "notes.txt", "sub/"])
def test_more_members_are_refused_whatever_they_are_called(name, members, refused):
    refused(zipped([*members.items(), (name, b"")]), "holds other files")


def test_missing_doubled_and_reordered_members_are_refused(members, refused):
    pairs = list(members.items())
    refused(zipped(pairs[:-1]), "holds other files")
    refused(zipped(pairs[::-1]), "holds other files")
    with pytest.warns(UserWarning, match="Duplicate name"):
        doubled = zipped([*pairs, pairs[-1]])
    refused(doubled, "holds other files")


def test_links_and_locked_members_are_refused(members, refused):
    link = zipfile.ZipInfo(STATE)
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    refused(zipped([(link if name == STATE else name, data) for name, data in members.items()]), "is a symbolic link")
    data = bytearray(zipped(members.items()))
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + flags] |= 1
    refused(bytes(data), "needs a password")


def test_a_member_that_would_grow_is_refused_before_it_is_read(members, refused):
    refused(zipped([*((n, b"\0" * 10**7 if n == STATE else d) for n, d in members.items())], zipfile.ZIP_DEFLATED),
            "larger than the file")  # fmt: skip
    refused(zipped([(n, b" " * (MOST_BYTES[n] + 1) if n == INDEX else d) for n, d in members.items()]), "too large")


def test_a_list_of_members_without_end_is_refused_before_it_is_read(refused):
    many = zipped([(f"{number:0200}", b"") for number in range(6000)])
    refused(many, "list of members is too long")


@pytest.mark.parametrize("name", [name for name in MOST_BYTES if name != INDEX])
def test_a_member_that_is_not_what_the_index_says_is_refused(name, members, refused):
    changed = {**members, name: members[name][:-1] + b"#"}
    refused(zipped(changed.items()), f"damaged: {name} is not what bundle.json says")


def test_a_file_cut_anywhere_is_refused(exported, refused):
    data = exported.read_bytes()
    for part in (1, 30, 1000, len(data) // 2, len(data) - 1):
        refused(data[:-part], "cannot be read")


@pytest.mark.parametrize(
    "index",
    [
        b"",
        b"[]",
        b"[" * 100_000,
        b'{"format": "other"}',
        {"schema": 2},
        {"name": "../up"},
        {"name": 3},
        {"members": {}},
    ],
)
def test_an_index_that_is_not_ours_is_refused(index, members, refused):
    text = index if isinstance(index, bytes) else edited(members[INDEX], **index)
    refused(zipped({**members, INDEX: text}.items()), "bundle.json")


def test_parts_that_do_not_belong_together_are_refused(members, refused):
    classes = json.loads(members["classes.json"])["classes"]
    refused(repacked(members, classes__json=edited(members["classes.json"], classes=classes[::-1])), "do not belong")
    refused(repacked(members, classes__json=b'{"classes": [{"name": "a"}]}'), "classes.json")
    refused(repacked(members, config__toml=members["config.toml"].replace(b"seed = 0", b"seed = 1")), "do not belong")
    refused(repacked(members, config__toml=b"\xff"), "settings")
    refused(repacked(members, config__toml=b"[run]\nsed = 1"), "settings")
    refused(repacked(members, result__json=b"[]"), "result.json")
    fewer = json.loads(members[MANIFEST])["class_names"][:-1]
    refused(repacked(members, manifest__json=edited(members[MANIFEST], class_names=fewer)), "do not belong|damaged")
    refused(repacked(members, manifest__json=edited(members[MANIFEST], schema=99)), "version|newer")
    refused(repacked(members, state__safetensors=b"\x80\x04."), "damaged|truncated|pickle")


@given(place=st.integers(0), bits=st.integers(1, 255))
def test_a_changed_byte_is_refused_or_changes_nothing(place, bits, exported, tmp_path_factory):
    content = bytearray(exported.read_bytes())
    content[place % len(content)] ^= bits
    path = tmp_path_factory.getbasetemp() / "mutated.zip"
    path.write_bytes(content)
    whole = read_bundle(exported)
    with contextlib.suppress(CheckpointError):
        read = read_bundle(path)  # what changed tells nothing, such as a date
        assert (read.config, read.result, read.classes) == (whole.config, whole.result, whole.classes)
        assert read.checkpoint.manifest == whole.checkpoint.manifest
