"""Every test of the window is watched for what it leaves behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import leaks


@pytest.fixture(autouse=True)
def no_leaks() -> Iterator[None]:
    yield from leaks.watch()
