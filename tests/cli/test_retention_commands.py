"""What an operator types about keeping and erasing: it is done, noted, or said why not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from bot.clock import DAY, HOUR, MINUTE, SystemClock
from bot.hotline.erasure.legal_holds import HoldReason
from tests.support.cli_runner import CommandResult, command_runner, is_user_message
from tests.support.database_fixtures import migrated_url, query
from tests.support.harnesses.retention_harness import KEPT, RetentionHarness

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Haven = Callable[..., CommandResult]


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[RetentionHarness]:
    """A deployment whose host key is the one all tests know, years after it began."""
    data = tmp_path / "data"
    data.mkdir()
    key = tmp_path / "host.key"
    key.write_text(bytes(range(32)).hex())
    key.chmod(0o400)
    made = RetentionHarness(migrated_url("sqlite", data), data)
    made.now = SystemClock().now()
    yield made
    made.close()


@pytest.fixture
def haven(shelf: RetentionHarness, tmp_path: Path) -> Haven:
    return command_runner(tmp_path)


def reference(shelf: RetentionHarness, case: str) -> str:
    return str(shelf.of(case, "reference"))


def row_of(printed: str, case: str) -> str:
    return next(line for line in printed.splitlines() if case in line)


# --- Retention -------------------------------------------------------------------------------


def test_a_dry_run_says_what_would_go_and_touches_nothing(
    shelf: RetentionHarness, haven: Haven
) -> None:
    old, held = shelf.closed(KEPT + 1), shelf.closed(KEPT + 2)
    shelf.closed(1)
    until = shelf.now + 30 * DAY
    shelf.run(
        lambda w: shelf.holds.request(w, held, shelf.mei.id, HoldReason.COURT, until, shelf.now)
    )
    shelf.run(lambda w: shelf.holds.approve(w, held, shelf.jun.id, shelf.now))
    said = haven("retention", "--dry-run")
    assert said.returncode == 0, said.stderr
    assert "Closed more than 90 days ago: 2" in said.stdout
    assert reference(shelf, old) in said.stdout
    assert re.search(
        r"\d{4}-\d\d-\d\d .*\d{4}-\d\d-\d\d", row_of(said.stdout, reference(shelf, held))
    )
    assert "The clock is not trusted yet" in said.stdout
    assert len(shelf.cases()) == 3


def test_retention_asks_and_then_erases(shelf: RetentionHarness, haven: Haven) -> None:
    old, young = shelf.closed(KEPT + 1), shelf.closed(1)
    assert haven("retention", input="n\n").returncode == 1
    assert shelf.cases() == {old, young}
    done = haven("retention", input="y\n")
    assert done.returncode == 0, done.stderr
    assert "Erased: 1 of 1." in done.stdout
    assert shelf.cases() == {young}
    assert ("operator", "erase", "age") in shelf.told(old)
    nothing = haven("retention", "--yes")
    assert nothing.returncode == 0
    assert "Closed more than 90 days ago: 0" in nothing.stdout


def test_no_script_erases_by_a_clock_that_is_not_trusted(
    shelf: RetentionHarness, haven: Haven
) -> None:
    old = shelf.closed(KEPT + 1)
    refused = haven("retention", "--yes")
    assert refused.returncode == 1
    assert "nothing was erased" in refused.stderr
    assert shelf.cases() == {old}
    haven("retention", "--trust-clock")
    assert "Erased: 1 of 1." in haven("retention", "--yes").stdout


def test_a_timer_erases_what_the_bot_would_and_names_no_case(
    shelf: RetentionHarness, haven: Haven
) -> None:
    old, young = shelf.closed(KEPT + 1), shelf.closed(1)
    named = reference(shelf, old)
    untrusted = haven("retention", "--scheduled")
    assert untrusted.returncode == 0, untrusted.stderr
    assert "Erased: 0." in untrusted.stdout
    assert shelf.cases() == {old, young}
    haven("retention", "--trust-clock")
    done = haven("retention", "--scheduled")
    assert "Erased: 1." in done.stdout
    assert named not in untrusted.stdout + done.stdout
    assert '"event": "case_erased"' in done.stderr, "what a timer runs keeps its log"
    assert shelf.cases() == {young}


def test_the_clock_can_be_declared_right_by_command(shelf: RetentionHarness, haven: Haven) -> None:
    shelf.closed(KEPT + 1)
    assert "The clock is trusted: it is " in haven("retention", "--trust-clock").stdout
    assert len(shelf.cases()) == 1
    shelf.now += MINUTE
    assert shelf.round() == 1
    assert haven("retention", "--trust-clock", "--dry-run").returncode == 2


def test_the_doctor_names_what_is_overdue(shelf: RetentionHarness, haven: Haven) -> None:
    assert "fine   nothing is kept too long" in haven("doctor").stdout
    shelf.closed(KEPT + 2)
    said = haven("doctor").stdout
    assert "wrong  nothing is kept too long: " in said
    assert "1 of: closed cases" in said
    assert "haven retention" in said
    shelf.goes_by(HOUR)


# --- One case --------------------------------------------------------------------------------


def test_a_case_is_erased_in_two_steps_that_are_both_noted(
    shelf: RetentionHarness, haven: Haven
) -> None:
    case, other = shelf.closed(1), shelf.closed(1)
    name = reference(shelf, case)
    asked = haven("cases", "erase", name.lower(), "--why", "mistake")
    assert asked.returncode == 0, asked.stderr
    assert f"{name.lower()}, P" in asked.stdout
    assert "not closed" not in asked.stdout
    assert "case_keys" not in asked.stdout, "operators know no tables"
    assert len(shelf.cases()) == 2
    code = asked.stdout.split("--confirm ")[1].strip()
    for wrong in ("0" * 16, code[:-1]):
        refused = haven("cases", "erase", name, "--why", "mistake", "--confirm", wrong)
        assert refused.returncode == 1
        assert is_user_message(refused.stderr)
    assert haven("cases", "erase", name, "--confirm", code).returncode == 1  # another reason
    done = haven("cases", "erase", name, "--why", "mistake", "--confirm", code.upper())
    assert done.returncode == 0, done.stderr
    assert "nothing of it is left in the data" in done.stdout
    assert "Backups made before hold it until they are deleted, after 30 days" in done.stdout
    assert done.stderr == "", "the command has said it in words"
    assert shelf.cases() == {other}
    assert shelf.told(case)[-2:] == [
        ("operator", "erase_ask", "mistake"), ("operator", "erase", "mistake"),
    ]  # fmt: skip
    again = haven("cases", "erase", name, "--why", "mistake", "--confirm", code)
    assert "there is no case" in again.stderr


def test_the_day_alone_is_said_of_a_closed_case_and_the_time_of_an_open_one(
    shelf: RetentionHarness, haven: Haven
) -> None:
    """When it was opened is cut to its day as it is closed: midnight is no time it had."""
    opened = haven("cases", "erase", reference(shelf, shelf.opens())).stdout
    closed = haven("cases", "erase", reference(shelf, shelf.closed(1))).stdout
    assert re.search(r", opened \d{4}-\d\d-\d\d \d\d:\d\d, is erased for good", opened), opened
    assert re.search(r", opened \d{4}-\d\d-\d\d, is erased for good", closed), closed


def test_the_code_of_one_case_erases_no_other(shelf: RetentionHarness, haven: Haven) -> None:
    one, other = shelf.closed(1), shelf.closed(1)
    code = haven("cases", "erase", reference(shelf, one)).stdout.split("--confirm ")[1].strip()
    assert haven("cases", "erase", reference(shelf, other), "--confirm", code).returncode == 1
    assert shelf.cases() == {one, other}
    assert haven("cases", "erase", reference(shelf, one), "--why", "age").returncode == 2


# --- Holds -----------------------------------------------------------------------------------


def test_two_people_keep_a_case_and_let_it_go(shelf: RetentionHarness, haven: Haven) -> None:
    name = reference(shelf, shelf.closed(1))
    by = ("--by", shelf.mei.id)
    asked = haven("legal-hold", "place", name, *by, "--reason", "court", "--days", "30")
    assert asked.returncode == 0, asked.stderr
    assert "none yet: not in force" in haven("legal-hold", "list").stdout
    assert "takes two people" in haven("legal-hold", "approve", name, *by).stderr
    agreed = haven("legal-hold", "approve", name, "--by", shelf.jun.id)
    assert agreed.returncode == 0, agreed.stderr
    assert shelf.jun.id in row_of(haven("legal-hold", "list").stdout, name)
    refused = haven("cases", "erase", name)
    assert (refused.returncode, "legal hold" in refused.stderr) == (1, True)
    assert haven("legal-hold", "end", name, *by, "--approved-by", shelf.mei.id).returncode == 1
    ended = haven("legal-hold", "end", name, *by, "--approved-by", shelf.jun.id)
    assert ended.returncode == 0, ended.stderr
    assert "Legal holds: 0" in haven("legal-hold", "list").stdout
    assert (
        "is not under legal hold"
        in haven("legal-hold", "end", name, *by, "--approved-by", shelf.jun.id).stderr
    )


def test_a_hold_without_end_or_reason_is_refused(shelf: RetentionHarness, haven: Haven) -> None:
    name = reference(shelf, shelf.closed(1))
    words = ("legal-hold", "place", name, "--by", shelf.mei.id)
    assert haven(*words, "--reason", "court", "--days", "181").returncode == 2
    assert haven(*words, "--reason", "because", "--days", "2").returncode == 2
    stranger = haven(
        "legal-hold", "place", name, "--by", "f" * 32, "--reason", "court", "--days", "2"
    )
    assert is_user_message(stranger.stderr)
    assert "no case" in haven("legal-hold", "approve", "ZZZZZZ", "--by", shelf.mei.id).stderr
    assert query(shelf.database, "SELECT count(*) FROM legal_holds") == [(0,)]
