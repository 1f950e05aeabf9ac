"""Ways to spoil a file, each drawn from a seeded generator: blind ones, and ones that know how a format is built."""

from __future__ import annotations

import gzip
import json
import random
import re
import struct
import tomllib
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import tomli_w

Mutation = Callable[[random.Random, bytes], bytes]

_NUMBERS = [b"-1", b"0", b"1e999", b"-0.0", b"NaN", b"9" * 5000, b"0x" + b"f" * 5000, b"18446744073709551616", b"1.5"]
_NUMBERS += [b"9223372036854775808", b"2147483648", b"null", b"true", b'"1"', b"[]", b"{}", b"1e-400", b"1_0"]
_NESTS = [b"[", b"{", b'{"a":', b"[[", b"a.", b"<", b"(", b"]", b"}", b'"', b"\\", b"\x80", b"\n", b"\0"]
_WORDS = [struct.pack(f, n) for f in ("<I", ">I") for n in (0, 1, 2**31 - 1, 2**31, 2**32 - 1)]
_WORDS += [struct.pack(f, n) for f in ("<Q", ">Q") for n in (2**32, 2**62, 2**63, 2**64 - 1)] + [b"\xff\xff", b"\0\0"]
_VALUES: list[Any] = [None, True, -1, 0, 2**31, 2**63, 2**64, 10**400, 1.5, 1e308, float("inf"), float("nan"), "", "\0"]
_VALUES += ["x" * 100_000, "../../escaped", "\ud800", "{}", "é" * 300, [], {}, [[]], {"": {}}, [1] * 5000, [None]]


def flipped(draw: random.Random, data: bytes) -> bytes:
    spoiled = bytearray(data)
    for _ in range(draw.choice((1, 1, 1, 4, 30))):
        if spoiled:
            spoiled[draw.randrange(len(spoiled))] ^= 1 << draw.randrange(8)
    return bytes(spoiled)


def truncated(draw: random.Random, data: bytes) -> bytes:
    return data[: draw.randint(0, len(data))]


def _slice(draw: random.Random, data: bytes) -> tuple[int, int]:
    begin = draw.randint(0, len(data))
    return begin, min(len(data), begin + draw.choice((1, 4, 16, 64, 512, 4096)))


def cut_out(draw: random.Random, data: bytes) -> bytes:
    begin, end = _slice(draw, data)
    return data[:begin] + data[end:]


def doubled(draw: random.Random, data: bytes) -> bytes:
    begin, end = _slice(draw, data)
    return data[:end] + data[begin:end] * draw.choice((1, 2, 50)) + data[end:]


def moved(draw: random.Random, data: bytes) -> bytes:
    begin, end = _slice(draw, data)
    to = draw.randint(0, len(data))
    return data[:to] + data[begin:end] + data[to + end - begin :]


def worded(draw: random.Random, data: bytes) -> bytes:
    at, word = draw.randint(0, len(data)), draw.choice(_WORDS)
    return data[:at] + word + data[at + len(word) :]


def numbered(draw: random.Random, data: bytes) -> bytes:
    """Replace a number that is written in digits."""
    places = list(re.finditer(rb"\d[\d.]*", data))
    if not places:
        return worded(draw, data)
    place = draw.choice(places)
    return data[: place.start()] + draw.choice(_NUMBERS) + data[place.end() :]


def nested(draw: random.Random, data: bytes) -> bytes:
    at = draw.randint(0, len(data))
    return data[:at] + draw.choice(_NESTS) * draw.choice((1, 100, 3000, 20_000)) + data[at:]


BLIND: Sequence[Mutation] = (flipped, flipped, truncated, cut_out, doubled, moved, worded, numbered, nested)


def _value(draw: random.Random) -> Any:
    if draw.random() < 0.1:
        value: Any = []
        for _ in range(draw.choice((5, 50, 400))):
            value = [value] if draw.random() < 0.5 else {"a": value}
        return value
    return draw.choice(_VALUES)


