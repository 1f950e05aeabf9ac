from __future__ import annotations

import re

import numpy as np
import pytest
from pyqtgraph import PlotCurveItem
from PySide6.QtCore import QBuffer, QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QWheelEvent
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui import theme
from gui.charts.axes import Axes
from gui.charts.frame import Marks, Titles
from gui.charts.lines import Line
from gui.charts.scale import Range, Scale, number_words
from gui.state.decimate import Series
from tests import mouse

MINUS = "\N{MINUS SIGN}"
HOME = Range(0.0, 100.0)
_NONE = Qt.KeyboardModifier.NoModifier


def line(name: str = "one", count: int = 101, scale: float = 1.0, **looks: object) -> Line:
    x = np.arange(count, dtype=np.float64)
    return Line(name, Series(x, scale * (1 + x)), "#0072b2", **looks)  # type: ignore[arg-type]


@pytest.fixture
def axes(qtbot: QtBot) -> Axes:
    made = Axes("Loss of stage 1", Titles("Loss", "Step"), lambda x: f"step {x:.0f}", logs=True)
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.show_lines([line(), line("two", scale=0.5)], HOME)
    made.show()
    made.grab()
    return made


def at(axes: Axes, x: float, y: float = 0.5) -> QPoint:
    """Return the pixel at x, and at a share of the height."""
    area = axes.plan.area
    return QPointF(axes.plan.across.at(x), area.top() + y * area.height()).toPoint()


