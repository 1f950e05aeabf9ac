"""Settings models become forms: labels, help, limits and menus come from the models; no form is written twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics, QPalette
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QLineEdit, QToolButton, QVBoxLayout, QWidget

from backend.api import Problem
from gui.icons import icon
from gui.state.draft import Draft
from gui.state.fields import Field
from gui.theme import Theme, current, faded
from gui.widgets.editors import make_editor

_HEIGHT = 26
_FRAME = 6
"""What an editor needs above and below its text."""
_RESET_WIDTH = 22


class FieldRow(QWidget):
    """One setting: label, editor, a button that undoes a change, and a sentence where something is wrong."""

    edited = Signal(str, object)
    reset_asked = Signal(str)

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        self.editor = make_editor(field)
        self.label = QLabel()
        self.label.setBuddy(self.editor.widget)
        # A switch carries its own words, as switches do everywhere.
        self._caption = self.editor.widget if isinstance(self.editor.widget, QCheckBox) else self.label
        self._caption.setText(field.label)
        self.reset = QToolButton()
        self.problem = QLabel()
        self._showing = False
        self._describe()
        self._lay_out()
        self.editor.edited.connect(self._edit)
        self.reset.clicked.connect(lambda: self.reset_asked.emit(field.key))

    def show_value(self, value: Any, *, changed: bool, default: Any) -> None:  # noqa: ANN401
        """Show a value without reporting it as an edit, and whether it differs from the preset."""
        if self.editor.read() != value:
            self._write(value)
        if changed == self.reset.isHidden():
            self.reset.setVisible(changed)
            font = self._caption.font()
            font.setBold(changed)
            self._caption.setFont(font)
        self.reset.setToolTip(f"Changed. Back to the preset: {self._words(default)}")

    def show_problem(self, problem: Problem | None) -> None:
        """Mark the field and say what is wrong beside it; none clears the mark."""
        text = f"{problem.sentence} {problem.hint}".rstrip() if problem else ""
        if text == self.problem.text():
            return
        self.problem.setText(text[:1].upper() + text[1:])
        self.problem.setVisible(bool(text))
        self.editor.widget.setAccessibleDescription(f"{text} {self.field.help}".lstrip())
        self._tint(current())

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's icon and mark, and the size of its font."""
        self.editor.widget.setFixedHeight(max(_HEIGHT, self.editor.widget.fontMetrics().height() + _FRAME))
        self.reset.setIcon(icon("reset"))
        self._tint(theme)

    def _words(self, value: Any) -> str:  # noqa: ANN401
        if isinstance(value, bool):
            return "on" if value else "off"
        if value == 0 and self.field.zero:
            return self.field.zero
        return f"{self.field.show(value)} {self.field.unit}".strip() or "empty"

    def _edit(self) -> None:
        if self._showing:
            return
        value, entry = self.editor.read(), self.editor.chosen()
        self.edited.emit(self.field.key, value)
        for key, other in (entry.also if entry else {}).items():
            self.edited.emit(key, other)
        if entry and any(entry.also.values()):
            self._write(value)

    def _write(self, value: Any) -> None:  # noqa: ANN401
        """Show a value without reporting it as an edit."""
        self._showing = True
        self.editor.write(value)
        self._showing = False

    def _describe(self) -> None:
        field = self.field
        limits = f" ({field.allowed})" if field.allowed else ""
        lists = "<p>In this box, put ';' between the names of a list.</p>" if tuple in field.accepts else ""
        if field.numbers:
            lists = "<p>For example: 20, 10, 10</p>"
        tip = f"<p><b>{field.label}</b>{limits}</p><p>{field.help}</p>{lists}<p><code>{field.key}</code></p>"
        for widget in (self.label, self.editor.widget):
            widget.setToolTip(tip)
        self.editor.widget.setAccessibleName(field.label)
        self.editor.widget.setAccessibleDescription(field.help)
        self.editor.widget.setObjectName(field.key)
        self.reset.setAccessibleName(f"Reset {field.label}")
        self.problem.setProperty("role", "error")
        self.problem.setAccessibleName(f"Problem with {field.label}")

    def _lay_out(self) -> None:
        self.problem.setWordWrap(True)
        self.editor.widget.setFixedHeight(_HEIGHT)
        self.reset.setProperty("role", "quiet")
        self.reset.setFixedSize(_RESET_WIDTH, _RESET_WIDTH)
        self.reset.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        keep = self.reset.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self.reset.setSizePolicy(keep)
        self.reset.hide()
        self.problem.hide()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(4)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(2, 1)
        for column, widget in enumerate((self.label, self.reset, self.editor.widget)):
            grid.addWidget(widget, 0, column)
        grid.addWidget(self.problem, 1, 2)

    def _tint(self, theme: Theme) -> None:
        """Colour the editor while something is wrong; the sentence says the same without colour."""
        marked = QPalette()
        if not self.problem.isHidden():
            for role in (QPalette.ColorRole.Base, QPalette.ColorRole.Button):
                marked.setColor(role, faded(theme.error, theme.base, 0.18))
        editor = self.editor.widget
        for widget in (editor, *editor.findChildren(QLineEdit)):
            widget.setPalette(marked)


class FieldList(QWidget):
    """Rows of settings under one another, with a heading if it has a title."""

    edited = Signal(str, object)
    reset_asked = Signal(str)

    def __init__(self, fields: Iterable[Field], title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        if title:
            heading = QLabel(title)
            heading.setProperty("role", "muted")
            column.addWidget(heading)
        self.rows = {field.key: FieldRow(field) for field in fields}
        for row in self.rows.values():
            column.addWidget(row)
            row.edited.connect(self.edited)
            row.reset_asked.connect(self.reset_asked)
        if not self.rows:
            self.hide()

    def show_draft(self, draft: Draft) -> None:
        """Show a draft's values."""
        for key, row in self.rows.items():
            row.show_value(draft.value(key), changed=draft.changed(key), default=draft.default(key))

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Mark the fields that something is wrong with, and no others."""
        for key, row in self.rows.items():
            row.show_problem(next((p for p in problems if concerns(p, key)), None))

    @property
    def label_width(self) -> int:
        """Width that the longest label needs, also when it is bold."""
        return max((_bold_width(row.label) for row in self.rows.values() if row.label.text()), default=0)

    def set_label_width(self, width: int) -> None:
        """Line the editors up with those of other lists."""
        for row in self.rows.values():
            row.label.setFixedWidth(width)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's icons and marks."""
        for row in self.rows.values():
            row.set_theme(theme)


def concerns(problem: Problem, key: str) -> bool:
    """Tell whether a problem is about a setting or about a part of its value, e.g. `split.order.3`."""
    return problem.key == key or problem.key.startswith(f"{key}.")


def _bold_width(label: QLabel) -> int:
    font = label.font()
    font.setBold(True)
    return QFontMetrics(font).horizontalAdvance(label.text()) + 4
