"""A heat map tells, opens, zooms and exports its cells, by mouse and by keyboard alike, however many there are."""

from __future__ import annotations

import csv
import xml.etree.ElementTree as ET
from math import nan

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication, QToolTip

from gui import theme
from gui.charts.cells import cell_picture
from gui.charts.grid import COMING, Grid, Layout
from gui.charts.heatmap import HeatMap
from gui.charts.paper import export_grid, table
from gui.charts.pens import small_font
from gui.charts.shades import shade
from gui.charts.view import WHOLE, Span
from tests import mouse

LONG = "a very long name of a class that has no room beside a cell"


def grid_of(values, **more) -> Grid:
    rows, columns = np.shape(values)
    about = {
        "rows": [f"row {i}" for i in range(rows)],
        "columns": [f"column {j}" for j in range(columns)],
        "row_title": "Rows",
        "column_title": "Columns",
        "top": 100,
        "number": "{:.0f}",
        "describe": lambda row, column: f"cell {row} {column}",
        "opens": lambda row, column: True,
    }
    return Grid(values=values, **(about | more))


@pytest.fixture
def heat(qtbot) -> HeatMap:
    made = HeatMap("Map", theme.LIGHT)
    qtbot.addWidget(made)
    made.resize(600, 500)
    made.show()
    made.show_grid(grid_of(np.arange(200.0).reshape(20, 10)), theme.LIGHT)
    return made


def centre(heat: HeatMap, row: int, column: int) -> QPoint:
    return heat._layout().cell(row, column).center().toPoint()


def turn_wheel(heat: HeatMap, at: QPoint, notches: int, keys=Qt.KeyboardModifier.NoModifier) -> bool:
    where = QPointF(at)
    event = QWheelEvent(
        where, where, QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton, keys,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(heat, event)
    return event.isAccepted()


def test_the_value_under_the_pointer_is_told(heat, qtbot):
    with qtbot.waitSignal(heat.pointed) as told:
        mouse.move(heat, centre(heat, 3, 4))
    assert told.args == [3, 4]
    assert QToolTip.text() == "cell 3 4"


def test_a_click_and_enter_open_the_same_cell(heat, qtbot):
    with qtbot.waitSignal(heat.opened) as by_mouse:
        qtbot.mouseClick(heat, Qt.MouseButton.LeftButton, pos=centre(heat, 2, 1))
    with qtbot.waitSignal(heat.opened) as by_key:
        qtbot.keyClick(heat, Qt.Key.Key_Return)
    assert by_mouse.args == by_key.args == [2, 1]


def test_a_cell_with_nothing_behind_it_does_not_open(heat, qtbot):
    heat.show_grid(grid_of(np.ones((2, 2)), opens=lambda row, column: row > 0), theme.LIGHT)
    with qtbot.assertNotEmitted(heat.opened):
        qtbot.mouseClick(heat, Qt.MouseButton.LeftButton, pos=centre(heat, 0, 1))
        qtbot.keyClick(heat, Qt.Key.Key_Return)
    mouse.move(heat, centre(heat, 1, 0))
    assert heat.cursor().shape() == Qt.CursorShape.PointingHandCursor


def test_keys_go_everywhere_and_say_where(heat, qtbot):
    steps = [
        (Qt.Key.Key_Down, Qt.KeyboardModifier.NoModifier, (0, 0)),
        (Qt.Key.Key_End, Qt.KeyboardModifier.NoModifier, (0, 9)),
        (Qt.Key.Key_PageDown, Qt.KeyboardModifier.NoModifier, (10, 9)),
        (Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier, (19, 9)),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier, (19, 8)),
        (Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier, (0, 0)),
    ]
    for key, modifier, cell in steps:
        qtbot.keyClick(heat, key, modifier)
        assert heat.cursor_cell == cell
        assert heat.accessibleDescription() == f"cell {cell[0]} {cell[1]}"


def test_ctrl_and_wheel_zoom_about_the_pointer(heat, qtbot):
    at = centre(heat, 5, 5)
    assert turn_wheel(heat, at, 4, Qt.KeyboardModifier.ControlModifier)
    assert heat.cell_at(at) == (5, 5)
    assert heat.view.across.size == pytest.approx(1.25**-4)
    qtbot.keyClick(heat, Qt.Key.Key_0)
    assert heat.view == WHOLE


