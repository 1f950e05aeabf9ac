"""The same run with less at a time, for a device that has no memory left. No Qt."""

from __future__ import annotations

from typing import Any

from backend.api import RunConfig, Settings


def smaller(config: RunConfig) -> RunConfig | None:
    """Return a configuration with half the batch, and half the prompt batch where the method has one.

    None where both are 1 already.
    """
    halves: dict[str, dict[str, Any]] = {"run": {"batch_size": max(1, config.run.batch_size // 2)}}
    if (prompt_batch := getattr(config.method, "prompt_batch", None)) is not None:
        halves["method"] = {"prompt_batch": max(1, prompt_batch // 2)}
    halved = config.replaced(**halves)
    return halved if halved != config else None


def differences(before: RunConfig, after: RunConfig) -> str:
    """Return in words what is another number, such as `Batch size 48 instead of 96, ...`."""
    pairs = ((before.run, after.run), (before.method, after.method))
    parts = [
        f"{_label(type(old), name)} {getattr(new, name)} instead of {getattr(old, name)}"
        for old, new in pairs
        for name in type(old).model_fields
        if getattr(old, name) != getattr(new, name)
    ]
    return ", ".join(parts)


def _label(model: type[Settings], name: str) -> str:
    extra = model.model_fields[name].json_schema_extra
    return str(extra.get("label", name)) if isinstance(extra, dict) else name
