"""Colours, font and palette: one set of tokens for light and one for dark; everything that is drawn uses them.

Qt's own colour-scheme switch does nothing under several platforms, so the palette is ours. Series colours are those of
Okabe and Ito (2008), told apart with the common kinds of colour blindness, darkened or lightened to keep a contrast
of at least 3:1 with the background; a dash pattern tells the same lines apart without any colour.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from typing import TypeAlias

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

Dash: TypeAlias = tuple[float, ...]

FONT = "DejaVu Sans"
MONOSPACE = "DejaVu Sans Mono"
SMALLEST, USUAL_SIZE, LARGEST = 8.0, 9.0, 18.0
"""Sizes of the font in points."""
_OWN_FONT = Qt.WidgetAttribute.WA_SetFont
_OWN_SIZE = 2
"""The bit of a font's resolve mask that says: this size was asked for, and is not inherited."""

_DASHES: tuple[Dash, ...] = ((), (6, 3), (2, 2), (8, 3, 2, 3), (12, 3), (4, 2, 1, 2), (1, 2), (8, 2, 1, 2, 1, 2))


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours as `#rrggbb`; `series` for lines that stand side by side, each with a dash pattern in pen widths."""

    name: str
    window: str
    base: str
    surface: str
    text: str
    muted: str
    accent: str
    accent_text: str
    """Text on `accent`."""
    grid: str
    border: str
    ok: str
    warn: str
    error: str
    scale: tuple[str, str, str]
    """A heat map's colours for the lowest, the middle and the highest value.

    Black and white are equally readable on the middle one: numbers change colour at half of the range, nowhere else.
    """
    diverging: tuple[str, str, str]
    """The same where the middle is neutral and both ends matter, such as loss and gain."""
    series: tuple[str, ...]
    dashes: tuple[Dash, ...] = _DASHES

    @property
    def dark(self) -> bool:
        """Whether text is lighter than what it stands on."""
        return QColor(self.text).lightnessF() > QColor(self.window).lightnessF()

    def style(self, index: int) -> tuple[str, Dash]:
        """Return colour and dash of line `index`; no two of the first 64 are the same."""
        turn, colour = divmod(index, len(self.series))
        return self.series[colour], self.dashes[(colour + turn) % len(self.dashes)]


LIGHT = Theme(
    name="light",
    window="#f3f4f6",
    base="#ffffff",
    surface="#ffffff",
    text="#1b1f24",
    muted="#59636e",
    accent="#0b62c4",
    accent_text="#ffffff",
    grid="#e4e7eb",
    border="#cfd4da",
    ok="#1a7f37",
    warn="#8f5600",
    error="#c1252d",
    scale=("#f2f7fc", "#3379b5", "#08306b"),
    diverging=("#a34a00", "#f5f5f5", "#0b559f"),
    series=("#0072b2", "#d55e00", "#00875f", "#b8578f", "#b07800", "#2b8fce", "#837a00", "#3a3f45"),
)

DARK = Theme(
    name="dark",
    window="#15181c",
    base="#1b1f24",
    surface="#1f2429",
    text="#e6e9ed",
    muted="#a0a9b4",
    accent="#58a6ff",
    accent_text="#0b1a2b",
    grid="#2d333a",
    border="#3b424b",
    ok="#4cc38a",
    warn="#e9b44c",
    error="#ff7b72",
    scale=("#262d35", "#377cb5", "#a5d8ff"),
    diverging=("#f5a45d", "#2a3037", "#7dbdff"),
    series=("#56b4e9", "#e69f00", "#2cc295", "#e093be", "#f0e442", "#5f8fe8", "#f0783c", "#d7dce2"),
)

_OUTLINED = ("QAbstractSpinBox", "QCheckBox", "QComboBox", "QLineEdit", "QPushButton")

_theme = LIGHT
_points = USUAL_SIZE


def current() -> Theme:
    """Return the theme that was applied last; light before that."""
    return _theme


def chosen(app: QApplication, name: str) -> Theme:
    """Return the theme of that name; of any other, such as `system`, the one that the desktop wears."""
    for known in (LIGHT, DARK):
        if name == known.name:
            return known
    return DARK if app.styleHints().colorScheme() is Qt.ColorScheme.Dark else LIGHT


def font_size() -> float:
    """Return the size of ordinary text in points."""
    return _points


def set_font_size(app: QApplication, points: float) -> None:
    """Write everything larger or smaller; what has a size of its own keeps its proportion.

    Afterwards the window calls `set_theme` on what draws text itself.
    """
    global _points
    points = min(max(points, SMALLEST), LARGEST)
    if points == _points:
        return
    ratio, _points = points / _points, points
    with _keeping_fonts(app, ratio):
        app.setFont(_font())
        # With a style sheet, widgets hear of another font only when the sheet is set again.
        app.setStyleSheet(app.styleSheet())


@contextmanager
def dressing(app: QApplication, theme: Theme) -> Generator[None]:
    """Dress the application, but put its style sheet on at the end: a window is made in less time without one.

    With a style sheet, Qt goes through everything inside a widget each time that it gets a parent.
    """
    app.setStyleSheet("")
    _prepare(app, theme)
    yield
    apply(app, theme)


def apply(app: QApplication, theme: Theme) -> None:
    """Dress the whole application; afterwards the window calls `set_theme` on what draws with tokens itself."""
    global _theme
    _theme = theme
    sheet = _stylesheet(theme)
    if sheet == app.styleSheet():
        return
    with _keeping_fonts(app):
        _prepare(app, theme)
        app.setStyleSheet(sheet)


def _prepare(app: QApplication, theme: Theme) -> None:
    """Set all but the style sheet."""
    global _theme
    _theme = theme
    # Under a style sheet the style has no name any more, and setting it anew takes as long as all the rest.
    if not app.styleSheet() and app.style().name() != "fusion":
        app.setStyle("Fusion")
    app.setFont(_font())
    app.setPalette(palette(theme))
    for kind in _OUTLINED:
        app.setPalette(_outlined(theme), kind)  # pyright: ignore[reportArgumentType] - Qt takes str, and no bytes


def monospace() -> QFont:
    """Return the font of command lines, TOML and tracebacks."""
    _load_fonts()
    font = QFont(MONOSPACE)
    font.setPointSizeF(_points)
    return font


def palette(theme: Theme) -> QPalette:
    """Return the Qt palette of a theme."""
    made = QPalette()
    role = QPalette.ColorRole
    colours = {
        role.Window: theme.window,
        role.WindowText: theme.text,
        role.Base: theme.base,
        role.AlternateBase: theme.window,
        role.Text: theme.text,
        role.PlaceholderText: theme.muted,
        role.Button: theme.surface,
        role.ButtonText: theme.text,
        role.BrightText: theme.error,
        role.ToolTipBase: theme.surface,
        role.ToolTipText: theme.text,
        role.Highlight: theme.accent,
        role.HighlightedText: theme.accent_text,
        role.Accent: theme.accent,
        role.Link: theme.accent,
        role.LinkVisited: theme.accent,
        role.Light: theme.surface,
        role.Midlight: theme.grid,
        role.Mid: theme.border,
        role.Dark: theme.border,
        role.Shadow: theme.border,
    }
    for which, colour in colours.items():
        made.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, which, faded(theme.text, theme.window, 0.45))
    made.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(theme.border))
    return made


def _outlined(theme: Theme) -> QPalette:
    """Return the palette of widgets that are known by their outline: Fusion draws it darker than the window."""
    made = palette(theme)
    if theme.dark:
        made.setColor(QPalette.ColorRole.Window, QColor(theme.muted))
    return made


def faded(colour: str, into: str, share: float) -> QColor:
    """Return `share` of a colour mixed with the rest of another; opaque, so that it is the same on paper."""
    top, bottom = QColor(colour), QColor(into)
    return QColor.fromRgbF(
        share * top.redF() + (1 - share) * bottom.redF(),
        share * top.greenF() + (1 - share) * bottom.greenF(),
        share * top.blueF() + (1 - share) * bottom.blueF(),
    )


def _font() -> QFont:
    _load_fonts()
    font = QFont(FONT)
    font.setPointSizeF(_points)
    return font


@contextmanager
def _keeping_fonts(app: QApplication, ratio: float = 1.0) -> Generator[None]:
    """Let single widgets keep the fonts that they were given, their sizes `ratio` times as large.

    With another palette or style sheet, Qt gives every widget back the font that it had when it was first shown.
    """
    # Copies: what a widget returns is its own font, whatever becomes of that.
    own = [(widget, QFont(widget.font())) for widget in app.allWidgets() if widget.testAttribute(_OWN_FONT)]
    yield
    for widget, font in own:
        if font.resolveMask() & _OWN_SIZE and font.pointSizeF() > 0:
            font.setPointSizeF(ratio * font.pointSizeF())
        widget.setFont(font)


def _load_fonts() -> None:
    """Add the shipped fonts, so that widths and pictures are the same on every machine."""
    if _loaded:
        return
    shipped = (f for f in files("resources").joinpath("fonts").iterdir() if f.name.endswith(".ttf"))
    _loaded.extend(QFontDatabase.addApplicationFontFromData(font.read_bytes()) for font in shipped)


_loaded: list[int] = []


def _stylesheet(theme: Theme) -> str:
    """Return what a palette cannot say. Kept small: rules turn off Fusion's own drawing of a widget."""
    return f"""
QToolTip {{ color: {theme.text}; background: {theme.surface}; border: 1px solid {theme.border}; padding: 4px 6px; }}
QFrame#card {{ background: {theme.surface}; border: 1px solid {theme.border}; border-radius: 6px; }}
QLabel[role="muted"] {{ color: {theme.muted}; }}
QLabel[role="heading"] {{ font-weight: 600; }}
QLabel[role="error"] {{ color: {theme.error}; }}
QLabel[role="warn"] {{ color: {theme.warn}; }}
QLabel[role="ok"] {{ color: {theme.ok}; }}
QPushButton[role="field"] {{ border: 1px solid {theme.border}; border-radius: 5px; padding: 3px 10px;
    background: {theme.base}; color: {theme.muted}; }}
QPushButton[role="field"]:hover, QPushButton[role="field"]:focus {{ border-color: {theme.accent}; }}
QToolButton[role="quiet"] {{ border: none; border-radius: 4px; padding: 2px; background: transparent; }}
QToolButton[role="quiet"]:hover, QToolButton[role="quiet"]:focus {{ background: {theme.grid}; }}
QToolButton[role="quiet"]::menu-indicator {{ image: none; }}
QMainWindow::separator {{ background: {theme.window}; width: 6px; height: 6px; }}
QMainWindow::separator:hover {{ background: {theme.accent}; }}
"""
