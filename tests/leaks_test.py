"""What a test leaves behind is found, and what it puts away is not held against it."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest
from PySide6.QtCore import QObject, QThread, QTimer
from PySide6.QtWidgets import QWidget

from tests import leaks

pytestmark = pytest.mark.usefixtures("qapp")
FOREVER = "import sys; sys.stdin.read()"


@pytest.fixture(autouse=True)
def short_breath(monkeypatch):
    monkeypatch.setattr(leaks, "_LAST_BREATH", 0.01)


@pytest.fixture
def watch():
    """Begin to watch; return what ends it."""
    watching = leaks.watch()
    next(watching)
    return lambda: next(watching, None)


def test_a_thread_is_found(watch):
    over = threading.Event()
    thread = threading.Thread(target=over.wait, name="left behind")
    thread.start()
    with pytest.raises(AssertionError, match="left behind"):
        watch()
    over.set()
    thread.join()


def test_a_thread_of_qt_is_found(watch):
    thread = QThread()
    thread.start()
    with pytest.raises(AssertionError, match="QThread"):
        watch()
    thread.quit()
    thread.wait()


def test_a_window_is_found_even_a_hidden_one(watch):
    window = QWidget(windowTitle="left behind")
    with pytest.raises(AssertionError, match="left behind"):
        watch()
    window.deleteLater()


@pytest.mark.parametrize("owner", [None, QObject])
def test_a_timer_that_ticks_for_no_window_is_found(watch, owner):
    owned = owner() if owner else None
    timer = QTimer(owned, interval=1234)
    timer.start()
    with pytest.raises(AssertionError, match="1234 ms of QObject" if owner else "1234 ms"):
        watch()
    timer.stop()


def test_a_process_is_found(watch):
    with subprocess.Popen([sys.executable, "-c", FOREVER], stdin=subprocess.PIPE) as child:
        with pytest.raises(AssertionError, match=r"sys\.stdin\.read"):
            watch()
        child.communicate()


def test_what_was_there_before_is_not_counted(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    timer = QTimer(interval=1000)
    timer.start()
    watching = leaks.watch()
    next(watching)
    assert next(watching, "over") == "over"
    timer.stop()


def test_what_is_put_away_is_not_counted(watch):
    window, timer, thread = QWidget(), QTimer(), QThread()
    timer.start()
    timer.stop()
    QTimer(window, interval=1).start()
    window.deleteLater()
    thread.start()
    thread.quit()
    thread.wait()
    subprocess.run([sys.executable, "-c", ""], check=True)
    del window
    watch()
