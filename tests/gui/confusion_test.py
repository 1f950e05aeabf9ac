"""The window behind a cell of the accuracy matrix: what flipped, with pictures, by mouse and by keyboard."""

from __future__ import annotations

import csv

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QWidget

from gui import background, theme
from gui.charts.matrix import MatrixChart
from gui.charts.saving import Saving
from gui.looking import Looking
from gui.pages.live import LivePage
from gui.state.confusion import Question
from gui.viewer import Viewer
from gui.widgets.confusion import ConfusionWindow
from tests.gui.answered_run import EACH, answered_run, scored


@pytest.fixture
def run(tmp_path):
    return answered_run(tmp_path / "run")


@pytest.fixture
def opened(qtbot):
    made = []

    def open(shown, question=Question(3, of=0, before=0)) -> ConfusionWindow:  # noqa: B008 - frozen
        window = ConfusionWindow(shown, question)
        window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        qtbot.addWidget(window)
        made.append(window)
        window.show()
        settle(qtbot, window)
        return window

    yield open
    background.wait()


def settle(qtbot, window) -> None:
    """Wait until answers and pictures are there."""
    background.wait()
    qtbot.waitUntil(lambda: not window.findChildren(background.Job))


def choose(qtbot, box: QComboBox, words: str) -> None:
    """Choose an entry as the arrow keys would."""
    steps = box.findText(words) - box.currentIndex()
    for _ in range(abs(steps)):
        qtbot.keyClick(box, Qt.Key.Key_Down if steps > 0 else Qt.Key.Key_Up)


def said(window) -> str:
    """Return the sentence in the place of the thumbnails, or ''."""
    flips = window.flips
    return "" if flips._stack.currentWidget() is flips.grid else flips.message.text()


def test_a_cell_shows_its_matrix_and_what_was_lost(opened, run):
    window = opened(run)
    assert window.windowTitle() == "T1 after T4 \N{EN DASH} run"
    assert [part.label for part in window.table.rows] == list(run.curves.tasks[0])
    assert window.summary.whole.startswith("10 of 12 pictures right (83 %)")
    assert window.flips.kind == "lost"
    assert window.flips.grid.shown.tolist() == [3, 0]
    assert [button.text() for button in window.flips.buttons.values()] == ["Lost 2", "Gained 1", "Cell"]


def test_a_thumbnail_tells_class_and_both_answers(opened, run):
    names = run.curves.class_names
    words = opened(run).flips.grid.words(0)
    assert words.splitlines()[:2] == [names[0], f"then ✓ {names[0]} 95 %, now ✗ {names[5]} 95 %"]
    assert "test/3" in words


def test_a_click_on_a_thumbnail_shows_it_large(opened, run, qtbot):
    window = opened(run)
    grid = window.flips.grid
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=grid.cell(1).center())
    viewer = window.flips.viewer
    assert viewer.isVisible()
    assert viewer.place == 1
    assert "now ✗" in viewer.heading.whole
    settle(qtbot, viewer)
    qtbot.keyClick(viewer, Qt.Key.Key_Escape)
    assert not viewer.isVisible()
    assert window.isVisible()


def test_the_keyboard_alone_gets_from_the_matrix_to_a_picture(opened, run, qtbot):
    window = opened(run)
    window.map.setFocus()
    qtbot.keyClick(window.map, Qt.Key.Key_Down)
    for _ in range(5):
        qtbot.keyClick(window.map, Qt.Key.Key_Right)
    assert "2 of 6 pictures (33 %)" in window.map.accessibleDescription()
    qtbot.keyClick(window.map, Qt.Key.Key_Return)
    assert window.flips.kind == "cell"
    assert window.flips.grid.shown.tolist() == [3, 0]
    qtbot.keyClick(window.flips.grid, Qt.Key.Key_Right)
    qtbot.keyClick(window.flips.grid, Qt.Key.Key_Return)
    assert window.flips.viewer.place == 1
    window.flips.viewer.close()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.isVisible()


def test_both_tasks_can_be_chosen(opened, run, qtbot):
    window = opened(run)
    choose(qtbot, window.bar.before_box, "after T3")
    settle(qtbot, window)
    assert said(window) == "Nothing was lost: what was right after T3 is right after T4."
    choose(qtbot, window.bar.after_box, "after T3")
    settle(qtbot, window)
    assert said(window) == "Both are the answers after T3. Choose another task to compare with."
    assert window.heading.whole == "T1 after T3"


def test_answers_on_a_task_begin_when_it_is_learned(opened, run, qtbot):
    window = opened(run, Question(0, of=0, before=0))
    choose(qtbot, window.bar.of_box, "T3")
    settle(qtbot, window)
    assert (window.question.of, window.question.after, window.question.before) == (2, 2, 2)


