"""Above the answers: ways to give a picture, whom it is asked of, and what went wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gui.background import submit
from gui.icons import icon
from gui.theme import Theme
from gui.widgets.camera import CameraDialog, has_camera
from gui.widgets.elided import ElidedLabel

_FILTER: Final = "Pictures (*.png *.jpg *.jpeg *.webp *.bmp *.gif *.tif *.tiff *.ppm);;Bundles (*.zip);;All files (*)"


class TryHead(QWidget):
    """Buttons and the run on one line; below it an error, where there is one."""

    chosen = Signal(Path)
    """A picture, or a bundle."""
    taken = Signal(QImage)
    """A picture from the camera."""
    paste_requested = Signal()
    again_requested = Signal()
    run_requested = Signal()
    """Ask the run on show again instead of a bundle."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.open = _button("&Open…", "Open a picture, or a bundle to ask instead of the run", self.ask_file)
        self.paste = _button("Paste", "Ask about the picture on the clipboard (Ctrl+V)", self.paste_requested.emit)
        self.camera = _button("Camera…", "Ask about what the camera sees", self._use_camera)
        self.camera.hide()
        self.run = _button("Back to the run", "Ask the run on show instead of the bundle", self.run_requested.emit)
        self.again = _button("Ask again", "Put the question once more", self.again_requested.emit)
        self.source = ElidedLabel()
        self.mark, self.problem = QLabel(), QLabel()
        self._lay_out()
        self.show_error("", "")

    def ask_file(self) -> None:
        """Let the user choose a file."""
        dialog = QFileDialog(self, "Open a picture, or a bundle to ask", str(Path.home()), _FILTER)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self.chosen.emit(Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def look_for_camera(self) -> None:
        """Offer the camera if there is one."""
        submit(self, has_camera, self.camera.setVisible, lambda _: None)

    def _use_camera(self) -> None:
        dialog = CameraDialog(self)
        dialog.taken.connect(self.taken)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def show_source(self, source: tuple[Path, int] | None, tasks: int, *, bundle: bool) -> None:
        """Tell whom pictures are asked of, and how many tasks it has finished."""
        self.run.setVisible(bundle)
        if source is None:
            self.source.set_text("")
        elif bundle:
            self.source.set_text(f"Asks the bundle {source[0].name}")
        else:
            done = f"all {tasks} tasks" if source[1] >= tasks else f"{source[1]} of {tasks} tasks"
            self.source.set_text(f"Asks {source[0].name}, which has finished {done}")

    def show_error(self, sentence: str, hint: str, *, again: bool = False) -> None:
        """Tell what went wrong; nothing takes that back."""
        self.problem.setText(f"{sentence} {hint}".strip())
        self.problem.setVisible(bool(sentence))
        self.mark.setVisible(bool(sentence))
        self.again.setVisible(bool(sentence) and again)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's icons."""
        del theme
        for button, name in ((self.open, "picture"), (self.paste, "paste"), (self.camera, "camera")):
            button.setIcon(icon(name))
        self.run.setIcon(icon("undo"))
        self.again.setIcon(icon("reset"))
        self.mark.setPixmap(icon("error").pixmap(16, 16))

    def _lay_out(self) -> None:
        self.problem.setProperty("role", "error")
        self.problem.setWordWrap(True)
        self.source.setProperty("role", "muted")
        first, second = QHBoxLayout(), QHBoxLayout()
        for row in (first, second):
            row.setSpacing(8)
        for button in (self.open, self.paste, self.camera):
            first.addWidget(button)
        first.addSpacing(4)
        first.addWidget(self.source, 1)
        first.addWidget(self.run)
        second.addWidget(self.mark)
        second.addWidget(self.problem, 1)
        second.addWidget(self.again)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(first)
        column.addLayout(second)


def _button(words: str, help_text: str, act: Callable[[], object]) -> QPushButton:
    button = QPushButton(words)
    button.setToolTip(help_text)
    button.setAutoDefault(False)
    button.clicked.connect(lambda: act())
    return button
