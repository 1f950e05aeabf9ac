"""The panel in which a run is prepared: preset, settings, the tasks they make, and Start."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QScrollArea, QSplitter, QVBoxLayout, QWidget

from backend.api import Catalogue, Problem, RunConfig, catalogue
from gui.forms import FieldRow
from gui.state.draft import Draft
from gui.theme import Theme, current, faded
from gui.widgets.config_form import ConfigForm
from gui.widgets.preset_bar import PresetBar
from gui.widgets.task_preview import TaskPreviewPanel

_SETTLE_MS = 300


class NewRunPanel(QWidget):
    """Edits one draft. `config` is None while something is wrong; Start then leads to the first wrong field."""

    start_requested = Signal(object)
    """RunConfig."""
    draft_changed = Signal(object)
    """RunConfig, or None while something is wrong."""

    def __init__(self, menus: Catalogue | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        menus = menus or catalogue()
        self.draft = Draft(menus.presets[0].config if menus.presets else None)
        self.presets = PresetBar(menus.presets)
        self.form = ConfigForm(menus)
        self.preview = TaskPreviewPanel()
        self.start_button = QPushButton("Start")
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

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Mark the fields that a run complained about, until the next change."""
        self._told_problems = tuple(problems)
        self._mark()

    def set_running(self, running: bool) -> None:
        """Say whether a run is on: another cannot be started then; the draft can be edited."""
        self.start_button.setEnabled(not running)
        self.start_button.setText("Running…" if running else "Start")
        waiting = "A run is on. You can prepare the next one meanwhile."
        self.start_button.setToolTip(waiting if running else "Start this run (F5)")

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours."""
        self.form.set_theme(theme)
        self.preview.set_theme(theme)
        self.start_button.setStyleSheet(_button_style(theme))

    def start(self) -> None:
        """Ask for the run on show, or go to the first wrong field."""
        config = self.config()
        if config is not None:
            self.start_requested.emit(config)
            return
        self._mark()
        if (row := self._first_wrong()) is not None:
            row.editor.widget.setFocus(Qt.FocusReason.OtherFocusReason)
            # Where the row is, is settled only after what was folded away is laid out.
            QTimer.singleShot(0, row, lambda: self._scroll.ensureWidgetVisible(row))

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
        self.start_button.setMinimumHeight(36)
        foot = QVBoxLayout()
        foot.setContentsMargins(12, 8, 12, 12)
        foot.addWidget(self.start_button)
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
        self.presets.chosen.connect(self.draft.load)
        self.form.edited.connect(self.draft.set)
        self.form.reset_asked.connect(self.draft.reset)
        self.preview.problems_found.connect(self._split_checked)
        self.start_button.clicked.connect(self.start)
        self._settle.timeout.connect(self._mark)
        self.draft.subscribe(self._draft_edited)

    def _draft_edited(self) -> None:
        self._split_problems = self._told_problems = ()
        self._show_draft()
        self._settle.start()
        self.draft_changed.emit(self.config())

    def _show_draft(self) -> None:
        self.form.show_draft(self.draft)
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