def change(draw: random.Random, tree: Any) -> Any:
    """Replace, remove or add something somewhere in a tree of dictionaries and lists; the tree is changed."""
    node, places = tree, []
    while isinstance(node, dict | list) and node:
        key = draw.choice(list(node)) if isinstance(node, dict) else draw.randrange(len(node))
        places.append((node, key))
        node = node[key]
    if not places:
        return _value(draw)
    node, key = draw.choice(places)
    match draw.randrange(4):
        case 0:
            del node[key]
        case 1 if isinstance(node, dict):
            node[draw.choice(["", "__class__", "kind", "a.b", "x" * 3000, "../x"])] = node[key]
        case 1:
            node += node[:1] * draw.choice((1, 1000))
        case _:
            node[key] = _value(draw)
    return tree


def json_tree(draw: random.Random, data: bytes) -> bytes:
    return json.dumps(change(draw, json.loads(data))).encode()


def toml_tree(draw: random.Random, data: bytes) -> bytes:
    tree = change(draw, tomllib.loads(data.decode()))
    try:
        return tomli_w.dumps(tree).encode("utf-8", "surrogatepass")
    except (
        TypeError,
        ValueError,
        AttributeError,
        RecursionError,
    ):  # TOML has no null; then as it would be written by hand
        return "\n".join(f"{key} = {value!r}" for key, value in dict(tree).items()).encode("utf-8", "surrogatepass")


def json_line(draw: random.Random, data: bytes) -> bytes:
    """Change one of the lines."""
    lines = data.splitlines(keepends=True)
    at = draw.randrange(len(lines))
    lines[at] = json_tree(draw, lines[at]) + b"\n"
    return b"".join(lines)


def header(draw: random.Random, data: bytes) -> bytes:
    """Change the header of a safetensors file, and tell its new length."""
    length = int.from_bytes(data[:8], "little")
    text = draw.choice((json_tree, json_tree, numbered))(draw, data[8 : 8 + length])
    return len(text).to_bytes(8, "little") + text + data[8 + length :]


def png_chunk(draw: random.Random, data: bytes) -> bytes:
    """Spoil what is in a chunk of a PNG, and sum it up anew; any other picture is spoiled blindly."""
    if not data.startswith(b"\x89PNG"):
        return draw.choice(BLIND)(draw, data)
    chunks: list[bytes] = []
    at = 8
    while at + 8 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        chunks.append(data[at + 4 : at + 8 + length])
        at += 12 + length
    which = draw.randrange(len(chunks))
    chunks[which] = chunks[which][:4] + draw.choice(BLIND)(draw, chunks[which][4:])
    if draw.random() < 0.2:
        draw.shuffle(chunks)
    packed = (struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in chunks)
    return data[:8] + b"".join(packed)


def tar_header(draw: random.Random, data: bytes) -> bytes:
    """Spoil a field of a tar header, and sum it up anew; any other archive is spoiled blindly."""
    pressed = data.startswith(b"\x1f\x8b")
    plain = bytearray(gzip.decompress(data) if pressed else data)
    starts = [at for at in range(0, len(plain) - 511, 512) if plain[at + 257 : at + 262] == b"ustar"]
    if not starts:
        return draw.choice(BLIND)(draw, data)
    at = draw.choice(starts)
    begin, end = draw.choice(((0, 100), (100, 108), (124, 136), (136, 148), (156, 157), (157, 257), (345, 500)))
    junk = draw.choice((draw.randbytes(4), b"\xff", b"\x80", b"7", b"../", b"/", b"\0", b"-1", b"2", b"x", b"S", b"L"))
    plain[at + begin : at + end] = (junk * 200)[: end - begin]
    plain[at + 148 : at + 156] = b" " * 8
    plain[at + 148 : at + 156] = b"%06o\0 " % sum(plain[at : at + 512])
    return gzip.compress(bytes(plain), mtime=0) if pressed else bytes(plain)


def inside_gzip(draw: random.Random, data: bytes) -> bytes:
    """Spoil what is compressed, so that the checksum fits."""
    if not data.startswith(b"\x1f\x8b"):
        return draw.choice(BLIND)(draw, data)
    return gzip.compress(draw.choice(BLIND)(draw, gzip.decompress(data)), mtime=0)
