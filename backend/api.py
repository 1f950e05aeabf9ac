"""The seam: all that the window may import of the backend. Importing it loads no torch.

```
config = load_config(path)                     RunConfig, frozen
gate, folder = Gate(), new_run_folder(config)
ended = run(config, folder, emit, gate)        blocks; call it in a thread of its own; never raises
record = open_run(folder)                      the same events again
```
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from backend.caches import CacheInfo
from backend.caches import clear as clear_caches
from backend.caches import sizes as cache_sizes
from backend.caches import verify as verify_caches
from backend.capacity import Capacity, Need, capacity
from backend.commands import Command, obeying
from backend.commands import send as send_command
from backend.commands import to_line as command_line_of
from backend.compare import METRICS as COMPARED
from backend.compare import Comparison, Difference, Group, Metric, Obstacle, compare, read_runs, settings_table
from backend.compared_run import ComparedRun, read_compared
from backend.compared_run import stamp as run_stamp
from backend.comparison_tables import comparison_text, export_comparison
from backend.config import (
    CALIBRATORS,
    DATASETS,
    METHODS,
    SECTIONS,
    DataSettings,
    MethodSettings,
    ModelSettings,
    RunConfig,
    RunSettings,
    Settings,
    SplitSettings,
    changed_from_default,
    command_line,
    load_config,
    parse_config,
    read_config,
    to_toml,
)
from backend.confusion import Cases, confusion, of_classes, pair_answers
from backend.dialogue import (
    Costly,
    Done,
    Nearest,
    Neighbour,
    Opened,
    Pixels,
    Question,
    Reply,
    Said,
    Search,
    Trouble,
    Working,
    read_reply,
)
from backend.disk import write_atomic
from backend.doctor import Finding, examine, report
from backend.download import Tick, Transfer
from backend.errors import (
    ArchiveError,
    CheckpointError,
    CommandError,
    ConfigError,
    DataError,
    DownloadError,
    ExportError,
    ModelError,
    Problem,
    RunFolderError,
    StorageError,
    StudioError,
    TrainingError,
)
from backend.estimate import (
    Estimate,
    Speed,
    estimate,
    estimate_words,
    known_speed,
    learn_speed,
    speed_key,
    speed_of,
)
from backend.events import (
    Calibrated,
    Checkpointed,
    DeviceSampled,
    Event,
    Note,
    Paused,
    Resumed,
    RunEnded,
    RunStarted,
    Scores,
    StageEnded,
    StepEnded,
    StepSaved,
    TaskScored,
    TaskStarted,
)
from backend.events import from_line as read_event
from backend.evidence import Evidence, read_evidence
from backend.extend import Extension, Source
from backend.extend import open_source as open_learned
from backend.extend import plan as plan_extension
from backend.gate import Gate, Stopped
from backend.history import read_config as read_run_config
from backend.images import is_picture
from backend.images import read_small as read_picture
from backend.insight import Answers, FirstMeans, Means, read_answers, read_first, read_means
from backend.labels import LONGEST_NOTE, Labels, read_labels, tags_in, write_labels
from backend.library import DataReport, describe, fetch_data, import_archive, open_pictures, open_scored
from backend.lineup import Fate, Lineup, Turn
from backend.menus import Catalogue, Entry, Preset, catalogue
from backend.paired import Paired, Spread, p_words
from backend.pictures import Part, Pictures
from backend.places import data_folder, log_folder
from backend.plane import Plane, distances
from backend.preview import TaskPreview, preview
from backend.qt_libraries import APT, QT_BASE, QT_X11, missing_libraries
from backend.queue import Queue
from backend.queue_file import MOST_AT_ONCE, Kept, QueueFile
from backend.queue_file import caught_up as caught_up_queue
from backend.recognise import Kind as FileKind
from backend.recognise import Recognised, recognise
from backend.renaming import rename_run
from backend.room import Room, room_of
from backend.run_curves import RunCurves, Told, indexed_curves, indexed_told
from backend.selftest import SELF_TESTS, SelfTest, Verdict, find_self_test, missing_weights, obstacle, verdict
from backend.selftest import configuration as self_test_configuration
from backend.setting import SETTINGS, Setting, SettingId, SettingName, setting_of
from backend.setting import apply as apply_setting
from backend.store import (
    RunFolder,
    RunRecord,
    RunSummary,
    is_being_written,
    list_runs,
    new_run_folder,
    open_run,
    runs_folder,
)
from backend.supervise import Argv as WorkerCommand
from backend.supervise import command as worker_command
from backend.supervise import death as worker_death
from backend.supervise import find as find_worker
from backend.supervise import start as start_worker
from backend.supervise import studio as studio_command
from backend.trash import KEPT_DAYS, Trashed, empty_trash, in_trash, restore_run, room_in_trash, trash_run
from backend.units import count, size

__all__ = [
    "APT",
    "CALIBRATORS",
    "COMPARED",
    "DATASETS",
    "KEPT_DAYS",
    "LONGEST_NOTE",
    "METHODS",
    "MOST_AT_ONCE",
    "QT_BASE",
    "QT_X11",
    "SECTIONS",
    "SELF_TESTS",
    "SETTINGS",
    "Answers",
    "ArchiveError",
    "CacheInfo",
    "Calibrated",
    "Capacity",
    "Cases",
    "Catalogue",
    "CheckpointError",
    "Checkpointed",
    "Command",
    "CommandError",
    "ComparedRun",
    "Comparison",
    "ConfigError",
    "Costly",
    "DataError",
    "DataReport",
    "DataSettings",
    "DeviceSampled",
    "Difference",
    "Done",
    "DownloadError",
    "Entry",
    "Estimate",
    "Event",
    "Evidence",
    "ExportError",
    "Extension",
    "Fate",
    "FileKind",
    "Finding",
    "FirstMeans",
    "Gate",
    "Group",
    "Kept",
    "Labels",
    "Lineup",
    "Means",
    "MethodSettings",
    "Metric",
    "ModelError",
    "ModelSettings",
    "Nearest",
    "Need",
    "Neighbour",
    "Note",
    "Obstacle",
    "Opened",
    "Paired",
    "Part",
    "Paused",
    "Pictures",
    "Pixels",
    "Plane",
    "Preset",
    "Problem",
    "Question",
    "Queue",
    "QueueFile",
    "Recognised",
    "Reply",
    "Resumed",
    "Room",
    "RunConfig",
    "RunCurves",
    "RunEnded",
    "RunFolderError",
    "RunRecord",
    "RunSettings",
    "RunStarted",
    "RunSummary",
    "Said",
    "Scores",
    "Search",
    "SelfTest",
    "Setting",
    "SettingId",
    "SettingName",
    "Settings",
    "Source",
    "Speed",
    "SplitSettings",
    "Spread",
    "StageEnded",
    "StepEnded",
    "StepSaved",
    "Stopped",
    "StorageError",
    "StudioError",
    "TaskPreview",
    "TaskScored",
    "TaskStarted",
    "Tick",
    "Told",
    "TrainingError",
    "Transfer",
    "Trashed",
    "Trouble",
    "Turn",
    "Verdict",
    "WorkerCommand",
    "Working",
    "apply_setting",
    "cache_sizes",
    "capacity",
    "catalogue",
    "caught_up_queue",
    "changed_from_default",
    "clear_caches",
    "command_line",
    "command_line_of",
    "compare",
    "comparison_text",
    "confusion",
    "count",
    "data_folder",
    "describe",
    "distances",
    "empty_trash",
    "estimate",
    "estimate_words",
    "examine",
    "export",
    "export_comparison",
    "fetch_data",
    "find_self_test",
    "find_worker",
    "free_device",
    "import_archive",
    "in_trash",
    "indexed_curves",
    "indexed_told",
    "is_being_written",
    "is_picture",
    "known_speed",
    "learn_speed",
    "list_runs",
    "load_config",
    "log_folder",
    "missing_libraries",
    "missing_weights",
    "new_run_folder",
    "obstacle",
    "of_classes",
    "open_learned",
    "open_pictures",
    "open_run",
    "open_scored",
    "p_words",
    "pair_answers",
    "parse_config",
    "plan_extension",
    "prepare_run",
    "preview",
    "read_answers",
    "read_compared",
    "read_config",
    "read_event",
    "read_evidence",
    "read_first",
    "read_labels",
    "read_means",
    "read_picture",
    "read_reply",
    "read_run_config",
    "read_runs",
    "recognise",
    "rename_run",
    "report",
    "restore_run",
    "resume",
    "room_in_trash",
    "room_of",
    "run",
    "run_stamp",
    "runs_folder",
    "self_test_configuration",
    "send_command",
    "setting_of",
    "settings_table",
    "size",
    "speed_key",
    "speed_of",
    "start_worker",
    "studio_command",
    "tags_in",
    "to_toml",
    "trash_run",
    "verdict",
    "verify_caches",
    "worker_command",
    "worker_death",
    "write_atomic",
    "write_labels",
]


def run(config: RunConfig, folder: Path, emit: Callable[[Event], None], gate: Gate) -> RunEnded:
    """Train in a new run folder; blocks. Never raises: the last event tells how it ended.

    Args:
        config: what to do.
        folder: an empty or new folder.
        emit: called with every event, from this thread, after it was written.
        gate: to pause, resume and stop from another thread; what is sent to the folder acts on it too.
    """
    from backend import engine

    with obeying(folder, gate):
        return engine.run(config, folder, emit, gate)


def prepare_run(config: RunConfig, folder: Path) -> None:
    """Make a run folder that a worker, or `resume`, starts with; nothing is trained yet.

    Raises:
        RunFolderError: something lies there already; it is left as it was.
        StorageError: it cannot be written; nothing is left behind.
    """
    RunFolder.create(folder, config).close()


def resume(folder: Path, emit: Callable[[Event], None], gate: Gate) -> RunEnded:
    """Go on with a run that was stopped or cut off, at its last checkpoint; blocks; never raises."""
    from backend import engine

    with obeying(folder, gate):
        return engine.resume(folder, emit, gate)


def free_device() -> None:
    """Give back the memory that runs of this process leave with PyTorch; nothing happens where it was never loaded."""
    if "torch" in sys.modules:
        from backend import devices

        devices.free()


def export(folder: Path, kind: str, to: Path, tell: Callable[[str], None] = lambda _: None) -> Path:
    """Export a run: `bundle`, `checkpoint`, `onnx`, `csv`, `json`, `latex`, `png` or `svg`; return what was written.

    Args:
        folder: the run.
        kind: what is written.
        to: the file, or for a checkpoint the folder.
        tell: told in words what is done now and, at last, what a user must know of the export.

    Raises:
        RunFolderError: the run has nothing to export yet.
        StorageError: the place cannot be written.
        ExportError: the model cannot be exported as ONNX, or a package that does so is missing.
    """
    from backend import exports

    return exports.export(folder, kind, to, tell)
