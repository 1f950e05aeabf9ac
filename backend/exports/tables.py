"""The numbers of a run as a table: CSV, and LaTeX for a paper."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from backend.config import METHODS
from backend.latex import escape, tabular


def as_csv(result: Mapping[str, Any]) -> bytes:
    """Return the accuracy matrix, a row a task, below what a table must say about itself."""
    text = io.StringIO()
    text.writelines(f"# {line}\n" for line in _header(result))
    table = csv.writer(text, lineterminator="\n")
    matrix = result["accuracy_matrix"]
    table.writerow(["task", "classes", "accuracy", *(f"on_task_{j + 1}" for j in range(len(matrix)))])
    for i, (row, accuracy) in enumerate(zip(matrix, result["task_accuracy"], strict=True)):
        cells = ["" if value is None else f"{value:.4f}" for value in row]
        table.writerow([i + 1, len(result["tasks"][i]), f"{accuracy:.4f}", *cells])
    return text.getvalue().encode()


def as_latex(result: Mapping[str, Any]) -> bytes:
    """Return two tables: a row for a comparison, and the accuracy matrix."""
    accuracy, matrix = result["task_accuracy"], result["accuracy_matrix"]
    label = METHODS[result["method"]].label if result["method"] in METHODS else result["method"]
    tasks = [str(i + 1) for i in range(len(accuracy))]
    row = [
        escape(label),
        *(f"{value:.1f}" for value in (*accuracy, result["average"], result["last"], result["forgetting"])),
    ]
    rows = [[tasks[i], *(_cell(row[j], known=j <= i) for j in range(len(row)))] for i, row in enumerate(matrix)]
    lines = [
        *(f"% {line}" for line in _header(result)),
        *tabular(["Method", *tasks, "Avg.", "Last", "Forgetting"], [row]),
        "",
        *tabular(["After task", *tasks], rows),
    ]
    return ("\n".join(lines) + "\n").encode()


def _cell(value: float | None, *, known: bool) -> str:
    """Return an accuracy; a dash where a task was learned but has no test pictures."""
    return f"{value:.1f}" if value is not None else "--" if known else ""


def _header(result: Mapping[str, Any]) -> list[str]:
    """Return what a table must say about itself to be compared with another one."""
    keys = (
        "method",
        "dataset",
        "setting",
        "scored_on",
        "weights",
        "transform",
        "template",
        "seed",
        "class_order",
        "split_hash",
        "precision",
        "finished",
    )
    lines = [f"{key}: {result[key]}" for key in keys if key in result]
    if untested := result.get("untested"):
        lines.append(f"untested: {untested}; these learned classes have no test pictures, and no number covers them")
    return [
        *lines,
        "accuracies in percent, without a task id; row i: after task i, column j: on the pictures of task j",
    ]
