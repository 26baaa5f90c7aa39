"""What the monitoring port says of a running Haven, and what it never says."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.app.run import RunOptions, run_bot
from bot.app.storage import open_vault
from bot.app.web_desk import run_standalone_desk
from bot.errors import SettingError
from bot.monitoring.metrics import LEVEL, METRICS, ROLE, STANDBY_METRICS
from bot.monitoring.server import MAX_CONNECTIONS
from bot.sandbox import FaultKind
from bot.settings import load_settings
from bot.store.database import DataDirectory
from bot.store.disk_space import DiskSpace
from tests.support.database.key_store_fixtures import staff_keys
from tests.support.free_ports import free_port
from tests.support.harnesses.hotline_harness import settings_for
from tests.support.watched_deployment import WatchedDeployment, values, watched

if TYPE_CHECKING:
    from pathlib import Path

LEVELS = {"P0", "P1", "P2", "P3", "P4"}
OF_A_WEBHOOK = ("webhook_pending_updates", "webhook_failure_age_seconds")
"""Absent while updates are polled: see `stories/test_webhook_evening.py`."""
BACKUP = "haven_backup_age_seconds"


async def test_a_running_haven_is_alive_and_ready_and_every_metric_is_there(tmp_path: Path) -> None:
    async with watched(tmp_path, backups=tmp_path / "backups") as haven:
        health, ready = await haven.get("/healthz"), await haven.get("/readyz")
        page = await haven.get("/metrics")
        assert (await haven.get("/")).status_code == 404
    assert (health.status_code, health.text) == (200, "alive\n")
    assert ready.status_code == 200
    assert ready.text.count("ok ") == 4
    assert page.headers["content-type"].startswith("text/plain; version=")
    samples = [it for each in text_string_to_metric_families(page.text) for it in each.samples]
    ours = {it.name for it in samples if it.name.startswith("haven_")}
    absent = {it.name for it in STANDBY_METRICS} | {f"haven_{it}" for it in OF_A_WEBHOOK}
    assert ours == {it.name for it in METRICS} - absent
    values = {it.name: it.value for it in samples if not it.labels}
    assert values["haven_database_up"] == values["haven_keys_usable"] == 1
    assert 0 <= values["haven_key_epoch_age_seconds"] < 1800
    assert values["haven_poll_age_seconds"] < 60


async def test_no_label_and_no_line_tells_of_a_person_a_case_or_a_language(tmp_path: Path) -> None:
    async with watched(tmp_path) as haven:
        guest = haven.deployment.add_person("Sari", "vi")
        await guest.arrives()
        await guest.press("Danger now", "Tell them now")
        await haven.deployment.until(
            lambda: haven.deployment.sql("SELECT reference FROM cases"), "a case"
        )
        ((reference, case, language),) = haven.deployment.sql(
            "SELECT reference, id, language FROM cases"
        )
        page = await haven.scrape() or ""
    labels = {
        pair
        for each in text_string_to_metric_families(page)
        for sample in each.samples
        for pair in sample.labels.items()
    }
    roles = {(ROLE, it) for it in ("front", "worker", "leader", "desk", "standby")}
    assert labels == {(LEVEL, level) for level in LEVELS} | roles
    for words in (reference, case, str(guest.phone.id), "Sari", f'"{language}"'):
        assert words not in page


async def test_it_is_alive_and_not_ready_while_the_database_is_locked(tmp_path: Path) -> None:
    async with watched(tmp_path) as haven:
        path = DataDirectory(haven.deployment.settings.data).path / "haven.db"
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            ready, health = await haven.get("/readyz"), await haven.get("/healthz")
        again = await haven.get("/readyz")
    assert health.status_code == 200
    assert (ready.status_code, "no  database answers" in ready.text) == (503, True)
    assert again.status_code == 200


async def test_it_is_not_ready_after_five_minutes_without_telegram(tmp_path: Path) -> None:
    async with watched(tmp_path) as haven:
        haven.deployment.sandbox.faults.add(FaultKind.ERROR, code=502)
        haven.deployment.sandbox.jump(290)
        before = await haven.get("/readyz")
        haven.deployment.sandbox.jump(20)
        after = await haven.get("/readyz")
    assert before.status_code == 200
    assert after.status_code == 503
    assert "no  Telegram answered within 5 minutes" in after.text


async def test_it_is_not_ready_while_no_caseworker_can_open_what_comes(tmp_path: Path) -> None:
    async with watched(tmp_path) as haven:
        before, bot = await haven.get("/readyz"), haven.deployment
        with closing(open_vault(bot.settings, bot.database)) as vault:
            for who in vault.cases.wraps.holders().present:
                staff_keys(vault).remove(who, bot.clock.now())
        after = await haven.get("/readyz")
    assert before.status_code == 200
    assert after.status_code == 503
    assert "no  a caseworker can open what people send" in after.text


async def test_a_bot_that_telegram_never_answered_is_not_ready_and_says_so(tmp_path: Path) -> None:
    async with watched(tmp_path) as haven:
        await haven.deployment.stop()
        haven.deployment.sandbox.faults.add(FaultKind.ERROR, lasting=600, code=502)
        haven.deployment.bot = asyncio.create_task(haven.deployment.run())

        async def is_served() -> bool:
            return await haven.scrape() is not None

        await haven.until(is_served)
        ready = await haven.get("/readyz")
        haven.deployment.sandbox.faults.clear()
    assert ready.status_code == 503
    assert "no  Telegram has not answered since the start" in ready.text


async def test_a_desk_by_itself_says_how_it_is_and_nothing_of_polling(tmp_path: Path) -> None:
    async with watched(tmp_path) as haven:
        bot = haven.deployment.settings
        alone = replace(bot, desk_listen=free_address(), watch_listen=free_address())
        desk = WatchedDeployment(haven.deployment, int(alone.watch_listen.rpartition(":")[2]))
        running = asyncio.create_task(run_standalone_desk(alone))

        async def is_ready() -> bool:
            assert not running.done()
            return await desk.scrape() is not None

        await desk.until(is_ready)
        ready, found = await desk.get("/readyz"), values(await desk.scrape() or "")
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert ready.text == (
        "ok  database answers\nok  keys are usable\nok  a caseworker can open what people send\n"
    )
    assert found["haven_database_up"] == found["haven_keys_usable"] == 1
    assert "haven_desk_sessions" in found
    assert "haven_poll_age_seconds" not in found


def free_address() -> str:
    return f"127.0.0.1:{free_port()}"


def test_the_desks_address_is_refused_and_nothing_listens_by_itself() -> None:
    with pytest.raises(SettingError, match="HAVEN_WATCH_LISTEN: an address and a port, not the"):
        load_settings(desk_listen="127.0.0.1:8090", watch_listen="127.0.0.1:8090")
    assert load_settings().watch_host_port is None
    assert load_settings(watch_listen="[::1]:8091").watch_host_port == ("::1", 8091)


async def test_a_port_that_is_taken_ends_the_start_with_the_fix(tmp_path: Path) -> None:
    async with watched(tmp_path / "first") as haven:
        address = re.sub("^http://", "", haven.address)
        (tmp_path / "second").mkdir()
        settings = settings_for(
            tmp_path / "second",
            watch_listen=address,
            telegram_token=haven.deployment.settings.telegram_token,
            telegram_api=haven.deployment.settings.telegram_api,
        )
        with pytest.raises(SettingError, match=r"HAVEN_WATCH_LISTEN: .* name another port"):
            await run_bot(settings, RunOptions(disk=DiskSpace.unlimited(settings.data)))


async def test_idle_connections_leave_the_port_open_to_a_request(tmp_path: Path) -> None:
    """Without a limit they would take every file that the process may open, the desk's included."""
    async with watched(tmp_path) as haven:
        address = urlsplit(haven.address)
        idle = [
            await asyncio.open_connection(address.hostname, address.port)
            for _ in range(3 * MAX_CONNECTIONS)
        ]
        health = await haven.get("/healthz")
        async with asyncio.timeout(10):
            ended = [await reader.read() for reader, _ in idle[: 2 * MAX_CONNECTIONS]]
        for _, writer in idle:
            writer.close()
    assert health.status_code == 200
    assert ended == [b""] * (2 * MAX_CONNECTIONS)
