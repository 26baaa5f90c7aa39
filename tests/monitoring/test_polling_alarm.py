"""Five minutes without Telegram: the log, the desk and the group say it once, and once the end."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from bot.clock import MINUTE
from bot.hotline.service_alerts import POLLING_RESUMED, POLLING_STOPPED
from bot.languages import catalogue
from bot.messages import SendText
from bot.monitoring.activity import Activity
from bot.monitoring.polling_alarm import CHECK_SECONDS, watch_polling
from bot.store.processes.heartbeat import record_heartbeat
from tests.support.harnesses.hotline_harness import ALWAYS, BOT, HotlineHarness
from tests.support.harnesses.web_desk_harness import WebDeskHarness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GROUP = -1_001_234_567_890
BANNER = "No messages have been fetched from Telegram since"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[HotlineHarness]:
    home = HotlineHarness(tmp_path, hours=ALWAYS, desk_group=GROUP, staff_language="en")
    yield home
    home.close()


def group_lines(home: HotlineHarness) -> list[str]:
    return [it.text for it in home.post.chats.get(GROUP, {}).values() if isinstance(it, SendText)]


def test_a_gap_is_told_once_and_its_end_once_in_log_and_group(home: HotlineHarness) -> None:
    activity = Activity(home.loop)
    watching = home.loop.create_task(watch_polling(lambda: home.house, activity))
    with capture_logs() as logs:
        for _ in range(4):  # polls that answer after a minute are no gap
            home.run(home.close_writer_idle(60))
            activity.note_poll()
        assert logs == []
        home.run(home.close_writer_idle(1200))
        activity.note_poll()
        home.run(home.close_writer_idle(CHECK_SECONDS * 2))
        watching.cancel()
        home.run(asyncio.wait([watching]))
        home.settle()
    told = [it for it in logs if it["event"].startswith("polling")]
    assert [it["event"] for it in told] == ["polling_stopped", "polling_resumed"]
    assert 300 < told[0]["seconds"] <= 300 + CHECK_SECONDS + 1
    assert 1200 <= told[1]["seconds"] <= 1200 + CHECK_SECONDS + 1
    stopped, resumed = group_lines(home)
    start = POLLING_STOPPED.render(catalogue("en", "staff")).partition("{")[0]
    end = POLLING_RESUMED.render(catalogue("en", "staff")).partition("{")[0]
    assert start in stopped
    assert end in resumed


@pytest.mark.parametrize(("minutes", "is_shown"), [(4, False), (6, True)])
def test_every_page_of_the_desk_says_it_even_if_the_bot_has_ended(
    tmp_path: Path, minutes: int, is_shown: bool
) -> None:
    desk = WebDeskHarness(tmp_path)
    try:
        mei, now = desk.worker().comes(), desk.home.loop.now()
        desk.home.database.writer.run_sync(
            lambda work: record_heartbeat(work, BOT, now - minutes * MINUTE)
        )
        for path in ("/queue/mine", "/account"):
            assert (BANNER in mei.browser.get(path).text) == is_shown
    finally:
        desk.close()
