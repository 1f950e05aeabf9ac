"""Thumbnails of a list of pictures: decoded in the thread pool, kept while there is room, dropped when not wanted."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict, deque
from collections.abc import Iterable
from typing import Final

import numpy as np
import shiboken6
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt, QThreadPool, Signal
from PySide6.QtGui import QImage

from backend.api import Pictures, StudioError

_WORKERS: Final = min(4, max(1, (os.cpu_count() or 1) - 1))
"""One core stays with the window."""
_BATCH: Final = 8
_LOW_PRIORITY: Final = -1
KEEP_BYTES: Final = 64 * 2**20


class Thumbnails(QObject):
    """Small versions of pictures, each inside a square of `side` pixels; lives in the GUI thread."""

    arrived = Signal(object)
    """List of indices whose picture, or whose reason why there is none, is there now."""

    _decoded = Signal()

    def __init__(
        self, pictures: Pictures, side: int, parent: QObject | None = None, *, keep_bytes: int = KEEP_BYTES
    ) -> None:
        super().__init__(parent)
        self.pictures = pictures
        self.side = side
        self._room = keep_bytes
        self._bytes = 0
        self._kept: OrderedDict[int, QImage] = OrderedDict()
        self._broken: dict[int, str] = {}
        self._asked: set[int] = set()
        self._lock = threading.Lock()
        self._waiting: deque[int] = deque()
        self._finished: deque[tuple[int, QImage | str]] = deque()
        self._workers = 0
        self._decoded.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def image(self, index: int) -> QImage | None:
        """Return a picture if it is there; it counts as used now."""
        found = self._kept.get(index)
        if found is not None:
            self._kept.move_to_end(index)
        return found

    def reason(self, index: int) -> str:
        """Return why a picture cannot be shown; empty if it can, or is not there yet."""
        return self._broken.get(index, "")

    def want(self, indices: Iterable[int]) -> None:
        """Ask for these, the first ones first, and for nothing else: what waited and is not among them is dropped."""
        missing = [i for i in indices if i not in self._kept and i not in self._broken]
        with self._lock:
            self._asked -= set(self._waiting)
            self._waiting = deque(i for i in missing if i not in self._asked)
            self._asked.update(self._waiting)
            fresh = min(_WORKERS - self._workers, len(self._waiting))
            self._workers += fresh
        for _ in range(fresh):
            self._go_on()

    @property
    def kept_bytes(self) -> int:
        """Bytes of all pictures kept."""
        return self._bytes

    def _go_on(self) -> None:
        """Take a turn in the pool, after everything that a person waits for more."""
        QThreadPool.globalInstance().start(self._work, _LOW_PRIORITY)

    def _work(self) -> None:
        """Decode one picture, if one still waits; runs in the pool."""
        index = self._next()
        if index is None:
            return
        found = _thumbnail(self.pictures, index, self.side)
        with self._lock:
            quiet = not self._finished
            self._finished.append((index, found))
        if shiboken6.isValid(self):
            if quiet:
                self._decoded.emit()
            self._go_on()

    def _next(self) -> int | None:
        with self._lock:
            if self._waiting:
                return self._waiting.popleft()
            self._workers -= 1
            return None

    def _take(self) -> None:
        """Keep what was decoded, a few at a time so that a slot stays short."""
        with self._lock:
            batch = [self._finished.popleft() for _ in range(min(_BATCH, len(self._finished)))]
            self._asked -= {index for index, _ in batch}
            more = bool(self._finished)
        for index, found in batch:
            self._keep(index, found)
        self.arrived.emit([index for index, _ in batch])
        if more:
            self._decoded.emit()

    def _keep(self, index: int, found: QImage | str) -> None:
        if isinstance(found, str):
            self._broken[index] = found
            return
        self._kept[index] = found
        self._bytes += found.sizeInBytes()
        while self._bytes > self._room and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= oldest.sizeInBytes()


def to_image(pixels: NDArray[np.uint8]) -> QImage:
    """Return pixels `(h, w, 3)` RGB as an image of its own, in the format that is drawn fastest."""
    height, width, _ = pixels.shape
    flat = np.ascontiguousarray(pixels)
    image = QImage(flat.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    return image.convertToFormat(QImage.Format.Format_RGB32)


def _thumbnail(pictures: Pictures, index: int, side: int) -> QImage | str:
    """Return a picture that fills a square as far as its shape allows, or why there is none."""
    try:
        pixels = pictures.thumbnail(index, side)
    except StudioError as error:
        return str(error)
    except OSError as error:
        return f"The picture '{pictures.names[index]}' cannot be read: {error.strerror or error}."
    image = to_image(pixels)
    longer = max(image.width(), image.height())
    if longer >= side:
        return image
    # The pixels of a very small picture stay sharp; hardly enlarged they would only look uneven.
    sharp = side >= 2 * longer
    mode = Qt.TransformationMode.FastTransformation if sharp else Qt.TransformationMode.SmoothTransformation
    return image.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio, mode)
