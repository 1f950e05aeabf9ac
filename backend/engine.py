"""The only loop over tasks: adapt, calibrate, align (the method's business), evaluate, checkpoint, score.

`run` and `resume` never raise: the last event says finished, stopped or failed.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from backend import devices, insight, metrics
from backend.config import METHODS, RunConfig
from backend.data_record import DataRecord, read_record, record_of
from backend.encoders.clip import ClipEncoder, load_encoder
from backend.ending import ending
from backend.errors import CheckpointError, DataError, StudioError, TrainingError
from backend.events import (
    Calibrated,
    Event,
    Note,
    RunEnded,
    RunStarted,
    TaskScored,
    TaskStarted,
)
from backend.gate import Gate, Stopped
from backend.grown import Grown, dataset_of, require_learned
from backend.patience import Patience
from backend.pictures import Dataset, Part
from backend.progress import About, weights_words
from backend.saving import Saver
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
    error: Exception | None = None
    try:
        home = open_folder()
        _Run(home, emit, gate).train()
    except Exception as raised:  # noqa: BLE001 - the one broad except: a run ends with an event, whatever happens
        error = raised
    ended = ending(error, time.monotonic() - started).model_copy(update={"at": time.time()})
    if home is not None:
        ended = _close(home, ended, error, Patience(gate, emit, home.append))
    devices.free()
    emit(ended)
    return ended


def _close(home: RunFolder, ended: RunEnded, error: Exception | None, patience: Patience) -> RunEnded:
    """Write the last event, however long the disk takes; return it, with what a stop or the disk kept out of it."""
    with home:
        try:
            if isinstance(error, TrainingError) and error.evidence:
                patience.insist(lambda: home.write_evidence(error.evidence))
            patience.insist(lambda: home.append(ended))
            if ended.details:
                home.log(ended.details)
        except (Stopped, StudioError) as trouble:
            why = trouble.__cause__ if isinstance(trouble, Stopped) else trouble
            hint = f"{ended.hint} The run folder cannot be written: {why}".strip()
            return ended.model_copy(update={} if ended.cause == "storage" else {"hint": hint})
    return ended


class _Run:
    """One run, from an open folder to its last task."""

    def __init__(self, home: RunFolder, emit: Emit, gate: Gate) -> None:
        self.home, self.config, self.gate = home, home.config, gate
        self._listener = emit
        self._sampled = 0.0
        self.pulse = Pulse(self.emit, gate)
        self.patience = Patience(gate, emit, home.append)
        self.saver = Saver(home, self.pulse, self.patience, self.emit)

    def emit(self, event: Event) -> None:
        """Write an event, then tell it; now and then add the machine's load."""
        event = event.model_copy(update={"at": time.time()})
        if isinstance(event, Calibrated):
            self.saver.progress.calibrated.append(event)
        self._tell(event)

    def _tell(self, event: Event) -> None:
        self.patience.insist(lambda: self.home.append(event))
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
        dataset = dataset_of(config)
        self.tasks = tasks_of(config, dataset)
        require_learned(config.earlier, self.saver.done)
        self.saver.rewind()
        split = split_hash(dataset.pictures(config.data.score_on).names, self.tasks)
        self._announce(chosen, dataset, threads, split)
        for warning in self.saver.warnings():
            self.emit(warning)
        self.encoder = self._encoder(chosen, dataset)
        transform, scored = config.model.transform, config.data.score_on
        self.train_store = prepare(dataset, "train", self.encoder, transform, self.pulse)
        self.test_store = prepare(dataset, scored, self.encoder, transform, self.pulse)
        self._same_data(record_of(dataset, self.stores, f"{transform}/{self.encoder.size}"))
        about = About(config, self.tasks, self.encoder.weights, dataset.templates, split, str(chosen.device))
        self.saver.about = about
        method = self._method(dataset)
        self._restore(method, about)
        for task in self.tasks[self.saver.done :]:
            self._learn(task, method)
        skipped = {part: list(store.skipped) for part, store in self.stores.items()}
        missing = {"skipped": skipped, "untested": dataset.without(scored)}
        result = about.result(self.saver.progress, self.saver.seconds) | missing
        self.patience.insist(lambda: self.home.write_result(result))

    def _announce(self, chosen: devices.Chosen, dataset: Dataset, threads: int, split: str) -> None:
        config, place = self.config, self.saver.place
        self.emit(
            RunStarted(
                method=config.method.name,
                dataset=config.data.name,
                seed=config.run.seed,
                class_names=tuple(name for task in self.tasks for name in task.names),
                tasks=tuple(task.names for task in self.tasks),
                device=str(chosen.device),
                device_reason=chosen.reason,
                precision=config.run.precision,
                threads=threads,
                first_task=self.saver.done,
                first_stage=place.stage if place else None,
                first_step=place.step if place else 0,
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
        if isinstance(dataset, Grown):
            self.emit(dataset.note(config.data.score_on))

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
            record = now.model_dump_json().encode()
            self.patience.insist(lambda: self.home.write_data(record))
        elif changes := read_record(before).changes(now):
            hint = "Put the data set back as it was, or start a new run."
            raise DataError(f"The data set has changed since this run began: {changes}.", hint)

    def _method(self, dataset: Dataset) -> Method[Any]:
        bench = Bench(
            self.encoder, self.train_store, dataset.class_names, dataset.templates, self.config.run, self.pulse,
            self.saver.saves, self._keep,
        )  # fmt: skip
        return METHODS[self.config.method.name](bench, self.config.method)

    def _keep(self, name: str, kept: insight.Kept) -> None:
        """Write what is only for looking at."""
        data = insight.packed(kept)
        self.patience.insist(lambda: self.home.write_insight(name, data))

    def _restore(self, method: Method[Any], about: About) -> None:
        """Put the newest save back, if there is one.

        Raises:
            CheckpointError: it was made with another model or split.
        """
        for saved in filter(None, (self.saver.last, self.saver.inside)):
            if not about.fits(saved.manifest):
                raise CheckpointError(
                    "The checkpoint belongs to other weights or another split.", "Start a new run instead."
                )
        if saved := self.saver.last:
            self.encoder.load_delta(below(saved.tensors, "encoder."))
            method.load(below(saved.tensors, "method."), self.tasks[: self.saver.done])
        self.saver.take_up()
        told = {(event.kind, event.task) for event in self.home.events() if isinstance(event, Calibrated | TaskScored)}
        known = self.saver.progress
        for event in sorted((*known.calibrated, *known.scored), key=lambda event: event.task):
            if (event.kind, event.task) not in told:  # cut off after the checkpoint, or learned by an earlier run
                self._tell(event.model_copy(update={"at": time.time()}))

    def _learn(self, task: Task, method: Method[Any]) -> None:
        """Learn one task, score it, save it, and only then say so."""
        if self.saver.begin(task.index):
            pictures = len(self.train_store.rows(task.classes))
            self.emit(TaskStarted(task=task.index, classes=task.names, pictures=pictures))
        method.learn(task)
        self.saver.finish(self._score(task, method), self._tensors(method))

    @torch.no_grad()
    def _score(self, task: Task, method: Method[Any]) -> TaskScored:
        """Evaluate on the test pictures of all classes seen, with no task id."""
        rows = self.test_store.rows(tuple(method.seen))
        features = method.bench.features(self.test_store, rows, stage="evaluate", task=task.index)
        scores = features @ method.classifier().T
        predicted = scores.argmax(dim=1).cpu()
        truth = positions(self.test_store.labels[rows], method.seen)
        confidence = (self.encoder.scale * scores).softmax(dim=1).max(dim=1).values
        places = self.test_store.places[rows.numpy()]
        answers = insight.Answers.of(places, truth.numpy(), predicted.numpy(), confidence.cpu().numpy())
        self._keep(insight.answers_name(task.index), answers)
        task_of = torch.tensor([t.index for t in self.tasks[: task.index + 1] for _ in t.classes])[truth]
        row, accuracy = metrics.score_row(predicted.numpy(), truth.numpy(), task_of.numpy())
        before = self.saver.progress
        so_far = [scored.accuracy for scored in before.scored] + [accuracy]
        return TaskScored(
            at=time.time(),
            task=task.index,
            row=row,
            accuracy=accuracy,
            average=metrics.average(so_far),
            forgetting=metrics.forgetting([*before.matrix, row]),
            memory_bytes=method.memory_bytes,
        )

    def _tensors(self, method: Method[Any]) -> dict[str, torch.Tensor]:
        tensors = {f"encoder.{name}": value for name, value in self.encoder.delta().items()}
        tensors |= {f"method.{name}": value for name, value in method.state().items()}
        return tensors | {"classifier": method.classifier().float(), "scale": torch.tensor(self.encoder.scale)}
