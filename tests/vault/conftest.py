"""What tests of more than one file ask for here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.database_fixtures import migrated_url
from tests.support.harnesses.backup_harness import BackupHarness
from tests.support.harnesses.retention_harness import RetentionHarness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def backup_harness(tmp_path: Path) -> Iterator[BackupHarness]:
    """A deployment that can be backed up."""
    made = BackupHarness(RetentionHarness(migrated_url("sqlite", tmp_path), tmp_path), tmp_path)
    yield made
    made.shelf.close()
