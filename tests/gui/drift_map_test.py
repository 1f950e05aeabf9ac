"""The map of the drift page: where marks and names stand, what pointer and keys do, and what exports hold."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtSvg import QSvgRenderer

from gui import theme
from gui.theme import LIGHT
from gui.widgets.drift_canvas import change, describe
from gui.widgets.drift_labels import Wish, place
from gui.widgets.drift_map import NOT_KEPT, DriftMap
from gui.widgets.drift_marks import task_mark
from gui.widgets.drift_view import View
from tests import mouse
from tests.gui.drift_state_test import read_all, state_of
from tests.gui.example_means import example


@pytest.fixture
def shown(tmp_path):
    return example(tmp_path / "run", tasks=4, size=4)


@pytest.fixture
def drawn(qtbot, shown):
    chart = DriftMap()
    qtbot.addWidget(chart)
    chart.resize(640, 480)
    chart.show()
    chart.show_state(read_all(state_of(shown)), shown.curves)
    return chart


def point_of(chart: DriftMap, name: str) -> QPoint:
    return chart.canvas.place_of(name).toPoint()


# --- where things stand ---


@given(st.lists(st.tuples(st.floats(-5, 5), st.floats(-5, 5)), min_size=2, max_size=12), st.floats(60, 900))
def test_everything_fits_with_one_scale_and_pixels_lead_back(points, width):
    view, places = View(), np.array(points)
    view.cover(places)
    view.resize(width, 300)
    pixels = view.to_pixels(places)
    assert (pixels >= -1).all()
    assert (pixels <= [width + 1, 301]).all()
    assert view.to_plane(pixels[0]) == pytest.approx(places[0], abs=1e-6)
    apart = np.linalg.norm(pixels[0] - pixels[1]), np.linalg.norm(places[0] - places[1])
    assert apart[0] == pytest.approx(apart[1] * view.scale, rel=1e-6, abs=1e-6)


def test_zooming_keeps_what_is_under_the_pointer_and_ends_at_everything():
    view = View()
    view.cover(np.array([[-1.0, -1.0], [1.0, 1.0]]))
    view.resize(400, 300)
    held = view.to_plane(np.array([100.0, 80.0]))
    whole = view.scale
    view.zoom(4, (100.0, 80.0))
    assert view.scale == pytest.approx(4 * whole)
    assert view.to_pixels(held[None])[0] == pytest.approx([100, 80])
    view.zoom(0.01)
    assert view.scale == whole
    assert view.to_pixels(np.zeros((1, 2)))[0] == pytest.approx([200, 150])


@given(st.lists(st.tuples(st.floats(0, 400), st.floats(0, 300), st.floats(10, 120)), max_size=25))
def test_names_never_overlap_and_stay_in_the_picture(wanted):
    wishes = [Wish(*each) for each in wanted]
    marks = np.array([each[:2] for each in wanted]).reshape(-1, 2)
    boxes = [box for box in place(wishes, 12, (400, 300), marks, 9) if box is not None]
    for i, (left, top, right, bottom) in enumerate(boxes):
        assert left >= 0
        assert top >= 0
        assert right <= 400
        assert bottom <= 300
        for other in boxes[i + 1 :]:
            assert left >= other[2] or other[0] >= right or top >= other[3] or other[1] >= bottom


def test_the_first_name_is_served_first_and_a_selected_one_may_cover_marks():
    crowd = np.array([[200.0, 150.0], *([x, y] for x in range(130, 280, 5) for y in (130.0, 150.0, 170.0))])
    plain, must = Wish(200, 150, 60), Wish(200, 150, 60, must=True)
    assert place([plain], 12, (400, 300), crowd, 9) == [None]
    assert place([must], 12, (400, 300), crowd, 9)[0] is not None
    nowhere = np.zeros((0, 2))
    first, second = place([Wish(200, 150, 390), Wish(200, 152, 390)], 12, (400, 160), nowhere, 9)
    assert first is not None
    assert second is None


def test_the_first_64_tasks_differ_in_colour_or_shape():
    marks = [task_mark(LIGHT, task) for task in range(64)]
    assert len({(mark.colour.name(), mark.shape) for mark in marks}) == 64
    assert len({task_mark(LIGHT, task).shape for task in range(8)}) == 8


# --- what it tells ---


def test_pointing_tells_class_task_and_distances(drawn):
    row = drawn.state.rows()[0]
    words = describe(row)
    assert words.startswith(f"{row.name} (T1)\nCalibration moved its mean by ")
    assert f"{row.before:.3f} before, {row.after:.3f} after ({change(row).strip(' ()')})" in words
    assert describe(drawn.state.rows()[-1]).splitlines()[1].startswith("Stage 1 moved its mean by ")


def test_the_plane_and_what_it_keeps_are_stated(drawn):
    kept = round(100 * drawn.state.frame.plane.kept)
    assert drawn.caption.full == (
        f"Plane: PCA of the first encoder's 16 class means, {kept} % of variance kept. "
        "Distances told are in all dimensions."
    )


def test_the_legend_names_every_sign_and_no_true_mean_where_there_is_none(qtbot, drawn, tmp_path):
    assert "still off the true mean" in drawn.keys.accessibleDescription()
    assert "T1, T2, T3, T4" in drawn.keys.accessibleDescription()
    unmeasured = example(tmp_path / "other", true=False)
    drawn.show_state(read_all(state_of(unmeasured)), unmeasured.curves)
    assert "true mean" not in drawn.keys.accessibleDescription()
    assert drawn.summary == "Drift not measured"


def test_a_run_of_old_and_a_damaged_one_say_so_in_the_place_of_the_map(drawn, shown, tmp_path):
    (tmp_path / "run" / "insight" / "means-004.safetensors").write_bytes(b"")
    drawn.show_state(read_all(state_of(shown)), shown.curves)
    words = drawn._empty.text()
    assert words.startswith("These class means cannot be shown.\n'insight/means-004.safetensors'")
    assert str(tmp_path) not in words
    for file in (tmp_path / "run" / "insight").iterdir():
        file.unlink()
    drawn.show_state(read_all(state_of(shown)), shown.curves)
    assert drawn._empty.text() == NOT_KEPT


def test_while_files_are_read_it_says_how_far(drawn, shown):
    state = state_of(shown)
    drawn.show_state(state, shown.curves)
    assert drawn._empty.text() == "Reading class means… 0 of 3"


# --- pointer and keys ---


def test_a_click_selects_a_class_and_one_beside_lets_go(qtbot, drawn):
    name = drawn.state.rows()[2].name
    with qtbot.waitSignal(drawn.chosen) as chosen:
        qtbot.mouseClick(drawn.canvas, Qt.MouseButton.LeftButton, pos=point_of(drawn, name))
    assert chosen.args == [name]
    assert drawn.canvas.accessibleDescription().startswith(name)
    with qtbot.waitSignal(drawn.chosen) as chosen:
        qtbot.mouseClick(drawn.canvas, Qt.MouseButton.LeftButton, pos=QPoint(1, 1))
    assert chosen.args == [""]


def test_arrow_keys_step_through_the_classes_and_around(qtbot, drawn):
    names = [row.name for row in drawn.state.rows()]
    told = []
    drawn.chosen.connect(told.append)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Escape):
        qtbot.keyClick(drawn.canvas, key)
    assert told == [names[0], names[1], names[0], names[-1], ""]


def test_keys_and_wheel_zoom_and_dragging_moves_without_selecting(qtbot, drawn):
    canvas, name = drawn.canvas, drawn.state.rows()[0].name
    whole = canvas.view.scale
    qtbot.keyClick(canvas, Qt.Key.Key_Plus)
    assert canvas.view.scale == pytest.approx(1.25 * whole)
    before = canvas.place_of(name)
    drawn.chosen.connect(lambda _: pytest.fail("a drag selected"))
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(50, 50))
    mouse.move(canvas, QPoint(90, 70), Qt.MouseButton.LeftButton)
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(90, 70))
    assert (canvas.place_of(name) - before) == QPointF(40, 20)
    qtbot.keyClick(canvas, Qt.Key.Key_1)
    assert canvas.view.scale >= whole
    qtbot.keyClick(canvas, Qt.Key.Key_0)
    assert canvas.view.scale == pytest.approx(whole)


def test_no_step_of_the_slider_moves_the_map(drawn, shown):
    corners, places = np.array([[0.0, 0.0], [1.0, 1.0]]), []
    for index in range(3):
        drawn.state.go(index)
        drawn.show_state(drawn.state, shown.curves)
        places.append(drawn.canvas.view.to_pixels(corners).tolist())
    assert places[0] == places[1] == places[2]


# --- on paper ---


def test_the_table_has_every_mark_with_its_place_and_distances(drawn, tmp_path):
    path = drawn.export(tmp_path / "map.csv")
    lines = path.read_text(encoding="utf-8").splitlines()
    head, *rows = list(csv.reader(line for line in lines if not line.startswith("#")))
    event = drawn.state.event
    assert head[:4] == ["task", "class", "learned in", "mean"]
    assert len(rows) == 3 * len(event.old_classes) + 2 * len(event.current_classes)
    stored = next(row for row in rows if row[1] == event.old_classes[1] and row[3] == "stored")
    assert [float(value) for value in stored[4:6]] == pytest.approx(drawn.state.scene.stored[1].tolist())
    assert float(stored[7]) == pytest.approx(event.class_drift_before[1])


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_pictures_are_written_in_both_themes(drawn, tmp_path, suffix):
    for worn in (theme.DARK, theme.LIGHT):
        drawn.set_theme(worn)
        path = drawn.export(tmp_path / f"{worn.name}{suffix}")
        good = QSvgRenderer(str(path)).isValid() if suffix == ".svg" else not QImage(str(path)).isNull()
        assert good
    assert (tmp_path / f"dark{suffix}").read_bytes() != (tmp_path / f"light{suffix}").read_bytes()
