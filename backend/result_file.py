"""result.json from strangers: what tables, exports and self-tests rely on is there and fits together."""

from __future__ import annotations

from typing import Any, Self

from pydantic import BaseModel, TypeAdapter, ValidationError, model_validator


class _Result(BaseModel):
    """What others rely on; there is more."""

    method: str
    tasks: list[list[str]]
    accuracy_matrix: list[list[float | None]]
    task_accuracy: list[float]
    average: float
    last: float
    forgetting: float

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if not len(self.accuracy_matrix) == len(self.task_accuracy) <= len(self.tasks):
            raise ValueError("tasks, accuracy_matrix and task_accuracy do not belong together")
        return self


_TREE = TypeAdapter(dict[str, Any])


def read_result(text: bytes) -> dict[str, Any]:
    """Return the contents of a result.json.

    Raises:
        ValueError: it is not JSON, or something that others rely on is missing or of another type.
    """
    try:
        tree = _TREE.validate_json(text)
        _Result.model_validate(tree)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(key) for key in first["loc"][:3])
        raise ValueError(f"{where} {first['msg'][:200]}".strip()) from error
    return tree
