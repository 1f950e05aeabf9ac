"""What numbers depend on is told wherever numbers are shown."""

from __future__ import annotations

import pytest

from gui.charts.base import all_charts
from gui.docks.details import RunDetails
from gui.state.curves import Curves
from gui.state.identity import identity, identity_lines
from gui.state.shown import Shown
from tests.gui.example_run import events

KNOWN = {
    "setting": "B",
    "weights": "ViT-B-16:laion400m_e32",
    "transform": "squash",
    "templates": ("a {}.", "the {}."),
    "split_hash": "0123456789ab",
}


@pytest.fixture
def told():
    first, *rest = events(2, 2, 2)
    return [first.model_copy(update=KNOWN), *rest]


def test_words_for_everything_and_nothing_for_what_an_old_run_did_not_tell(told):
    assert identity(told[0]) == {
        "Setting": "B",
        "Weights": "ViT-B-16:laion400m_e32",
        "Transform": "squashed to a square",
        "Prompt": "ensemble of 2",
        "Split hash": "0123456789ab",
    }
    assert identity(next(events(2, 2, 2))) == {}
    assert identity(None) == {}


def test_every_charts_title_tells_it(told, qtbot):
    curves = Curves(told)
    for kind in all_charts():
        chart = kind()
        qtbot.addWidget(chart)
        chart.show_curves(curves)
        assert chart.title_label.toolTip() == f"{chart.title}\n{chart.help}\n\n{identity_lines(told[0])}"


def test_the_details_show_it(told, qtbot, tmp_path):
    details = RunDetails()
    qtbot.addWidget(details)
    shown = Shown(tmp_path)
    shown.add(told)
    details.show_run(shown, busy=False)
    assert {title: details.rows[title].text() for title in identity(told[0])} == identity(told[0])
