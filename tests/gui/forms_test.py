"""A form is made from a settings model alone: every kind of field, its limits, its words, its marks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, ClassVar, Literal

import pytest
from pydantic import Field as Limit
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QDoubleSpinBox, QLineEdit, QSpinBox
from pytestqt.qtbot import QtBot

from backend.api import METHODS, SECTIONS, MethodSettings, Problem, RunConfig, Settings, catalogue
from backend.config import knob
from gui.forms import FieldList, FieldRow, concerns
from gui.state.fields import Field, fields_of
from gui.theme import DARK, apply


class Everything(Settings):
    title: ClassVar[str] = "Everything"
    flag: bool = knob(True, "Flag", "On or off.")
    count: int = knob(3, "Count", "How many.", unit="things", ge=1, le=9)
    spare: int = knob(0, "Spare", "How many more.", unit="things", zero="none", ge=0)
    odds: int = knob(0, "Odds", "Any whole number.", gt=-5, lt=5)
    rate: float = knob(1e-3, "Rate", "How fast.", gt=0, le=1, advanced=True)
    way: Literal["near", "far"] = knob("near", "Way", "Where to.")
    order: str | int | tuple[str, ...] = knob("seeded", "Order", "In what order.", menu="orders")
    method: str = knob("dmc_ot", "Method", "How.", menu="methods")
    place: str = knob("", "Place", "Where.")
    sizes: tuple[Annotated[int, Limit(ge=1)], ...] = knob((), "Sizes", "How many each.")
    fit: Literal["crop", "squash"] = knob("crop", "Fit", "How it is made square.", menu="transforms")
    words: str = knob("", "Words", "What is said.", menu="templates")


@pytest.fixture
def fields() -> dict[str, Field]:
    return {field.key.split(".")[1]: field for field in fields_of("every", Everything, catalogue())}


@pytest.fixture
def row(qtbot: QtBot, fields: dict[str, Field]) -> Callable[[str], FieldRow]:
    def make(name: str) -> FieldRow:
        made = FieldRow(fields[name])
        qtbot.addWidget(made)
        return made

    return make


@pytest.mark.parametrize(
    ("name", "widget", "value"),
    [
        ("flag", QCheckBox, False),
        ("count", QSpinBox, 5),
        ("odds", QSpinBox, -4),
        ("rate", QDoubleSpinBox, 3e-4),
        ("way", QComboBox, "far"),
        ("order", QComboBox, 1993),
        ("order", QComboBox, 7),
        ("order", QComboBox, "natural"),
        ("order", QComboBox, ("b, or c", "a")),
        ("method", QComboBox, "simple_cil"),
        ("place", QLineEdit, "/data"),
        ("sizes", QLineEdit, (20, 10, 10)),
        ("sizes", QLineEdit, (7,)),
        ("sizes", QLineEdit, ()),
        ("fit", QComboBox, "squash"),
        ("words", QComboBox, ""),
        ("words", QComboBox, "ensemble"),
        ("words", QComboBox, "a drawing of a {}."),
    ],
)
def test_every_kind_of_value_comes_back_as_it_was(
    row: Callable[[str], FieldRow], name: str, widget: type, value: object
) -> None:
    made = row(name)
    made.show_value(value, changed=True, default=value)
    assert isinstance(made.editor.widget, widget)
    assert made.editor.read() == value


@pytest.mark.parametrize("typed", ["20, 10,10", "20 10 10", " 20;10 , 10; "])
def test_a_list_of_numbers_is_read_as_people_type_it(qtbot: QtBot, row: Callable[[str], FieldRow], typed: str) -> None:
    made = row("sizes")
    qtbot.keyClicks(made.editor.widget, typed)
    assert made.editor.read() == (20, 10, 10)
    assert "20, 10, 10" in made.editor.widget.toolTip()


def test_what_is_no_number_in_a_list_of_numbers_stays_to_be_put_right(fields: dict[str, Field]) -> None:
    assert fields["sizes"].read("20, ten") == (20, "ten")
    assert fields["sizes"].show((20, "ten")) == "20, ten"


def test_a_menu_of_fixed_words_takes_no_others(fields: dict[str, Field]) -> None:
    assert fields["fit"].kind == "choice"
    assert [choice.id for choice in fields["fit"].choices] == ["crop", "squash"]


def test_words_and_limits_come_from_the_model(fields: dict[str, Field]) -> None:
    assert (fields["count"].low, fields["count"].high, fields["count"].allowed) == (1, 9, "at least 1, at most 9")
    assert (fields["odds"].low, fields["odds"].high) == (-4, 4)
    assert fields["rate"].allowed == "more than 0, at most 1"
    assert 0 < fields["rate"].low < 1e-9
    assert [choice.id for choice in fields["way"].choices] == ["near", "far"]
    assert [choice.id for choice in fields["method"].choices] == [method.id for method in METHODS]
    assert fields["rate"].advanced


def test_a_zero_that_means_something_says_so(row: Callable[[str], FieldRow]) -> None:
    made = row("spare")
    box = made.editor.widget
    assert isinstance(box, QSpinBox)
    assert box.text() == "none"
    made.show_value(2, changed=True, default=0)
    assert box.text() == "2 things"
    assert made.reset.toolTip() == "Changed. Back to the preset: none"
    box.setValue(0)
    assert (made.editor.read(), box.text()) == (0, "none")


def test_closed_menus_come_first(fields: dict[str, Field]) -> None:
    assert next(iter(fields)) == "method"


@pytest.mark.parametrize("section", SECTIONS)
def test_every_setting_there_is_has_a_label_and_help(section: str) -> None:
    models = [method.Settings for method in METHODS] if section == "method" else [type(getattr(RunConfig(), section))]
    for field in (field for model in models for field in fields_of(section, model, catalogue())):
        assert field.label, field.key
        assert field.help.endswith("."), field.key


def test_a_person_who_cannot_see_the_form_hears_it(row: Callable[[str], FieldRow]) -> None:
    made = row("count")
    assert made.editor.widget.accessibleName() == "Count"
    assert made.editor.widget.accessibleDescription() == "How many."
    assert "every.count" in made.editor.widget.toolTip()
    assert made.reset.accessibleName() == "Reset Count"
    made.show_problem(Problem("every.count", "12 is too many.", "Choose 9."))
    assert made.editor.widget.accessibleDescription().startswith("12 is too many. Choose 9.")


def test_typing_is_reported_and_showing_is_not(qtbot: QtBot, row: Callable[[str], FieldRow]) -> None:
    made, heard = row("place"), []
    made.edited.connect(lambda key, value: heard.append((key, value)))
    made.show_value("/a", changed=True, default="")
    assert heard == []
    qtbot.keyClicks(made.editor.widget, "b")
    assert heard == [("every.place", "/ab")]


def test_numbers_can_be_typed_as_powers_of_ten(qtbot: QtBot, row: Callable[[str], FieldRow]) -> None:
    made = row("rate")
    box = made.editor.widget
    box.selectAll()
    qtbot.keyClicks(box, "2e-4")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert made.editor.read() == pytest.approx(2e-4)
    assert box.text() == "0.0002"
    box.selectAll()
    qtbot.keyClicks(box, "nonsense")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert made.editor.read() == pytest.approx(2e-4)


def test_a_changed_field_is_marked_and_can_be_reset(qtbot: QtBot, row: Callable[[str], FieldRow]) -> None:
    made, asked = row("flag"), []
    made.reset_asked.connect(asked.append)
    made.show()
    assert made.reset.isHidden()
    made.show_value(False, changed=True, default=True)
    assert made.reset.isVisible()
    assert made.reset.toolTip() == "Changed. Back to the preset: on"
    qtbot.mouseClick(made.reset, Qt.MouseButton.LeftButton)
    assert asked == ["every.flag"]
    made.show_value(True, changed=False, default=True)
    assert made.reset.isHidden()


def test_a_problem_stands_beside_its_field_and_goes_away(qtbot: QtBot, fields: dict[str, Field]) -> None:
    shown = FieldList(fields.values())
    qtbot.addWidget(shown)
    shown.show_problems([Problem("every.order.2", "class 'x' is unknown.", "Did you mean 'y'?")])
    assert shown.rows["every.order"].problem.text() == "Class 'x' is unknown. Did you mean 'y'?"
    assert shown.rows["every.count"].problem.isHidden()
    shown.set_theme(DARK)
    shown.show_problems([])
    assert shown.rows["every.order"].problem.isHidden()


def test_keys_that_only_begin_alike_are_different() -> None:
    assert not concerns(Problem("split.order_of", ""), "split.order")


def test_the_wheel_scrolls_the_form_and_leaves_values_alone(row: Callable[[str], FieldRow]) -> None:
    made = row("count")
    made.show()
    box, none = made.editor.widget, Qt.KeyboardModifier.NoModifier
    box.clearFocus()
    wheel = QWheelEvent(
        QPointF(5, 5), QPointF(5, 5), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, none,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    before = made.editor.read()
    QApplication.sendEvent(box, wheel)
    assert made.editor.read() == before
    assert not wheel.isAccepted()


def test_a_text_too_long_for_its_menu_ends_in_an_ellipsis(qapp: QApplication, row: Callable[[str], FieldRow]) -> None:
    apply(qapp, DARK)
    made = row("order")
    made.show()
    made.resize(160, 30)
    made.show_value("long " * 20, changed=True, default="")
    line = made.editor.widget.findChild(QLineEdit)
    words = line.fontMetrics().elidedText(line.text(), Qt.TextElideMode.ElideRight, line.width() - 4)
    cut = line.grab().toImage()
    made.show_value(words, changed=True, default="")
    assert words.endswith("…")
    assert line.grab().toImage() == cut


def test_a_menu_too_narrow_for_its_label_can_be_drawn(row: Callable[[str], FieldRow]) -> None:
    made = row("method")
    made.resize(120, 30)
    assert not made.grab().isNull()


def test_a_model_without_words_still_makes_a_form() -> None:
    class Bare(MethodSettings):
        some_rate: float = 0.5

    field = fields_of("method", Bare, catalogue())[-1]
    assert (field.label, field.kind, field.help, field.allowed) == ("Some rate", "decimal", "", "")
