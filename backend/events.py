"""What a run says: a closed union of events, one JSON line each.

Events carry plain numbers, strings and tuples only. Everything that is ever drawn is a fold over them,
so a live run, a reopened one and a replayed one look the same.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

Stage: TypeAlias = Literal["prepare", "adapt", "calibrate", "align", "evaluate"]
"""prepare: pictures into memory; adapt: stage 1; align: stage 2."""

Count: TypeAlias = Annotated[int, Field(ge=0, le=2**53)]
Finite: TypeAlias = Annotated[float, Field(allow_inf_nan=False)]
Row: TypeAlias = tuple[float, ...]
Scores: TypeAlias = tuple[float | None, ...]
"""None where nothing can be measured, because there are no pictures of it on this machine."""
Cause: TypeAlias = Literal["", "memory", "device", "storage", "loss"]
"""Why a run failed, where the user can be offered something: out of memory; a device that will not work again in this
process; a disk; a loss that is not a number or explodes."""


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    at: Annotated[float, Field(ge=0, le=1e11)] = 0.0
    """Seconds since the epoch, set by the engine when it is emitted."""


class RunStarted(_Event):
    """The first event: what is going to happen, and on what."""

    kind: Literal["run_started"] = "run_started"
    method: str
    dataset: str
    seed: Count
    class_names: tuple[str, ...]
    """All classes in class order."""
    tasks: tuple[tuple[str, ...], ...]
    """Class names of each task."""
    device: str
    device_reason: str
    precision: str
    threads: Count
    first_task: Count = 0
    """0, or the task at which a resumed run goes on: later tasks seen before are superseded."""
    first_stage: Stage | None = None
    """None, or the stage inside that task at which it goes on: what was seen of later stages is superseded."""
    first_step: Count = 0
    """The last step of that stage that is kept."""
    pictures: Count = 0
    """Training pictures of all tasks."""
    setting: str = ""
    """`A`, `B` or `custom`: with which published numbers this run may be compared."""
    weights: str = ""
    """Architecture and tag or file of the model."""
    transform: str = ""
    """`crop` or `squash`."""
    templates: tuple[str, ...] = ()
    """The prompts that class text features are the mean over."""
    split_hash: str = ""
    """Of test pictures and task lists; empty in runs of old."""


class TaskStarted(_Event):
    """A task begins; `task` counts from 0."""

    kind: Literal["task_started"] = "task_started"
    task: Count
    classes: tuple[str, ...]
    pictures: Count


class StepEnded(_Event):
    """Progress inside a stage, at most ten a second."""

    kind: Literal["step_ended"] = "step_ended"
    task: Count
    stage: Stage
    step: Count
    """Steps done, counting from 1."""
    steps: Count
    loss: float | None = None
    """Mean loss since the previous event; none where a stage has none."""
    rate: Finite = 0.0
    """Pictures (or replayed features) a second since the previous event."""


class StageEnded(_Event):
    """A stage of a task is over."""

    kind: Literal["stage_ended"] = "stage_ended"
    task: Count
    stage: Stage
    seconds: Finite


class Calibrated(_Event):
    """Stored statistics of old classes were pushed to the new encoder."""

    kind: Literal["calibrated"] = "calibrated"
    task: Count
    calibrator: str
    old_classes: tuple[str, ...]
    current_classes: tuple[str, ...]
    plan: tuple[Row, ...] | None = None
    """Transport plan, one row an old class, one column a current class; rows sum to 1."""
    strength: float | None = None
    """The strength that held-out current classes chose, 0 (leave as is) .. 1."""
    heldout_error: dict[str, float] = {}
    """Candidate -> mean error of predicted means of current classes left out (1 = as stale as uncalibrated)."""
    drift_before: float | None = None
    """Mean distance of stored means from the true ones, before calibration; none where unknown."""
    drift_after: float | None = None
    class_drift_before: Scores = ()
    """The same for each old class."""
    class_drift_after: Scores = ()
    seconds: Finite = 0.0


class TaskScored(_Event):
    """A row of the accuracy matrix: accuracy in percent on each task so far, after `task`."""

    kind: Literal["task_scored"] = "task_scored"
    task: Count
    row: Scores
    accuracy: float
    """A_t: accuracy over all test pictures of all classes seen, in percent."""
    average: float
    """Mean of A_t so far."""
    forgetting: float
    memory_bytes: Count = 0
    """Size of the stored class statistics."""


class Checkpointed(_Event):
    """Everything up to here is on disk."""

    kind: Literal["checkpointed"] = "checkpointed"
    task: Count
    path: str
    """Relative to the run folder."""
    bytes: Count


class StepSaved(_Event):
    """Everything up to a step inside a task is on disk: a resumed run goes on after it."""

    kind: Literal["step_saved"] = "step_saved"
    task: Count
    stage: Stage
    step: Count
    """Steps done, counting from 1; `steps` when the stage is complete."""
    steps: Count
    bytes: Count


class DeviceSampled(_Event):
    """Load of the machine; memory in bytes, load in percent."""

    kind: Literal["device_sampled"] = "device_sampled"
    process_memory: Count
    device_memory: Count | None = None
    device_memory_total: Count | None = None


class Note(_Event):
    """Something worth reading; problems are also listed apart."""

    kind: Literal["note"] = "note"
    level: Literal["info", "warning", "error"]
    text: str
    hint: str = ""


class Paused(_Event):
    """The run waits: for the user, or for what `reason` names, such as a disk that is full."""

    kind: Literal["paused"] = "paused"
    reason: str = ""
    """Empty where the user asked for it; otherwise the run goes on by itself when it can."""
    hint: str = ""


class Resumed(_Event):
    """The run goes on."""

    kind: Literal["resumed"] = "resumed"


class RunEnded(_Event):
    """The last event, always."""

    kind: Literal["run_ended"] = "run_ended"
    outcome: Literal["finished", "stopped", "failed"]
    seconds: Finite
    cause: Cause = ""
    message: str = ""
    hint: str = ""
    details: str = ""
    """Traceback of a failure, for copying into a report."""


Event: TypeAlias = Annotated[
    RunStarted
    | TaskStarted
    | StepEnded
    | StageEnded
    | Calibrated
    | TaskScored
    | Checkpointed
    | StepSaved
    | DeviceSampled
    | Note
    | Paused
    | Resumed
    | RunEnded,
    Field(discriminator="kind"),
]

LONGEST_LINE: Final = 2**25
"""Bytes of an event: the transport plan of some thousand classes."""

_ADAPTER: TypeAdapter[Event] = TypeAdapter(Event)


def to_line(event: Event) -> str:
    """Return the event as one JSON line, without its newline."""
    return event.model_dump_json()


def from_line(line: str | bytes) -> Event:
    """Read one JSON line.

    Raises:
        ValueError: the line is not an event, or longer than any.
    """
    if len(line) > LONGEST_LINE:
        raise ValueError(f"a line has {len(line):,} bytes")
    return _ADAPTER.validate_json(line)
