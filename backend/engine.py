"""The only loop over tasks: adapt, calibrate, align (the method's business), evaluate, checkpoint, score.

`run` and `resume` never raise: the last event says finished, stopped or failed.
"""

from __future__ import annotations

import importlib
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from backend import checkpoint, devices, metrics
from backend.config import DATASETS, METHODS, RunConfig
from backend.data_record import DataRecord, read_record, record_of
from backend.encoders.clip import ClipEncoder, load_encoder
from backend.errors import CheckpointError, DataError, StudioError
from backend.events import (
    Calibrated,
    Checkpointed,
    Event,
    Note,
    RunEnded,
    RunStarted,
    TaskScored,
    TaskStarted,
)
from backend.gate import Gate, Stopped
from backend.pictures import Dataset, Part
from backend.progress import About, Progress, weights_words
from backend.setting import setting_of
from backend.stages.bench import Bench, positions
from backend.stages.method import Method, below
from backend.stages.pixels import PictureStore
from backend.stages.prepare import prepare
from backend.stages.pulse import Pulse
from backend.stages.transfers import TransferNews
from backend.store import RunFolder
from backend.tasks import Task, split_hash, tasks_of

Emit = Callable[[Event], None]
SAMPLE_SECONDS = 2.0
"""Least seconds between two samples of the machine's load."""


def run(config: RunConfig, folder: Path, emit: Emit, gate: Gate) -> RunEnded:
    """Train in a new run folder; never raises (see `backend.api.run`)."""
    return _guarded(lambda: RunFolder.create(folder, config), emit, gate)


def resume(folder: Path, emit: Emit, gate: Gate) -> RunEnded:
    """Go on at the last checkpoint; never raises (see `backend.api.resume`)."""
    return _guarded(lambda: RunFolder.reopen(folder), emit, gate)


def _guarded(open_folder: Callable[[], RunFolder], emit: Emit, gate: Gate) -> RunEnded:
    started = time.monotonic()
    home: RunFolder | None = None
    try:
        home = open_folder()
        _Run(home, emit, gate).train()
        ended = RunEnded(outcome="finished", seconds=time.monotonic() - started)
    except Stopped:
        message = "Stopped; everything up to the last finished task is kept."
        ended = RunEnded(outcome="stopped", seconds=time.monotonic() - started, message=message)
    except torch.OutOfMemoryError as error:
        hint = "Lower run.batch_size or method.prompt_batch, or choose precision bf16; the last checkpoint is kept."
        ended = RunEnded(
            outcome="failed",
            seconds=time.monotonic() - started,
            message="The device has no memory left.",
            hint=hint,
            details=str(error),
        )
    except Exception as error:  # noqa: BLE001 - the one broad except: a run ends with an event, whatever happens
        known = isinstance(error, StudioError)
        ended = RunEnded(
            outcome="failed",
            seconds=time.monotonic() - started,
            message=error.sentence if known else f"{type(error).__name__}: {error}",
            hint=error.hint if known else "This is a fault of DMC Studio: please report the details.",
            details=traceback.format_exc(),
        )
    return _close(home, ended.model_copy(update={"at": time.time()}), emit)


def _close(home: RunFolder | None, ended: RunEnded, emit: Emit) -> RunEnded:
    """Write the last event if the disk lets us, and tell it in any case."""
    if home is not None:
        try:
            home.append(ended)
            if ended.details:
                home.log(ended.details)
        except StudioError as error:
            ended = ended.model_copy(update={"hint": f"{ended.hint} The run folder cannot be written: {error}".strip()})
        home.close()
    emit(ended)
    return ended


