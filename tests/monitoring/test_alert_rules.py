"""Each alert rule fires under the fault it is for, by the page that a running Haven serves then."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import subprocess
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from bot.clock import SystemClock
from bot.monitoring.metrics import _Computed, _of_standbys
from bot.monitoring.standby_watch import StandbyState, StandbyWatch
from bot.sandbox import FaultKind
from bot.sandbox.sample_updates import sample_photo
from bot.store.database import DataDirectory
from bot.store.replication import Replication, Standby
from tests.support.watched_deployment import RULES, fired, needs_promtool, watched

if TYPE_CHECKING:
    from pathlib import Path


pytestmark = needs_promtool
ALL = set(re.findall(r"alert: (\w+)", RULES.read_text(encoding="utf-8")))
SHOWN_BELOW = {
    "HavenDown", "HavenPollingStopped", "HavenNothingStored", "HavenMessagesWait",
    "HavenRoleMissing",
    "HavenReplyOverdue", "HavenBackupOld", "HavenClockWrong", "HavenCanaryLate",
    "HavenStandbyMissing", "HavenStandbyBehind", "HavenFilesWait",
}  # fmt: skip


def test_promtool_reads_the_rules_and_each_has_a_test_below() -> None:
    done = subprocess.run(  # noqa: S603
        ["promtool", "check", "rules", str(RULES)],  # noqa: S607
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert ALL == SHOWN_BELOW


async def test_a_healthy_haven_fires_none_and_one_that_ended_is_down(tmp_path: Path) -> None:
    async with watched(tmp_path) as haven:
        page = await haven.scrape()
        await haven.deployment.stop()
        gone = await haven.scrape()
    assert fired(page, tmp_path) == set()
    assert fired(gone, tmp_path) == {"HavenDown"}


async def test_a_telegram_that_does_not_answer_fires(tmp_path: Path) -> None:
    async with watched(tmp_path) as haven:
        haven.deployment.sandbox.faults.add(FaultKind.ERROR, code=502)
        haven.deployment.sandbox.jump(290)
        before = await haven.scrape()
        haven.deployment.sandbox.jump(20)
        page = await haven.scrape()
    # Time is moved at once, so that no commit was due meanwhile: that fires as well.
    assert "HavenPollingStopped" not in fired(before, tmp_path)
    assert "HavenPollingStopped" in fired(page, tmp_path)


async def test_a_locked_database_fires_and_the_canary_does_not_get_through(tmp_path: Path) -> None:
    async with watched(tmp_path) as haven:
        path = DataDirectory(haven.deployment.settings.data).path / "haven.db"
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            haven.deployment.sandbox.jump(130)
            page = await haven.scrape()
            haven.deployment.sandbox.jump(540)
            later = await haven.scrape()
    assert fired(page, tmp_path) == {"HavenNothingStored"}
    assert fired(later, tmp_path) >= {"HavenNothingStored", "HavenCanaryLate"}
    assert "HavenCanaryLate" not in fired(page, tmp_path)


async def test_a_role_that_no_process_has_fires(tmp_path: Path) -> None:
    async with watched(tmp_path) as haven:
        path = DataDirectory(haven.deployment.settings.data).path / "haven.db"
        with closing(sqlite3.connect(path)) as other, other:
            other.execute("UPDATE processes SET roles = 'front,leader'")
        page = await haven.scrape()
    assert fired(page, tmp_path) == {"HavenRoleMissing"}


async def test_a_letter_that_does_not_leave_fires(tmp_path: Path) -> None:
    async with watched(tmp_path) as haven:
        night = haven.deployment
        phone = night.sandbox.add_phone("Sari", language="en")
        night.sandbox.faults.add(FaultKind.ERROR, method="sendMessage", code=502)
        phone.say("/start")
        await night.until(lambda: len(night.sandbox.calls.of("sendMessage")), "a try")
        night.sandbox.jump(290)
        await asyncio.sleep(0.1)
        before = await haven.scrape()
        night.sandbox.jump(20)
        page = await haven.scrape()
    assert "HavenMessagesWait" not in fired(before, tmp_path)
    assert "HavenMessagesWait" in fired(page, tmp_path)


async def test_a_picture_that_cannot_be_kept_fires(tmp_path: Path) -> None:
    async with watched(tmp_path) as haven:
        night = haven.deployment
        night.sandbox.faults.add(FaultKind.ERROR, method="getFile", code=502)
        guest = night.add_person("Sari", "en")
        await guest.arrives()
        await guest.press("Danger now", "Tell them now")
        await night.until(lambda: night.sql("SELECT 1 FROM cases"), "a case")
        guest.phone.send_photo(sample_photo(1))
        await night.until(lambda: night.sql("SELECT 1 FROM files"), "a picture")
        before = await haven.scrape()
        night.sandbox.jump(4000)
        page = await haven.scrape()
    assert "HavenFilesWait" not in fired(before, tmp_path)
    assert "HavenFilesWait" in fired(page, tmp_path)


async def test_a_person_in_danger_who_waits_too_long_fires(tmp_path: Path) -> None:
    async with watched(tmp_path, promise_minutes="1,15,240,1440,4320") as haven:
        night = haven.deployment
        guest = night.add_person("Sari", "en")
        await guest.arrives()
        before = await haven.scrape()
        await guest.press("Danger now", "Tell them now")
        await night.until(lambda: night.sql("SELECT 1 FROM cases"), "a case")
        night.sandbox.jump(65)
        page = await haven.scrape()
    assert "HavenReplyOverdue" not in fired(before, tmp_path)
    assert fired(page, tmp_path) == {"HavenReplyOverdue"}


async def test_a_folder_without_a_new_backup_fires(tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    async with watched(tmp_path, backups=folder, backup_key="") as haven:
        page = await haven.scrape()
    assert fired(page, tmp_path) == {"HavenBackupOld"}


@pytest.mark.parametrize("ahead", [600.0, 7200.0])
async def test_a_clock_that_differs_from_telegrams_fires(tmp_path: Path, ahead: float) -> None:
    async with watched(tmp_path, ahead=ahead) as haven:
        page = await haven.scrape()
    assert fired(page, tmp_path) == {"HavenClockWrong"}


@pytest.mark.parametrize(
    ("found", "alerts"),
    [
        (Replication("b", (Standby("b", "sync"),), 1), set()),
        (Replication("b", (), 1), {"HavenStandbyMissing"}),
        (Replication("b", (Standby("b", "sync", 9_000_000, 45.0),), 1), {"HavenStandbyBehind"}),
    ],
)
def test_a_standby_that_is_gone_or_far_behind_fires(
    found: Replication, alerts: set[str], tmp_path: Path
) -> None:
    state, registry = StandbyState("data"), CollectorRegistry(auto_describe=False)
    state.take(found, 1)
    registry.register(_Computed(_of_standbys(StandbyWatch({}, SystemClock(), {"data": state}))))
    assert fired(generate_latest(registry).decode(), tmp_path) == alerts
