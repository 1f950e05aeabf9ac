"""Reading picture files: every format, mode and orientation becomes 8-bit RGB, or a sentence that says why not."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from backend import bounded
from backend.errors import DataError
from backend.pictures import Pictures

SUFFIXES: Final = (
    ".bmp", ".gif", ".jpeg", ".jpg", ".jpe", ".jfif", ".png", ".pgm", ".pnm", ".ppm", ".tif", ".tiff", ".webp",
)  # fmt: skip
"""Endings of the files that count as pictures, in lower case."""

FORMATS: Final = ("BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")
"""What a picture file may hold, whatever its ending. Pillow knows more: for EPS it would start another program."""
MOST_BYTES: Final = 2**30
"""A picture file with more is not opened."""
MOST_PIXELS: Final = 100_000_000
"""A picture with more is refused before it is decoded; one with as many takes about 2 GB for a moment."""
MOST_SCANS: Final = 100
"""A progressive JPEG with more is refused: each scan costs the time of a whole picture. Ordinary ones have ten."""

Image.MAX_IMAGE_PIXELS = MOST_PIXELS
# What is odd about a file that can be read is no news on the terminal; what cannot be read is told in a sentence.
warnings.filterwarnings("ignore", module=r"PIL\.")

_UNREADABLE: Final = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    LookupError,
    OverflowError,
    MemoryError,
    struct.error,
    Image.DecompressionBombError,
    Warning,
)
T = TypeVar("T")


def is_picture(name: str) -> bool:
    """Tell by its ending whether a file is a picture."""
    return name.lower().endswith(SUFFIXES)


def read_image(path: Path) -> Image.Image:
    """Return a picture file as RGB, turned upright; transparent parts become white, of an animation the first frame.

    Raises:
        DataError: it is missing, no picture, damaged, or beyond the bounds above.
    """
    return _opened(path, _upright_rgb)


def read_small(path: Path, side: int) -> Image.Image:
    """Return what `read_image` does, with the longer side at most `side`; quick for JPEG files.

    Raises:
        DataError: as in `read_image`.
    """

    def shrink(opened: Image.Image) -> Image.Image:
        opened.draft(None, (2 * side, 2 * side))  # JPEG decodes at 1/2, 1/4 or 1/8; other formats ignore it
        picture = _upright_rgb(opened)
        picture.thumbnail((side, side))
        return picture

    return _opened(path, shrink)


class ImageFiles(Pictures):
    """Picture files under one folder.

    Args:
        root: the folder.
        names: paths relative to it, with forward slashes.
        labels: class indices `(n,)`.
    """

    def __init__(self, root: Path, names: Sequence[str], labels: NDArray[np.int64]) -> None:
        self.root = root
        self.names = tuple(names)
        self.labels = labels

    def load(self, index: int) -> NDArray[np.uint8]:
        """Return one picture, `(height, width, 3)` RGB."""
        return np.asarray(read_image(self.root / self.names[index]))

    def thumbnail(self, index: int, side: int) -> NDArray[np.uint8]:
        """Return a small version, the longer side at most `side` pixels."""
        return np.asarray(read_small(self.root / self.names[index], side))


def _opened(path: Path, work: Callable[[Image.Image], T]) -> T:
    try:
        with bounded.opened(path, MOST_BYTES) as file, Image.open(file, formats=FORMATS) as opened:
            _refuse_huge(opened, path)
            _refuse_slow(opened, file)
            return work(opened)
    except FileNotFoundError as error:
        raise DataError(f"There is no picture '{path}'.", "Check the path.") from error
    except _UNREADABLE as error:
        hint = "Remove it, get it again, or save it anew as PNG or JPEG."
        raise DataError(f"'{path}' cannot be read as a picture: {_why(error)}.", hint) from error


def _refuse_huge(opened: Image.Image, path: Path) -> None:
    if opened.width * opened.height > MOST_PIXELS:
        size = f"{opened.width:,} x {opened.height:,} pixels"
        raise DataError(f"'{path}' is too large to be read: {size}.", f"Shrink it below {MOST_PIXELS:,} pixels.")


def _refuse_slow(opened: Image.Image, file: BinaryIO) -> None:
    if "progressive" not in opened.info:
        return
    place = file.tell()
    file.seek(0)
    # Coded data never holds this pair of bytes; notes and previews, which may, are few.
    scans = sum(chunk.count(b"\xff\xda") for chunk in iter(lambda: file.read(1 << 20), b""))
    file.seek(place)
    if scans > MOST_SCANS:
        raise ValueError(f"it is coded in {scans:,} scans")


def _why(error: BaseException) -> str:
    if isinstance(error, UnidentifiedImageError):
        return "its format is unknown"
    if isinstance(error, (Image.DecompressionBombError, Image.DecompressionBombWarning)):
        return f"it has more than {MOST_PIXELS:,} pixels"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error).rstrip(".") or type(error).__name__


def _upright_rgb(opened: Image.Image) -> Image.Image:
    return _rgb(ImageOps.exif_transpose(opened))


def _rgb(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):
        return _from_16_bits(picture)
    if picture.has_transparency_data:
        above = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", above.size, "white"), above).convert("RGB")
    return picture.convert("RGB")


def _from_16_bits(picture: Image.Image) -> Image.Image:
    values = np.clip(np.asarray(picture).astype(np.int64), 0, 65535)
    return Image.fromarray((values // 257).astype(np.uint8)).convert("RGB")
