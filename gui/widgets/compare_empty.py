"""What stands on the compare page while there is nothing to compare, or it is being read."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from gui.icons import icon
from gui.theme import Theme

_WIDTH = 460


class CompareEmpty(QWidget):
    """A sentence, a hint and a button."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.mark, self.words, self.hint = QLabel(), QLabel(), QLabel()
        self.add_button = QPushButton("Add runs…")
        self.add_button.setToolTip("Choose runs from a list")
        self.add_button.setAutoDefault(False)
        self.words.setProperty("role", "heading")
        self.hint.setProperty("role", "muted")
        for label in (self.words, self.hint):
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setFixedWidth(_WIDTH)
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addStretch(2)
        for part in (self.mark, self.words, self.hint, self.add_button):
            column.addWidget(part, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        self.say_empty()

    def say_empty(self) -> None:
        """Say how a comparison begins."""
        self._say(
            "Lay runs side by side",
            "Select two runs or more in the Runs panel (Ctrl+click) and press Compare, drag them here, or add them. "
            "Runs that differ only in the seed become one line with its deviation.",
        )

    def say_busy(self, runs: int) -> None:
        """Say what is waited for."""
        self._say(f"Reading {runs} run{'s' if runs != 1 else ''}…", "", add=False)

    def say_unscored(self, runs: int) -> None:
        """Say that no run has a number yet."""
        which = "This run has" if runs == 1 else f"None of these {runs} runs has"
        self._say(f"{which} {'no' if runs == 1 else 'a'} finished task yet", "The first numbers appear with its end.")

    def say_damaged(self, names: str) -> None:
        """Say that nothing could be read."""
        self._say("These runs cannot be read", names)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's icons."""
        del theme
        self.mark.setPixmap(icon("compare").pixmap(48, 48))
        self.add_button.setIcon(icon("add"))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the size of the font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            QTimer.singleShot(0, self, self._fit)  # the labels have the new font only then

    def showEvent(self, event: QShowEvent) -> None:
        """Fit what was said before the style was known."""
        super().showEvent(event)
        self._fit()

    def _say(self, words: str, hint: str, *, add: bool = True) -> None:
        self.words.setText(words)
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))
        self._fit()
        self.add_button.setVisible(add)

    def _fit(self) -> None:
        """Give both texts the height of their lines: centred labels do not ask for it."""
        for label in (self.words, self.hint):
            label.setFixedHeight(label.heightForWidth(_WIDTH))
