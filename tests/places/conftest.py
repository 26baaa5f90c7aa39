"""What tests of more than one file ask for here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.languages import use_catalogues
from bot.places.registry import PLACES
from tests.support.content.fictional_country import FARAWAY
from tests.support.harnesses.hotline_harness import HotlineHarness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def fictional_country(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HotlineHarness]:
    """A house in a small country that does not exist."""
    monkeypatch.setitem(PLACES, FARAWAY.name, FARAWAY)
    use_catalogues({}, FARAWAY.overrides)
    home = HotlineHarness(tmp_path, place=FARAWAY.name)
    yield home
    home.close()
    use_catalogues({})