def test_the_wheel_scrolls_the_page_until_the_map_is_zoomed(heat):
    at = centre(heat, 5, 5)
    assert not turn_wheel(heat, at, -1)
    heat.zoom(4)
    before = heat.view.down.start
    assert turn_wheel(heat, at, -1)
    assert heat.view.down.start > before


def test_zooming_ends_at_a_few_cells_and_at_all_of_them(heat):
    heat.zoom(100)
    assert [len(part) for part in heat._layout().visible] in ([2, 2], [3, 3], [2, 3], [3, 2])
    heat.zoom(-100)
    assert heat.view == WHOLE


def test_dragging_moves_what_is_zoomed_and_opens_nothing(heat, qtbot):
    heat.zoom(5)
    before, at = heat.view, centre(heat, 10, 5)
    with qtbot.assertNotEmitted(heat.opened):
        qtbot.mousePress(heat, Qt.MouseButton.LeftButton, pos=at)
        mouse.move(heat, at - QPoint(40, 30), Qt.MouseButton.LeftButton)
        mouse.move(heat, at - QPoint(60, 50), Qt.MouseButton.LeftButton)
        qtbot.mouseRelease(heat, Qt.MouseButton.LeftButton, pos=at - QPoint(60, 50))
    assert heat.view.across.start > before.across.start
    assert heat.view.down.start > before.down.start


def test_the_view_follows_the_keyboard(heat, qtbot):
    heat.zoom(6)
    heat.set_cursor((19, 9))
    rows, columns = heat._layout().visible
    assert (rows[-1], columns[-1]) == (19, 9)
    heat.set_cursor((0, 0))
    assert heat.view.down.start == heat.view.across.start == 0


def test_cursor_and_zoom_outlive_new_values_but_not_another_shape(heat):
    heat.zoom(2)
    heat.set_cursor((4, 4))
    view = heat.view
    heat.show_grid(grid_of(np.zeros((20, 10))), theme.LIGHT)
    assert (heat.cursor_cell, heat.view) == ((4, 4), view)
    heat.show_grid(grid_of(np.zeros((3, 3))), theme.LIGHT)
    assert (heat.cursor_cell, heat.view) == (None, WHOLE)


def test_nothing_is_painted_twice_for_the_pointer(heat, qtbot, monkeypatch):
    heat.grab()
    painted = []
    monkeypatch.setattr("gui.charts.sheet.paint_cells", lambda *_: painted.append(1))
    for column in range(5):
        mouse.move(heat, centre(heat, 3, column))
        heat.grab()
    assert not painted


@pytest.mark.parametrize("worn", [theme.LIGHT, theme.DARK], ids=lambda worn: worn.name)
def test_cells_have_the_colours_of_their_values(worn):
    grid = grid_of([[0.0, 50.0], [100.0, 250.0], [None, nan]])
    picture = cell_picture(grid, worn)
    colours = [[picture.pixelColor(j, i) for j in range(2)] for i in range(3)]
    assert (colours[0][0], colours[1][0]) == (QColor(worn.scale[0]), QColor(worn.scale[2]))
    assert colours[1][1] == colours[1][0]
    assert abs(colours[0][1].lightness() - QColor(worn.scale[1]).lightness()) <= 2
    assert colours[2][0] == QColor(worn.surface)
    assert len({colour.name() for row in colours for colour in row}) == 5


def test_both_ends_of_a_diverging_map_are_told_apart_by_hue():
    for worn in (theme.LIGHT, theme.DARK):
        loss, gain = (shade(worn, share, diverging=True) for share in (0.0, 1.0))
        assert loss.red() > loss.blue()
        assert gain.blue() > gain.red()
        middle = shade(worn, 0.5, diverging=True)
        assert middle.saturationF() < 0.3


def test_a_thousand_tasks_are_a_picture_without_numbers(heat):
    values = np.full((1000, 1000), COMING)
    values[np.tril_indices(1000)] = 50.0
    names = [f"T{i}" for i in range(1000)]
    heat.show_grid(grid_of(values, rows=names, columns=names, unit="%"), theme.LIGHT)
    image = heat.grab().toImage()
    area = heat._layout().area
    low, high = area.bottomLeft() + QPointF(20, -20), area.topRight() + QPointF(-20, 20)
    assert abs(image.pixelColor(low.toPoint()).lightness() - shade(theme.LIGHT, 0.5).lightness()) < 3
    assert image.pixelColor(high.toPoint()).name() == theme.LIGHT.surface


