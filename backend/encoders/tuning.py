"""What moves in the image tower: LoRA on its linear maps, everything, a linear adapter after it, or nothing.

LoRA: Hu et al. 2021 (2106.09685), W + B A with B = 0 at the start, so that tuning begins at the pre-trained tower.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from backend.config import ModelSettings
from backend.errors import ModelError
from backend.seeding import torch_generator

_ROWS: Final = {"kv": "kv", "qkv": "qkv", "attention": "qkv", "all": "qkv"}


class LowRank(nn.Module):
    """A low-rank update of a weight `(out, in)`, in separate blocks of its rows.

    Args:
        weight: the weight that is updated.
        rank: rank of each block's update.
        blocks: which equal blocks of rows move, e.g. keys and values of a packed q-k-v weight.
        parts: how many equal blocks the rows form.
        generator: draws the first factor.
    """

    def __init__(
        self, weight: Tensor, rank: int, blocks: tuple[int, ...], parts: int, generator: torch.Generator
    ) -> None:
        super().__init__()
        rows, columns = weight.shape[0] // parts, weight.shape[1]
        bound = math.sqrt(3.0 / columns)
        down = torch.rand(len(blocks), rank, columns, generator=generator) * 2 * bound - bound
        self.down = nn.Parameter(down.to(weight))
        self.up = nn.Parameter(torch.zeros(len(blocks), rows, rank).to(weight))
        self.blocks = blocks
        self.parts = parts

    def forward(self, weight: Tensor) -> Tensor:
        """Return the updated weight."""
        update = self.up @ self.down
        still = torch.zeros_like(update[0])
        rows = [update[self.blocks.index(i)] if i in self.blocks else still for i in range(self.parts)]
        return weight + torch.cat(rows)


class Adapter(nn.Module):
    """A linear map after the tower that starts as the identity: f + D f."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.delta = nn.Parameter(torch.zeros(width, width))

    def forward(self, features: Tensor) -> Tensor:
        """Return adapted features `(n, width)`."""
        return features + features @ self.delta.T


def attach(visual: nn.Module, settings: ModelSettings, width: int, seed: int) -> nn.Module:
    """Prepare an image tower for tuning and return the adapter behind it (the identity unless tuning is `adapter`).

    All parameters are frozen but those that the setting moves.

    Raises:
        ModelError: LoRA is asked for and the tower has no attention.
    """
    visual.requires_grad_(requires_grad=settings.tuning == "full")
    if settings.tuning == "lora":
        _attach_lora(visual, settings, torch_generator(seed, "lora"))
    return Adapter(width) if settings.tuning == "adapter" else nn.Identity()


def _attach_lora(visual: nn.Module, settings: ModelSettings, generator: torch.Generator) -> None:
    touched = 0
    for owner, name, blocks, parts in list(_targets(visual, settings.lora_on)):
        update = LowRank(getattr(owner, name), settings.lora_rank, blocks, parts, generator)
        parametrize.register_parametrization(owner, name, update)
        touched += 1
    if not touched:
        hint = "Choose model.tuning = 'full' or 'adapter'."
        raise ModelError("LoRA needs an image tower with attention; this one has none.", hint)


def _targets(visual: nn.Module, where: str) -> Iterator[tuple[nn.Module, str, tuple[int, ...], int]]:
    """Yield (module, weight name, moving row blocks, number of blocks) for every matrix that LoRA updates."""
    for module in visual.modules():
        if isinstance(module, nn.MultiheadAttention) and getattr(module, "in_proj_weight", None) is not None:
            yield module, "in_proj_weight", tuple("qkv".index(letter) for letter in _ROWS[where]), 3
            if where in {"attention", "all"}:
                yield module.out_proj, "weight", (0,), 1
    if where == "all":
        for name, module in visual.named_modules():
            if isinstance(module, nn.Linear) and ".mlp." in f".{name}.":
                yield module, "weight", (0,), 1


def moving(module: nn.Module) -> dict[str, nn.Parameter]:
    """Return the parameters that tuning moves, by name."""
    return {name: value for name, value in module.named_parameters() if value.requires_grad}


def merge(visual: nn.Module) -> None:
    """Write LoRA updates into the weights and drop them, in place."""
    for module in list(visual.modules()):
        if parametrize.is_parametrized(module):
            for name in list(getattr(module, "parametrizations")):  # noqa: B009
                parametrize.remove_parametrizations(module, name, leave_parametrized=True)
