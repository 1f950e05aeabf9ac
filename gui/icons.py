"""Our own icons, drawn in the colours of the current theme: Qt's standard ones vanish on a dark window."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from gui.theme import Theme, current, faded

_SIZES = (16, 20, 24, 32, 48)
_PLACEHOLDER = "currentColor"
_FOLDER = files("resources").joinpath("icons")


def icon(name: str) -> QIcon:
    """Return an icon of `resources/icons` in the current theme's colours; ask again after a change of theme.

    Raises:
        FileNotFoundError: there is no icon of that name.
    """
    return _icon(name, current())


def names() -> tuple[str, ...]:
    """Return the names of all icons."""
    return tuple(sorted(f.name.removesuffix(".svg") for f in _FOLDER.iterdir() if f.name.endswith(".svg")))


@lru_cache(maxsize=256)
def _icon(name: str, theme: Theme) -> QIcon:
    svg = _FOLDER.joinpath(f"{name}.svg").read_text(encoding="utf-8")
    renderer = QSvgRenderer(QByteArray(svg.replace(_PLACEHOLDER, _colour(name, theme)).encode()))
    others = {
        QIcon.Mode.Disabled: faded(theme.text, theme.window, 0.35),
        QIcon.Mode.Selected: QColor(theme.accent_text),
    }
    made = QIcon()
    for size in _SIZES:
        drawn = _draw(renderer, size)
        made.addPixmap(drawn, QIcon.Mode.Normal)
        for mode, colour in others.items():
            made.addPixmap(_dyed(drawn, colour) if _PLACEHOLDER in svg else drawn, mode)
    return made


def _colour(name: str, theme: Theme) -> str:
    """Return the colour that means the same as the icon; most are as quiet as text."""
    return {
        "start": theme.ok,
        "resume": theme.ok,
        "run-done": theme.ok,
        "run-failed": theme.error,
        "run-stopped": theme.muted,
        "run-running": theme.accent,
        "warning": theme.warn,
        "starred": theme.warn,
        "error": theme.error,
        "info": theme.accent,
    }.get(name, theme.text)


def _draw(renderer: QSvgRenderer, size: int) -> QPixmap:
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter)
    painter.end()
    return pixmap


def _dyed(drawn: QPixmap, colour: QColor) -> QPixmap:
    """Return a picture of one colour in another: much less work than drawing it again."""
    pixmap = drawn.copy()
    painter = QPainter(pixmap)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(pixmap.rect(), colour)
    painter.end()
    return pixmap
