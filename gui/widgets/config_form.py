"""The form of a whole run: what most people change on top, everything else folded away under "Advanced"."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget

from backend.api import SECTIONS, Catalogue, MethodSettings, Problem, RunConfig, Settings
from gui.forms import FieldList, FieldRow, concerns
from gui.state.draft import Draft
from gui.state.fields import Field, fields_of
from gui.theme import Theme

_GAP = 8
_ROW_GAP = 4


class ConfigForm(QWidget):
    """All settings of a draft. Another method keeps every section and brings fields of its own."""

    edited = Signal(str, object)
    reset_asked = Signal(str)

    def __init__(self, menus: Catalogue, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._menus = menus
        self._own: dict[type[Settings], tuple[FieldList, FieldList]] = {}
        self._method: type[Settings] | None = None
        self._common: list[FieldList] = []
        self._plain, self._folded = QVBoxLayout(), QVBoxLayout()
        self._method_plain, self._method_folded = QVBoxLayout(), QVBoxLayout()
        self.advanced = QToolButton()
        self._drawer = QWidget()
        self._lay_out()
        self._add_sections()
        self.advanced.toggled.connect(self._unfold)

    @property
    def rows(self) -> dict[str, FieldRow]:
        """All rows on show or folded away, by key, in the order of the form."""
        return {key: row for shown in self._lists() for key, row in shown.rows.items()}

    def show_draft(self, draft: Draft) -> None:
        """Show a draft's values, with the fields of its method."""
        if draft.method is not self._method:
            self._show_method(draft.method)
        for shown in self._lists():
            shown.show_draft(draft)
        advanced = [key for key, row in self.rows.items() if row.field.advanced]
        changed = sum(draft.changed(key) for key in advanced)
        self.advanced.setText(f"Advanced ({len(advanced)}{f', {changed} changed' if changed else ''})")

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Mark the fields that something is wrong with; unfold those that are hidden."""
        for shown in self._lists():
            shown.show_problems(problems)
        if any(row.field.advanced and not row.problem.isHidden() for row in self.rows.values()):
            self.advanced.setChecked(True)

    def row_of(self, problem: Problem) -> FieldRow | None:
        """Return the row that a problem is about."""
        return next((row for key, row in self.rows.items() if concerns(problem, key)), None)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's icons and marks, and the size of its font."""
        for shown in (*self._common, *(shown for pair in self._own.values() for shown in pair)):
            shown.set_theme(theme)
        if self._method is not None:
            self._line_up()

    def _lists(self) -> list[FieldList]:
        own = self._own[self._method] if self._method else ()
        return [*self._common, *own]

    def _lay_out(self) -> None:
        self.advanced.setCheckable(True)
        self.advanced.setArrowType(Qt.ArrowType.RightArrow)
        self.advanced.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.advanced.setProperty("role", "quiet")
        self.advanced.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.advanced.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.advanced.setAccessibleName("Advanced settings")
        self.advanced.setToolTip("Show the settings that have a good default")
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 4, 12, 4)
        column.setSpacing(_GAP)
        column.addLayout(self._plain)
        column.addWidget(self.advanced)
        column.addWidget(self._drawer)
        column.addStretch(1)
        self._drawer.setLayout(self._folded)
        self._drawer.hide()
        self._folded.setContentsMargins(0, 0, 0, 0)
        for part in (self._plain, self._folded):
            part.setSpacing(_GAP)
        for part in (self._method_plain, self._method_folded):
            part.setSpacing(_ROW_GAP)

    def _add_sections(self) -> None:
        for name in SECTIONS:
            model = _model(name)
            lists = _split(fields_of(name, model, self._menus), str(getattr(model, "title", "")))
            parts = (self._plain, self._folded)
            if name == "method":
                parts = (self._method_plain, self._method_folded)
                self._plain.addLayout(self._method_plain)
                self._folded.addLayout(self._method_folded)
            for shown, part in zip(lists, parts, strict=True):
                self._add(shown, part)
                self._common.append(shown)

    def _show_method(self, model: type[MethodSettings]) -> None:
        """Put the fields of a method below its name, building them the first time."""
        for shown in self._own.get(self._method, ()) if self._method else ():
            shown.hide()
        self._method = None
        if model not in self._own:
            self._own[model] = self._build_method(model)
        self._method = model
        for shown in self._own[model]:
            shown.setVisible(bool(shown.rows))
        self._line_up()

    def _build_method(self, model: type[MethodSettings]) -> tuple[FieldList, FieldList]:
        own = [field for field in fields_of("method", model, self._menus) if field.key not in self.rows]
        plain, folded = _split(own, model.title)
        self._add(plain, self._method_plain)
        self._add(folded, self._method_folded)
        return plain, folded

    def _add(self, shown: FieldList, part: QVBoxLayout) -> None:
        part.addWidget(shown)
        shown.edited.connect(self.edited)
        shown.reset_asked.connect(self.reset_asked)

    def _line_up(self) -> None:
        """Give the labels on top one width, and those in the drawer another: there the labels are longer."""
        lists = self._lists()
        for column in (lists[::2], lists[1::2]):
            width = max(shown.label_width for shown in column)
            for shown in column:
                shown.set_label_width(width)

    def _unfold(self, unfolded: bool) -> None:
        self._drawer.setVisible(unfolded)
        self.advanced.setArrowType(Qt.ArrowType.DownArrow if unfolded else Qt.ArrowType.RightArrow)


def _model(section: str) -> type[Settings]:
    """Return the settings model of a section; of the method, what all methods share."""
    return MethodSettings if section == "method" else type(RunConfig.model_fields[section].get_default())


def _split(fields: Sequence[Field], title: str) -> tuple[FieldList, FieldList]:
    """Return the list of what is always shown and, under a heading, of what is folded away."""
    plain = FieldList(field for field in fields if not field.advanced)
    return plain, FieldList((field for field in fields if field.advanced), title)
