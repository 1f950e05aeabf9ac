"""What a comparison needs of one run: its settings, what its numbers depend on, and its scores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from backend import bounded, metrics
from backend.config import METHODS, RunConfig
from backend.errors import RunFolderError
from backend.events import RunStarted, TaskScored
from backend.history import EVENTS, MOST_RESULT, RESULT, State, is_being_written, read_config
from backend.result_file import read_result
from backend.run_curves import indexed_told

UNKNOWN: Final = "unknown"
_SEED: Final = "run.seed"
_NO_DIFFERENCE: Final = frozenset(
    {"run.device", "run.threads", "run.save_minutes", "run.keep_checkpoints", "run.measure_drift"}
)
"""Settings that make no other method: they change no number, or its last bits."""
_LONGEST_LIST: Final = 12


@dataclass(frozen=True, slots=True)
class ComparedRun:
    """One run of a comparison.

    Attributes:
        folder: where it lies.
        method: what people call its method.
        seed: its seed.
        state: how it fares.
        settings: dotted key -> value, the seed left out.
        protocol: what its numbers depend on beside the method, such as data set and weights -> in words.
        weights_hash: of the weights that it began with; empty where no result tells.
        started: what it said when it began; none before that.
        scores: one a finished task.
    """

    folder: Path
    method: str
    seed: int
    state: State
    settings: Mapping[str, Any]
    protocol: Mapping[str, str]
    weights_hash: str
    started: RunStarted | None
    scores: tuple[TaskScored, ...]

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def tasks(self) -> int:
        """How many tasks it is to learn; 0 before it started."""
        return len(self.started.tasks) if self.started else 0

    @property
    def split_hash(self) -> str:
        """Of test pictures and task lists; empty in runs of old."""
        return self.started.split_hash if self.started else ""

    @property
    def accuracy(self) -> tuple[float, ...]:
        """A_t of each finished task, in percent."""
        return tuple(score.accuracy for score in self.scores)

    @property
    def deciding(self) -> dict[str, Any]:
        """The settings in which runs that are averaged over seeds must agree."""
        return {key: value for key, value in self.settings.items() if key not in _NO_DIFFERENCE}

    def metric(self, name: str, tasks: int) -> float:
        """Return `average`, `last`, `forgetting` or `bwt` after so many of its finished tasks, at least one."""
        accuracy, matrix = self.accuracy[:tasks], [score.row for score in self.scores[:tasks]]
        match name:
            case "average":
                return metrics.average(accuracy)
            case "last":
                return accuracy[-1]
            case "forgetting":
                return metrics.forgetting(matrix)
            case "bwt":
                return metrics.backward_transfer(matrix)
            case _:
                msg = f"no metric '{name}'"
                raise ValueError(msg)


def read_compared(folder: Path) -> ComparedRun:
    """Read a run folder, also while it is being written; what is quiet comes from the index.

    Raises:
        RunFolderError: it is missing or damaged.
    """
    config = read_config(folder)
    told = indexed_told(folder)
    started, scores, ended = told.started, told.scores, told.ended
    if any(score.task != task or len(score.row) != task + 1 for task, score in enumerate(scores)):
        hint = "Open the run by itself: its log tells what it said."
        raise RunFolderError(f"{EVENTS} of '{folder}' is damaged: its scores do not follow one another.", hint)
    return ComparedRun(
        folder=folder,
        method=METHODS[config.method.name].label,
        seed=config.run.seed,
        state=ended.outcome if ended else _unended(folder, started),
        settings=_settings(config),
        protocol=_protocol(config, started),
        weights_hash=_weights_hash(folder) if ended else "",
        started=started,
        scores=scores,
    )


def stamp(folder: Path) -> tuple[int, int]:
    """Return a value that changes when the run has said more; the same for a folder that is gone."""
    try:
        status = (folder / EVENTS).stat()
    except OSError:
        return 0, 0
    return status.st_size, status.st_mtime_ns


def setting_words(value: Any) -> str:  # noqa: ANN401
    """Return a setting in a few words; of a long list, such as an order of classes, how many it names."""
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}" if len(value) > _LONGEST_LIST else ", ".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "-" if value in ("", None) else str(value)


def _unended(folder: Path, started: RunStarted | None) -> State:
    if is_being_written(folder):
        return "running"
    return "interrupted" if started else "queued"


def _settings(config: RunConfig) -> dict[str, Any]:
    tree = config.model_dump(mode="json", exclude={"earlier"})
    settings = {f"{section}.{key}": value for section, values in tree.items() for key, value in values.items()}
    del settings[_SEED]
    if config.earlier is not None:
        # Names of the run and of folders differ from seed to seed, and so do those of the classes.
        settings["earlier.tasks"] = [len(names) for names in config.earlier.tasks]
        settings["earlier.templates"] = list(config.earlier.templates)
    return settings


def _protocol(config: RunConfig, started: RunStarted | None) -> dict[str, str]:
    known = {"Data set": config.data.name, "Scored on": config.data.score_on, "Transform": config.model.transform}
    if started is None:
        return known
    return known | {
        "Setting": started.setting or UNKNOWN,
        "Weights": started.weights or UNKNOWN,
        "Prompt": " / ".join(started.templates) or UNKNOWN,
        "Tasks": tasks_words([len(names) for names in started.tasks]),
    }


def tasks_words(sizes: Iterable[int]) -> str:
    """Return how many tasks of how many classes there are: '50 + 5 x 10'."""
    runs = [(size, len(list(same))) for size, same in groupby(sizes)]
    return " + ".join(f"{times} x {size}" if times > 1 else str(size) for size, times in runs)


def _weights_hash(folder: Path) -> str:
    try:
        text = bounded.read_bytes(folder / RESULT, MOST_RESULT)
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise RunFolderError(f"'{folder / RESULT}' cannot be read: {error.strerror}.", "Check the file.") from error
    try:
        weights = read_result(text).get("weights", "")
    except ValueError as error:
        hint = "Delete that file: a finished run still has its events and checkpoints."
        raise RunFolderError(f"{RESULT} of '{folder}' is damaged: {error}.", hint) from error
    return weights.rpartition(":")[2] if isinstance(weights, str) and ":" in weights else ""
