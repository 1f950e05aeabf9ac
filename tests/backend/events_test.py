"""Events are one JSON line each and read back equal."""

from __future__ import annotations

import typing

import pytest
from pydantic import ValidationError

from backend import events
from backend.events import Calibrated, Event, Note, RunEnded, RunStarted, TaskScored, from_line, to_line

SAMPLES = [
    RunStarted(
        method="dmc", dataset="drawn", seed=0, class_names=("a", "b"), tasks=(("a",), ("b",)),
        device="cpu", device_reason="CPU", precision="fp32", threads=1,
    ),
    Calibrated(
        task=1, calibrator="ot", old_classes=("a",), current_classes=("b", "c"), plan=((0.25, 0.75),), strength=0.5,
        heldout_error={"0": 1.0, "1": 0.5}, drift_before=0.4, drift_after=0.1, class_drift_before=(0.4,),
    ),
    TaskScored(task=1, row=(90.0, 80.5), accuracy=85.25, average=87.0, forgetting=2.5),
    Note(level="warning", text='quotes " and\nnew lines', hint="ünïcode"),
    RunEnded(outcome="failed", seconds=1.5, message="m", details="Traceback\n  ..."),
]  # fmt: skip


@pytest.mark.parametrize("event", SAMPLES, ids=lambda event: event.kind)
def test_an_event_is_one_line_that_reads_back_equal(event):
    line = to_line(event)
    assert "\n" not in line
    assert from_line(line) == event
    assert from_line(line.encode()) == event


def test_every_event_class_is_in_the_union_and_kinds_are_unique():
    union = typing.get_args(typing.get_args(Event)[0])
    defined = {c for c in vars(events).values() if isinstance(c, type) and issubclass(c, events._Event)} - {
        events._Event
    }
    assert set(union) == defined
    assert len({c.model_fields["kind"].default for c in union}) == len(union)


@pytest.mark.parametrize(
    "line", ["", "{", "[]", '{"kind": "unknown"}', '{"kind": "paused", "more": 1}', to_line(SAMPLES[2])[:-4]]
)
def test_what_is_not_an_event_is_refused(line):
    with pytest.raises(ValidationError):
        from_line(line)


def test_events_are_frozen():
    with pytest.raises(ValidationError):
        SAMPLES[0].seed = 1
