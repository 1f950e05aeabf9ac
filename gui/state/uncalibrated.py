"""Why a run has no calibration to show, in words: not yet, or never."""

from __future__ import annotations

from backend.api import catalogue
from gui.state.shown import Shown


def why_uncalibrated(shown: Shown | None) -> tuple[str, str]:
    """Return a sentence and a hint for a run without calibrations; a run that has some gives two empty ones."""
    if shown is None or shown.curves.started is None:
        return "No run is shown.", "Start one, or choose one in the list of runs."
    curves = shown.curves
    if curves.calibrations:
        return "", ""
    if (never := _never(shown)) != ("", ""):
        return never
    if curves.running and shown.state == "running":
        return "The first calibration comes in task 2.", "Until then there are no old classes whose means could drift."
    return "This run ended before its first calibration.", "That comes in task 2: resume the run to get there."


def _never(shown: Shown) -> tuple[str, str]:
    """Tell why a run can never have a calibration, if that is so."""
    curves, config = shown.curves, shown.config
    method = curves.started.method if curves.started else ""
    labels = {entry.id: entry.label for entry in catalogue().methods}
    able = _calibrating()
    if method in labels and method not in able:
        others = " and ".join(labels[each] for each in able)
        return f"{labels[method]} has no calibration step, so there is nothing to show here.", f"{others} have one."
    if len(curves.tasks) == 1:
        return "This run has one task only, so no stored mean grows stale.", "Drift needs at least two tasks."
    if config is not None and config.model.tuning == "none":
        return "The image tower is frozen in this run, so no stored mean drifts.", "Tune it, as the demo preset does."
    return "", ""


def _calibrating() -> list[str]:
    """Return the methods that a calibrator can be chosen for."""
    return [m.id for m in catalogue().methods if m.settings is not None and "calibrator" in m.settings.model_fields]