class _Run:
    """One run, from an open folder to its last task."""

    def __init__(self, home: RunFolder, emit: Emit, gate: Gate) -> None:
        self.home, self.config, self.gate = home, home.config, gate
        self._listener = emit
        self._sampled = 0.0
        self.progress = Progress()
        self.pulse = Pulse(self.emit, gate)
        self.begun = time.monotonic()

    def emit(self, event: Event) -> None:
        """Write an event, then tell it; now and then add the machine's load."""
        event = event.model_copy(update={"at": time.time()})
        if isinstance(event, Calibrated):
            self.progress.calibrated.append(event)
        self.home.append(event)
        self._listener(event)
        if time.monotonic() - self._sampled > SAMPLE_SECONDS:
            self._sampled = time.monotonic()
            self.emit(devices.sample())

    def train(self) -> None:
        """Learn and score task after task."""
        config = self.config
        importlib.import_module("ot")  # slow: here, not in the middle of the run at its first calibration
        threads = devices.set_threads(config.run.threads)
        chosen = devices.choose(config.run.device, config.run.precision)
        dataset: Dataset = DATASETS[config.data.name](config.data)
        self.tasks = tasks_of(config, dataset)
        saved = checkpoint.latest(self.home.path)
        done = saved.task + 1 if saved else 0
        self._rewind(done)
        split = split_hash(dataset.pictures(config.data.score_on).names, self.tasks)
        self._announce(chosen, dataset, threads, done, split)
        self._report_damage(saved)
        self.encoder = self._encoder(chosen, dataset)
        transform, scored = config.model.transform, config.data.score_on
        self.train_store = prepare(dataset, "train", self.encoder, transform, self.pulse)
        self.test_store = prepare(dataset, scored, self.encoder, transform, self.pulse)
        self._same_data(record_of(dataset, self.stores, f"{transform}/{self.encoder.size}"))
        self.about = About(config, self.tasks, self.encoder.weights, dataset.templates, split, str(chosen.device))
        method = self._method(dataset)
        if saved:
            self._restore(saved, method, done)
        for task in self.tasks[done:]:
            self._learn(task, method)
        total = {"total": time.monotonic() - self.begun}
        skipped = {part: list(store.skipped) for part, store in self.stores.items()}
        self.home.write_result(self.about.result(self.progress, total | self.pulse.seconds) | {"skipped": skipped})

    def _rewind(self, done: int) -> None:
        """Forget events after the last checkpoint: what they tell will happen again, identically."""
        events = self.home.events()
        cut = [i for i, event in enumerate(events) if isinstance(event, TaskStarted) and event.task >= done]
        self.home.truncate_events(cut[0] if cut else len(events))

    def _report_damage(self, saved: checkpoint.Checkpoint | None) -> None:
        """Say which checkpoints could not be used."""
        for why in saved.skipped if saved else ():
            self.emit(
                Note(level="warning", text=f"A damaged checkpoint was skipped: {why}", hint="An earlier one is used.")
            )
        if saved is None and any((self.home.path / "checkpoints").glob("*")):
            self.emit(
                Note(
                    level="warning", text="No checkpoint could be used.", hint="The run starts again at its first task."
                )
            )

    def _announce(self, chosen: devices.Chosen, dataset: Dataset, threads: int, done: int, split: str) -> None:
        config = self.config
        self.emit(
            RunStarted(
                method=config.method.name,
                dataset=dataset.id,
                seed=config.run.seed,
                class_names=tuple(name for task in self.tasks for name in task.names),
                tasks=tuple(task.names for task in self.tasks),
                device=str(chosen.device),
                device_reason=chosen.reason,
                precision=config.run.precision,
                threads=threads,
                first_task=done,
                pictures=len(dataset.pictures("train")),
                setting=setting_of(config),
                weights=weights_words(config.model),
                transform=config.model.transform,
                templates=dataset.templates,
                split_hash=split,
            )
        )
        if chosen.warning:
            self.emit(Note(level="warning", text=chosen.warning))

    def _encoder(self, chosen: devices.Chosen, dataset: Dataset) -> ClipEncoder:
        """Load the model, downloading its weights where they are missing; refuse prompts that it cannot read whole."""
        config, news = self.config, TransferNews(self.pulse)
        encoder = load_encoder(config.model, chosen.device, config.run.precision, config.run.seed, news, self.gate)
        for warning in encoder.warnings:
            self.emit(Note(level="warning", text=warning))
        encoder.check_prompts(dataset.class_names, dataset.templates)
        return encoder

    @property
    def stores(self) -> dict[Part, PictureStore]:
        """The pictures of each part in use."""
        return {"train": self.train_store, self.config.data.score_on: self.test_store}

    def _same_data(self, now: DataRecord) -> None:
        """Note which pictures the run begins with; on resuming, refuse others.

        Raises:
            DataError: pictures are missing, new or changed.
            RunFolderError: what the run began with cannot be read.
        """
        if (before := self.home.read_data()) is None:
            self.home.write_data(now.model_dump_json().encode())
        elif changes := read_record(before).changes(now):
            hint = "Put the data set back as it was, or start a new run."
            raise DataError(f"The data set has changed since this run began: {changes}.", hint)

    def _method(self, dataset: Dataset) -> Method[Any]:
        bench = Bench(
            self.encoder, self.train_store, dataset.class_names, dataset.templates, self.config.run, self.pulse
        )
        return METHODS[self.config.method.name](bench, self.config.method)

    def _restore(self, saved: checkpoint.Checkpoint, method: Method[Any], done: int) -> None:
        """Put a checkpoint back.

        Raises:
            CheckpointError: it was made with another model, split or configuration.
        """
        if (saved.manifest["weights"], saved.manifest["split_hash"]) != (self.about.weights, self.about.split):
            raise CheckpointError(
                "The checkpoint belongs to other weights or another split.", "Start a new run instead."
            )
        self.encoder.load_delta(below(saved.tensors, "encoder."))
        method.load(below(saved.tensors, "method."), self.tasks[:done])
        self.progress = Progress.from_manifest(saved.manifest)
        self.pulse.seconds.update(saved.manifest["stage_seconds"])
        told = {event.task for event in self.home.events() if isinstance(event, TaskScored)}
        for scored in self.progress.scored:
            if scored.task not in told:  # cut off between the checkpoint and the score
                self.emit(scored)

    def _learn(self, task: Task, method: Method[Any]) -> None:
        """Learn one task, score it, save it, and only then say so."""
        pictures = len(self.train_store.rows(task.classes))
        self.emit(TaskStarted(task=task.index, classes=task.names, pictures=pictures))
        method.learn(task)
        scored = self._score(task, method)
        self.progress.scored.append(scored)
        manifest = self.about.manifest(self.progress, self.pulse.seconds)
        path, size = checkpoint.save(self.home.path, task.index, self._tensors(method), manifest)
        self.emit(Checkpointed(task=task.index, path=path, bytes=size))
        self.emit(scored)

    @torch.no_grad()
    def _score(self, task: Task, method: Method[Any]) -> TaskScored:
        """Evaluate on the test pictures of all classes seen, with no task id."""
        rows = self.test_store.rows(tuple(method.seen))
        features = method.bench.features(self.test_store, rows, stage="evaluate", task=task.index)
        predicted = (features @ method.classifier().T).argmax(dim=1).cpu()
        truth = positions(self.test_store.labels[rows], method.seen)
        task_of = torch.tensor([t.index for t in self.tasks[: task.index + 1] for _ in t.classes])[truth]
        row, accuracy = metrics.score_row(predicted.numpy(), truth.numpy(), task_of.numpy())
        so_far = [scored.accuracy for scored in self.progress.scored] + [accuracy]
        return TaskScored(
            at=time.time(),
            task=task.index,
            row=row,
            accuracy=accuracy,
            average=metrics.average(so_far),
            forgetting=metrics.forgetting([*self.progress.matrix, row]),
            memory_bytes=method.memory_bytes,
        )

    def _tensors(self, method: Method[Any]) -> dict[str, torch.Tensor]:
        tensors = {f"encoder.{name}": value for name, value in self.encoder.delta().items()}
        tensors |= {f"method.{name}": value for name, value in method.state().items()}
        return tensors | {"classifier": method.classifier().float(), "scale": torch.tensor(self.encoder.scale)}
