"""Small PNG files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtGui import QPixmap

COLOURS = 256
SEEN = 28.0
"""Difference of a channel, of 255, that one pixel in a thousand may exceed in a picture that looks the same."""


def save(taken: QPixmap, path: Path, *, small: bool = True) -> Path:
    """Write a picture, if `small` with 256 colours where that looks the same, which takes a while; return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    taken.save(str(path))
    if not small:
        return path
    with Image.open(path) as opened:
        whole = opened.convert("RGB")
    fewer = whole.quantize(COLOURS, Image.Quantize.MEDIANCUT, kmeans=2, dither=Image.Dither.NONE)
    best = fewer if difference(whole, fewer.convert("RGB")) < SEEN else whole
    best.save(path, optimize=True)
    return path


def difference(one: Image.Image, other: Image.Image) -> float:
    """Return by how much two pictures differ in all but a thousandth of their pixels, 0 .. 255."""
    apart = np.abs(np.asarray(one, np.int16) - np.asarray(other, np.int16)).max(axis=-1)
    return float(np.percentile(apart, 99.9))
