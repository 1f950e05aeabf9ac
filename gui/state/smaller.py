"""The same run with less at a time, for a device that has no memory left."""

from __future__ import annotations

from typing import Any

from backend.api import RunConfig


def smaller(config: RunConfig) -> RunConfig | None:
    """Return a configuration with half the batch, and half the prompt batch where the method has one.

    None where both are 1 already.
    """
    halves: dict[str, dict[str, Any]] = {"run": {"batch_size": max(1, config.run.batch_size // 2)}}
    if (prompt_batch := getattr(config.method, "prompt_batch", None)) is not None:
        halves["method"] = {"prompt_batch": max(1, prompt_batch // 2)}
    halved = config.replaced(**halves)
    return halved if halved != config else None
