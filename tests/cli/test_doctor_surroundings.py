"""The doctor asks Telegram, the time service and the desk's address, and knows a new deployment."""

from __future__ import annotations

import asyncio
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.app.storage import open_database, open_vault
from bot.cli.doctor import check_all, run_checks
from bot.cli.health import surroundings as asked
from bot.cli.health.levels import CheckLevel, CheckResult
from bot.cli.health.logs import journal_command, logs
from bot.cli.health.surroundings import POLLS_ALONE_AFTER
from bot.clock import SECOND, SystemClock, is_clock_synchronised
from bot.sandbox import TOKEN, FaultKind, Sandbox, serve
from bot.setup.files import UNITS, Target
from bot.setup.service_files import installed_services
from bot.store.data_folder import is_new
from bot.store.database import DataDirectory
from bot.store.processes.heartbeat import record_heartbeat
from bot.store.processes.running import RUNS, RunningProcess, beat
from bot.vault.backup.create import list_archives
from tests.support.harnesses.hotline_harness import settings_for
from tests.support.harnesses.webhook_front import front_of, until
from tests.support.tls_server import HOST, tls_server

if TYPE_CHECKING:
    from pathlib import Path

    from bot.settings import Settings

ANSWERS = "Telegram answers and takes the token"
WEBHOOK = "no other program takes the messages"
FRONT = "HAVEN_WEBHOOK_URL leads to a front"
GROUP = "caseworkers' group"
CLOCK = "clock is right by Telegram's at this moment"
REPORTED = (
    "Telegram accepts the token", "clock agrees with Telegram's",
    "messages are fetched from Telegram",
)  # fmt: skip
"""What a running bot has found out."""
DESK = "desk's address and its certificate"
NTP = "clock is kept by NTP"
NEW = "not started yet: HAVEN_DATA: "
"""How the line about a new deployment begins; folder and next step follow."""


def about_new(found: dict[str, str | None]) -> set[str | None]:
    """Return what the doctor says about a deployment that was never started."""
    return {fault for name, fault in found.items() if name.startswith(NEW)}


async def doctor(settings: Settings) -> dict[str, str | None]:
    return await asyncio.to_thread(lambda: dict(run_checks(settings)))


async def all_checks(settings: Settings) -> list[CheckResult]:
    return await asyncio.to_thread(lambda: list(check_all(settings)))


async def levels(settings: Settings) -> dict[str, CheckLevel]:
    return {it.name: it.level for it in await all_checks(settings)}


def settings_at(folder: Path, address: str, **given: Any) -> Settings:
    return settings_for(folder, telegram_token=TOKEN, telegram_api=address, **given)


async def test_telegram_is_asked_and_nothing_is_changed_there(tmp_path: Path) -> None:
    sandbox = Sandbox()
    group = sandbox.add_group(forum=True)
    group.add_bot(sandbox.add_colleague("Mei"), "administrator")
    async with serve(sandbox) as address:
        found = await doctor(settings_at(tmp_path, address, desk_group=group.id))
    assert [found[name] for name in (ANSWERS, WEBHOOK, GROUP, CLOCK)] == [None] * 4
    called = {call.method.lower() for call in sandbox.calls}
    assert called == {"getme", "getwebhookinfo", "getchat", "getchatmember"}


async def test_a_token_that_is_refused_and_a_telegram_that_is_away_are_told(tmp_path: Path) -> None:
    sandbox = Sandbox()
    async with serve(sandbox) as address:
        other = settings_for(
            tmp_path, telegram_token="123456:" + "a" * 35, telegram_api=address, desk_group=-1001
        )
        refused = await doctor(other)
        sandbox.faults.add(FaultKind.ERROR, code=502)
        failing = await doctor(settings_at(tmp_path, address))
    gone = await doctor(settings_at(tmp_path, address))
    assert "@BotFather" in str(refused[ANSWERS])
    assert "not asked" in str(refused[GROUP])
    for found in (failing, gone):
        assert "does not answer" in str(found[ANSWERS])
        assert "HAVEN_TELEGRAM_API" in str(found[ANSWERS])
        assert found[WEBHOOK] is found[CLOCK] is None


