"""How to read the drift page, in two sentences that can be folded away."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

_WORDS: Final = (
    "Stage 1 moves the image tower, so the stored means of old classes grow stale. "
    "Arrows: where calibration moved them. Hollow: where they should be. Dotted: what is still off."
)


class DriftHelp(QWidget):
    """A button and the words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.button = QToolButton()
        self.button.setText("How to read this")
        self.button.setProperty("role", "quiet")
        self.button.setCheckable(True)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.button.setToolTip("Show or hide how this page is read")
        self.words = QLabel(_WORDS)
        self.words.setProperty("role", "muted")
        self.words.setWordWrap(True)
        self.words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.words, 1)
        row.addStretch()
        self.button.toggled.connect(self._show)
        self.button.setChecked(True)

    def _show(self, shown: bool) -> None:
        self.words.setVisible(shown)
        self.button.setArrowType(Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow)
