"""A house for every test that asks for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.database_fixtures import DATABASE_KINDS
from tests.support.harnesses.hotline_harness import HotlineHarness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(params=DATABASE_KINDS)
def hotline(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[HotlineHarness]:
    """A house on either database."""
    made = HotlineHarness(tmp_path, kind=request.param)
    yield made
    made.close()


@pytest.fixture
def sqlite_hotline(tmp_path: Path) -> Iterator[HotlineHarness]:
    """A house on SQLite: for what is looked for on the disk, and what asks the database nothing."""
    made = HotlineHarness(tmp_path)
    yield made
    made.close()
