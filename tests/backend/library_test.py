"""Data sets come to this machine: fetched from a server or unpacked from an archive; what does not fit goes again."""

from __future__ import annotations

import hashlib
import io
import shutil
import tarfile
import zipfile

import pytest

from backend.api import DATASETS, DataSettings, Gate, describe, fetch_data, import_archive
from backend.download import Source
from backend.errors import ArchiveError, DataError, DownloadError
from backend.gate import Stopped
from backend.places import data_folder
from tests.layouts import write_class_folders, write_cub200, write_imagenet_r, write_ucf_midframes
from tests.server import Loopback

CUB = DataSettings(name="cub200")


@pytest.fixture(autouse=True)
def clean_data_folder():
    yield
    shutil.rmtree(data_folder(), ignore_errors=True)


def ignore(_):
    pass


def tar(folder):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for path in sorted(folder.iterdir()):
            archive.add(path, path.name)
    return packed.getvalue()


@pytest.fixture
def birds(tmp_path):
    """CUB-200-2011 in miniature, packed as its makers pack it."""
    write_cub200(tmp_path / "birds")
    path = tmp_path / "CUB_200_2011.tgz"
    path.write_bytes(tar(tmp_path / "birds"))
    return path


def serve(monkeypatch, server, body, digest=""):
    server.serve("/birds.tgz", body)
    source = Source(server.url("/birds.tgz"), "birds.tgz", len(body), digest)
    monkeypatch.setattr(DATASETS["cub200"], "sources", (source,))


def left():
    """Return all files in the data folder, hidden ones not counted."""
    return [path for path in data_folder().rglob("*") if path.is_file() and not path.name.startswith(".")]


def test_an_archive_is_unpacked_into_the_data_folder_and_found_there(birds):
    seen = []
    folder = import_archive(CUB, birds, tick=seen.append, gate=Gate())
    assert folder == data_folder() / "cub200" / "CUB_200_2011"
    assert describe(CUB).found
    assert describe(CUB).folder == str(folder)
    assert describe(DataSettings(name="cub200", root=str(folder))).found
    assert {transfer.phase for transfer in seen} == {"unpack"}
    assert birds.exists()


@pytest.mark.parametrize(("dataset", "write"), [("imagenet_r", write_imagenet_r), ("ucf101", write_ucf_midframes)])
def test_a_zip_file_with_other_folders_in_it_is_found_too(dataset, write, tmp_path):
    write(tmp_path / "from")
    path = tmp_path / "data.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in (tmp_path / "from").rglob("*"):
            archive.write(file, file.relative_to(tmp_path / "from"))
    import_archive(DataSettings(name=dataset), path, tick=ignore, gate=Gate())
    assert describe(DataSettings(name=dataset)).found


def test_image_folders_lie_side_by_side_and_are_told_apart_by_their_folder(tmp_path):
    write_class_folders(tmp_path / "from")
    folders = []
    for name in ("snails.tar.gz", "more.tar"):
        (tmp_path / name).write_bytes(tar(tmp_path / "from"))
        folders.append(import_archive(DataSettings(name="folder"), tmp_path / name, tick=ignore, gate=Gate()))
    assert [folder.name for folder in folders] == ["snails", "more"]
    assert all(describe(DataSettings(name="folder", root=str(folder))).found for folder in folders)


def test_an_archive_of_something_else_is_removed_again_and_says_what_was_expected(tmp_path):
    write_class_folders(tmp_path / "from")
    path = tmp_path / "other.tar"
    path.write_bytes(tar(tmp_path / "from"))
    (data_folder() / "cub200").mkdir(parents=True)
    (data_folder() / "cub200" / "mine.txt").write_text("stays")
    with pytest.raises(DataError, match=r"'other\.tar' does not hold CUB-200-2011") as caught:
        import_archive(CUB, path, tick=ignore, gate=Gate())
    assert "CUB_200_2011/images.txt" in caught.value.sentence
    assert [file.name for file in left()] == ["mine.txt"]


def test_what_is_no_archive_leaves_nothing(tmp_path):
    (tmp_path / "odd.tgz").write_text("<html>")
    with pytest.raises(ArchiveError):
        import_archive(CUB, tmp_path / "odd.tgz", tick=ignore, gate=Gate())
    assert not (data_folder() / "cub200").exists()


def test_a_data_set_that_is_there_is_not_replaced(birds):
    folder = import_archive(CUB, birds, tick=ignore, gate=Gate())
    with pytest.raises(DataError, match="already in") as caught:
        import_archive(CUB, birds, tick=ignore, gate=Gate())
    assert str(folder) in caught.value.sentence
    assert describe(CUB).found


def test_unpacking_can_be_cancelled(birds):
    gate = Gate()
    gate.stop()
    with pytest.raises(Stopped):
        import_archive(CUB, birds, tick=ignore, gate=gate)
    assert not left()


def test_a_data_set_is_fetched_checked_and_unpacked(birds, monkeypatch):
    body, seen = birds.read_bytes(), []
    with Loopback() as server:
        serve(monkeypatch, server, body, f"md5:{hashlib.md5(body).hexdigest()}")
        assert describe(CUB).automatic
        assert describe(CUB).download_bytes == len(body)
        folder = fetch_data(CUB, tick=seen.append, gate=Gate())
        asked = len(server.requests)
        assert fetch_data(CUB, tick=ignore, gate=Gate()) == folder
        assert len(server.requests) == asked
    assert describe(CUB).folder == str(folder)
    assert [transfer.phase for transfer in seen][-1] == "unpack"
    assert not [file for file in left() if file.suffix == ".tgz"]


def test_an_archive_with_another_digest_is_not_unpacked(birds, monkeypatch):
    with Loopback() as server:
        serve(monkeypatch, server, birds.read_bytes(), "md5:" + "0" * 32)
        with pytest.raises(DownloadError):
            fetch_data(CUB, tick=ignore, gate=Gate())
    assert not describe(CUB).found
    assert not left()


def test_what_no_program_may_fetch_says_what_to_download_from_where():
    with pytest.raises(DataError, match="cannot be fetched by a program") as caught:
        fetch_data(DataSettings(name="ucf101"), tick=ignore, gate=Gate())
    assert "split_zhou_UCF101.json" in caught.value.hint
    report = describe(DataSettings(name="ucf101"))
    assert not report.automatic
    assert "https://" in report.manual


def test_the_drawn_world_is_always_there():
    report = describe(DataSettings())
    assert report.found
    assert (report.folder, report.automatic, report.manual) == ("", False, "")
