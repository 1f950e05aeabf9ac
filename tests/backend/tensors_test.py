"""Tensors from strangers: what safetensors wrote reads back, and every lie of a header is one sentence."""

from __future__ import annotations

import io
import itertools
import json
import pickle

import pytest
import safetensors.torch
import torch

from backend.errors import CheckpointError
from backend.tensors import MOST_DIMENSIONS, MOST_NUMBERS, MOST_TENSORS, read_tensors

KINDS = [torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8]
KINDS += [torch.uint8, torch.bool]


def read(data, most=2**20):
    return read_tensors(data, "state.safetensors", most=most)


def packed(header, numbers=b"", length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return (len(text) if length is None else length).to_bytes(8, "little") + text + numbers


def entry(shape=(2,), begin=0, end=8, kind="F32", **more):
    return {"dtype": kind, "shape": list(shape), "data_offsets": [begin, end], **more}


def refused(data, says, **options):
    with pytest.raises(CheckpointError, match=says) as caught:
        read(data, **options)
    assert "state.safetensors" in caught.value.sentence
    assert caught.value.hint
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_tensors_of_every_kind_read_back(kind):
    tensors = {"a": torch.arange(6).view(2, 3).to(kind), "scalar": torch.ones((), dtype=kind)}
    tensors["nothing"] = torch.empty(0, 512, dtype=kind)
    loaded = read(safetensors.torch.save(tensors, {"note": "ü"}))
    assert loaded.keys() == tensors.keys()
    assert all(torch.equal(loaded[name], value) and loaded[name].dtype == kind for name, value in tensors.items())


def test_no_tensors_at_all_read_back():
    assert read(safetensors.torch.save({})) == {}


TWO = {"a": entry(), "b": entry(begin=8, end=16)}


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "header is cut off"),
        (packed({}, length=2**63), "header is cut off"),
        (packed(b"[" * 200), "has no header"),
        (packed(b'{"a":' * 50_000), "nested too deeply"),
        (packed(b"{" + b" " * 30), "is not a safetensors file"),
        (packed(b'{"\xff": 1}'), "is not a safetensors file"),
        (packed(b'{"a": {"dtype": "F32", "shape": [' + b"9" * 5000 + b'], "data_offsets": [0, 8]}}'), "is not a safe"),
        (packed(b'{"a": 1, "a": 2}'), "there twice"),
        (packed({"a": [1]}, bytes(8)), "needs a type, a shape and a place"),
        (packed({"a": entry(code="x")}, bytes(8)), "nothing else"),
        (packed({"a": entry(kind="V8")}, bytes(8)), "unknown type"),
        (packed({"a": entry(kind=["F32"])}, bytes(8)), "unknown type"),
        (packed({"a": entry((-2,))}, bytes(8)), "whole number from 0"),
        (packed({"a": entry((2.0,))}, bytes(8)), "whole number from 0"),
        (packed({"a": entry((True, 2))}, bytes(8)), "whole number from 0"),
        (packed({"a": entry() | {"shape": None}}, bytes(8)), "list of numbers"),
        (packed({"a": entry((0, MOST_NUMBERS + 1), end=0)}), "impossible shape"),
        (packed({"a": entry((1,) * (MOST_DIMENSIONS + 1), end=4)}, bytes(4)), "impossible shape"),
        (packed({"a": entry((2**32, 2**32))}, bytes(8)), "impossible shape"),
        (packed({"a": entry((3,))}, bytes(8)), "not as long as its shape"),
        (packed({"a": entry(begin=8, end=0)}, bytes(8)), "not as long as its shape"),
        (packed(TWO, bytes(15)), "cut off or do not fill"),
        (packed(TWO, bytes(17)), "cut off or do not fill"),
        (packed({"a": entry(), "b": entry()}, bytes(8)), "does not begin where"),
        (packed({"a": entry(), "b": entry(begin=12, end=20)}, bytes(20)), "does not begin where"),
        (packed({"x" * 2000: entry()}, bytes(8)), "a name has 2,000 letters"),
        (packed({"__metadata__": {"a": 1}}), "notes are not texts"),
        (packed({str(i): entry((0,), end=0) for i in range(MOST_TENSORS + 1)}), "has 100,001 tensors"),
    ],
    ids=itertools.count(),
)
def test_a_header_that_lies_is_refused(data, says):
    refused(data, says, most=2**26)


def test_a_header_without_end_is_refused():
    refused(packed(b"{" + b" " * 2**24), "header has", most=2**26)


def test_more_bytes_than_allowed_are_refused():
    data = safetensors.torch.save({"a": torch.zeros(100)})
    assert read(data, most=len(data))
    refused(data, "is too large", most=len(data) - 1)


def wrapped(value):
    file = io.BytesIO()
    torch.save(value, file)
    return file.getvalue()


@pytest.mark.parametrize("make", [pickle.dumps, wrapped], ids=["pickle", "pt"])
def test_a_pickle_is_called_one(make):
    refused(make({"a": 1}), "is a pickle; DMC Studio never loads pickles")
