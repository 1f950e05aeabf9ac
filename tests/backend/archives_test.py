"""An archive comes out whole below its folder, or not at all: damaged and stopped ones leave nothing."""

from __future__ import annotations

import gzip
import random
import shutil
import struct
import tarfile
import threading
import zipfile
from pathlib import Path

import pytest

from backend import archives
from backend.archives import unpack
from backend.errors import ArchiveError, StorageError, StudioError
from backend.gate import Gate, Stopped
from tests.packing import FILES, NOISE, PRESS, entry, found, open_out, packed, refuse, tar_of, zip_of


@pytest.fixture
def folder(tmp_path):
    """A folder that is not there yet, in one that holds nothing else."""
    return tmp_path / "data"


@pytest.mark.parametrize("kind", [*PRESS, "zip"])
def test_all_files_come_out_with_progress_whatever_the_archive_is_called(folder, kind):
    seen, data = [], packed(kind)
    open_out(data, folder, tick=seen.append)
    assert found(folder) == FILES
    assert [path.name for path in folder.iterdir()] == ["birds"]
    done = [one.done for one in seen]
    assert done == sorted(done)
    assert (seen[-1].phase, seen[-1].name, seen[-1].done, seen[-1].total) == ("unpack", "set.bin", len(data), len(data))


@pytest.mark.parametrize("format", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_long_and_foreign_names_come_out_of_every_format(folder, format):
    name = "Vögel/" + "ein langer Ordner/" * 8 + "鳥.jpg"
    if format == tarfile.USTAR_FORMAT:
        name = "birds/" + "folder/" * 20 + "a.jpg"
    open_out(tar_of(entry(name, NOISE), format=format), folder)
    assert found(folder) == {name: NOISE}


def test_empty_folders_dots_and_old_headers_come_out(folder):
    entries = [entry("./", type=tarfile.DIRTYPE), entry("./a//b/./", type=tarfile.DIRTYPE), entry("./a", type=b"5")]
    open_out(tar_of(*entries, entry("./a/old/", type=tarfile.AREGTYPE), entry("./c.txt", b"c")), folder)
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*")) == ["a", "a/b", "a/old", "c.txt"]


def test_what_is_in_the_folder_stays(folder):
    folder.mkdir()
    (folder / "mine.txt").write_text("mine")
    open_out(packed("zip"), folder)
    assert found(folder) == {**FILES, "mine.txt": b"mine"}


@pytest.mark.parametrize("kind", ["tgz", "zip"])
def test_a_name_that_is_taken_is_never_overwritten(folder, kind):
    (folder / "birds").mkdir(parents=True)
    (folder / "birds" / "names.txt").write_text("mine")
    with pytest.raises(ArchiveError, match="birds' is there already"):
        open_out(packed(kind, {"aaa.txt": b"", **FILES}), folder)
    assert found(folder) == {"birds/names.txt": b"mine"}


def test_several_things_at_the_top_come_out_together_or_not_at_all(folder, monkeypatch):
    files = {"a/1": b"1", "b/2": b"2", "c": b"3"}
    rename = Path.rename

    def fail_at_c(path, target):
        if path.name == "c" and path.parent != folder:
            raise OSError(28, "No space left on device")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", fail_at_c)
    with pytest.raises(StorageError, match="full"):
        open_out(packed("tar", files), folder)
    assert not folder.exists()
    monkeypatch.undo()
    open_out(packed("tar", files), folder)
    assert found(folder) == files


def test_permissions_are_not_taken_over(folder):
    entries = [entry("d", type=tarfile.DIRTYPE, mode=0), entry("d/f", b"x", mode=0o4777)]
    open_out(tar_of(*entries), folder)
    usual = folder / "usual"
    usual.touch(0o644)
    assert (folder / "d" / "f").stat().st_mode == usual.stat().st_mode
    assert (folder / "d").stat().st_mode == folder.stat().st_mode


def test_what_only_macos_needs_is_left_out(folder):
    files = {"__MACOSX/birds/._a.jpg": b"", "birds/._a.jpg": NOISE, "birds/.DS_Store": NOISE, "birds/a.jpg": b"a"}
    for kind in ("zip", "tgz"):
        open_out(packed(kind, files), folder)
        assert found(folder) == {"birds/a.jpg": b"a"}
        shutil.rmtree(folder)


@pytest.mark.parametrize("kind", [*PRESS, "zip"])
def test_an_archive_cut_anywhere_leaves_nothing(folder, kind):
    data = packed(kind)
    for end in (0, 1, 3, 5, 300, 511, 700, len(data) // 2, len(data) - 11000, len(data) - 1):
        if kind == "tar" and end == len(data) - 1:
            continue  # only padding is missing
        refuse(data[:end], folder, "damaged")


def test_a_tar_cut_between_two_files_is_noticed(folder):
    data = tar_of(entry("a", b"a" * 512), entry("b", b"b" * 512), format=tarfile.USTAR_FORMAT)
    for end in (1024, 2048):
        refuse(data[:end], folder, "too early")


@pytest.mark.parametrize("kind", [*PRESS, "zip"])
def test_a_flipped_bit_is_noticed_where_the_format_can(folder, kind):
    data = packed(kind)
    for at in random.Random(2).sample(range(len(data)), 40):
        flipped = bytearray(data)
        flipped[at] ^= 0x10
        try:
            open_out(bytes(flipped), folder)
        except StudioError:
            assert not folder.exists()
        else:
            come = found(folder)
            assert kind == "tar" or sorted(come.values()) == sorted(FILES.values())
            assert len(come) == len(FILES)
            shutil.rmtree(folder)


def test_a_damaged_tar_header_is_not_taken_for_the_end(folder):
    data = bytearray(tar_of(entry("a", b"a"), entry("b", b"b"), format=tarfile.USTAR_FORMAT))
    data[1024 + 3] ^= 1
    refuse(bytes(data), folder, "checksum")


def test_a_wrong_checksum_in_a_zip_is_noticed(folder):
    data = zip_of(("a", NOISE), press=zipfile.ZIP_STORED)
    refuse(data.replace(NOISE[:10], b"x" * 10), folder, "CRC")


def test_a_zip_that_lies_about_a_size_is_noticed(folder):
    data = zip_of(("a", bytes(1000)))
    size = struct.pack("<L", 1000)
    for lie in (999, 1001, 0):
        refuse(data.replace(size, struct.pack("<L", lie)), folder, "damaged")


def test_an_encrypted_zip_says_so(folder):
    data = bytearray(zip_of(("a", b"secret")))
    data[6] |= 1
    data[data.index(b"PK\1\2") + 8] |= 1
    refuse(bytes(data), folder, "needs a password")


def test_a_zip_with_an_unknown_compression_says_so(folder):
    data = zip_of(("a", b"x")).replace(b"\x08\x00", b"\x63\x00")
    refuse(data, folder, "compression")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "damaged"),
        (b"hello" * 1000, "no archive"),
        (gzip.compress(b"hello" * 1000), "no archive"),
        (bytes(10240), "no files"),
        (zip_of(), "no files"),
        (b"Rar!\x1a\x07\x01\x00", "RAR"),
        (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    ],
    ids=["empty", "text", "gzip of text", "zeros", "zip of nothing", "rar", "7-zip"],
)
def test_what_is_no_archive_says_so(folder, data, words):
    refuse(data, folder, words)


