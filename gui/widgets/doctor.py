"""Tools > Check: what a run needs, found or not, in a list that can be copied into a report."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from backend.api import CacheInfo, Finding, Gate, StudioError, cache_sizes, clear_caches, examine, report, size
from gui.background import submit
from gui.errands import Errand, Tell
from gui.icons import icon
from gui.theme import Theme

_ICONS = {"ok": "run-done", "note": "info", "bad": "error"}
_WORDS = {"ok": "OK", "note": "Note", "bad": "Problem"}
Examine = Callable[[], Iterable[Finding]]


class DoctorDialog(QDialog):
    """Checks when it is opened, and again on request; findings appear as they are made."""

    self_test_requested = Signal()
    checked = Signal()
    """All findings are on show."""

    def __init__(self, parent: QWidget | None = None, look: Examine = examine) -> None:
        super().__init__(parent)
        self.setWindowTitle("Check")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(760, 640)
        self._look = look
        self.findings: list[Finding] = []
        self._errand: Errand | None = None
        self._marks: list[tuple[QLabel, str]] = []
        self.summary = QLabel()
        self.summary.setProperty("role", "heading")
        self.summary.setWordWrap(True)
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setMaximumHeight(6)
        self.progress.setAccessibleName("Checking")
        self.again_button = _button("Check again", "Look at everything once more", self.check)
        self.copy_button = _button("Copy report", "Copy all of it as text, for a bug report", self._copy)
        self.test_button = _button(
            "Self-test…", "Compare data and weights with published numbers", self.self_test_requested.emit
        )
        self.clear_button = _button("Clear caches", "", self._clear)
        self.close_button = _button("Close", "Close (Esc)", self.close)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._lay_out()
        self.check()

    def check(self) -> None:
        """Look at everything; what was found before is forgotten."""
        if self._errand is not None:
            return
        self.findings = []
        self._begin_list()
        self.summary.setText("Checking…")
        self.progress.show()
        for button in (self.again_button, self.copy_button):
            button.setEnabled(False)
        self._errand = Errand(self._examine, self)
        self._errand.told.connect(self._add)
        self._errand.done.connect(lambda _: self._over())
        self._errand.failed.connect(self._failed)
        self._errand.cancelled.connect(self._over)
        self._errand.start()
        self._show_caches()

    def done(self, result: int) -> None:
        """Let the check end soon, then close."""
        if self._errand is not None:
            self._errand.cancel()
        super().done(result)

    def set_theme(self, theme: Theme) -> None:
        """Draw the icons anew."""
        self.copy_button.setIcon(icon("copy"))
        self.again_button.setIcon(icon("reset"))
        for label, name in self._marks:
            label.setPixmap(icon(name).pixmap(16, 16))

    # --- findings ---

    def _examine(self, tell: Tell, gate: Gate) -> None:
        for finding in self._look():
            gate.check()
            tell(finding)

    def _add(self, finding: Finding) -> None:
        if not self.findings or self.findings[-1].group != finding.group:
            self._add_heading(finding.group)
        self.findings.append(finding)
        row = self._grid.rowCount()
        mark = QLabel()
        mark.setPixmap(icon(_ICONS[finding.state]).pixmap(16, 16))
        self._marks.append((mark, _ICONS[finding.state]))
        cells = (mark, QLabel(_WORDS[finding.state]), _text(finding.name), _text(finding.value))
        for column, cell in enumerate(cells):
            self._grid.addWidget(cell, row, column, Qt.AlignmentFlag.AlignTop)
        if finding.hint:
            hint = _text(finding.hint)
            hint.setProperty("role", "muted")
            self._grid.addWidget(hint, row + 1, 3)

    def _add_heading(self, group: str) -> None:
        heading = QLabel(group)
        heading.setProperty("role", "heading")
        heading.setContentsMargins(0, 12 if self.findings else 0, 0, 2)
        self._grid.addWidget(heading, self._grid.rowCount(), 0, 1, 4)

    def _over(self) -> None:
        self._errand = None
        self.progress.hide()
        for button in (self.again_button, self.copy_button):
            button.setEnabled(True)
        self._grid.setRowStretch(self._grid.rowCount(), 1)
        self.summary.setText(_summary(self.findings))
        self.checked.emit()

    def _failed(self, error: StudioError) -> None:
        self._add(Finding("Check", "the check itself", error.sentence, "bad", error.hint))
        self._over()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(report(self.findings))

    # --- caches ---

    def _show_caches(self) -> None:
        submit(self, cache_sizes, self._caches_known, lambda _: self.clear_button.setEnabled(False))

    def _caches_known(self, caches: Iterable[CacheInfo]) -> None:
        total = sum(cache.bytes for cache in caches)
        self.clear_button.setText(f"Clear caches ({size(total)})")
        self.clear_button.setToolTip("Delete decoded pictures and features; they are made again when needed")
        self.clear_button.setEnabled(total > 0)

    def _clear(self) -> None:
        self.clear_button.setEnabled(False)
        submit(self, clear_caches, lambda _: self.check(), self._failed)

    # --- construction ---

    def _begin_list(self) -> None:
        body = QWidget()
        self._marks = []
        self._grid = QGridLayout(body)
        self._grid.setContentsMargins(0, 0, 8, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnMinimumWidth(2, 160)
        self._grid.setColumnStretch(3, 1)
        self._scroll.setWidget(body)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.again_button, self.copy_button, self.clear_button, self.test_button):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 12)
        column.setSpacing(12)
        column.addWidget(self.summary)
        column.addWidget(self.progress)
        column.addWidget(self._scroll, 1)
        column.addLayout(buttons)


def _summary(findings: Iterable[Finding]) -> str:
    bad = [finding.name for finding in findings if not finding.fine]
    if not bad:
        return "Everything that a run needs is there."
    return f"{len(bad)} {'thing stops' if len(bad) == 1 else 'things stop'} a run: {', '.join(bad)}."


def _text(text: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _button(text: str, help: str, act: Callable[[], object]) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(help)
    button.setAutoDefault(False)
    button.clicked.connect(lambda: act())
    return button
