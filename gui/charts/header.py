"""The line above a chart: its title, a few figures, what they mean, full screen, and the menu."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSizePolicy, QToolButton, QWhatsThis, QWidget

from gui.icons import icon

_ICON = QSize(16, 16)


class Elided(QLabel):
    """One line; in less room its short form, and in even less one that ends in …; the tooltip has all of it."""

    def __init__(self, side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignRight) -> None:
        super().__init__()
        self.full = self._short = ""
        self.setProperty("role", "muted")
        self.setAlignment(side | Qt.AlignmentFlag.AlignVCenter)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def set_text(self, text: str, short: str = "") -> None:
        """Show a line, and where it does not fit a shorter one, if there is one."""
        if (text, short or text) == (self.full, self._short):
            return
        self.full, self._short = text, short or text
        self.setToolTip(text)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the line into the new width."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        metrics = QFontMetrics(self.font())
        fits = metrics.horizontalAdvance(self.full) <= self.width()
        self.setText(metrics.elidedText(self.full if fits else self._short, Qt.TextElideMode.ElideRight, self.width()))


class _Title(QLabel):
    """A title that acts when it is clicked twice."""

    twice = Signal()

    def minimumSizeHint(self) -> QSize:
        """Return the room of a few letters."""
        return QSize(48, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the title, with an ellipsis where there is no room; its tooltip begins with all of it."""
        painter = QPainter(self)
        room = self.contentsRect()
        words = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, words)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Tell it."""
        event.accept()
        self.twice.emit()


class Header(QHBoxLayout):
    """From left to right: title, figures, (i), full screen, menu."""

    full_screen_asked = Signal()

    def __init__(self, title: str, menu: QMenu) -> None:
        super().__init__()
        self._title = title
        self.title_label = _Title(title)
        self.title_label.setProperty("role", "heading")
        self.title_label.setContentsMargins(0, 0, 4, 0)
        self.title_label.twice.connect(self.full_screen_asked)
        self.summary = Elided()
        self.info_button = _button("explain", f"What “{title}” shows", f"What is shown in {title}")
        self.info_button.clicked.connect(self._explain)
        self.full_button = _button("expand", "", "")
        self.full_button.clicked.connect(self.full_screen_asked)
        self.menu_button = _button("more", f"Menu of “{title}”: export, view", f"Menu of the chart {title}")
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu_button.setMenu(menu)
        self.set_full(full=False)
        self.setSpacing(4)
        self.addWidget(self.title_label)
        self.addWidget(self.summary, 1)
        for button in self.buttons:
            self.addWidget(button)

    @property
    def buttons(self) -> list[QToolButton]:
        """What is pressed, from left to right."""
        return [self.info_button, self.full_button, self.menu_button]

    def add_control(self, control: QWidget) -> None:
        """Put something between figures and buttons."""
        self.insertWidget(self.count() - len(self.buttons), control)

    def set_full(self, *, full: bool) -> None:
        """Offer the way to the whole screen, or back."""
        self._full = full
        words = "Back from the whole screen (F11 or Esc)" if full else f"“{self._title}” on the whole screen (F11)"
        self.full_button.setToolTip(words)
        self.full_button.setAccessibleName(words)
        self.refresh_icons()

    def refresh_icons(self) -> None:
        """Draw all icons in the theme's colours."""
        self.info_button.setIcon(icon("explain"))
        self.menu_button.setIcon(icon("more"))
        self.full_button.setIcon(icon("shrink" if self._full else "expand"))

    def _explain(self) -> None:
        button = self.info_button
        place = button.mapToGlobal(button.rect().bottomLeft())
        QWhatsThis.showText(place, button.whatsThis(), button)


def _button(name: str, tip: str, spoken: str) -> QToolButton:
    button = QToolButton()
    button.setProperty("role", "quiet")
    button.setIcon(icon(name))
    button.setIconSize(_ICON)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    button.setToolTip(tip)
    button.setAccessibleName(spoken)
    return button
