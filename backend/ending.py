"""How a run ended: the last event, in one sentence, with a cause where the user can be offered something."""

from __future__ import annotations

import traceback

from backend.errors import StorageError, StudioError, TrainingError
from backend.events import Cause, RunEnded
from backend.gate import Stopped
from backend.stages.ladder import out_of_memory

_RESUME = "Everything up to the last save is kept; Resume goes on there."
_MEMORY = (
    "Lower run.batch_size or method.prompt_batch, or choose precision bf16. Everything up to the last save is kept."
)
_DEVICE = (
    "Resume in a separate process: this one cannot use the device any more. Everything up to the last save is kept."
)


def ending(error: BaseException | None, seconds: float) -> RunEnded:
    """Return the last event of a run.

    Args:
        error: what ended it before its time; none where it is finished.
        seconds: how long it took.
    """
    if error is None:
        return RunEnded(outcome="finished", seconds=seconds)
    if isinstance(error, Stopped):
        return _stopped(error, seconds)
    cause, message, hint = _explained(error)
    details = "".join(traceback.format_exception(error))
    return RunEnded(outcome="failed", seconds=seconds, cause=cause, message=message, hint=hint, details=details)


def _stopped(error: Stopped, seconds: float) -> RunEnded:
    if isinstance(why := error.__cause__, StorageError):
        return RunEnded(
            outcome="stopped", seconds=seconds, cause="storage", message=f"Stopped. {why.sentence}", hint=_RESUME
        )
    return RunEnded(outcome="stopped", seconds=seconds, message=f"Stopped. {_RESUME}")


def _explained(error: BaseException) -> tuple[Cause, str, str]:
    if isinstance(error, StudioError):
        causes: dict[type[StudioError], Cause] = {StorageError: "storage", TrainingError: "loss"}
        return causes.get(type(error), ""), error.sentence, error.hint
    if out_of_memory(error):
        return "memory", "There is no memory left, not even for one picture at a time.", _MEMORY
    if _poisoned(error):
        return "device", f"The device failed: {str(error).splitlines()[0]}", _DEVICE
    return "", f"{type(error).__name__}: {error}", "This is a fault of DMC Studio: please report the details."


def _poisoned(error: BaseException) -> bool:
    """Tell whether the process has lost its device: after such an error every call to it fails."""
    # torch has an exception of its own for it from 2.8 on, and a RuntimeError before.
    return type(error).__name__ == "AcceleratorError" or (
        isinstance(error, RuntimeError) and "CUDA error" in str(error)
    )
