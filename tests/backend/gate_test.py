"""Pause, resume and stop from another thread."""

from __future__ import annotations

import threading

import pytest

from backend.gate import Gate, Stopped


def test_an_open_gate_lets_pass():
    gate = Gate()
    gate.check(lambda _: pytest.fail("nobody was held"))
    assert not gate.paused
    assert not gate.stopping


def test_a_paused_run_waits_and_goes_on():
    gate, told, waiting = Gate(), [], threading.Event()

    def held(now):
        told.append(now)
        waiting.set()

    gate.pause()
    run = threading.Thread(target=gate.check, args=(held,))
    run.start()
    assert waiting.wait(5)
    assert run.is_alive()
    assert gate.paused
    gate.resume()
    run.join(5)
    assert not run.is_alive()
    assert told == [True, False]


@pytest.mark.parametrize("paused", [False, True])
def test_stop_ends_a_run_also_when_it_is_held(paused):
    gate, ended, waiting = Gate(), [], threading.Event()
    if paused:
        gate.pause()

    def work():
        try:
            while True:
                gate.check(lambda _: waiting.set())
                waiting.set()
        except Stopped:
            ended.append(True)

    run = threading.Thread(target=work)
    run.start()
    assert waiting.wait(5)
    gate.stop()
    run.join(5)
    assert ended == [True]
    assert gate.stopping
