"""An escrow key that is replaced opens nothing, and one that gives access to no one says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.cli_runner import CommandResult, command_runner, written
from tests.support.database.key_store_fixtures import PASSWORD, staff_keys

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.harnesses.retention_harness import RetentionHarness

    Haven = Callable[..., CommandResult]


@pytest.fixture
def haven(home: RetentionHarness, tmp_path: Path) -> Haven:
    written(tmp_path / "password", PASSWORD)
    return command_runner(tmp_path)


def makes(haven: Haven, tmp_path: Path, who: str, *also: str) -> tuple[list[str], str]:
    """Make an escrow key; return the options that name two parts of it, and what was said."""
    password = ("--password-file", str(tmp_path / "password"))
    done = haven("keys", "escrow", *(("--as", who, *password) if who else ()), *also)
    assert done.returncode == 0, done.stderr
    parts = [it.split(": ")[1] for it in done.stdout.splitlines() if it.startswith("Part ")]
    assert len(parts) == 3
    files = [written(tmp_path / f"part-{part[:12]}", part) for part in parts[:2]]
    return [word for it in files for word in ("--part-file", str(it))], done.stdout


def test_the_parts_of_a_replaced_escrow_key_open_nothing(
    home: RetentionHarness, haven: Haven, tmp_path: Path
) -> None:
    old, said = makes(haven, tmp_path, home.mei.id)
    assert "parts of before" not in said
    makes_it_reach_all(home)
    assert len(home.vault.cases.wraps.held_by("escrow/1")) == 2
    new, said = makes(haven, tmp_path, home.mei.id, "--yes")
    assert "The parts of before open nothing any more" in said
    assert "destroyed" in said
    wraps = home.vault.cases.wraps
    assert (wraps.held_by("escrow/1"), len(wraps.held_by("escrow/2"))) == ([], 2)
    refused = haven("keys", "escrow", "--open", *old)
    assert (refused.returncode, "another deployment" in refused.stderr) == (1, True)
    assert haven("keys", "escrow", "--open", *new).returncode == 0


def makes_it_reach_all(home: RetentionHarness) -> None:
    """Have Mei sign in, which wraps older cases to the escrow key."""
    keyring = staff_keys(home.vault).unlock(home.mei.id, PASSWORD)
    home.run(lambda work: home.vault.cases.wraps.rewrap_all(work, keyring, home.now))


def test_without_a_yes_the_escrow_key_stays(
    home: RetentionHarness, haven: Haven, tmp_path: Path
) -> None:
    old, _said = makes(haven, tmp_path, home.mei.id)
    typed = (
        "keys",
        "escrow",
        "--as",
        home.mei.id,
        "--password-file",
        str(tmp_path / "password"),
    )
    asked = haven(*typed, input="n\n")
    assert (asked.returncode, "Part 1" in asked.stdout) == (1, False)
    assert "made on 20" in asked.stdout
    assert haven("keys", "escrow", "--open", *old).returncode == 0


def test_a_case_that_whoever_replaces_it_cannot_open_is_counted(
    home: RetentionHarness, haven: Haven, tmp_path: Path
) -> None:
    makes(haven, tmp_path, home.mei.id)
    makes_it_reach_all(home)
    _new, said = makes(haven, tmp_path, home.jun.id, "--yes")  # who opens none of them
    assert "Cases that the new parts do not open yet: 2." in said
    assert home.vault.cases.wraps.held_by("escrow/1") == []
    makes_it_reach_all(home)
    assert len(home.vault.cases.wraps.held_by("escrow/2")) == 2


def test_what_only_the_parts_of_before_open_is_not_lost(
    home: RetentionHarness, haven: Haven, tmp_path: Path
) -> None:
    old, _said = makes(haven, tmp_path, home.mei.id)
    makes_it_reach_all(home)
    for who in (home.jun.id, home.mei.id):
        assert haven("staff", "disable", who).returncode == 0
    _new, said = makes(haven, tmp_path, "", "--yes")
    assert "Cases that only the parts of before open: 2." in said
    assert haven("staff", "add", "Fu", "--language", "id").returncode == 0
    given = haven("keys", "escrow", "--open", *old)
    assert "re-wrapped to staff: 2." in given.stdout
    assert home.vault.cases.wraps.held_by("escrow/1") == []


def test_with_parts_and_no_caseworker_nothing_is_said_to_be_given_to_staff(
    home: RetentionHarness, haven: Haven, tmp_path: Path
) -> None:
    parts, _said = makes(haven, tmp_path, home.mei.id)
    makes_it_reach_all(home)
    for who in (home.jun.id, home.mei.id):
        haven("staff", "disable", who)
    refused = haven("keys", "escrow", "--open", *parts)
    assert refused.returncode == 1
    assert "First enrol one (haven staff add), then: haven keys escrow --open" in refused.stderr
    haven("staff", "add", "Fu", "--language", "id")
    given = haven("keys", "escrow", "--open", *parts)
    assert given.returncode == 0, given.stderr
    assert "re-wrapped to staff: 2." in given.stdout
    assert "Caseworkers whose keys open cases: 1." in given.stdout
