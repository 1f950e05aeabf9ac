"""Which file holds a model's weights: one of the user's, one that was downloaded before, or one to download now."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2
import open_clip

from backend.download import FIRST_WAIT, Source, Tick, fetch, wait
from backend.errors import DownloadError, ModelError
from backend.gate import Gate
from backend.places import models_folder
from backend.web import connect

_HUB: Final = "https://huggingface.co"
_HUB_FILES: Final = ("open_clip_model.safetensors", "open_clip_pytorch_model.bin")
_SUFFIXES: Final = frozenset({".safetensors", ".pt", ".pth", ".bin"})
_NOT_THERE: Final = frozenset({401, 403, 404, 410})
_ATTEMPTS: Final = 3
_OR: Final = "Weights that lie elsewhere are used with their path in model.pretrained."


@dataclass(frozen=True, slots=True)
class Weights:
    """A file that holds weights.

    Attributes:
        file: where it lies.
        tag: open_clip's record of these weights; empty for a file of the user's.
    """

    file: Path
    tag: Mapping[str, Any]


def find_weights(name: str, pretrained: str, tick: Tick, gate: Gate) -> Weights:
    """Return the weights of an architecture, downloading them if they are not on this machine.

    Args:
        name: an open_clip architecture.
        pretrained: one of its tags, or the path of a file.
        tick: told how far a download is.
        gate: asked whether to go on.

    Raises:
        ModelError: there is no such tag or file.
        DownloadError: the file cannot be had; says from where, and where to put it by hand.
        StorageError: it cannot be written.
        Stopped: the gate was closed.
    """
    if tag := open_clip.get_pretrained_cfg(name, pretrained):
        return Weights(_of_tag(tag, tick, gate), tag)
    file = Path(pretrained).expanduser()
    if pretrained and file.is_file():
        return Weights(file, {})
    if file.suffix in _SUFFIXES or os.sep in pretrained:
        raise ModelError(f"There is no weights file '{file}'.", "Check model.pretrained.")
    tags = ", ".join(open_clip.list_pretrained_tags_by_model(name))
    wrong = f"'{pretrained}' is not a tag of '{name}'" if pretrained else f"'{name}' needs weights"
    known = f"one of its tags ({tags}), the path of a file" if tags else "the path of a file"
    raise ModelError(f"{wrong}.", f"Set model.pretrained to {known}, or 'random' for an untrained model.")


def stored_weights(name: str, pretrained: str) -> Path | None:
    """Return the file of a tag's weights if it is on this machine; asks no server."""
    tag = open_clip.get_pretrained_cfg(name, pretrained)
    if hub := tag.get("hf_hub"):
        repository, _, named = str(hub).rpartition("/")
        return _stored_of_hub(repository, _hub_names(named))
    return _stored(models_folder(), [str(tag["url"]).rpartition("/")[2]]) if tag else None


def _of_tag(tag: Mapping[str, Any], tick: Tick, gate: Gate) -> Path:
    if hub := tag.get("hf_hub"):
        repository, _, named = str(hub).rpartition("/")
        return _of_hub(repository, named, tick, gate)
    url = str(tag["url"])
    parts = url.split("/")
    digest = f"sha256:{parts[-2]}" if "openaipublic" in url else ""
    return _stored(models_folder(), [parts[-1]]) or _download(Source(url, parts[-1], digest=digest), "", tick, gate)


def _of_hub(repository: str, named: str, tick: Tick, gate: Gate) -> Path:
    """Return a file of a hub's repository: the one it names, as safetensors where that is there."""
    names = _hub_names(named)
    if stored := _stored_of_hub(repository, names):
        return stored
    endpoint = os.environ.get("HF_ENDPOINT", "").rstrip("/") or _HUB
    urls = [f"{endpoint}/{repository}/resolve/main/{name}" for name in names]
    for url in urls:
        if (source := _ask(url, gate)) is not None:
            return _download(source, _hub_folder(repository), tick, gate)
    raise DownloadError(f"The hub gives none of these: {', '.join(urls)}.", f"Get one of them another way. {_OR}")


def _hub_names(named: str) -> list[str]:
    return [f"{Path(named).stem}.safetensors", named] if named else list(_HUB_FILES)


def _hub_folder(repository: str) -> str:
    return repository.replace("/", "--")


def _stored_of_hub(repository: str, names: Sequence[str]) -> Path | None:
    """Return a file that we downloaded, or one in the hub's own cache."""
    import huggingface_hub

    if stored := _stored(models_folder() / _hub_folder(repository), names):
        return stored
    cached = (huggingface_hub.try_to_load_from_cache(repository, name) for name in names)
    return next((Path(path) for path in cached if isinstance(path, str)), None)


def _stored(folder: Path, names: Sequence[str]) -> Path | None:
    return next((folder / name for name in names if (folder / name).is_file()), None)


def _ask(url: str, gate: Gate) -> Source | None:
    """Return what a hub says of a file: its size and checksum; None if it has no such file.

    A hub that does not answer is left to the download, which tries longer and says what is wrong.
    """
    unknown = Source(url, url.rpartition("/")[2])
    try:
        answers = _head(url, gate)
    except httpx2.HTTPError:
        return unknown
    for answer in answers:
        etag, size = (answer.headers.get(f"X-Linked-{key}", "").strip('"') for key in ("ETag", "Size"))
        if re.fullmatch("[0-9a-f]{64}", etag):
            return Source(url, unknown.name, int(size) if size.isdecimal() else 0, f"sha256:{etag}")
    return None if answers[-1].status_code in _NOT_THERE else unknown


def _head(url: str, gate: Gate) -> list[httpx2.Response]:
    """Return the answers on the way to a file; only the hub's own know the checksum."""
    with connect() as client:
        answer = client.head(url)
        for attempt in range(_ATTEMPTS):
            if answer.status_code != 429 and answer.status_code < 500:
                break
            wait(FIRST_WAIT * 2**attempt, gate)
            answer = client.head(url)
    return [*answer.history, answer]


def _download(source: Source, folder: str, tick: Tick, gate: Gate) -> Path:
    try:
        return fetch(source, models_folder() / folder, tick=tick, gate=gate)
    except DownloadError as error:
        raise DownloadError(error.sentence, f"{error.hint} {_OR}") from error
