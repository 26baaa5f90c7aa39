"""A partners' room for every test that asks for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.harnesses.room_harness import RoomHarness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def room(tmp_path: Path) -> Iterator[RoomHarness]:
    made = RoomHarness(tmp_path)
    yield made
    made.close()
