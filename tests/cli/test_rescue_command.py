"""The host key is lost: cases are written out with a password, and without one nothing is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bot.cases.state_machine import Role
from bot.hotline.chat.takeover import UNTIL_OPENER_ANSWERED
from bot.mailbox.outbox import hold_letter
from bot.setup import accounts
from bot.vault import HostKey
from tests.support.cli_runner import CommandResult, command_runner, written
from tests.support.database.key_store_fixtures import QUEUES, enrol_approved, staff_keys
from tests.support.harnesses.hotline_harness import ROOT
from tests.support.harnesses.retention_harness import WORDS, RetentionHarness, deployed_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Haven = Callable[..., CommandResult]

PHOTO = b"what a camera saw"
MEIS, JUNS = "mei mei mei mei mei", "jun jun jun jun jun"


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[RetentionHarness]:
    """Two cases: one that Jun claimed, and one that waits, with a file."""
    made = deployed_in(tmp_path)
    assert made.vault.keys is not None
    made.vault.keys.load_root(ROOT, made.database, made.now)
    keys = staff_keys(made.vault)
    enrol_approved(keys, made.mei.id, Role.SUPERVISOR, QUEUES, MEIS, made.now)
    enrol_approved(keys, made.jun.id, Role.CASEWORKER, ("labour",), JUNS, made.now)
    made.has_file(made.opens(), PHOTO)
    claimed = made.opens()
    made.claims_this(made.jun, claimed)
    keyring = keys.unlock(made.mei.id, MEIS)
    made.run(lambda work: made.vault.cases.wraps.rewrap_all(work, keyring, made.now))
    yield made
    made.close()


@pytest.fixture
def haven(shelf: RetentionHarness, tmp_path: Path) -> Haven:
    return command_runner(tmp_path)


def lose_the_key(tmp_path: Path) -> None:
    (tmp_path / "host.key").unlink()


def rescues(haven: Haven, tmp_path: Path, who: str, password: str) -> CommandResult:
    file = written(tmp_path / f"password-{who}", password)
    return haven("keys", "rescue", str(tmp_path / "out"), "--as", who,
                 "--password-file", str(file))  # fmt: skip


def told(folder: Path) -> list[str]:
    """Return what the cases in a folder hold of what people sent and wrote."""
    found = [json.loads(path.read_text()) for path in folder.glob("*/case.json")]
    sent = [it["answer"] for case in found for each in case["reports"] for it in each["answers"]]
    return sorted(sent + [it["text"] for case in found for it in case["messages"]])


def test_without_the_host_key_a_supervisor_writes_all_cases_out(
    shelf: RetentionHarness, haven: Haven, tmp_path: Path
) -> None:
    lose_the_key(tmp_path)
    done = rescues(haven, tmp_path, shelf.mei.id, MEIS)
    assert (done.returncode, "2 cases" in done.stdout) == (0, True), done.stderr
    assert told(tmp_path / "out") == [WORDS] * 6
    assert (tmp_path / "out").stat().st_mode & 0o077 == 0


def test_a_letter_that_never_left_is_not_written_out_like_one_that_arrived(
    shelf: RetentionHarness, haven: Haven, tmp_path: Path
) -> None:
    shelf.run(lambda work: hold_letter(work, 1, UNTIL_OPENER_ANSWERED, 2**60))
    lose_the_key(tmp_path)
    assert rescues(haven, tmp_path, shelf.mei.id, MEIS).returncode == 0
    found = [json.loads(path.read_text()) for path in (tmp_path / "out").glob("*/case.json")]
    states = [it["state"] for case in found for it in case["messages"] if it["side"] != "person"]
    assert sorted(states, key=str) == ["queued", UNTIL_OPENER_ANSWERED]


def test_a_caseworker_writes_out_what_they_may_open_and_no_more(
    shelf: RetentionHarness, haven: Haven, tmp_path: Path
) -> None:
    lose_the_key(tmp_path)
    done = rescues(haven, tmp_path, shelf.jun.id, JUNS)
    assert "1 cases" in done.stdout
    assert told(tmp_path / "out") == [WORDS] * 3
    assert done.stderr.count(",") == 1  # the one that waits


def test_another_host_key_is_as_good_as_none(
    shelf: RetentionHarness, haven: Haven, tmp_path: Path
) -> None:
    lose_the_key(tmp_path)
    HostKey.create(tmp_path / "host.key")
    said = haven("keys", "status")
    assert (said.returncode, "haven keys rescue" in said.stderr) == (1, True)
    assert rescues(haven, tmp_path, shelf.mei.id, MEIS).returncode == 0
    assert len(told(tmp_path / "out")) == 6


def test_where_the_host_key_is_here_nothing_is_written(
    shelf: RetentionHarness, haven: Haven, tmp_path: Path
) -> None:
    done = rescues(haven, tmp_path, shelf.mei.id, MEIS)
    assert (done.returncode, "is present" in done.stderr) == (1, True)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("fault", ["password", "nobody", "folder"])
def test_without_a_password_or_a_new_folder_nothing_is_written(
    shelf: RetentionHarness, haven: Haven, tmp_path: Path, fault: str
) -> None:
    lose_the_key(tmp_path)
    if fault == "folder":
        (tmp_path / "out").mkdir()
    who = "nobody" if fault == "nobody" else shelf.mei.id
    done = rescues(haven, tmp_path, who, JUNS if fault == "password" else MEIS)
    assert done.returncode == 1
    assert list((tmp_path / "out").glob("*")) == []


def test_a_file_is_written_out_as_it_came(
    shelf: RetentionHarness, haven: Haven, tmp_path: Path
) -> None:
    lose_the_key(tmp_path)
    done = rescues(haven, tmp_path, shelf.mei.id, MEIS)
    assert "2 cases" in done.stdout
    assert PHOTO in [path.read_bytes() for path in (tmp_path / "out").glob("*/1.bin")]


def test_an_administrator_is_told_whose_key_opens_cases_instead(
    haven: Haven, shelf: RetentionHarness, tmp_path: Path
) -> None:
    """A key that they make opens no case, so none is advised; nor do they count as a caseworker."""
    wen = shelf.run(lambda work: accounts.add_administrator(work, shelf.vault, "Wen", shelf.now))
    assert shelf.vault.keys is not None
    for has_key in (False, True):
        if has_key:
            enrol_approved(staff_keys(shelf.vault), wen.id, Role.ADMINISTRATOR, (), JUNS, shelf.now)
        refused = haven("keys", "escrow", "--as", wen.id)
        assert refused.stderr.startswith(f"{wen.id} is an administrator, whose key opens no case;")
        assert shelf.mei.id in refused.stderr
        assert shelf.jun.id in refused.stderr
        assert "--new-key" not in refused.stderr
    assert wen.id not in haven("keys", "status").stdout
    lose_the_key(tmp_path)
    refused = rescues(haven, tmp_path, wen.id, JUNS)
    assert refused.stderr.startswith(f"{wen.id} is an administrator, whose key opens no case;")
    assert shelf.mei.id in refused.stderr
