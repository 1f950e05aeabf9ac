"""Reading failed-batch.json: what a training step went wrong with, for the window and for the curious."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from backend import bounded
from backend.errors import RunFolderError
from backend.store import EVIDENCE

_MOST: Final = 2**26
"""Bytes: some thousand features."""


class Batch(BaseModel):
    """What the step was over: pictures in stage 1, features of classes in stage 2."""

    model_config = ConfigDict(frozen=True)

    pictures: tuple[str, ...] = ()
    classes: tuple[int, ...] = ()


class Evidence(BaseModel):
    """The step at which losses went wrong; `losses` are the newest ones, up to and including its own or later."""

    model_config = ConfigDict(frozen=True)

    step: int
    """Counting from 1."""
    where: str
    """Stage and task in words."""
    losses: tuple[float, ...]
    """Not a number is among them, as a rule."""
    batch: Batch


def read_evidence(folder: Path) -> Evidence | None:
    """Return what the run in `folder` left when its loss went wrong; None where it never did.

    Raises:
        RunFolderError: the file is damaged or cannot be read.
    """
    path = folder / EVIDENCE
    try:
        return Evidence.model_validate_json(bounded.read_bytes(path, _MOST))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise RunFolderError(f"'{path}' cannot be read: {error.strerror}.", "Check its permissions.") from error
    except ValidationError as error:
        raise RunFolderError(f"'{path}' is damaged.", "Nothing needs it; it may be deleted.") from error
