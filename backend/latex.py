"""LaTeX that needs no package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_SPECIAL: Final = {letter: f"\\{letter}" for letter in "_&%#${}"} | {
    "\\": "\\textbackslash{}",
    "~": "\\textasciitilde{}",
    "^": "\\textasciicircum{}",
}


def tabular(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines of a table: words left, numbers right."""
    body = [f"  {' & '.join(row)} \\\\" for row in (head, *rows)]
    columns = "l" + "r" * (len(head) - 1)
    return [
        f"\\begin{{tabular}}{{{columns}}}",
        "  \\hline",
        body[0],
        "  \\hline",
        *body[1:],
        "  \\hline",
        "\\end{tabular}",
    ]


def escape(text: str) -> str:
    """Return text as LaTeX prints it."""
    return "".join(_SPECIAL.get(letter, letter) for letter in text)
