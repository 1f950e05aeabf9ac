"""The page about one data set: found or not, where, how to get it, and how far a transfer is."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal, SignalInstance
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from backend.api import DATASETS, SELF_TESTS, DataReport, Entry, StudioError, data_folder, size
from gui.icons import icon
from gui.theme import Theme
from gui.widgets.transfer import TransferView

_LICENCE = "<br>Its page tells what it may be used for; most such data sets are for research only."
_ADDRESS = re.compile(r"https?://[^\s<]*[^\s<.,;)]")


class DataSourcePage(QWidget):
    """Shows what it is told; every button is a signal."""

    fetch_requested = Signal()
    import_requested = Signal()
    folder_requested = Signal()
    check_requested = Signal()
    retry_requested = Signal()
    use_requested = Signal()
    self_test_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = _words("heading")
        font = self.title.font()
        font.setPointSizeF(font.pointSizeF() * 1.4)
        self.title.setFont(font)
        self.about = _words("muted")
        self._mark = QLabel()
        self.state = _words()
        self.hint = _words("muted")
        self.folder = _words()
        self.folder.setAccessibleName("Folder of the data set")
        self.how = _words()
        self.how.setOpenExternalLinks(True)
        self.how.setAccessibleName("How to get it")
        self.transfer = TransferView()
        self.error = _words("error")
        self.error_hint = _words()
        self.fetch_button = _button("Download", "Fetch the data set into the folder above", self.fetch_requested)
        self.import_button = _button(
            "Import archive…", "Unpack an archive of it that you have: tar, tgz or zip", self.import_requested
        )
        self.choose_button = _button(
            "Choose folder…", "Say where it lies, if it is on this machine already", self.folder_requested
        )
        self.check_button = _button("Check again", "Look for it once more", self.check_requested)
        self.use_button = _button("Use for the next run", "Choose it in the form at the left", self.use_requested)
        self.test_button = _button(
            "Self-test…", "Compare it, and weights, with published numbers", self.self_test_requested
        )
        self.retry_button = _button("Retry", "Try again; a download goes on where it was", self.retry_requested)
        self.copy_button = _button("Copy path", "Copy the folder's path", None)
        self.copy_button.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.folder.text()))
        self.open_button = _button("Open folder", "Show the folder in the file manager; makes it if need be", None)
        self.open_button.clicked.connect(self._open_folder)
        self._lay_out()

    def show_source(
        self, entry: Entry, report: DataReport | None, error: StudioError | None, busy: str, root: str
    ) -> None:
        """Show a data set.

        Args:
            entry: its name and help.
            report: what was found; none while it is being looked for.
            error: what went wrong when it was fetched.
            busy: the id of the data set that is being fetched, or nothing.
            root: where it is looked for; nothing for the usual place.
        """
        found = report is not None and report.found
        self.title.setText(entry.label)
        self.about.setText(entry.help)
        self._mark.setPixmap(icon("search" if report is None else "run-done" if found else "info").pixmap(20, 20))
        self.state.setText(_state(report))
        self.hint.setText(report.hint if report and not found else "")
        self.hint.setVisible(bool(self.hint.text()))
        self.folder.setText(report.folder if report else root)
        self._place.setVisible(bool(self.folder.text()))
        self.use_button.setVisible(found)
        self.test_button.setVisible(found and any(test.dataset == entry.id for test in SELF_TESTS))
        self._show_ways(report)
        self._show_transfer(entry, busy)
        self._show_error(error if not busy else None)

    def set_theme(self, theme: Theme) -> None:
        """Draw the icons anew."""
        self.fetch_button.setIcon(icon("download"))
        self.copy_button.setIcon(icon("copy"))
        self.open_button.setIcon(icon("folder"))
        self._error_mark.setPixmap(icon("error").pixmap(20, 20))

    def _show_ways(self, report: DataReport | None) -> None:
        """Offer what helps: nothing is downloaded or told twice, and what ships with DMC Studio needs no getting."""
        missing = report is not None and not report.found
        self.how.setText(_how(report) if report else "")
        self.how.setVisible(missing and bool(self.how.text()))
        self.fetch_button.setVisible(missing and report is not None and report.automatic)
        self.fetch_button.setText(_fetch_words(report.download_bytes if report else 0))
        for button in (self.import_button, self.choose_button, self.check_button):
            button.setVisible(missing or bool(self.folder.text()))

    def _show_transfer(self, entry: Entry, busy: str) -> None:
        self.transfer.setVisible(busy == entry.id)
        for button in (self.fetch_button, self.import_button, self.retry_button):
            button.setEnabled(not busy)

    def _show_error(self, error: StudioError | None) -> None:
        self._failure.setVisible(error is not None)
        if error is not None:
            self.error.setText(error.sentence)
            self.error_hint.setText(error.hint)
            self.error_hint.setVisible(bool(error.hint))

    def _open_folder(self) -> None:
        folder = Path(self.folder.text())
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            folder = data_folder()
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    def _lay_out(self) -> None:
        state = QHBoxLayout()
        state.setSpacing(8)
        state.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(self.state)
        words.addWidget(self.hint)
        state.addLayout(words, 1)
        self._place = QWidget()
        place = _row(self._place)
        place.addWidget(self.folder, 1)
        place.addWidget(self.copy_button)
        place.addWidget(self.open_button)
        actions = QHBoxLayout()
        actions.setSpacing(8)
        for button in (
            self.use_button,
            self.fetch_button,
            self.import_button,
            self.choose_button,
            self.check_button,
            self.test_button,
        ):
            actions.addWidget(button)
        actions.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self.title)
        column.addWidget(self.about)
        column.addLayout(state)
        column.addWidget(self._place)
        column.addWidget(self.how)
        column.addLayout(actions)
        column.addWidget(self.transfer)
        column.addWidget(self._make_failure())
        column.addStretch(1)

    def _make_failure(self) -> QFrame:
        self._failure = QFrame()
        self._failure.setObjectName("card")
        self._error_mark = QLabel()
        self._error_mark.setPixmap(icon("error").pixmap(20, 20))
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(self.error)
        words.addWidget(self.error_hint)
        row = QHBoxLayout(self._failure)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(8)
        row.addWidget(self._error_mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        row.addWidget(self.retry_button, 0, Qt.AlignmentFlag.AlignTop)
        return self._failure


def _words(role: str = "") -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
    if role:
        label.setProperty("role", role)
    return label


def _button(text: str, help: str, asked: SignalInstance | None) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(help)
    button.setAutoDefault(False)
    if asked is not None:
        button.clicked.connect(asked)
    return button


def _row(widget: QWidget) -> QHBoxLayout:
    row = QHBoxLayout(widget)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    return row


def _state(report: DataReport | None) -> str:
    if report is None:
        return "Looking for it…"
    if not report.found:
        return report.problem
    return f"It is there: {report.layout}." if report.layout else "It is there."


def _how(report: DataReport) -> str:
    """Return what to download by hand, with links, as HTML; nothing where there is nothing to get."""
    if not report.manual:
        return ""
    manual = _ADDRESS.sub(lambda match: f'<a href="{match[0]}">{match[0]}</a>', escape(report.manual))
    if DATASETS[report.id].several:
        return manual
    lead = "Or by hand" if report.automatic else "No program may download it. By hand"
    return f"{lead}: {manual}{_LICENCE}"


def _fetch_words(total: int) -> str:
    return f"Download ({size(total)})" if total else "Download"
