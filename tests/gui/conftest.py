"""Every test of the window has an application, and is watched for what it leaves behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gui import background
from gui.widgets.new_run import NewRunPanel
from tests import leaks


@pytest.fixture(autouse=True)
def no_leaks(qapp) -> Iterator[None]:
    yield from leaks.watch()


@pytest.fixture
def panel(qtbot) -> Iterator[NewRunPanel]:
    """The form on show, as narrow as it may be."""
    made = NewRunPanel()
    qtbot.addWidget(made)
    made.resize(344, 720)
    made.show()
    yield made
    background.wait()
