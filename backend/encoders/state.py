"""Reading weights from a file without running what it may hold, and putting them into a model."""

from __future__ import annotations

import pickle
import pickletools
import re
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, Final

import safetensors
import safetensors.torch
import torch
from open_clip.convert import convert_state_dict
from open_clip.model import convert_to_custom_text_state_dict
from torch import Tensor, nn

from backend.encoders import torchscript
from backend.errors import ModelError
from backend.unpickling import PICKLE_ERRORS

OPENAI_MARKS: Final = frozenset({"input_resolution", "context_length", "vocab_size"})
"""Entries that are no weights, and that only the state of OpenAI's own models has."""

# A strange pickle is read or refused here; what torch thinks of its protocol helps nobody.
warnings.filterwarnings("ignore", "Detected pickle protocol")

_CODE: Final = re.compile(r"/code/|\.debug_pkl$")
"""Programs in a TorchScript archive, which are compressed, and which nobody opens here."""
_OLD_PICKLES: Final = 4
"""So many pickles stand one after the other in a file of the time before zip: a mark, two notes, and the state."""
_LONGEST_GLOBAL: Final = 500
"""Letters."""
_BEFORE_NAMES: Final = "module."
_NOT_WEIGHTS: Final = ("position_ids", "attn_mask")


def read_state(file: Path) -> dict[str, Tensor]:
    """Return the tensors of a .safetensors, .pt, .pth or .bin file by name, on the CPU.

    Nothing that a file holds is ever executed: neither a pickle's code nor TorchScript's.

    Raises:
        ModelError: the file is damaged, is no weights file, or holds more than tensors.
    """
    try:
        file.open("rb").close()
    except OSError as error:
        raise ModelError(f"The weights '{file}' cannot be read: {error.strerror}.", "Check the path.") from error
    try:
        state = _read(file)
    except (safetensors.SafetensorError, zipfile.BadZipFile, OSError, *PICKLE_ERRORS) as error:
        raise _unreadable(file) from error
    state = state.get("state_dict", state) if isinstance(state, dict) else {}
    tensors = {str(key).removeprefix(_BEFORE_NAMES): value for key, value in state.items() if torch.is_tensor(value)}
    if not tensors:
        raise ModelError(f"The weights '{file}' cannot be loaded: there are no tensors in it.", "Choose another file.")
    return tensors


def _read(file: Path) -> Any:  # noqa: ANN401 - whatever the file holds
    if file.suffix == ".safetensors":
        return safetensors.torch.load_file(file)
    _refuse_compressed(file)
    if torchscript.is_archive(file):
        return torchscript.read(file)
    _refuse_long_names(file)
    return torch.load(file, map_location="cpu", weights_only=True)


def _refuse_compressed(file: Path) -> None:
    """PyTorch stores tensors as they are; a compressed one could be a thousand times as large in memory."""
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive:
            for info in archive.infolist():
                if info.compress_type != zipfile.ZIP_STORED and not _CODE.search(info.filename):
                    raise zipfile.BadZipFile(f"{info.filename} is compressed")


def _refuse_long_names(file: Path) -> None:
    """Refuse a pickle with a long global, which torch searches for its message: slower by the square of its length."""
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive:
            for name in archive.namelist():
                if name.endswith("/data.pkl"):
                    with archive.open(name) as pickled:
                        _check_names(pickled)
    else:
        with file.open("rb") as pickled:
            for _ in range(_OLD_PICKLES):
                _check_names(pickled)


def _check_names(pickled: IO[bytes]) -> None:
    for opcode, argument, _ in pickletools.genops(pickled):
        if opcode.name == "GLOBAL" and len(str(argument)) > _LONGEST_GLOBAL:
            raise pickle.UnpicklingError("a name in it is too long")


def _unreadable(file: Path) -> ModelError:
    if file.suffix == ".safetensors":
        sentence = f"The weights '{file}' cannot be loaded: the file is damaged or was cut short."
        return ModelError(sentence, "Get it again.")
    sentence = (
        f"The weights '{file}' cannot be loaded: the file is damaged, was cut short, or holds code, which is never run."
    )
    return ModelError(sentence, "Get it again, if possible as .safetensors.")


def put_state(model: nn.Module, state: Mapping[str, Tensor], file: Path, name: str) -> None:
    """Put the tensors of a file into a model.

    Args:
        model: changed in place, and only if everything fits.
        state: the tensors by name, as `read_state` returns them.
        file: where they come from, for messages.
        name: the model's architecture, for messages.

    Raises:
        ModelError: they belong to another architecture; names the first tensor that does not fit.
    """
    given: dict[str, Tensor] = {key: value for key, value in state.items() if key not in OPENAI_MARKS}
    given = convert_state_dict(model, given)  # pyright: ignore[reportArgumentType]
    if not hasattr(model, "positional_embedding"):
        given = convert_to_custom_text_state_dict(given)
    wanted = model.state_dict()
    given = {key: value for key, value in given.items() if key in wanted or not key.endswith(_NOT_WEIGHTS)}
    for key, value in wanted.items():
        if key in given and given[key].numel() == value.numel() == 1:  # a scale may be stored as (1,) or ()
            given[key] = given[key].reshape(value.shape)
    if misfit := _misfit(wanted, given):
        sentence = f"The weights '{file}' are of another architecture than '{name}': {misfit}."
        raise ModelError(sentence, "Choose the model.name that they were trained as, or other weights.")
    model.load_state_dict(given)


def _misfit(wanted: Mapping[str, Tensor], given: Mapping[str, Tensor]) -> str:
    """Return what does not fit, in the order of the model; empty if everything does."""
    for key, value in wanted.items():
        if key not in given:
            return f"'{key}' of the model is not in the file"
        if given[key].shape != value.shape:
            return f"'{key}' is {tuple(given[key].shape)} in the file and {tuple(value.shape)} in the model"
    extra = next((key for key in given if key not in wanted), None)
    return f"'{extra}' of the file is not in the model" if extra else ""
