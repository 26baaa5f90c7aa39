"""What `haven keys upgrade` says and does: all that can be done, and what cannot is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.store.database import DataDirectory
from tests.support.cli_runner import CommandResult, command_runner
from tests.support.database.key_store_fixtures import enrol_keyholder
from tests.support.database.legacy_cases import downgrade_case
from tests.support.database_fixtures import query
from tests.support.harnesses.retention_harness import RetentionHarness, deployed_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Haven = Callable[..., CommandResult]


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[RetentionHarness]:
    """A deployment with two cases of an older release, and a supervisor."""
    made = deployed_in(tmp_path)
    for _ in range(2):
        case = made.opens()
        made.has_file(case)
        downgrade_case(made, case)
    yield made
    made.close()


@pytest.fixture
def haven(shelf: RetentionHarness, tmp_path: Path) -> Haven:
    return command_runner(tmp_path)


def test_it_does_all_and_once_is_enough(shelf: RetentionHarness, haven: Haven) -> None:
    enrol_keyholder(shelf.vault)
    assert "which the bot can open: 2" in haven("keys", "status").stdout
    done = haven("keys", "upgrade")
    assert (done.returncode, "for staff alone now: 2." in done.stdout) == (0, True), done
    assert "which the bot can open: 0" in haven("keys", "status").stdout
    assert "for staff alone now: 0." in haven("keys", "upgrade").stdout
    deeds = query(shelf.database, "SELECT actor, deed FROM audit WHERE deed = 'reseal'")
    assert deeds == [("operator", "reseal")] * 2
    assert haven("audit", "verify").returncode == 0


def test_what_was_altered_is_named_and_stops_nothing_else(
    shelf: RetentionHarness, haven: Haven
) -> None:
    enrol_keyholder(shelf.vault)
    ((case, reference),) = query(shelf.database, "SELECT id, reference FROM cases LIMIT 1")
    (name,) = query(shelf.database, f"SELECT id FROM files WHERE case_id = '{case}'")[0]  # noqa: S608
    (shelf.folder / name).write_bytes(b"\x02" + bytes(100))
    done = haven("keys", "upgrade")
    assert (done.returncode, "for staff alone now: 1." in done.stdout) == (1, True)
    assert reference in done.stderr
    assert "which the bot can open: 1" in haven("keys", "status").stdout


def test_where_nobody_could_open_them_they_stay(shelf: RetentionHarness, haven: Haven) -> None:
    done = haven("keys", "upgrade")
    assert (done.returncode, "haven staff add" in done.stderr) == (1, True)
    assert "which the bot can open: 2" in haven("keys", "status").stdout


def test_while_a_bot_runs_nothing_is_done(shelf: RetentionHarness, haven: Haven) -> None:
    enrol_keyholder(shelf.vault)
    running = DataDirectory(shelf.folder.parent)
    running.lock()
    done = haven("keys", "upgrade")
    running.unlock()
    assert (done.returncode, "stop it first" in done.stderr) == (1, True)
    assert "which the bot can open: 2" in haven("keys", "status").stdout
