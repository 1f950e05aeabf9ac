"""Which pictures a run began with: `data.json`, so that a resumed run can tell whether they are still the same.

Pictures are compared by name, class and pixels, not by date: a copy of the data set on another machine is the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel, ValidationError, model_validator

from backend.errors import RunFolderError
from backend.pictures import Dataset, Part
from backend.stages.pixels import PictureStore


class PartRecord(BaseModel):
    """The readable pictures of a part: name, class index and CRC-32 of the pixels of each."""

    names: tuple[str, ...]
    labels: tuple[int, ...]
    checksums: tuple[int, ...]

    @model_validator(mode="after")
    def _is_one_each(self) -> Self:
        if not len(self.names) == len(self.labels) == len(self.checksums):
            raise ValueError("names, labels and checksums do not belong together")
        return self


class DataRecord(BaseModel):
    """The pictures of a run.

    Attributes:
        fingerprint: the data set's own.
        class_names: in the data set's own order.
        transform: what made the pixels; checksums of different transforms cannot be compared.
        parts: the pictures by part.
    """

    fingerprint: str
    class_names: tuple[str, ...]
    transform: str
    parts: dict[Part, PartRecord]

    def changes(self, now: DataRecord) -> str:
        """Return what is different now, in words; empty if nothing is."""
        if self.class_names != now.class_names:
            return _listed(self.class_names, now.class_names, "class", "classes") or "the classes have another order"
        found = [
            _part_changes(self.parts[part], now.parts[part], same_pixels=self.transform == now.transform)
            for part in self.parts
            if part in now.parts
        ]
        return "; ".join(text for text in found if text)


def record_of(dataset: Dataset, stores: Mapping[Part, PictureStore], transform: str) -> DataRecord:
    """Return the record of the pictures in some stores of a data set."""
    parts: dict[Part, PartRecord] = {
        part: PartRecord(names=store.names, labels=tuple(store.labels.tolist()), checksums=store.checksums)
        for part, store in stores.items()
    }
    return DataRecord(
        fingerprint=dataset.fingerprint, class_names=dataset.class_names, transform=transform, parts=parts
    )


def read_record(data: bytes) -> DataRecord:
    """Read what `model_dump_json` of a record wrote.

    Raises:
        RunFolderError: it is damaged.
    """
    try:
        return DataRecord.model_validate_json(data)
    except ValidationError as error:
        raise RunFolderError("The run's data.json cannot be read.", "Start a new run.") from error


def _part_changes(old: PartRecord, now: PartRecord, *, same_pixels: bool) -> str:
    if old.names != now.names and (text := _listed(old.names, now.names, "picture", "pictures")):
        return text
    labels, checksums = (dict(zip(now.names, column, strict=True)) for column in (now.labels, now.checksums))
    moved = [name for name, label in zip(old.names, old.labels, strict=True) if labels[name] != label]
    if moved:
        return f"{_count(len(moved), 'picture', 'pictures')} changed class, for example '{moved[0]}'"
    other = [name for name, checksum in zip(old.names, old.checksums, strict=True) if checksums[name] != checksum]
    if other and same_pixels:
        return f"{_count(len(other), 'picture', 'pictures')} changed content, for example '{other[0]}'"
    return "" if old.names == now.names else "the pictures have another order"


def _listed(old: tuple[str, ...], now: tuple[str, ...], one: str, many: str) -> str:
    gone, new = sorted(set(old) - set(now)), sorted(set(now) - set(old))
    texts: list[str] = []
    if gone:
        texts.append(f"{_count(len(gone), f'{one} is', f'{many} are')} missing, for example '{gone[0]}'")
    if new:
        texts.append(f"{_count(len(new), f'{one} is', f'{many} are')} new, for example '{new[0]}'")
    return " and ".join(texts)


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
