"""A house for every test that asks for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.harnesses.hotline_harness import HotlineHarness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def hotline(database_kind: str, tmp_path: Path) -> Iterator[HotlineHarness]:
    """A deployment, on SQLite unless the module asks for both databases."""
    made = HotlineHarness(tmp_path, kind=database_kind)
    yield made
    made.close()


@pytest.fixture
def sqlite_hotline(tmp_path: Path) -> Iterator[HotlineHarness]:
    """A house on SQLite: for what is looked for on the disk, and what asks the database nothing."""
    made = HotlineHarness(tmp_path)
    yield made
    made.close()
