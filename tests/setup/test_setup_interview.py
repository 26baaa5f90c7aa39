"""What is answered at the terminal is checked at once, and no answer is lost by a later refusal."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import pytest

from bot.settings.env_file import read_env_file
from bot.vault.backup.offline_key import OfflineKeys
from tests.support.harnesses.setup_harness import (
    CASEWORKER_PASSWORD,
    RECIPIENT,
    BareMachine,
    Terminal,
    bare_machine,
    begin_setup,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

PASSPHRASE = "lock of the offline key"  # noqa: S105 - of this test


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[BareMachine]:
    async with bare_machine(tmp_path) as made:
        yield made


async def test_a_key_of_backups_that_is_left_empty_is_made_at_that_question(
    machine: BareMachine,
) -> None:
    file = machine.folder / "offline.key"
    shown = await asyncio.to_thread(make_key_at_the_question, machine, file)
    values = read_env_file(machine.at("/etc/haven/haven.env"))
    public = values["HAVEN_BACKUP_KEY"]
    (archive, *_) = sorted(machine.at("/var/backups/haven").glob("*.age"))
    with OfflineKeys.load([file], lambda _path: PASSPHRASE).decrypt(archive) as opened:
        assert opened.read(1)
    assert f"Its public half, which stays here: {public}" in shown
    assert PASSPHRASE not in shown
    assert "HAVEN_BACKUPS is set" not in shown


def make_key_at_the_question(machine: BareMachine, file: Path) -> str:
    terminal = up_to_backups(machine)
    terminal.answers("Folder of backups", "backups")
    terminal.sees("The folder backups has to begin with /")
    terminal.answers("Folder of backups", "/var/backups/haven")
    terminal.answers("Key of backups", "")
    terminal.answers("File for the private half", "/var/backups/haven/offline.key")
    terminal.sees("would lie with the backups that it opens")
    file.write_text("of an earlier interview")
    terminal.answers("\nKey of backups", "")
    terminal.answers("File for the private half", str(file))
    terminal.sees(f"{file} exists: name another file")
    file.unlink()
    terminal.answers("\nKey of backups", "")
    terminal.answers("File for the private half", str(file))
    give_passphrase(terminal)
    terminal.sees(f"Made {file}. Take two copies")
    give_accounts(terminal)
    terminal.answers("other details?", "n")
    return end(terminal)


@pytest.mark.parametrize("leaves_before", [False, True])
async def test_a_key_that_was_made_and_is_not_used_is_named_with_what_to_do(
    machine: BareMachine, leaves_before: bool
) -> None:
    file = machine.folder / "offline.key"
    shown = await asyncio.to_thread(decline, machine, file, leaves_before=leaves_before)
    assert machine.files().keys() == {"etc/haven/haven.env"}  # it was there before
    assert "HAVEN_BACKUPS" not in read_env_file(machine.at("/etc/haven/haven.env"))
    assert file.exists(), "it may have been copied already"
    (public,) = re.findall("Its public half, which stays here: (age1.+)", shown)
    assert f"The key of backups that was made now stays in {file}. No backup" in shown
    assert f"\n{public}\nor delete it: rm {file}" in shown


def decline(machine: BareMachine, file: Path, *, leaves_before: bool) -> str:
    terminal = up_to_backups(machine)
    terminal.answers("Folder of backups", "/var/backups/haven")
    terminal.answers("Key of backups", "")
    terminal.answers("File for the private half", str(file))
    for question in ("Passphrase that locks it: ", "The same again: "):
        terminal.answers(question, PASSPHRASE)
    if leaves_before:
        terminal.answers("Name of the first administrator", "\x04")  # the end of what is typed
    else:
        give_accounts(terminal)
        terminal.answers("other details?", "n")
        terminal.answers("Write these files?", "n")
    assert terminal.ends() == 1
    return terminal.shown


async def test_answers_that_do_not_go_together_are_asked_again_and_the_rest_stays(
    machine: BareMachine,
) -> None:
    """A folder in the folder of the data is refused after the last question only."""
    shown = await asyncio.to_thread(answer_again, machine)
    assert "/var/lib/haven/b lies in “Folder of the data”" in shown
    values = read_env_file(machine.at("/etc/haven/haven.env"))
    assert values["HAVEN_BACKUPS"] == "/var/backups/haven"
    assert values["HAVEN_BACKUP_KEY"] == RECIPIENT
    assert shown.count("Name of the first caseworker") == 1


def answer_again(machine: BareMachine) -> str:
    terminal = up_to_backups(machine)
    terminal.answers("Folder of backups", "/var/lib/haven/b")
    terminal.answers("Key of backups", f"export HAVEN_BACKUP_KEY={RECIPIENT}")
    give_accounts(terminal)
    terminal.answers("other details?", "n")
    terminal.answers("Folder of backups (- for nothing) [/var/lib/haven/b]", "-")
    terminal.answers("Folder of the data", "")
    terminal.sees("“Key of backups” is set and “Folder of backups” is not")
    terminal.answers("\nFolder of backups:", "/var/backups/haven")
    terminal.answers("\nKey of backups", "")
    return end(terminal)


async def test_a_copy_of_the_host_key_in_a_missing_folder_is_refused_at_its_question(
    machine: BareMachine,
) -> None:
    copy = machine.folder / "host.key"
    shown = await asyncio.to_thread(name_a_copy, machine, copy)
    assert "There is no folder /nowhere" in shown
    assert copy.exists()


def name_a_copy(machine: BareMachine, copy: Path) -> str:
    terminal = up_to_backups(machine)
    terminal.answers("Folder of backups", "")
    give_accounts(terminal)
    terminal.answers("other details?", "y")
    for question in RARE:
        terminal.answers(f"\n{question}", "")
    terminal.answers("\nFile for a copy", "/nowhere/host.key")
    terminal.answers("\nFile for a copy", str(copy))
    terminal.answers("\nProgram", "")
    return end(terminal)


RARE = (
    "Folder of the data", "Database", "Key store", "Time zone", "Languages offered",
    "Names of the bot", "Where the desk listens", "Where health and metrics", "Days a closed case",
    "Mail server", "Sender of those", "Folder of models", "Address of the source", "Bot API",
    "Proxy to Telegram",
)  # fmt: skip


async def test_a_wrong_answer_is_refused_in_plain_words_at_its_question(
    machine: BareMachine,
) -> None:
    """Names of settings and keys of the file say nothing to who was asked a question."""
    shown = await asyncio.to_thread(answer_wrongly, machine)
    assert "call me maybe is neither a telephone number nor an address" in shown
    assert "HAVEN_HOURS" not in shown
    assert "contact: " not in shown
    assert "invalid input" not in shown.lower()
    assert "not in a group -1005" in shown


def answer_wrongly(machine: BareMachine) -> str:
    terminal = begin(machine)
    terminal.answers("Contact", "call me maybe")
    terminal.answers("\nContact", "line.me/hope")
    terminal.answers("Hours", "9 to 5")
    terminal.answers("\nHours", "")
    terminal.answers("Language of the desk", "en")
    terminal.answers("Address of the desk", "")
    terminal.answers("Is there such a group", "Hope staff")
    terminal.answers("\nIs there such a group", "-1005")  # of no group of this bot
    terminal.answers("Is there such a group", "y")
    terminal.answers("its number is found by itself.", "")
    terminal.sees("The bot was added to no group lately.")
    terminal.answers("Telegram group", "")
    terminal.answers("Folder of backups", "/home/backups")
    terminal.sees("outside /root, /home and /tmp")
    terminal.answers("\nFolder of backups", "/var/backups/haven")
    terminal.answers("Key of backups", "")
    terminal.answers("File for the private half", str(machine.folder / "none" / "offline.key"))
    terminal.sees("There is no folder")
    terminal.leaves()
    return terminal.shown


async def test_the_line_that_haven_keys_backup_prints_is_taken_as_it_is(
    machine: BareMachine,
) -> None:
    for line in (f"export HAVEN_BACKUP_KEY={RECIPIENT}", f"HAVEN_BACKUP_KEY={RECIPIENT}"):
        done = await machine.sets_up_as_usual(backups="/var/backups/haven", backup_key=line)
        assert done.returncode == 0, done.stderr
        values = read_env_file(machine.at("/etc/haven/haven.env"))
        assert values["HAVEN_BACKUP_KEY"] == RECIPIENT


def begin(machine: BareMachine) -> Terminal:
    """Answer what is asked before the contact."""
    terminal = begin_setup(machine)
    terminal.answers("Token: ", machine.usual["token"])
    terminal.answers("Name of the organisation", "Women's House")
    terminal.answers("Kind:", "ngo")
    return terminal


def up_to_backups(machine: BareMachine) -> Terminal:
    """Answer what is asked before the backups."""
    terminal = begin(machine)
    terminal.answers("Contact", "02-1234")
    terminal.answers("Hours", "09:00-21:00")
    terminal.answers("Language of the desk", "en")
    terminal.answers("Address of the desk", "")
    terminal.answers("Is there such a group", "n")
    return terminal


def give_passphrase(terminal: Terminal) -> None:
    terminal.answers("Passphrase that locks it: ", "short")
    terminal.sees("A passphrase needs 15 characters")
    terminal.answers("Passphrase that locks it: ", PASSPHRASE)
    terminal.answers("The same again: ", PASSPHRASE)


def give_accounts(terminal: Terminal) -> None:
    terminal.answers("Name of the first administrator", "Wen")
    terminal.answers("Their password: ", "")
    terminal.answers("Name of the first caseworker", "Mei")
    terminal.answers("Languages they write", "id,en")
    for question in ("Their password: ", "The same again: "):
        terminal.answers(question, CASEWORKER_PASSWORD)


def end(terminal: Terminal) -> str:
    terminal.answers("Write these files?", "y")
    assert terminal.ends() == 0, terminal.shown
    return terminal.shown
