"""One editing widget for each kind of setting, behind one small interface."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, SignalInstance
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QValidator
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QLineEdit,
    QSpinBox,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QWidget,
)

from backend.api import Entry
from gui.state.fields import Field
from gui.widgets.searched import SearchedList, offer_matches

_DECIMALS = 12


@dataclass(frozen=True, slots=True)
class Editor:
    """A widget with a value. `edited` is emitted on every change, typed or written.

    `chosen` returns the entry of a menu that was just picked, if one was.
    """

    widget: QWidget
    read: Callable[[], Any]
    write: Callable[[Any], None]
    edited: SignalInstance
    chosen: Callable[[], Entry | None] = lambda: None


def make_editor(field: Field) -> Editor:
    """Return a new editor of the kind that a field asks for."""
    match field.kind:
        case "switch":
            editor = _switch()
        case "whole":
            editor = _whole(field)
        case "decimal":
            editor = _decimal(field)
        case "choice":
            editor = _choice(field)
        case "open":
            editor = _open(field)
        case "text":
            editor = _text(field)
    editor.widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    editor.widget.installEventFilter(_WheelGuard(editor.widget))
    return editor


class _WheelGuard(QObject):
    """Lets the form scroll under the pointer: a wheel changes only the field that has the focus."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Pass the wheel on to the form."""
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return super().eventFilter(watched, event)


class _PlainDecimals(QDoubleSpinBox):
    """Shows 0.001 as 0.001 and takes 1e-3."""

    def textFromValue(self, value: float) -> str:
        """Return the shortest text that reads back as the value."""
        return f"{value:.10g}"

    def valueFromText(self, text: str) -> float:
        """Read what `validate` accepted."""
        return float(self._bare(text))

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Accept any number in range."""
        try:
            inside = self.minimum() <= float(self._bare(text)) <= self.maximum()
        except ValueError:
            inside = False
        state = QValidator.State.Acceptable if inside else QValidator.State.Intermediate
        return state, text, position

    def _bare(self, text: str) -> str:
        return text.removesuffix(self.suffix()).strip()


class _Menu(QComboBox):
    """Ends a label that is too long in an ellipsis, where Qt would cut through a letter."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw a closed menu; an open one has a line edit that draws itself."""
        if self.isEditable():
            super().paintEvent(event)
            return
        painter, option = QStylePainter(self), QStyleOptionComboBox()
        self.initStyleOption(option)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        part = QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, self).width() - 6
        words = self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, room)
        option.currentText = words
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)


class _Typed(QLineEdit):
    """The line of an open menu; ends in an ellipsis like a closed one, except while it is edited."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the text from its beginning."""
        area = self.rect().adjusted(2, 0, -2, 0)
        if self.hasFocus() or self.fontMetrics().horizontalAdvance(self.text()) <= area.width():
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().base())
        painter.setPen(QPen(self.palette().text().color()))
        words = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)


def _switch() -> Editor:
    box = QCheckBox()
    return Editor(box, box.isChecked, box.setChecked, box.toggled)


def _whole(field: Field) -> Editor:
    box = QSpinBox()
    box.setRange(int(field.low), int(field.high))
    box.setSuffix(f" {field.unit}" if field.unit else "")
    if field.low == 0:  # Qt shows the words at the low end of the range
        box.setSpecialValueText(field.zero)
    box.setMinimumWidth(64)
    return Editor(box, box.value, box.setValue, box.valueChanged)


def _decimal(field: Field) -> Editor:
    box = _PlainDecimals()
    box.setDecimals(_DECIMALS)
    box.setRange(max(field.low, -1e9), min(field.high, 1e9) if math.isfinite(field.high) else 1e9)
    box.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
    box.setSuffix(f" {field.unit}" if field.unit else "")
    box.setMinimumWidth(64)
    return Editor(box, box.value, box.setValue, box.valueChanged)


def _combo(field: Field) -> _Menu:
    box = _Menu()
    box.setView(SearchedList())
    for entry in field.choices:
        box.addItem(entry.label, entry.id)
        box.setItemData(box.count() - 1, entry.help, Qt.ItemDataRole.ToolTipRole)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(6)
    # The list may be wider than the box, so that no label is cut off.
    box.view().setMinimumWidth(box.view().sizeHintForColumn(0) + 24)
    return box


def _choice(field: Field) -> Editor:
    box = _combo(field)

    def write(value: Any) -> None:  # noqa: ANN401
        box.setCurrentIndex(box.findData(str(value)))

    return Editor(box, box.currentData, write, box.currentIndexChanged)


def _open(field: Field) -> Editor:
    box = _combo(field)
    line = _Typed()
    box.setLineEdit(line)
    box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    offer_matches(box)
    line.setCursorPosition(0)

    def write(value: Any) -> None:  # noqa: ANN401
        box.setEditText(field.show(value))
        line.setCursorPosition(0)

    return Editor(
        box,
        lambda: field.read(box.currentText()),
        write,
        box.currentTextChanged,
        lambda: field.chosen(box.currentText()),
    )


def _text(field: Field) -> Editor:
    line = QLineEdit()
    line.setClearButtonEnabled(True)

    def write(value: Any) -> None:  # noqa: ANN401
        line.setText(field.show(value))

    return Editor(line, lambda: field.read(line.text()), write, line.textChanged)
