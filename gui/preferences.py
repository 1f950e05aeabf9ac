"""What the user likes: kept in the window's settings, and told to whoever asked as soon as it changes."""

from __future__ import annotations

from typing import Literal, TypeAlias, cast

from PySide6.QtCore import QObject, QSettings, Signal

from gui.carriers.carrier import Where
from gui.theme import LARGEST, SMALLEST, USUAL_SIZE

Name: TypeAlias = Literal["theme", "font_size", "train_in", "notify", "closing"]
Closing: TypeAlias = Literal["ask", "stop", "keep"]
"""What becomes of a run when its window is closed; `keep` only where the run can go on without the window."""

CHOICES: dict[Name, tuple[str, ...]] = {
    "theme": ("system", "light", "dark"),
    "train_in": ("thread", "process"),
    "closing": ("ask", "stop", "keep"),
}
"""What may be chosen; the first is the default."""
_USUAL_NUMBERS: dict[Name, int] = {"font_size": round(USUAL_SIZE), "notify": 1}


class Preferences(QObject):
    """Reads are cheap; a value that nobody could have chosen here counts as the default."""

    changed = Signal(str)
    """The name of what is another now."""

    def __init__(self, settings: QSettings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings

    @property
    def theme(self) -> str:
        """`system`, or the name of a theme."""
        return self._word("theme")

    @property
    def font_size(self) -> int:
        """Size of ordinary text in points."""
        return min(max(self._number("font_size"), round(SMALLEST)), round(LARGEST))

    @property
    def train_in(self) -> Where:
        """Where the next run is trained."""
        return cast("Where", self._word("train_in"))

    @property
    def notify(self) -> bool:
        """Whether the desktop is told that long work is done while the window is in the background."""
        return bool(self._number("notify"))

    @property
    def closing(self) -> Closing:
        """What becomes of a run when the window is closed."""
        return cast("Closing", self._word("closing"))

    def set(self, name: Name, value: str | int) -> None:
        """Choose, remember on the disk, and tell."""
        if self._settings.value(name) == value:
            return
        before = getattr(self, name)
        self._settings.setValue(name, value)
        self._settings.sync()
        if getattr(self, name) != before:
            self.changed.emit(name)

    def restore_defaults(self) -> None:
        """Forget every choice."""
        for name in (*CHOICES, *_USUAL_NUMBERS):
            before = getattr(self, name)
            self._settings.remove(name)
            if getattr(self, name) != before:
                self.changed.emit(name)
        self._settings.sync()

    def _word(self, name: Name) -> str:
        kept = str(self._settings.value(name, ""))
        return kept if kept in CHOICES[name] else CHOICES[name][0]

    def _number(self, name: Name) -> int:
        kept = str(self._settings.value(name, ""))
        return int(kept) if kept.isdecimal() else _USUAL_NUMBERS[name]
