"""What the charts of a comparison share: they draw a `View`, and every group has a colour, a dash and a marker."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from backend.api import Group
from gui.charts.axes import Axes
from gui.charts.base import Cell, Chart
from gui.charts.frame import Titles
from gui.charts.legend import Key, Legend
from gui.charts.lines import Line
from gui.charts.markers import MARKERS
from gui.charts.scale import Range
from gui.state.compare import View
from gui.state.curves import Curves, task_name
from gui.theme import Dash, Theme

PAPER: Final = QSize(640, 400)
_ROOMY = 560
"""Pixels from which on a legend has room; below, the table of results is the legend."""
_LONGEST = 26
"""Letters of a name in legend and crosshair."""


class Mark(NamedTuple):
    """How a group is drawn, everywhere."""

    colour: str
    dash: Dash
    marker: str


def mark(view: View, group: Group, theme: Theme) -> Mark:
    """Return how a group is drawn; no two of the first 64 are drawn alike."""
    place = view.places[group.key]
    turn = place // len(theme.series)
    return Mark(*theme.style(place), MARKERS[(place + 3 * turn) % len(MARKERS)])


def short(label: str) -> str:
    """Return a label as legend and crosshair have room for it; what tells two apart is mostly at its end."""
    half = _LONGEST // 2
    return label if len(label) <= _LONGEST else f"{label[:half]}…{label[1 - half :]}"


class CompareChart(Chart):
    """A chart of several runs. It implements `lines`, `up`, `value` and `rows`."""

    bottom = "After task"
    heading = "After {}"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = View()
        self._shown = 0
        titles = Titles("Accuracy (%)", self.bottom, lambda task: task_name(task - 1) if task > 0 else "")
        self.axes = Axes(self.title, titles, lambda x: self.heading.format(task_name(round(x) - 1)))
        self.legend = Legend(self.theme, live=True)
        self.legend.toggled.connect(self.axes.hide_lines)
        body = QWidget()
        self._row = row = QHBoxLayout(body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.axes, 1)
        row.addWidget(self.legend)
        self.set_body(body)
        self.restyle(self.theme)

    def show_view(self, view: View) -> None:
        """Draw a comparison."""
        self.view = view
        self._shown += 1
        self.show_curves(view.curves)

    def redraw(self) -> None:
        """Draw what is on show anew."""
        self.show_view(self.view)

    def export(self, path: Path) -> Path:
        """Write the chart; where it has no room for its legend, as it looks with more of it."""
        if self.width() >= _ROOMY:
            return super().export(path)
        larger = self.on_paper()
        try:
            return larger.export(path)
        finally:
            larger.deleteLater()

    def on_paper(self) -> CompareChart:
        """Return the same chart as large as its legend needs."""
        made = type(self)()
        made.resize(PAPER)
        made.set_theme(self.theme)
        made.like(self)
        made.ensurePolished()
        return made

    def like(self, other: CompareChart) -> None:
        """Show what another one shows, with the same lines hidden."""
        self.show_view(other.view)
        self.legend.set_hidden(other.legend.hidden)

    def set_paper(self, paper: bool) -> None:
        """Show the legend while a file is written, whatever the room."""
        self.legend.setVisible(paper or self.width() >= _ROOMY)
        self.axes.set_paper(paper)
        super().set_paper(paper)
        self._row.activate()

    # --- what a chart implements ---

    def lines(self, group: Group, drawn: Mark, place: int) -> list[Line]:
        """Return what is drawn of a group, which is one of several."""
        raise NotImplementedError

    def up(self) -> Range:
        """Return all of y."""
        raise NotImplementedError

    def across(self) -> Range:
        """Return all of x."""
        raise NotImplementedError

    def value(self, group: Group) -> str:
        """Return what the legend says of a group."""
        raise NotImplementedError

    def rows(self) -> list[Sequence[Cell]]:
        """Return what is drawn, headings first."""
        raise NotImplementedError

    # --- as every chart ---

    def identity(self) -> str:
        """Return what the numbers depend on, and what forbids comparing them."""
        comparison = self.view.comparison
        groups = (f"{g.label}: seeds {', '.join(map(str, g.seeds))}; {_facts(g)}" for g in comparison.groups)
        return "\n".join([*(f"WARNING, not comparable: {o}" for o in self.view.obstacles), *groups])

    def stamp(self, curves: Curves) -> object:
        """Return how often a view was shown."""
        return self._shown

    def draw(self, curves: Curves) -> None:
        """Draw all groups anew."""
        lines: list[Line] = []
        keys: list[Key] = []
        for place, group in enumerate(self.view.comparison.groups):
            drawn = mark(self.view, group, self.theme)
            lines += self.lines(group, drawn, place)
            keys.append(Key(short(group.label), self.value(group), drawn.colour, drawn.dash, 2.0, drawn.marker))
        kinds = ", ".join(obstacle.what.lower() for obstacle in self.view.obstacles)
        self.set_summary(f"Not comparable: {kinds}" if kinds else "", "Not comparable" if kinds else "")
        self.axes.show_lines(lines, self.across(), self.up())
        self.legend.show_keys(keys, self.theme)

    def table(self, curves: Curves) -> list[Sequence[Cell]]:
        """Return what is drawn, headings first."""
        return self.rows()

    def restyle(self, theme: Theme) -> None:
        """Colour the axes; groups are coloured as they are drawn."""
        self.axes.set_theme(theme)
        self._shown += 1

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Make room for the lines first."""
        super().resizeEvent(event)
        self.legend.setVisible(self.width() >= _ROOMY)


def _facts(group: Group) -> str:
    facts = [f"{title.lower()} {words}" for title, words in group.runs[0].protocol.items()]
    hashes = ", ".join(run.split_hash or "unknown" for run in group.runs)
    return "; ".join([*facts, f"split hash {hashes}"])
