"""What must not come out of an archive does not: paths that lead out, links, devices, bombs and headers without end."""

from __future__ import annotations

import gzip
import io
import stat
import tarfile
from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend import archive_rules, archives
from backend.archive_rules import member_path
from backend.archives import Limits
from backend.errors import ArchiveError
from tests.packing import entry, found, open_out, packed, refuse, tar_of, zip_info, zip_of


@pytest.fixture
def folder(tmp_path):
    """A folder that is not there yet, in one that holds nothing else."""
    return tmp_path / "data"


LEADS_OUT = ["../evil", "a/../../evil", "/etc/evil", "C:/evil", "C:evil", "..\\evil", "a\\b", "a/..", "a/.. /b", "a\nb"]


@pytest.mark.parametrize("name", LEADS_OUT)
def test_a_name_that_leads_out_is_refused(folder, name):
    refuse(tar_of(entry("a.txt", b"a"), entry(name, b"x")), folder, "in it")
    refuse(zip_of(("a.txt", b"a"), (zip_info(name, 0), b"x")), folder, "in it")


def test_a_name_with_a_nul_is_refused(folder):
    data = zip_of(("harmless.txt#.exe", b"x")).replace(b"#", b"\0")
    refuse(data, folder, "control character")


SPECIAL = [
    (tarfile.SYMTYPE, "symbolic link"),
    (tarfile.LNKTYPE, "hard link"),
    (tarfile.CHRTYPE, "device file"),
    (tarfile.BLKTYPE, "device file"),
    (tarfile.FIFOTYPE, "pipe"),
    (b"V", "special file"),
]


@pytest.mark.parametrize(("kind", "words"), SPECIAL)
def test_links_devices_and_pipes_are_refused(folder, kind, words):
    special = entry("birds/thing", type=kind, linkname="../../etc/passwd")
    refuse(tar_of(entry("birds/a.txt", b"a"), special, entry("birds/thing/b.txt", b"b")), folder, f"is a {words}")


@pytest.mark.parametrize(("mode", "words"), [(stat.S_IFLNK, "symbolic link"), (stat.S_IFIFO, "special file")])
def test_links_and_pipes_in_a_zip_are_refused(folder, mode, words):
    refuse(zip_of(("a.txt", b"a"), (zip_info("thing", mode | 0o777), b"/etc")), folder, f"is a {words}")


TWICE = [
    ("a/x.jpg", "a/x.jpg"),
    ("a/x.jpg", "A/y.jpg"),
    ("a/x.jpg", "a/X.JPG"),
    ("a", "a/b"),
    ("a/b", "a"),
    ("é", "e\u0301"),
]


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("names", TWICE)
def test_two_names_that_fall_together_are_refused(folder, names):
    refuse(tar_of(*(entry(name, b"x") for name in names)), folder, "twice")
    refuse(zip_of(*((name, b"x") for name in names)), folder, "twice")


def test_a_zip_is_refused_before_anything_is_written(folder, monkeypatch):
    written = []
    monkeypatch.setattr(archives, "_write", lambda *args: written.append(args))
    refuse(zip_of(("good.txt", b"x"), ("../bad.txt", b"x")), folder, "leads out")
    assert written == []


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(entries=2), "more than 2 entries"),
        (Limits(total=50_000), r"more than 50\.0 kB"),
        (Limits(file=49_999), r"a file of 50\.0 kB"),
        (Limits(depth=2), "deep"),
    ],
)
@pytest.mark.parametrize("kind", ["tgz", "zip"])
def test_too_much_is_refused(folder, kind, limits, words):
    refuse(packed(kind), folder, words, limits=limits)


@pytest.mark.parametrize("kind", ["tgz", "tar.bz2", "tar.xz", "zip"])
def test_a_bomb_is_refused(folder, kind, monkeypatch):
    monkeypatch.setattr(archive_rules, "_ANY_RATIO", 100_000)
    refuse(packed(kind, {"zeros": bytes(3_000_000)}), folder, "times its own size")


def test_a_sparse_bomb_is_refused(folder, monkeypatch):
    monkeypatch.setattr(archive_rules, "_ANY_RATIO", 100_000)
    sparse = {"GNU.sparse.major": "0", "GNU.sparse.minor": "1", "GNU.sparse.map": "0,1", "GNU.sparse.size": "9" * 10}
    refuse(tar_of(entry("hole", b"x", pax_headers=sparse)), folder, "times its own size")


def test_a_sparse_file_comes_out_with_its_holes_filled(folder):
    sparse = {"GNU.sparse.major": "0", "GNU.sparse.minor": "1", "GNU.sparse.map": "1000,1", "GNU.sparse.size": "2000"}
    open_out(tar_of(entry("hole", b"x", pax_headers=sparse), entry("next", b"n")), folder)
    assert found(folder) == {"hole": bytes(1000) + b"x" + bytes(999), "next": b"n"}


def endless_headers():
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as tar:
        tar.addfile(tarfile.TarInfo("a"))
        long = tarfile.TarInfo("././@LongLink")
        long.type, long.size = tarfile.GNUTYPE_LONGNAME, 20_000_000
        tar.addfile(long, io.BytesIO(bytes(20_000_000)))
    return gzip.compress(buffer.getvalue())


def chained_headers():
    long = tarfile.TarInfo("././@LongLink")
    long.type = tarfile.GNUTYPE_LONGNAME
    return tar_of(entry("a"))[:512] + long.tobuf(tarfile.GNU_FORMAT) * 3000 + bytes(1024)


def sparse_map_without_end():
    sparse = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "9"}
    return tar_of(entry("x", b"9999999999\n" + b"1" * 5000, pax_headers=sparse))


@pytest.mark.parametrize("make", [endless_headers, chained_headers, sparse_map_without_end])
def test_headers_without_end_are_refused(folder, make):
    refuse(make(), folder, "damaged")


NAMES = st.text(st.sampled_from("./\\: aA~\0\n\u0301C") | st.characters(), max_size=30)


@given(NAMES)
def test_no_name_ever_leads_out_of_the_folder(name):
    try:
        path = member_path(name)
    except ArchiveError:
        return
    assert not path.is_absolute()
    root = Path("/data/here")
    assert root.joinpath(path).resolve().is_relative_to(root)
    windows = PureWindowsPath(str(path))
    assert not windows.drive
    assert not windows.root
    assert ".." not in windows.parts


@given(st.lists(st.text("abcdefgh é鳥0", min_size=1, max_size=12).filter(str.strip), min_size=1, max_size=60))
def test_an_ordinary_name_stays_as_it_is(parts):
    name = "/".join(parts)
    assert str(member_path(name)) == name


@given(st.binary(max_size=2000), st.sampled_from([b"", b"PK\x03\x04", b"\x1f\x8b\x08", b"BZh9", b"\xfd7zXZ\x00"]))
def test_no_bytes_make_anything_else_than_a_sentence(tmp_path_factory, data, start):
    folder = tmp_path_factory.mktemp("any") / "data"
    with pytest.raises(ArchiveError):
        open_out(start + data, folder)
    assert not folder.exists()
