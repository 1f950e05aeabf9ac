"""What methods share. `from backend import stages` costs nothing: each stage is loaded when it is first called."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backend.stages.adapt import adapt_vision
    from backend.stages.align import align_text
    from backend.stages.calibrate import calibrate_memory
    from backend.stages.first import keep_first_means

__all__ = ["adapt_vision", "align_text", "calibrate_memory", "keep_first_means"]

_WHERE = {
    "adapt_vision": "adapt", "align_text": "align", "calibrate_memory": "calibrate", "keep_first_means": "first"
}  # fmt: skip


def __getattr__(name: str) -> Any:  # noqa: ANN401
    """Import a stage on first use, so that listing methods does not load torch."""
    if name not in _WHERE:
        msg = f"module '{__name__}' has no attribute '{name}'"
        raise AttributeError(msg)
    return getattr(import_module(f"backend.stages.{_WHERE[name]}"), name)
