"""What was said of one picture: a fold over the replies to one question, and what follows from it in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeAlias, assert_never

from backend.api import Costly, Done, Nearest, Opened, Reply, Said, Trouble, Working

How: TypeAlias = Literal["unlearned", "same", "other", "waiting", "gone"]
"""same: the class that is followed is the answer. unlearned: it was not learned yet. gone: nothing can be asked."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A class that the picture may show; `task` counts from 0 and is None where the class was never learned."""

    name: str
    probability: float
    task: int | None


@dataclass(frozen=True, slots=True)
class Moment:
    """What a checkpoint says of the picture, seen from one class.

    Attributes:
        task: the task after which it was saved, counting from 0.
        how: how its answer relates to the class that is followed.
        answer: the most probable class; none as long as nothing was said.
        followed: probability of the class that is followed; none where it was not learned yet.
    """

    task: int
    how: How
    answer: Guess | None = None
    followed: float | None = None


class Answered:
    """What is known so far of one picture."""

    def __init__(self) -> None:
        self.opened: Opened | None = None
        self.said: dict[int, Said] = {}
        """By task."""
        self.lost: dict[int, str] = {}
        """Why a checkpoint that is there says nothing."""
        self.working: Working | None = None
        """What takes a while now."""
        self.nearest: Nearest | None = None
        self.costly: Costly | None = None
        self.no_nearest: Trouble | None = None
        """Why there are no nearest pictures."""
        self.no_texts: Trouble | None = None
        """Why texts were not scored."""
        self.failed: Trouble | None = None
        """Why there is no answer at all."""
        self.done = False

    def add(self, reply: Reply) -> None:
        """Take up a reply."""
        self.working = reply if isinstance(reply, Working) else None
        match reply:
            case Working():
                pass
            case Opened():
                self.opened = reply
            case Said():
                self.said[reply.task] = reply
            case Nearest():
                self.nearest = reply
            case Costly():
                self.costly = reply
            case Trouble():
                self._trouble(reply)
            case Done():
                self.done = True
            case _:
                assert_never(reply)

    def _trouble(self, trouble: Trouble) -> None:
        match trouble.part:
            case "all":
                self.failed = trouble
            case "task":
                self.lost[trouble.task] = trouble.sentence
            case "texts":
                self.no_texts = trouble
            case "nearest":
                self.no_nearest = trouble
            case _:
                assert_never(trouble.part)

    # --- classes ---

    @property
    def classes(self) -> tuple[tuple[str, int], ...]:
        """All learned classes in the order in which they were learned, each with its task."""
        tasks = self.opened.tasks if self.opened else ()
        return tuple((name, task) for task, names in enumerate(tasks) for name in names)

    @property
    def newest(self) -> int | None:
        """The task of the newest checkpoint; none before it was said."""
        return self.opened.there[0] if self.opened and self.opened.there[0] in self.said else None

    def guesses(self, task: int, most: int) -> list[Guess]:
        """Return the most probable learned classes after a task, the best first; of the newest beside all texts."""
        said = self.said[task]
        scores = said.beside or said.learned
        classes = self.classes[: len(said.learned)]
        learned = [Guess(name, scores[place], of) for place, (name, of) in enumerate(classes)]
        texts = [Guess(name, score, None) for name, score in zip(said.texts, scores[len(classes) :], strict=True)]
        best = sorted(learned, key=lambda guess: -guess.probability)[:most]
        return sorted(best + texts, key=lambda guess: -guess.probability)

    # --- over the tasks ---

    def top(self) -> str | None:
        """Return the learned class that the newest checkpoint thinks most probable."""
        return None if self.newest is None else self._best(self.said[self.newest]).name

    def moments(self, name: str | None) -> list[Moment]:
        """Return what each checkpoint says, seen from the class `name`, the first task first."""
        return [self._moment(task, name) for task in range(len(self.opened.tasks if self.opened else ()))]

    def _moment(self, task: int, name: str | None) -> Moment:
        if self.opened is None or task not in self.opened.there or task in self.lost:
            return Moment(task, "gone")
        if task not in self.said:
            return Moment(task, "waiting")
        said = self.said[task]
        best = self._best(said)
        place = next((i for i, (known, _) in enumerate(self.classes) if known == name), len(said.learned))
        if place >= len(said.learned):
            return Moment(task, "unlearned", best)
        return Moment(task, "same" if best.name == name else "other", best, said.learned[place])

    def _best(self, said: Said) -> Guess:
        place = max(range(len(said.learned)), key=said.learned.__getitem__)
        name, task = self.classes[place]
        return Guess(name, said.learned[place], task)

    def story(self, name: str, *, sure: bool) -> str:
        """Return in a sentence how checkpoint after checkpoint saw the learned class `name`; empty before any did.

        Args:
            name: the class.
            sure: whether it is what the picture shows, or only what the newest checkpoint says.
        """
        seen = [(m.task, m.how == "same") for m in self.moments(name) if m.how in {"same", "other"}]
        if not seen:
            return ""
        was = seen[0][1]
        if any(same != was for _, same in seen):
            return _turns(seen, _KNOWING if sure else _saying(name))
        learned = next(task for known, task in self.classes if known == name)
        newest = len(self.opened.tasks if self.opened else ()) - 1
        since = _since(learned, newest, len(seen), every="every" if was else "any")
        if not sure:
            return f"“{name}” was learned in task {learned + 1}, and is the answer {since}."
        return f"Learned in task {learned + 1}, {'and' if was else 'but not'} recognised {since}."

    def gaps(self) -> str:
        """Return in words which checkpoints cannot be asked, and why; empty where all can."""
        if self.opened is None:
            return ""
        if self.opened.bundle and len(self.opened.tasks) > 1:
            return "A bundle holds only the last state: what the model said after earlier tasks is not known."
        gone = [task for task in range(len(self.opened.tasks)) if task not in self.opened.there or task in self.lost]
        if not gone:
            return ""
        numbers = ", ".join(str(task + 1) for task in gone)
        are = "The checkpoint after task" if len(gone) == 1 else "The checkpoints after tasks"
        return f"{are} {numbers} {'is' if len(gone) == 1 else 'are'} not there any more: the run kept only some."


class _Words(NamedTuple):
    right: str
    """At first."""
    wrong: str
    turned_right: str
    again: str
    """Turned right once more."""
    turned_wrong: str


_KNOWING: Final = _Words("Knew it", "Did not know it", "knew it", "knew it again", "forgot it")


def _saying(name: str) -> _Words:
    """Return the words where nobody told whether the class is right."""
    return _Words(f"Said “{name}”", "Said something else", f"“{name}”", "that again", "something else")


def _since(learned: int, newest: int, seen: int, *, every: str) -> str:
    """Return after which tasks something was the same, of those that could be asked."""
    if newest == learned or seen == 1:
        return f"after task {newest + 1}"
    return f"after {every} task {'since' if seen > newest - learned else 'that can still be asked'}"


def _turns(seen: list[tuple[int, bool]], words: _Words) -> str:
    """Name the first task that was asked, and each one after which the answer changed, each with its words."""
    task, was = seen[0]
    ever = was
    parts = [f"{words.right if was else words.wrong} after task {task + 1}"]
    for task, right in seen[1:]:
        if right != was:
            turned = words.turned_wrong if was else words.again if ever else words.turned_right
            parts.append(f"{turned} after task {task + 1}")
        was, ever = right, ever or right
    return f"{', '.join(parts)}."
