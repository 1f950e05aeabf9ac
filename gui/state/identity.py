"""What a run's numbers depend on, in words: without it they cannot be compared with anything."""

from __future__ import annotations

from backend.api import RunStarted

_TRANSFORMS = {"crop": "shorter side, centre crop", "squash": "squashed to a square"}


def identity(started: RunStarted | None) -> dict[str, str]:
    """Return setting, weights, transform, prompt and split hash, as far as a run told them."""
    if started is None:
        return {}
    facts = {
        "Setting": started.setting,
        "Weights": started.weights,
        "Transform": _TRANSFORMS.get(started.transform, started.transform),
        "Prompt": prompt(started.templates),
        "Split hash": started.split_hash,
    }
    return {title: text for title, text in facts.items() if text}


def prompt(templates: tuple[str, ...]) -> str:
    """Return the one prompt, or how many an ensemble has."""
    return templates[0] if len(templates) == 1 else f"ensemble of {len(templates)}" if templates else ""


def identity_lines(started: RunStarted | None) -> str:
    """Return the same as lines of plain text; nothing where nothing is known."""
    return "\n".join(f"{title}: {text}" for title, text in identity(started).items())
