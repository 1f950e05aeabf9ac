"""What every chart shares: a card with a title, a line of figures, an empty state, a menu, and exports."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLabel,
    QMenu,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gui.charts.full_screen import FullScreen
from gui.charts.header import Elided, Header
from gui.charts.painting import draw_picture, save_picture
from gui.charts.saving import Saving
from gui.charts.writing import SUFFIXES, Cell, write
from gui.state.curves import Curves
from gui.state.identity import identity_lines
from gui.state.metrics import explain
from gui.theme import Theme, current

__all__ = ["EMPTY", "SUFFIXES", "Cell", "Chart", "Elided", "all_charts", "on_paper", "save_charts"]


EMPTY = "Press Start: about a minute, nothing to download"


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
    optional: ClassVar[bool] = False
    """Whether it is shown only where it was asked for."""
    metrics: ClassVar[tuple[str, ...]] = ()
    """What (i) explains, by its name in `gui.state.metrics`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.title)
        self.setAccessibleDescription(self.help)
        self.theme = current()
        self.curves: Curves | None = None
        self._drawn: object = None
        self._full: FullScreen | None = None
        self._menu = self._make_menu()
        self.header = Header(self.title, self._menu)
        self.header.full_screen_asked.connect(self.toggle_full_screen)
        self.title_label, self._summary = self.header.title_label, self.header.summary
        self.menu_button = self.header.menu_button
        self.controls: list[QWidget] = [*self.header.buttons]
        """What is for the hand, not for the eye."""
        self._put_away: list[QWidget] = []
        self._explain()
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
        self.title_label.setToolTip(f"{self.title}\n{self.help}\n\n{self.identity()}".rstrip())
        words = EMPTY if curves.started is None else self.waiting(curves)
        if words:
            self.show_words(words)
            return
        self._body.setCurrentIndex(1)
        self.draw(curves)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.theme = theme
        self.header.refresh_icons()
        self.restyle(theme)
        self._drawn = None
        if self.curves is not None:
            self.show_curves(self.curves)

    def export(self, path: Path) -> Path:
        """Write the chart as .png (twice the size on screen), .svg or .csv; return the path.

        Raises:
            ValueError: another suffix.
            StorageError: the file cannot be written.
        """

        def rows() -> Sequence[Sequence[Cell]]:
            return self.table(self.curves) if self.curves else []

        return write(path, self.identity().splitlines(), rows, lambda: save_charts([self], path, self.theme))

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

    def set_paper(self, paper: bool) -> None:
        """Put away what is for the hand, or take it out again; the others get its room at once."""
        if paper:
            self._put_away = [control for control in self.controls if not control.isHidden()]
        for control in self._put_away:
            control.setHidden(paper)
        self._layout.activate()

    def _explain(self) -> None:
        """Say what is shown and what its figures mean, to (i) and to Shift+F1."""
        words = f"<p>{escape(self.help)}</p>" + "".join(map(explain, self.metrics))
        self.setWhatsThis(words)
        self.header.info_button.setWhatsThis(words)

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

    # --- menu and full screen ---

    def _make_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        self.saving = Saving(self, self.id, self.export)
        self.saving.fill(menu)
        menu.addAction("Copy picture", self.copy_picture).setToolTip("Put the chart on the clipboard, twice its size")
        menu.addSeparator()
        full = menu.addAction("Full screen", self.toggle_full_screen)
        full.setShortcut("F11")
        full.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.addAction(full)
        return menu

    def copy_picture(self) -> None:
        """Put the chart on the clipboard, as a picture."""
        with on_paper([self]):
            QApplication.clipboard().setImage(draw_picture([self], self.theme))

    def toggle_full_screen(self) -> None:
        """Show the chart on the whole screen, or in its place again."""
        if self._full is not None:
            self._full.close()
        elif (home := self.parentWidget()) is not None:
            self._full = FullScreen(self, home)
            self._full.left.connect(self._came_back)
            self.header.set_full(full=True)
            self._full.showFullScreen()
            (self.focusProxy() or self.menu_button).setFocus()

    def _came_back(self) -> None:
        self._full = None
        self.header.set_full(full=False)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open the same menu as the button."""
        self._menu.popup(event.globalPos() or self.mapToGlobal(QPoint(0, 0)))


@contextmanager
def on_paper(charts: Sequence[Chart]) -> Generator[None]:
    """Leave out of charts what is for the hand, as long as they are written."""
    for chart in charts:
        chart.set_paper(True)
    try:
        yield
    finally:
        for chart in charts:
            chart.set_paper(False)


def save_charts(charts: Sequence[Chart], path: Path, theme: Theme, columns: int = 1) -> None:
    """Write charts as one .png or .svg picture, without their buttons: on paper nobody can press them.

    Raises:
        StorageError: the file cannot be written.
    """
    with on_paper(charts):
        save_picture(charts, path, theme, columns, charts[0].identity())


def all_charts() -> tuple[type[Chart], ...]:
    """Return every chart of this folder, by rank."""
    import gui.charts as package

    for module in pkgutil.iter_modules(package.__path__, "gui.charts."):
        importlib.import_module(module.name)
    found = [kind for kind in _kinds(Chart) if kind.__module__.startswith("gui.charts.") and "id" in vars(kind)]
    return tuple(sorted(found, key=lambda chart: (chart.rank, chart.id)))


def _kinds(kind: type[Chart]) -> Iterator[type[Chart]]:
    """Yield what is derived from a kind of chart, at any depth."""
    for derived in kind.__subclasses__():
        yield derived
        yield from _kinds(derived)
