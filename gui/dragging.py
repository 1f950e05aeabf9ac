"""Runs on their way from the list of runs to a page that takes them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QMimeData

MIME: Final = "application/x-dmc-studio-runs"
"""Of our own: as files, runs would be opened by the window."""


def packed(folders: Iterable[Path]) -> QMimeData:
    """Return what is dragged."""
    data = QMimeData()
    data.setData(MIME, "\n".join(map(str, folders)).encode())
    return data


def dragged(data: QMimeData) -> list[Path]:
    """Return the run folders that are dragged; none where it is something else."""
    text = bytes(data.data(MIME).data()).decode()
    return [Path(line) for line in text.splitlines()]
