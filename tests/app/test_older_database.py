"""A database that lost what Haven had stored: the desk and the doctor say from when to when."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from bot.app.storage import open_database
from bot.cases.state_machine import Role
from bot.cli.doctor import check_all
from bot.cli.health.levels import CheckLevel
from bot.clock import HOUR, MINUTE, SystemClock
from bot.store.findings import MISSING_LIFETIME, load_findings, record_missing_data
from tests.store.test_postgresql_faults import kill_connections
from tests.support.database_fixtures import database_settings
from tests.support.harnesses.hotline_harness import settings_for
from tests.support.harnesses.live_deployment import evening
from tests.support.harnesses.web_desk_harness import WebDeskHarness

if TYPE_CHECKING:
    from pathlib import Path

    from bot.app.build import RunningApp

CHECK = "the database has all that was stored"
BANNER = "The database is older than what was stored before"
AHEAD = 10**6
"""Transactions that the process believes to have stored, and the server does not know."""


async def test_a_bot_under_which_the_database_is_older_says_so_and_answers_on(
    tmp_path: Path,
) -> None:
    met: asyncio.Queue[RunningApp] = asyncio.Queue()
    async with evening(tmp_path, checks_calls=False, **database_settings("postgresql")) as night:
        night.extra_job = met.put
        with capture_logs() as logs:
            await night.start()
            database = (await met.get()).app.database
            database.writer._session.history.number += AHEAD  # type: ignore[union-attr]
            await asyncio.to_thread(kill_connections, database)
            await night.add_person("Sari", "id").arrives()
            await night.until(
                lambda: night.sql("SELECT 1 FROM rounds WHERE name = 'missing_to'"), "it is kept"
            )
    (older,) = [it for it in logs if it["event"] == "database_older"]
    assert 0 < older["count"] <= AHEAD
    assert older["log_level"] == "error"


def test_every_page_of_the_desk_says_what_the_database_lost_and_what_to_do(tmp_path: Path) -> None:
    desk = WebDeskHarness(tmp_path)
    mei, wu = desk.worker().comes(), desk.worker("Wu", Role.ADMINISTRATOR).comes()
    before, now = mei.browser.get("/account").text, desk.home.loop.now()
    desk.home.database.writer.run_sync(
        lambda work: record_missing_data(work, now - HOUR, now - MINUTE, now)
    )
    hers, his = mei.browser.get("/queue/mine").text, wu.browser.get("/staff").text
    desk.close()
    assert BANNER not in before
    for page, fix in ((hers, "Tell an administrator."), (his, "Run haven doctor")):
        assert BANNER in page
        assert "Ask them again." in page
        assert fix in page


@pytest.mark.parametrize("age", [0, MISSING_LIFETIME - MINUTE, MISSING_LIFETIME + MINUTE])
def test_the_doctor_says_for_a_week_what_the_database_lost_and_what_to_do(
    tmp_path: Path, age: int
) -> None:
    settings = settings_for(tmp_path)
    at = SystemClock().now() - age
    with contextlib.closing(open_database(settings).writer) as writer:
        writer.run_sync(lambda work: record_missing_data(work, at - HOUR, at, at))
    found = next(it for it in check_all(settings) if it.name == CHECK)
    assert (found.level is CheckLevel.WRONG) == (age < MISSING_LIFETIME)
    if age < MISSING_LIFETIME:
        for words in ("bring the newest copy", "haven restore", "ask people again"):
            assert words in found.detail


def test_two_losses_in_a_row_are_one_span(tmp_path: Path) -> None:
    settings, at = settings_for(tmp_path), SystemClock().now()
    with contextlib.closing(open_database(settings).writer) as writer:
        for since, until in ((at - 3 * HOUR, at - 2 * HOUR), (at - HOUR, at)):
            writer.run_sync(lambda work, it=(since, until): record_missing_data(work, *it, at))  # type: ignore[misc]
        found = writer.run_sync(lambda work: load_findings(work, at))
    assert (found.data_missing_since, found.data_missing_until) == (at - 3 * HOUR, at)
