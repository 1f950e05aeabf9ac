"""Reading checkpoints of earlier schemas: one function a step, each from a schema to the next.

Schema 1: the memory names classes by the data set's own index.
Schema 2: the memory names classes by their position in the order learned, so that another data set may number them
    otherwise; the manifest has `base`, the weights that the tensors are a delta of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from torch import Tensor

Manifest = dict[str, Any]
Tensors = dict[str, "Tensor"]

SCHEMA: Final = 2
"""What this version writes."""


def migrated(manifest: Manifest, tensors: Tensors) -> tuple[Manifest, Tensors]:
    """Return a checkpoint of any earlier schema as one of the newest.

    Raises:
        KeyError: something that every checkpoint of its schema has is missing.
        ValueError: something in it does not fit together.
    """
    while (schema := manifest["schema"]) < SCHEMA:
        manifest, tensors = _STEPS[schema](manifest, tensors)
        manifest = {**manifest, "schema": schema + 1}
    return manifest, tensors


def _from_1(manifest: Manifest, tensors: Tensors) -> tuple[Manifest, Tensors]:
    model: Mapping[str, Any] = manifest["config"]["model"]
    base = {"model": model["name"], "pretrained": model["pretrained"], "hash": manifest["weights"]}
    if (ids := tensors.get("method.memory.classes")) is not None:
        order: list[int] = manifest["class_order"]
        tensors = {**tensors, "method.memory.classes": ids.new_tensor([order.index(int(c)) for c in ids.tolist()])}
    return {**manifest, "base": base}, tensors


_STEPS: Final[Mapping[int, Callable[[Manifest, Tensors], tuple[Manifest, Tensors]]]] = {1: _from_1}
