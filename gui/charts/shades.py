"""Colours of a heat map: from a theme's tokens, as single colours and as a table for whole pictures."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QLinearGradient

from gui.theme import Theme, faded

LEVELS = 256


def tones(theme: Theme, *, diverging: bool = False) -> tuple[str, str, str]:
    """Return the colours of the lowest, the middle and the highest value."""
    return theme.diverging if diverging else theme.scale


def shade(theme: Theme, share: float, *, diverging: bool = False) -> QColor:
    """Return the colour at 0 .. 1 of the range."""
    low, middle, high = tones(theme, diverging=diverging)
    share = max(0.0, min(1.0, share))
    return faded(middle, low, 2 * share) if share < 0.5 else faded(high, middle, 2 * share - 1)


@lru_cache(maxsize=8)
def shades(theme: Theme, *, diverging: bool = False) -> NDArray[np.uint32]:
    """Return the colours of `LEVELS` even steps of the range as `0xffRRGGBB` `(LEVELS,)`."""
    steps = np.linspace(0.0, 1.0, LEVELS)
    return np.array([shade(theme, share, diverging=diverging).rgb() for share in steps], np.uint32)


def gradient(theme: Theme, *, diverging: bool = False) -> QLinearGradient:
    """Return the range as a gradient from (0, 1), the lowest value, up to (0, 0)."""
    made = QLinearGradient(0, 1, 0, 0)
    made.setCoordinateMode(QLinearGradient.CoordinateMode.ObjectMode)
    for place, colour in zip((0.0, 0.5, 1.0), tones(theme, diverging=diverging), strict=True):
        made.setColorAt(place, QColor(colour))
    return made


def readable_on(colour: QColor) -> QColor:
    """Return black or white, whichever has the higher contrast ratio (WCAG 2)."""
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    on_black, on_white = (luminance + 0.05) / 0.05, 1.05 / (luminance + 0.05)
    return QColor("#000000") if on_black > on_white else QColor("#ffffff")


@lru_cache(maxsize=8)
def inks(theme: Theme, *, diverging: bool = False) -> NDArray[np.bool_]:
    """Tell for each level whether white is readable on it, black elsewhere `(LEVELS,)`."""
    table = shades(theme, diverging=diverging).tolist()
    return np.array([readable_on(QColor.fromRgb(rgb)).lightness() > 0 for rgb in table])
