"""Deployments that several tests of commands begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.cases.state_machine import Role
from tests.support.database.key_store_fixtures import PASSWORD, QUEUES, enrol_approved, staff_keys
from tests.support.harnesses.hotline_harness import ROOT
from tests.support.harnesses.retention_harness import RetentionHarness, deployed_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path) -> Iterator[RetentionHarness]:
    """Two cases wait; Mei, a supervisor, and Jun, who serves one queue, have keys."""
    made = deployed_in(tmp_path)
    assert made.vault.keys is not None
    made.vault.keys.load_root(ROOT, made.database, made.now)
    keys = staff_keys(made.vault)
    enrol_approved(keys, made.mei.id, Role.SUPERVISOR, QUEUES, PASSWORD, made.now)
    enrol_approved(keys, made.jun.id, Role.CASEWORKER, ("labour",), PASSWORD, made.now)
    for _ in range(2):
        made.opens()
    yield made
    made.close()
