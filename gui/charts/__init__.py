"""Charts: one file each. `all_charts` finds them; a new chart is a new file with a `Chart` in it."""

from gui.charts.base import Chart, all_charts

__all__ = ["Chart", "all_charts"]
