"""A queue for every test that asks for one, on either database; and a house where people are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.database_fixtures import migrated_url
from tests.support.harnesses.hotline_harness import ALWAYS, HotlineHarness
from tests.support.harnesses.queue_harness import QueueHarness

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path


@pytest.fixture
async def queue_harness(database_kind: str, tmp_path: Path) -> AsyncIterator[QueueHarness]:
    """A queue, on SQLite unless the module asks for both databases."""
    made = QueueHarness(migrated_url(database_kind, tmp_path))
    yield made
    await made.database.close()


@pytest.fixture
def hotline(database_kind: str, tmp_path: Path) -> Iterator[HotlineHarness]:
    """A whole hotline, on SQLite unless the test asks for both databases."""
    home = HotlineHarness(tmp_path, hours=ALWAYS, kind=database_kind)
    yield home
    home.close()
