"""What a run remembers of its pictures: enough to say what changed, and nothing that another machine changes."""

from __future__ import annotations

import pytest

from backend.data_record import DataRecord, PartRecord, read_record
from backend.errors import RunFolderError


def record(**changed) -> DataRecord:
    part = PartRecord(names=("a", "b", "c"), labels=(0, 0, 1), checksums=(1, 2, 3))
    whole = DataRecord(fingerprint="f", class_names=("cat", "dog"), transform="crop/48", parts={"train": part})
    return whole.model_copy(update=changed)


def with_part(**changed) -> DataRecord:
    return record(parts={"train": record().parts["train"].model_copy(update=changed)})


@pytest.mark.parametrize(
    ("now", "says"),
    [
        (record(), ""),
        (record(fingerprint="g"), ""),
        (record(class_names=("cat",)), "1 class is missing, for example 'dog'"),
        (record(class_names=("dog", "cat")), "the classes have another order"),
        (
            with_part(names=("a", "x", "y")),
            "2 pictures are missing, for example 'b' and 2 pictures are new, for example 'x'",
        ),
        (with_part(names=("c", "b", "a"), labels=(1, 0, 0), checksums=(3, 2, 1)), "the pictures have another order"),
        (with_part(labels=(0, 1, 1)), "1 picture changed class, for example 'b'"),
        (with_part(checksums=(1, 5, 6)), "2 pictures changed content, for example 'b'"),
    ],
)
def test_changes_are_told_in_words(now, says):
    assert record().changes(now) == says


def test_pixels_of_another_transform_are_not_compared():
    now = with_part(checksums=(7, 8, 9)).model_copy(update={"transform": "crop/224"})
    assert record().changes(now) == ""


def test_a_record_reads_back_and_a_damaged_one_is_refused():
    data = record().model_dump_json().encode()
    assert read_record(data) == record()
    with pytest.raises(RunFolderError, match=r"data\.json"):
        read_record(data[: len(data) // 2])
