"""Reading one picture out of a video file: its middle frame."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from backend import bounded
from backend.errors import DataError
from backend.images import MOST_PIXELS, ImageFiles

if TYPE_CHECKING:
    from av.container import InputContainer

SUFFIXES: Final = (".avi", ".mp4", ".mkv", ".mov", ".webm")
"""Endings of the files that count as videos, in lower case."""
MOST_BYTES: Final = 2**36
"""A video file with more is not opened."""


_OPTIONS: Final = {"format_whitelist": "avi,matroska,webm,mov,mp4", "protocol_whitelist": "file"}
"""What FFmpeg may take a file for. It knows more: a play list makes it read other files and ask servers."""


def is_video(name: str) -> bool:
    """Tell by its ending whether a file is a video."""
    return name.lower().endswith(SUFFIXES)


def middle_frame(path: Path) -> Image.Image:
    """Return the middle frame of a video as RGB: frame n // 2 of n, counting from 0.

    Raises:
        DataError: it is missing, no video, or ends before its middle.
    """
    import av
    from av.error import FFmpegError

    try:
        with bounded.opened(path, MOST_BYTES), av.open(str(path), options=_OPTIONS) as video:
            _refuse_huge(video)
            frame = _frame(video, _count(path, video) // 2)
    except (FFmpegError, OSError, ValueError, IndexError, MemoryError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise DataError(f"'{path}' cannot be read as a video: {why}.", "Remove it, or get it again.") from error
    if frame is None:
        raise DataError(f"The video '{path}' ends before its middle.", "Remove it, or get it again.")
    return frame


class MiddleFrames(ImageFiles):
    """The middle frames of video files under one folder."""

    def load(self, index: int) -> NDArray[np.uint8]:
        """Return one frame, `(height, width, 3)` RGB."""
        return np.asarray(middle_frame(self.root / self.names[index]))

    def thumbnail(self, index: int, side: int) -> NDArray[np.uint8]:
        """Return a small version, the longer side at most `side` pixels."""
        picture = middle_frame(self.root / self.names[index])
        picture.thumbnail((side, side))
        return np.asarray(picture)


def _refuse_huge(video: InputContainer) -> None:
    about = video.streams.video[0].codec_context
    about.options = {"max_pixels": str(MOST_PIXELS)}  # a frame can say otherwise than the header
    if about.width * about.height > MOST_PIXELS:
        raise ValueError(f"it has {about.width:,} x {about.height:,} pixels")


def _count(path: Path, video: InputContainer) -> int:
    """Return how many frames the header tells, or count them where it does not."""
    import av

    if told := video.streams.video[0].frames:
        return told
    with av.open(str(path), options=_OPTIONS) as again:
        return sum(1 for _ in again.decode(video=0))


def _frame(video: InputContainer, number: int) -> Image.Image | None:
    for i, frame in enumerate(video.decode(video=0)):
        if i == number:
            return frame.to_image()
    return None
