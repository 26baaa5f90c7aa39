"""`haven setup` on an empty root: what it makes works, and again it changes only what is asked."""

from __future__ import annotations

import asyncio
import contextlib
import re
import shlex
from typing import TYPE_CHECKING

import pyotp
import pytest

from bot.cli.install.setup import Installation, print_next_steps
from bot.clock import SystemClock
from bot.languages import LANGUAGES
from bot.sandbox import FaultKind
from bot.settings.env_file import read_env_file
from bot.setup.credentials import CredentialFolder
from bot.setup.files import Target
from tests.support.forked_commands import haven_program
from tests.support.harnesses.setup_harness import (
    ADMINISTRATOR_PASSWORD,
    CASEWORKER_PASSWORD,
    PROGRAM,
    RECIPIENT,
    BareMachine,
    Terminal,
    bare_machine,
    begin_setup,
)
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

UNITS = {"haven.service", "haven-retention.service", "haven-retention.timer"}
BACKUP_UNITS = {"haven-backup.service", "haven-backup.timer"}
PATIENCE = 60.0


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[BareMachine]:
    async with bare_machine(tmp_path) as made:
        yield made


async def test_an_empty_root_becomes_a_hotline_that_answers_a_person(machine: BareMachine) -> None:
    done = await machine.sets_up_as_usual()
    assert done.returncode == 0, done.stderr
    assert wrong_in(done.stdout.partition("Findings")[2]) == []
    found = await machine.types("doctor")
    assert wrong_in(found.stdout) == []
    phone = machine.sandbox.add_phone("Sari", language="id")
    async with started(machine):
        phone.say("/start")
        async with asyncio.timeout(PATIENCE):
            while not phone.bot_texts():  # noqa: ASYNC110 - a process of its own answers
                await asyncio.sleep(0.02)


def wrong_in(findings: str) -> list[str]:
    """Return what doctor finds wrong, but for disk and time service: they are of this machine."""
    not_of_setup = ("wrong  disk space", "wrong  clock is kept by NTP")
    lines = [it for it in findings.splitlines() if it.startswith("wrong")]
    return [it for it in lines if not it.startswith(not_of_setup)]


