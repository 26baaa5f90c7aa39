"""The last whose key opens cases leaves only if an operator means to lose them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.cli_runner import CommandResult, command_runner, written
from tests.support.database.key_store_fixtures import PASSWORD, staff_keys

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.harnesses.retention_harness import RetentionHarness

    Haven = Callable[..., CommandResult]

UNOPENED = "cases that no one can open: 2"


@pytest.fixture
def haven(home: RetentionHarness, tmp_path: Path) -> Haven:
    written(tmp_path / "password", PASSWORD)
    return command_runner(tmp_path)


def active(haven: Haven) -> set[str]:
    found = json.loads(haven("staff", "list", "--json").stdout)
    return {it["id"] for it in found if it["has_access"]}


def test_a_caseworker_whose_cases_no_one_else_opens_keeps_access(
    home: RetentionHarness, haven: Haven
) -> None:
    assert haven("staff", "disable", home.jun.id).returncode == 0  # a supervisor opens all
    refused = haven("staff", "disable", home.mei.id)
    assert refused.returncode == 1
    assert f"without the key of {home.mei.id}: 2. Nothing was changed" in refused.stderr
    for way in ("haven staff approve", "haven keys escrow", "--lose-cases"):
        assert way in refused.stderr
    assert home.mei.id in active(haven)
    assert "fine   every case can be opened" in haven("doctor").stdout


def test_cases_of_another_queue_are_lost_cases_too(home: RetentionHarness, haven: Haven) -> None:
    """Jun has a key, and opens none of them."""
    assert home.run(home.vault.cases.wraps.unopened) == set()
    assert len(home.run(lambda work: home.vault.cases.wraps.unopened(work, home.mei.id))) == 2
    assert haven("staff", "disable", home.mei.id).returncode == 1


def test_who_means_to_lose_cases_says_so_and_the_doctor_counts_them(
    home: RetentionHarness, haven: Haven
) -> None:
    haven("staff", "disable", home.jun.id)
    done = haven("staff", "disable", home.mei.id, "--lose-cases")
    assert (done.returncode, "no caseworker has a key" in done.stderr) == (0, True)
    assert "locked with the host key alone" in done.stderr
    assert UNOPENED in haven("doctor").stdout
    home.opens()
    added = haven("staff", "add", "Fu", "--language", "id")
    assert added.returncode == 0, added.stderr
    assert UNOPENED in haven("doctor").stdout  # the one that came meanwhile opens


def test_an_operator_reads_which_cases_wait_for_a_supervisor(
    home: RetentionHarness, haven: Haven
) -> None:
    home.add_caseworker("Fu")
    added = haven("staff", "add", "Lan", "--language", "id", "--queue", "trafficking")
    assert added.returncode == 0, added.stderr
    case = home.opens()
    home.claims_this(home.jun, case)
    keyring = staff_keys(home.vault).unlock(home.jun.id, PASSWORD)
    home.run(lambda work: home.vault.cases.wraps.rewrap(work, case, keyring, home.now))
    done = haven("staff", "disable", home.jun.id)
    assert done.returncode == 0, done.stderr
    reference = home.of(case, "reference")
    assert f"{reference} waits, and no caseworker of its queue can open it yet: only Mei." in (
        done.stdout.replace("\n", " ")
    )


def test_with_an_escrow_key_the_last_caseworker_leaves(
    home: RetentionHarness, haven: Haven, tmp_path: Path
) -> None:
    haven("staff", "disable", home.jun.id)
    as_mei = ("--as", home.mei.id, "--password-file", str(tmp_path / "password"))
    assert haven("keys", "escrow", *as_mei).returncode == 0
    keyring = staff_keys(home.vault).unlock(home.mei.id, PASSWORD)
    home.run(lambda work: home.vault.cases.wraps.rewrap_all(work, keyring, home.now))
    assert haven("staff", "disable", home.mei.id).returncode == 0
    assert "fine   every case can be opened" in haven("doctor").stdout
