"""Train the demo model: a small CLIP, from scratch, on captioned pictures of the drawn world.

`python -m backend.demo.pretrain` writes an open_clip local directory (`open_clip_config.json` and
`open_clip_model.safetensors` in float16). The number of steps and every draw are fixed by the seed.

The loss is the symmetric contrastive loss of CLIP (Radford et al. 2021) with soft targets, because a caption
such as "a red star" fits every picture of a red star in the batch, plus fading attribute heads that are dropped.
"""

from __future__ import annotations

import argparse
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import open_clip
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from open_clip.model import CLIP
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from safetensors.torch import save_file
from torch import Tensor, nn

from backend.demo.scene import (
    BACKGROUNDS,
    COLOURS,
    PIXELS,
    TEXTURES,
    Pose,
    Shift,
    draw_background,
    draw_ink,
    draw_texture,
)
from backend.demo.shapes import HELD_OUT_SHAPES, PRETRAINING_SHAPES

MEAN: Final = (0.5, 0.5, 0.5)
STD: Final = (0.25, 0.25, 0.25)

ARCHITECTURE: Final[dict[str, Any]] = {
    "embed_dim": 128,
    "vision_cfg": {"image_size": PIXELS, "layers": 4, "width": 128, "patch_size": 8, "head_width": 32},
    "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 128, "heads": 4, "layers": 2},
}

CAPTIONS: Final = (
    "a photo of a {}.",
    "a picture of a {}.",
    "a drawing of one {}.",
    "the {}.",
    "this is a small photo of a {}.",
    "in the middle of this picture there is a {}.",
    "an image that shows the {} on a surface.",
    "{}.",
)

WORDS: Final[tuple[tuple[str, ...], ...]] = (
    tuple(TEXTURES),
    tuple(COLOURS),
    tuple(PRETRAINING_SHAPES),
    tuple(BACKGROUNDS),
)
"""Attribute words: texture, colour, shape, background."""

POSES: Final = 384


@dataclass(frozen=True)
class Banks:
    """Everything that a picture is composed of, drawn once: uint8 planes of `PIXELS` x `PIXELS`."""

    inks: Tensor
    textures: Tensor
    grounds: Tensor

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Banks:
        """Draw ink and texture of each shape and texture in `POSES` common poses."""
        plain = Shift()
        poses = [
            Pose(
                rng.uniform(-plain.rotation, plain.rotation),
                rng.uniform(*plain.scale),
                *rng.uniform(-plain.offset, plain.offset, size=2),
            )
            for _ in range(POSES)
        ]
        turned = [Pose(rng.uniform(0, 2 * math.pi), rng.uniform(0.8, 1.2)) for _ in range(POSES)]
        return cls(
            _stack([[draw_ink(parts, p) for p in poses] for parts in PRETRAINING_SHAPES.values()]),
            _stack([[draw_texture(kind, p) for p in poses] for kind in TEXTURES]),
            _stack([[draw_background(kind, p) for p in turned] for kind in BACKGROUNDS]),
        )

    def compose(self, attributes: NDArray[np.int64], rng: np.random.Generator) -> Tensor:
        """Compose pictures `(n, 3, PIXELS, PIXELS)`, normalised, for attribute indices `(n, 4)`."""
        n = len(attributes)
        texture, colour, shape, background = attributes.T
        pose, turned = rng.integers(POSES, size=(2, n))
        grey = rng.uniform(0.12, 0.88, size=(n, 1))
        first = grey + rng.uniform(-0.07, 0.07, size=(n, 3))
        second = first + rng.choice([-1, 1], size=(n, 1)) * rng.uniform(0.08, 0.2, size=(n, 1))
        paint = np.array(list(COLOURS.values()))[colour] / 255 * rng.uniform(0.88, 1.06, size=(n, 1))

        def plane(bank: Tensor, kind: NDArray[np.int64], at: NDArray[np.int64]) -> Tensor:
            return bank[kind, at].float()[:, None] / 255

        def tone(values: NDArray[np.float64]) -> Tensor:
            return torch.from_numpy(np.clip(values, 0, 1)).float()[:, :, None, None]

        ground = plane(self.grounds, background, turned)
        ink = plane(self.inks, shape, pose)
        mix = 0.32 + 0.68 * plane(self.textures, texture, pose)
        picture = torch.lerp(torch.lerp(tone(first), tone(second), ground), tone(paint) * mix, ink)
        picture = picture + 0.02 * torch.from_numpy(rng.standard_normal(picture.shape, dtype=np.float32))
        return (picture.clamp(0, 1) - torch.tensor(MEAN)[:, None, None]) / torch.tensor(STD)[:, None, None]


