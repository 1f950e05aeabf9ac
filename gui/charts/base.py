"""What every chart shares: a card with a title, a line of figures, an empty state, a menu, and exports."""

from __future__ import annotations

import csv
import importlib
import pkgutil
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, TypeAlias

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QContextMenuEvent, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.charts.painting import save_picture
from gui.icons import icon
from gui.state.curves import Curves
from gui.state.identity import identity_lines
from gui.theme import Theme, current

Cell: TypeAlias = str | float | int | None

EMPTY = "Press Start: about a minute, nothing to download"
SUFFIXES = (".png", ".svg", ".csv")


class Chart(QFrame):
    """A picture of a run, redrawn only when what it shows has changed.

    A chart makes its plot in `__init__` and hands it to `set_body`, and implements `stamp`, `draw`, `table` and
    `restyle`.
    """

    id: ClassVar[str]
    title: ClassVar[str]
    help: ClassVar[str]
    rank: ClassVar[int] = 100
    """Charts stand in this order."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.title)
        self.setAccessibleDescription(self.help)
        self.theme = current()
        self.curves: Curves | None = None
        self._drawn: object = None
        self._menu = self._make_menu()
        self._summary = Elided()
        self.header = self._make_header()
        self.controls: list[QWidget] = [self.menu_button]
        """What is for the hand, not for the eye."""
        self._empty = QLabel(EMPTY)
        self._empty.setProperty("role", "muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._empty.setMargin(24)
        self._body = QStackedWidget()
        self._body.addWidget(self._empty)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(12, 8, 8, 8)
        self._layout.setSpacing(4)
        self._layout.addLayout(self.header)
        self._layout.addWidget(self._body, 1)

    def show_curves(self, curves: Curves) -> None:
        """Draw a run as far as it is known; costs nothing when nothing that this chart shows is new."""
        stamp = (id(curves), curves.revision, self.stamp(curves))
        if stamp == self._drawn:
            return
        self._drawn = stamp
        self.curves = curves
        self.title_label.setToolTip(f"{self.help}\n\n{self.identity()}".rstrip())
        words = EMPTY if curves.started is None else self.waiting(curves)
        if words:
            self.show_words(words)
            return
        self._body.setCurrentIndex(1)
        self.draw(curves)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.theme = theme
        self.menu_button.setIcon(icon("more"))
        self.restyle(theme)
        self._drawn = None
        if self.curves is not None:
            self.show_curves(self.curves)

    def export(self, path: Path) -> Path:
        """Write the chart as .png (twice the size on screen), .svg or .csv; return the path.

        Raises:
            ValueError: another suffix.
            OSError: the file cannot be written.
        """
        suffix = path.suffix.lower()
        if suffix not in SUFFIXES:
            msg = f"'{path.name}' does not end in {', '.join(SUFFIXES)}."
            raise ValueError(msg)
        if suffix == ".csv":
            with path.open("w", newline="", encoding="utf-8") as file:
                file.writelines(f"# {line}\n" for line in self.identity().splitlines())
                csv.writer(file).writerows(self.table(self.curves) if self.curves else [])
        else:
            save_charts([self], path, self.theme)
        return path

    def identity(self) -> str:
        """Return what the numbers on show depend on, line by line; every export carries it."""
        return identity_lines(self.curves.started if self.curves else None)

    def sizeHint(self) -> QSize:
        """Return one size for all charts, so that a grid of them is even."""
        return QSize(420, 280)

    def minimumSizeHint(self) -> QSize:
        """Return the size below which a chart cannot be read."""
        return QSize(280, 200)

    # --- what a chart implements ---

    def stamp(self, curves: Curves) -> object:
        """Return a small value that changes whenever this chart would look different."""
        raise NotImplementedError

    def draw(self, curves: Curves) -> None:
        """Draw; the run has started and has something to show."""
        raise NotImplementedError

    def table(self, curves: Curves) -> list[Sequence[Cell]]:
        """Return what is drawn as rows, headings first."""
        raise NotImplementedError

    def restyle(self, theme: Theme) -> None:
        """Give pens and brushes the theme's colours; `draw` follows."""
        raise NotImplementedError

    def waiting(self, curves: Curves) -> str:
        """Return the words to show instead of a plot while a started run has nothing for this chart, or ''."""
        return ""

    # --- what a chart uses ---

    def set_body(self, body: QWidget) -> None:
        """Put the plot below the header."""
        self._body.addWidget(body)

    def lay_out_now(self) -> None:
        """Give hidden buttons' room to the others without waiting for the event loop."""
        self._layout.activate()

    def show_words(self, words: str) -> None:
        """Show a sentence in the place of the plot."""
        self._empty.setText(words)
        self._body.setCurrentIndex(0)
        self.set_summary("")

    def set_summary(self, text: str, short: str = "") -> None:
        """Show the few figures that matter most, beside the title; `short` says the same in less room."""
        self._summary.set_text(text, short)
        self.setAccessibleDescription(f"{self.help} {text}".strip())

    @property
    def summary(self) -> str:
        """The figures beside the title."""
        return self._summary.full

    # --- header and menu ---

    def _make_header(self) -> QHBoxLayout:
        self.title_label = QLabel(self.title)
        self.title_label.setProperty("role", "heading")
        self.title_label.setToolTip(self.help)
        self.menu_button = QToolButton()
        self.menu_button.setProperty("role", "quiet")
        self.menu_button.setIcon(icon("more"))
        self.menu_button.setIconSize(QSize(16, 16))
        self.menu_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.menu_button.setToolTip(f"Export “{self.title}”")
        self.menu_button.setAccessibleName(f"Menu of the chart {self.title}")
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu_button.setMenu(self._menu)
        header = QHBoxLayout()
        header.setSpacing(8)
        header.addWidget(self.title_label)
        header.addWidget(self._summary, 1)
        header.addWidget(self.menu_button)
        return header

    def _make_menu(self) -> QMenu:
        menu = QMenu(self)
        for suffix, what in zip(SUFFIXES, ("PNG picture", "SVG drawing", "CSV table"), strict=True):
            menu.addAction(f"Export {what}…", lambda suffix=suffix: self.ask_and_export(suffix))
        return menu

    def ask_and_export(self, suffix: str) -> None:
        """Ask for a place and export there; a failure is told in a tooltip-sized message, not a traceback."""
        name, _ = QFileDialog.getSaveFileName(self, f"Export {self.title}", f"{self.id}{suffix}", f"*{suffix}")
        if not name:
            return
        path = Path(name)
        try:
            self.export(path if path.suffix else path.with_suffix(suffix))
        except (OSError, ValueError) as error:
            self.set_summary(f"Not exported: {error}")

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open the same menu as the button."""
        self._menu.popup(event.globalPos() or self.mapToGlobal(QPoint(0, 0)))


class Elided(QLabel):
    """One line; in less room its short form, and in even less one that ends in …; the tooltip has all of it."""

    def __init__(self, side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignRight) -> None:
        super().__init__()
        self.full = self._short = ""
        self.setProperty("role", "muted")
        self.setAlignment(side | Qt.AlignmentFlag.AlignVCenter)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def set_text(self, text: str, short: str = "") -> None:
        """Show a line, and where it does not fit a shorter one, if there is one."""
        self.full, self._short = text, short or text
        self.setToolTip(text)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the line into the new width."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        metrics = QFontMetrics(self.font())
        fits = metrics.horizontalAdvance(self.full) <= self.width()
        self.setText(metrics.elidedText(self.full if fits else self._short, Qt.TextElideMode.ElideRight, self.width()))


def save_charts(charts: Sequence[Chart], path: Path, theme: Theme, columns: int = 1) -> None:
    """Write charts as one .png or .svg picture, without their buttons: on paper nobody can press them.

    Raises:
        OSError: the file cannot be written.
    """
    controls = [control for chart in charts for control in chart.controls if not control.isHidden()]
    for control in controls:
        control.hide()
    for chart in charts:
        chart.lay_out_now()
    try:
        save_picture(charts, path, theme, columns, charts[0].identity())
    finally:
        for control in controls:
            control.show()


def all_charts() -> tuple[type[Chart], ...]:
    """Return every chart of this folder, by rank."""
    import gui.charts as package

    for module in pkgutil.iter_modules(package.__path__, "gui.charts."):
        importlib.import_module(module.name)
    found = [chart for chart in Chart.__subclasses__() if chart.__module__.startswith("gui.charts.")]
    return tuple(sorted(found, key=lambda chart: (chart.rank, chart.id)))