def test_all_tasks_are_chosen_where_tasks_are(opened, run, qtbot):
    window = opened(run)
    choose(qtbot, window.bar.of_box, "all tasks")
    settle(qtbot, window)
    assert window.heading.whole == "All tasks after T4"
    assert window.table.counts.shape == (8, 8)
    assert window.table.totals.tolist() == [EACH] * 8
    window.bar.fold_box.click()
    settle(qtbot, window)
    assert window.table.counts.shape == (4, 4)


def test_folding_while_answers_are_read_waits_for_them(opened, run, qtbot):
    window = opened(run)
    choose(qtbot, window.bar.after_box, "after T2")
    window.bar.fold_box.click()
    settle(qtbot, window)
    assert window.table.counts[0].tolist() == [EACH, 0, 0]
    assert window.flips._cases["lost"].pictures.tolist() == []


def test_a_run_of_old_says_what_to_do(opened, tmp_path):
    window = opened(answered_run(tmp_path / "old", kept=()))
    assert "made before answers were kept" in window.message.text()
    assert "Resume or run it again" in window.message.text()
    assert not window.export_button.isEnabled()
    assert not window.flips.isVisible()


def test_answers_kept_from_some_task_on_show_the_matrix_but_no_flips(opened, tmp_path):
    window = opened(answered_run(tmp_path / "resumed", kept=(2, 3)))
    assert window.table.counts[0, 5] == 2
    assert said(window) == "The answers after T1 were not kept, so nobody knows what flipped since."
    window.map.opened.emit(0, 5)
    assert window.flips.grid.shown.tolist() == [3, 0]
    assert "then" not in window.flips.grid.answers(0)


def test_a_data_set_that_is_gone_leaves_the_matrix(opened, run):
    gone = run.config.data.model_copy(update={"name": "folder", "root": str(run.folder / "nowhere")})
    run.config = run.config.model_copy(update={"data": gone})
    window = opened(run)
    assert window.table.counts[0, 5] == 2
    assert "nowhere" in said(window)
    assert window.flips.buttons["lost"].text() == "Lost 2"


def test_another_data_set_in_its_place_is_not_taken_for_it(opened, run):
    names = run.curves.class_names
    started = run.curves.started.model_copy(update={"class_names": names[::-1]})
    run.curves.started = started.model_copy(update={"tasks": tuple(t[::-1] for t in started.tasks[::-1])})
    assert "no longer those that the run was scored on" in said(opened(run))


def test_a_picture_that_does_not_decode_says_so(opened, tmp_path, qtbot):
    window = opened(answered_run(tmp_path / "ruined", root="ruined"))
    grid = window.flips.grid
    qtbot.waitUntil(lambda: "does not decode" in grid.words(0))


def test_another_run_brings_its_own_pictures(opened, run, tmp_path, qtbot):
    window = opened(run)
    window.show_question(answered_run(tmp_path / "ruined", root="ruined"), Question(3, of=0))
    settle(qtbot, window)
    qtbot.waitUntil(lambda: "does not decode" in window.flips.grid.words(0))
    assert window.windowTitle().endswith("ruined")


def test_damaged_answers_are_told_in_the_window(opened, run):
    for file in (run.folder / "insight").iterdir():
        file.write_bytes(b"damaged")
    window = opened(run)
    assert "insight" in window.message.text()


def test_tasks_that_are_scored_later_can_be_chosen_then(opened, tmp_path):
    run = answered_run(tmp_path / "run")
    run.curves.ended, later = None, run.curves.scores.pop()
    window = opened(run, Question(2, of=0))
    assert window.bar.after_box.count() == 3
    run.add([later])
    window.grow(run)
    assert window.bar.after_box.count() == 4
    assert window.question.after == 2


@pytest.mark.parametrize("suffix", [".png", ".svg", ".csv"])
def test_the_matrix_is_exported_in_two_clicks_with_what_it_depends_on(opened, run, suffix, tmp_path, monkeypatch):
    monkeypatch.setattr(Saving, "folder", tmp_path)
    window = opened(run)
    action = next(
        a for a in window.export_button.menu().actions() if a.text().startswith(f"Export {suffix[1:].upper()}")
    )
    action.trigger()
    data = (tmp_path / f"confusion{suffix}").read_bytes()
    assert window.summary.whole.startswith("Exported to")
    if suffix == ".png":
        return
    text = data.decode()
    assert "0123456789ab" in text
    if suffix == ".csv":
        rows = list(csv.reader(line for line in text.splitlines() if not line.startswith("#")))
        assert rows[0][3:] == list(run.curves.class_names)
        assert rows[1][:3] == ["T1", run.curves.class_names[0], "6"]


