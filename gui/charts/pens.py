"""Pens and the small font of everything that is drawn in a chart."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QPen
from PySide6.QtWidgets import QApplication

from gui.theme import Dash, font_size

_SMALLER = 1.0
"""Points by which ticks and cells are smaller than ordinary text."""


def small_size() -> float:
    """Return the size of ticks and cells in points."""
    return font_size() - _SMALLER


def small_font() -> QFont:
    """Return the font of ticks, keys and cells."""
    font = QFont(QApplication.font())
    font.setPointSizeF(small_size())
    return font


def line_pen(colour: str | QColor, width: float = 1.0, dash: Dash = ()) -> QPen:
    """Return a pen of a constant width; `dash` is in pen widths."""
    pen = QPen(QColor(colour), width)
    pen.setCosmetic(True)
    if dash:
        pen.setDashPattern(list(dash))
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen
