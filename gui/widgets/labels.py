"""What the user writes about the shown run: a star, tags and a note; saved by itself."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from backend.api import LONGEST_NOTE, Labels, StudioError, read_labels, tags_in
from gui.background import submit
from gui.icons import icon
from gui.state.outbox import Outbox

PAUSE_MS = 1000
"""After the last key, until it is saved."""
AGAIN_MS = 2000
"""After a disk did not take it, until the next try."""
_NOTE_HEIGHT = 76


class RunLabels(QWidget):
    """Reads and writes the labels of one run at a time, in the pool: its disk may be slow, full or gone."""

    saved = Signal()
    """What was written is on the disk."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder: Path | None = None
        self._known: Labels | None = None  # as read, or as last given to be written; none before they are read
        self._outbox = Outbox()
        self.star = QToolButton()
        self.star.setCheckable(True)
        self.star.setProperty("role", "quiet")
        self.star.setAccessibleName("Star")
        self.star.setToolTip("Mark this run with a star")
        self.tags = QLineEdit()
        self.tags.setPlaceholderText("Tags, separated by commas")
        self.tags.setAccessibleName("Tags of the run")
        self.tags.setToolTip("Words to find this run by, separated by commas")
        self.note = QPlainTextEdit()
        self.note.setPlaceholderText("A note about this run")
        self.note.setAccessibleName("Note about the run")
        self.note.setToolTip("What you want to remember about this run; it is saved while you write")
        self.note.setTabChangesFocus(True)
        self.note.setFixedHeight(_NOTE_HEIGHT)
        self.mark = QLabel()
        self.mark.setWordWrap(True)
        self.mark.setTextFormat(Qt.TextFormat.PlainText)
        self._timer = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._timer.timeout.connect(self.save)
        self._again = QTimer(self, singleShot=True, interval=AGAIN_MS)
        self._again.timeout.connect(self._write)
        self.star.toggled.connect(self._starred)
        self.tags.textEdited.connect(self._edited)
        self.note.textChanged.connect(self._edited)
        for field in (self.tags, self.note):
            field.installEventFilter(self)
        self._lay_out()

    def show_run(self, folder: Path) -> None:
        """Show what was written about a run; what was written about the one before is saved."""
        if folder == self._folder:
            return
        self.save()
        self._folder, self._known = folder, None
        self._fill(Labels())
        self._say("")
        submit(
            self,
            lambda: read_labels(folder),
            lambda labels: self._arrived(folder, labels, ""),
            lambda error: self._arrived(folder, Labels(), str(error)),
        )

    def set_star(self, folder: Path, star: bool) -> bool:
        """Give the shown run a star, or take it; return whether it is the shown one and has been read."""
        mine = folder == self._folder and self._known is not None
        if mine:
            self.star.setChecked(star)
        return mine

    def forget(self, folder: Path) -> None:
        """Let go of a run that is about to be moved; call `flush` before it is."""
        if folder == self._folder:
            self.save()
            self._folder = self._known = None
            self._fill(Labels())

    def flush(self) -> None:
        """Write what waits to be written, in this thread.

        Raises:
            StorageError: something could not be written; it goes on waiting.
        """
        self._outbox.write()

    def save(self) -> None:
        """Write what was changed."""
        self._timer.stop()
        labels = self._labels()
        if self._folder is not None and self._known not in (None, labels) and labels is not None:
            self._known = labels
            self._outbox.put(self._folder, labels)
            self._write()

    def refresh_icons(self) -> None:
        """Draw the star anew, and the note's outline as that of other fields."""
        self.note.setPalette(QApplication.palette(self.tags))
        self.star.setIcon(icon("starred" if self.star.isChecked() else "star"))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Save what was written when the focus leaves it."""
        if event.type() == QEvent.Type.FocusOut:
            self.save()
        return super().eventFilter(watched, event)

    def hideEvent(self, event: QHideEvent) -> None:
        """Save; the window may be about to close."""
        self.save()
        super().hideEvent(event)

    def _labels(self) -> Labels | None:
        """Return what is written now; none where the note is too long."""
        note = self.note.toPlainText()
        if len(note) > LONGEST_NOTE:
            return None
        return Labels(star=self.star.isChecked(), tags=tags_in(self.tags.text()), note=note)

    def _fill(self, labels: Labels) -> None:
        for part in (self.star, self.tags, self.note):
            part.blockSignals(True)
            part.setEnabled(self._known is not None)
        self.star.setChecked(labels.star)
        self.tags.setText(", ".join(labels.tags))
        self.tags.setCursorPosition(0)
        self.note.setPlainText(labels.note)
        for part in (self.star, self.tags, self.note):
            part.blockSignals(False)
        self.refresh_icons()

    def _starred(self) -> None:
        self.refresh_icons()
        self.save()

    def _edited(self) -> None:
        over = len(self.note.toPlainText()) - LONGEST_NOTE
        if over > 0:
            self._say(f"Not saved: {over:,} characters too many", "error")
        else:
            self._say("")
            self._timer.start()

    def _arrived(self, folder: Path, labels: Labels, problem: str) -> None:
        if folder == self._folder:
            self._known = self._outbox.get(folder) or labels
            self._fill(self._known)
            self._say(problem, "warn")

    def _write(self) -> None:
        submit(self, self._outbox.write, lambda _: self._written(), self._refused)

    def _written(self) -> None:
        self._again.stop()
        self.saved.emit()
        on_disk = self._folder is not None and self._outbox.get(self._folder) is None
        if on_disk and self._known == self._labels():
            self._say("Saved")

    def _refused(self, error: StudioError) -> None:
        self._say(f"Not saved yet. {error}", "error")
        self._again.start()

    def _say(self, text: str, role: str = "muted") -> None:
        self.mark.setText(text)
        self.mark.setProperty("role", role)
        self.mark.style().polish(self.mark)

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(4)
        line.addWidget(self.star)
        line.addWidget(self.tags, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(line)
        column.addWidget(self.note)
        column.addWidget(self.mark)
