"""What the user wrote about a run is neither lost nor overwritten."""

from __future__ import annotations

import errno
import os

import pytest
from pydantic import ValidationError

from backend.errors import RunFolderError, StorageError
from backend.labels import LONGEST_NOTE, LONGEST_TAG, MOST_TAGS, Labels, read_labels, tags_in, write_labels

MINE = Labels(star=True, tags=("good", "für die Arbeit"), note='First line\nsecond, with "quotes" and 漢字')


def test_what_is_written_reads_back_and_nothing_reads_as_empty(tmp_path):
    assert read_labels(tmp_path) == Labels()
    write_labels(tmp_path, MINE)
    assert read_labels(tmp_path) == MINE
    write_labels(tmp_path, Labels())
    assert read_labels(tmp_path) == Labels()
    assert [path.name for path in tmp_path.iterdir()] == ["labels.json"]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"star": 3}', '{"more": 1}', '{"note": "' + "x" * 2**20 + '"}', "\0" * 9]
)
def test_a_damaged_file_is_named_and_kept_beside_the_new_one(text, tmp_path):
    for name in ("labels.json.damaged", "labels.json.damaged-2"):
        (tmp_path / "labels.json").write_text(text)
        with pytest.raises(RunFolderError, match=r"labels\.json") as caught:
            read_labels(tmp_path)
        assert caught.value.hint
        write_labels(tmp_path, MINE)
        assert read_labels(tmp_path) == MINE
        assert (tmp_path / name).read_text() == text


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
@pytest.mark.parametrize("name", ["write", "fsync", "open"])
def test_a_failing_disk_leaves_what_was_written_before(name, number, tmp_path, monkeypatch):
    write_labels(tmp_path, MINE)

    def fail(path, flags=0, *_, **__):
        if name == "open" and not flags & os.O_WRONLY:
            return opened(path, flags)
        raise OSError(number, os.strerror(number))

    opened = os.open
    monkeypatch.setattr(os, name, fail)
    with pytest.raises(StorageError):
        write_labels(tmp_path, Labels())
    monkeypatch.undo()
    assert read_labels(tmp_path) == MINE


def test_no_folder_grows_where_a_run_was(tmp_path):
    with pytest.raises(StorageError, match="folder is gone"):
        write_labels(tmp_path / "run", MINE)
    assert not (tmp_path / "run").exists()


def test_tags_are_short_few_and_each_there_once():
    assert tags_in(" good ,, for   the paper,good,") == ("good", "for the paper")
    many = tags_in(",".join(f"{number} " + "x" * 99 for number in range(99)))
    assert len(many) == MOST_TAGS
    assert Labels(tags=many).tags == many


@pytest.mark.parametrize(
    "wrong", [{"note": "x" * (LONGEST_NOTE + 1)}, {"tags": ("x" * (LONGEST_TAG + 1),)}, {"tags": ("a,b",)}]
)
def test_what_is_too_long_is_refused(wrong):
    with pytest.raises(ValidationError):
        Labels(**wrong)
