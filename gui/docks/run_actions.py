"""What can be done with the runs that are chosen in the list: its context menu and its keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QAbstractItemView

from backend.api import RunSummary
from gui.icons import icon
from gui.state.runs import RESUMABLE


@dataclass(frozen=True, slots=True)
class _Deed:
    text: str
    help: str
    key: str = ""
    icon: str = ""


_DEEDS = {
    "open": _Deed("Open", "Show this run in all pages", "Return"),
    "compare": _Deed("Compare", "Lay the chosen runs side by side; choose several with Ctrl or Shift", "Ctrl+Shift+C",
                     "compare"),
    "star": _Deed("Star", "Mark the chosen runs with a star, or take it away", "S", "star"),
    "rename": _Deed("Rename", "Give this run another name; its folder gets it too", "F2"),
    "settings": _Deed("Use these settings again", "Fill the form at the left with this run's settings", "",
                      "settings"),
    "folder": _Deed("Show in file manager", "Open this run's folder in the file manager", "", "folder"),
    "copy": _Deed("Copy path", "Copy where the chosen runs lie", "Ctrl+C", "copy"),
    "resume": _Deed("Resume", "Go on with this run where it was saved", "", "resume"),
    "trash": _Deed("Move to trash", "Put the chosen runs away; they can be restored for 30 days", "Del", "trash"),
    "undo": _Deed("Undo move to trash", "Restore what was moved to the trash last", "Ctrl+Z", "undo"),
}  # fmt: skip
_GROUPS = (("open", "compare"), ("star", "rename", "settings"), ("folder", "copy", "resume"), ("trash", "undo"))


class RunActions:
    """Actions of a view, by name; `follow` allows what makes sense for the runs that are chosen."""

    def __init__(self, view: QAbstractItemView, acts: dict[str, Callable[[], None]]) -> None:
        self._actions = {name: _make(view, name, deed) for name, deed in _DEEDS.items()}
        for names in _GROUPS:
            view.addActions([self._actions[name] for name in names])
            if names is not _GROUPS[-1]:
                gap = QAction(view)
                gap.setSeparator(True)
                view.addAction(gap)
        for name, act in acts.items():
            self._actions[name].triggered.connect(lambda _=False, act=act: act())
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.follow([])
        self["undo"].setEnabled(False)

    def __getitem__(self, name: str) -> QAction:
        """Return an action."""
        return self._actions[name]

    def follow(self, chosen: Sequence[RunSummary]) -> None:
        """Allow what can be done with these."""
        one = chosen[0] if len(chosen) == 1 else None
        whole = [run for run in chosen if not run.problem]
        at_rest = all(run.state != "running" for run in chosen)
        allowed = {
            "open": one is not None,
            "compare": len(whole) > 1,
            "star": bool(chosen),
            "rename": one is not None and at_rest,
            "settings": one is not None and bool(whole),
            "folder": one is not None,
            "copy": bool(chosen),
            "resume": one is not None and one.state in RESUMABLE,
            "trash": bool(chosen) and at_rest,
        }
        for name, enabled in allowed.items():
            self[name].setEnabled(enabled)
        self["compare"].setText(f"Compare {len(whole)} runs" if len(whole) > 1 else "Compare")
        self["star"].setText("Remove star" if chosen and all(run.star for run in chosen) else "Star")
        self["resume"].setText("Start" if one is not None and one.state == "queued" else "Resume")
        self["trash"].setText(f"Move {len(chosen)} runs to trash" if len(chosen) > 1 else "Move to trash")

    def refresh_icons(self) -> None:
        """Draw the icons anew after a change of theme."""
        for name, deed in _DEEDS.items():
            if deed.icon:
                self[name].setIcon(icon(deed.icon))


def _make(view: QAbstractItemView, name: str, deed: _Deed) -> QAction:
    action = QAction(deed.text, view)
    action.setObjectName(f"run_{name}")
    action.setToolTip(f"{deed.help} ({deed.key})" if deed.key else deed.help)
    if deed.key:
        action.setShortcut(QKeySequence(deed.key))
        # Letters are commands only where the list has the keyboard.
        anywhere = name == "compare"
        context = Qt.ShortcutContext.WidgetWithChildrenShortcut if anywhere else Qt.ShortcutContext.WidgetShortcut
        action.setShortcutContext(context)
        action.setShortcutVisibleInContextMenu(True)
    return action
