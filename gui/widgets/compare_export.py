"""Everything that a comparison can be taken away as: tables into a file or the clipboard, charts as a picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu, QPushButton, QWidget

from backend.api import StorageError, comparison_text, export_comparison
from gui.background import submit
from gui.charts.base import save_charts
from gui.icons import icon
from gui.state.compare import View
from gui.theme import Theme, current
from gui.widgets.compare_chart import CompareChart

_TABLES: Final = {"csv": ("CSV", ".csv"), "latex": ("LaTeX", ".tex")}
_PICTURES: Final = {"png": ("PNG", ".png"), "svg": ("SVG", ".svg")}


class ExportButton(QPushButton):
    """A button with a menu; the table on show is what is written."""

    said = Signal(str)
    failed = Signal(object)
    """A StudioError."""

    def __init__(self, charts: Sequence[CompareChart], parent: QWidget | None = None) -> None:
        super().__init__("Export", parent)
        self._charts = charts
        self._view = View()
        self.dialog: QFileDialog | None = None
        self.setToolTip("Take the comparison away: table or charts")
        self.setAccessibleName("Export the comparison")
        menu = QMenu(self)
        for kind, (label, _) in _TABLES.items():
            menu.addAction(f"Copy table as {label}", lambda kind=kind: self.copy(kind))
        menu.addSeparator()
        for kind, (label, suffix) in _TABLES.items():
            menu.addAction(f"Table ({label})…", lambda kind=kind, suffix=suffix: self._ask(suffix, self._writer(kind)))
        menu.addSeparator()
        for label, suffix in _PICTURES.values():
            menu.addAction(f"Charts ({label})…", lambda suffix=suffix: self._ask(suffix, self.draw))
        self.setMenu(menu)

    def show_view(self, view: View) -> None:
        """Export this comparison from now on."""
        self._view = view
        self.setEnabled(bool(view.comparison.groups))

    def copy(self, kind: str) -> None:
        """Put the table on the clipboard."""
        view = self._view
        text = comparison_text(view.comparison, view.baseline, kind, anyway=view.anyway).decode()
        QGuiApplication.clipboard().setText(text)
        self.said.emit(f"The table is on the clipboard as {_TABLES[kind][0]}")

    def write(self, kind: str, to: Path) -> None:
        """Write the table in the pool, and say where it went."""
        view = self._view
        submit(
            self,
            lambda: export_comparison(view.comparison, view.baseline, kind, to, anyway=view.anyway),
            lambda path: self.said.emit(f"Exported to {path}"),
            self.failed.emit,
        )

    def draw(self, to: Path) -> None:
        """Write the charts as one picture; a picture is drawn where widgets live."""
        charts = [chart.on_paper() for chart in self._charts]
        try:
            save_charts(charts, to, current(), columns=len(charts))
        except StorageError as error:
            self.failed.emit(error)
        else:
            self.said.emit(f"Exported to {to}")
        finally:
            for chart in charts:
                chart.deleteLater()

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's icon."""
        del theme
        self.setIcon(icon("export"))

    def _writer(self, kind: str) -> Callable[[Path], None]:
        return lambda to: self.write(kind, to)

    def _ask(self, suffix: str, act: Callable[[Path], None]) -> None:
        dialog = QFileDialog(self.window(), "Export comparison")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.setNameFilter(f"*{suffix}")
        dialog.setDefaultSuffix(suffix)
        dialog.selectFile(f"comparison{suffix}")
        dialog.fileSelected.connect(lambda path: act(Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        self.dialog = dialog
        dialog.open()
