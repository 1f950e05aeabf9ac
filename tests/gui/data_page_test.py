"""The Data page: which data set, which classes, and their pictures, one in full."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from gui import background
from gui.models.pictures import Thumbnails, to_image
from gui.pages.data import DataPage
from gui.theme import DARK, LIGHT
from gui.widgets.canvas import Canvas
from tests.gui.plain_data import BROKEN, NAMES, PlainPictures, plain_config

WAIT = 10_000


@pytest.fixture
def page(qtbot: QtBot) -> Iterator[DataPage]:
    made = DataPage()
    made.set_theme(LIGHT)
    qtbot.addWidget(made)
    made.resize(900, 600)
    yield made
    background.wait()


def show(qtbot: QtBot, page: DataPage, **sections: dict) -> None:
    """Show a configuration of the plain data set and wait until its pictures are open, if it is there."""
    with qtbot.waitSignal(page.looked, timeout=WAIT):
        page.show_config(plain_config(**sections))
        page.show()
    if page.report and page.report.found:
        qtbot.waitUntil(lambda: page.browser.grid.thumbnails is not None, timeout=WAIT)


def cells(page: DataPage, column: int) -> list[str]:
    proxy = page.classes.proxy
    return [proxy.index(row, column).data() for row in range(proxy.rowCount())]


def choose(page: DataPage, *rows: int) -> None:
    flags = QItemSelectionModel.SelectionFlag
    page.classes.view.clearSelection()
    for row in rows:
        page.classes.view.selectionModel().select(page.classes.proxy.index(row, 0), flags.Select | flags.Rows)


def shown(page: DataPage) -> list[str]:
    grid = page.browser.grid
    return [grid.thumbnails.pictures.names[i] for i in grid.shown]


def loaded(qtbot: QtBot, page: DataPage) -> None:
    grid = page.browser.grid
    qtbot.waitUntil(
        lambda: all(grid.thumbnails.image(int(i)) or grid.thumbnails.reason(int(i)) for i in grid.shown[:6])
    )


def test_tells_what_the_data_set_is_and_what_it_holds(qtbot: QtBot, page: DataPage) -> None:
    show(qtbot, page)
    assert page.name.text() == "Plain colours"
    assert page.layout_words.whole == "greys made up for tests"
    assert page.counts.text() == "6 classes  ·  60 training, 12 validation, 24 test pictures"
    assert cells(page, 0) == list(NAMES)
    assert cells(page, 1) == ["1", "1", "2", "2", "3", "3"]
    assert [cells(page, column)[0] for column in (2, 3, 4)] == ["10", "2", "4"]
    assert page.browser.count.text() == "60 pictures"


def test_follows_the_form_only_while_it_is_on_show(qtbot: QtBot, page: DataPage) -> None:
    show(qtbot, page)
    page.hide()
    page.show_config(plain_config(split={"classes_per_task": 3}))
    assert cells(page, 1) == ["1", "1", "2", "2", "3", "3"]
    with qtbot.waitSignal(page.looked, timeout=WAIT):
        page.show()
    assert cells(page, 1) == ["1", "1", "1", "2", "2", "2"]


def test_another_split_leaves_selection_and_pictures_alone(qtbot: QtBot, page: DataPage) -> None:
    show(qtbot, page)
    choose(page, 1)
    thumbnails = page.browser.grid.thumbnails
    show(qtbot, page, split={"classes_per_task": 3})
    assert [row.name for row in page.classes.selected()] == ["white cat"]
    assert page.browser.grid.thumbnails is thumbnails


def test_a_split_that_does_not_fit_still_shows_the_data(qtbot: QtBot, page: DataPage) -> None:
    show(qtbot, page, split={"classes_per_task": 99})
    assert cells(page, 0) == list(NAMES)
    assert set(cells(page, 1)) == {"–"}  # noqa: RUF001 - an en dash for nothing


def test_search_keeps_classes_in_which_every_word_occurs(qtbot: QtBot, page: DataPage) -> None:
    show(qtbot, page)
    qtbot.keyClicks(page.classes.search, "CAT wh")
    assert cells(page, 0) == ["white cat"]
    assert shown(page) == [f"train/1/{i}.png" for i in range(10)]
    assert page.browser.count.text() == "10 pictures of 1 class"
    page.classes.search.setText("пёс")
    assert cells(page, 0) == ["черный пёс"]
    page.classes.search.setText("zebra")
    assert page.browser.message.isVisible()
    assert "No class" in page.browser.message.text()
    page.classes.search.clear()
    assert page.browser.grid.isVisible()
    assert len(shown(page)) == 60


def test_selected_classes_filter_the_pictures(qtbot: QtBot, page: DataPage) -> None:
    show(qtbot, page)
    choose(page, 0, 5)
    assert {name.split("/")[1] for name in shown(page)} == {"0", "5"}
    assert page.browser.count.text() == "20 pictures of 2 classes"
    choose(page)
    assert len(shown(page)) == 60


def test_a_click_on_a_title_sorts_and_a_task_sorts_in_class_order(qtbot: QtBot, page: DataPage) -> None:
    show(qtbot, page, split={"order": tuple(reversed(NAMES))})
    header = page.classes.view.horizontalHeader()
    for column, first in ((1, "owl"), (0, NAMES[4])):
        at = QPoint(header.sectionViewportPosition(column) + 12, header.height() // 2)
        qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
        assert cells(page, 0)[0] == first
    choose(page, 0)
    assert {name.split("/")[1] for name in shown(page)} == {"4"}


def test_a_name_that_is_cut_off_is_in_the_tooltip(qtbot: QtBot, page: DataPage) -> None:
    show(qtbot, page)
    tip = page.classes.proxy.index(4, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert tip.startswith(f"{NAMES[4]}, learned in task 3")
    assert "10 training, 2 validation and 4 test pictures" in tip


def test_a_button_shows_another_part(qtbot: QtBot, page: DataPage) -> None:
    show(qtbot, page)
    choose(page, 2)
    with qtbot.waitSignal(page.browser.opened, timeout=WAIT):
        qtbot.mouseClick(page.browser.buttons["test"], Qt.MouseButton.LeftButton)
    assert shown(page) == [f"test/2/{i}.png" for i in range(4)]


def test_thumbnails_come_and_a_broken_picture_says_why(qtbot: QtBot, page: DataPage) -> None:
    show(qtbot, page, data={"root": "broken"})
    loaded(qtbot, page)
    grid = page.browser.grid
    assert grid.thumbnails.image(0).pixelColor(0, 0).red() == 0
    assert grid.thumbnails.image(5).pixelColor(0, 0).red() == 5
    assert grid.thumbnails.image(BROKEN) is None
    assert grid.words(BROKEN) == "black cat\ntrain/0/3.png\nThe picture 'train/0/3.png' is cut off. Get it again."
    assert grid.words(0) == "black cat\ntrain/0/0.png"
    assert not page.grab().isNull()


def test_keys_walk_over_the_grid_and_enter_opens(qtbot: QtBot, page: DataPage) -> None:
    show(qtbot, page)
    grid, key = page.browser.grid, Qt.Key
    grid.setFocus()
    walk = (
        (key.Key_Right, 1), (key.Key_Up, 1), (key.Key_Down, 1 + grid.columns), (key.Key_Left, grid.columns),
        (key.Key_End, 59), (key.Key_Down, 59), (key.Key_Home, 0), (key.Key_Left, 0),
    )  # fmt: skip
    for pressed, place in walk:
        qtbot.keyClick(grid, pressed)
        assert grid.current == place
        cell = grid._rect(place)
        assert grid.viewport().rect().contains(cell), "the current picture is scrolled to"
    qtbot.keyClick(grid, key.Key_Return)
    assert page.browser.viewer.isVisible()
    page.browser.viewer.reject()


def test_the_viewer_shows_one_picture_and_goes_on(qtbot: QtBot, page: DataPage) -> None:
    show(qtbot, page)
    choose(page, 1)
    grid, viewer = page.browser.grid, page.browser.viewer
    qtbot.mouseDClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=grid._rect(0).center())
    qtbot.waitUntil(lambda: "40 x 30" in viewer.facts.text())
    assert (viewer.heading.whole, viewer.file.whole) == ("white cat", "train/1/0.png")
    assert not viewer.previous_button.isEnabled()
    viewer.activateWindow()
    qtbot.keyClick(viewer.canvas, Qt.Key.Key_Right)
    qtbot.keyClick(viewer.canvas, Qt.Key.Key_Right)
    assert viewer.file.whole == "train/1/2.png"
    qtbot.waitUntil(lambda: viewer.facts.text().startswith("3 of 10  ·  40 x 30"))
    qtbot.keyClick(viewer.canvas, Qt.Key.Key_End)
    assert not viewer.next_button.isEnabled()
    qtbot.mouseClick(viewer.previous_button, Qt.MouseButton.LeftButton)
    assert viewer.file.whole == "train/1/8.png"
    qtbot.keyClick(viewer, Qt.Key.Key_Escape)
    assert not viewer.isVisible()
    assert grid.current == 8, "the grid stands at what was looked at last"


def test_the_viewer_says_what_is_wrong_with_a_broken_picture(qtbot: QtBot, page: DataPage) -> None:
    show(qtbot, page, data={"root": "broken"})
    page.browser.grid.opened.emit(BROKEN)
    viewer = page.browser.viewer
    qtbot.waitUntil(viewer.problem.isVisible)
    assert "is cut off" in viewer.problem.text()
    viewer.step(1)
    qtbot.waitUntil(viewer.canvas.isVisible)
    viewer.reject()


def test_the_canvas_fits_zooms_and_goes_to_actual_size(qtbot: QtBot) -> None:
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(400, 400)
    canvas.show()
    canvas.show_image(to_image(np.zeros((30, 40, 3), np.uint8)))
    assert canvas.scale == pytest.approx(10)
    canvas.resize(300, 400)
    assert canvas.scale == pytest.approx(7.5), "a fitted picture follows the window"
    canvas.toggle_actual()
    assert canvas.scale == 1
    canvas.zoom(2)
    assert canvas.scale == pytest.approx(1.25**2)
    canvas.resize(500, 500)
    assert canvas.scale == pytest.approx(1.25**2)
    canvas.fit()
    assert canvas.fitted
    assert not canvas.grab().isNull()


def test_what_is_under_the_pointer_stays_there_when_zooming(qtbot: QtBot) -> None:
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(400, 300)
    canvas.show()
    pixels = np.zeros((300, 400, 3), np.uint8)
    pixels[200:210, 300:310] = 255
    canvas.show_image(to_image(pixels))
    spot = QPoint(305, 205)
    canvas.zoom(4, spot.toPointF())
    ratio = canvas.devicePixelRatioF()
    assert canvas.grab().toImage().pixelColor(spot * ratio).red() == 255


def test_missing_data_is_told_with_ways_to_get_it(qtbot: QtBot, page: DataPage) -> None:
    show(qtbot, page, data={"root": "missing"})
    assert page.missing.isVisible()
    assert page.missing.problem.text() == "Plain colours was not found."
    assert page.missing.hint.text() == "Import its archive."
    assert not page.edit_button.isEnabled()
    for button, asked in (
        (page.missing.fetch_button, page.fetch_requested),
        (page.missing.import_button, page.import_requested),
    ):
        with qtbot.waitSignal(asked):
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    show(qtbot, page)
    assert page.classes.isVisible()
    assert page.edit_button.isEnabled()


def test_a_folder_can_be_chosen(qtbot: QtBot, page: DataPage, tmp_path) -> None:
    show(qtbot, page, data={"root": "missing"})
    qtbot.mouseClick(page.missing.folder_button, Qt.MouseButton.LeftButton)
    (dialog,) = page.findChildren(QFileDialog)
    with qtbot.waitSignal(page.folder_chosen) as chosen:
        dialog.fileSelected.emit(str(tmp_path))
    assert chosen.args == [str(tmp_path)]
    dialog.reject()


def test_looking_again_finds_what_has_come_meanwhile(
    qtbot: QtBot, page: DataPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    show(qtbot, page, data={"root": "missing"})
    monkeypatch.setattr("tests.gui.plain_data.Plain.class_names", NAMES)
    with qtbot.waitSignal(page.looked, timeout=WAIT):
        qtbot.mouseClick(page.look_button, Qt.MouseButton.LeftButton)
    assert page.classes.isVisible()


def test_a_new_theme_reaches_everything(qtbot: QtBot, page: DataPage) -> None:
    show(qtbot, page)
    before = page.edit_button.icon().cacheKey()
    page.set_theme(DARK)
    page.set_theme(LIGHT)
    assert page.edit_button.icon().cacheKey() == before


def test_thumbnails_that_scrolled_away_are_not_decoded(qtbot: QtBot) -> None:
    import threading

    go = threading.Event()

    class Slow(PlainPictures):
        def load(self, index: int) -> np.ndarray:
            go.wait(10)
            return super().load(index)

    pictures = Slow("train", 6)
    thumbnails = Thumbnails(pictures, 20)
    thumbnails.want(range(30))
    thumbnails.want([50, 51])
    go.set()
    qtbot.waitUntil(lambda: thumbnails.image(50) is not None and thumbnails.image(51) is not None)
    background.wait()
    assert set(pictures.loaded) - {50, 51} <= {0, 1}, "only what was begun already"
    thumbnails.want([50])
    assert len(pictures.loaded) <= 4, "what is there is not decoded again"


def test_thumbnails_are_kept_only_while_there_is_room(qtbot: QtBot) -> None:
    picture = 20 * 15 * 4
    thumbnails = Thumbnails(PlainPictures("train", 6), 20, keep_bytes=5 * picture)
    for index in range(12):
        thumbnails.image(0)
        thumbnails.want([index])
        qtbot.waitUntil(lambda index=index: thumbnails.image(index) is not None)
    assert thumbnails.kept_bytes == 5 * picture
    assert thumbnails.image(0) is not None, "used last, so it stays"
    assert thumbnails.image(3) is None
