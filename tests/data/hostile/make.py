"""Make the hostile files of this folder again, and `index.json`, which says of each what it is and who must refuse it.

`python tests/data/hostile/make.py [FOLDER]`. A pickle that is executed leaves the file `executed` where the process
works; an archive that leads out of its folder writes `escaped` two folders above.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import pickle
import struct
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CHECKPOINT = HERE.parent / "checkpoints" / "schema-1"
MiB = 2**20
DATE = (1980, 1, 1, 0, 0, 0)

Entry = tuple[str, str, dict[str, str], bytes]
"""Name, what it is, reader -> the error that it must raise ("" where it may be read), content."""


class Command:
    """Runs a command when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ("touch executed",)


def tar(*members: tuple[str, bytes | str], kind: bytes = tarfile.REGTYPE, link: str = "") -> bytes:
    """Pack files; those without content are of `kind` and lead to `link`."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            if data == "":
                info.type, info.linkname = kind, link
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data if isinstance(data, bytes) else b""))
    return buffer.getvalue().rstrip(b"\0") + bytes(1024)


def zipped(*members: tuple[str, bytes], mode: int = 0o644, press: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Pack files under names as they are."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", press) as archive:
        for name, data in members:
            info = zipfile.ZipInfo("x", DATE)
            info.filename, info.compress_type = name, press
            info.create_system, info.external_attr = 3, mode << 16
            archive.writestr(info, data)
    return buffer.getvalue()


def squeezed(size: int) -> bytes:
    """Compress zeros as a gzip file of one member, a megabyte at a time."""
    press = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(press.compress(bytes(MiB)) for _ in range(size // MiB)) + press.flush()


def safetensors(header: Any, numbers: bytes = b"", length: int | None = None) -> bytes:
    """Write a header as it is."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return (len(text) if length is None else length).to_bytes(8, "little") + text + numbers


def tensor(shape: list[Any], begin: int, end: int, kind: str = "F32") -> dict[str, Any]:
    """Return an entry of a header."""
    return {"dtype": kind, "shape": shape, "data_offsets": [begin, end]}


def chunk(kind: bytes, data: bytes) -> bytes:
    """Return a chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *more: bytes, rows: bytes = b"\0" * 9) -> bytes:
    """Return a grey PNG that claims a size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = (chunk(b"IHDR", header), *more, chunk(b"IDAT", zlib.compress(rows, 9)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def gif(width: int, height: int, left: int, top: int) -> bytes:
    """Return a GIF whose frame lies at a place of its canvas."""
    screen = b"GIF89a" + struct.pack("<HHBBB", 8, 8, 0x80, 0, 0) + bytes(6)
    frame = b"," + struct.pack("<HHHHB", left, top, width, height, 0)
    return screen + frame + b"\x02\x02\x4c\x01\x00;"


def tiff(tag: int, kind: int, count: int, value: int) -> bytes:
    """Return a TIFF of one strip, 4 x 4 pixels, with one more entry."""
    entries = [(256, 4, 1, 4), (257, 4, 1, 4), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, 8)]
    entries = sorted([*entries, (279, 4, 1, 16), (tag, kind, count, value)])
    table = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *e) for e in entries) + bytes(4)
    return b"II*\0" + struct.pack("<I", 24) + bytes(16) + table


