"""`make faults`: run the whole campaign, print its tables, and write them into docs/reliability.md."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.faults import disk, inputs, kills, soak, workers
from tests.faults.row import Row

PROMISES = {
    1: "Exact resume",
    2: "Nothing acknowledged is lost",
    3: "The window outlives the run",
    4: "Files are only data",
    5: "Continue on future data",
}
PARTS: dict[str, tuple[Callable[[int, int, Path], Iterator[Row]], int]] = {
    "kills": (kills.campaign, 100),
    "disk": (disk.campaign, 40),
    "inputs": (inputs.campaign, 1000),
    "workers": (workers.campaign, 20),
    "soak": (soak.campaign, 300),
}
"""Each part and how large it is in full."""
PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"


def main() -> int:
    """Run the parts that are asked for; 0 only if every promise held."""
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), help="these parts, not all")
    parser.add_argument("--count", type=int, help="size of each part, instead of the full one")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    everything: list[Row] = []
    console = Console(soft_wrap=True)
    with tempfile.TemporaryDirectory(prefix="faults-") as scratch:
        os.environ["XDG_CACHE_HOME"] = str(Path(scratch, "cache"))  # nothing of the user's is touched
        for name in given.only:
            campaign, count = PARTS[name]
            folder, begun = Path(scratch, name), time.monotonic()
            folder.mkdir()
            rows: list[Row] = []
            for row in campaign(given.count or count, given.seed, folder):
                rows.append(row)
                console.print(f"{row.fault}: {row.kept} of {row.tried}", *row.failures, sep="\n  ")
            everything += rows
            if given.count is None:
                _write(name, rows, given.seed, time.monotonic() - begun)
    console.print(_table(everything))
    return 0 if all(row.kept == row.tried for row in everything) else 1


def _table(rows: list[Row]) -> Table:
    table = Table("promise", "what was done", "tried", "kept", "seconds", "note")
    for row in rows:
        cells = (PROMISES[row.promise], row.fault, f"{row.tried:,}", f"{row.kept:,}", f"{row.seconds:.0f}", row.note)
        table.add_row(*cells, style="" if row.kept == row.tried else "bold red")
    return table


def _write(part: str, rows: list[Row], seed: int, seconds: float) -> None:
    """Put the table of a part between its marks in the page."""
    begin, end = f"<!-- {part} -->", f"<!-- end of {part} -->"
    lines = [
        f"`python -m tests.faults --only {part}`, seed {seed}, {time.strftime('%Y-%m-%d')}, {platform.system()}, "
        f"Python {platform.python_version()}, {os.cpu_count()} cores, {seconds / 60:.0f} minutes:",
        "",
        "| Promise | What was done | Tried | Kept | Note |",
        "|---|---|---:|---:|---|",
        *(f"| {PROMISES[r.promise]} | {r.fault} | {r.tried:,} | {r.kept:,} | {r.note} |" for r in rows),
    ]
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(begin)
    _, _, after = rest.partition(end)
    PAGE.write_text(f"{before}{begin}\n" + "\n".join(lines) + f"\n{end}{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