async def test_nothing_is_called_fine_that_only_telegram_could_say(tmp_path: Path) -> None:
    """Neither by the doctor, which was not answered, nor by a bot that runs."""
    settings = settings_at(tmp_path, "http://127.0.0.1:9")
    database = open_database(settings)
    open_vault(settings, database).close()
    now = SystemClock().now()
    front = RunningProcess.own("front,worker,leader", RUNS, now - POLLS_ALONE_AFTER)
    with closing(database.writer) as writer:
        writer.run_sync(lambda work: beat(work, front, now))
        writer.run_sync(lambda work: record_heartbeat(work, settings.bot_number(), now))
    found = await levels(settings)
    assert found[ANSWERS] is CheckLevel.WRONG
    assert {found[name] for name in (WEBHOOK, CLOCK, *REPORTED)} == {CheckLevel.UNKNOWN}
    async with serve(Sandbox()) as address:
        answered = await levels(replace(settings, telegram_api=address))
    assert {answered[name] for name in (ANSWERS, WEBHOOK, CLOCK, *REPORTED)} == {CheckLevel.FINE}


async def test_that_no_other_program_polls_is_known_from_a_bot_that_has_polled_for_a_while(
    tmp_path: Path,
) -> None:
    """A service that another bot keeps from polling ends, and begins again, every few seconds."""
    async with serve(Sandbox()) as address:
        settings = settings_at(tmp_path, address)
        database = open_database(settings)
        open_vault(settings, database).close()

        async def found(began_before: int) -> CheckResult:
            now = SystemClock().now()
            front = RunningProcess.own("front", RUNS, now - began_before)
            await database.writer.run(lambda work: beat(work, front, now))
            return next(it for it in await all_checks(settings) if it.name == WEBHOOK)

        with closing(database.writer):
            none = next(it for it in await all_checks(settings) if it.name == WEBHOOK)
            young, settled = await found(5 * SECOND), await found(POLLS_ALONE_AFTER)
    assert (none.level, young.level, settled.level) == (
        CheckLevel.UNKNOWN, CheckLevel.UNKNOWN, CheckLevel.FINE,
    )  # fmt: skip
    assert "Haven does not run" in none.detail
    assert "began less than half a minute ago" in young.detail
    assert "haven logs says why" in none.detail
    assert "haven logs says why" in young.detail


async def test_a_database_that_does_not_answer_is_not_taken_for_a_bot_that_does_not_run(
    tmp_path: Path,
) -> None:
    """It says who runs: the bot may well do so, and wait for it."""
    away = "postgresql://haven@127.0.0.1:9/none"
    async with serve(Sandbox()) as address:
        settings = settings_at(tmp_path, address, database_url=away, keys_url=f"{away}_keys")
        settings.data.mkdir(parents=True)
        found = {it.name: it for it in await all_checks(settings)}
    assert found[WEBHOOK].level is CheckLevel.UNKNOWN
    assert "it cannot be seen whether Haven runs" in found[WEBHOOK].detail
    assert found["database opens and is durable"].level is CheckLevel.WRONG


async def test_what_only_a_running_bot_can_report_is_unknown_while_none_runs(
    tmp_path: Path,
) -> None:
    async with serve(Sandbox()) as address:
        settings = settings_at(tmp_path, address)
        database = open_database(settings)
        open_vault(settings, database).close()
        before = await levels(settings)
        with closing(database.writer) as writer:
            bot, now = settings.bot_number(), SystemClock().now()
            writer.run_sync(lambda work: record_heartbeat(work, bot, now))
        stopped = {it.name: it for it in await all_checks(settings)}
    for name in (*REPORTED, "database answers the running bot"):
        assert before[name] is stopped[name].level is CheckLevel.UNKNOWN
    assert before["processes: none runs"] is CheckLevel.WARNING
    assert "haven start" in stopped["processes: none runs"].detail
    assert "not started yet" not in stopped["processes: none runs"].detail


