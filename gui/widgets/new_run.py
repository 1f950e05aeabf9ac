"""The panel in which a run is prepared: preset, settings, the tasks they make, and Start."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QSplitter, QVBoxLayout, QWidget

from backend.api import Catalogue, ConfigError, Problem, RunConfig, catalogue
from gui.forms import FieldRow
from gui.state.draft import Draft
from gui.theme import Theme, current, faded
from gui.widgets.config_form import ConfigForm
from gui.widgets.estimate import EstimateLine
from gui.widgets.many import ManyRow
from gui.widgets.preset_bar import PresetBar
from gui.widgets.task_preview import TaskPreviewPanel

_SETTLE_MS = 300


class NewRunPanel(QWidget):
    """Edits one draft. `config` is None while something is wrong; Start then leads to the first wrong field."""

    start_requested = Signal(object)
    """RunConfig."""
    queue_requested = Signal(list, bool)
    """Several RunConfigs, and whether they should begin at once."""
    draft_changed = Signal(object)
    """RunConfig, or None while something is wrong."""

    def __init__(self, menus: Catalogue | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        menus = menus or catalogue()
        self.draft = Draft(menus.presets[0].config if menus.presets else None)
        self.presets = PresetBar(menus.presets)
        self.form = ConfigForm(menus)
        self.preview = TaskPreviewPanel()
        self.estimate = EstimateLine()
        self.many = ManyRow(self.draft)
        self.add_button, self.start_button = QPushButton(), QPushButton()
        self._running = False
        self.attention = QLabel()
        self._split_problems: tuple[Problem, ...] = ()
        self._told_problems: tuple[Problem, ...] = ()
        # A sentence that comes and goes with every key typed is noise: problems are shown once typing rests.
        self._settle = QTimer(self, interval=_SETTLE_MS, singleShot=True)
        self._lay_out()
        self._connect()
        self._show_draft()
        self.set_theme(current())

    def config(self) -> RunConfig | None:
        """Return the configuration on show, or None while something is wrong."""
        return None if self._split_problems else self.draft.config

    def load(self, config: RunConfig) -> None:
        """Show another configuration, e.g. that of an old run."""
        self.presets.forget_origin()
        self.draft.load(config)
        self.many.reset()

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Mark the fields that a run complained about, until the next change."""
        self._told_problems = tuple(problems)
        self._mark()

    def set_running(self, running: bool) -> None:
        """Say whether a run is on: another cannot be started then; the draft can be edited."""
        self._running = running
        self._name_buttons()

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours."""
        self.form.set_theme(theme)
        self.preview.set_theme(theme)
        self.start_button.setStyleSheet(_button_style(theme))

    def start(self) -> None:
        """Ask for the run on show, or for several, or go to the first wrong field."""
        runs = self._runs()
        if len(runs) == 1:
            self.start_requested.emit(runs[0])
        elif runs:
            self.queue_requested.emit(runs, True)

    def add_to_queue(self) -> None:
        """Ask for the run on show, or several, to wait in the queue, or go to the first wrong field."""
        if runs := self._runs():
            self.queue_requested.emit(runs, False)

    def _runs(self) -> list[RunConfig]:
        """Return the runs that the form asks for; where something is wrong, none, and lead there."""
        config = self.config()
        if config is None:
            self._lead_to_problem()
        elif not self.many.count:
            self.many.seeds.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            try:
                return self.many.runs(config)
            except ConfigError as error:
                self.show_problems(error.problems)
        return []

    def _lead_to_problem(self) -> None:
        self._mark()
        if (row := self._first_wrong()) is not None:
            row.editor.widget.setFocus(Qt.FocusReason.OtherFocusReason)
            # Where the row is, is settled only after what was folded away is laid out.
            QTimer.singleShot(0, row, lambda: self._scroll.ensureWidgetVisible(row))

    def _name_buttons(self) -> None:
        count, running = self.many.count, self._running
        several = f" {count}" if count > 1 else ""
        self.start_button.setEnabled(not running)
        self.start_button.setText("Running…" if running else f"Start{several}")
        self.add_button.setText(f"Add{several} to queue")
        waiting = "A run is on. You can prepare the next one meanwhile, or add it to the queue."
        begin = f"Let{several} runs begin one after the other, in the queue (F5)" if several else "Start this run (F5)"
        self.start_button.setToolTip(waiting if running else begin)
        self.add_button.setToolTip(f"Let {'these runs' if several else 'this run'} wait in the queue (Ctrl+F5)")

    def sizeHint(self) -> QSize:
        """Return a width that cuts off no label, and few of the choices."""
        return QSize(392, 720)

    @property
    def _problems(self) -> tuple[Problem, ...]:
        return (*self.draft.problems, *self._split_problems, *self._told_problems)

    def _first_wrong(self) -> FieldRow | None:
        rows = (self.form.row_of(problem) for problem in self._problems)
        return next((row for row in rows if row is not None), None)

    def _lay_out(self) -> None:
        self._scroll = QScrollArea()
        self._scroll.setWidget(self.form)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setChildrenCollapsible(False)
        for part in (self._scroll, self.preview):
            splitter.addWidget(part)
        splitter.setStretchFactor(0, 1)
        splitter.setSizes([300, 228])
        self.preview.setMinimumHeight(96)
        self.attention.setProperty("role", "error")
        self.attention.setWordWrap(True)
        self.attention.setContentsMargins(12, 4, 12, 0)
        self.attention.hide()
        self.start_button.setAccessibleName("Start this run")
        self.add_button.setAccessibleName("Add to queue")
        for button in (self.add_button, self.start_button):
            button.setMinimumHeight(36)
        foot = QVBoxLayout()
        foot.setContentsMargins(12, 8, 12, 12)
        foot.setSpacing(8)
        self.foot_notes = QVBoxLayout()
        self.foot_notes.addWidget(self.estimate)
        foot.addLayout(self.foot_notes)
        foot.addWidget(self.many)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.add_button, 1)
        buttons.addWidget(self.start_button, 1)
        foot.addLayout(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.presets)
        column.addWidget(splitter, 1)
        column.addWidget(self.attention)
        column.addLayout(foot)
        self.setMinimumWidth(300)
        self.set_running(False)

    def _connect(self) -> None:
        self.presets.chosen.connect(lambda preset: self.draft.load(preset, preset))
        self.presets.adjusted.connect(lambda config: self.draft.load(config, self.draft.preset))
        self.form.edited.connect(self.draft.set)
        self.form.reset_asked.connect(self.draft.reset)
        self.preview.problems_found.connect(self._split_checked)
        self.start_button.clicked.connect(self.start)
        self.add_button.clicked.connect(self.add_to_queue)
        self.many.changed.connect(self._name_buttons)
        self._settle.timeout.connect(self._mark)
        self.draft.subscribe(self._draft_edited)

    def _draft_edited(self) -> None:
        self._split_problems = self._told_problems = ()
        self._show_draft()
        self._settle.start()
        self.draft_changed.emit(self.config())

    def _show_draft(self) -> None:
        self.form.show_draft(self.draft)
        self.many.follow()
        self._name_buttons()
        self.presets.show_config(self.draft.config)
        self.preview.show_config(self.draft.config)

    def _split_checked(self, problems: tuple[Problem, ...]) -> None:
        before = self.config()
        self._split_problems = problems
        self._mark()
        if self.config() != before:
            self.draft_changed.emit(self.config())

    def _mark(self) -> None:
        problems = self._problems
        self.form.show_problems(problems)
        homeless = [problem for problem in problems if self.form.row_of(problem) is None]
        self.attention.setText(" ".join(f"{p.key}: {p.sentence} {p.hint}".rstrip() for p in homeless))
        self.attention.setVisible(bool(homeless))


def _button_style(theme: Theme) -> str:
    """Return the look of the one button that matters most here."""
    hover = faded(theme.accent, theme.text, 0.85).name()
    return f"""
QPushButton {{ background: {theme.accent}; color: {theme.accent_text}; border: 2px solid {theme.accent};
    border-radius: 6px; padding: 4px 16px; font-weight: 600; }}
QPushButton:hover, QPushButton:pressed {{ background: {hover}; border-color: {hover}; }}
QPushButton:focus {{ border-color: {theme.text}; }}
QPushButton:disabled {{ background: {theme.grid}; color: {theme.muted}; border-color: {theme.grid}; }}
"""
