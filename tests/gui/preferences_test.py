"""Settings: every choice applies at once, is remembered, and can be taken back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QDesktopServices, QFontInfo
from PySide6.QtWidgets import QApplication

from gui import theme
from gui.preferences import Preferences
from gui.widgets.preferences import PreferencesDialog
from tests.gui.fake_runs import Script
from tests.gui.plain_window import open_plain


@pytest.fixture
def settings(tmp_path):
    return QSettings(str(tmp_path / "some.ini"), QSettings.Format.IniFormat)


def test_nothing_chosen_means_the_defaults(settings):
    chosen = Preferences(settings)
    assert (chosen.theme, chosen.font_size, chosen.train_in, chosen.notify, chosen.closing) == (
        "system", 9, "thread", True, "ask",
    )  # fmt: skip


@pytest.mark.parametrize(("name", "value", "read"), [
    ("theme", "purple", "system"), ("font_size", "large", 9), ("font_size", 400, 18), ("font_size", 1, 8),
    ("train_in", "", "thread"), ("closing", "never", "ask"), ("notify", "maybe", True),
])  # fmt: skip
def test_what_nobody_could_have_chosen_counts_as_the_default(settings, name, value, read):
    settings.setValue(name, value)
    assert getattr(Preferences(settings), name) == read


def test_choices_are_on_the_disk_at_once(settings):
    Preferences(settings).set("font_size", 12)
    Preferences(settings).set("notify", 0)
    again = Preferences(QSettings(settings.fileName(), QSettings.Format.IniFormat))
    assert (again.font_size, again.notify) == (12, False)


def test_defaults_tell_only_what_becomes_another(settings):
    chosen = Preferences(settings)
    chosen.set("theme", "dark")
    chosen.set("font_size", 9)
    heard = []
    chosen.changed.connect(heard.append)
    chosen.restore_defaults()
    assert heard == ["theme"]


@pytest.fixture
def window(qtbot, tmp_path):
    made = open_plain(qtbot, tmp_path)
    yield made
    theme.set_font_size(QApplication.instance(), theme.USUAL_SIZE)


@pytest.fixture
def dialog(window, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    (made,) = window.findChildren(PreferencesDialog)
    yield made
    made.reject()


def choose(menu, value):
    menu.setCurrentIndex(menu.findData(value))
    menu.activated.emit(menu.currentIndex())


def test_colours_change_at_once_in_window_menu_and_dialog(window, dialog):
    choose(dialog.menus["theme"], "dark")
    assert theme.current() is theme.DARK
    assert window.commands.dark.isChecked()
    window.commands.light.trigger()
    assert theme.current() is theme.LIGHT
    assert dialog.menus["theme"].currentData() == "light"


def test_as_the_desktop_follows_the_desktop(window, monkeypatch):
    window.commands.system.trigger()
    hints = QApplication.styleHints()
    monkeypatch.setattr(theme, "chosen", lambda app, name: theme.DARK if name == "system" else theme.LIGHT)
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert theme.current() is theme.DARK
    window.commands.light.trigger()
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert theme.current() is theme.LIGHT


def test_another_font_size_reaches_text_headings_and_charts_and_keeps_proportions(window, dialog):
    def sizes():
        figure = window.parts.runs.details.figures["Last"].value
        return [QFontInfo(part.font()).pointSizeF() for part in (window.parts.status.message, figure, chart_text())]

    def chart_text():
        return next(chart for chart in window.parts.live.charts if chart.id == "accuracy").title_label

    before = sizes()
    dialog.font_size.setValue(14)
    assert sizes() == pytest.approx([size * 14 / 9 for size in before], abs=0.6)
    from gui.charts.pens import small_font

    assert small_font().pointSizeF() == 13
    dialog.font_size.setValue(9)
    assert sizes() == pytest.approx(before, abs=0.1)


def test_where_runs_are_trained_is_one_choice_in_menu_and_dialog(window, dialog):
    choose(dialog.menus["train_in"], "process")
    assert window.session.where == "process"
    assert window.commands.process.isChecked()


@pytest.mark.slow
def test_restore_defaults_puts_everything_back(window, dialog):
    choose(dialog.menus["theme"], "dark")
    dialog.font_size.setValue(12)
    dialog.notify.setChecked(False)
    dialog.defaults_button.click()
    assert (theme.current(), theme.font_size()) == (theme.LIGHT, 9)
    assert (dialog.menus["theme"].currentData(), dialog.font_size.value(), dialog.notify.isChecked()) == (
        "system", 9, True,
    )  # fmt: skip


def test_the_folder_of_runs_is_shown_and_opened(window, dialog, tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    dialog.runs_button.click()
    assert opened[0].toLocalFile() == str(tmp_path / "runs")


def test_caches_show_their_size_and_are_cleared(window, dialog, qtbot, monkeypatch):
    from backend.arrays import folder_of
    from backend.caches import clear

    clear()  # of what tests before this one have left
    folder_of("pixels").mkdir(parents=True, exist_ok=True)
    (folder_of("pixels") / "some.npy").write_bytes(bytes(2000))
    dialog.caches.look()
    qtbot.waitUntil(lambda: "kB" in dialog.caches.sizes["pixels"].text())
    dialog.caches.clear_button.click()
    assert not dialog.caches.clear_button.isEnabled()
    qtbot.waitUntil(lambda: dialog.caches.sizes["pixels"].text() == "empty")
    assert "2.0 kB freed" in dialog.caches.state.text()
    dialog.caches.check_button.click()
    qtbot.waitUntil(lambda: "Nothing is damaged" in dialog.caches.state.text())


def test_closing_stops_and_saves_without_a_question_if_that_is_wished(qtbot, tmp_path):
    script = Script(write=True)
    script.step_seconds = 0.01
    window = open_plain(qtbot, tmp_path, script)
    window.comforts.preferences.set("closing", "stop")
    window.start()
    window.close()
    qtbot.waitUntil(lambda: not window.isVisible())
    assert script.told[-1].outcome == "stopped"