@contextlib.asynccontextmanager
async def started(machine: BareMachine) -> AsyncIterator[None]:
    """Run the bot with what setup wrote, and nothing else."""
    process = await asyncio.create_subprocess_exec(
        *haven_program(), "start",
        env=machine.environment, cwd=ROOT, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield
    finally:
        process.terminate()
        _out, said = await process.communicate()
        assert process.returncode == 0, said


async def test_set_up_again_nothing_changes(machine: BareMachine) -> None:
    await machine.sets_up_as_usual()
    before = machine.files()
    calls = len(machine.sandbox.calls.of("setMyCommands"))
    again = await machine.sets_up_as_usual()
    assert again.returncode == 0
    assert "No file has to change." in again.stdout
    assert "If it does not run yet: systemctl daemon-reload && systemctl enable" in again.stdout
    assert "Recovery key" not in again.stdout
    assert machine.files() == before
    assert len(machine.sandbox.calls.of("setMyCommands")) == calls > 0
    staff = await machine.types("staff", "list", "--json")
    assert staff.stdout.count('"name"') == 2


async def test_set_up_again_changes_what_is_asked_and_keeps_the_rest(machine: BareMachine) -> None:
    mail = {"smtp_url": "smtp://u:first@mail.example.org", "smtp_from": "haven@example.org"}
    await machine.sets_up_as_usual(**mail, keep_days=30)
    before = machine.files()
    done = await machine.sets_up(contact="02-9999", smtp_url="smtp://u:second@mail.example.org")
    assert done.returncode == 0, done.stderr
    assert '-HAVEN_CONTACT="02-1234"\n' in done.stdout
    # What is new would run until the next boot alone, were it only restarted.
    assert "systemctl enable haven.service" in done.stdout
    assert "systemctl restart haven.service" in done.stdout
    assert "mail.example.org" not in done.stdout + done.stderr
    after = machine.files()
    changed = {path for path in after if after[path] != before.get(path)}
    assert changed == {"etc/haven/haven.env"}
    values = read_env_file(machine.at("/etc/haven/haven.env"))
    assert values["HAVEN_CONTACT"] == "02-9999"
    assert values["HAVEN_SMTP_URL"].endswith("second@mail.example.org")
    assert values["HAVEN_KEEP_DAYS"] == "30"


async def test_where_the_parts_are_services_of_their_own_those_are_started_again(
    machine: BareMachine,
) -> None:
    """haven.service next to them would be refused at every start."""
    await machine.sets_up_as_usual()
    wants = machine.at("/etc/systemd/system/multi-user.target.wants")
    wants.mkdir()
    for name in ("haven-front", "haven-worker", "haven-leader", "haven-desk"):
        (wants / f"{name}.service").symlink_to(f"/etc/systemd/system/{name}.service")
    parts = "haven-desk.service haven-front.service haven-leader.service haven-worker.service"
    done = await machine.sets_up(contact="02-9999")
    units = f"{parts} haven-retention.timer"
    assert f"systemctl enable {units} && systemctl restart {units}\n" in done.stdout
    (wants / "haven.service").symlink_to("/etc/systemd/system/haven.service")
    control = await machine.sets_up(contact="02-1111")
    assert "systemctl restart haven.service haven-retention.timer\n" in control.stdout


async def test_a_change_is_shown_line_by_line(machine: BareMachine) -> None:
    await machine.sets_up_as_usual()
    done = await machine.sets_up(contact="02-9999")
    assert '-HAVEN_CONTACT="02-1234"\n+HAVEN_CONTACT="02-9999"\n' in done.stdout
    assert "HAVEN_HOURS" not in done.stdout
    mail = {"smtp_url": "smtp://u:p@mail.example.org", "smtp_from": "haven@example.org"}
    secret = await machine.sets_up(**mail)
    assert "+HAVEN_SMTP_URL=(not shown)\n" in secret.stdout
    other = await machine.sets_up(smtp_url="smtp://u:q@mail.example.org")
    assert "changed: /etc/haven/haven.env (not shown)\n" in other.stdout


async def test_an_interrupted_setup_is_finished_by_the_next(machine: BareMachine) -> None:
    await machine.sets_up_as_usual()
    for name in ("haven.db", "keys.db"):
        machine.at(f"/var/lib/haven/{name}").unlink()
    key = machine.at("/etc/haven/credentials/haven-host-key").read_bytes()
    done = await machine.sets_up_as_usual()
    assert done.returncode == 0, done.stderr
    assert "Recovery key" in done.stdout
    assert machine.at("/etc/haven/credentials/haven-host-key").read_bytes() == key


async def test_telegram_is_told_descriptions_and_commands_in_every_language(
    machine: BareMachine,
) -> None:
    await machine.sets_up_as_usual(bot_names="en=Garden,id=Kebun")
    profile = machine.sandbox.world.profile
    codes = {it.iso639_1 for it in LANGUAGES.values()}
    told = codes - {"en"} | {""}  # English is what all others see
    assert profile.description.keys() == profile.short_description.keys() == told
    assert {code for _scope, code in profile.commands} == codes | {""}
    assert profile.name["id"] == "Kebun"
    assert max(map(len, profile.description.values())) <= 512
    assert max(map(len, profile.short_description.values())) <= 120


@pytest.mark.parametrize("has_backups", [False, True])
async def test_services_and_proxies_are_written_for_what_was_answered(
    machine: BareMachine, has_backups: bool
) -> None:
    more = {"backups": "/var/backups/haven", "backup_key": RECIPIENT} if has_backups else {}
    await machine.sets_up_as_usual(desk_origin="https://desk.example.org", **more)
    units = {it.name for it in machine.at("/etc/systemd/system").iterdir()}
    assert units == UNITS | (BACKUP_UNITS if has_backups else set())
    service = machine.at("/etc/systemd/system/haven.service").read_text()
    assert f"ExecStart={PROGRAM} start\n" in service
    assert ("/var/backups/haven" in service) == has_backups
    caddy = machine.at("/etc/haven/proxy/Caddyfile").read_text()
    assert "desk.example.org {" in caddy


async def test_secrets_are_in_no_file_but_credentials_and_only_root_reads_those(
    machine: BareMachine,
) -> None:
    await machine.sets_up_as_usual()
    secrets = machine.at("/etc/haven/credentials")
    assert secrets.stat().st_mode & 0o777 == 0o700
    for name in ("haven-host-key", "haven-telegram-token"):
        path = secrets / name
        assert path.stat().st_mode & 0o777 == 0o400
        secret = path.read_bytes().strip()
        others = {it for it, held in machine.files().items() if secret in held}
        assert others == {f"etc/haven/credentials/{name}"}
    assert machine.at("/etc/haven/haven.env").stat().st_mode & 0o777 == 0o640
    assert CASEWORKER_PASSWORD.encode() not in b"".join(machine.files().values())


async def test_only_the_folders_of_data_and_backups_are_private(machine: BareMachine) -> None:
    """The user of the service has to enter those above them."""
    backups = {"backups": "/srv/store/haven", "backup_key": RECIPIENT}
    done = await machine.sets_up_as_usual(data="/srv/lib/haven", **backups)
    assert done.returncode == 0, done.stderr
    modes = {it: machine.at(it).stat().st_mode & 0o777 for it in (
        "/srv", "/srv/lib", "/srv/store", "/srv/lib/haven", "/srv/store/haven", "/etc/systemd",
    )}  # fmt: skip
    assert modes == {
        "/srv": 0o755, "/srv/lib": 0o755, "/srv/store": 0o755, "/srv/lib/haven": 0o700,
        "/srv/store/haven": 0o700, "/etc/systemd": 0o755,
    }  # fmt: skip


async def test_a_copy_of_the_host_key_is_written_where_it_was_asked_for(
    machine: BareMachine,
) -> None:
    copy = machine.folder / "stick" / "host.key"
    copy.parent.mkdir()
    done = await machine.sets_up_as_usual(host_key_copy=str(copy))
    assert copy.read_bytes() == machine.at("/etc/haven/credentials/haven-host-key").read_bytes()
    assert f"A copy of the host key: {copy}" in done.stdout
    # Here it is on the disk of the data: the reminder stays.
    assert "It is on the disk of the data or of the key" in done.stdout
    assert "Keep a copy of the host key elsewhere" in done.stdout
    assert f"backup is restored: mv {copy} COPY\n" in done.stdout


async def test_the_command_that_copies_the_host_key_works_as_it_is_printed(
    machine: BareMachine,
) -> None:
    done = await machine.sets_up_as_usual()
    (words,) = re.findall(r"backup is restored: (cp .*) COPY$", done.stdout, re.MULTILINE)
    _cp, source = shlex.split(words)
    assert (machine.folder / source).read_bytes() == machine.at(
        "/etc/haven/credentials/haven-host-key"
    ).read_bytes()


async def test_a_second_setup_reminds_of_the_copy_that_an_interrupted_one_did_not_ask_for(
    machine: BareMachine,
) -> None:
    await machine.sets_up_as_usual()
    assert "backup is restored: cp " in (await machine.sets_up()).stdout


async def test_a_profile_that_telegram_does_not_take_is_told_in_a_sentence(
    machine: BareMachine,
) -> None:
    machine.sandbox.faults.add(FaultKind.ERROR, lasting=600, method="getMyDescription", code=400)
    done = await machine.sets_up_as_usual()
    assert done.returncode == 0, done.stderr
    assert "Telegram took only a part of the descriptions" in done.stdout
    assert "profile_not_updated" not in done.stdout + done.stderr


async def test_a_copy_on_another_disk_needs_no_reminder(
    machine: BareMachine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    await machine.sets_up_as_usual()
    monkeypatch.delenv("HAVEN_DATA", raising=False)
    answers = {"host_key_copy": "/proc/self/status"}  # on no disk of this machine
    made = Installation(
        Target(machine.root), {"data": "/var/lib/haven", "backups": "/b"}, answers,
        CredentialFolder.of(Target(machine.root)), known={},
    )  # fmt: skip
    print_next_steps(made, is_changed=False)
    shown = capsys.readouterr().out
    assert shown.startswith(
        "\nA copy of the host key: /proc/self/status\n\nIf it does not run yet: "
    )
    assert "Keep a copy" not in shown


async def test_services_work_in_another_folder_of_data_once_one_is_answered(
    machine: BareMachine,
) -> None:
    """The folder of before may be gone by then: no service would start."""
    more = {"backups": "/var/backups/haven", "backup_key": RECIPIENT}
    assert (await machine.sets_up_as_usual(**more)).returncode == 0
    done = await machine.sets_up_as_usual(**more, data="/srv/haven")
    assert done.returncode == 0, done.stderr
    units = sorted(machine.at("/etc/systemd/system").glob("haven*.service"))
    assert len(units) == 3
    for unit in units:
        assert "\nWorkingDirectory=/srv/haven\n" in unit.read_text(), unit.name


NO_BACKUPS = "warn   backups are made and expire: none are made: HAVEN_BACKUPS is not set"


@pytest.mark.parametrize("has_backups", [False, True])
async def test_an_installation_without_backups_says_so(
    machine: BareMachine, has_backups: bool
) -> None:
    more = {"backups": "/var/backups/haven", "backup_key": RECIPIENT} if has_backups else {}
    done = await machine.sets_up_as_usual(**more)
    for said in ("\nNo backups are made: ", NO_BACKUPS):
        assert (said in done.stdout) != has_backups


# --- At the terminal -------------------------------------------------------------------------


async def test_at_a_terminal_each_answer_is_checked_and_the_second_factor_is_drawn(
    machine: BareMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong token is asked for again; the QR code leads to a factor that signs in."""
    monkeypatch.setenv("COLUMNS", "100")
    shown = await asyncio.to_thread(set_up_at_a_terminal, machine)
    assert "Needed: the token BotFather gave, like 123456:ABC..." in shown
    assert "This is @" in shown
    assert "/setjoingroups" in shown
    assert "█" in shown
    assert "The second factor is set up." in shown
    assert CASEWORKER_PASSWORD not in shown
    assert "Telegram group: " not in shown  # there is none, as was answered
    assert "Key of backups: " not in shown  # nor a folder of backups
    assert machine.usual["token"] not in shown
    assert read_env_file(machine.at("/etc/haven/haven.env"))["HAVEN_CONTACT"] == "02-1234"
    found = await machine.types("doctor")
    assert "fine   a caseworker can open what people send" in found.stdout


async def test_at_a_terminal_the_bot_api_of_the_environment_is_asked(machine: BareMachine) -> None:
    assert "This is @" in await asyncio.to_thread(answer_token, machine, machine.address)


async def test_at_a_terminal_a_bot_api_that_does_not_answer_is_asked_for(
    machine: BareMachine,
) -> None:
    """The token is not asked for again: it may well be right."""
    shown = await asyncio.to_thread(answer_token, machine, "http://127.0.0.1:9", machine.address)
    assert "Telegram does not answer at http://127.0.0.1:9" in shown
    assert shown.count("Token: ") == 1


def answer_token(machine: BareMachine, api: str, *others: str) -> str:
    """Start setup with a Bot API in the environment; return what is shown until it knows the bot.

    `others` are addresses of the Bot API that are typed when it asks for one.
    """
    terminal = Terminal("setup", "--root", str(machine.root), telegram_api=api)
    terminal.answers("Token: ", machine.usual["token"])
    for address in others:
        terminal.answers("Bot API", address)
        terminal.answers("Proxy to Telegram", "")
    terminal.sees("This is @")
    terminal.leaves()
    return terminal.shown


def set_up_at_a_terminal(machine: BareMachine) -> str:
    """Answer every question as a person does; return all that was on the screen."""
    terminal = begin_setup(machine)
    terminal.answers("Token: ", "123:no")
    terminal.answers("Token: ", machine.usual["token"])
    terminal.answers("Name of the organisation", "Women's House")
    terminal.answers("Kind:", "ngo")
    terminal.answers("Contact", "")
    terminal.answers("\nContact", "02-1234")
    terminal.answers("Hours", "9 to 5")
    terminal.answers("\nHours", "09:00-21:00")
    terminal.answers("Language of the desk", "en")
    terminal.answers("Address of the desk", "")
    terminal.answers("Is there such a group", "n")
    terminal.answers("Folder of backups", "")
    terminal.answers("Name of the first administrator", "Wen")
    for question in ("Their password: ", "The same again: "):
        terminal.answers(question, ADMINISTRATOR_PASSWORD)
    terminal.answers("Name of the first caseworker", "Mei")
    terminal.answers("Languages they write", "id,en")
    for question in ("Their password: ", "The same again: "):
        terminal.answers(question, CASEWORKER_PASSWORD)
    terminal.answers("other details?", "n")
    terminal.answers("Write these files?", "y")
    terminal.answers("Six digits", "000000")
    secret = re.findall(r"secret into it: ([A-Z2-7]{32})", terminal.shown)[-1]
    seconds = SystemClock().now() // 1_000_000
    terminal.answers("Six digits", pyotp.TOTP(secret).generate_otp(seconds // 30))
    assert terminal.ends() == 0, terminal.shown
    return terminal.shown
