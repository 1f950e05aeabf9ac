"""The members of a tar or zip file, whatever it is called; every damage becomes an ArchiveError."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import lzma
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Generator, Iterator
from pathlib import Path
from tarfile import HeaderError, ReadError, TarError, TarFile, TarInfo
from typing import IO, Protocol, Self

from backend.archive_rules import Member
from backend.errors import ArchiveError

_BROKEN = (
    *(TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError),
    *(ValueError, ArithmeticError, LookupError, RuntimeError),  # the last holds RecursionError and NotImplementedError
)
_FOREIGN = {b"Rar!": "RAR", b"7z\xbc\xaf": "7-Zip", b"\x28\xb5\x2f\xfd": "Zstandard"}
_BUFFER = 1 << 18
_HEADERS = 1 << 22  # bytes that may lie between two files of a tar
_TRAILER = 1 << 26  # bytes that may follow its end
_ENCRYPTED = 0x1


@contextlib.contextmanager
def reading(archive: Path) -> Generator[None]:
    """Turn whatever a damaged archive makes the libraries raise into an ArchiveError."""
    try:
        yield
    except _BROKEN as error:
        reason = str(error) or type(error).__name__
        sentence = f"'{archive.name}' is damaged, incomplete or no archive: {reason}."
        raise ArchiveError(sentence, "Download or copy it again. Archives that can be read: tar, tgz, zip.") from error


def is_zip(file: IO[bytes]) -> bool:
    """Tell a zip file by its first bytes, and go back to them."""
    start = file.read(4)
    file.seek(0)
    return start in {b"PK\x03\x04", b"PK\x05\x06"}


def zip_members(archive: Path, file: IO[bytes]) -> list[Member]:
    """Return all members of a zip file, in the order in which they lie in it."""
    with reading(archive):
        opened = zipfile.ZipFile(file)
        infos = sorted(opened.infolist(), key=lambda info: info.header_offset)
        return [_zip_member(opened, info) for info in infos]


def _zip_member(opened: zipfile.ZipFile, info: zipfile.ZipInfo) -> Member:
    # zipfile cuts a name at its first NUL; the whole one is refused later.
    name = info.orig_filename if "\0" in info.orig_filename else info.filename
    return Member(name, _zip_kind(info), info.file_size, lambda: opened.open(info))


def _zip_kind(info: zipfile.ZipInfo) -> str:
    if info.flag_bits & _ENCRYPTED:
        return "file that needs a password"
    mode = stat.S_IFMT(info.external_attr >> 16)
    if mode == stat.S_IFLNK:
        return "symbolic link"
    if mode not in {0, stat.S_IFREG, stat.S_IFDIR}:
        return "special file"
    return "folder" if info.is_dir() else "file"


def tar_members(archive: Path, file: IO[bytes]) -> Iterator[Member]:
    """Yield the members of a tar file one by one; each is to be read before the next is asked for."""
    with reading(archive):
        stream = _Stream(_unpressed(archive, file))
        opened = _open_tar(stream)
    while True:
        with reading(archive):
            stream.allow(_HEADERS)
            info = opened.next()
            opened.members.clear()  # type: ignore[attr-defined] - it would remember all of them
        if info is None:
            break
        stream.allow(info.size + _HEADERS)
        yield _tar_member(opened, info)
    with reading(archive):
        stream.read_out()


def _open_tar(stream: _Stream) -> TarFile:
    stream.allow(_HEADERS)
    return tarfile.open(fileobj=stream, mode="r|", bufsize=_BUFFER, tarinfo=_Info)  # type: ignore[arg-type]


class _Readable(Protocol):
    def read(self, size: int = ..., /) -> bytes: ...


def _unpressed(archive: Path, file: IO[bytes]) -> _Readable:
    start = file.read(6)
    file.seek(0)
    for magic, kind in _FOREIGN.items():
        if start.startswith(magic):
            hint = "Unpack it by hand, for example with 7-Zip or unrar, and choose the folder."
            raise ArchiveError(f"'{archive.name}' is a {kind} archive, which cannot be unpacked here.", hint)
    if start.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=file)
    if start.startswith(b"BZh"):
        return bz2.BZ2File(file)
    return lzma.LZMAFile(file) if start == b"\xfd7zXZ\x00" else file


class _Stream:
    """What tarfile reads from: its end is an error, and so is a header without end."""

    def __init__(self, file: _Readable) -> None:
        self._file = file
        self._allowed = 0

    def allow(self, count: int) -> None:
        """Set how many bytes may be read from here on."""
        self._allowed = count + _BUFFER  # tarfile reads ahead

    def read(self, size: int) -> bytes:
        data = self._file.read(size)
        if not data:
            raise EOFError("it ends too early")
        self._allowed -= len(data)
        if self._allowed < 0:
            raise ReadError("its headers do not end")
        return data

    def read_out(self) -> None:
        """Read what follows the end: only there the checksums of the compression are compared."""
        rest = _TRAILER
        while data := self._file.read(_BUFFER):
            rest -= len(data)
            if rest < 0:
                raise ReadError("it goes on after its end")


_End = tarfile.EOFHeaderError  # type: ignore[attr-defined]


class _Info(TarInfo):
    @classmethod
    def fromtarfile(cls, tarfile: TarFile) -> Self:
        """Read a header; where a damaged one would be taken for the end, say so."""
        try:
            info = super().fromtarfile(tarfile)
        except _End:
            raise
        except HeaderError as error:
            raise ReadError(str(error)) from error
        if info.size < 0:
            raise ReadError("a file with less than nothing in it")
        return info


def _tar_member(opened: TarFile, info: TarInfo) -> Member:
    def content() -> IO[bytes]:
        file = opened.extractfile(info)
        assert file is not None
        return file

    return Member(info.name, _tar_kind(info), info.size if info.isreg() else 0, content)


def _tar_kind(info: TarInfo) -> str:
    kinds = {
        tarfile.DIRTYPE: "folder",
        tarfile.SYMTYPE: "symbolic link",
        tarfile.LNKTYPE: "hard link",
        tarfile.CHRTYPE: "device file",
        tarfile.BLKTYPE: "device file",
        tarfile.FIFOTYPE: "pipe",
    }
    return "file" if info.isreg() else kinds.get(info.type, "special file")