async def test_a_deployment_that_was_set_up_and_not_started_says_so(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    database = open_database(settings)
    open_vault(settings, database).close()
    database.writer.close()
    lines = [it.line for it in await all_checks(settings)]
    assert any(it.startswith("warn   processes: none runs: not started yet: ") for it in lines)
    assert any(it.startswith("warn   backups are made and expire: none are made") for it in lines)


async def test_a_webhook_and_a_clock_that_differs_are_told(tmp_path: Path) -> None:
    sandbox = Sandbox()
    sandbox.updates.webhook = "https://other.example/hook/secret"
    async with serve(sandbox) as address:
        sandbox.jump(7200)
        found = await doctor(settings_at(tmp_path, address))
    assert "other.example" in str(found[WEBHOOK])
    assert "secret" not in str(found[WEBHOOK])
    assert "seconds slow" in str(found[CLOCK])


async def test_a_webhook_of_ours_is_looked_at_from_both_sides(tmp_path: Path) -> None:
    """What Telegram says of its posts, and what our public address answers."""
    sandbox = Sandbox()
    async with front_of(sandbox) as front:
        api = front.bot.base_url.partition("/bot")[0]
        ours = settings_at(tmp_path, api, webhook_url=front.address.url)
        found = await doctor(ours)
        assert (found[WEBHOOK], found[FRONT]) == (None, None)

        front.server.close()
        sandbox.add_phone().say("hello")
        await until(lambda: sandbox.webhook.failure)
        closed = await doctor(ours)
        assert "1 wait with Telegram" in str(closed[WEBHOOK])
        assert "503 Service Unavailable" in str(closed[WEBHOOK])
        assert "takes no messages" in str(closed[FRONT])

        key = tmp_path / "secret"
        key.write_text("another-secret-of-20-letters\n")
        key.chmod(0o400)
        other = await doctor(replace(ours, webhook_secret_file=key))
        assert "HAVEN_WEBHOOK_SECRET_FILE" in str(other[FRONT])
        lost = await doctor(replace(ours, webhook_url=front.address.url + "/x"))
        assert "posts to 127.0.0.1" in str(lost[WEBHOOK])
        assert "no such path" in str(lost[FRONT])
    gone = await doctor(ours)
    assert "nothing answers there" in str(gone[FRONT])


@pytest.mark.parametrize(
    ("is_forum", "status", "fault"),
    [
        (False, "administrator", "has no topics"),
        (True, "member", "no administrator"),
        (True, "", "does not show the group"),
    ],
)
async def test_a_group_in_which_the_bot_cannot_work_is_told(
    tmp_path: Path, is_forum: bool, status: str, fault: str
) -> None:
    sandbox = Sandbox()
    group = sandbox.add_group(forum=is_forum)
    if status:
        group.add_bot(sandbox.add_colleague("Mei"), status)
    async with serve(sandbox) as address:
        found = await doctor(settings_at(tmp_path, address, desk_group=group.id))
    assert fault in str(found[GROUP])


@pytest.mark.parametrize(
    ("days", "fault"), [(90, None), (5, "its certificate ends on"), (-1, "certificate has expired")]
)
def test_the_certificate_of_the_desk_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: float, fault: str | None
) -> None:
    with tls_server(tmp_path, days) as (port, authority):
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        found = dict(run_checks(settings_for(tmp_path, desk_origin=f"https://{HOST}:{port}")))
    assert found[DESK] is None if fault is None else fault in str(found[DESK])


def test_a_certificate_no_browser_trusts_and_an_address_without_tls_are_told(
    tmp_path: Path,
) -> None:
    with tls_server(tmp_path, 90) as (port, _authority):
        settings = settings_for(tmp_path, desk_origin=f"https://{HOST}:{port}")
        assert "not valid" in str(dict(run_checks(settings))[DESK])
    assert "does not answer by TLS" in str(dict(run_checks(settings))[DESK])
    assert DESK not in dict(run_checks(settings_for(tmp_path)))


