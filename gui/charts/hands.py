"""What mouse and keyboard do on axes: the same on every chart."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from gui.charts.axes import Axes

HELP = (
    "Wheel: zoom; with Ctrl, or beside the axis, up and down\n"
    "Drag: move. Shift and drag: zoom into a rectangle\n"
    "Double click, R or Home: show everything again\n"
    "Left and right: crosshair. Up and down: next line. + \N{MINUS SIGN} 0: zoom. L: logarithmic axis"
)
_NOTCH = 120
_PER_NOTCH = 1.25
_PER_KEY = 1.5
_FAR = 10
"""Points that the crosshair jumps with Shift."""
_SMALLEST = 4.0
"""A rectangle of fewer pixels was not meant."""


class Hands(QObject):
    """Watches the events of axes and turns them into what the axes can do."""

    def __init__(self, axes: Axes) -> None:
        super().__init__(axes)
        self._axes = axes
        self._pressed: QPointF | None = None
        self._last = QPointF()
        self._dragging = False
        axes.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Act on an event; return whether it is done with."""
        kind = event.type()
        if isinstance(event, QWheelEvent):
            return self._wheel(event)
        if isinstance(event, QMouseEvent):
            return self._mouse(event)
        if isinstance(event, QKeyEvent) and kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress):
            return self._key(event)
        if kind == QEvent.Type.Leave:
            self._axes.set_cross(None)
        if isinstance(event, QHelpEvent) and kind == QEvent.Type.ToolTip:
            # Over the plot the crosshair tells more than a tooltip, which would cover it.
            return self._axes.plan.area.contains(QPointF(event.pos()))
        return False

    # --- mouse ---

    def _wheel(self, event: QWheelEvent) -> bool:
        axes, turned = self._axes, event.angleDelta()
        notches = (turned.y() or turned.x()) / _NOTCH
        place = event.position()
        if notches < 0 and not axes.zoomed:
            # Nothing to zoom out of: the page behind may scroll.
            event.ignore()
            return True
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier or (turned.x() and not turned.y()):
            axes.pan(QPointF(notches * axes.plan.area.width() / 10, 0))
        else:
            factor = _PER_NOTCH**notches
            upright = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            upright = upright or place.x() < axes.plan.area.left()
            axes.zoom(1.0 if upright else factor, factor if upright else 1.0, place)
        event.accept()
        return True

    def _mouse(self, event: QMouseEvent) -> bool:
        left = event.button() == Qt.MouseButton.LeftButton
        match event.type():
            case QEvent.Type.MouseButtonDblClick if left:
                self._axes.reset_view()
                return True
            case QEvent.Type.MouseButtonPress if left:
                self._pressed = self._last = event.position()
                self._dragging = False
            case QEvent.Type.MouseMove:
                self._move(event)
                return True
            case QEvent.Type.MouseButtonRelease if left and self._pressed is not None:
                self._release(event.position())
                return True
            case _:
                pass
        return False

    def _move(self, event: QMouseEvent) -> None:
        axes, place = self._axes, event.position()
        if self._pressed is None or not event.buttons() & Qt.MouseButton.LeftButton:
            inside = axes.plan.area.contains(place)
            axes.set_cross(axes.plan.x_at(place.x()) if inside else None, place.y())
            return
        if not self._dragging and (place - self._pressed).manhattanLength() < QApplication.startDragDistance():
            return
        if not self._dragging:
            self._dragging = True
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                axes.box = QRectF(self._pressed, place)
        if axes.box is not None:
            axes.box = QRectF(self._pressed, place).normalized()
            axes.update()
        else:
            axes.pan(place - self._last)
            axes.set_cross(None)
        self._last = place

    def _release(self, place: QPointF) -> None:
        axes, box = self._axes, self._axes.box
        dragged, self._pressed, self._dragging, axes.box = self._dragging, None, False, None
        if box is not None:
            if min(box.width(), box.height()) >= _SMALLEST:
                axes.zoom_to(box)
        elif not dragged and axes.plan.area.contains(place):
            axes.picked.emit(axes.plan.x_at(place.x()))
        axes.update()

    # --- keyboard ---

    def _key(self, event: QKeyEvent) -> bool:
        act = self._acts().get(Qt.Key(event.key()))
        beside = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        if act is None or beside:
            return False
        event.accept()
        if event.type() == QEvent.Type.KeyPress:
            act(_FAR if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        return True

    def _acts(self) -> dict[Qt.Key, Callable[[int], None]]:
        axes, key = self._axes, Qt.Key
        acts: dict[Qt.Key, Callable[[int], None]] = {
            key.Key_Left: lambda far: axes.step_cross(-far),
            key.Key_Right: axes.step_cross,
            key.Key_Up: lambda _: axes.mark_next(-1),
            key.Key_Down: lambda _: axes.mark_next(1),
            key.Key_Plus: lambda _: self._zoom(_PER_KEY),
            key.Key_Equal: lambda _: self._zoom(_PER_KEY),
            key.Key_Minus: lambda _: self._zoom(1 / _PER_KEY),
            key.Key_0: lambda _: axes.reset_view(),
            key.Key_R: lambda _: axes.reset_view(),
            key.Key_Home: lambda _: axes.reset_view(),
            key.Key_L: lambda _: axes.set_log(not axes.log),
        }
        if axes.cross is not None:
            acts[key.Key_Escape] = lambda _: axes.set_cross(None)
            acts[key.Key_Return] = lambda _: axes.picked.emit(axes.cross)
        return acts

    def _zoom(self, factor: float) -> None:
        """Zoom about the crosshair, or the middle."""
        axes, area = self._axes, self._axes.plan.area
        x = area.center().x() if axes.cross is None else axes.plan.across.at(axes.cross)
        axes.zoom(factor, 1.0, QPointF(x, area.center().y()))
