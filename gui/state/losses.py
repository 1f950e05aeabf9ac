"""The losses of one stage over all tasks, on one axis of steps."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

from backend.api import StepEnded
from gui.state.decimate import Points, Series


@dataclass(frozen=True, slots=True)
class Border:
    """Where the points of a task begin in a series."""

    task: int
    x: float
    index: int


@dataclass(slots=True)
class Losses:
    """Grows with every step; what a resumed run takes back is cut off."""

    series: Series = field(default_factory=Series)
    """Losses as they were reported, over the steps since the first task."""
    borders: list[Border] = field(default_factory=list[Border])
    end: float = 0.0
    """Where the axis ends: the steps of all tasks so far, those still to do in the last one included."""

    def __len__(self) -> int:
        """Return the number of points."""
        return len(self.series)

    @property
    def x(self) -> Points:
        """Steps since the first task `(n,)`."""
        return self.series.x

    @property
    def loss(self) -> Points:
        """Losses as they were reported `(n,)`."""
        return self.series.y

    def task_at(self, index: int) -> int:
        """Return the task that point `index` belongs to."""
        return self.borders[bisect_right(self.borders, index, key=lambda border: border.index) - 1].task

    def add(self, event: StepEnded) -> None:
        """Append a step that has a loss."""
        if event.loss is None:
            return
        if not self.borders or self.borders[-1].task != event.task:
            self.borders.append(Border(event.task, self.end, len(self)))
        border = self.borders[-1]
        self.end = border.x + max(event.step, event.steps)
        self.series.append(border.x + event.step, event.loss)

    def drop_from(self, task: int) -> None:
        """Forget `task` and what followed it."""
        later = [border for border in self.borders if border.task >= task]
        if not later:
            return
        first = later[0]
        self.end = first.x
        self.series.cut(first.index)
        self.borders = [border for border in self.borders if border.task < task]

    def drop_after(self, task: int, step: int) -> None:
        """Forget what followed a step of `task`."""
        self.drop_from(task + 1)
        if self.borders and self.borders[-1].task == task:
            border = self.borders[-1]
            self.series.cut(border.index + int(self.x[border.index :].searchsorted(border.x + step, side="right")))
