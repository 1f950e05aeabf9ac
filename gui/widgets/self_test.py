"""Tools > Self-test: runs whose numbers were published, to learn whether data and weights are right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from backend.api import SELF_TESTS, SelfTest, Verdict, missing_weights, obstacle
from gui.background import submit
from gui.icons import icon

_ABOUT = (
    "Zero-shot and SimpleCIL draw nothing at random: with the right data and weights they give the published numbers. "
    "A self-test is an ordinary run and is kept among your runs."
)
_HEADINGS = ("Data set", "Setting", "Method", "Last", "Average", "Can be run")


class SelfTestDialog(QDialog):
    """Lists the self-tests; those that cannot be run say why."""

    start_requested = Signal(object)
    """The SelfTest."""

    def __init__(self, parent: QWidget | None = None, tests: Sequence[SelfTest] | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Self-test")
        self.resize(720, 440)
        self._items = {test: _item(test) for test in (SELF_TESTS if tests is None else tests)}
        self._reasons: dict[SelfTest, str] = {}
        self._notes: dict[SelfTest, str] = {}
        self._running = False
        self.list = QTreeWidget()
        self.list.setAccessibleName("Self-tests")
        self.list.setToolTip("Runs with published numbers")
        self.list.setHeaderLabels(list(_HEADINGS))
        self.list.setRootIsDecorated(False)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.currentItemChanged.connect(lambda *_: self._show())
        self.reason = QLabel()
        self.reason.setWordWrap(True)
        self.reason.setProperty("role", "muted")
        self.run_button = QPushButton("Run self-test")
        self.run_button.clicked.connect(self._start)
        self._mark = QLabel()
        self.verdict = QLabel()
        self._lay_out()
        self._fill()

    def open_now(self, *, running: bool) -> None:
        """Show the dialog, and look again which tests can be run."""
        self.set_running(running)
        self.check()
        self.show()
        self.raise_()

    def check(self) -> None:
        """Find out, in the pool, what stands in the way of each test."""
        submit(self, lambda: _look(self._items), self._checked, lambda error: self.reason.setText(str(error)))

    def set_running(self, running: bool) -> None:
        """Say whether a run is on: another cannot be started then."""
        self._running = running
        self._show()

    def show_verdict(self, verdict: Verdict) -> None:
        """Show how a self-test ended."""
        self._mark.setPixmap(icon("run-done" if verdict.fine else "warning").pixmap(20, 20))
        self.verdict.setText(f"{'Passed' if verdict.fine else 'Failed'}. {verdict.sentence}")
        self._result.show()

    @property
    def chosen(self) -> SelfTest | None:
        """The test that is selected."""
        current = self.list.currentItem()
        return next((test for test, item in self._items.items() if item is current), None)

    def choose(self, test: SelfTest) -> None:
        """Select a test."""
        self.list.setCurrentItem(self._items[test])

    def _start(self) -> None:
        if self.chosen is not None:
            self._result.hide()
            self.start_requested.emit(self.chosen)

    def _checked(self, found: tuple[dict[SelfTest, str], dict[SelfTest, str]]) -> None:
        self._reasons, self._notes = found
        reasons = self._reasons
        for test, item in self._items.items():
            ready = reasons.get(test) == ""
            item.setText(5, "ready" if ready else "not possible now")
            item.setToolTip(5, reasons.get(test, ""))
        if self.chosen is None and self._items:
            self.choose(next((test for test in self._items if reasons.get(test) == ""), next(iter(self._items))))
        self._show()

    def _show(self) -> None:
        test = self.chosen
        reason = "" if test is None else self._reasons.get(test, "Looking for the data set…")
        if self._running:
            reason = "A run is on; a self-test can be started when it has ended."
        words = reason or self._notes.get(test, "") if test else ""
        self.reason.setText(words)
        self.reason.setVisible(bool(words))
        self.run_button.setEnabled(test is not None and not reason)
        self.run_button.setToolTip(reason or "Start it as a run of its own")

    def _fill(self) -> None:
        self.list.addTopLevelItems(list(self._items.values()))
        for column in (3, 4):
            self.list.headerItem().setTextAlignment(column, Qt.AlignmentFlag.AlignRight)
        for column, width in enumerate((120, 72, 112, 64, 72)):
            self.list.setColumnWidth(column, width)
        self._show()

    def _lay_out(self) -> None:
        about = QLabel(_ABOUT)
        about.setWordWrap(True)
        self._result = QFrame()
        self._result.setObjectName("card")
        result = QHBoxLayout(self._result)
        result.setContentsMargins(12, 8, 12, 8)
        result.setSpacing(8)
        result.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        self.verdict.setWordWrap(True)
        self.verdict.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        result.addWidget(self.verdict, 1)
        self._result.hide()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(self.run_button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.close)
        buttons.button(QDialogButtonBox.StandardButton.Close).setToolTip("Close (Esc); a self-test goes on")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 12)
        column.setSpacing(12)
        for widget in (about, self.list, self.reason, self._result, buttons):
            column.addWidget(widget, 1 if widget is self.list else 0)


def _look(tests: Iterable[SelfTest]) -> tuple[dict[SelfTest, str], dict[SelfTest, str]]:
    """Return what stands in the way of each test, and what is worth knowing of those that can be run."""
    reasons = {test: obstacle(test) for test in tests}
    return reasons, {test: missing_weights(test) for test, reason in reasons.items() if not reason}


def _item(test: SelfTest) -> QTreeWidgetItem:
    average = "" if test.average is None else f"{test.average:.1f}"
    item = QTreeWidgetItem([test.dataset, test.setting, test.method, f"{test.last:.1f}", average, ""])
    for column in (3, 4):
        item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return item