def test_a_clock_without_a_time_service_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert is_clock_synchronised() in {True, False, None}
    for state, is_wrong in ((True, False), (None, False), (False, True)):
        monkeypatch.setattr(asked, "is_clock_synchronised", lambda state=state: state)
        fault = dict(run_checks(settings_for(tmp_path)))[NTP]
        assert (fault is not None) == is_wrong
        assert not is_wrong or "timedatectl set-ntp true" in str(fault)


# --- Before the first start -------------------------------------------------------------------


def test_before_the_first_start_nothing_reads_as_lost(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, backups=tmp_path / "backups", backup_key="00")
    assert is_new(settings)
    found = dict(run_checks(settings))
    assert about_new(found) == {None}
    assert not {name for name, fault in found.items() if fault} & {
        "database opens and is durable", "key store opens with this host key",
    }  # fmt: skip
    assert "none at" not in " ".join(filter(None, found.values()))
    assert not settings.data.exists()


def test_an_empty_folder_with_backups_is_asked_about(tmp_path: Path) -> None:
    backups = tmp_path / "backups"
    backups.mkdir()
    settings = settings_for(tmp_path, backups=backups)
    (backups / "haven-main-20261128T020000Z.age").touch()
    assert list_archives(backups)
    (fault,) = about_new(dict(run_checks(settings)))
    assert fault is not None
    assert "HAVEN_DATA" in fault


def test_data_without_keys_are_no_new_deployment(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    database = open_database(settings)
    open_vault(settings, database).close()
    database.writer.close()
    assert not is_new(settings)
    keys = DataDirectory(settings.data).path / "keys.db"
    keys.rename(tmp_path / "elsewhere")
    found = dict(run_checks(settings))
    assert about_new(found) == set()
    assert found["key store opens with this host key"]


# --- The log ----------------------------------------------------------------------------------


def test_logs_come_from_the_journal_or_say_where_they_go(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = journal_command("journalctl", ["haven"], 50, "yesterday", follow=True)
    assert command == [
        "journalctl", "--unit=haven", "--lines=50", "--output=cat", "--since=yesterday", "--follow",
    ]  # fmt: skip
    monkeypatch.setattr("bot.cli.health.logs.RUNNING_SYSTEMD", tmp_path / "none")
    logs()
    assert "standard error" in capsys.readouterr().out


def unit_folder(root: Path) -> Path:
    """Return the folder of services of a machine."""
    found = Target(root).at(UNITS)
    found.mkdir(parents=True)
    return found


@pytest.mark.parametrize(
    ("unit", "shown"),
    [
        ("", ["backup", "front", "leader", "retention"]),
        ("haven-front", ["front"]),
    ],
)  # fmt: skip
def test_logs_show_every_service_of_haven_that_is_installed_and_no_timer(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, unit: str, shown: list[str]
) -> None:
    """Where the parts are services of their own, haven.service says nothing any more."""
    units = ("-front", "-leader", "-backup", "-retention", "-desk@", "watch")
    folder = unit_folder(tmp_path)
    for name in units:
        (folder / f"haven{name}.service").touch()
    for name in ("-backup", "-retention"):
        (folder / f"haven{name}.timer").touch()
    ran: list[list[str]] = []
    monkeypatch.setattr("bot.cli.health.logs.RUNNING_SYSTEMD", tmp_path)
    monkeypatch.setattr("shutil.which", lambda _name: "/usr/bin/journalctl")
    monkeypatch.setattr("os.execv", lambda _path, words: ran.append(words))
    monkeypatch.setattr("bot.cli.health.logs.MACHINE", Target(tmp_path))
    logs(unit=unit)
    asked = [it.removeprefix("--unit=") for it in ran[0] if it.startswith("--unit=")]
    assert [it.removesuffix(".service") for it in asked] == [f"haven-{it}" for it in shown]


def test_logs_show_the_one_service_where_nothing_else_is_installed(tmp_path: Path) -> None:
    machine, folder = Target(tmp_path), unit_folder(tmp_path)
    assert installed_services(machine) == ["haven.service"]
    (folder / "haven.service").touch()
    (folder / "haven-retention.service").touch()
    assert installed_services(machine) == ["haven-retention.service", "haven.service"]
