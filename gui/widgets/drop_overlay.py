"""What covers the window while something is dragged over it: it says what a drop would do, and may ask which."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gui.theme import current
from gui.widgets.banner import Offer
from gui.widgets.elided import ElidedLabel

_INSET, _CORNER, _VEIL, _CARD = 16, 12, 0.75, 560
_MOST_NAMES = 3


class DropOverlay(QWidget):
    """Hidden until something is dragged; Esc puts a question away."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.setAccessibleName("Drop")
        self.sentence = QLabel()
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.sentence.setWordWrap(True)
        font = self.sentence.font()
        font.setPointSizeF(font.pointSizeF() * 1.4)
        self.sentence.setFont(font)
        self.names = ElidedLabel(Qt.TextElideMode.ElideMiddle)
        self.names.setProperty("role", "muted")
        self.names.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.buttons: list[QPushButton] = []
        self._usable = True
        self._row = QHBoxLayout()
        self._row.setSpacing(12)
        card = QFrame()
        card.setObjectName("card")
        card.setMinimumWidth(_CARD)
        inside = QVBoxLayout(card)
        inside.setContentsMargins(32, 24, 32, 24)
        inside.setSpacing(16)
        inside.addWidget(self.sentence)
        inside.addWidget(self.names)
        inside.addLayout(self._row)
        column = QVBoxLayout(self)
        column.addStretch(1)
        column.addWidget(card, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        window.installEventFilter(self)
        self.hide()

    def announce(self, sentence: str, paths: Sequence[Path], *, usable: bool = True) -> None:
        """Say what a drop would do, while the mouse still holds the things."""
        # The window goes on taking the drag: what covers it must not.
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, on=True)
        self._usable = usable
        more = len(paths) - _MOST_NAMES
        names = ", ".join(path.name or str(path) for path in paths[:_MOST_NAMES])
        self._show(sentence, names + (f" and {more} more" if more > 0 else ""), ())

    def ask(self, sentence: str, offers: Sequence[Offer]) -> None:
        """Ask what shall be done with what was dropped; Esc: nothing."""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, on=False)
        self._usable = True
        cancel = Offer("Cancel", "Do nothing (Esc)", lambda: None)
        self._show(sentence, "", (*offers, cancel))
        self.buttons[0].setFocus(Qt.FocusReason.PopupFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Cover the window whatever its size."""
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._window.rect())
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Put the question away."""
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Veil the window, and draw where things can be dropped; what is refused has a dotted rim."""
        theme = current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(theme.window)
        veil.setAlphaF(_VEIL)
        painter.fillRect(self.rect(), veil)
        style = Qt.PenStyle.DashLine if self._usable else Qt.PenStyle.DotLine
        painter.setPen(QPen(QColor(theme.accent if self._usable else theme.error), 2, style))
        inset = self.rect().adjusted(_INSET, _INSET, -_INSET, -_INSET)
        painter.drawRoundedRect(inset, _CORNER, _CORNER)

    def _show(self, sentence: str, names: str, offers: Sequence[Offer]) -> None:
        self.sentence.setText(sentence)
        self.sentence.setAccessibleName(sentence)
        self.names.set_text(names)
        self.names.setVisible(bool(names))
        for button in self.buttons:
            button.deleteLater()
        while self._row.takeAt(0) is not None:
            pass
        self.buttons = [self._button(offer) for offer in offers]
        if self.buttons:
            self._row.addStretch(1)
            for button in self.buttons:
                self._row.addWidget(button)
            self._row.addStretch(1)
        self.setGeometry(self._window.rect())
        self.show()
        self.raise_()
        self.update()

    def _button(self, offer: Offer) -> QPushButton:
        button = QPushButton(offer.text)
        button.setToolTip(offer.help)
        button.setMinimumHeight(36)
        button.setAutoDefault(True)

        def act() -> None:
            self.hide()
            offer.act()

        button.clicked.connect(act)
        return button
