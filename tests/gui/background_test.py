"""Work in the pool: whoever waits for an answer gets one, whatever happens."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QObject

from backend.api import DataError
from gui.background import submit, wait


@pytest.fixture
def parent(qapp):
    made = QObject()
    yield made
    wait()


def answer(work, parent, qtbot):
    """Return what arrived: the value or the error, and in which of the two ways."""
    arrived = []
    submit(parent, work, lambda value: arrived.append(("done", value)), lambda error: arrived.append(("failed", error)))
    qtbot.waitUntil(lambda: bool(arrived))
    return arrived[0]


def test_a_value_arrives(parent, qtbot):
    assert answer(lambda: 4, parent, qtbot) == ("done", 4)


def test_known_errors_arrive_in_words(parent, qtbot):
    def no_data():
        raise DataError("It is not here.", "Look elsewhere.")

    def no_disk():
        raise PermissionError(13, "Permission denied", "a.txt")

    assert answer(no_data, parent, qtbot)[1].sentence == "It is not here."
    assert answer(no_disk, parent, qtbot)[1].sentence == "Permission denied: a.txt"


def test_a_fault_of_ours_is_told_too(parent, qtbot, capfd):
    with qtbot.captureExceptions():
        how, error = answer(lambda: 1 / 0, parent, qtbot)
    assert how == "failed"
    assert "should not have" in error.sentence
    assert "ZeroDivisionError" in capfd.readouterr().err
