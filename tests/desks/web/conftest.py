"""An office for every test that asks for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.harnesses.web_desk_harness import WebDeskHarness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def web_desk(tmp_path: Path) -> Iterator[WebDeskHarness]:
    made = WebDeskHarness(tmp_path)
    yield made
    made.close()