def _stack(planes: list[list[NDArray[np.float32]]]) -> Tensor:
    return torch.from_numpy((np.array(planes) * 255 + 0.5).astype(np.uint8))


def caption(attributes: NDArray[np.int64], named: NDArray[np.bool_], template: str) -> str:
    """Write a caption that names texture, colour, shape and background where `named` says so."""
    words = [WORDS[i][attributes[i]] for i in range(3) if named[i]]
    thing = " ".join(words if named[2] else [*words, "thing"])
    text = template.format(thing)
    return text.rstrip(".") + f" on a {WORDS[3][attributes[3]]} background." if named[3] else text


def draw_named(n: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Draw which of the four attributes each caption names, at least one of the first three."""
    named = rng.random((n, 4)) < (0.75, 0.75, 0.85, 0.2)
    named[:, 2] |= ~named[:, :3].any(axis=1)
    return named


def soft_targets(attributes: NDArray[np.int64], named: NDArray[np.bool_]) -> Tensor:
    """Return `(n, n)` 0/1: picture i agrees with every attribute that caption j names."""
    agrees = (attributes[:, None] == attributes[None]) | ~named[None]
    return torch.from_numpy(agrees.all(axis=2)).float()


class Vocabulary:
    """The token ids that captions and class names use, and their place in a compact table."""

    def __init__(self) -> None:
        tokenizer = open_clip.get_tokenizer("ViT-B-32")
        heldout = " ".join(HELD_OUT_SHAPES)
        lines = [template.format("thing") for template in CAPTIONS]
        lines += [" ".join(words) for words in WORDS] + [heldout, "on a background."]
        # Class names may also start a caption: keep ids of both spellings of a word (BPE marks word ends, not starts).
        self.ids = torch.unique(tokenizer(lines))
        self._tokenizer = tokenizer

    def __call__(self, captions: list[str]) -> Tensor:
        """Tokenize into compact ids, cropped after the longest caption; the end token keeps the largest id."""
        tokens = self._tokenizer(captions)
        tokens = tokens[:, : int(tokens.argmax(dim=1).max()) + 1]
        return torch.searchsorted(self.ids, tokens.contiguous())


def build(vocabulary: int) -> CLIP:
    """Build the demo architecture with a token table of `vocabulary` rows."""
    text: Any = {**ARCHITECTURE["text_cfg"], "vocab_size": vocabulary}
    return CLIP(ARCHITECTURE["embed_dim"], ARCHITECTURE["vision_cfg"], text)


def encode_text(model: CLIP, tokens: Tensor) -> Tensor:
    """Encode cropped compact tokens `(n, l)`; identical to `model.encode_text` on the padded ones."""
    tower: Any = model
    length = tokens.shape[1]
    hidden = tower.token_embedding(tokens) + tower.positional_embedding[:length]
    hidden = tower.ln_final(tower.transformer(hidden, attn_mask=tower.attn_mask[:length, :length]))
    return F.normalize(hidden[torch.arange(len(tokens)), tokens.argmax(dim=1)] @ tower.text_projection, dim=-1)


def train(*, steps: int, batch: int, rate: float, seed: int) -> tuple[CLIP, Vocabulary]:
    """Pre-train and return the model with its compact token table, and the table's vocabulary."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    vocabulary = Vocabulary()
    model = build(len(vocabulary.ids))
    heads = nn.ModuleList([nn.Linear(ARCHITECTURE["embed_dim"], len(words)) for words in WORDS])
    decayed = [p for name, p in model.named_parameters() if p.ndim >= 2 and "embedding" not in name]
    kept = {id(p) for p in decayed}
    plain = [p for p in [*model.parameters(), *heads.parameters()] if id(p) not in kept]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.05}, {"params": plain, "weight_decay": 0.0}], lr=rate, betas=(0.9, 0.98)
    )
    warmup = steps // 20
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer,
        lambda s: min((s + 1) / warmup, 0.5 * (1 + math.cos(math.pi * max(s - warmup, 0) / (steps - warmup)))),
    )
    with _progress() as bar:
        banks = Banks.draw(rng)
        job = bar.add_task("pre-training", total=steps, note="")
        for step in range(steps):
            attributes = np.stack([rng.integers(len(words), size=batch) for words in WORDS], axis=1)
            named = draw_named(batch, rng)
            picks = rng.integers(len(CAPTIONS), size=batch)
            captions = [caption(a, n, CAPTIONS[t]) for a, n, t in zip(attributes, named, picks, strict=True)]
            image = F.normalize(model.encode_image(banks.compose(attributes, rng)), dim=-1)
            logits = model.logit_scale.exp() * image @ encode_text(model, vocabulary(captions)).T
            loss = contrast(logits, soft_targets(attributes, named))
            guesses = [
                F.cross_entropy(8 * head(image), a)
                for head, a in zip(heads, torch.from_numpy(attributes).T, strict=True)
            ]
            hint = torch.stack(guesses).sum()
            optimizer.zero_grad(set_to_none=True)
            (loss + 0.25 * (1 - step / steps) * hint).backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            with torch.no_grad():
                model.logit_scale.clamp_(max=math.log(100))
            if step % 50 == 49:
                bar.update(job, completed=step + 1, note=f"loss {loss.item():.3f} heads {hint.item():.3f}")
                bar.console.print(f"step {step + 1} loss {loss.item():.3f} heads {hint.item():.3f}")
    return model, vocabulary


