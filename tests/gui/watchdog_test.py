"""A window that hangs is written down with the line that it hangs in; one that does not is left alone."""

from __future__ import annotations

import threading
import time

import pytest
from PySide6.QtCore import QTimer

from gui.state.heart import LIMIT_SECONDS, Heart, Stall
from gui.watchdog import LOG, Watchdog, _words


class Machine:
    """Clocks to be moved by hand."""

    def __init__(self):
        self.now, self.worked = 100.0, 5.0
        self.heart = Heart(lambda: self.now, lambda: self.worked)

    def look_after(self, seconds, *, working=0.0):
        self.now += seconds
        self.worked += working
        return self.heart.look()

    def beat_after(self, seconds):
        self.now += seconds
        self.heart.beat()


@pytest.fixture
def machine():
    made = Machine()
    made.heart.beat()
    assert made.heart.look() is None
    return made


def looks(machine, seconds):
    """Look every 50 ms; return what was seen."""
    return [stall for _ in range(round(seconds / 0.05)) if (stall := machine.look_after(0.05))]


def test_a_stall_is_told_once_when_it_begins_and_once_with_its_length_when_it_is_over(machine):
    (began,) = looks(machine, 0.8)
    assert not began.over
    assert LIMIT_SECONDS < began.seconds <= LIMIT_SECONDS + 0.06
    machine.beat_after(0.01)
    assert looks(machine, 0.05) == [Stall(pytest.approx(0.81), over=True, told=True)]
    assert looks(machine, 0.2) == []


def test_a_window_that_beats_is_left_alone(machine):
    for _ in range(50):
        machine.beat_after(0.04)
        assert machine.look_after(0.04) is None


def test_nothing_is_judged_before_the_first_beat():
    machine = Machine()
    assert looks(machine, 2) == []


def test_a_machine_that_slept_did_not_hang(machine):
    assert machine.look_after(3600) is None
    machine.beat_after(0.01)
    assert looks(machine, 0.2) == []


def test_a_machine_that_slept_during_a_stall_does_not_make_it_longer(machine):
    assert len(looks(machine, 0.4)) == 1
    assert machine.look_after(3600) is None
    machine.beat_after(0.1)
    (over,) = looks(machine, 0.05)
    assert over.seconds == pytest.approx(0.5)


def test_code_that_keeps_python_to_itself_hangs_although_nobody_could_look(machine):
    stall = machine.look_after(0.6, working=0.58)
    assert stall == Stall(pytest.approx(0.6), over=False)


def test_a_stall_that_was_over_before_anybody_could_look_is_told(machine):
    machine.beat_after(0.6)
    assert machine.look_after(0.01, working=0.6) == Stall(pytest.approx(0.6), over=True)


@pytest.mark.parametrize(
    ("stall", "words"),
    [
        (Stall(0.81, over=True, told=True), "The window goes on after 0.81 s."),
        (Stall(0.6, over=True), "The window hung for 0.60 s, in code that let no other thread look where."),
        (Stall(0.3, over=False), "The window hangs, for 0.30 s so far:\n(it has ended)"),
    ],
)
def test_a_line_of_the_log_says_how_long_and_what_is_known_of_where(stall, words):
    assert _words(stall, thread=-1) == words


# The real thing.


@pytest.fixture
def watchdog(tmp_path, qtbot):
    made = Watchdog(tmp_path / "log")
    qtbot.waitUntil(lambda: made._heart._known is not None)
    yield made
    made.stop()


def log_of(watchdog):
    path = watchdog.folder / LOG
    return path.read_text(encoding="utf-8") if path.exists() else ""


def test_a_slot_that_takes_too_long_is_named_in_the_log(watchdog, qtbot):
    def slow_slot():
        time.sleep(2 * LIMIT_SECONDS)

    # Again and again: on a busy machine the watchdog may think, rightly, that it was the machine.
    timer = QTimer(watchdog, interval=1)
    timer.timeout.connect(slow_slot)
    timer.start()
    qtbot.waitUntil(lambda: "goes on after" in log_of(watchdog), timeout=30_000)
    timer.stop()
    text = log_of(watchdog)
    assert "The window hangs" in text
    assert "in slow_slot" in text
    assert "time.sleep(2 * LIMIT_SECONDS)" in text
    assert text.startswith(time.strftime("%Y-"))


def test_a_stopped_watchdog_leaves_neither_thread_nor_timer(watchdog):
    watchdog.stop()
    watchdog.stop()
    assert "watchdog" not in [thread.name for thread in threading.enumerate()]
    assert not watchdog._timer.isActive()


def test_the_log_stays_small(tmp_path, qapp, monkeypatch):
    monkeypatch.setattr("gui.watchdog._LOG_BYTES", 2000)
    watchdog = Watchdog(tmp_path)
    for number in range(100):
        watchdog._log.say(f"The window hangs, for the {number}th time:\nhere")
    watchdog.stop()
    sizes = {path.name: path.stat().st_size for path in tmp_path.iterdir()}
    assert set(sizes) == {LOG, f"{LOG}.1"}
    assert max(sizes.values()) <= 2000
    assert "the 99th time" in (tmp_path / LOG).read_text(encoding="utf-8")
