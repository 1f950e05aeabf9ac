"""Class names as people write them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from backend.errors import DataError
from backend.listing.scan import plain


def from_folder(folder: str) -> str:
    """Return "Black footed Albatross" for `Black_footed_Albatross`; hyphens and other scripts stay as they are."""
    return plain(folder.replace("_", " "))


def from_numbered(folder: str) -> str:
    """Return "Black footed Albatross" for `001.Black_footed_Albatross`."""
    return from_folder(re.sub(r"^\d+\.", "", folder))


def from_camel_case(folder: str) -> str:
    """Return "Apply Eye Makeup" for `ApplyEyeMakeup` and for `Apply_Eye_Makeup`."""
    return from_folder(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", folder))


def check_distinct(names: Sequence[str], folders: Sequence[str]) -> None:
    """Refuse classes that a prompt cannot tell apart; CLIP's tokenizer writes everything in lower case.

    Raises:
        DataError: names both folders.
    """
    first: dict[str, int] = {}
    for i, name in enumerate(names):
        if not name:
            raise DataError(f"The class folder '{folders[i]}' gives no class name.", "Give it a name with letters.")
        j = first.setdefault(name.casefold(), i)
        if j == i:
            continue
        if names[j] == name:
            sentence = f"Two classes come out with one name, '{name}': '{folders[j]}' and '{folders[i]}'."
        else:
            sentence = f"Two classes differ in capital letters only, and so have one prompt: '{names[j]}', '{name}'."
        raise DataError(sentence, "Rename one of their folders, or move their pictures together.")
