"""A small CLIP that open_clip knows by name and tags, and a hub on this machine that serves its weights."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator

import open_clip
import pytest
import safetensors.torch
import torch
from open_clip import factory, pretrained

from tests.server import Loopback, Page

SMALL = {
    "embed_dim": 16,
    "vision_cfg": {"image_size": 32, "layers": 1, "width": 64, "patch_size": 16},
    "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 1},
}
NAME, OTHER = "small", "other"
OPENAI, LAION = "timm/small.openai", "laion/small.laion"
SAFE, BIN = "open_clip_model.safetensors", "open_clip_pytorch_model.bin"


@contextlib.contextmanager
def known_to_open_clip() -> Iterator[None]:
    """Let open_clip know `small`, `small-quickgelu` and `other` (with larger patches), with tags openai and laion."""
    values = {"mean": (0.1, 0.2, 0.3), "std": (0.4, 0.5, 0.6), "url": ""}
    openai = {**values, "hf_hub": f"{OPENAI}/", "quick_gelu": True, "url": "https://example.org/Small-16.pt"}
    laion = {**values, "hf_hub": f"{LAION}/", "url": "https://example.org/small-laion.pt"}
    patches = SMALL | {"vision_cfg": SMALL["vision_cfg"] | {"patch_size": 8}}
    with pytest.MonkeyPatch.context() as patch:
        for name, config in ((NAME, SMALL), (f"{NAME}-quickgelu", SMALL | {"quick_gelu": True}), (OTHER, patches)):
            patch.setitem(factory._MODEL_CONFIGS, name, config)
        patch.setitem(pretrained._PRETRAINED, NAME, {"openai": openai, "laion": laion})
        patch.setitem(pretrained._PRETRAINED, f"{NAME}-quickgelu", {"openai": openai})
        yield


def random_state(name: str = NAME, seed: int = 0) -> dict[str, torch.Tensor]:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        state = open_clip.create_model(name, load_weights=False).state_dict()
    return {key: value.clone().contiguous() for key, value in state.items()}


def serve(server: Loopback, repository: str, name: str, body: bytes, *, digest: str = "") -> Page:
    """Serve a file as a hub does: its address leads elsewhere, with the file's checksum and size on the way."""
    page = server.serve(f"/files/{repository}/{name}", body)
    server.redirect(f"/{repository}/resolve/main/{name}", f"/files/{repository}/{name}")
    server.pages[f"/{repository}/resolve/main/{name}"].headers |= {
        "X-Linked-ETag": f'"{digest or hashlib.sha256(body).hexdigest()}"',
        "X-Linked-Size": str(len(body)),
    }
    return page


def packed(state: dict[str, torch.Tensor]) -> bytes:
    return safetensors.torch.save(state)
