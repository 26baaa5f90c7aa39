"""The last whose key opens cases leaves only if an operator means to lose them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bot.cases.state_machine import Role
from tests.support.cli_runner import CommandResult, command_runner, written
from tests.support.database.key_store_fixtures import PASSWORD, QUEUES, enrol_approved, staff_keys
from tests.support.harnesses.hotline_harness import ROOT
from tests.support.harnesses.retention_harness import RetentionHarness, deployed_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Haven = Callable[..., CommandResult]

UNOPENED = "cases that no one can open: 2"


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[RetentionHarness]:
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


@pytest.fixture
def haven(shelf: RetentionHarness, tmp_path: Path) -> Haven:
    written(tmp_path / "password", PASSWORD)
    return command_runner(tmp_path)


def active(haven: Haven) -> set[str]:
    found = json.loads(haven("staff", "list", "--json").stdout)
    return {it["id"] for it in found if it["has_access"]}


def test_a_caseworker_whose_cases_no_one_else_opens_keeps_access(
    shelf: RetentionHarness, haven: Haven
) -> None:
    assert haven("staff", "disable", shelf.jun.id).returncode == 0  # a supervisor opens all
    refused = haven("staff", "disable", shelf.mei.id)
    assert refused.returncode == 1
    assert f"without the key of {shelf.mei.id}: 2. Nothing was changed" in refused.stderr
    for way in ("haven staff approve", "haven keys escrow", "--lose-cases"):
        assert way in refused.stderr
    assert shelf.mei.id in active(haven)
    assert "fine   every case can be opened" in haven("doctor").stdout


def test_cases_of_another_queue_are_lost_cases_too(shelf: RetentionHarness, haven: Haven) -> None:
    """Jun has a key, and opens none of them."""
    assert shelf.run(shelf.vault.cases.wraps.unopened) == set()
    assert len(shelf.run(lambda work: shelf.vault.cases.wraps.unopened(work, shelf.mei.id))) == 2
    assert haven("staff", "disable", shelf.mei.id).returncode == 1


def test_who_means_to_lose_cases_says_so_and_the_doctor_counts_them(
    shelf: RetentionHarness, haven: Haven
) -> None:
    haven("staff", "disable", shelf.jun.id)
    done = haven("staff", "disable", shelf.mei.id, "--lose-cases")
    assert (done.returncode, "no caseworker has a key" in done.stderr) == (0, True)
    assert "locked with the host key alone" in done.stderr
    assert UNOPENED in haven("doctor").stdout
    shelf.opens()
    added = haven("staff", "add", "Fu", "--language", "id")
    assert added.returncode == 0, added.stderr
    assert UNOPENED in haven("doctor").stdout  # the one that came meanwhile opens


def test_with_an_escrow_key_the_last_caseworker_leaves(
    shelf: RetentionHarness, haven: Haven, tmp_path: Path
) -> None:
    haven("staff", "disable", shelf.jun.id)
    as_mei = ("--as", shelf.mei.id, "--password-file", str(tmp_path / "password"))
    assert haven("keys", "escrow", *as_mei).returncode == 0
    keyring = staff_keys(shelf.vault).unlock(shelf.mei.id, PASSWORD)
    shelf.run(lambda work: shelf.vault.cases.wraps.rewrap_all(work, keyring, shelf.now))
    assert haven("staff", "disable", shelf.mei.id).returncode == 0
    assert "fine   every case can be opened" in haven("doctor").stdout
