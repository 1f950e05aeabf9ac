"""The window's queue: begins runs when their turn comes, hears how they fare, and does what is wished."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from backend.api import RunConfig, StudioError, Turn, count, runs_folder
from gui.background import submit
from gui.carriers.carrier import Over
from gui.control import Control
from gui.docks.queue import QueuePanel
from gui.hearing import Hearing
from gui.keeping import Keeping
from gui.measuring import Measuring
from gui.state.queue import QueueState
from gui.state.queue_words import summary, wait
from gui.turns import Found, drop_prepared, prepared, read_runs
from gui.widgets.banner import Banner, Offer

_ELSEWHERE = StudioError("Another window works off the queue.", "Add the runs there, or close that window first.")


class Queueing(QObject):
    """Ties the queue's state to its workers, its panel and the disk.

    Args:
        control: of the same window.
        panel: shows the queue.
        banner: offers to go on with what an earlier window left.
        parent: its owner.
    """

    said = Signal(str)
    failed = Signal(object)
    """A StudioError."""
    changed = Signal()
    """Runs were added, began, ended, or are in another order."""
    idle = Signal()
    """The last run that was on has ended."""
    finished = Signal(int, int)
    """Nothing is left: how many runs had their turn, and how many of them failed or were cut off."""

    def __init__(self, control: Control, panel: QueuePanel, banner: Banner, parent: QObject) -> None:
        super().__init__(parent)
        self.state = QueueState()
        self._control, self._panel, self._banner = control, panel, banner
        self._root = control.root or runs_folder()
        self._keeping = Keeping(self._root, self)
        self._hearing = Hearing(self.state, control.session.command, self)
        self._measuring = Measuring(self.state, control.runs, self)
        self._had_turn: set[Path] = set()
        """Since the queue was done last."""
        self._show_first = self._closing = self._offering = self._took = False
        self._connect()

    @property
    def running(self) -> bool:
        """Whether a run of the queue is on."""
        return self._hearing.running

    @property
    def on(self) -> tuple[Path, ...]:
        """The runs that are on."""
        return self._hearing.folders

    @property
    def folders(self) -> tuple[Path, ...]:
        """All runs of the queue, in order, those that are over included."""
        return tuple(turn.folder for turn in self.state.lineup.turns)

    # --- what can be done ---

    def restore(self) -> None:
        """Find the queue of an earlier window; what it trained still is followed, and the rest waits for a click."""
        self._keeping.find(self._restored, take=False)

    def prepare(self, configs: Sequence[RunConfig], *, begin: bool) -> None:
        """Make run folders, let them wait, and begin if wished."""

        def arrived(made: dict[Path, RunConfig]) -> None:
            self._show_first = begin
            self.state.held = self.state.held and not begin
            self._add(made)

        self._own(lambda: submit(self, lambda: prepared(configs, self._root), arrived, self.failed.emit))

    def add(self, folders: Sequence[Path]) -> None:
        """Let runs that exist wait for their turn: prepared, stopped or cut off ones."""
        self._own(lambda: submit(self, lambda: read_runs(folders), self._add, self.failed.emit))

    def retry(self, folders: Sequence[Path]) -> None:
        """Let runs that did not finish go on, first in line."""

        def act() -> None:
            self.state.lineup.add(folders)
            self.state.lineup.put(folders, 0)
            self.state.held = False

        self._own(act)

    def put(self, folders: Sequence[Path], place: int) -> None:
        """Move waiting runs together before the one at `place` among those that wait."""
        self._own(lambda: self.state.lineup.put(folders, place))

    def remove(self, folders: Sequence[Path]) -> None:
        """Take runs out that are not on; the folder of one that never began goes to the trash."""

        def act() -> None:
            waiting = [folder for folder in folders if self.state.lineup.fate(folder) == "waiting"]
            gone = self.state.lineup.remove(folders)
            self.said.emit(f"{count(len(gone), 'run')} taken from the queue")
            if waiting:
                submit(self, lambda: drop_prepared(waiting), self._dropped, self.failed.emit)

        self._own(act)

    def clear(self) -> None:
        """Forget runs that are over."""
        self.remove(self.state.lineup.folders("finished", "failed", "stopped", "killed"))

    def stop(self, folders: Sequence[Path]) -> None:
        """Stop runs after their step; one that was told so before is killed. What was saved is kept."""
        for folder in folders:
            try:
                self._hearing.stop(folder)
            except StudioError as error:  # a run that is followed is told through its folder
                self.failed.emit(error)
        self.refresh()

    def hold(self, held: bool) -> None:
        """Begin no further run, or let them begin."""
        self._own(lambda: setattr(self.state, "held", held))

    def set_at_once(self, at_once: int) -> None:
        """Choose how many runs are on at the most."""
        self._own(lambda: setattr(self.state, "at_once", at_once))

    def set_beside(self, beside: bool) -> None:
        """Choose whether runs begin while the window itself trains one."""
        self._own(lambda: setattr(self.state, "beside", beside))

    # --- how the window ends ---

    def stop_all(self) -> None:
        """Stop all runs because the window closes; they wait for the next one, and no other begins."""
        self._closing = self.state.held = True
        self.stop([folder for folder in self._hearing.folders if not self.state.progress(folder).stopping])

    def close(self) -> None:
        """Let the runs that are on go on without this window, and write down which they are."""
        self._hearing.leave()
        try:
            self._keeping.close(self.state.kept())
        except StudioError as error:
            self.failed.emit(error)

    # --- what happens ---

    def refresh(self) -> None:
        """Begin what may begin now, and show everything."""
        busy = self._control.session.busy
        for folder in self.state.due(busy=busy):
            self._had_turn.add(folder)
            self._hearing.start(folder)
        self._control.runs.queued = frozenset(self.state.lineup.folders("waiting", "running", "killed"))
        self._keeping.keep(self.state.kept())
        self._panel.show_state(self.state, busy=busy, now=time.time())

    def _changed(self) -> None:
        self._measuring.measure()
        self.refresh()
        self.changed.emit()

    def _own(self, act: Callable[[], object]) -> None:
        """Do something to the queue as the window that works it off; become that first, if no other one is."""

        def done() -> None:
            act()
            self._changed()

        def arrived(what: Found) -> None:
            self._take_over(what)
            if what.owned:
                done()
            else:
                self.failed.emit(_ELSEWHERE)

        if self._keeping.owned:
            done()
        else:
            self._keeping.find(arrived, take=True)

    def _restored(self, what: Found) -> None:
        self._take_over(what)
        if self.state.owned and self.state.lineup.folders("waiting", "killed"):
            self._offering = True
            self._offer_rest()

    def _offer_rest(self) -> None:
        cut = self.state.lineup.folders("killed")
        go_on = Offer("Go on", "Let the queue go on where it was", lambda: self.retry(cut))
        self._banner.offer(f"The queue of last time: {wait(self.state)}.", go_on)

    def _take_over(self, what: Found) -> None:
        """Take what an earlier window left, once: what is found after that is older than what this window knows."""
        if self._took:
            return
        self._took = self._keeping.owned
        self.state.owned = what.owned
        self.state.restore(what.kept)
        for folder, config in what.configs.items():
            self.state.know(folder, config)
        for folder in self.state.lineup.folders("running"):
            self._had_turn.add(folder)
            self._hearing.adopt(folder)
        if what.problem is not None:
            self.failed.emit(what.problem)
        self._changed()

    def _add(self, runs: dict[Path, RunConfig]) -> None:
        for folder, config in runs.items():
            self.state.know(folder, config)
        self.state.lineup.add(runs)
        busy = self._control.session.busy
        if busy:  # who adds a run while another is on wants it to follow
            self.state.held = False
        when = "begins when the window's own run is over" if busy else "the Queue panel has it"
        if len(runs) > 1:
            when = "they begin when the window's own run is over" if busy else "the Queue panel has them"
        self.said.emit(f"{count(len(runs), 'run')} added to the queue; {when}")
        self._changed()
        self._control.refresh()

    def _first_word(self, folder: Path) -> None:
        """Show the first run that begins after Start."""
        if self._show_first:
            self._show_first = False
            self._control.viewer.open(folder)

    def _ended(self, folder: Path, over: Over) -> None:
        fate, lineup = ("killed" if over.died else over.ended.outcome), self.state.lineup
        if self._closing and fate == "stopped":
            lineup.tell(Turn(folder, "waiting"))
            lineup.put([folder], 0)
        else:
            lineup.tell(Turn(folder, fate, over.ended.message, over.ended.hint))
        self._control.refresh()
        self._changed()
        if not self.running:
            self.idle.emit()
            self._tell_if_done()

    def _tell_if_done(self) -> None:
        lineup = self.state.lineup
        if lineup.folders("waiting") or not self._had_turn:
            return
        failed = [folder.name for folder in lineup.folders("failed", "killed") if folder in self._had_turn]
        total = len(self._had_turn)
        self._had_turn.clear()
        self.state.held = True  # what is added next waits for a click
        self.said.emit(summary(total, failed))
        self.finished.emit(total, len(failed))

    def _window_began(self, folder: Path) -> None:
        """Leave a run to the window that was to have its turn here."""
        following = self._control.session.following
        if not following and self.state.lineup.remove([folder]):
            self._changed()
        elif following and self._offering and self.state.held:
            self._offer_rest()  # the first run that is followed put the banner away
        self._offering = False

    def _dropped(self, number: int) -> None:
        if number:
            self.said.emit(f"{count(number, 'run')} that never began went to the trash")
            self._control.refresh()

    def _connect(self) -> None:
        panel, control = self._panel, self._control
        for wanted, do in (
            (panel.open_requested, control.viewer.open),
            (panel.put_requested, self.put),
            (panel.remove_requested, self.remove),
            (panel.retry_requested, self.retry),
            (panel.stop_requested, self.stop),
            (panel.clear_requested, self.clear),
            (panel.hold_requested, self.hold),
            (panel.at_once_requested, self.set_at_once),
            (panel.beside_requested, self.set_beside),
            (control.session.began, self._window_began),
            (control.changed, self.refresh),
            (self._keeping.failed, self.failed),
            (self._measuring.failed, self.failed),
            (self._measuring.changed, self.refresh),
            (self._hearing.heard, self._measuring.measure_if_old),
            (self._hearing.heard, self.refresh),
            (self._hearing.first_word, self._first_word),
            (self._hearing.scored, control.refresh),
            (self._hearing.ended, self._ended),
        ):
            wanted.connect(do)
