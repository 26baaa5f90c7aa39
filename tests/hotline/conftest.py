"""A queue for every test that asks for one, on either database; and a house where people are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.hotline.line import Line
from tests.houses import ALWAYS, Home
from tests.stores import KINDS, migrated_url

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path


@pytest.fixture(params=KINDS)
async def line(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Line]:
    made = Line(migrated_url(request.param, tmp_path))
    yield made
    await made.database.close()


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path, hours=ALWAYS)
    yield home
    home.close()
