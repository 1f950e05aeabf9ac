"""Everything in the window that shows a run, so that one run is shown the same everywhere."""

from __future__ import annotations

from backend.api import RunConfig, catalogue
from gui.docks.config import ConfigPanel
from gui.docks.log import LogPanel, ProblemsPanel
from gui.docks.queue import QueuePanel
from gui.docks.runs import RunsPanel
from gui.docks.side import SidePanel
from gui.pages.base import Page
from gui.pages.compare import ComparePage
from gui.pages.data import DataPage
from gui.pages.drift import DriftPage
from gui.pages.live import LivePage
from gui.pages.try_it import TryItPage
from gui.state.log import Line
from gui.state.runs import RunList
from gui.state.shown import Shown
from gui.theme import Theme
from gui.widgets.banner import Banner
from gui.widgets.device import DeviceLabel
from gui.widgets.new_run import NewRunPanel
from gui.widgets.status import RunStatus


class Parts:
    """The pages and panels of one window."""

    def __init__(self, runs: RunList) -> None:
        self.new_run = NewRunPanel()
        self.live = LivePage()
        self.data = DataPage()
        self.compare = ComparePage(runs)
        self.drift = DriftPage()
        self.try_it = TryItPage()
        self.explorers: tuple[Page, ...] = (self.compare, self.drift, self.try_it)
        """Pages that show a run when they are looked at."""
        self.runs = RunsPanel(runs)
        self.queue = QueuePanel()
        self.side = SidePanel(self.runs, self.queue)
        self.log = LogPanel()
        self.problems = ProblemsPanel()
        self.config = ConfigPanel()
        self.banner = Banner()
        self.device = DeviceLabel()
        self.status = RunStatus()
        self._broken = [
            Line(0, "warning", f"The plug-in {name} cannot be loaded.", why) for name, why in catalogue().broken.items()
        ]
        self._draft: RunConfig | None = None

    def show_run(self, shown: Shown, *, busy: bool) -> None:
        """Show a run from its beginning; `busy` while any run is on."""
        self.live.show_curves(shown.curves)
        self._explore(shown)
        self.log.show_lines(shown.log)
        self.show_problems(shown)
        if shown.config is not None:
            self.config.show_run(shown.name, shown.config)
        self.runs.select(shown.folder)
        self.show_facts(shown, busy=busy)
        self.tick(shown)

    def grow(self, shown: Shown, lines: list[Line], *, busy: bool) -> None:
        """Show what the shown run did since; cheap enough for 30 times a second."""
        self.live.show_curves(shown.curves)
        self._explore(shown)
        self.status.show_curves(shown.curves)
        if not lines:
            return
        self.log.add(lines)
        self.show_facts(shown, busy=busy)
        if any(line.level != "info" for line in lines):
            self.show_problems(shown)

    def show_facts(self, shown: Shown | None, *, busy: bool) -> None:
        """Show a run's numbers, settings and device."""
        self.runs.details.show_run(shown, busy=busy)
        if shown is None or shown.curves.started is None:
            self.device.show_asked(shown.config if shown else self._draft)
        else:
            self.device.show_chosen(shown.curves.started)

    def show_problems(self, shown: Shown | None) -> None:
        """List what needs attention: plug-ins that cannot be loaded, then the run's own."""
        self.problems.show_lines([*self._broken, *(shown.problems if shown else [])])

    def show_draft(self, config: RunConfig | None, shown: Shown | None) -> None:
        """Follow the form."""
        self._draft = config
        self.config.show_draft(config)
        self.data.show_config(config)
        if shown is None:
            self.device.show_asked(config)

    def tick(self, shown: Shown) -> None:
        """Update what depends on the time of day."""
        self.live.tick()
        self.status.show_curves(shown.curves)
        self.runs.details.tick(shown)

    def _explore(self, shown: Shown) -> None:
        for page in self.explorers:
            page.show_run(shown)

    def set_theme(self, theme: Theme) -> None:
        """Dress all of them."""
        docks = (self.new_run, self.runs, self.queue, self.log, self.problems, self.config)
        for part in (self.live, self.data, *self.explorers, *docks, self.banner, self.status):
            part.set_theme(theme)
