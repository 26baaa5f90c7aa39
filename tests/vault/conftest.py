"""What tests of more than one file ask for here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.stores import migrated_url
from tests.vault.shelf import Shelf
from tests.vault.site import Site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A deployment that can be backed up."""
    made = Site(Shelf(migrated_url("sqlite", tmp_path), tmp_path), tmp_path)
    yield made
    made.shelf.close()