def wheel(axes: Axes, place: QPoint, notches: int = 1, keys: Qt.KeyboardModifier = _NONE) -> QWheelEvent:
    event = QWheelEvent(
        QPointF(place), QPointF(axes.mapToGlobal(place)), QPoint(), QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton, keys, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(axes, event)
    return event


def drag(axes: Axes, start: QPoint, end: QPoint, keys: Qt.KeyboardModifier = _NONE) -> None:
    button, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    steps = [
        (QEvent.Type.MouseButtonPress, start, button, button),
        (QEvent.Type.MouseMove, (start + end) / 2, none, button),
        (QEvent.Type.MouseMove, end, none, button),
        (QEvent.Type.MouseButtonRelease, end, button, none),
    ]
    for kind, place, pressed, held in steps:
        spot = QPointF(place)
        QApplication.sendEvent(axes, QMouseEvent(kind, spot, axes.mapToGlobal(spot), pressed, held, keys))


def test_everything_is_on_show_at_first(axes: Axes) -> None:
    assert axes.across == HOME
    assert not axes.zoomed
    assert axes.reset_button.isHidden()
    assert axes.up.low < 0.5
    assert axes.up.high > 101
    assert axes.accessibleName() == "Loss of stage 1"


def test_the_wheel_zooms_about_the_mouse(axes: Axes) -> None:
    place = at(axes, 25)
    for _ in range(3):
        wheel(axes, place)
    assert axes.across.size == pytest.approx(100 / 1.25**3)
    assert axes.plan.x_at(place.x()) == pytest.approx(25, abs=0.5)
    assert axes.reset_button.isVisible()
    for _ in range(3):
        wheel(axes, place, -1)
    assert not axes.zoomed
    assert axes.reset_button.isHidden()


def test_upright_axes_zoom_with_ctrl_and_beside_the_plot(axes: Axes) -> None:
    before = axes.up
    wheel(axes, at(axes, 50), keys=Qt.KeyboardModifier.ControlModifier)
    assert axes.up.size == pytest.approx(before.size / 1.25)
    wheel(axes, QPoint(3, 100))
    assert axes.up.size == pytest.approx(before.size / 1.25**2)
    assert axes.across == HOME


def test_a_wheel_that_has_nothing_to_zoom_out_of_scrolls_the_page(axes: Axes) -> None:
    assert not wheel(axes, at(axes, 50), -1).isAccepted()
    assert wheel(axes, at(axes, 50), 1).isAccepted()


def test_zoomed_in_x_alone_y_fits_what_is_on_show(axes: Axes) -> None:
    for _ in range(8):
        wheel(axes, at(axes, 0))
    seen = 1 + axes.across.high
    assert axes.up.high < 1.2 * seen


def test_dragging_moves_and_stays_inside(axes: Axes) -> None:
    for _ in range(4):
        wheel(axes, at(axes, 50))
    size = axes.across.size
    low = axes.across.low
    drag(axes, at(axes, 50), at(axes, 45))
    assert axes.across.low == pytest.approx(low + 5, abs=0.5)
    for _ in range(20):
        drag(axes, at(axes, axes.across.high - 1), at(axes, axes.across.low + 1))
    assert axes.across.high == pytest.approx(100)
    assert axes.across.size == pytest.approx(size)


def test_shift_and_drag_zooms_into_a_rectangle(axes: Axes) -> None:
    start, end = at(axes, 20, 0.25), at(axes, 40, 0.75)
    low, high = axes.plan.up.inner_at(end.y()), axes.plan.up.inner_at(start.y())
    drag(axes, start, end, Qt.KeyboardModifier.ShiftModifier)
    assert axes.across == pytest.approx((20, 40), abs=0.5)
    assert axes.up == pytest.approx((low, high), abs=0.5)


def test_a_click_is_no_drag(axes: Axes, qtbot: QtBot) -> None:
    with qtbot.waitSignal(axes.picked) as told:
        qtbot.mouseClick(axes, Qt.MouseButton.LeftButton, pos=at(axes, 30))
    assert told.args is not None
    assert told.args[0] == pytest.approx(30, abs=0.5)
    assert not axes.zoomed


@pytest.mark.parametrize("way", ["double click", "R", "Home", "0", "button"])
def test_ways_back_to_everything(axes: Axes, qtbot: QtBot, way: str) -> None:
    wheel(axes, at(axes, 50), 4)
    wheel(axes, at(axes, 50), 4, Qt.KeyboardModifier.ControlModifier)
    keys = {"R": Qt.Key.Key_R, "Home": Qt.Key.Key_Home, "0": Qt.Key.Key_0}
    if way == "double click":
        qtbot.mouseDClick(axes, Qt.MouseButton.LeftButton, pos=at(axes, axes.across.low + 1))
    elif way == "button":
        qtbot.mouseClick(axes.reset_button, Qt.MouseButton.LeftButton)
    else:
        qtbot.keyClick(axes, keys[way])
    assert not axes.zoomed
    assert axes.across == HOME


def test_what_grows_is_followed_until_somebody_zooms(axes: Axes) -> None:
    axes.show_lines([line(count=201)], Range(0, 200))
    assert axes.across == (0, 200)
    wheel(axes, at(axes, 20), 5)
    zoomed = axes.across
    axes.show_lines([line(count=301)], Range(0, 300))
    assert axes.across == zoomed
    axes.reset_view()
    assert axes.across == (0, 300)


def test_the_crosshair_follows_the_mouse_and_tells_every_line(axes: Axes, qtbot: QtBot) -> None:
    mouse.move(axes, at(axes, 40.3))
    QApplication.processEvents()
    assert axes.cross == 40
    assert axes.words() == "step 40; one 41.0; two 20.5"
    before = axes.grab().toImage()
    QApplication.sendEvent(axes, QEvent(QEvent.Type.Leave))
    assert axes.cross is None
    assert axes.words() == ""
    assert axes.grab().toImage() != before


def test_the_line_nearest_to_the_mouse_is_pointed_at(axes: Axes) -> None:
    up = axes.plan.up
    axes.set_cross(80, up.at(80.0))
    assert axes.rows(80)[axes.marked or 0].name == "one"
    axes.set_cross(80, up.at(41.0))
    assert axes.rows(80)[axes.marked or 0].name == "two"


def test_a_line_that_begins_later_says_nothing_before(axes: Axes) -> None:
    late = Line("late", Series([50.0, 60.0], [1.0, 2.0]), "#0072b2")
    axes.show_lines([line(), late], HOME)
    axes.set_cross(20)
    assert [row.name for row in axes.rows(20)] == ["one"]
    assert [row.name for row in axes.rows(55)] == ["one", "late"]


def test_the_keyboard_reads_values_and_zooms(axes: Axes, qtbot: QtBot) -> None:
    qtbot.keyClick(axes, Qt.Key.Key_Right)
    assert axes.cross == 100
    qtbot.keyClick(axes, Qt.Key.Key_Left)
    assert axes.cross == 99
    qtbot.keyClick(axes, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert axes.cross == 89
    assert axes.accessibleDescription() == "step 89; one 90.0; two 45.0"
    qtbot.keyClick(axes, Qt.Key.Key_Down)
    qtbot.keyClick(axes, Qt.Key.Key_Down)
    assert axes.marked == 1
    qtbot.keyClick(axes, Qt.Key.Key_Plus)
    assert axes.across.size == pytest.approx(100 / 1.5)
    assert axes.across.low < 89 < axes.across.high
    qtbot.keyClick(axes, Qt.Key.Key_Minus)
    assert not axes.zoomed
    qtbot.keyClick(axes, Qt.Key.Key_Escape)
    assert axes.cross is None


def test_return_at_the_crosshair_is_a_click(axes: Axes, qtbot: QtBot) -> None:
    axes.set_cross(30)
    with qtbot.waitSignal(axes.picked) as told:
        qtbot.keyClick(axes, Qt.Key.Key_Return)
    assert told.args == [30.0]


def test_keys_with_ctrl_are_left_to_the_window(axes: Axes, qtbot: QtBot) -> None:
    wheel(axes, at(axes, 50), 3)
    qtbot.keyClick(axes, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    assert axes.zoomed


def test_a_logarithmic_axis(axes: Axes, qtbot: QtBot) -> None:
    qtbot.keyClick(axes, Qt.Key.Key_L)
    assert axes.log
    assert [word for _, word in axes.plan.steps] == ["0.5", "1.0", "2.0", "5.0", "10.0", "20.0", "50.0", "100.0"]
    heights = [axes.plan.up.at(value) for value in (1.0, 10.0, 100.0)]
    assert heights[0] - heights[1] == pytest.approx(heights[1] - heights[2])
    wheel(axes, at(axes, 50), 2, Qt.KeyboardModifier.ControlModifier)
    assert axes.up.size < 2
    assert not axes.grab().isNull()
    qtbot.keyClick(axes, Qt.Key.Key_L)
    assert not axes.log


def test_values_of_zero_have_no_logarithm(axes: Axes) -> None:
    axes.set_log(True)
    axes.show_lines([Line("zero", Series([0.0, 1.0], [0.0, 1.0]), "#0072b2")], HOME)
    assert not axes.log
    assert not axes.can_log
    axes.set_log(True)
    assert not axes.log


def test_a_hidden_line_is_neither_drawn_nor_told_nor_fitted(axes: Axes) -> None:
    axes.hide_lines(frozenset({"one"}))
    assert [part.line.name for part in axes.drawn] == ["two"]
    assert [row.name for row in axes.rows(50)] == ["two"]
    assert axes.up.high < 60


def test_quiet_lines_are_drawn_only(axes: Axes) -> None:
    axes.show_lines([line(), line("zero", scale=0, quiet=True)], HOME)
    assert len(axes.drawn) == 2
    assert [row.name for row in axes.rows(50)] == ["one"]


def test_a_million_points_are_drawn_as_a_few_thousand(axes: Axes) -> None:
    axes.show_lines([line(count=1_000_000)], Range(0, 1e6))
    assert 100 < len(axes.drawn[0].x) <= 5000
    axes.zoom(20_000, 1.0, axes.plan.area.center())
    assert axes.across.size == pytest.approx(50)
    assert (np.diff(axes.drawn[0].x) == 1).all()


def test_thousand_borders_of_tasks_are_thinned(axes: Axes) -> None:
    named: list[int] = []
    marks = Marks(np.arange(1000.0), 1000.0, lambda place: named.append(place) or f"T{place + 1}")  # type: ignore[func-returns-value]
    axes.show_lines([line(count=1001)], Range(0, 1000), marks=marks)
    axes.grab()
    assert 1 < len(named) < 30


def test_gaps_bands_bars_and_dots_are_painted_in_both_themes(axes: Axes) -> None:
    x = np.arange(5.0)
    y = np.array([1.0, 2.0, np.nan, 3.0, 2.5])
    lines = [
        Line("gap", Series(x, y), "#0072b2", (2, 2), 2.0, dots=5),
        Line("band", Series(x, x), "#d55e00", band=(x - 1, x + 1)),
        Line("bars", Series(x, x + 1), "#00875f", bars=0.3, shift=0.2, hollow=True),
        Line("long", Series(np.linspace(0, 4, 500), np.linspace(0, 4, 500)), "#00875f", width=2.0),
    ]
    pictures = []
    for worn in (theme.LIGHT, theme.DARK):
        axes.set_theme(worn)
        axes.show_lines(lines, Range(-0.5, 4.5))
        pictures.append(axes.grab().toImage())
    assert pictures[0] != pictures[1]
    assert axes.up.low < 0


# --- drawn by pyqtgraph ---


def test_curves_are_pyqtgraph_items_with_the_thinned_points_on_show(axes: Axes) -> None:
    axes.show_lines([line(count=1_000_000), line("short")], Range(0, 1e6))
    axes.grab()
    for drawn, pieces in zip(axes.drawn, axes.plot.lines, strict=True):
        curve = pieces.items["curve"]
        assert isinstance(curve, PlotCurveItem)
        np.testing.assert_array_equal(curve.getData(), (drawn.x, drawn.y))


def test_a_logarithmic_curve_is_drawn_through_logarithms(axes: Axes) -> None:
    axes.set_log(True)
    axes.grab()
    np.testing.assert_allclose(axes.plot.lines[0].items["curve"].getData()[1], np.log10(axes.drawn[0].y))


def test_pyqtgraph_draws_where_the_plan_says(axes: Axes) -> None:
    wheel(axes, at(axes, 25), 3)
    axes.grab()
    box, plan = axes.plot.box, axes.plan
    assert box.geometry() == plan.area
    np.testing.assert_allclose(box.viewRange(), (plan.across.range, plan.up.range))
    corner = box.mapViewToScene(QPointF(axes.across.low, axes.up.high))
    assert (corner - plan.area.topLeft()).manhattanLength() < 1e-6


def test_items_stay_when_lines_change(axes: Axes) -> None:
    before = [pieces.items["curve"] for pieces in axes.plot.lines]
    axes.show_lines([line(count=50), line("two", count=50), line("three", count=50, bars=0.5)], HOME)
    axes.grab()
    assert [pieces.items["curve"] for pieces in axes.plot.lines[:2]] == before
    assert set(axes.plot.lines[2].items) == {"bars"}
    axes.hide_lines(frozenset({"one", "two"}))
    axes.grab()
    assert [set(pieces.items) for pieces in axes.plot.lines] == [{"bars"}, set(), set()]


def test_bands_and_bars_are_pyqtgraph_items_without_what_is_unknown(axes: Axes) -> None:
    x, y = np.arange(3.0), np.array([1.0, np.nan, 3.0])
    band = (y - 1, y + 1)
    axes.show_lines(
        [Line("band", Series(x, y), "#0072b2", band=band), Line("bars", Series(x, y), "#0072b2", band=band, bars=0.5)],
        Range(-0.5, 2.5),
    )
    axes.grab()
    band_items, bar_items = (pieces.items for pieces in axes.plot.lines)
    assert set(band_items) == {"band", "curve"}
    assert set(bar_items) == {"bars", "whiskers"}
    np.testing.assert_array_equal(bar_items["bars"].getData(), ([0, 2], [1, 3]))
    np.testing.assert_array_equal(bar_items["whiskers"].opts["top"], [2, 2])
    np.testing.assert_array_equal(band_items["band"].getData(), ([0, 2, 2, 0], [2, 4, 2, 0]))


def test_an_svg_has_all_words_of_the_axes(axes: Axes) -> None:
    generator, held = QSvgGenerator(), QBuffer()
    generator.setOutputDevice(held)
    generator.setSize(axes.size())
    axes.set_paper(True)
    painter = QPainter(generator)
    axes.render(painter, QPoint())
    painter.end()
    written = re.findall(r">([^<>]*?) ?</text>", bytes(held.data().data()).decode())
    assert sorted(written) == sorted(["Loss", "Step", *(word for _, word in (*axes.plan.ticks, *axes.plan.steps))])


def test_no_line_at_all(axes: Axes, qtbot: QtBot) -> None:
    axes.show_lines([], HOME)
    axes.set_note("None in this method")
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_L, Qt.Key.Key_Plus):
        qtbot.keyClick(axes, key)
    assert axes.cross is None
    assert not axes.grab().isNull()


def test_the_tooltip_does_not_cover_the_crosshair(axes: Axes) -> None:
    inside, beside = at(axes, 50), QPoint(3, 100)
    told = [
        axes._hands.eventFilter(axes, QHelpEvent(QEvent.Type.ToolTip, place, axes.mapToGlobal(place)))
        for place in (inside, beside)
    ]
    assert told == [True, False]


# --- scale ---


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0, 1, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (-20, 3, [f"{MINUS}20", f"{MINUS}15", f"{MINUS}10", f"{MINUS}5", "0"]),
        (0, 2500, ["0", "500", "1,000", "1,500", "2,000", "2,500"]),
        (0.31, 0.33, ["0.310", "0.315", "0.320", "0.325", "0.330"]),
        (5, 5, ["5"]),
    ],
)
def test_ticks_are_at_round_numbers(low: float, high: float, words: list[str]) -> None:
    assert number_words(Scale(Range(low, high), 0, 100).ticks(6)) == words