def jpeg(scans: int, width: int, height: int) -> bytes:
    """Return a progressive JPEG of one colour, whose last scan is there many times."""

    def segment(marker: int, data: bytes) -> bytes:
        return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data

    table = segment(0xC4, b"\x00" + bytes([1] + [0] * 15) + b"\x00")
    runs = segment(0xC4, b"\x10" + bytes([1] + [0] * 15) + b"\xe0")
    head = segment(0xDB, b"\0" + b"\1" * 64) + segment(0xC2, struct.pack(">BHHB", 8, height, width, 1) + b"\1\x11\0")
    first = segment(0xDA, b"\1\1\0\0\0\0") + bytes((width * height // 64 + 7) // 8)
    again = segment(0xDA, b"\1\1\0\1\x3f\0") + b"\0\0"
    return b"\xff\xd8" + head + table + runs + first + again * scans + b"\xff\xd9"


def torchscript(tree: bytes, press: int = zipfile.ZIP_STORED) -> bytes:
    """Return an archive whose modules a pickle tells."""
    return zipped(("m/data.pkl", tree), ("m/constants.pkl", b"\x80\x02)."), press=press)


def pickles() -> Iterator[Entry]:
    everyone = {"pickle": "DataError", "weights": "ModelError", "tensors": "CheckpointError"}
    everyone |= {"checkpoint": "CheckpointError", "bundle": "CheckpointError", "archive": "ArchiveError"}
    everyone |= {"config": "ConfigError", "image": "DataError"}
    for protocol in (0, 2, 4):
        code = pickle.dumps(Command(), protocol)
        yield f"command-{protocol}.pkl", f"a pickle, protocol {protocol}, that runs a command", everyone, code
    wrapped = zipped(("a/data.pkl", pickle.dumps(Command(), 2)), ("a/version", b"3"), press=zipfile.ZIP_STORED)
    only = {key: everyone[key] for key in ("weights", "tensors", "checkpoint", "bundle")}
    yield "command.pt", "weights as PyTorch saves them, with a pickle that runs a command", only, wrapped
    script = torchscript(pickle.dumps(Command(), 2))
    yield "command-script.pt", "a TorchScript archive with a pickle that runs a command", only, script
    readers = {"pickle": "DataError", "weights": "ModelError"}
    yield "memo.pkl", "a pickle of ten bytes with a memo number of 268 million", readers, b"\x80\x02Nr\xff\xff\xff\x0f."
    long = b"\x80\x04\x8e" + (2**40).to_bytes(8, "little") + b"x."
    yield "length.pkl", "a pickle that announces a terabyte of bytes", readers, long
    deep = b"\x80\x02" + b"]" * 5000 + b"a" * 4999 + b"."
    yield "deep.pkl", "a pickle of 5,000 lists inside one another", {"pickle": "DataError"}, deep
    patch = b"\x80\x02cnumpy\nndarray\n}X\x0c\x00\x00\x00__setstate__K\x01s\x86b."
    yield "patch.pkl", "a pickle that changes a class of the reader", {"pickle": "DataError"}, patch
    copies = b"\x80\x02}c_codecs\nencode\nq\x00X" + struct.pack("<I", 4000) + b"a" * 4000
    copies += b"X\x06\0\0\0latin1\x86q\x01R0](" + b"h\x00h\x01R" * 2000 + b"e0."
    yield "copies.pkl", "a pickle that copies a text thousands of times", {"pickle": "DataError"}, copies
    node = b"c__torch__\nModule\n)\x81"
    laughs = (
        b"\x80\x02"
        + node
        + b"q\x00"
        + b"".join(
            node + b"}(X\x01\0\0\0ah" + bytes([i]) + b"X\x01\0\0\0bh" + bytes([i]) + b"ubq" + bytes([i + 1])
            for i in range(60)
        )
    )
    weights = {"weights": "ModelError"}
    yield "laughs.pt", "TorchScript modules that hold one another twice, 60 deep", weights, torchscript(laughs + b".")
    wide = b"ctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\0" + b"0X\x03\0\0\0"
    wide += b"cpuK\x01tQK\0\x8a\x05\0\0\0\0\x10\x85K\0\x85\x89}tR."
    archive = zipped(("m/data.pkl", b"\x80\x02" + wide), ("m/constants.pkl", b"\x80\x02)."), ("m/data/0", bytes(4)),
                     press=zipfile.ZIP_STORED)  # fmt: skip
    yield "wide.pt", "a tensor of 68 billion numbers in a storage of one", weights, archive
    name = b"\x80\x02c" + b"a" * 15_000 + b"\nb\n."
    yield "name.pt", "a pickle with a name of 15,000 letters, slow by their square", weights, name
    bomb = zipped(("a/data.pkl", bytes(8 * MiB)), ("a/version", b"3"))
    yield "compressed.pt", "weights in a compressed zip", weights, bomb


def archives() -> Iterator[Entry]:
    refused = {"archive": "ArchiveError"}
    names = {
        "up": "../../escaped",
        "absolute": "/hostile-escaped",
        "drive": "C:/escaped",
        "backslash": "..\\..\\escaped",
        "nul": "a\0b",
        "long": "x" * 5000,
        "deep": "a/" * 200 + "b",
        "inside-up": "a/../../../escaped",
        "unc": "//host/share/escaped",
        "stream": "c:stream",
    }
    for key, name in names.items():
        yield f"slip-{key}.zip", f"a zip with the name {name[:30]!r}", refused, zipped(("a.txt", b"a"), (name, b"x"))
        if "\0" not in name:
            yield f"slip-{key}.tar", f"a tar with the name {name[:30]!r}", refused, tar(("a.txt", b"a"), (name, b"x"))
    kinds = [("symlink", tarfile.SYMTYPE), ("hardlink", tarfile.LNKTYPE), ("device", tarfile.CHRTYPE)]
    for key, kind in [*kinds, ("pipe", tarfile.FIFOTYPE)]:
        data = tar(("out", ""), ("out/escaped", b"x"), kind=kind, link="../../..")
        yield f"{key}.tar", f"a tar with a {key} that leads out, and a file behind it", refused, data
    yield "symlink.zip", "a zip with a symbolic link that leads out", refused, zipped(("out", b"../.."), mode=0o120777)
    yield "case.zip", "a zip with two names that are one on some disks", refused, zipped(("a/x", b"1"), ("A/X", b"2"))
    yield "case.tar", "a tar with two names that are one on some disks", refused, tar(("a/x", b"1"), ("A/X", b"2"))
    liar = zipped(("a", bytes(MiB))).replace(struct.pack("<I", MiB), struct.pack("<I", 2**31 - 1))
    yield "liar.zip", "a zip whose file claims to have 2 GB", refused, liar
    small = zipped(("a", bytes(MiB))).replace(struct.pack("<I", MiB), struct.pack("<I", 10))
    yield "larger.zip", "a zip whose file has more than it says", refused, small
    overlap = _overlapping()
    yield "overlap.zip", "a zip with 120 files that are the same megabyte, 110 times its size", refused, overlap
    yield "bomb.tgz", "8 MB of zeros where a tar header must be", refused, squeezed(8 * MiB)
    header = tarfile.TarInfo("zeros")
    header.size = 2**40
    yield "terabyte.tgz", "a tar whose file claims a terabyte", refused, gzip.compress(header.tobuf(), 9, mtime=0)
    yield "nested.zip", "a zip in a zip: one file, which nobody opens", {"archive": ""}, zipped(("b.zip", small))
    sparse = tarfile.TarInfo("hole")
    sparse.pax_headers = {"GNU.sparse.major": "0", "GNU.sparse.minor": "1", "GNU.sparse.map": "0,1",
                          "GNU.sparse.size": "9" * 12}  # fmt: skip
    sparse.size = 1
    yield "sparse.tar", "a sparse file of a terabyte", refused, sparse.tobuf(tarfile.PAX_FORMAT) + b"x" + bytes(1535)
    negative = bytearray(tarfile.TarInfo("a").tobuf(tarfile.GNU_FORMAT))
    negative[124:136] = b"\xff" * 12
    negative[148:156] = b"%06o\0 " % (256 + sum(negative[:148]) + sum(negative[156:512]))
    yield "negative.tar", "a file of less than nothing", refused, bytes(negative) + bytes(1024)
    endless = tarfile.TarInfo("././@LongLink")
    endless.type = tarfile.GNUTYPE_LONGNAME
    chain = endless.tobuf(tarfile.GNU_FORMAT) * 3000
    yield "chain.tgz", "3,000 headers for one file", refused, gzip.compress(chain + bytes(1024), 9, mtime=0)
    bundle = zipped(("bundle.json", b"{}"), ("../../escaped", b"x"), press=zipfile.ZIP_STORED)
    yield "slip.bundle.zip", "a bundle with a name that leads out", {"bundle": "CheckpointError"}, bundle
    members = [(n, b"{}") for n in ("bundle.json", "manifest.json", "state.safetensors", "config.toml", "result.json")]
    data = zipped(*members, ("classes.json", b"{}"), ("README.txt", bytes(4 * MiB)))
    yield "bomb.bundle.zip", "a bundle that is compressed", {"bundle": "CheckpointError"}, data


def _overlapping() -> bytes:
    """Return a zip whose directory names one file under many names."""
    body = zipped(("000", bytes(MiB)))
    start = body.index(b"PK\x01\x02")
    end = body.index(b"PK\x05\x06")
    entry = body[start:end]
    entries = b"".join(entry[:-3] + b"%03d" % i for i in range(120))
    tail = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 120, 120, len(entries), start, 0)
    return body[:start] + entries + tail


def tensors() -> Iterator[Entry]:
    refused = {"tensors": "CheckpointError", "checkpoint": "CheckpointError"}
    kinds: dict[str, tuple[str, bytes]] = {
        "length": ("a header of 9 exabytes", safetensors({}, length=2**63)),
        "overlap": ("two tensors in one place", safetensors(dict.fromkeys("ab", tensor([2], 0, 8)), bytes(8))),
        "gap": ("numbers that belong to no tensor", safetensors({"a": tensor([1], 4, 8)}, bytes(8))),
        "negative": ("a shape of less than nothing", safetensors({"a": tensor([-2], 0, 8)}, bytes(8))),
        "huge": ("a shape whose product overflows", safetensors({"a": tensor([2**32, 2**32], 0, 0)})),
        "empty": ("nothing, of a length that overflows", safetensors({"a": tensor([0, 2**62, 8], 0, 0)})),
        "backwards": ("a tensor that ends before it begins", safetensors({"a": tensor([2], 8, 0)}, bytes(8))),
        "outside": ("a tensor outside the file", safetensors({"a": tensor([2], 2**40, 2**40 + 8)}, bytes(8))),
        "twice": ("a name that is there twice", safetensors(b'{"a":1,"a":2}')),
        "deep": ("a header of 5,000 lists inside one another", safetensors(b'{"a":' + b"[" * 5_000)),
        "kind": ("numbers of an unknown type", safetensors({"a": tensor([8], 0, 8, "V1")}, bytes(8))),
        "digits": ("a number of 10,000 digits", safetensors(b'{"a":' + b"9" * 10_000 + b"}")),
        "surrogate": ("a name that is no text", safetensors({"\ud800": tensor([1], 0, 4)}, bytes(4))),
    }
    for key, (what, data) in kinds.items():
        yield f"{key}.safetensors", what, refused, data


def pictures() -> Iterator[Entry]:
    refused = {"image": "DataError"}
    yield "huge.png", "a PNG that claims 60,000 x 60,000 pixels", refused, png(60_000, 60_000)
    yield "wide.png", "a PNG that claims 2 billion x 1 pixels", refused, png(2**31 - 1, 1)
    yield "cut.png", "a PNG without its last rows", refused, png(100, 100)
    text = chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(4 * MiB), 9))
    yield "text.png", "a PNG with a text of 4 MB in 4 kB", refused, png(3, 3, text, rows=bytes(12))
    profile = chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(4 * MiB), 9))
    yield "profile.png", "a PNG with a colour profile of 4 MB in 4 kB", refused, png(3, 3, profile, rows=bytes(12))
    exif = chunk(b"eXIf", b"II*\0\x08\0\0\0\xff\xff" + b"\x12\x01\x0d\0\xff\xff\xff\xff\0\0\0\0" * 100)
    yield "exif.png", "a PNG whose EXIF announces 65,535 entries", {"image": ""}, png(3, 3, exif, rows=bytes(12))
    yield "rows.png", "a PNG with 8 MB of rows for three", {"image": ""}, png(3, 3, rows=bytes(8 * MiB))
    yield "scans.jpg", "a progressive JPEG in 400 scans of 4 million pixels each", refused, jpeg(400, 2000, 2000)
    yield "cut.jpg", "the beginning of a JPEG", refused, jpeg(1, 64, 64)[:150]
    yield "far.gif", "a GIF whose frame lies 65,000 pixels outside", refused, gif(500, 500, 65_000, 65_000)
    yield "count.tif", "a TIFF with an entry of 4 billion numbers", {"image": ""}, tiff(270, 4, 2**32 - 1, 8)
    yield "loop.tif", "a TIFF whose sub-directory is itself", {"image": ""}, tiff(330, 4, 1, 24)
    ppm = b"P6 60000 60000 255\n" + bytes(9)
    yield "huge.ppm", "a PPM that claims 60,000 x 60,000 pixels", refused, ppm
    yield "digits.ppm", "a PPM whose width has 5,000 digits", refused, b"P6 " + b"9" * 5_000 + b" 1 255\n"
    bmp = b"BM" + struct.pack("<IHHIIiiHHIIiiII", 54, 0, 0, 54, 40, 60_000, -60_000, 1, 24, 0, 0, 0, 0, 0, 0)
    yield "huge.bmp", "a BMP that claims 60,000 x 60,000 pixels", refused, bmp
    eps = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(executed) (w) file closefile\nshowpage\n"
    yield "program.png", "a PostScript program that is called a PNG", refused, eps
    list_ = b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://127.0.0.1:9/x.ts\n#EXT-X-ENDLIST\n"
    yield "playlist.mp4", "a play list that is called a video: it names a server", {"video": "DataError"}, list_
    parts = b"ffconcat version 1.0\nfile /etc/passwd\n"
    yield "parts.avi", "a list of other files that is called a video", {"video": "DataError"}, parts


