"""What is dropped or pasted, as a file that the model's process can read."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData
from PySide6.QtGui import QImage

from backend.api import is_picture, write_atomic

BUNDLE: Final = ".zip"


def file_in(mime: QMimeData) -> Path | None:
    """Return the first file of this machine that a drag or the clipboard holds."""
    files = (url.toLocalFile() for url in mime.urls() if url.isLocalFile())
    return next((Path(file) for file in files), None)


def can_ask(mime: QMimeData) -> bool:
    """Tell whether it holds a picture, or a bundle to ask."""
    file = file_in(mime)
    return mime.hasImage() if file is None else is_picture(file.name) or file.suffix.lower() == BUNDLE


class Scrapbook:
    """Pictures that came without a file; they are deleted with the page."""

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._count = 0

    def place(self) -> Path:
        """Return where the next picture goes."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="dmc-studio-")
        self._count += 1
        return Path(self._folder.name) / f"picture-{self._count}.png"

    def clear(self) -> None:
        """Delete them."""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None


def write_image(image: QImage, path: Path) -> Path:
    """Write an image without loss; for the thread pool.

    Raises:
        StorageError: it cannot be written.
    """
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # pyright: ignore[reportCallIssue, reportArgumentType] - the stubs know only bytes
    write_atomic(path, bytes(data.data()))
    return path
