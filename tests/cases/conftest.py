"""A desk for every test that asks for one, on either database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cases.desk import CaseStoreHarness
from tests.stores import DATABASE_KINDS, migrated_url

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture(params=DATABASE_KINDS)
async def case_store(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[CaseStoreHarness]:
    made = CaseStoreHarness(migrated_url(request.param, tmp_path))
    yield made
    await made.database.close()
