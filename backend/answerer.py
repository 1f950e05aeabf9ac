"""The process beside a window that answers about pictures: questions in, replies out, one JSON line each.

It comes after everything else on the machine, a run that trains included. It ends when whoever started it is gone, or
has asked nothing for some minutes: it holds nothing that cannot be loaded again.
"""

from __future__ import annotations

import io
import os
import queue
import sys
import threading
from collections.abc import Iterator
from typing import Final, TypeAlias

import psutil

from backend.dialogue import LONGEST_QUESTION, Question, Reply, Working, read_question
from backend.disk import write_all

NICENESS: Final = 19
"""Behind the workers of runs."""
IDLE_SECONDS: Final = 300.0

Questions: TypeAlias = "queue.SimpleQueue[Question]"


def serve(idle_seconds: float = IDLE_SECONDS) -> None:
    """Answer what is asked on standard input; takes this process over.

    Args:
        idle_seconds: it returns after so long without a question.
    """
    out = os.dup(1)
    os.dup2(2, 1)  # what libraries print must not get between the replies
    psutil.Process().nice(NICENESS if sys.platform != "win32" else psutil.IDLE_PRIORITY_CLASS)
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # read when torch loads
    questions: Questions = queue.SimpleQueue()
    # Unbuffered: at its end a process cannot wait for a thread that holds the lock of a buffer.
    stdin = io.FileIO(0, closefd=False)
    threading.Thread(target=_hear, args=(stdin, questions), name="questions", daemon=True).start()
    for reply in said(questions, idle_seconds):
        write_all(out, reply.line())


def said(questions: Questions, idle_seconds: float) -> Iterator[Reply]:
    """Yield the replies to each question; a newer one ends the answer to the one before. Ends when none comes."""
    question = newest(questions, idle_seconds)
    if question is None:
        return
    yield Working(id=question.id, doing="model")
    from backend import devices, replies  # takes seconds, and loads torch

    devices.set_threads(0)
    answers = replies.Replies()
    while question is not None:
        for reply in answers.to(question):
            yield reply
            if not questions.empty():
                break
        question = newest(questions, idle_seconds)


def newest(questions: Questions, idle_seconds: float) -> Question | None:
    """Wait for a question, and return the last one that is there; none where none comes."""
    try:
        question = questions.get(timeout=idle_seconds)
        while not questions.empty():
            question = questions.get()
    except queue.Empty:
        return None
    return question


def _hear(stdin: io.RawIOBase, questions: Questions) -> None:
    """Take what is asked, also while an answer is worked on; when nobody can ask any more, end at once."""
    while line := stdin.readline(LONGEST_QUESTION):
        questions.put(read_question(line))
    os._exit(0)
