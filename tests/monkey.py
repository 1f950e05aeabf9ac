"""A monkey at the window: clicks and types at random, seeded, while a run is on beside it.

`python -m tests.monkey --minutes 3 --seed 0 --train-in process` prints what it did, what went wrong, and the longest
stalls of the window, each with how much of it the window itself was at work: the rest it waited, for a busy machine or
for the interpreter. An exception, a Qt warning or a window that is gone makes it fail. It never presses what leaves the
window, fetches data or opens other programs.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
import traceback
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from pathlib import Path
from types import TracebackType

if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["DMC_STUDIO_PROBE"] = "off"

from PySide6.QtCore import QObject, QPoint, QSettings, Qt, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QTabBar,
    QWidget,
)

from gui.window import MainWindow

LETTERS = "abcdefghij 0123456789,.-_/\\'\""  # QTest knows no others; the clipboard does
PASTED = ("äπ🙂 中文", "-1e999", "x" * 3000, "../../..", "0,1,2,2")
KEYS = (
    Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right,
    Qt.Key.Key_Return, Qt.Key.Key_Space, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageDown, Qt.Key.Key_F1,
    Qt.Key.Key_F2, Qt.Key.Key_Delete, Qt.Key.Key_Escape, Qt.Key.Key_Plus, Qt.Key.Key_Minus, Qt.Key.Key_L,
    Qt.Key.Key_R, Qt.Key.Key_S,
)  # fmt: skip
CHORDS = (Qt.Key.Key_K, Qt.Key.Key_Comma, Qt.Key.Key_U, Qt.Key.Key_R, Qt.Key.Key_T, Qt.Key.Key_E, Qt.Key.Key_A)
FORBIDDEN = ("quit", "download", "get data", "fetch", "self-test", "file manager", "open log", "open folder", "webcam")
"""Words of what leaves the window, or this machine."""
STALL_MS = 250
BEAT_MS = 10
_TRAIL = 12
"""Deeds that are told with what went wrong."""


@dataclass(frozen=True, order=True)
class Stall:
    """A time in which the window did not answer: milliseconds in all, those it was at work, and what was done to it."""

    ms: float
    at_work: float
    doing: str

    def __str__(self) -> str:
        return f"stall of {self.ms:.0f} ms, {self.at_work:.0f} of them at work: {self.doing}"


class Monkey(QObject):
    """Acts on a window until it is told to stop.

    Args:
        window: what it is let at.
        seed: of what it does; the moments at which it does it are those of the machine.
        keep_running: called before each deed.
    """

    def __init__(self, window: MainWindow, seed: int, keep_running: Callable[[], None] = lambda: None) -> None:
        super().__init__(window)
        self.did: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.stalls: list[Stall] = []
        self._window, self._draw, self._keep_running = window, random.Random(seed), keep_running
        self._on = False
        self._doing = "nothing"
        self._trail: deque[str] = deque(maxlen=_TRAIL)
        self._beaten, self._worked = time.perf_counter(), time.thread_time()
        self._heart = QTimer(self, interval=BEAT_MS)
        self._heart.timeout.connect(self._beat)

    def start(self) -> None:
        """Begin."""
        self._on, self._beaten = True, time.perf_counter()
        self._before = sys.excepthook
        sys.excepthook = lambda kind, error, trace: self._complain(f"{kind.__name__}: {error}", trace)
        self._told = qInstallMessageHandler(self._qt_said)
        self._heart.start()
        QTimer.singleShot(0, self, self._act)

    def stop(self) -> None:
        """Have enough, and close what stands open."""
        self._on = False
        self._heart.stop()
        sys.excepthook = self._before
        qInstallMessageHandler(self._told)
        while (popup := QApplication.activePopupWidget()) is not None:
            popup.close()
        while (modal := QApplication.activeModalWidget()) is not None and modal is not self._window:
            modal.close()

    def _beat(self) -> None:
        now, worked = time.perf_counter(), time.thread_time()
        late, at_work = 1000 * (now - self._beaten), 1000 * (worked - self._worked)
        self._beaten, self._worked = now, worked
        if late > STALL_MS:
            self.stalls.append(Stall(late, at_work, self._doing))

    def _complain(self, words: str, trace: TracebackType | None = None) -> None:
        before = "".join(f"  {deed}\n" for deed in self._trail)
        where = "".join(traceback.format_tb(trace)[-3:])
        self.wrong.append(f"{words}\n{where}after\n{before}")

    def _qt_said(self, kind: QtMsgType, _: object, text: str) -> None:
        if kind != QtMsgType.QtDebugMsg and "This plugin does not support" not in text:
            self._complain(f"Qt said: {text}")

    def _act(self) -> None:
        if not self._on:
            return
        # Before the act: a menu that opens has a loop of its own, in which the next one is due.
        QTimer.singleShot(self._draw.randint(1, 60), self, self._act)
        self._keep_running()
        popup = QApplication.activePopupWidget()
        if isinstance(popup, QMenu):
            self._choose(popup)
        elif popup is not None:
            self._note("close a list", popup, lambda: QTest.keyClick(popup, Qt.Key.Key_Escape))
        else:
            self._act_on(QApplication.activeModalWidget() or self._somewhere())

    def _somewhere(self) -> QWidget:
        others = [
            widget
            for widget in QApplication.topLevelWidgets()
            if widget.isVisible() and widget is not self._window and not isinstance(widget, QMenu)
        ]
        return self._draw.choice(others) if others and self._draw.random() < 0.3 else self._window

    def _act_on(self, top: QWidget) -> None:
        if isinstance(top, QFileDialog) or (top is not self._window and self._draw.random() < 0.15):
            self._note("escape", top, lambda: QTest.keyClick(top, Qt.Key.Key_Escape))
            return
        if top is self._window and self._draw.random() < 0.15:
            self._shortcut(top)
            return
        there = [w for w in top.findChildren(QWidget) if w.isVisible() and w.isEnabled() and not _forbidden(w)]
        liked = [w for w in there if w.focusPolicy() != Qt.FocusPolicy.NoFocus or isinstance(w, QAbstractButton)]
        if there:
            self._touch(self._draw.choice(liked if liked and self._draw.random() < 0.8 else there))

    def _shortcut(self, top: QWidget) -> None:
        key, control = self._draw.choice(CHORDS), Qt.KeyboardModifier.ControlModifier
        self._note(f"press Ctrl+{key.name[4:]}", top, lambda: QTest.keyClick(top, key, control))

    def _choose(self, menu: QMenu) -> None:
        entries = [a for a in menu.actions() if a.isEnabled() and a.isVisible() and not _leaves(a.text(), a.toolTip())]
        if not entries or self._draw.random() < 0.3:
            self._note("close a menu", menu, lambda: QTest.keyClick(menu, Qt.Key.Key_Escape))
            return
        entry = self._draw.choice(entries)
        place = menu.actionGeometry(entry).center()
        self._note(
            f"choose '{entry.text()}'", menu, lambda: QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=place)
        )

    def _touch(self, widget: QWidget) -> None:
        match widget:
            case QLineEdit() | QPlainTextEdit() | QAbstractSpinBox() if self._draw.random() < 0.7:
                text = "".join(self._draw.choices(LETTERS, k=self._draw.randint(1, 6)))
                self._note("type", widget, lambda: QTest.keyClicks(widget, text))
            case QLineEdit() | QPlainTextEdit():
                QApplication.clipboard().setText(self._draw.choice(PASTED))
                self._note(
                    "paste", widget, lambda: QTest.keyClick(widget, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
                )
            case QComboBox() | QAbstractSlider() | QAbstractItemView() if self._draw.random() < 0.5:
                key = self._draw.choice(KEYS)
                self._note(f"press {key.name}", widget, lambda: QTest.keyClick(widget, key))
            case QAbstractButton() | QTabBar():
                self._click(widget, Qt.MouseButton.LeftButton)
            case _:
                self._roam(widget)

    def _roam(self, widget: QWidget) -> None:
        """Do to a plain surface what hands do: point, click, open its menu, drag, press keys."""
        chance = self._draw.random()
        if chance < 0.4:
            self._click(widget, Qt.MouseButton.LeftButton)
        elif chance < 0.5:
            self._click(widget, Qt.MouseButton.RightButton)
        elif chance < 0.6:
            place = self._place(widget)
            self._note("double click", widget, lambda: QTest.mouseDClick(widget, Qt.MouseButton.LeftButton, pos=place))
        elif chance < 0.8:
            self._drag(widget)
        else:
            key = self._draw.choice(KEYS)
            self._note(f"press {key.name}", widget, lambda: QTest.keyClick(widget, key))

    def _click(self, widget: QWidget, button: Qt.MouseButton) -> None:
        place = self._place(widget)
        self._note(f"click {button.name}", widget, lambda: QTest.mouseClick(widget, button, pos=place))

    def _drag(self, widget: QWidget) -> None:
        first, last = self._place(widget), self._place(widget)

        def drag() -> None:
            QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=first)
            QTest.mouseMove(widget, last)
            QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=last)

        self._note("drag", widget, drag)

    def _place(self, widget: QWidget) -> QPoint:
        return QPoint(self._draw.randrange(max(1, widget.width())), self._draw.randrange(max(1, widget.height())))

    def _note(self, what: str, widget: QWidget, act: Callable[[], object]) -> None:
        """Do something, with what it is done to written down before: the widget may be gone afterwards."""
        self._doing = f"{what} on {type(widget).__name__} '{widget.accessibleName() or widget.objectName()}'"
        self._trail.append(self._doing)
        self.did[what.split(" ")[0]] += 1
        act()


def _forbidden(widget: QWidget) -> bool:
    text = widget.text() if isinstance(widget, QAbstractButton) else ""
    return _leaves(text, widget.toolTip(), widget.accessibleName())


def _leaves(*texts: str) -> bool:
    return any(word in text.replace("&", "").casefold() for text in texts for word in FORBIDDEN)


def rampage(monkey: Monkey, *, seconds: float = inf, deeds: float = inf) -> Monkey:
    """Let a monkey at its window for some time, or for so many deeds; a first thing that goes wrong ends it."""
    QDesktopServices.openUrl = lambda *_: True  # type: ignore[method-assign]
    monkey.start()
    end = time.monotonic() + seconds
    while time.monotonic() < end and monkey.did.total() < deeds and not monkey.wrong:
        QTest.qWait(100)
    monkey.stop()
    return monkey


def report(monkey: Monkey) -> str:
    """Return what it did and saw."""
    stalls = sorted(monkey.stalls, reverse=True)
    return "\n".join(
        (
            f"{monkey.did.total()} deeds: {dict(monkey.did)}",
            *map(str, stalls[:_TRAIL]),
            f"{len(stalls)} stalls over {STALL_MS} ms",
            *monkey.wrong,
        )
    )


def main() -> int:
    """Run the command; return 1 where something went wrong."""
    from gui import theme
    from gui.app import make_app
    from gui.session import Session
    from tests.e2e.hands import worker_command
    from tests.worlds import tiny_config

    parser = argparse.ArgumentParser(prog="python -m tests.monkey", description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--train-in", choices=("process", "thread"), default="process")
    given = parser.parse_args()
    theme.apply(make_app(), theme.LIGHT)
    with tempfile.TemporaryDirectory() as scratch:
        settings = QSettings(f"{scratch}/w.ini", QSettings.Format.IniFormat)
        settings.setValue("train_in", given.train_in)
        window = MainWindow(settings, Path(scratch) / "runs", Session(command=worker_command))
        window.resize(1440, 900)
        window.show()
        long = tiny_config(method={"name": "dmc_ot", "epochs": 60})

        def keep_running() -> None:
            if not window.session.busy:
                window.control.start(long)

        monkey = rampage(Monkey(window, given.seed, keep_running), seconds=60 * given.minutes)
        visible = window.isVisible()
        window.closing.stop_and_close()
        patience = time.monotonic() + 20
        while window.isVisible() and time.monotonic() < patience:
            QTest.qWait(50)
    print(report(monkey))
    return 0 if visible and not monkey.wrong else 1


if __name__ == "__main__":
    sys.exit(main())
