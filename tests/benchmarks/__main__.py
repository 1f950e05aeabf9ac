"""`make bench`: speed as ratios, measured in one run on this machine."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from tests.benchmarks import drift, feeding, matrix, memory, runs, thumbnails, training, window


def main() -> None:
    console = Console()
    table = Table("what", "measured", "wanted")
    for source in (training, feeding, thumbnails, matrix, drift, runs, memory, window):
        for line in source.lines():
            console.print(*line)
            table.add_row(*line)
    console.print(table)


if __name__ == "__main__":
    main()
