"""A run that says nothing for a minute is pointed out, with what it said last; pauses and sleep are no silence."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSettings

from backend.api import Note, Paused, Resumed, RunStarted, StepEnded
from gui.session import Session
from gui.state.curves import Curves
from gui.state.silence import Silence, words
from tests.gui.example_run import events as example
from tests.gui.fake_runs import Script
from tests.windows import make as make_window


class Watch:
    """A clock to be moved by hand, and the silence that it measures."""

    def __init__(self):
        self.now = 1000.0
        self.silence = Silence(lambda: self.now)

    def tick_for(self, seconds, *, held=False):
        """Tick every second; return what the last tick said."""
        said = None
        for _ in range(seconds):
            self.now += 1
            said = self.silence.tick(held=held)
        return said


@pytest.fixture
def watch():
    return Watch()


def test_a_minute_without_a_word_is_told_until_the_next_word(watch):
    assert watch.tick_for(59) is None
    assert watch.tick_for(1) == 60
    assert watch.tick_for(5) == 65
    watch.silence.end()
    assert watch.tick_for(1) is None


def test_a_run_that_is_held_is_not_silent_and_has_its_minute_afterwards(watch):
    assert watch.tick_for(600, held=True) is None
    assert watch.tick_for(59) is None
    assert watch.tick_for(1) == 60


def test_while_nobody_listened_there_was_no_silence(watch):
    watch.tick_for(30)
    watch.now += 3600
    assert watch.silence.tick(held=False) is None
    assert watch.tick_for(30) == 60


@pytest.mark.parametrize(
    ("seconds", "long"), [(60, "1 min"), (119, "1 min"), (3540, "59 min"), (3660, "1:01 h"), (90_000, "25:00 h")]
)
def test_the_sentence_has_minutes_and_hours(seconds, long):
    assert words(seconds, Curves()) == f"No word from the run for {long} (last: it was starting)"


def test_the_sentence_says_what_the_run_said_last():
    started, task, *_ = example(5, 2, 4)
    curves = Curves([started, task])
    assert words(60, curves).endswith("(last: between stages, task 1)")
    curves.add(StepEnded(task=2, stage="align", step=1200, steps=4000))
    assert words(60, curves).endswith("(last: align, task 3, step 1,200)")


# In the window.


@pytest.fixture
def window(qtbot, tmp_path):
    script = Script()
    script.step_seconds = 0.05
    settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    made = make_window(settings, tmp_path / "runs", Session(runner=script.run))
    qtbot.addWidget(made)
    made.show()
    yield made
    made.control.stop()
    qtbot.waitUntil(lambda: not made.session.running)


@pytest.fixture
def silent(window, watch, qtbot):
    """A window whose run has said nothing for two minutes."""
    window.start()
    qtbot.waitUntil(lambda: window.viewer.live.curves.started is not None)
    # From now on the window hears only what the test lets it hear.
    window.session._timer.stop()
    watch.silence.end()
    window.watching.silence = watch.silence
    watch.tick_for(119)
    watch.now += 1
    window.watching.tick()
    yield window
    if window.session.running:
        window.session._timer.start()


def test_status_bar_and_page_point_out_a_silent_run_until_it_speaks(silent):
    status, alarm = silent.parts.status, silent.parts.live.alarm
    assert status.alarm.text.whole.startswith("No word from the run for 2 min (last: ")
    assert status.alarm.isVisible()
    assert not status.message.isVisible()
    assert alarm.isVisible()
    assert alarm.text.whole == status.alarm.text.whole
    assert "Stop" in alarm.toolTip()
    silent.session.events.emit([Note(level="info", text="Here I am.")])
    assert not status.alarm.isVisible()
    assert status.message.isVisible()
    assert not alarm.isVisible()


def test_beside_an_old_run_only_the_status_bar_speaks_of_the_silent_one(silent):
    silent.viewer.shown = None
    silent.watching.tick()
    assert silent.parts.status.alarm.isVisible()
    assert not silent.parts.live.alarm.isVisible()


def test_a_run_that_ends_is_silent_no_longer(silent, qtbot):
    silent.session._timer.start()
    with qtbot.waitSignal(silent.control.run_ended):
        silent.control.stop()
    assert not silent.parts.status.alarm.isVisible()
    assert not silent.parts.live.alarm.isVisible()


def test_a_run_that_waits_for_its_disk_is_not_called_silent_but_said_to_wait(silent, watch):
    silent.session.events.emit([Paused(reason="The disk is full.")])
    watch.now += 120
    silent._tick()
    assert not silent.parts.status.alarm.isVisible()
    assert silent.parts.status.fields["stage"].text() == "waiting for the disk"
    assert silent.parts.live.headline.text() == "Waiting for the disk"
    silent.session.events.emit([Resumed()])
    assert silent.parts.live.headline.text() != "Waiting for the disk"


def test_a_wait_that_a_crash_cut_off_does_not_outlive_a_new_start(silent):
    (started, *_) = example(3, 2, 4)
    assert isinstance(started, RunStarted)
    silent.session.events.emit([Paused(reason="The disk is full.")])
    assert silent.parts.banner.isVisible()
    silent.session.events.emit([started])
    assert not silent.parts.banner.isVisible()


def test_a_wait_that_was_put_away_stays_away_until_its_reason_changes(silent):
    banner, tell = silent.parts.banner, silent.session.events.emit
    tell([Paused(at=1, reason="The disk is full.")])
    banner.away.click()
    tell([Note(level="info", text="Still here.")])
    assert not banner.isVisible()
    tell([Paused(at=2, reason="The disk is gone.")])
    assert banner.isVisible()
    assert banner.text.text() == "Paused: The disk is gone."
