"""A test that leaves a thread or a window behind fails: what it leaks would disturb the tests after it."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

from PySide6.QtCore import QCoreApplication, QEvent, QThreadPool
from PySide6.QtWidgets import QApplication, QMenu, QWidget


def watch() -> Iterator[None]:
    """Compare what is there before and after a test; the body of a fixture."""
    threads, windows = _threads(), _windows()
    # Only what the test makes is searched for cycles; going through all of torch after every test takes a second.
    gc.freeze()
    yield
    QThreadPool.globalInstance().waitForDone()
    _settle()
    gc.unfreeze()
    left = [thread.name for thread in _threads() - threads]
    assert not left, f"threads are still running: {left}"
    kept = {key: name for key, name in _windows().items() if key not in windows}
    assert not kept, f"windows were not closed and deleted: {list(kept.values())}"


def _settle() -> None:
    if QApplication.instance() is None:
        return
    for _ in range(3):
        gc.collect()
        QCoreApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)  # type: ignore[arg-type]


def _threads() -> set[threading.Thread]:
    """Return Python's own threads; those of Qt's pool show up as dummies once they have run Python."""
    return {thread for thread in threading.enumerate() if not isinstance(thread, threading._DummyThread)}


def _windows() -> dict[int, str]:
    if not isinstance(QApplication.instance(), QApplication):
        return {}
    return {id(window): f"{type(window).__name__} '{window.windowTitle()}'" for window in _top_levels()}


def _top_levels() -> list[QWidget]:
    """Return what a user would see as a window; pyqtgraph's closed menus belong to plots, and go with them."""
    found = (widget for widget in QApplication.topLevelWidgets() if widget.parent() is None)
    return [widget for widget in found if widget.isVisible() or not isinstance(widget, QMenu)]
