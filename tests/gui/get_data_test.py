"""Getting data in the window: download, cancel, failure and retry, archives, folders, and what the form does then."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QGuiApplication

from backend.api import DataSettings, DownloadError, Transfer
from backend.config import DATASETS
from backend.errors import DataError
from backend.transfer import Source
from gui import background, theme
from gui.widgets.get_data import GetDataDialog, Getter
from gui.widgets.transfer import transfer_words
from tests import worlds
from tests.windows import make as make_window

SOURCE = Source(url="http://127.0.0.1/tiny.zip", name="tiny.zip", size=4_000_000)


class Web:
    """A fake download that waits for the test, obeys the gate, and puts the data set 'on the disk'."""

    def __init__(self) -> None:
        self.there = False
        self.error: DownloadError | None = None
        self.go_on = threading.Event()
        self.asked: list[DataSettings] = []
        self.archives: list[str] = []

    def fetch(self, settings, *, tick, gate):
        self.asked.append(settings)
        if self.error:
            raise self.error
        tick(Transfer("tiny.zip", "download", 1_000_000, 4_000_000, 500_000.0))
        while not self.go_on.wait(0.005):
            gate.check()
        gate.check()
        self.there = True
        return worlds.__file__

    def unpack(self, settings, archive, *, tick, gate):
        self.archives.append(archive.name)
        return self.fetch(settings, tick=tick, gate=gate)


@pytest.fixture
def web(monkeypatch):
    web = Web()
    names = worlds.Tiny.class_names.fget

    def look(tiny):
        if not web.there:
            raise DataError("Tiny was not found.", "Fetch it.")
        return names(tiny)

    monkeypatch.setattr(worlds.Tiny, "class_names", property(look))
    monkeypatch.setattr(worlds.Tiny, "sources", (SOURCE,))
    monkeypatch.setattr(worlds.Tiny, "manual", "tiny.zip from https://example.org/tiny.")
    yield web
    web.go_on.set()


@pytest.fixture
def dialog(qtbot, qapp, web):
    theme.apply(qapp, theme.LIGHT)
    made = GetDataDialog(getter=Getter(web.fetch, web.unpack))
    qtbot.addWidget(made)
    made.open_at(DataSettings(name="tiny"))
    qtbot.waitUntil(lambda: made.page.state.text() == "Tiny was not found.")
    yield made
    made.cancel()
    background.wait()


def click(qtbot, button):
    assert button.isVisible()
    assert button.isEnabled()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_every_data_set_is_listed_with_what_is_there(dialog, web, qtbot):
    web.there = True
    click(qtbot, dialog.page.check_button)
    qtbot.waitUntil(lambda: "there" in dialog.page.state.text())
    texts = {dialog.list.item(row).text().split("\n")[0] for row in range(dialog.list.count())}
    assert texts == {dataset.label for dataset in DATASETS}
    assert dialog.page.use_button.isVisible()
    assert not dialog.page.fetch_button.isVisible()


def test_a_download_shows_how_far_it_is_and_ends_with_the_data_set_there(dialog, web, qtbot):
    assert dialog.page.fetch_button.text() == "Download (4.0 MB)"
    click(qtbot, dialog.page.fetch_button)
    words = dialog.page.transfer.words
    qtbot.waitUntil(lambda: words.text() == "Downloading · 1.0 MB of 4.0 MB · 500.0 kB/s · 00:06 left")
    assert dialog.page.transfer.bar.value() == 250
    assert not dialog.page.fetch_button.isEnabled()
    with qtbot.waitSignal(dialog.data_changed) as changed:
        web.go_on.set()
    assert changed.args == ["tiny", ""]
    qtbot.waitUntil(dialog.page.use_button.isVisible)
    assert not dialog.page.transfer.isVisible()


def test_cancel_ends_the_download_and_it_can_be_started_again(dialog, web, qtbot):
    click(qtbot, dialog.page.fetch_button)
    qtbot.waitUntil(lambda: dialog.page.transfer.bar.value() == 250)
    with qtbot.waitSignal(dialog.said):
        click(qtbot, dialog.page.transfer.cancel_button)
    assert not dialog.busy
    assert not web.there
    assert not dialog.page.transfer.isVisible()
    click(qtbot, dialog.page.fetch_button)
    with qtbot.waitSignal(dialog.data_changed):
        web.go_on.set()


def test_a_failure_is_told_with_its_hint_and_retry_tries_the_same_again(dialog, web, qtbot):
    web.error = DownloadError("The server cannot be reached.", "Check the connection.")
    click(qtbot, dialog.page.fetch_button)
    qtbot.waitUntil(dialog.page.retry_button.isVisible)
    assert dialog.page.error.text() == "The server cannot be reached."
    assert dialog.page.error_hint.text() == "Check the connection."
    web.error = None
    web.go_on.set()
    with qtbot.waitSignal(dialog.data_changed):
        click(qtbot, dialog.page.retry_button)
    assert not dialog.page.retry_button.isVisible()


def test_an_archive_is_imported(dialog, web, qtbot, tmp_path):
    web.go_on.set()
    with qtbot.waitSignal(dialog.data_changed):
        dialog.unpack(tmp_path / "mine.zip")
    assert web.archives == ["mine.zip"]


def test_what_no_program_may_fetch_has_a_page_that_says_what_to_do(dialog, web, qtbot):
    dialog.list.setCurrentItem(dialog._item("ucf101"))
    page = dialog.page
    assert not page.fetch_button.isVisible()
    qtbot.waitUntil(page.copy_button.isVisible)
    assert "https://www.crcv.ucf.edu/data/UCF101.php" in page.how.text()
    click(qtbot, page.copy_button)
    assert QGuiApplication.clipboard().text() == page.folder.text() != ""
    assert page.check_button.isVisible()


def test_a_download_goes_on_while_the_dialog_is_closed(dialog, web, qtbot):
    click(qtbot, dialog.page.fetch_button)
    dialog.close()
    assert dialog.busy
    with qtbot.waitSignal(dialog.data_changed):
        web.go_on.set()


def test_progress_without_a_total_says_what_is_known():
    assert transfer_words(Transfer("a", "unpack", 2_500_000, 0, 0.0)) == "Unpacking · 2.5 MB"


@pytest.fixture
def window(qtbot, qapp, tmp_path, web):
    made = make_window(QSettings(str(tmp_path / "w.ini"), QSettings.Format.IniFormat), tmp_path / "runs")
    qtbot.addWidget(made)
    made.show()
    return made


def test_the_menu_opens_at_the_forms_data_set_and_use_puts_one_into_the_form(window, web, qtbot):
    web.there = True
    window.commands.get_data.trigger()
    dialog = window.tools.get_data_dialog
    assert dialog.chosen == "drawn"
    dialog.list.setCurrentItem(dialog._item("tiny"))
    qtbot.waitUntil(dialog.page.use_button.isVisible)
    click(qtbot, dialog.page.use_button)
    assert window.parts.new_run.draft.value("data.name") == "tiny"


def test_after_a_download_the_form_looks_again(window, web, qtbot):
    window.parts.new_run.draft.set("data.name", "tiny")
    qtbot.waitUntil(lambda: "not found" in window.parts.new_run.preview.message.text())
    window.commands.get_data.trigger()
    dialog = window.tools.get_data_dialog
    assert dialog.chosen == "tiny"
    dialog._getter = Getter(web.fetch, web.unpack)
    web.go_on.set()
    qtbot.waitUntil(dialog.page.fetch_button.isVisible)
    click(qtbot, dialog.page.fetch_button)
    qtbot.waitUntil(lambda: window.parts.new_run.preview.summary.text().endswith(f"{len(worlds.THINGS)} classes"))


def test_closing_the_window_cancels_a_download(window, web, qtbot):
    window.commands.get_data.trigger()
    dialog = window.tools.get_data_dialog
    dialog._getter = Getter(web.fetch, web.unpack)
    dialog.list.setCurrentItem(dialog._item("tiny"))
    qtbot.waitUntil(dialog.page.fetch_button.isVisible)
    click(qtbot, dialog.page.fetch_button)
    qtbot.waitUntil(lambda: bool(web.asked))
    window.close()
    assert not window.isVisible()
    assert not web.there
