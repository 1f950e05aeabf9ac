"""A test that leaves something running or open behind fails: it would disturb the tests after it.

Looked for are threads, windows, timers that tick for no window, and processes.
"""

from __future__ import annotations

import gc
import subprocess
import threading
from collections.abc import Iterator
from typing import TypeVar

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QThread, QThreadPool, QTimer
from PySide6.QtWidgets import QApplication, QMenu, QWidget

T = TypeVar("T")
_LAST_BREATH = 5.0
"""Seconds that a thread or process may take that was told to end and is about to."""


def watch() -> Iterator[None]:
    """Compare what is there before and after a test; the body of a fixture."""
    threads, windows = _threads(), _windows()
    # Only what the test makes is searched; going through all of torch after every test takes a second.
    gc.freeze()
    yield
    QThreadPool.globalInstance().waitForDone()
    _settle()
    made = gc.get_objects()
    gc.unfreeze()
    left = [thread.name for thread in _threads() - threads if _goes_on(thread)]
    left += [type(thread).__name__ for thread in _of(QThread, made) if _is_busy(thread)]
    assert not left, f"threads are still running: {left}"
    kept = {key: name for key, name in _windows().items() if key not in windows}
    assert not kept, f"windows were not closed and deleted: {list(kept.values())}"
    ticking = [_owners(timer) for timer in _of(QTimer, made) if _ticks(timer)]
    assert not ticking, f"timers tick for no window: {ticking}"
    running = [child.args for child in _of(subprocess.Popen, made) if _is_on(child)]
    assert not running, f"processes are still running: {running}"


def _settle() -> None:
    if QApplication.instance() is None:
        return
    for _ in range(3):
        gc.collect()
        QCoreApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)  # type: ignore[arg-type]


def _of(kind: type[T], made: list[object]) -> Iterator[T]:
    """Yield what is of a kind; some objects of torch complain when they are asked for their class."""
    return (thing for thing in made if issubclass(type(thing), kind))  # type: ignore[misc]


# --- threads and processes ---


def _threads() -> set[threading.Thread]:
    """Return Python's own threads; those of Qt's pool show up as dummies once they have run Python."""
    return {thread for thread in threading.enumerate() if not isinstance(thread, threading._DummyThread)}


def _goes_on(thread: threading.Thread) -> bool:
    thread.join(_LAST_BREATH)
    return thread.is_alive()


def _is_busy(thread: QThread) -> bool:
    """Tell whether a thread that a test made is on; the one that asks always is."""
    return shiboken6.isValid(thread) and thread is not QThread.currentThread() and thread.isRunning()


def _is_on(child: subprocess.Popen) -> bool:
    try:
        child.wait(_LAST_BREATH)
    except subprocess.TimeoutExpired:
        return True
    return False


# --- windows and timers ---


def _windows() -> dict[int, str]:
    if not isinstance(QApplication.instance(), QApplication):
        return {}
    return {id(window): f"{type(window).__name__} '{window.windowTitle()}'" for window in _top_levels()}


def _top_levels() -> list[QWidget]:
    """Return what a user would see as a window; a closed menu is none, and pyqtgraph's views are parts of charts."""
    found = (widget for widget in QApplication.topLevelWidgets() if widget.parent() is None)
    return [widget for widget in found if widget.isVisible() or not isinstance(widget, QMenu)]


def _ticks(timer: QTimer) -> bool:
    """Tell whether a timer is active although no widget owns it; widgets that are left are found as windows."""
    return shiboken6.isValid(timer) and timer.isActive() and not isinstance(_line(timer)[-1], QWidget)


def _owners(timer: QTimer) -> str:
    return " of ".join([f"{timer.interval()} ms", *(type(owner).__name__ for owner in _line(timer)[1:])])


def _line(timer: QTimer) -> list[QObject]:
    """Return a timer and its owners, up to the one that nobody owns."""
    line: list[QObject] = [timer]
    while (owner := line[-1].parent()) is not None:
        line.append(owner)
    return line
