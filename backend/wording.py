"""Turns what pydantic finds wrong into our words: the key, the value, and what is allowed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, TypeAlias, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from backend.errors import Problem, nearest

Fields: TypeAlias = Mapping[str, Mapping[str, FieldInfo]]
"""Section -> key -> what is declared of the setting."""

_OURS: Final = {"value_error", "assertion_error"}
"""Raised by a validator of ours: the message is written for the user already."""


def problems(error: ValidationError, fields: Fields) -> Iterator[Problem]:
    """Yield one problem for each wrong setting."""
    told: set[tuple[str, ...]] = set()
    for details in error.errors():
        # Deeper parts are branches of a union and places in a list, not keys.
        path = tuple(str(part) for part in details["loc"][:2])
        if path not in told:
            told.add(path)
            yield _problem(path, details, fields)


def _problem(path: tuple[str, ...], details: ErrorDetails, fields: Fields) -> Problem:
    key = ".".join(path)
    if details["type"] == "extra_forbidden":
        whose = "this method has" if path[0] == "method" else "there is"
        return Problem(key, f"{whose} no such setting.", _nearest_key(path, fields))
    value = _short(details["input"])
    field = fields.get(path[0], {}).get(path[-1])
    if len(path) == 1 and path[0] in fields:
        known = ", ".join(fields[key])
        return Problem(
            key, f"{value} stands where a section must be.", f"Write [{key}], and below it settings: {known}."
        )
    if field is None or details["type"] in _OURS:
        message = details["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
        return Problem(key, f"{value} is not allowed: {message[:1].lower()}{message[1:]}.")
    # A pattern or a union says less to a reader than the help text does.
    wanted = allowed(field)
    sentence = f"{value} is not allowed" + (f"; it must be {wanted}." if wanted else f": {field.description}")
    return Problem(key, sentence, _nearest_choice(str(details["input"]), field))


def _nearest_choice(value: str, field: FieldInfo) -> str:
    choices = [str(choice) for choice in get_args(field.annotation)] if get_origin(field.annotation) is Literal else []
    hint = nearest(value, choices)
    if hint.startswith("Did"):
        return hint
    return "" if field.is_required() else f"The default is {_short(field.default)}."


def _nearest_key(path: tuple[str, ...], fields: Fields) -> str:
    """Name the section that the key belongs to, or the key that it resembles."""
    owners = [section for section, keys in fields.items() if path[-1] in keys]
    if owners:
        return f"Did you mean '{owners[0]}.{path[-1]}'?"
    return nearest(path[-1], fields[path[0]] if len(path) > 1 else fields)


def allowed(field: FieldInfo) -> str:
    """Return what a setting may be, e.g. `a whole number from 1 to 256`; nothing where only its help can tell."""
    kind: Any = field.annotation
    if get_origin(kind) is Literal:
        *first, last = (f"'{choice}'" for choice in get_args(kind))
        return f"{', '.join(first)} or {last}" if first else last
    if kind in {int, float}:
        return ("a whole number" if kind is int else "a number") + _range(field)
    if kind is str:
        return "" if any(getattr(limit, "pattern", None) for limit in field.metadata) else "a text in quotes"
    return "true or false" if kind is bool else ""


def _range(field: FieldInfo) -> str:
    limits: dict[type, Any] = {type(limit): limit for limit in field.metadata}
    if Ge in limits and Le in limits:
        return f" from {limits[Ge].ge} to {limits[Le].le}"
    words = {Ge: "at least {0.ge}", Gt: "greater than {0.gt}", Le: "at most {0.le}", Lt: "less than {0.lt}"}
    told = " and ".join(text.format(limits[kind]) for kind, text in words.items() if kind in limits)
    return f", {told}" if told else ""


def _short(value: Any) -> str:  # noqa: ANN401
    as_written = list(value) if isinstance(value, tuple) else value
    text = str(value).lower() if isinstance(value, bool) else repr(as_written)
    return text if len(text) <= 60 else text[:57] + "..."