def test_an_export_that_fails_is_told(opened, run, tmp_path, monkeypatch):
    monkeypatch.setattr(Saving, "folder", tmp_path / "missing")
    window = opened(run)
    window.saving.save(".csv")
    assert window.summary.whole.startswith("Not exported")


@pytest.mark.parametrize("worn", [theme.LIGHT, theme.DARK], ids=lambda worn: worn.name)
def test_it_is_dressed_and_everything_has_a_name(opened, run, worn):
    window = opened(run)
    window.set_theme(worn)
    assert not window.grab().isNull()
    for part in window.findChildren(QWidget):
        if (
            part.focusPolicy() & Qt.FocusPolicy.TabFocus
            and part.isVisible()
            and not part.objectName().startswith("qt_")
        ):
            assert part.accessibleName() or getattr(part, "text", str)(), part


# --- from the chart ---


@pytest.fixture
def looking(qtbot, run):
    main = QWidget()
    qtbot.addWidget(main)
    viewer, live = Viewer(main), LivePage(main)
    viewer.shown = run
    made = Looking(main, viewer, live)
    yield made, viewer, next(chart for chart in live.charts if isinstance(chart, MatrixChart))
    background.wait()


def test_a_click_on_the_accuracy_matrix_opens_the_window(looking, run, qtbot):
    made, viewer, chart = looking
    chart.show_curves(run.curves)
    chart.resize(420, 290)
    heat = chart._map
    heat.resize(400, 240)
    qtbot.mouseClick(heat, Qt.MouseButton.LeftButton, pos=heat._layout().cell(3, 0).center().toPoint())
    assert made.confusion.question == Question(3, of=0, before=0)
    first = made.confusion
    chart.cell_opened.emit(2, 1)
    assert made.confusion is first
    assert made.confusion.question == Question(2, of=1, before=1)
    viewer.grown.emit([])
    settle(qtbot, first)
    first.close()
    qtbot.waitUntil(lambda: made.confusion is None)


def test_cells_to_come_do_not_open(looking, run, qtbot):
    made, _, chart = looking
    chart.show_curves(run.curves)
    chart._map.resize(400, 240)
    qtbot.mouseClick(chart._map, Qt.MouseButton.LeftButton, pos=chart._map._layout().cell(0, 3).center().toPoint())
    assert made.confusion is None


def test_the_menu_of_the_chart_opens_the_confusion_of_all_classes(looking, run, qtbot):
    made, _, chart = looking
    action = next(a for a in chart.menu_button.menu().actions() if a.text() == "Confusion of all classes…")
    assert not action.isEnabled()
    chart.show_curves(run.curves)
    action.trigger()
    assert made.confusion.question == Question(3, before=2)
    settle(qtbot, made.confusion)


def test_the_change_since_a_task_was_learned(looking, run):
    _, _, chart = looking
    chart.show_curves(run.curves)
    next(a for a in chart.menu_button.menu().actions() if a.text() == "Show change since learned").trigger()
    change = chart._map.grid.numbers
    assert change[3, 0] == pytest.approx(run.curves.matrix[3][0] - run.curves.matrix[0][0])
    assert change[2, 2] == 0
    assert chart._map.grid.diverging


def test_rows_are_filled_one_by_one_and_taken_back(looking, run):
    _, _, chart = looking
    curves = run.curves
    scores = list(curves.scores)
    del curves.scores[2:]
    chart.show_curves(curves)
    assert not chart._map.grid.can_open(2, 0)
    curves.add(scored(2))
    chart.show_curves(curves)
    assert chart._map.grid.numbers[2, :3].tolist() == list(scores[2].row)
    curves.add(curves.started.model_copy(update={"first_task": 1}))
    chart.show_curves(curves)
    assert chart._map.grid.numbers[1:, 0].tolist() == [float("inf")] * 3


def test_a_run_that_goes_back_is_shown_as_far_as_it_is_known(opened, run, qtbot):
    window = opened(run)
    del run.curves.scores[2:]
    window.grow(run)
    settle(qtbot, window)
    assert window.heading.whole == "All tasks after T2"
    run.curves.scores.clear()
    window.grow(run)
    assert not window.isVisible()


def test_words_below_thumbnails_have_room_at_any_font_size(opened, run, qtbot, qapp):
    grid = opened(run).flips.grid
    before = grid.cell(0).height()
    try:
        theme.set_font_size(qapp, 16)
        qtbot.waitUntil(lambda: grid.cell(0).height() > before + 15)
    finally:
        theme.set_font_size(qapp, theme.USUAL_SIZE)
