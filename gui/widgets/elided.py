"""A label of one line that ends in an ellipsis where there is no room; the tooltip has all of it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget


class ElidedLabel(QLabel):
    """Never asks for more room than a few letters."""

    def __init__(
        self, mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight, text: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._mode = mode
        self._whole = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.set_text(text)

    @property
    def whole(self) -> str:
        """All of the text."""
        return self._whole

    def set_text(self, text: str) -> None:
        """Show a text."""
        self._whole = text
        self.setAccessibleName(text)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        """Return the room of a few letters."""
        return QSize(48, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut the text anew."""
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Cut the text anew if the font has become another meanwhile."""
        self._fit()
        super().paintEvent(event)

    def _fit(self) -> None:
        cut = self.fontMetrics().elidedText(self._whole, self._mode, self.contentsRect().width())
        if cut != self.text():
            self.setText(cut)
            self.setToolTip(self._whole if cut != self._whole else "")
