"""What a window asks the process that answers about pictures, and what that says: one JSON line each.

A question names all that the window wants to know; the newest one wins, and what is said names the question it is for.
Reading and writing these loads no torch.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

LONGEST_QUESTION: Final = 1 << 20
"""Bytes of a line."""

Search: TypeAlias = Literal["no", "quick", "yes"]
"""Whether the nearest training pictures are looked for; `quick`: only where that costs little."""


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64")

    id: int
    """Of the question."""

    def line(self) -> bytes:
        """Return it as one JSON line, newline included."""
        return self.model_dump_json().encode() + b"\n"


class Question(_Line):
    """What does this picture show?"""

    source: str
    """Folder of a run, or a bundle."""
    picture: str = ""
    """A file; without one nothing is asked, and the answer to an earlier question ends."""
    texts: tuple[str, ...] = ()
    """Names of classes that were never learned, to be scored beside the learned ones."""
    nearest: Search = "no"


class Pixels(BaseModel):
    """A small picture."""

    model_config = _Line.model_config

    width: int
    height: int
    rgb: bytes
    """Rows of 8-bit RGB from the top, without gaps."""


class Working(_Line):
    """What takes a while."""

    kind: Literal["working"] = "working"
    doing: Literal["model", "nearest"]
    done: int = 0
    total: int = 0
    seconds_left: float | None = None


class Opened(_Line):
    """What is asked: the run as it is now, and the picture as its model sees it."""

    kind: Literal["opened"] = "opened"
    tasks: tuple[tuple[str, ...], ...]
    """Class names of each finished task."""
    there: tuple[int, ...]
    """Tasks whose checkpoint is still there, the newest first; they are answered in this order."""
    bundle: bool
    """Whether the source is a bundle, which holds only the last state."""
    square: Pixels
    transform: Literal["crop", "squash"]
    """How the picture became that square."""
    learned: tuple[str, ...] = ()
    """Those of the question's texts that are learned classes: they are not scored again."""


class Said(_Line):
    """What one checkpoint says."""

    kind: Literal["said"] = "said"
    task: int
    """The task after which it was saved, counting from 0."""
    learned: tuple[float, ...]
    """Probabilities of the classes learned by then, in the order of `Opened.tasks`; they add up to 1."""
    beside: tuple[float, ...] = ()
    """Where texts were given, of the newest checkpoint: those of learned classes and texts together."""
    texts: tuple[str, ...] = ()
    """The texts that were scored, last in `beside`."""


class Neighbour(BaseModel):
    """A training picture that is near in the model's eyes."""

    model_config = _Line.model_config

    name: str
    """Of the picture, such as a relative path."""
    class_name: str
    similarity: float
    """Cosine of the two features, -1 .. 1."""
    small: Pixels


class Nearest(_Line):
    """The nearest training pictures, the nearest first."""

    kind: Literal["nearest"] = "nearest"
    pictures: tuple[Neighbour, ...]
    searched: int
    """Training pictures that were compared."""
    most: int
    """At most so many of each class."""


class Costly(_Line):
    """Nearest pictures were to be looked for only if that is quick, and it is not."""

    kind: Literal["costly"] = "costly"
    pictures: int
    seconds: float


class Trouble(_Line):
    """Something of the answer cannot be had; where `part` is `all`, nothing more comes."""

    kind: Literal["trouble"] = "trouble"
    part: Literal["all", "task", "texts", "nearest"]
    sentence: str
    hint: str = ""
    task: int = 0
    """Where `part` is `task`."""


class Done(_Line):
    """All is said."""

    kind: Literal["done"] = "done"


Reply: TypeAlias = Working | Opened | Said | Nearest | Costly | Trouble | Done
_REPLIES: Final[TypeAdapter[Reply]] = TypeAdapter(Annotated[Reply, Field(discriminator="kind")])


def read_question(line: bytes) -> Question:
    """Read what `Question.line` wrote.

    Raises:
        ValueError: it is no question.
    """
    return Question.model_validate_json(line)


def read_reply(line: bytes) -> Reply:
    """Read what the `line` of a reply wrote.

    Raises:
        ValueError: it is no reply.
    """
    return _REPLIES.validate_json(line)
