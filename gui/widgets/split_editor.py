"""The dialog in which classes are dealt to tasks by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QPixmap, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from backend.api import DataReport, Pictures
from gui.icons import icon
from gui.models.pictures import Thumbnails
from gui.state.split import SplitDraft
from gui.widgets.task_column import PICTURE, TaskColumn, square

_SIZE: Final = QSize(1180, 680)
_HEIGHT: Final = 26
_EDGE: Final = 48
_SCROLL: Final = 24
_LARGEST_SEED: Final = 99_999


class SplitEditor(QDialog):
    """Works on a draft of the split; `settled` tells the settings when the user accepts it."""

    settled = Signal(object)
    """Values of `[split]` by name."""

    def __init__(
        self,
        draft: SplitDraft,
        report: DataReport,
        pictures: Pictures,
        order: str | int | tuple[str, ...],
        note: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.draft = draft
        self._order = order
        self._train, self._test = (np.array(report.counts[part], np.int64) for part in ("train", "test"))
        self._classes = _first_pictures(pictures)
        self._pictures: dict[int, QPixmap] = {}
        self._thumbnails = Thumbnails(pictures, round(2 * PICTURE * self.devicePixelRatioF()), self)
        self._thumbnails.arrived.connect(self._take)
        self.columns: list[TaskColumn] = []
        self.summary = QLabel()
        self.note = QLabel(note)
        self.size_box, self.seed_box = QSpinBox(), QSpinBox()
        self._make_buttons()
        self._lay_out()
        self._show_draft()
        place = {number: i for i, number in enumerate(draft.order)}
        self._thumbnails.want(sorted(self._classes, key=lambda index: place[self._classes[index]]))

    def accept(self) -> None:
        """Tell the settings if anything has changed, and close."""
        if self.draft.changed or self.note.text():
            self.settled.emit(self.draft.settings(self._order))
        super().accept()

    def done(self, result: int) -> None:
        """Load no more pictures."""
        self._thumbnails.want(())
        super().done(result)

    # --- operations ---

    def _do(self, operation: Callable[[], None]) -> None:
        operation()
        self._show_draft()

    def _carry(self, task: int, step: int) -> None:
        """Move the selected classes of a task to its neighbour, and go with them."""
        classes = self.columns[task].selected()
        if classes and 0 <= task + step < len(self.draft.tasks):
            self._move(classes, task + step)

    def _move(self, classes: tuple[int, ...], task: int, *place: int) -> None:
        self._do(lambda: self.draft.move(classes, task, *place))
        self._go_to(task)
        self.columns[task].select(classes)

    def _step(self, task: int, step: int) -> None:
        if 0 <= task + step < len(self.draft.tasks):
            self._go_to(task + step)

    def _go_to(self, task: int) -> None:
        column = self.columns[task]
        column.view.setFocus(Qt.FocusReason.OtherFocusReason)
        self._scroll.ensureWidgetVisible(column)

    def _chosen(self, task: int) -> None:
        """Keep the selection in one task, so that there is no doubt about what moves."""
        if self.columns[task].selected():
            for column in self.columns:
                if column.number != task:
                    column.view.clearSelection()

    def _scroll_at_edge(self, point: QPoint) -> None:
        """Scroll while something is dragged near the left or the right edge."""
        x = self._scroll.viewport().mapFromGlobal(point).x()
        bar = self._scroll.horizontalScrollBar()
        if x < _EDGE:
            bar.setValue(bar.value() - _SCROLL)
        elif x > self._scroll.viewport().width() - _EDGE:
            bar.setValue(bar.value() + _SCROLL)

    # --- what is shown ---

    def _show_draft(self) -> None:
        tasks = self.draft.tasks
        while len(self.columns) < len(tasks):
            self._add_column()
        for column in self.columns:
            classes = tasks[column.number] if column.number < len(tasks) else ()
            column.setVisible(column.number < len(tasks))
            numbers = list(classes)
            column.show_classes(classes, int(self._train[numbers].sum()), int(self._test[numbers].sum()))
        empty = sum(not task for task in tasks)
        left_out = "" if not empty else "  ·  1 is empty and left out" if empty == 1 else f"  ·  {empty} are empty"
        self.summary.setText(f"{len(tasks)} tasks, {len(self.draft.order)} classes{left_out}")
        self.undo_button.setEnabled(self.draft.can_undo)
        self.redo_button.setEnabled(self.draft.can_redo)
        self.reset_button.setEnabled(self.draft.changed)
        self.remove_button.setEnabled(empty > 0)

    def _add_column(self) -> None:
        number = len(self.columns)
        column = TaskColumn(number, self.draft.names, self._pictures.get)
        column.view.carried.connect(lambda step: self._carry(number, step))
        column.view.stepped.connect(lambda step: self._step(number, step))
        column.view.dragged.connect(self._scroll_at_edge)
        column.view.selectionModel().selectionChanged.connect(lambda: self._chosen(number))
        # Queued: the list in which the drag began still works on its rows.
        column.model.dropped.connect(
            lambda classes, place: self._move(tuple(classes), number, place), Qt.ConnectionType.QueuedConnection
        )
        self.columns.append(column)
        self._row.insertWidget(number, column)

    def _take(self, indices: list[int]) -> None:
        """Show pictures that have come."""
        for index in indices:
            if (image := self._thumbnails.image(index)) is not None:
                self._pictures[self._classes[index]] = square(image, self.devicePixelRatioF())
        for column in self.columns:
            column.view.viewport().update()

    # --- construction ---

    def _make_buttons(self) -> None:
        draft = self.draft
        self.undo_button = self._button("Undo", "Take the last change back (Ctrl+Z)", draft.undo, "undo")
        self.redo_button = self._button("Redo", "Do it again (Ctrl+Shift+Z)", draft.redo, "redo")
        self.even_button = self._button(
            "Split evenly",
            "Deal the classes anew in the order in which they are",
            lambda: draft.deal_evenly(self.size_box.value()),
        )
        self.shuffle_button = self._button(
            "Shuffle", "Shuffle all classes over the tasks", lambda: draft.shuffle(self.seed_box.value())
        )
        self.sort_button = self._button(
            "Sort by name", "Fill the tasks in alphabetical order of class names", draft.sort_by_name
        )
        self.add_button = self._button("Add task", "Add an empty task at the end", draft.add_task, "add")
        self.remove_button = self._button("Remove empty", "Remove the tasks that hold no class", draft.remove_empty)
        self.reset_button = self._button("Reset", "Back to the tasks as they were when this opened", draft.reset)
        QShortcut(QKeySequence("Ctrl+Z"), self, self.undo_button.click)
        QShortcut(QKeySequence("Ctrl+Shift+Z"), self, self.redo_button.click)

    def _button(self, words: str, help: str, operation: Callable[[], None], mark: str = "") -> QPushButton:
        button = QPushButton(words)
        button.setToolTip(help)
        button.setAutoDefault(False)
        if mark:
            button.setIcon(icon(mark))
        button.clicked.connect(lambda: self._do(operation))
        return button

    def _lay_out(self) -> None:
        self.setWindowTitle("Edit tasks")
        self.resize(_SIZE)
        inner = QWidget()
        self._row = QHBoxLayout(inner)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(8)
        self._row.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidget(inner)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.note.setProperty("role", "warn")
        self.note.setWordWrap(True)
        self.note.setVisible(bool(self.note.text()))
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(12)
        column.addLayout(self._tools())
        column.addWidget(self.note)
        column.addWidget(self._scroll, 1)
        column.addLayout(self._foot())

    def _tools(self) -> QHBoxLayout:
        sizes = [len(task) for task in self.draft.tasks]
        self.size_box.setRange(1, max(1, len(self.draft.names)))
        self.size_box.setValue(max(sizes, key=sizes.count))
        self.size_box.setSuffix(" classes a task")
        self.size_box.setAccessibleName("Classes a task")
        self.size_box.setToolTip("How many classes each task gets; the last may get fewer")
        self.seed_box.setRange(0, _LARGEST_SEED)
        self.seed_box.setPrefix("seed ")
        self.seed_box.setAccessibleName("Seed of the shuffle")
        self.seed_box.setToolTip("The same seed always gives the same order")
        row = QHBoxLayout()
        row.setSpacing(6)
        groups: tuple[tuple[QWidget, ...], ...] = (
            (self.undo_button, self.redo_button, self.reset_button),
            (self.size_box, self.even_button),
            (self.seed_box, self.shuffle_button),
            (self.sort_button,),
            (self.add_button, self.remove_button),
        )
        for group in groups:
            for widget in group:
                widget.setFixedHeight(_HEIGHT)
                row.addWidget(widget)
            row.addSpacing(10)
        row.addStretch(1)
        return row

    def _foot(self) -> QHBoxLayout:
        kind = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(kind.Ok | kind.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.ok_button, self.cancel_button = buttons.button(kind.Ok), buttons.button(kind.Cancel)
        self.ok_button.setToolTip("Use these tasks for the next run")
        self.cancel_button.setToolTip("Leave the tasks as they were (Esc)")
        self.summary.setProperty("role", "muted")
        foot = QHBoxLayout()
        foot.addWidget(self.summary, 1)
        foot.addWidget(buttons)
        return foot


def _first_pictures(pictures: Pictures) -> Mapping[int, int]:
    """Return the index of the first picture of each class -> class."""
    classes, first = np.unique(pictures.labels, return_index=True)
    return dict(zip(first.tolist(), classes.tolist(), strict=True))
