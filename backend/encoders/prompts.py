"""Text features: hand-written templates, and soft prompts learned through the frozen text tower.

CLIP's text tower is causal and reads only the end token, so the tokens after the longest prompt cannot change any
result: prompts are cropped there (77 -> about 15 tokens), with identical logits.

Soft prompts follow CoOp (Zhou et al. 2022): context vectors stand where the words before the class name stood.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NoReturn

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from backend.errors import ModelError

_ALL: Final = 10_000
"""Room for any text, to count its tokens."""


class TextTower:
    """The frozen text tower of an open_clip model, from token ids or from embeddings.

    Raises:
        ModelError: the text tower is not one of open_clip's own (soft prompts need its embeddings).
    """

    def __init__(self, model: nn.Module, tokenizer: Callable[..., Tensor], device: torch.device) -> None:
        tower: Any = getattr(model, "text", model)
        if not all(hasattr(tower, name) for name in ("token_embedding", "positional_embedding", "ln_final")):
            hint = "Choose an architecture with open_clip's own text transformer, such as ViT-B-16."
            raise ModelError("This model's text tower cannot take soft prompts.", hint)
        self._tower = tower
        self._tokenizer = tokenizer
        self.device = device

    @property
    def width(self) -> int:
        """Width of a token embedding."""
        return int(self._tower.token_embedding.weight.shape[1])

    @property
    def limit(self) -> int:
        """Most tokens of a prompt, with its start and its end."""
        return len(self._tower.positional_embedding)

    def tokenize(self, texts: Sequence[str], *, crop: bool = True, reserved: int = 0) -> Tensor:
        """Return token ids `(n, length)`.

        Args:
            texts: plain texts.
            crop: cut behind the longest text.
            reserved: how many vectors will be put between start and text, and need room too.

        Raises:
            ModelError: a text is too long; names it.
        """
        tokens = self._tokenizer(list(texts), context_length=2 * self.limit)
        lengths = tokens.argmax(dim=1) + 1
        if int(lengths.max()) + reserved > self.limit:
            self._refuse(texts[int(lengths.argmax())], reserved)
        length = int(lengths.max()) if crop else self.limit
        return tokens[:, :length].to(self.device)

    def _refuse(self, text: str, reserved: int) -> NoReturn:
        """Name a text that is too long, with all its tokens: a tokenizer cuts off what it has no room for."""
        count = int(self._tokenizer([text], context_length=_ALL).argmax()) + 1
        learned = f" and {reserved} learned vectors" if reserved else ""
        raise ModelError(
            f"The text '{text}' has {count} tokens{learned}; the model reads at most {self.limit}.",
            "Use a shorter class name, data.template or method.prompt_length.",
        )

    def embed(self, tokens: Tensor) -> Tensor:
        """Return token embeddings `(n, length, width)`."""
        return self._tower.token_embedding(tokens)

    def encode(self, embeddings: Tensor, ends: Tensor) -> Tensor:
        """Return unit-norm text features `(n, d)`.

        Args:
            embeddings: token embeddings `(n, length, width)` without positions.
            ends: position of the end token of each row `(n,)`.
        """
        tower, length = self._tower, embeddings.shape[1]
        mask = tower.attn_mask
        hidden = embeddings + tower.positional_embedding[:length]
        hidden = tower.transformer(hidden, attn_mask=None if mask is None else mask[:length, :length])
        hidden = tower.ln_final(hidden)[torch.arange(len(ends), device=ends.device), ends]
        projection = tower.text_projection
        if projection is not None:
            hidden = projection(hidden) if isinstance(projection, nn.Module) else hidden @ projection
        return F.normalize(hidden.float(), dim=-1)

    @torch.no_grad()
    def features(self, texts: Sequence[str], *, crop: bool = True) -> Tensor:
        """Return unit-norm features `(n, d)` of plain texts."""
        tokens = self.tokenize(texts, crop=crop)
        return self.encode(self.embed(tokens), tokens.argmax(dim=1))


class SoftPrompts(nn.Module):
    """Prompts `[start][shared context][context of the class's own task][class name and rest][end]`.

    The shared context starts as the template's own words; the first task's context too, and each later one as the
    context before it.

    Args:
        tower: the frozen text tower.
        template: hand-written prompt with `{}` for the class name.
        length: context vectors, shared and task-specific each; 0 takes as many as the template has words.
        per_task: whether classes of a task share a context of their own (DMC-OT) or not (DMC).
        names: of all classes to come: one that is too long is refused now, not at its task.

    Raises:
        ModelError: a class name leaves no room for the contexts.
    """

    def __init__(
        self, tower: TextTower, template: str, *, length: int = 0, per_task: bool, names: Sequence[str] = ()
    ) -> None:
        super().__init__()
        self._tower = tower
        self._template = template
        self._start = self._context_of(template, length)
        self.shared = nn.Parameter(self._start.clone())
        self.own = nn.ParameterList()
        self._per_task = per_task
        self._names: list[str] = []
        self._task_of: list[int] = []
        self._tokens = torch.zeros(0, 0, dtype=torch.long)
        self._embedded = torch.zeros(0)
        if names:
            self._tokenize(names)

    @torch.no_grad()
    def _context_of(self, template: str, length: int) -> Tensor:
        """Return the embeddings `(length, width)` of the words before the class name."""
        words = self._tower.tokenize([template.split("{}", maxsplit=1)[0].strip() or "a"])
        embedded = self._tower.embed(words)[0, 1:-1]
        wanted = length or len(embedded)
        return embedded.repeat(-(-wanted // len(embedded)), 1)[:wanted].float()

    def open_task(self, names: Sequence[str]) -> None:
        """Add the classes of the next task, and its own context where contexts are per task."""
        task = max(self._task_of, default=-1) + 1
        self._names.extend(names)
        self._task_of.extend([task] * len(names))
        if self._per_task:
            self.own.append(nn.Parameter((self.own[-1] if len(self.own) else self._start).detach().clone()))
        with torch.no_grad():
            self._tokens = self._tokenize(self._names)
            self._embedded = self._tower.embed(self._tokens)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the classes so far, in the order of the rows of `forward`."""
        return tuple(self._names)

    def forward(self) -> Tensor:
        """Return unit-norm text features of all classes so far `(c, d)`."""
        tokens, embedded, count = self._tokens, self._embedded, len(self._tokens)
        contexts = [self.shared.expand(count, -1, -1)]
        if self._per_task:
            contexts.append(torch.stack(list(self.own))[torch.tensor(self._task_of, device=tokens.device)])
        sequence = torch.cat([embedded[:, :1], *(c.to(embedded) for c in contexts), embedded[:, 1:]], dim=1)
        return self._tower.encode(sequence, tokens.argmax(dim=1) + sequence.shape[1] - tokens.shape[1])

    def _tokenize(self, names: Sequence[str]) -> Tensor:
        """Return token ids of the class names, each with what the template says after it."""
        after = self._template.split("{}", maxsplit=1)[-1]
        contexts = 2 if self._per_task else 1
        return self._tower.tokenize([name + after for name in names], reserved=contexts * len(self._start))
