"""QuickGELU or GELU: weights work only with the activation that they were trained with, and fail silently otherwise."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import open_clip
from open_clip.transformer import QuickGELU
from torch import nn

from backend.encoders.weights import Weights

_COST: Final = "that costs accuracy: about 4 points with OpenAI's weights, 62.8 instead of 66.7 zero-shot on CIFAR-100"
_SUFFIX: Final = "-quickgelu"
_PARTS: Final = 4
"""How many of the last parts of a path may name a release: the hub's cache puts two below the repository's name."""


def warning(name: str, model: nn.Module, weights: Weights, *, openai_marks: bool) -> str:
    """Return what is wrong with the activation of a model for its weights, and what to choose; empty if nothing is.

    Args:
        name: the architecture.
        model: the model with whatever activation it has.
        weights: what was loaded into it.
        openai_marks: whether the file has entries that only OpenAI's have.
    """
    quick = any(isinstance(module, QuickGELU) for module in model.modules())
    trained = True if openai_marks else trained_with_quick_gelu(weights)
    if trained is None:
        return _unknown(name, weights.file) if not quick and _has_openai_weights(name) else ""
    if trained == quick:
        return ""
    words = ("QuickGELU", "plain GELU") if trained else ("plain GELU", "QuickGELU")
    other = f"{name}{_SUFFIX}" if trained else name.removesuffix(_SUFFIX)
    choose = f"Choose '{other}'." if other in open_clip.list_models() else "Correct quick_gelu in its configuration."
    return f"The weights were trained with {words[0]} but the model '{name}' has {words[1]}: {_COST}. {choose}"


def trained_with_quick_gelu(weights: Weights) -> bool | None:
    """Return whether weights were trained with QuickGELU; None if nothing tells.

    A file is known by its tag, by the name of a release in its path, or by its checksum.
    """
    if weights.tag:
        return bool(weights.tag.get("quick_gelu"))
    releases: list[Mapping[str, Any]] = [
        open_clip.get_pretrained_cfg(name, tag) for name, tag in open_clip.list_pretrained()
    ]
    parts = weights.file.resolve().parts[-_PARTS:]
    by_name = next((release for release in releases if _named(release, parts)), None)
    release = by_name or _of_digest(weights.file, releases)
    return bool(release.get("quick_gelu")) if release else None


def _named(release: Mapping[str, Any], parts: tuple[str, ...]) -> bool:
    """Tell whether a path names a release: its repository among the folders, or its own name of the file."""
    repository = str(release.get("hf_hub", "")).rpartition("/")[0].rpartition("/")[2]
    return parts[-1] == str(release.get("url", "")).rpartition("/")[2] or any(
        repository and part.endswith(repository) for part in parts[:-1]
    )


def _of_digest(file: Path, releases: list[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return the release whose address holds a file's checksum; those that do are no safetensors."""
    if file.suffix == ".safetensors":
        return None
    with file.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    marks = (f"/{digest}/", f"-{digest[:8]}.")
    return next((r for r in releases if any(mark in str(r.get("url", "")) for mark in marks)), None)


def _has_openai_weights(name: str) -> bool:
    return "openai" in open_clip.list_pretrained_tags_by_model(name)


def _unknown(name: str, file: Path) -> str:
    return (
        f"Nothing tells whether '{file.name}' was trained with QuickGELU, as OpenAI's weights were; the model '{name}' "
        f"has plain GELU. If it was, {_COST}: choose '{name}{_SUFFIX}' then."
    )
