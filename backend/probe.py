"""How fast this machine trains a model: some steps of the real stages on noise, a few seconds in all.

Run in a process of its own (`dmc-studio estimate`): it loads torch and takes all cores.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import psutil
import torch
from torch import Tensor

from backend import devices, stages
from backend.calibration import Pairs, Stored
from backend.config import CALIBRATORS, DATASETS, ModelSettings, RunConfig
from backend.encoders.clip import ClipEncoder, load_encoder
from backend.estimate import Speed
from backend.gate import Gate
from backend.memory import ClassMemory
from backend.preview import TaskPreview
from backend.seeding import numpy_generator
from backend.stages.bench import Bench, Encoder
from backend.stages.pixels import PictureStore
from backend.stages.pulse import Pulse
from backend.stages.settings import AdaptSettings, AlignSettings

_ENOUGH: Final = 0.8
"""Seconds after which a piece of work was measured long enough."""
_MOST_TIMES: Final = 20
_TEXTS: Final = 16
_STEPS: Final = 3


def measure(config: RunConfig, tasks: Sequence[TaskPreview]) -> Speed:
    """Return how fast this machine is at a run's kind of work; weights are not downloaded, noise is as fast.

    Raises:
        ModelError: there is no such model.
        ConfigError: there is no such device.
    """
    threads = devices.set_threads(config.run.threads)
    chosen = devices.choose(config.run.device, config.run.precision)
    encoder = load_encoder(_light(config.model), chosen.device, config.run.precision, config.run.seed)
    batch = config.run.batch_size
    pixels = _noise(encoder, min(batch, 64))
    clock = _Clock(chosen.device)
    names = tuple(name for task in tasks for name in task.names)
    template = DATASETS[config.data.name](config.data).templates[0]
    texts = [template.replace("{}", name) for name in names[:_TEXTS]]
    text = clock.seconds(lambda: encoder.text.features(texts)) / len(texts)
    tower = clock.per_picture(lambda part: encoder.tower(part), pixels)
    inputs = encoder.tower(pixels) if encoder.frozen else pixels
    base = _peak(chosen.device)
    bench = _bench(encoder, inputs, names, template, len(tasks[0].names), config)
    encoded = clock.per_picture(lambda part: _encode(bench, part), inputs)
    trained, part = _training(bench, clock, inputs)
    few, many = len(tasks[0].names), len(names)
    return Speed(
        trained=trained,
        encoded=encoded,
        tower=tower,
        text=text,
        few=few,
        many=many,
        step_few=_prompt_step(bench, clock, config, few),
        step_many=_prompt_step(bench, clock, config, many),
        calibration=_calibration(config, clock, encoder, tasks),
        base_memory=base,
        picture_memory=max(0, _peak(chosen.device) - base) // part,
        on=f"{chosen.device}, {threads} threads" if chosen.device.type == "cpu" else str(chosen.device),
    )


class _Clock:
    """Times work on a device, which may still be at it when a call returns."""

    def __init__(self, device: torch.device) -> None:
        self._device = device

    def seconds(self, work: Callable[[], object], warm: bool = True) -> float:
        """Return the seconds of one call, the first of which does not count."""
        if warm:
            self._timed(work)
        times: list[float] = []
        while sum(times) < _ENOUGH and len(times) < _MOST_TIMES:
            times.append(self._timed(work))
        return float(np.median(times))

    @torch.no_grad()
    def per_picture(self, work: Callable[[Tensor], object], pictures: Tensor) -> float:
        """Return the seconds of a picture in a batch that is as large as time allows."""
        part = pictures[: self.affordable(self._timed(lambda: work(pictures[:1])), len(pictures))]
        return self.seconds(lambda: work(part)) / len(part)

    def affordable(self, single: float, most: int) -> int:
        """Return how many pictures fit into the time for one measurement."""
        return max(1, min(most, int(_ENOUGH / max(single, 1e-6))))

    def _timed(self, work: Callable[[], object]) -> float:
        self._wait()
        begun = time.perf_counter()
        work()
        self._wait()
        return time.perf_counter() - begun

    def _wait(self) -> None:
        if self._device.type == "cuda":
            torch.cuda.synchronize(self._device)


def _light(model: ModelSettings) -> ModelSettings:
    """Return the same architecture with weights that need no download."""
    here = model.name == "demo" or model.name.startswith("local-dir:")
    return model if here else model.model_copy(update={"pretrained": "random"})


def _noise(encoder: ClipEncoder, count: int) -> Tensor:
    draw = numpy_generator(0, "probe")
    return torch.from_numpy(draw.integers(0, 256, (count, 3, encoder.size, encoder.size), dtype=np.uint8))


def _bench(
    encoder: ClipEncoder, inputs: Tensor, names: tuple[str, ...], template: str, classes: int, config: RunConfig
) -> Bench:
    count = len(inputs)
    labels = torch.arange(count) % classes
    store = PictureStore(inputs.cpu(), labels, tuple(map(str, range(count))), np.arange(count))
    return Bench(encoder, store, names, (template,), config.run, Pulse(_ignore, Gate()))


def _encode(bench: Bench, part: Tensor) -> Tensor:
    return bench.features(bench.train, torch.arange(len(part)), stage="evaluate", task=0)


def _training(bench: Bench, clock: _Clock, inputs: Tensor) -> tuple[float, int]:
    """Return the seconds of a picture in stage 1, and the size of the batch that was tried."""
    if not bench.encoder.parameters():
        return 0.0, 1
    anchors = bench.anchors(range(len(bench.class_names[: int(bench.train.labels.max()) + 1])))

    def step(count: int) -> None:
        rows = torch.arange(count)
        settings = AdaptSettings(name="probe", epochs=1)
        stages.adapt_vision(bench, settings, task=0, rows=rows, targets=bench.train.labels[rows], anchors=anchors)

    step(1)
    count = clock.affordable(clock.seconds(lambda: step(1), warm=False), min(len(inputs), bench.settings.batch_size))
    return clock.seconds(lambda: step(count)) / count, count


def _prompt_step(bench: Bench, clock: _Clock, config: RunConfig, classes: int) -> float:
    """Return the seconds of a step of stage 2 with so many classes; 0 for a method without prompts."""
    if not hasattr(config.method, "prompt_steps"):
        return 0.0
    length: int = getattr(config.method, "prompt_length", 0)
    own: bool = getattr(config.method, "task_prompts", False)
    prompts = bench.encoder.prompts(bench.template, length=length, per_task=own)
    prompts.open_task(bench.class_names[:classes])
    settings = AlignSettings(
        name="probe", prompt_steps=_STEPS, prompt_batch=getattr(config.method, "prompt_batch", 256)
    )
    features = _features(bench.encoder, max(2 * classes, 64)).to(bench.encoder.device)
    targets = torch.arange(len(features)) % classes

    def steps() -> None:
        stages.align_text(
            bench, settings, task=0, prompts=prompts, memory=ClassMemory(), old=(), features=features, targets=targets
        )

    return clock.seconds(steps) / _STEPS


def _calibration(config: RunConfig, clock: _Clock, encoder: ClipEncoder, tasks: Sequence[TaskPreview]) -> float:
    """Return the seconds of a calibration half way through; 0 where there is none."""
    name = getattr(config.method, "calibrator", "")
    if not name or CALIBRATORS[name].peeks or not encoder.parameters():
        return 0.0
    first = tasks[0]
    old, new = max(1, sum(len(task.names) for task in tasks) // 2), len(first.names)
    before = _features(encoder, max(first.train, new)).double().numpy()
    draw = numpy_generator(0, "probe", "calibration")
    after = before + 0.1 * draw.standard_normal(before.shape) / np.sqrt(before.shape[1])
    after /= np.linalg.norm(after, axis=1, keepdims=True)
    anchors = _features(encoder, old + new).double().numpy()
    pairs = Pairs(before, after, np.arange(len(before)) % new, anchors[:new])
    covariance = np.eye(before.shape[1]) * 1e-3
    stored = Stored(before[np.arange(old) % len(before)], np.stack([covariance] * old), anchors[new:])
    return clock.seconds(lambda: CALIBRATORS[name]().push(pairs, stored, rng=numpy_generator(0, "probe")), warm=False)


def _features(encoder: Encoder, count: int) -> Tensor:
    """Return made-up unit-norm features `(count, d)`."""
    width = encoder.text.features(["a"]).shape[1]
    noise = torch.from_numpy(numpy_generator(0, "features").standard_normal((count, width))).float()
    return torch.nn.functional.normalize(noise, dim=1)


def _peak(device: torch.device) -> int:
    """Return the most memory that was taken so far, in bytes: of the GPU where there is one, else of the process."""
    if device.type == "cuda":
        return int(torch.cuda.max_memory_reserved(device))
    if sys.platform == "win32":
        return int(psutil.Process().memory_info().peak_wset)
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def _ignore(*_: Any) -> None:  # noqa: ANN401
    """Take no notice: nobody watches a probe."""
