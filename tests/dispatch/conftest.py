"""A house for every test that asks for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.houses import Home

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path)
    yield made
    made.close()
