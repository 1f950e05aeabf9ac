"""Settings (Ctrl+,): how the window looks and behaves; every change applies at once and is remembered."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from gui.preferences import Name, Preferences
from gui.theme import LARGEST, SMALLEST
from gui.widgets.caches import CachesBox
from gui.widgets.elided import ElidedLabel

_CHOICES: dict[Name, tuple[str, str, dict[str, str]]] = {
    "theme": (
        "Colours",
        "Follow the desktop, or always light or dark",
        {"system": "As the desktop", "light": "Light", "dark": "Dark"},
    ),
    "train_in": (
        "Train in",
        "Where the next run is trained. A process of its own cannot take the window with it when it crashes",
        {"thread": "Background thread", "process": "Separate process"},
    ),
    "closing": (
        "Closing during a run",
        "What becomes of a run when the window is closed. Only a run in a process of its own can keep running; "
        "any other one is stopped and saved",
        {"ask": "Ask", "stop": "Stop and save", "keep": "Keep running"},
    ),
}
_PATH = 280
_ABOUT = "Changes apply at once and are remembered."


class PreferencesDialog(QDialog):
    """Shows what is chosen, also when it is changed elsewhere.

    Args:
        preferences: what it changes.
        runs: the folder of all runs.
        parent: its owner.
    """

    def __init__(self, preferences: Preferences, runs: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Settings")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._preferences, self._runs = preferences, runs
        self.menus: dict[Name, QComboBox] = {name: _menu(*words) for name, words in _CHOICES.items()}
        self.font_size = QSpinBox()
        self.font_size.setRange(round(SMALLEST), round(LARGEST))
        self.font_size.setSuffix(" pt")
        self.font_size.setAccessibleName("Font size")
        self.font_size.setToolTip("Size of all text, charts included")
        self.notify = QCheckBox("Tell the desktop when long work is done")
        self.notify.setToolTip("Only while another window has the keyboard")
        self.caches = CachesBox()
        self._lay_out()
        self._show()
        for name, menu in self.menus.items():
            menu.activated.connect(partial(self._choose, name))
        self.font_size.valueChanged.connect(lambda points: preferences.set("font_size", points))
        self.notify.toggled.connect(lambda on: preferences.set("notify", int(on)))
        preferences.changed.connect(self._show)

    def _choose(self, name: Name, row: int) -> None:
        self._preferences.set(name, self.menus[name].itemData(row))

    def _show(self) -> None:
        chosen = self._preferences
        for name, menu in self.menus.items():
            menu.setCurrentIndex(menu.findData(getattr(chosen, name)))
        self.font_size.setValue(chosen.font_size)
        self.notify.setChecked(chosen.notify)

    def _open_runs(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._runs)))

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        looks = {"Colours": self.menus["theme"], "Font size": self.font_size}
        for title, widget in looks.items():
            form.addRow(title, widget)
        for name in ("train_in", "closing"):
            form.addRow(_CHOICES[name][0], self.menus[name])
        form.addRow("Notices", self.notify)
        form.addRow("Runs", self._runs_row())
        form.addRow("Caches", self.caches)
        about = QLabel(_ABOUT)
        about.setProperty("role", "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 12)
        column.setSpacing(16)
        column.addLayout(form)
        column.addStretch(1)
        column.addWidget(about)
        column.addWidget(self._buttons())
        self.menus["theme"].setFocus()

    def _runs_row(self) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        where = ElidedLabel(Qt.TextElideMode.ElideMiddle, str(self._runs))
        where.setMinimumWidth(_PATH)
        self.runs_button = QPushButton("Open")
        self.runs_button.setAccessibleName("Open the folder of runs")
        self.runs_button.setToolTip("Show the folder of all runs in the file manager")
        self.runs_button.setAutoDefault(False)
        self.runs_button.clicked.connect(self._open_runs)
        line.addWidget(where, 1)
        line.addWidget(self.runs_button)
        return row

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        self.defaults_button = buttons.addButton("Restore defaults", QDialogButtonBox.ButtonRole.ResetRole)
        self.defaults_button.setToolTip("Put every choice of this dialog back; runs and caches stay")
        self.defaults_button.clicked.connect(self._preferences.restore_defaults)
        close = buttons.button(QDialogButtonBox.StandardButton.Close)
        close.setToolTip("Close (Esc)")
        close.setDefault(True)
        self.defaults_button.setAutoDefault(False)
        return buttons


def _menu(title: str, help_text: str, entries: dict[str, str]) -> QComboBox:
    menu = QComboBox()
    menu.setAccessibleName(title)
    menu.setToolTip(help_text)
    for value, label in entries.items():
        menu.addItem(label, value)
    return menu
