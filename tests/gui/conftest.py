"""Every test of the window has an application, and is watched for what it leaves behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import leaks


@pytest.fixture(autouse=True)
def no_leaks(qapp) -> Iterator[None]:
    yield from leaks.watch()
