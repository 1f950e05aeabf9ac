"""What a method is: it learns task after task, and can say at any time how it classifies."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from backend.config import MethodSettings
from backend.tasks import Task

if TYPE_CHECKING:
    from torch import Tensor

    from backend.stages.bench import Bench

S = TypeVar("S", bound=MethodSettings)


@dataclass(frozen=True, slots=True)
class TaskLoad:
    """What a task brings, to judge how long a method takes.

    Attributes:
        new: training pictures of the task.
        old: training pictures of the classes of earlier tasks.
        moves: whether the image tower, or an adapter behind it, is tuned.
        measured: whether drift is measured.
    """

    new: int
    old: int
    moves: bool
    measured: bool


@dataclass(frozen=True, slots=True)
class Work:
    """What there is to do in a task.

    Attributes:
        trained: pictures of stage 1, each pass counted.
        encoded: pictures that are only encoded.
        prompt_steps: steps of stage 2.
        calibrations: 1 where stored statistics are calibrated.
    """

    trained: int = 0
    encoded: int = 0
    prompt_steps: int = 0
    calibrations: int = 0

    def with_encoded(self, pictures: int) -> Work:
        """Return the same with more pictures to encode."""
        return replace(self, encoded=self.encoded + pictures)


class Method(ABC, Generic[S]):
    """A method of class-incremental learning; one file each in `backend/methods`.

    Register it with `METHODS.register` (from `backend.config`). The engine calls `learn` for each task and then
    evaluates `classifier` with the bench's encoder. Import torch inside methods, or below `TYPE_CHECKING`.

    Attributes:
        bench: encoder, pictures, pulse.
        settings: the method's own settings.
        seen: classes learned so far, in order: the rows of `classifier`.
    """

    id: ClassVar[str]
    label: ClassVar[str]
    help: ClassVar[str]
    rank: ClassVar[int] = 50
    """Place in menus."""
    peeks: ClassVar[bool] = False
    """Whether it looks at old pictures, which class-incremental learning forbids."""
    Settings: ClassVar[type[MethodSettings]] = MethodSettings

    def __init__(self, bench: Bench, settings: S) -> None:
        self.bench = bench
        self.settings = settings
        self.seen: list[int] = []

    @abstractmethod
    def learn(self, task: Task) -> None:
        """Learn a task's classes; must append them to `seen`."""

    @abstractmethod
    def classifier(self) -> Tensor:
        """Return one unit-norm row a class seen `(c, d)`: the class with the largest product with a feature wins."""

    def state(self) -> dict[str, Tensor]:
        """Return everything learned beside the encoder, tensors only."""
        return {}

    def load(self, state: Mapping[str, Tensor], tasks: Sequence[Task]) -> None:
        """Put a state back, after the tasks given."""
        del state
        self.seen = [c for task in tasks for c in task.classes]
        for task in tasks:  # task by task, as it was then: the last bits depend on which texts are encoded together
            self.bench.anchors(task.classes)

    @classmethod
    def work(cls, settings: S, load: TaskLoad) -> Work | None:
        """Return what a task gives this method to do, scoring apart, to estimate its time; None: it does not say."""
        del settings, load
        return None

    @property
    def memory_bytes(self) -> int:
        """Size of stored class statistics."""
        return 0


def below(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """Return the tensors whose names begin with `prefix`, without it: a part of a checkpoint."""
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
