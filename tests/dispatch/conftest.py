"""A house for every test that asks for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.houses import Home
from tests.stores import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(params=KINDS)
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Home]:
    """A house on either database."""
    made = Home(tmp_path, kind=request.param)
    yield made
    made.close()


@pytest.fixture
def home_in_a_file(tmp_path: Path) -> Iterator[Home]:
    """A house on SQLite: for what is looked for on the disk, and what asks the database nothing."""
    made = Home(tmp_path)
    yield made
    made.close()
