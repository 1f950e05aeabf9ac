"""A run waits for its disk, says so, and goes on by itself."""

from __future__ import annotations

import pytest

from backend.errors import RunFolderError, StorageError
from backend.events import Paused, Resumed
from backend.gate import Gate, Stopped
from backend.patience import EVERY, Patience

FULL = StorageError("The disk is full.", "Free some space.")
GONE = StorageError("The folder is gone.", "Put it back.")


class Disk:
    """Refuses with each of `errors` in turn, then takes everything."""

    def __init__(self, *errors):
        self.errors, self.taken, self.told, self.slept = list(errors), [], [], 0.0
        self.gate = Gate()
        self.patience = Patience(self.gate, self.told.append, self.write, self.sleep)

    def write(self, what):
        if self.errors:
            raise self.errors.pop(0)
        self.taken.append(what)
        return f"wrote {what}"

    def sleep(self, seconds):
        self.slept += seconds

    def insist(self, what):
        return self.patience.insist(lambda: self.write(what))


def kinds(events):
    return [event.kind for event in events]


def test_a_disk_that_takes_everything_is_not_talked_about():
    disk = Disk()
    assert disk.insist("x") == "wrote x"
    assert (disk.told, disk.taken, disk.slept) == ([], ["x"], 0)


def test_a_full_disk_pauses_the_run_until_it_takes_the_write():
    disk = Disk(FULL, FULL, FULL)
    assert disk.insist("x") == "wrote x"
    paused, resumed = disk.told
    assert isinstance(paused, Paused)
    assert paused.reason == "The disk is full."
    assert paused.hint.startswith("Free some space. ")
    assert isinstance(resumed, Resumed)
    assert 0 < paused.at <= resumed.at
    assert disk.taken == ["x", paused, resumed]  # afterwards the file tells it, too
    assert disk.slept == pytest.approx(3 * EVERY)


def test_another_reason_is_told_as_well():
    disk = Disk(FULL, GONE, GONE)
    disk.insist("x")
    assert [event.reason for event in disk.told[:-1]] == ["The disk is full.", "The folder is gone."]
    assert kinds(disk.taken[1:]) == ["paused", "paused", "resumed"]


def test_a_disk_that_fails_again_at_once_is_waited_for_again():
    disk = Disk(FULL)
    disk.insist("x")
    disk.errors, fail_next = [], [GONE]
    write, disk.taken = disk.write, []

    def write_then_fail(what):
        if what != "x" and fail_next:
            raise fail_next.pop()
        return write(what)

    disk.errors = [FULL]
    disk.patience._append = write_then_fail
    disk.insist("x")
    assert kinds(event for event in disk.taken if event != "x") == ["paused", "paused", "resumed", "resumed"]


def test_a_stop_ends_the_wait_and_says_what_the_disk_had():
    disk = Disk(*[FULL] * 99)

    def stop_after_five_seconds(seconds):
        disk.slept += seconds
        if disk.slept > 5:
            disk.gate.stop()

    disk.patience._sleep = stop_after_five_seconds
    with pytest.raises(Stopped) as caught:
        disk.insist("x")
    assert caught.value.__cause__ is FULL
    assert disk.slept < 5.2
    assert disk.taken == []


@pytest.mark.parametrize("error", [StorageError("Too large.", passing=False), RunFolderError("Another run.")])
def test_what_no_waiting_ends_is_an_error_at_once(error):
    disk = Disk(error)
    with pytest.raises(type(error)):
        disk.insist("x")
    assert disk.told == []
