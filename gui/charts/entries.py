"""Entries of menus that are kept, to be changed before the menu is shown."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu


def add_entry(menu: QMenu, text: str, act: Callable[[], object] | None = None) -> QAction:
    """Add an entry and return it; it can be used as long as the menu is there.

    Of what `QMenu.addAction(text)` returns, PySide 6.11 sometimes says later that it was deleted, though it is on show.
    """
    entry = QAction(text, menu)
    if act is not None:
        entry.triggered.connect(lambda: act())
    menu.addAction(entry)
    return entry
