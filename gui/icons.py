"""Our own icons, drawn in the colours of the current theme: Qt's standard ones vanish on a dark window."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from gui.theme import Theme, current, faded

_SIZES = (16, 20, 24, 32, 48)
_PLACEHOLDER = "currentColor"


def icon(name: str) -> QIcon:
    """Return an icon of `resources/icons` in the current theme's colours; ask again after a change of theme.

    Raises:
        FileNotFoundError: there is no icon of that name.
    """
    return _icon(name, current())


def names() -> tuple[str, ...]:
    """Return the names of all icons."""
    folder = files("resources").joinpath("icons")
    return tuple(sorted(f.name.removesuffix(".svg") for f in folder.iterdir() if f.name.endswith(".svg")))


@lru_cache(maxsize=256)
def _icon(name: str, theme: Theme) -> QIcon:
    svg = files("resources").joinpath("icons").joinpath(f"{name}.svg").read_text(encoding="utf-8")
    colour = _colour(name, theme)
    grey = faded(theme.text, theme.window, 0.35).name()
    made = QIcon()
    for size in _SIZES:
        made.addPixmap(_draw(svg, colour, size), QIcon.Mode.Normal)
        made.addPixmap(_draw(svg, grey, size), QIcon.Mode.Disabled)
        made.addPixmap(_draw(svg, theme.accent_text, size), QIcon.Mode.Selected)
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


def _draw(svg: str, colour: str, size: int) -> QPixmap:
    renderer = QSvgRenderer(QByteArray(svg.replace(_PLACEHOLDER, colour).encode()))
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter)
    painter.end()
    return pixmap
