"""A grid of thumbnails over any number of pictures: only rows on show are asked for and painted."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip, QWidget

from backend.api import Pictures
from gui.icons import icon
from gui.models.pictures import Thumbnails
from gui.theme import Theme, current

SIDE: Final = 96
GAP: Final = 8
PITCH: Final = QSize(SIDE + GAP, SIDE + GAP)
_MARGIN_ROWS: Final = 2
_ASK_MS: Final = 40
_NOTHING: Final = np.zeros(0, np.int64)


class ThumbnailGrid(QAbstractScrollArea):
    """Arrows, Page Up and Down, Home and End move the current picture; Enter or a double click opens it.

    `pitch` is the distance of pictures; what is beyond `PITCH` is room for `paint_words`.
    """

    opened = Signal(int)
    """Place, among the pictures on show, of the one to look at."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pitch = PITCH
        self.thumbnails: Thumbnails | None = None
        self._class_names: tuple[str, ...] = ()
        self._shown: NDArray[np.int64] = _NOTHING
        self._current = 0
        self._ask_timer = QTimer(self, interval=_ASK_MS, singleShot=True)
        self._ask_timer.timeout.connect(self._ask)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setAccessibleName("Pictures")
        self.setAccessibleDescription("Arrow keys choose a picture, Enter opens it")
        self.viewport().setMouseTracking(True)
        self.verticalScrollBar().valueChanged.connect(self._ask_soon)

    # --- what is shown ---

    def show_pictures(self, pictures: Pictures | None, class_names: tuple[str, ...] = ()) -> None:
        """Show all pictures of a part, from the top; none shows nothing."""
        self._class_names = class_names
        self._replace_thumbnails(pictures)
        self.show_only(np.arange(len(pictures)) if pictures is not None else _NOTHING)

    def show_only(self, indices: NDArray[np.int64]) -> None:
        """Show these of the pictures, from the top."""
        self._shown = indices
        self._current = 0
        self._fit_scroll_bar()
        self.verticalScrollBar().setValue(0)
        self._ask_soon()
        self.viewport().update()

    @property
    def shown(self) -> NDArray[np.int64]:
        """Indices of the pictures in the grid."""
        return self._shown

    @property
    def current(self) -> int:
        """Place of the current picture among those in the grid."""
        return self._current

    def set_current(self, place: int) -> None:
        """Make a picture the current one, and scroll to it."""
        if not len(self._shown):
            return
        self._current = min(max(place, 0), len(self._shown) - 1)
        top = self._rect(self._current).top() - GAP
        bar = self.verticalScrollBar()
        if top < 0:
            bar.setValue(bar.value() + top)
        elif (below := top + self.pitch.height() + GAP - self.viewport().height()) > 0:
            bar.setValue(bar.value() + below)
        self.setAccessibleDescription(self.words(self._current))
        self.viewport().update()

    def words(self, place: int) -> str:
        """Return class and file name of a picture, and what is wrong with it."""
        if self.thumbnails is None:
            return ""
        pictures, index = self.thumbnails.pictures, int(self._shown[place])
        name = self._class_names[int(pictures.labels[index])]
        return "\n".join(line for line in (name, pictures.names[index], self.thumbnails.reason(index)) if line)

    def set_theme(self, theme: Theme) -> None:
        """Draw again in the theme's colours."""
        del theme
        self.viewport().update()

    # --- geometry ---

    @property
    def columns(self) -> int:
        """Pictures in a row."""
        return max(1, (self.viewport().width() - GAP) // self.pitch.width())

    def place_at(self, point: QPoint) -> int | None:
        """Return the place of the picture under a point of the viewport."""
        column = (point.x() - self._left) // self.pitch.width()
        row = (point.y() - GAP + self.verticalScrollBar().value()) // self.pitch.height()
        place = row * self.columns + column
        inside = 0 <= column < self.columns and 0 <= place < len(self._shown)
        return place if inside and self.cell(place).contains(point) else None

    @property
    def _left(self) -> int:
        """Where the first column begins, so that the columns stand in the middle."""
        return (self.viewport().width() - self.columns * self.pitch.width() + GAP) // 2

    def cell(self, place: int) -> QRect:
        """Return where a picture and the words below it are, in the viewport."""
        row, column = divmod(place, self.columns)
        top = GAP + row * self.pitch.height() - self.verticalScrollBar().value()
        return QRect(self._left + column * self.pitch.width(), top, self.pitch.width() - GAP, self.pitch.height() - GAP)

    def _rect(self, place: int) -> QRect:
        """Return where a picture is: in the middle of its cell, at the top."""
        cell = self.cell(place)
        return QRect(cell.left() + (cell.width() - SIDE) // 2, cell.top(), SIDE, SIDE)

    def _places(self, margin_rows: int = 0) -> range:
        """Return the places on show, with some rows above and below them."""
        scrolled = self.verticalScrollBar().value()
        first = max(0, scrolled // self.pitch.height() - margin_rows)
        last = (scrolled + self.viewport().height()) // self.pitch.height() + 1 + margin_rows
        return range(min(first * self.columns, len(self._shown)), min(last * self.columns, len(self._shown)))

    def _fit_scroll_bar(self) -> None:
        rows = math.ceil(len(self._shown) / self.columns)
        bar, height = self.verticalScrollBar(), self.viewport().height()
        bar.setRange(0, max(0, rows * self.pitch.height() + GAP - height))
        bar.setPageStep(height)
        bar.setSingleStep(self.pitch.height() // 3)

    # --- thumbnails ---

    def _replace_thumbnails(self, pictures: Pictures | None) -> None:
        if self.thumbnails is not None:
            self.thumbnails.want(())
            self.thumbnails.deleteLater()
        self.thumbnails = None
        if pictures is not None:
            side = math.ceil(SIDE * self.devicePixelRatioF())
            self.thumbnails = Thumbnails(pictures, side, self)
            self.thumbnails.arrived.connect(self._arrived)

    def _ask_soon(self) -> None:
        """Ask once in a while: not for every step of a fast scroll."""
        if not self._ask_timer.isActive():
            self._ask_timer.start()

    def _ask(self) -> None:
        if self.thumbnails is None or not self.isVisible():
            return
        visible, around = self._places(), self._places(_MARGIN_ROWS)
        places = [*visible, *(place for place in around if place not in visible)]
        self.thumbnails.want(int(self._shown[place]) for place in places)

    def _arrived(self, indices: list[int]) -> None:
        visible = self._places()
        on_show = set(self._shown[visible.start : visible.stop].tolist())
        if not on_show.isdisjoint(indices):
            self.viewport().update()

    # --- Qt ---

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows on show: a picture, a grey box until it is there, or a mark where it cannot be read."""
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), QColor(current().base))
        for place in self._places():
            self._paint_cell(painter, place)
            self.paint_words(painter, place)
        if self.hasFocus() and len(self._shown):
            painter.setPen(QPen(QColor(current().accent), 2))
            painter.drawRect(self.cell(self._current).adjusted(-3, -3, 3, 3))

    def paint_words(self, painter: QPainter, place: int) -> None:
        """Write something below a picture; nothing, unless a grid with room for it does."""

    def _paint_cell(self, painter: QPainter, place: int) -> None:
        cell, index, thumbnails = self._rect(place), int(self._shown[place]), self.thumbnails
        image = thumbnails.image(index) if thumbnails else None
        if thumbnails and image:
            ratio = SIDE / thumbnails.side
            target = QRect(QPoint(), QSize(round(image.width() * ratio), round(image.height() * ratio)))
            target.moveCenter(cell.center())
            painter.drawImage(target, image)
            return
        painter.fillRect(cell, QColor(current().grid))
        if thumbnails and thumbnails.reason(index):
            mark = QRect(0, 0, 24, 24)
            mark.moveCenter(cell.center())
            icon("error").paint(painter, mark)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the first picture on show where it was."""
        first = self._places().start if event.oldSize().isValid() else 0
        super().resizeEvent(event)
        self._fit_scroll_bar()
        if first:
            self.verticalScrollBar().setValue(first // self.columns * self.pitch.height())
        self._ask_soon()

    def changeEvent(self, event: QEvent) -> None:
        """Decode anew for a screen with finer or coarser pixels."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.DevicePixelRatioChange and self.thumbnails is not None:
            self._replace_thumbnails(self.thumbnails.pictures)
            self._ask_soon()

    def event(self, event: QEvent) -> bool:
        """Start to load when shown, and stop when hidden."""
        if event.type() == QEvent.Type.Show:
            self._ask_soon()
        elif event.type() == QEvent.Type.Hide and self.thumbnails is not None:
            self.thumbnails.want(())
        return super().event(event)

    def viewportEvent(self, event: QEvent) -> bool:
        """Tell class and file name of the picture under the pointer."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            place = self.place_at(event.pos())
            text = self.words(place) if place is not None else ""
            QToolTip.showText(event.globalPos(), text, self.viewport())
            return True
        return super().viewportEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Make the picture under the pointer the current one."""
        if (place := self.place_at(event.position().toPoint())) is not None:
            self.set_current(place)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the picture under the pointer."""
        if (place := self.place_at(event.position().toPoint())) is not None:
            self.opened.emit(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the current picture, or open it."""
        key, columns = Qt.Key(event.key()), self.columns
        page = columns * max(1, self.viewport().height() // self.pitch.height())
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -columns if self._current >= columns else 0,
            Qt.Key.Key_Down: columns,
            Qt.Key.Key_PageUp: -page,
            Qt.Key.Key_PageDown: page,
            Qt.Key.Key_Home: -len(self._shown),
            Qt.Key.Key_End: len(self._shown),
        }
        if key in steps:
            self.set_current(self._current + steps[key])
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and len(self._shown):
            self.opened.emit(self._current)
        else:
            super().keyPressEvent(event)
