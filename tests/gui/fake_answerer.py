"""The process that answers, without torch: `python -c PROGRAM MANNER` plays a script for each question.

Manners: `plain`; `slow` keeps quiet about pictures called slow until another question comes; `dies` at each question,
with a word on stderr; `leaves` politely after each answer.
"""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

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
    Trouble,
    Working,
    read_question,
)

PROGRAM = "from tests.gui.fake_answerer import main; main()"
TASKS = (("red car", "blue car"), ("green frog", "a very long name of a small brown owl at night"), ("grey cat", "dog"))
SMALL = Pixels(width=2, height=2, rgb=bytes(range(12)))


def answerer(manner: str = "plain") -> Callable[[], list[str]]:
    """Return what makes the argument list."""
    return lambda: [sys.executable, "-c", PROGRAM, manner]


def script(question: Question) -> Iterator[Reply]:
    """Tell of three tasks: the picture is a red car, which is forgotten after task 3; task 2 is gone."""
    number = question.id
    if not Path(question.source).exists():
        yield Trouble(id=number, part="all", sentence="There is no such run.", hint="Look again.")
        return
    bundle = Path(question.source).is_file()
    yield Working(id=number, doing="model")
    there = (2,) if bundle else (2, 0)
    learned = tuple(text for text in question.texts if text == "dog")
    texts = tuple(text for text in question.texts if text != "dog")
    yield Opened(id=number, tasks=TASKS, there=there, bundle=bundle, square=SMALL, transform="crop", learned=learned)
    beside = (0.1, 0.05, 0.05, 0.1, 0.2, 0.1, *(0.4 / len(texts) for _ in texts)) if texts else ()
    yield Said(id=number, task=2, learned=(0.25, 0.1, 0.1, 0.1, 0.4, 0.05), beside=beside, texts=texts)
    if not bundle:
        yield Said(id=number, task=0, learned=(0.9, 0.1))
    if question.nearest == "quick":
        yield Costly(id=number, pictures=5000, seconds=600)
    elif question.nearest == "yes":
        yield Working(id=number, doing="nearest", done=16, total=64, seconds_left=3)
        near = Neighbour(name="train/1.png", class_name="red car", similarity=0.91, small=SMALL)
        yield Nearest(id=number, pictures=(near,), searched=64, most=50)
    yield Done(id=number)


def main() -> None:
    manner = sys.argv[1]
    questions: queue.SimpleQueue[Question | None] = queue.SimpleQueue()
    threading.Thread(target=_hear, args=(questions,), daemon=True).start()
    while (question := questions.get()) is not None:
        if not question.picture:
            continue
        if manner == "dies":
            print("no memory left.", file=sys.stderr)
            sys.exit(3)
        if manner == "slow" and "slow" in question.picture:
            continue
        for reply in script(question):
            sys.stdout.buffer.write(reply.line())
            sys.stdout.buffer.flush()
        if manner == "leaves":
            return


def _hear(questions: queue.SimpleQueue[Question | None]) -> None:
    while line := sys.stdin.buffer.raw.readline():
        questions.put(read_question(line))
    questions.put(None)