def texts() -> Iterator[Entry]:
    config, events = {"config": "ConfigError"}, {"events": "RunFolderError"}
    yield "deep.toml", "TOML of 10,000 lists inside one another", config, b"a = " + b"[" * 9_000
    yield (
        "dotted.toml",
        "a TOML key of 6,000 parts, slow by their square",
        config,
        b"a." * 6_000 + b"a=1",
    )
    yield "table.toml", "a TOML table of 6,000 parts", config, b"[" + b"a." * 6_000 + b"a]"
    yield "digits.toml", "a number of 5,000 digits", config, b"[run]\nseed = " + b"9" * 5_000
    yield "hex.toml", "a hexadecimal number of 5,000 digits", config, b"[run]\nseed = 0x" + b"f" * 5_000
    yield "keys.toml", "1,000 unknown settings", config, b"".join(b"k%d=1\n" % i for i in range(1_000))
    yield "unknown.toml", "a setting that there is not", config, b'[run]\nshell = "touch executed"\n'
    yield "nul.toml", "a text with a NUL", config, b'[data]\nroot = "a\\u0000b"\n'
    yield "infinite.toml", "a number without end", config, b"[data]\ntest_share = inf\n"
    yield "latin1.toml", "a file that is no text", config, b'[data]\nroot = "\xff"\n'
    yield "override.toml", "a method that is a path", config, b'[method]\nname = "../../evil"\n'
    nested = b'{"kind":' + b"[" * 9_000 + b"\n"
    yield "deep.jsonl", "an event of 9,000 lists inside one another", events, nested
    paused = b'{"at":0,"kind":"paused"}\n'
    yield "blank.jsonl", "an empty line between events", events, paused + b"\n" + paused
    yield "foreign.jsonl", "an event that there is not", events, b'{"kind":"exec","text":"touch executed"}\n'
    step = b'{"at":0,"kind":"step_ended","task":%s,"stage":"adapt","step":1,"steps":%s,"loss":1}\n'
    yield "steps.jsonl", "a stage of 10^400 steps", events, step % (b"0", b"1" + b"0" * 400)
    yield "task.jsonl", "a task of less than nothing", events, step % (b"-1", b"1")
    yield "time.jsonl", "an event after the end of time", events, b'{"at":1e999,"kind":"paused"}\n'
    result = {"result": "RunFolderError"}
    yield "deep.json", "JSON of 9,000 lists inside one another", {
        "result": "RunFolderError", "data": "RunFolderError", "manifest": "CheckpointError", "list": "DataError",
        "checkpoint": "CheckpointError",
    }, b"[" * 9_000  # fmt: skip
    yield "list.json", "JSON that is a list of pairs", result, b'[["method","x"]]'
    yield "bare.json", "JSON in which everything is missing", {**result, "manifest": "CheckpointError"}, b"{}"
    part = '{"names":["a","b"],"labels":[0],"checksums":[1,2]}'
    record = f'{{"fingerprint":"","class_names":[],"transform":"crop","parts":{{"train":{part}}}}}'
    yield "uneven.json", "a record of two pictures with one class", {"data": "RunFolderError"}, record.encode()
    known = json.loads((CHECKPOINT / "manifest.json").read_text())
    for key, what, change in (
        ("paths", "a manifest whose tensors lie outside", {"state": "../../escaped", "sha256": "../../escaped"}),
        ("scores", "a manifest whose scores are no numbers", {"scored": [{"task": "x"}]}),
        ("size", "a manifest that announces an exabyte", {"bytes": 2**60}),
        ("schema", "a manifest of the year 3000", {"schema": 3000}),
        ("tasks", "a manifest whose tasks are a text", {"tasks": "../../escaped"}),
    ):
        data = json.dumps(known | change).encode()
        yield f"manifest-{key}.json", what, {"manifest": "CheckpointError"}, data


def all_entries() -> list[Entry]:
    """Return everything, by name."""
    return sorted([*pickles(), *archives(), *tensors(), *pictures(), *texts()])


def write(folder: Path) -> None:
    """Write all files and the index."""
    folder.mkdir(parents=True, exist_ok=True)
    index: dict[str, Any] = {}
    for name, what, readers, data in all_entries():
        assert name not in index, name
        assert len(data) < 20_000, (name, len(data))
        index[name] = {"what": what, "readers": readers}
        (folder / name).write_bytes(data)
    (folder / "index.json").write_text(json.dumps(index, indent=1) + "\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
