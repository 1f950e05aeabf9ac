"""Exports of a run: all of it as a bundle, its model for open_clip and ONNX, its numbers, its charts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

from backend.disk import write_atomic, writing
from backend.errors import ConfigError, nearest
from backend.exports import charts, tables
from backend.exports.results import as_json, read_result

__all__ = ["SUFFIXES", "Tell", "export", "read_result"]

SUFFIXES: Final[Mapping[str, str]] = {
    "bundle": ".zip",
    "checkpoint": "",
    "onnx": ".onnx",
    "csv": ".csv",
    "json": ".json",
    "latex": ".tex",
    "png": ".png",
    "svg": ".svg",
}
"""Kinds of export -> how their files end; a checkpoint is a folder."""

Tell: TypeAlias = Callable[[str], None]
"""Told in words what is done now and, at last, what a user must know of the export."""
_TEXTS: Final[Mapping[str, Callable[[Mapping[str, Any]], bytes]]] = {
    "csv": tables.as_csv,
    "json": as_json,
    "latex": tables.as_latex,
}


def export(folder: Path, kind: str, to: Path, tell: Tell = lambda _: None) -> Path:
    """Export a run; return what was written.

    Args:
        folder: the run.
        kind: one of `SUFFIXES`.
        to: a file, or a folder where a file with the run's name goes; for a checkpoint the folder that it becomes.
        tell: told of the steps of a kind that takes long.

    Raises:
        RunFolderError: there is no such run, or it has nothing to export yet.
        CheckpointError: the weights that it was trained from have changed.
        StorageError: the place cannot be written, or holds something else; it is as it was.
        ExportError: the model cannot be exported as ONNX.
    """
    if kind not in SUFFIXES:
        raise ConfigError.at("--kind", f"'{kind}' is not a kind of export.", nearest(kind, SUFFIXES))
    to = to.expanduser().resolve()
    if to.is_dir() and SUFFIXES[kind]:
        to /= folder.resolve().name + SUFFIXES[kind]
    with writing(to):
        to.parent.mkdir(parents=True, exist_ok=True)
    match kind:
        case "bundle":
            from backend.exports import bundle

            write_atomic(to, bundle.packed(folder))
        case "checkpoint":
            from backend.exports import weights

            weights.write(folder, to)
        case "onnx":
            from backend.exports import onnx

            onnx.write(folder, to, tell)
        case "png" | "svg":
            charts.draw(folder, kind, to)
        case _:
            write_atomic(to, _TEXTS[kind](read_result(folder)))
    return to
