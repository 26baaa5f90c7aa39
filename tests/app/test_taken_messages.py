"""A program that polls with our token is told by the doctor, the desk and the metrics."""

from __future__ import annotations

import asyncio
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bot.app.storage import open_database
from bot.cases.state_machine import Role
from bot.channels.telegram.client import build_bot
from bot.cli.doctor import check_all
from bot.cli.health.levels import CheckLevel
from bot.clock import MINUTE, SystemClock
from bot.sandbox import TOKEN, Sandbox, serve
from bot.store.findings import CONFLICT_LIFETIME, MESSAGES_TAKEN_AT
from tests.support.harnesses.hotline_harness import settings_for
from tests.support.harnesses.web_desk_harness import WebDeskHarness
from tests.support.watched_deployment import watched

if TYPE_CHECKING:
    from pathlib import Path

    from bot.cli.health.levels import CheckResult
    from bot.settings import Settings

CHECK = "no other program takes the messages"
COUNTED = "haven_poll_conflicts_total"
BANNER = "Another program took messages that people wrote to this bot"
YOUNG = 30
"""Seconds after which a bot that polls stays, and another one gives way."""


def found_by_doctor(settings: Settings) -> CheckResult:
    return next(it for it in check_all(settings) if it.name == CHECK)


async def test_the_bot_that_stays_notes_that_another_program_took_its_messages(
    tmp_path: Path,
) -> None:
    """The doctor is another process: it reads what the running bot has stored."""
    async with watched(tmp_path) as haven:
        settings = haven.deployment.settings
        haven.deployment.sandbox.jump(YOUNG)
        before = await asyncio.to_thread(found_by_doctor, settings), await haven.value(COUNTED)
        async with build_bot(TOKEN, settings.telegram_api) as other:
            await other.get_updates(timeout=0)

        async def is_counted() -> bool:
            return await haven.value(COUNTED) == 1

        await haven.until(is_counted)
        after = await asyncio.to_thread(found_by_doctor, settings)
        assert haven.deployment.bot is not None
        assert not haven.deployment.bot.done(), "the one that was there first stays"
    assert (before[0].level, before[1]) != (CheckLevel.WARNING, 1)
    assert before[1] == 0
    assert after.level is CheckLevel.WARNING
    for words in ("another program", "Stop it", "/revoke at @BotFather", "HAVEN_TELEGRAM_TOKEN"):
        assert words in after.detail


@pytest.mark.parametrize("age", [0, CONFLICT_LIFETIME - MINUTE, CONFLICT_LIFETIME + MINUTE])
async def test_the_doctor_tells_of_another_program_for_ten_minutes(
    tmp_path: Path, age: int
) -> None:
    async with serve(Sandbox()) as address:
        settings = settings_for(tmp_path, telegram_token=TOKEN, telegram_api=address)
        at = SystemClock().now() - age
        with closing(open_database(settings).writer) as writer:
            await writer.run(lambda work: MESSAGES_TAKEN_AT.record(work, at, at))
        found = await asyncio.to_thread(found_by_doctor, settings)
    assert (found.level is CheckLevel.WARNING) == (age < CONFLICT_LIFETIME)


@pytest.mark.parametrize("is_taken", [True, False])
def test_every_page_of_the_desk_says_that_another_program_took_messages(
    tmp_path: Path, is_taken: bool
) -> None:
    desk = WebDeskHarness(tmp_path)
    mei, wu = desk.worker().comes(), desk.worker("Wu", Role.ADMINISTRATOR).comes()
    now = desk.home.loop.now()
    at = now - MINUTE if is_taken else now - CONFLICT_LIFETIME - MINUTE
    desk.home.database.writer.run_sync(lambda work: MESSAGES_TAKEN_AT.record(work, at, at))
    for path in ("/queue/mine", "/account"):
        page = mei.browser.get(path).text
        assert (BANNER in page) == is_taken
        assert ("Tell an administrator." in page) == is_taken
    assert ("Run haven doctor" in wu.browser.get("/staff").text) == is_taken
    desk.close()
