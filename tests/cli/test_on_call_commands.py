"""On-call at the terminal: who is called, over what, and whether a test arrives."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bot.app.storage import existing_database, open_vault
from bot.cli.doctor import run_checks
from bot.clock import SystemClock
from bot.settings import load_settings
from bot.store.processes.running import RUNS, RunningProcess, beat
from bot.vault import HostKey
from tests.support.cli_runner import command_runner, is_user_message, listed_cases, log_of
from tests.support.smtp_server import smtp_server

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.cli_runner import CommandResult

    Haven = Callable[..., CommandResult]

TOKEN = "7000000001:" + "a" * 35
ADDRESS = "mei@example.org"


def enrolled(haven: Haven, *more: str) -> str:
    added = haven("staff", "add", "Mei", "--language", "id", *more)
    assert added.returncode == 0, added.stderr
    return str(listed_cases(haven)[-1]["id"])


def listed(haven: Haven) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(haven("on-call", "list", "--json").stdout)
    return found


def test_a_caseworker_is_put_on_call_changed_and_taken_off(
    run_command: Haven, tmp_path: Path
) -> None:
    mei = enrolled(run_command, "--account", "6000000001")
    done = run_command("on-call", "set", mei, "--hours", "21:00-09:00")
    assert done.stdout == f"{mei} is on call: telegram, 21:00-09:00.\n"
    assert listed(run_command) == [
        {"id": mei, "position": 1, "channels": ["telegram"], "hours": "21:00-09:00",
         "reached_by": ["telegram"]}
    ]  # fmt: skip
    changed = run_command("on-call", "set", mei, "--position", "3")
    assert changed.stdout == f"{mei} is on call: telegram, at every hour.\n"
    assert "On call: 1" in run_command("on-call", "list").stdout
    assert run_command("on-call", "remove", mei).returncode == 0
    assert listed(run_command) == []
    with closing(log_of(tmp_path)) as connection:
        rows = connection.execute(
            "SELECT deed, subject, detail FROM audit WHERE deed LIKE 'on_call%' ORDER BY id"
        ).fetchall()
    set_ = ("on_call_set", mei, "telegram")
    assert rows == [set_, set_, ("on_call_remove", mei, "")]


def test_who_was_enrolled_without_an_account_gets_one_and_is_called(run_command: Haven) -> None:
    mei = enrolled(run_command)
    said = run_command("on-call", "set", mei).stderr
    command = said.partition("here: haven ")[2].strip().replace("NUMBER", "6000000001")
    assert run_command(*command.split()).stdout == "Mei has this Telegram account now.\n"
    assert [it["reached_by"] for it in listed(run_command)] == [["telegram"]]
    assert run_command("on-call", "set", mei).stderr == ""
    lin = enrolled(run_command)
    taken = run_command("staff", "account", lin, "6000000001")
    assert f"belongs to {mei}" in taken.stderr
    assert run_command("staff", "account", mei, "6000000001").returncode == 0  # her own
    assert run_command("staff", "account", mei, "-- -100123").returncode != 0
    for typed in ("--help", "@mei", "0912345678901234567890"):
        done = run_command("staff", "account", mei, typed)
        said = " ".join((done.stdout + done.stderr).split())
        assert "they find it in Telegram on a computer" in said
    assert run_command("staff", "account", mei, "0").stdout == "Mei has no Telegram account now.\n"
    assert run_command("staff", "account", lin, "6000000001").returncode == 0
    assert "there is no caseworker nobody" in run_command("staff", "account", "nobody", "1").stderr


@pytest.mark.parametrize(
    "typed",
    [
        ("--channel", "pigeon"),
        ("--channel", "email"),
        ("--email", ADDRESS),
        ("--channel", "email", "--email", "no address"),
        ("--hours", "at night"),
        ("--language", "fr"),
    ],
)
def test_what_cannot_be_used_is_refused(run_command: Haven, typed: tuple[str, ...]) -> None:
    mei = enrolled(run_command)
    refused = run_command("on-call", "set", mei, *typed)
    assert refused.returncode != 0
    assert is_user_message(refused.stderr)
    assert listed(run_command) == []


def test_one_without_access_cannot_be_on_call(run_command: Haven) -> None:
    mei = enrolled(run_command)
    run_command("staff", "disable", mei)
    refused = run_command("on-call", "set", mei)
    assert refused.returncode == 1
    assert "haven staff list" in refused.stderr
    assert run_command("on-call", "remove", mei).returncode == 1
    assert run_command("on-call", "test", mei).returncode == 1


def test_a_channel_that_reaches_no_one_is_said_at_once(run_command: Haven) -> None:
    mei = enrolled(run_command)
    done = run_command("on-call", "set", mei, "--channel", "email", "--email", ADDRESS)
    assert "HAVEN_SMTP_URL is not set" in done.stderr
    assert listed(run_command)[0]["reached_by"] == []
    assert run_command("on-call", "test", mei).returncode == 1


def begin_epoch(folder: Path) -> None:
    """Begin the epoch of keys that a running Haven begins, and store that one runs."""
    settings = load_settings(data=folder / "data", host_key_file=folder / "host.key")
    database = existing_database(settings)
    with closing(open_vault(settings, database)) as vault:
        now = SystemClock().now()
        vault.rotate_epoch(now)
        own = RunningProcess.own("front,worker,leader", RUNS, now)
        database.writer.run_sync(lambda work: beat(work, own, now))
    database.writer.close()


def test_a_test_goes_over_every_channel(tmp_path: Path) -> None:
    HostKey.create(tmp_path / "host.key")
    with smtp_server() as mail:
        haven = command_runner(
            tmp_path, HAVEN_SMTP_URL=mail.url, HAVEN_SMTP_FROM="haven@example.org",
            HAVEN_TELEGRAM_TOKEN=TOKEN, HAVEN_STAFF_LANGUAGE="en",
        )  # fmt: skip
        mei = enrolled(haven, "--account", "6000000001")
        both = ("--channel", "telegram", "--channel", "email", "--email", ADDRESS)
        haven("on-call", "set", mei, *both)
        not_running = haven("on-call", "test", mei)
        assert not_running.returncode == 1
        assert "Haven does not run, so no test was sent there" in not_running.stderr
        assert not_running.stdout == "email: the server took it.\n"
        mail.letters.clear()
        begin_epoch(tmp_path)
        done = haven("on-call", "test", mei)
        assert done.returncode == 0, done.stderr
        (letter,) = mail.letters
        assert letter["Subject"] == "Haven: this is a test. Nothing waits for you."
    assert done.stdout.splitlines() == [
        "telegram: the running Haven sends it now.", "email: the server took it."
    ]  # fmt: skip
    with closing(log_of(tmp_path)) as connection:
        ((state,),) = connection.execute("SELECT state FROM outbox").fetchall()
    assert state == "queued"


def test_the_doctor_names_what_cannot_be_reached(tmp_path: Path) -> None:
    HostKey.create(tmp_path / "host.key")
    haven = command_runner(tmp_path)
    mei = enrolled(haven)
    data = {"data": tmp_path / "data", "host_key_file": tmp_path / "host.key"}
    name = "on-call caseworkers can be reached"
    assert dict(run_checks(load_settings(**data)))[name] is None
    haven("on-call", "set", mei)
    assert dict(run_checks(load_settings(**data)))[name] == (
        f"{mei} is not reached by telegram: no Telegram account is known"
    )
    mailing = data | {"smtp_url": "smtp://127.0.0.1:1", "smtp_from": "haven@example.org"}
    fault = dict(run_checks(load_settings(**mailing)))[name]
    assert fault == "e-mail cannot be sent: ConnectionRefusedError"
