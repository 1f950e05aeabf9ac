"""One widget on the whole screen, and back into its place."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

_MARGIN = 12


class FullScreen(QWidget):
    """Takes a widget out of its layout while it is on show; it goes on being drawn by whoever draws it."""

    left = Signal()
    """The widget is back in its place."""

    def __init__(self, shown: QWidget, home: QWidget) -> None:
        super().__init__(home.window(), Qt.WindowType.Window)
        self.setWindowTitle(shown.accessibleName())
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._shown = shown
        self._place = QWidget()
        _swap(home, shown, self._place)
        column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        column.addWidget(shown)
        shown.show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go back with Escape, if nothing on show had a use for it."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Put the widget back."""
        home = self._place.parentWidget()
        if home is not None:
            _swap(home, self._place, self._shown)
            self._shown.show()
        self._place.deleteLater()
        super().closeEvent(event)
        self.left.emit()


def _swap(home: QWidget, out: QWidget, into: QWidget) -> None:
    """Put a widget in the place of another."""
    if isinstance(home, QSplitter):
        home.replaceWidget(home.indexOf(out), into)
    elif (layout := home.layout()) is not None:  # pyright: ignore[reportUnnecessaryComparison] - Qt may return None
        layout.replaceWidget(out, into)
