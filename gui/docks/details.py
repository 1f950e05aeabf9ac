"""The shown run in numbers, and what can be done with it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFormLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from backend.api import RunConfig, changed_from_default
from gui.icons import icon
from gui.state.identity import identity
from gui.state.log import duration
from gui.state.runs import RESUMABLE
from gui.state.shown import Shown
from gui.theme import Theme
from gui.widgets.labels import RunLabels
from gui.widgets.saved import SavedLabel

NOTHING = "–"  # noqa: RUF001 - an en dash for nothing yet
_STATES = {
    "queued": "queued, has not begun",
    "running": "running",
    "finished": "finished",
    "stopped": "stopped, can be resumed",
    "failed": "failed, can be resumed",
    "interrupted": "interrupted, can be resumed",
}


class RunDetails(QWidget):
    """Figures, settings, and buttons: Export, Open folder, Use these settings, Resume."""

    open_folder = Signal()
    use_settings = Signal()
    resume = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = QLabel()
        self.name.setProperty("role", "heading")
        self.name.setWordWrap(True)
        self.figures = {title: _Figure(title, meaning) for title, meaning in _FIGURES}
        self.labels = RunLabels()
        self.rows = {title: _value(title) for title in _ROWS}
        self.saved = SavedLabel(NOTHING)
        self.export_button = QPushButton("Export")
        self.export_button.setToolTip("Export the shown run")
        self.folder_button = QPushButton("Open folder")
        self.folder_button.setToolTip("Open the run's folder in the file manager")
        self.folder_button.clicked.connect(self.open_folder)
        self.settings_button = QPushButton("Use these settings")
        self.settings_button.setToolTip("Fill the form at the left with this run's settings")
        self.settings_button.clicked.connect(self.use_settings)
        self.resume_button = QPushButton("Resume")
        self.resume_button.setToolTip("Go on with this run at its last checkpoint")
        self.resume_button.clicked.connect(self.resume)
        self._lay_out()
        self.show_run(None, busy=False)

    def set_export_menu(self, menu: QMenu) -> None:
        """Offer these exports."""
        self.export_button.setMenu(menu)

    def show_run(self, shown: Shown | None, *, busy: bool) -> None:
        """Show a run; `busy` while any run is on, when none can be resumed."""
        for button in (self.export_button, self.folder_button):
            button.setEnabled(shown is not None)
        self.settings_button.setEnabled(shown is not None and shown.config is not None)
        self.resume_button.setVisible(shown is not None and shown.state in RESUMABLE)
        self.resume_button.setEnabled(not busy)
        waits = shown is not None and shown.state == "queued"
        self.resume_button.setText("Start" if waits else "Resume")
        self.resume_button.setToolTip("Begin this run" if waits else "Go on with this run at its last checkpoint")
        for part in self._facts:
            part.setVisible(shown is not None)
        if shown is None:
            self.name.setText("Choose a run to see its numbers")
            return
        self.name.setText(shown.name)
        self.labels.show_run(shown.folder)
        curves = shown.curves
        for title, value in (("Avg", curves.average), ("Last", curves.last), ("Forgetting", curves.forgetting)):
            self.figures[title].set_value(value)
        for title, text in _facts(shown).items():
            self.rows[title].setText(text)
        self.tick(shown)

    def tick(self, shown: Shown) -> None:
        """Update what depends on the time of day."""
        self.saved.show_run(shown.folder, shown.curves)

    def set_theme(self, theme: Theme) -> None:
        """Draw the icons anew."""
        self.export_button.setIcon(icon("export"))
        self.folder_button.setIcon(icon("folder"))
        self.settings_button.setIcon(icon("settings"))
        self.resume_button.setIcon(icon("resume"))
        self.labels.refresh_icons()

    def _lay_out(self) -> None:
        figures, facts = QWidget(), QWidget()
        self._facts = (figures, self.labels, facts)
        numbers = QHBoxLayout(figures)
        numbers.setContentsMargins(0, 0, 0, 0)
        numbers.setSpacing(16)
        for figure in self.figures.values():
            numbers.addWidget(figure)
        numbers.addStretch(1)
        form = QFormLayout(facts)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(4)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        for title, value in {"Saved": self.saved, **self.rows}.items():
            label = QLabel(title)
            label.setProperty("role", "muted")
            label.setAlignment(Qt.AlignmentFlag.AlignTop)  # a form makes it higher than a line beside several
            form.addRow(label, value)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(12)
        column.addWidget(self.name)
        column.addWidget(figures)
        column.addWidget(self.labels)
        column.addWidget(facts)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inner)
        scroll.setAccessibleName("Details of the shown run")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 8)
        layout.setSpacing(8)
        layout.addWidget(scroll, 1)
        layout.addLayout(self._buttons())

    def _buttons(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setContentsMargins(8, 0, 8, 0)
        grid.setSpacing(8)
        for button in (self.export_button, self.folder_button, self.settings_button, self.resume_button):
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        grid.addWidget(self.resume_button, 0, 0, 1, 2)
        grid.addWidget(self.export_button, 1, 0)
        grid.addWidget(self.folder_button, 1, 1)
        grid.addWidget(self.settings_button, 2, 0, 1, 2)
        return grid


_FIGURES = (
    ("Avg", "Mean accuracy over tasks, in percent"),
    ("Last", "Accuracy over all classes after the last task, in percent"),
    ("Forgetting", "Mean drop of old tasks from their best, in percent points"),
)
_ROWS = (
    "State", "Method", "Data", "Split", "Setting", "Weights", "Transform", "Prompt", "Split hash", "Device", "Time",
    "Changed",
)  # fmt: skip


_MOST_LISTED = 12
"""The Config tab has longer lists in full."""


class _Figure(QWidget):
    """A large number above its name."""

    def __init__(self, title: str, meaning: str) -> None:
        super().__init__()
        self.setToolTip(meaning)
        self.value = QLabel(NOTHING)
        font = self.value.font()
        font.setPointSizeF(font.pointSizeF() * 1.8)
        self.value.setFont(font)
        label = QLabel(title)
        label.setProperty("role", "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.value)
        column.addWidget(label)
        self._title = title
        self.set_value(None)

    def set_value(self, value: float | None) -> None:
        self.value.setText(NOTHING if value is None else f"{value:.1f}")
        self.setAccessibleName(f"{self._title} {self.value.text()}")


def _value(title: str) -> QLabel:
    label = QLabel(NOTHING)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setAccessibleName(title)
    return label


def _facts(shown: Shown) -> dict[str, str]:
    facts: dict[str, str] = {title: NOTHING for title in _ROWS}
    facts["State"] = _STATES[shown.state]
    if (started := shown.curves.started) is not None:
        facts["Device"] = started.device
        facts["Method"] = f"{started.method}, seed {started.seed}"
        facts["Data"] = started.dataset
        facts["Split"] = f"{len(started.class_names)} classes, {len(started.tasks)} tasks"
    if (ended := shown.curves.ended) is not None:
        facts["Time"] = duration(ended.seconds)
    if shown.config is not None:
        facts |= _from_config(shown.config)
    facts |= identity(shown.curves.started)
    if shown.result is not None:
        facts |= _from_result(shown.result)
    return facts


def _from_config(config: RunConfig) -> dict[str, str]:
    changed = changed_from_default(config)
    lines = [
        f"{section}.{key} = {_brief(value)}" for section, values in changed.items() for key, value in values.items()
    ]
    weights = f"{config.model.name} {config.model.pretrained}".strip()
    earlier = f"; goes on from {config.earlier.name}" if config.earlier else ""
    return {
        "Method": f"{config.method.name}, seed {config.run.seed}",
        "Data": config.data.name + earlier,
        "Weights": weights,
        "Changed": "\n".join(lines) or "nothing: the demo preset",
    }


def _brief(value: Any) -> str:  # noqa: ANN401
    """Return a setting in words; of a long list, such as an order of classes, how many it names."""
    is_long = isinstance(value, list | tuple) and len(value) > _MOST_LISTED
    return f"a list of {len(value)}" if is_long else str(value)


def _from_result(result: dict[str, Any]) -> dict[str, str]:
    names = {"Weights": "weights", "Split hash": "split_hash"}
    return {title: str(result[key]) for title, key in names.items() if result.get(key)}