def contrast(logits: Tensor, fits: Tensor) -> Tensor:
    """Symmetric contrastive loss of `(n, n)` logits against 0/1 fits, each row a distribution."""
    rows = torch.sum(-fits / fits.sum(1, keepdim=True) * logits.log_softmax(1), 1).mean()
    columns = torch.sum(-fits / fits.sum(0, keepdim=True) * logits.log_softmax(0), 0).mean()
    # The entropy of the soft targets is a constant: subtract it so that 0 is perfect.
    floor = (fits.sum(1).log().mean() + fits.sum(0).log().mean()) / 2
    return (rows + columns) / 2 - floor


def save(model: CLIP, vocabulary: Vocabulary, folder: Path) -> None:
    """Write the open_clip local directory, the token table widened to open_clip's own (unused rows are zero)."""
    state = {name: value.detach().clone() for name, value in model.state_dict().items()}
    table = torch.zeros(ARCHITECTURE["text_cfg"]["vocab_size"], ARCHITECTURE["text_cfg"]["width"])
    table[vocabulary.ids] = state["token_embedding.weight"]
    state["token_embedding.weight"] = table
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "model_cfg": ARCHITECTURE,
        "preprocess_cfg": {"mean": MEAN, "std": STD, "interpolation": "bicubic", "resize_mode": "shortest"},
    }
    (folder / "open_clip_config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    halves = {name: value.half().contiguous() for name, value in state.items() if name != "attn_mask"}
    save_file(halves, folder / "open_clip_model.safetensors", metadata={"format": "pt"})
    (folder / "open_clip_model.safetensors").chmod(0o644)


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, TextColumn("{task.fields[note]}"))


def main() -> None:
    """Parse the command line, train and save."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", type=Path, default=Path("resources/demo_model"))
    parser.add_argument("--steps", type=int, default=5000)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2, help="the count changes the last bits of the weights")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    model, vocabulary = train(steps=given.steps, batch=given.batch, rate=given.rate, seed=given.seed)
    save(model, vocabulary, given.to)


if __name__ == "__main__":
    main()
