"""A settings model as data: what a form needs to know of each setting. No Qt."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Literal, TypeAlias, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from backend.api import Catalogue, Entry, Settings

Kind: TypeAlias = Literal["switch", "whole", "decimal", "choice", "open", "text"]
"""choice: one of `choices` and nothing else; open: one of `choices` or what the user types."""

_CLOSED_MENUS = frozenset({"methods", "datasets", "calibrators"})
_LIMITS = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
_WHOLE_LIMIT = 2**31 - 1
_SMALLEST = 1e-12
LIST_SEPARATOR = "; "
NUMBER_SEPARATOR = ", "
_BETWEEN_NUMBERS = re.compile(r"[,;\s]+")


@dataclass(frozen=True, slots=True)
class Field:
    """One setting as a form shows it. `key` is dotted; `low` and `high` are included."""

    key: str
    label: str
    help: str
    kind: Kind
    unit: str = ""
    zero: str = ""
    """What 0 means, where it is not a number of something."""
    advanced: bool = False
    menu: str = ""
    choices: tuple[Entry, ...] = ()
    low: float = -math.inf
    high: float = math.inf
    allowed: str = ""
    """The limits in words."""
    accepts: tuple[type, ...] = (str,)
    numbers: bool = False
    """Whether the value is a list of whole numbers."""

    def read(self, text: str) -> Any:  # noqa: ANN401
        """Return the value that typed text, or the label of a choice, stands for."""
        entry = self.chosen(text)
        text = entry.id if entry else text.strip()
        if self.numbers:
            return tuple(_number(part) for part in _BETWEEN_NUMBERS.split(text) if part)
        if int in self.accepts and text.removeprefix("-").isdecimal():
            return int(text)
        if tuple in self.accepts and ";" in text:
            return tuple(part.strip() for part in text.split(";") if part.strip())
        return text

    def chosen(self, text: str) -> Entry | None:
        """Return the choice whose label was picked, or none where the user typed a value."""
        return next((entry for entry in self.choices if entry.label == text), None)

    def show(self, value: Any) -> str:  # noqa: ANN401
        """Return the text of a value: the label where it is one of the choices.

        A choice that sets other keys too is shown by its value: its label would be wrong once they are changed.
        """
        if isinstance(value, tuple):
            return (NUMBER_SEPARATOR if self.numbers else LIST_SEPARATOR).join(str(part) for part in value)
        plain = (entry for entry in self.choices if not any(entry.also.values()))
        return next((entry.label for entry in plain if entry.id == str(value)), str(value))


def fields_of(section: str, model: type[Settings], menus: Catalogue) -> tuple[Field, ...]:
    """Return the fields of a settings model, those with a closed menu first: they decide what the others mean."""
    fields = (_field(f"{section}.{name}", info, menus) for name, info in model.model_fields.items())
    return tuple(sorted(fields, key=lambda field: field.menu not in _CLOSED_MENUS))


def _field(key: str, info: FieldInfo, menus: Catalogue) -> Field:
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    menu = str(extra.get("menu", ""))
    kind, choices = _kind(info.annotation, menu, menus)
    low, high = _limits(info, whole=kind == "whole")
    return Field(
        key=key,
        label=str(extra.get("label") or key.split(".")[-1].replace("_", " ").capitalize()),
        help=info.description or "",
        kind=kind,
        unit=str(extra.get("unit", "")),
        zero=str(extra.get("zero", "")),
        advanced=bool(extra.get("advanced", False)),
        menu=menu,
        choices=choices,
        low=low,
        high=high,
        allowed=", ".join(f"{words} {limit:.12g}" for words, limit in _named_limits(info)),
        accepts=tuple(_types(info.annotation)),
        numbers=_is_numbers(info.annotation),
    )


def _kind(annotation: Any, menu: str, menus: Catalogue) -> tuple[Kind, tuple[Entry, ...]]:  # noqa: ANN401
    if menu:
        closed = menu in _CLOSED_MENUS or get_origin(annotation) is Literal
        return ("choice" if closed else "open"), menus.menu(menu)
    if get_origin(annotation) is Literal:
        return "choice", tuple(Entry(str(word), str(word), "") for word in get_args(annotation))
    simple: dict[Any, Kind] = {bool: "switch", int: "whole", float: "decimal"}
    return simple.get(annotation, "text"), ()


def _number(text: str) -> int | str:
    """Return a number, or the text itself where it is none: it stays to be put right."""
    return int(text) if text.removeprefix("-").isdecimal() else text


def _is_numbers(annotation: Any) -> bool:  # noqa: ANN401
    """Tell whether a setting is a list of whole numbers, with or without limits."""
    item = next(iter(get_args(annotation)), None) if get_origin(annotation) is tuple else None
    return item is int or (get_origin(item) is Annotated and get_args(item)[0] is int)


def _types(annotation: Any) -> Iterator[type]:  # noqa: ANN401
    """Yield the plain types of an annotation, e.g. str, int and tuple."""
    if get_origin(annotation) in {Union, UnionType}:
        for part in get_args(annotation):
            yield from _types(part)
    elif get_origin(annotation) is Literal:
        yield from {type(word) for word in get_args(annotation)}
    else:
        yield get_origin(annotation) or annotation


def _named_limits(info: FieldInfo) -> list[tuple[str, float]]:
    """Return the limits that a setting declares."""
    return [
        (words, getattr(limit, name))
        for limit in info.metadata
        for name, words in _LIMITS.items()
        if getattr(limit, name, None) is not None
    ]


def _limits(info: FieldInfo, *, whole: bool) -> tuple[float, float]:
    """Return the smallest and the largest number allowed."""
    step = 1 if whole else _SMALLEST
    low, high = (-_WHOLE_LIMIT, _WHOLE_LIMIT) if whole else (-math.inf, math.inf)
    for words, limit in _named_limits(info):
        match words:
            case "at least":
                low = max(low, limit)
            case "more than":
                low = max(low, limit + step)
            case "at most":
                high = min(high, limit)
            case _:
                high = min(high, limit - step)
    return low, high
