"""Archives made for a test, and what comes out of them."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import tarfile
import zipfile

import pytest

from backend import archives
from backend.archives import unpack
from backend.errors import ArchiveError
from backend.gate import Gate

NOISE = random.Random(1).randbytes(50_000)
FILES = {
    "birds/train/001.Albatross/a.jpg": NOISE,
    "birds/train/002.Auk/b.jpg": b"",
    "birds/names.txt": "Vögel".encode(),
}
PRESS = {"tar": lambda data: data, "tgz": gzip.compress, "tar.bz2": bz2.compress, "tar.xz": lzma.compress}


def entry(name, data=b"", **fields):
    info = tarfile.TarInfo(name)
    info.size = len(data)
    for field, value in fields.items():
        setattr(info, field, value)
    return info, data


def tar_of(*entries, format=tarfile.PAX_FORMAT):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=format) as tar:
        for info, data in entries:
            tar.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def zip_of(*entries, press=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", press) as zipped:
        for info, data in entries:
            zipped.writestr(info, data)
    return buffer.getvalue()


def zip_info(name, mode):
    info = zipfile.ZipInfo("x")
    info.filename = name  # as it is, without what ZipInfo makes of it
    info.create_system, info.external_attr = 3, mode << 16
    return info


def packed(kind, files=FILES):
    if kind == "zip":
        return zip_of(*files.items())
    return PRESS[kind](tar_of(*(entry(name, data) for name, data in files.items())))


def open_out(data, folder, *, tick=lambda _: None, gate=None, limits=archives.LIMITS):
    archive = folder.parent / "set.bin"
    archive.write_bytes(data)
    unpack(archive, folder, tick=tick, gate=gate or Gate(), limits=limits)


def found(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refuse(data, folder, match, **options):
    """Assert that an archive is refused in a sentence with a hint, and that nothing of it is left anywhere."""
    with pytest.raises(ArchiveError, match=match) as caught:
        open_out(data, folder, **options)
    assert caught.value.hint
    assert not folder.exists()
    assert [path.name for path in folder.parent.iterdir()] == ["set.bin"]
