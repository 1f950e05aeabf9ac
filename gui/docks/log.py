"""What happened, line by line, and apart from it what needs attention."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QColor, QGuiApplication, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QLabel, QListWidget, QListWidgetItem, QPlainTextEdit, QStackedLayout, QVBoxLayout, QWidget

from gui.icons import icon
from gui.state.log import Line
from gui.theme import Theme, current

_MOST_LINES = 5000


class LogPanel(QWidget):
    """The shown run's log; text can be selected and copied."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: list[Line] = []
        self._theme = current()
        self.view = QPlainTextEdit()
        self.view.setReadOnly(True)
        self.view.setMaximumBlockCount(_MOST_LINES)
        self.view.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.view.setPlaceholderText("What a run does is written here, line by line.")
        self.view.setAccessibleName("Log")
        self.view.setToolTip("Log of the shown run; the full one is run.log in its folder")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Show the log of another run."""
        self._lines = []
        self.view.clear()
        self.add(lines[-_MOST_LINES:])

    def add(self, lines: Sequence[Line]) -> None:
        """Write lines at the end and keep it in view, unless the reader has scrolled up."""
        if not lines:
            return
        bar = self.view.verticalScrollBar()
        follow = bar.value() >= bar.maximum() - 4
        self._lines.extend(lines)
        cursor = QTextCursor(self.view.document())
        cursor.beginEditBlock()
        for line in lines:
            self._write(cursor, line)
        cursor.endEditBlock()
        if follow:
            # The scroll bar learns its new range only when the text is laid out.
            QTimer.singleShot(0, bar, lambda: bar.setValue(bar.maximum()))

    def set_theme(self, theme: Theme) -> None:
        """Write all lines again in the theme's colours."""
        self._theme = theme
        self.show_lines(self._lines)

    def _write(self, cursor: QTextCursor, line: Line) -> None:
        cursor.movePosition(QTextCursor.MoveOperation.End)
        if not self.view.document().isEmpty():
            cursor.insertBlock()
        cursor.insertText(f"{line.clock}   ", _format(self._theme.muted))
        colours = {"info": self._theme.text, "warning": self._theme.warn, "error": self._theme.error}
        cursor.insertText(line.text, _format(colours[line.level]))


class ProblemsPanel(QWidget):
    """Warnings and errors with their hints; double-click or Ctrl+C copies one."""

    count_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = QListWidget()
        self.list.setFrameShape(QListWidget.Shape.NoFrame)
        self.list.setWordWrap(True)
        self.list.setSpacing(2)
        self.list.setAccessibleName("Problems")
        self.list.setToolTip("Warnings and errors of the shown run; double-click copies one")
        self.list.itemActivated.connect(lambda item: QGuiApplication.clipboard().setText(item.text()))
        self.none = QLabel("No problems.")
        self.none.setProperty("role", "muted")
        self.none.setContentsMargins(8, 8, 8, 8)
        self.none.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._lines: tuple[Line, ...] = ()
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.none)
        self._stack.addWidget(self.list)

    def show_lines(self, lines: Sequence[Line]) -> None:
        """List these problems, newest last."""
        self._lines = tuple(lines)
        self.list.clear()
        for line in lines:
            text = f"{line.text}\n{line.hint}" if line.hint else line.text
            self.list.addItem(QListWidgetItem(icon("error" if line.level == "error" else "warning"), text))
        self._stack.setCurrentIndex(1 if lines else 0)
        self.count_changed.emit(len(lines))

    def set_theme(self, theme: Theme) -> None:
        """Draw the icons anew."""
        self.show_lines(self._lines)


def _format(colour: str) -> QTextCharFormat:
    made = QTextCharFormat()
    made.setForeground(QColor(colour))
    return made
