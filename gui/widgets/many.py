"""Several runs at once from one form: a line of seeds, and a menu of methods that stays open while they are checked."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QMenu, QPushButton, QWidget

from backend.api import RunConfig
from gui.charts.entries import add_entry
from gui.state.draft import Draft
from gui.state.many import method_labels, seeds_in, variants

_HELP = "Each is trained with every seed. The form's own method keeps its settings, any other one has its own defaults"


class CheckMenu(QMenu):
    """A menu that stays open while entries are checked, by mouse or by keys."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Check the entry."""
        if not self._check(self.actionAt(event.position().toPoint())):
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Check the entry with Space or Return."""
        keys = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.key() not in keys or not self._check(self.activeAction()):
            super().keyPressEvent(event)

    def _check(self, action: QAction | None) -> bool:
        if action is None or not action.isCheckable():
            return False
        if action.isEnabled():
            action.trigger()
        return True


class ManyRow(QWidget):
    """Seeds and methods; both show the draft's own as long as there is only one.

    Args:
        draft: what the form edits.
    """

    changed = Signal()

    def __init__(self, draft: Draft, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._draft = draft
        self._labels = method_labels()
        self._extra: set[str] = set()
        """Methods beside the form's own."""
        self._entries: dict[str, QAction] = {}
        self.seeds = QLineEdit("0")
        self.seeds.setObjectName("seeds")
        self.seeds.setAccessibleName("Seeds")
        self.seeds.setToolTip("One run a seed, such as 0,1,2 or 0-4")
        self.methods = QPushButton()
        self.methods.setObjectName("methods")
        self.menu = CheckMenu(self)
        self.menu.setToolTipsVisible(True)
        self.menu.aboutToShow.connect(self._fill)
        self.methods.setMenu(self.menu)
        self.problem = QLabel()
        self.problem.setProperty("role", "error")
        self.problem.setWordWrap(True)
        self.problem.hide()
        self._lay_out()
        self.seeds.textEdited.connect(self._typed)
        self.follow()

    @property
    def count(self) -> int:
        """How many runs there are; 0 while the seeds are wrong."""
        return len(self._seeds()) * (1 + len(self._extra))

    def runs(self, config: RunConfig) -> list[RunConfig]:
        """Return the runs that come of a configuration.

        Raises:
            ConfigError: a method refuses its defaults.
        """
        chosen = [name for name in self._labels if name in self._extra or name == config.method.name]
        return variants(config, chosen, self._seeds())

    def follow(self) -> None:
        """Show the draft's seed and method, unless there are several seeds."""
        if len(self._seeds()) <= 1 and not self.seeds.hasFocus():
            self.seeds.setText(str(self._draft.value("run.seed")))
            self.problem.hide()
        self._extra.discard(self._draft.value("method.name"))
        self._show_methods()

    def reset(self) -> None:
        """Go back to one run, as the draft says."""
        self._extra.clear()
        self.seeds.setText(str(self._draft.value("run.seed")))
        self.problem.hide()
        self._show_methods()
        self.changed.emit()

    def changeEvent(self, event: QEvent) -> None:
        """Leave room for the longest name."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._show_methods()

    def _seeds(self) -> tuple[int, ...]:
        try:
            return seeds_in(self.seeds.text())
        except ValueError:
            return ()

    def _typed(self, text: str) -> None:
        try:
            seeds = seeds_in(text)
            self.problem.hide()
        except ValueError as error:
            seeds = ()
            self.problem.setText(str(error))
            self.problem.show()
        if len(seeds) == 1:
            self._draft.set("run.seed", seeds[0])
        self.changed.emit()

    def _fill(self) -> None:
        """Show which methods are chosen; the entries are made when they are first looked at."""
        for name, label in self._labels.items():
            if name not in self._entries:
                entry = add_entry(self.menu, label)
                entry.setCheckable(True)
                entry.toggled.connect(lambda on, name=name: self._choose(name, on))
                self._entries[name] = entry
        own = self._draft.value("method.name")
        for name, entry in self._entries.items():
            entry.blockSignals(True)
            entry.setChecked(name == own or name in self._extra)
            entry.blockSignals(False)
            entry.setEnabled(name != own)
            entry.setToolTip("The form's own method, with its settings" if name == own else "With its own defaults")

    def _choose(self, name: str, on: bool) -> None:
        (self._extra.add if on else self._extra.discard)(name)
        self._show_methods()
        self.changed.emit()

    def _show_methods(self) -> None:
        own = self._labels.get(self._draft.value("method.name"), "")
        others = [self._labels[name] for name in self._labels if name in self._extra]
        text = f"Methods: {own} + {len(others)}" if others else f"Methods: {own}"
        width = max(120, self.width() // 2)
        self.methods.setText(self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, width))
        self.methods.setAccessibleName(f"Methods: {', '.join([own, *others])}")
        self.methods.setToolTip(f"{', '.join([own, *others])}. {_HELP}")

    def _lay_out(self) -> None:
        name = QLabel("Seeds")
        name.setBuddy(self.seeds)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        grid.addWidget(name, 0, 0)
        grid.addWidget(self.seeds, 0, 1)
        grid.addWidget(self.methods, 0, 2)
        grid.addWidget(self.problem, 1, 0, 1, 3)