def test_whole_ticks_have_no_fractions() -> None:
    assert Scale(Range(0.75, 3.25), 0, 100).ticks(6, whole=True) == [1, 2, 3]


def test_logarithmic_ticks() -> None:
    assert Scale(Range(-2, 2), 0, 100, log=True).ticks(6) == pytest.approx([0.01, 0.1, 1, 10, 100])
    assert Scale(Range(-6, 6), 0, 100, log=True).ticks(4) == pytest.approx([1e-6, 1e-2, 1e2, 1e6])
    assert Scale(Range(0.3, 0.5), 0, 100, log=True).ticks(4) == pytest.approx([2.0, 2.5, 3.0])


def test_pixels_and_numbers_are_each_others_inverse() -> None:
    for scale in (Scale(Range(-3, 8), 300, 20), Scale(Range(-1, 2), 300, 20, log=True)):
        for pixel in (20.0, 77.0, 300.0):
            assert scale.at(scale.value(pixel)) == pytest.approx(pixel)


def test_ranges_stay_inside() -> None:
    whole = Range(0, 10)
    assert Range(4, 6).zoomed(2, 5, whole) == (4.5, 5.5)
    assert Range(4, 6).zoomed(1e-9, 5, whole) == whole
    assert Range(4, 6).zoomed(1e30, 5, whole).size > 0
    assert Range(4, 6).moved(99, whole) == (8, 10)
    assert Range(-5, 20).kept(whole) == whole
    assert Range(3, 3).widened(0.05).size > 0