def test_a_missing_archive_says_so(folder):
    with pytest.raises(ArchiveError, match="No such file"):
        unpack(folder / "nothing.zip", folder / "new", tick=lambda _: None, gate=Gate())
    assert not folder.exists()


@pytest.mark.parametrize("kind", ["tgz", "zip"])
def test_a_full_disk_leaves_nothing(folder, kind, monkeypatch):
    monkeypatch.setattr(archives, "room", lambda _: 10_000)
    with pytest.raises(StorageError, match=r"10\.0 kB can be used"):
        open_out(packed(kind), folder)
    assert not folder.exists()


@pytest.mark.parametrize("kind", ["tgz", "zip"])
def test_a_stopped_unpacking_leaves_nothing(folder, kind):
    gate = Gate()
    with pytest.raises(Stopped):
        open_out(packed(kind), folder, tick=lambda _: gate.stop(), gate=gate)
    assert not folder.exists()


def test_a_mistake_of_whoever_watches_is_not_blamed_on_the_archive(folder):
    def tick(_):
        raise RuntimeError("the window is gone")

    with pytest.raises(RuntimeError, match="window"):
        open_out(packed("tgz"), folder, tick=tick)
    assert not folder.exists()


def test_what_a_crash_left_is_cleared_away(folder):
    stale = folder / ".set.bin.unpacking" / "birds"
    stale.mkdir(parents=True)
    (stale / "half.jpg").write_bytes(b"half")
    open_out(packed("zip"), folder)
    assert found(folder) == FILES


def test_a_second_unpacking_of_the_same_archive_is_told_so(folder):
    seen = []

    def again():
        try:
            open_out(packed("zip"), folder)
        except ArchiveError as error:
            seen.append(error.sentence)

    def tick(_):
        if not seen:
            thread = threading.Thread(target=again)
            thread.start()
            thread.join()

    open_out(packed("zip"), folder, tick=tick)
    assert "already being unpacked" in seen[0]
    assert found(folder) == FILES
