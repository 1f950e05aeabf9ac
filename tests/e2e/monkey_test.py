"""Somebody's cat walks over the keyboard while a run is on."""

from __future__ import annotations

from tests.monkey import Monkey, rampage
from tests.worlds import tiny_config

DEEDS = 200


def test_nothing_goes_wrong_whatever_is_pressed_while_a_run_is_on(open_window, qtbot):
    window = open_window()
    long = tiny_config(method={"name": "dmc_ot", "epochs": 60})

    def keep_running() -> None:
        if not window.session.busy:
            window.control.start(long)

    monkey = rampage(Monkey(window, 0, keep_running), deeds=DEEDS)
    assert not monkey.wrong, monkey.wrong[0]
    assert monkey.did.total() >= DEEDS
    assert window.isVisible()
