"""A line or two across the page: what happened, one or two actions, and a word for putting it away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from gui.icons import icon
from gui.theme import Theme, current
from gui.widgets.wrapped import WrappedLabel

Kind: TypeAlias = Literal["info", "warning"]


@dataclass(frozen=True, slots=True)
class Offer:
    """A button: its text, what it does in a sentence, and doing it."""

    text: str
    help: str
    act: Callable[[], None]


class Banner(QFrame):
    """Hidden until `offer` is called."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self._mark = QLabel()
        self._kind: Kind = "info"
        self.text = WrappedLabel()
        self.button, self.other = QPushButton(), QPushButton()
        self.away = QToolButton()
        self.away.setAutoRaise(True)
        self.away.clicked.connect(self.hide)
        self._acts: dict[QPushButton, Callable[[], None]] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 8, 8)
        row.setSpacing(8)
        row.addWidget(self._mark)
        row.addWidget(self.text, 1)
        for button in (self.button, self.other):
            button.clicked.connect(lambda _=False, button=button: self._go(button))
            row.addWidget(button)
        row.addWidget(self.away)
        self.hide()

    def offer(
        self, text: str, first: Offer, second: Offer | None = None, *, away: str = "Not now", kind: Kind = "info"
    ) -> None:
        """Show a sentence, what can be done about it, and a word for leaving it at that."""
        self._kind = kind
        self.set_theme(current())
        self.text.setText(text)
        for button, offer in ((self.button, first), (self.other, second)):
            button.setVisible(offer is not None)
            if offer is not None:
                button.setText(offer.text)
                button.setToolTip(offer.help)
                button.setAccessibleName(f"{offer.text}. {text}")
                self._acts[button] = offer.act
        self.away.setText(away)
        self.away.setToolTip("Put this message away")
        self.away.setAccessibleName(f"{away}. {text}")
        self.show()

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours."""
        colour = theme.warn if self._kind == "warning" else theme.accent
        self._mark.setPixmap(icon(self._kind).pixmap(16, 16))
        self._mark.setAccessibleName(self._kind.capitalize())
        self.setStyleSheet(
            f"QFrame#banner {{ background: {theme.surface}; border: 1px solid {colour}; border-radius: 4px; }}"
        )

    def _go(self, button: QPushButton) -> None:
        self.hide()
        self._acts[button]()
