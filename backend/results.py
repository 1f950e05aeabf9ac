"""`make results`: run every method and control over several seeds and print the table of the README.

Runs that are finished in the output folder are not run again. Hyper-parameters were chosen on validation pictures
(`--score-on validation`); the table is about the test pictures. `--kit FOLDER` prints the table of photographs: it
takes the class folders in FOLDER/caltech50 and the model in FOLDER/mobilenetv2-devise.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from rich.console import Console

from backend.config import CALIBRATORS

_CONTROLS: Final = {"ridge": " (control, not OT)", "oracle": " (looks at old pictures)"}


@dataclass(frozen=True, slots=True)
class Variant:
    """A row of the table: what it is called, and how it differs from the other rows."""

    label: str
    overrides: tuple[str, ...]

    @property
    def folder(self) -> str:
        """A folder name that says what it is."""
        return "-".join(o.partition(".")[2].replace("=", "_") for o in self.overrides) or "demo"


def variants() -> tuple[Variant, ...]:
    """Return all rows: methods, the ablation of DMC-OT, every calibrator, controls."""
    others = [c for c in CALIBRATORS if c.id not in {"ot", "none"}]
    return (
        Variant("Zero-shot CLIP", ("method.name=zero_shot",)),
        Variant("Sequential fine-tuning", ("method.name=fine_tune",)),
        Variant("SimpleCIL", ("method.name=simple_cil",)),
        Variant("DMC", ("method.name=dmc",)),
        Variant("DMC + calibration `ot`", ("method.name=dmc", "method.calibrator=ot")),
        Variant("DMC + task prompts", ("method.name=dmc", "method.task_prompts=true")),
        Variant("**DMC-OT**", ("method.name=dmc_ot",)),
        *(
            Variant(
                f"DMC-OT with `{c.id}`{_CONTROLS.get(c.id, '')}", ("method.name=dmc_ot", f"method.calibrator={c.id}")
            )
            for c in others
        ),
        Variant("Frozen tower + task prompts (control)", ("method.name=dmc_ot", "model.tuning=none")),
        Variant("DMC-OT from a random tower (control)", ("method.name=dmc_ot", "model.pretrained=random")),
        Variant("Joint training (upper bound)", ("method.name=joint",)),
    )


KIT_EPOCHS: Final = "method.epochs=5"


def kit_variants() -> tuple[Variant, ...]:
    """Return the rows about photographs."""
    return (
        Variant("Zero-shot", ("method.name=zero_shot",)),
        Variant("SimpleCIL", ("method.name=simple_cil",)),
        Variant("DMC", ("method.name=dmc", KIT_EPOCHS)),
        Variant("**DMC-OT**", ("method.name=dmc_ot", KIT_EPOCHS)),
        Variant(
            "DMC-OT with `oracle` (looks at old pictures)",
            ("method.name=dmc_ot", KIT_EPOCHS, "method.calibrator=oracle"),
        ),
        Variant("Joint training (upper bound)", ("method.name=joint", KIT_EPOCHS)),
    )


def kit_settings(kit: Path) -> tuple[str, ...]:
    """Return what all rows about photographs share: 5 tasks of 10 classes, a linear adapter after a frozen tower."""
    return (
        "data.name=folder",
        f"data.root={kit.resolve() / 'caltech50'}",
        f"model.name=local-dir:{kit.resolve() / 'mobilenetv2-devise'}",
        "model.tuning=adapter",
        "split.classes_per_task=10",
    )


def run_one(variant: Variant, seed: int, out: Path, extra: Sequence[str]) -> dict[str, Any]:
    """Run one variant with one seed in a process of its own, unless its result is there; return result.json."""
    folder = out / f"{variant.folder}-s{seed}"
    result = folder / "result.json"
    if not result.is_file():
        command = "resume" if (folder / "config.toml").is_file() else "run"
        sets = [part for o in (*variant.overrides, *extra, f"run.seed={seed}") for part in ("--set", o)]
        tail = [str(folder)] if command == "resume" else ["--out", str(folder), *sets]
        call = [sys.executable, "-m", "backend.cli", command, *tail]
        done = subprocess.run(call, env=os.environ, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{variant.label}, seed {seed} failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return json.loads(result.read_text(encoding="utf-8"))


def _final_drift(result: Mapping[str, Any]) -> tuple[float, float] | None:
    """Return drift of the stored means after the last task, before and after calibration."""
    drift = [entry for entry in result["drift"] if entry["before"] is not None]
    return (drift[-1]["before"], drift[-1]["after"]) if drift else None


def _cell(values: Sequence[float], digits: int = 1) -> str:
    return f"{np.mean(values):.{digits}f} ± {np.std(values, ddof=1) if len(values) > 1 else 0:.{digits}f}"


def table(rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """Return the Markdown table: mean and standard deviation over seeds."""
    lines = [
        "| method | last | average | forgetting | drift of stored means | seconds |",
        "|---|---|---|---|---|---|",
    ]
    for label, results in rows.items():
        drifts = [drift for r in results if (drift := _final_drift(r))]
        cells = [_cell([r[key] for r in results]) for key in ("last", "average", "forgetting")]
        cells.append(_cell([after for _, after in drifts], 3) if drifts else "-")
        cells.append(f"{np.mean([r['seconds']['total'] for r in results]):.0f}")
        lines.append(f"| {label} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Run what is missing, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--out", type=Path, default=Path("results"))
    parser.add_argument("--jobs", type=int, default=max(1, (os.cpu_count() or 1) - 1))
    parser.add_argument("--only", default="", help="only rows whose label holds this text")
    parser.add_argument("--score-on", choices=("test", "validation"), default="test")
    parser.add_argument("--kit", type=Path, help="photographs and an image-text model instead of the drawn world")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="on top of every row")
    given = parser.parse_args()
    extra = [f"data.score_on={given.score_on}", *(kit_settings(given.kit) if given.kit else ()), *given.set]
    rows_of, out = (kit_variants(), given.out / "kit") if given.kit else (variants(), given.out)
    chosen = [v for v in rows_of if given.only.lower() in v.label.lower()]
    console = Console(stderr=True)
    with ThreadPoolExecutor(given.jobs) as pool:
        jobs = {v.label: [pool.submit(run_one, v, s, out, extra) for s in given.seeds] for v in chosen}
        rows: dict[str, list[dict[str, Any]]] = {}
        for label, futures in jobs.items():
            rows[label] = [future.result() for future in futures]
            console.print(label, [round(r["last"], 1) for r in rows[label]])
    print(f"Last accuracy and more, in percent; seeds {given.seeds}; mean ± standard deviation.\n\n{table(rows)}")  # noqa: T201


if __name__ == "__main__":
    main()
