"""A line across the page that offers one action and can be put away."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from gui.icons import icon
from gui.theme import Theme


class Banner(QFrame):
    """Hidden until `offer` is called."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self._mark = QLabel()
        self.text = QLabel()
        self.button = QPushButton()
        self._away = QToolButton()
        self._away.setText("Not now")
        self._away.setAutoRaise(True)
        self._away.setToolTip("Put this message away")
        self._away.clicked.connect(self.hide)
        self._act: Callable[[], None] = self.hide
        self.button.clicked.connect(self._go)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 8, 8)
        row.setSpacing(8)
        for widget in (self._mark, self.text):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self.button)
        row.addWidget(self._away)
        self.hide()

    def offer(self, text: str, action: str, act: Callable[[], None]) -> None:
        """Show a sentence and a button that does something about it."""
        self.text.setText(text)
        self.button.setText(action)
        self.button.setToolTip(f"{action}: {text}")
        self.button.setAccessibleName(f"{action}. {text}")
        self._act = act
        self.show()

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours."""
        self._mark.setPixmap(icon("info").pixmap(16, 16))
        self.setStyleSheet(
            f"QFrame#banner {{ background: {theme.surface}; border: 1px solid {theme.accent}; border-radius: 4px; }}"
        )

    def _go(self) -> None:
        self.hide()
        self._act()
