"""A line at the foot of a panel: what was just done, and a word for taking it back; it goes by itself."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QWidget

from gui.icons import icon
from gui.theme import Theme, current
from gui.widgets.banner import Offer
from gui.widgets.wrapped import WrappedLabel

SHOWN_MS = 20_000
_NARROWEST = 80


class Toast(QFrame):
    """Hidden until `tell` is called."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("toast")
        self.text = WrappedLabel()
        self.text.setMinimumWidth(_NARROWEST)
        self.button = QPushButton()
        self.button.clicked.connect(self._go)
        self.away = QToolButton()
        self.away.setProperty("role", "quiet")
        self.away.setToolTip("Put this message away")
        self.away.clicked.connect(self.hide)
        self._act: Callable[[], None] = self.hide
        self._timer = QTimer(self, singleShot=True, interval=SHOWN_MS)
        self._timer.timeout.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 4, 4)
        row.setSpacing(8)
        row.addWidget(self.text, 1)
        row.addWidget(self.button)
        row.addWidget(self.away)
        self.hide()

    def tell(self, text: str, offer: Offer) -> None:
        """Show a sentence and what can be done about it, for a while."""
        self.set_theme(current())
        self.text.setText(text)
        self.button.setText(offer.text)
        self.button.setToolTip(offer.help)
        self.button.setAccessibleName(f"{offer.text}. {text}")
        self.away.setAccessibleName(f"Close. {text}")
        self._act = offer.act
        self._timer.start()
        self.show()

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours."""
        self.away.setIcon(icon("remove"))
        self.setStyleSheet(
            f"QFrame#toast {{ background: {theme.surface}; border: 1px solid {theme.accent}; border-radius: 4px; }}"
        )

    def _go(self) -> None:
        self.hide()
        self._act()
