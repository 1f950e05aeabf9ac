"""What every page is: a tab that draws only while it is on show, and makes its widgets when it is first shown."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from gui.charts.base import Chart
from gui.state.shown import Shown
from gui.theme import Theme, current


class Page(QWidget):
    """A page makes its widgets in `build`, draws in `draw`, and takes colours in `dress`.

    `show_run` may be called 30 times a second: `draw` must cost next to nothing where nothing is new.
    """

    title: ClassVar[str]
    help: ClassVar[str]
    """What the page is for, in a sentence."""

    said = Signal(str)
    """A sentence for the status bar."""
    failed = Signal(object)
    """A StudioError."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown: Shown | None = None
        """The run on show."""
        self.built = False
        self.setAccessibleName(self.title)

    def show_run(self, shown: Shown | None) -> None:
        """Show a run, or what it did since; a page in the background does so when it comes to the front."""
        self.shown = shown
        if self.built and self.isVisible():
            self.draw()

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and icons."""
        if self.built:
            self.dress(theme)

    def ensure_built(self) -> None:
        """Make the widgets, if that was not done before."""
        if not self.built:
            self.built = True
            self.build()
            for chart in self.findChildren(Chart):
                chart.saving.said.connect(self.said)
                chart.saving.failed.connect(self.failed)
            self.dress(current())

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up."""
        self.ensure_built()
        super().showEvent(event)
        self.draw()

    # --- what a page implements ---

    def build(self) -> None:
        """Make the widgets; called once."""
        raise NotImplementedError

    def draw(self) -> None:
        """Show `self.shown` as it is now; called when it changed, or the page came to the front."""
        raise NotImplementedError

    def dress(self, theme: Theme) -> None:
        """Take the theme's colours and icons; called after `build` too."""
        raise NotImplementedError