def test_numbers_are_written_where_they_fit_and_only_there(qtbot):
    def dark(side: int, number: str = "{:.0f}") -> int:
        grid = grid_of(np.zeros((10, 10)), number=number)
        heat = HeatMap("Map", theme.LIGHT)
        qtbot.addWidget(heat)
        heat.resize(side, side)
        heat.show_grid(grid, theme.LIGHT)
        image, area = heat.grab().toImage(), heat._layout().area.toRect().adjusted(2, 2, -2, -2)
        points = ((x, y) for x in range(area.left(), area.right()) for y in range(area.top(), area.bottom()))
        return sum(image.pixelColor(x, y).lightness() < 100 for x, y in points)

    assert dark(170) == 0
    assert dark(400) > 100
    assert dark(400, "{:.6f}") == 0


def test_labels_that_do_not_fit_are_cut_in_the_window_and_whole_on_paper(tmp_path):
    grid = grid_of(np.eye(3), rows=[LONG, "b", "c"], columns=["a", "b", LONG])
    layout = Layout(grid, QSize(400, 300), small_font())
    assert "…" in layout.elided(LONG, layout.row_room)
    path = export_grid(
        grid, tmp_path / "map.svg", theme.LIGHT, size=QSize(400, 300), title="Title", identity="Split: 1"
    )
    words = ["".join(element.itertext()).strip() for element in ET.parse(path).iter() if element.tag.endswith("text")]
    assert words.count(LONG) == 2
    assert "Title" in words
    assert "Split: 1" in path.read_text(encoding="utf-8")


def test_every_label_has_room_on_paper(tmp_path):
    names = [f"class number {i}" for i in range(60)]
    grid = grid_of(np.eye(60), rows=names, columns=names)
    path = export_grid(grid, tmp_path / "map.svg", theme.LIGHT, size=QSize(300, 200), title="T")
    words = ["".join(element.itertext()).strip() for element in ET.parse(path).iter() if element.tag.endswith("text")]
    assert all(words.count(name) == 2 for name in names)


def test_a_grid_is_exported_as_picture_and_table(tmp_path):
    grid = grid_of([[1.5, None], [nan, 2.0]])
    for suffix in (".png", ".csv"):
        export_grid(grid, tmp_path / f"map{suffix}", theme.DARK, size=QSize(200, 150), title="T", identity="Run: x")
    assert "Run: x" in QImage(str(tmp_path / "map.png")).text("Description")
    lines = (tmp_path / "map.csv").read_text(encoding="utf-8").splitlines()
    assert lines[:2] == ["# T", "# Run: x"]
    assert list(csv.reader(lines[2:])) == [["Rows", "column 0", "column 1"], ["row 0", "1.5", ""], ["row 1", "", "2.0"]]
    assert table(grid)[1] == ["row 0", 1.5, None]
    with pytest.raises(ValueError, match=r"\.png"):
        export_grid(grid, tmp_path / "map.gif", theme.DARK, size=QSize(200, 150), title="T")


def test_a_line_parts_groups(heat):
    groups = ["T1"] * 10 + ["T2"] * 10
    heat.show_grid(grid_of(np.arange(200.0).reshape(20, 10), row_groups=groups), theme.LIGHT)
    layout = heat._layout()
    image, x = heat.grab().toImage(), round(layout.area.center().x())

    def darkest(row: int) -> str:
        around = range(round(layout.y(row)) - 2, round(layout.y(row)) + 3)
        return min((image.pixelColor(x, y) for y in around), key=QColor.lightness).name()

    assert layout.row_band > 0
    assert darkest(10) == theme.LIGHT.text
    assert darkest(9) != theme.LIGHT.text


def test_a_span_stays_inside():
    assert Span(0.2, 0.4).at(0.2, -1) == Span(0.0, 0.2)
    assert Span(0.2, 0.4).at(0.2, 5) == pytest.approx((0.8, 1.0))
    assert Span(0.0, 0.5).with_point(0.7, 0.8) == pytest.approx((0.3, 0.8))
    assert Span(0.5, 1.0).with_point(0.1, 0.2) == pytest.approx((0.1, 0.6))
    assert Span(0.2, 0.7).with_point(0.3, 0.4) == pytest.approx((0.2, 0.7))
