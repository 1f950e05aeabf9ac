"""A confusion matrix as a heat map, and as a table for export."""

from __future__ import annotations

from collections.abc import Sequence

from gui.charts.base import Cell
from gui.charts.grid import Grid
from gui.state.confusion import Part, Question, Table
from gui.state.curves import task_name


def grid_of(table: Table, question: Question) -> Grid:
    """Return what the heat map shows: of each row's pictures, the share that was taken for each column."""
    shares, totals = table.shares, table.totals

    def describe(row: int, column: int) -> str:
        true, answer = table.rows[row], table.columns[column]
        if not totals[row]:
            return f"{_name(true)}: no test pictures on this machine"
        count = int(table.counts[row, column])
        words = "right" if true.classes == answer.classes else f"taken for {_name(answer)}"
        words = f"{_name(true)}\n{words}: {count} of {pictures(int(totals[row]))} ({shares[row, column]:.0f} %)"
        return f"{words}\nClick or Enter: these pictures" if count else words

    return Grid(
        values=shares,
        rows=[part.label for part in table.rows],
        columns=[part.label for part in table.columns],
        row_title="True task" if _folded(table.rows) else "True class",
        column_title=f"Answer after {task_name(question.after)}, share of the row's pictures",
        top=100,
        number="{:.0f}",
        describe=describe,
        unit="%",
        row_groups=_groups(table.rows),
        column_groups=_groups(table.columns),
        opens=lambda row, column: bool(table.counts[row, column]),
        bare_zero=True,
    )


def rows_of(table: Table) -> list[Sequence[Cell]]:
    """Return the counts with whole names, headings first."""
    rows: list[Sequence[Cell]] = [["task", "true", "pictures", *(part.label for part in table.columns)]]
    for part, counts in zip(table.rows, table.counts.tolist(), strict=True):
        rows.append([part.group, part.label, sum(counts), *counts])
    return rows


def summary(table: Table) -> str:
    """Return how many are right, and the most frequent mistake."""
    total = int(table.counts.sum())
    if not total:
        return "No test pictures of these classes are on this machine."
    right = "in the right task" if _folded(table.rows) else "right"
    words = f"{table.right:,} of {pictures(total)} {right} ({100 * table.right / total:.0f} %)"
    if (worst := table.worst) is None:
        return words
    row, column = (table.rows[worst[0]], table.columns[worst[1]])
    return f"{words}  ·  most often: {_name(row)} taken for {_name(column)}, {table.counts[worst]}"


def pictures(count: int) -> str:
    """Return a number of pictures in words."""
    return "1 picture" if count == 1 else f"{count:,} pictures"


def _name(part: Part) -> str:
    return part.label if len(part.classes) == 1 else f"{part.label} ({len(part.classes)} classes)"


def _groups(parts: Sequence[Part]) -> list[str]:
    """Return the group of each; none where there is only one."""
    groups = [part.group for part in parts]
    return groups if len(set(groups)) > 1 else []


def _folded(parts: Sequence[Part]) -> bool:
    return all(not part.group for part in parts)
