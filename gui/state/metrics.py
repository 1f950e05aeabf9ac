"""What the numbers in the window mean: a sentence and a formula for each metric, in one place."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape


@dataclass(frozen=True, slots=True)
class Metric:
    """One number that the window shows.

    Args:
        title: what people call it.
        formula: how it is computed, as rich text.
        sentence: what it tells, and which way is better.
        unit: of its values; '' where it has none.
    """

    title: str
    formula: str
    sentence: str
    unit: str = ""

    @property
    def rich(self) -> str:
        """Title, formula and sentence as rich text."""
        unit = f" ({escape(self.unit)})" if self.unit else ""
        return f"<p><b>{escape(self.title)}</b>{unit}<br>{self.formula}<br>{escape(self.sentence)}</p>"


_R = "R<sub>{}</sub>"

METRICS: dict[str, Metric] = {
    "accuracy": Metric(
        "A\N{LATIN SUBSCRIPT SMALL LETTER T}, accuracy after task t",
        "A<sub>t</sub> = right answers / test pictures of all classes seen after task t",
        "Pooled over all pictures, without telling the model the task. Higher is better.",
        "%",
    ),
    "task_accuracy": Metric(
        "Accuracy on one task",
        f"{_R.format('i,j')} = right answers / test pictures of task j, after task i",
        "All seen classes may be answered, so that an older task suffers when a newer one is mistaken for it.",
        "%",
    ),
    "average": Metric(
        "Avg, average accuracy",
        "Avg = (A<sub>1</sub> + … + A<sub>T</sub>) / T",
        "The mean of A over all tasks so far: how good the model was on the way. Higher is better.",
        "%",
    ),
    "last": Metric(
        "Last, accuracy at the end",
        "Last = A<sub>T</sub>",
        "The newest A: what the model can do now, on everything that it has learned. Higher is better.",
        "%",
    ),
    "forgetting": Metric(
        "F, forgetting",
        f"F = mean over j &lt; T of ( max<sub>i &lt; T</sub> {_R.format('i,j')} \N{MINUS SIGN} {_R.format('T,j')} )",
        "How far old tasks have fallen from their best. Lower is better; below 0, old tasks are better than ever.",
        "points",
    ),
    "bwt": Metric(
        "BWT, backward transfer",
        f"BWT = mean over j &lt; T of ( {_R.format('T,j')} \N{MINUS SIGN} {_R.format('j,j')} )",
        "How old tasks changed since they were learned. Above 0 they gained, below 0 they were forgotten.",
        "points",
    ),
    "loss": Metric(
        "Loss",
        "s<sub>k</sub> = S s<sub>k\N{MINUS SIGN}1</sub> + (1 \N{MINUS SIGN} S) loss<sub>k</sub>",
        "What training makes small. Faint: as reported; strong: smoothed by S, anew for each task.",
    ),
    "drift": Metric(
        "Drift of stored means",
        "drift = mean over old classes c of | m<sub>c</sub> \N{MINUS SIGN} \N{GREEK SMALL LETTER MU}<sub>c</sub> |",
        "Distance of the stored mean m from the true mean μ under the encoder of now. Lower is better.",
    ),
    "strength": Metric(
        "Strength of a calibration",
        "m<sub>c</sub> becomes m<sub>c</sub> + strength · shift<sub>c</sub>",
        "0 leaves the memory as it is, 1 applies all of the shift. Chosen on current classes that were left out.",
    ),
    "heldout_error": Metric(
        "Held-out error",
        "error = sum of | predicted \N{MINUS SIGN} true shift | / sum of | true shift |, over current classes left out",
        "How well a candidate foretells shifts that it has not seen; 1 is no better than nothing. Lower is better.",
    ),
}
"""By the name that `explain` takes."""


def explain(metric: str) -> str:
    """Return what a metric means, as rich text with its formula.

    Raises:
        KeyError: there is no such metric.
    """
    return METRICS[metric].rich
