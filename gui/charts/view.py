"""Which part of a picture is on show, in shares of the whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Span(NamedTuple):
    """A stretch of 0 .. 1."""

    start: float = 0.0
    end: float = 1.0

    @property
    def size(self) -> float:
        """Its length."""
        return self.end - self.start

    def at(self, size: float, start: float) -> Span:
        """Return a stretch of another length, kept inside 0 .. 1."""
        size = min(size, 1.0)
        start = min(max(start, 0.0), 1.0 - size)
        return Span(start, start + size)

    def zoomed(self, factor: float, about: float, smallest: float) -> Span:
        """Return a stretch `factor` times finer; what is at `about`, 0 .. 1 of this one, stays there."""
        size = max(self.size / factor, min(smallest, 1.0))
        return self.at(size, self.start + about * (self.size - size))

    def with_point(self, start: float, end: float) -> Span:
        """Return it moved no more than needed to hold a smaller stretch."""
        moved = min(self.start, start) if start < self.start else max(self.start, end - self.size)
        return self.at(self.size, moved)


@dataclass(frozen=True, slots=True)
class View:
    """A rectangle of a picture."""

    across: Span
    down: Span

    @property
    def whole(self) -> bool:
        """Whether all is on show."""
        return self == WHOLE

    def zoomed(self, factor: float, x: float, y: float, smallest: tuple[float, float]) -> View:
        """Return a view `factor` times finer about (x, y), shares of this view; no finer than `smallest`."""
        return View(self.across.zoomed(factor, x, smallest[0]), self.down.zoomed(factor, y, smallest[1]))

    def moved(self, x: float, y: float) -> View:
        """Return a view moved by shares of itself."""
        across, down = self.across, self.down
        return View(
            across.at(across.size, across.start + x * across.size), down.at(down.size, down.start + y * down.size)
        )


WHOLE = View(Span(), Span())
