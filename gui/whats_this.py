"""Shift+F1: a click on anything says what it is. Metrics have their formula; of all else the tooltip is said."""

from __future__ import annotations

from PySide6.QtWidgets import QWhatsThis, QWidget

from gui.docks.details import RunDetails
from gui.state.metrics import explain

_METRICS = {"Avg": "average", "Last": "last", "Forgetting": "forgetting"}
"""Figure of the details -> metric."""


def explain_metrics(details: RunDetails) -> None:
    """Give each figure of the shown run its formula."""
    for title, metric in _METRICS.items():
        details.figures[title].setWhatsThis(explain(metric))


def explain_everything(window: QWidget) -> None:
    """Let the next click explain what it is on."""
    for part in window.findChildren(QWidget):
        if part.toolTip() and not part.whatsThis():
            part.setWhatsThis(part.toolTip())
    QWhatsThis.enterWhatsThisMode()
