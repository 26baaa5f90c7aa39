"""The alarm when nothing is fetched from the channel for five minutes, whatever the reason.

It runs as long as the process, also while a full disk has stopped the bot's jobs. The log says it
at once; staff read it in their group, as far as Telegram takes letters, and on every page of the
desk, which looks at the heartbeat by itself.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from bot.clock import SECOND
from bot.hotline.service_alerts import POLLING_RESUMED, POLLING_STOPPED
from bot.log import log
from bot.store.faults import ignore_store_errors
from bot.store.findings import POLLING_ALARM

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.monitoring.activity import Activity, WatchedApp
    from bot.text import Text

CHECK_SECONDS = 5.0
TELL_TIMEOUT = 5.0
"""Seconds a stuck database may hold up the alarm."""


async def watch_polling(current: Callable[[], WatchedApp], activity: Activity) -> None:
    """Tell operators and staff once that nothing is fetched, and once that it is again."""
    since = 0
    while True:
        gap, now = activity.seconds_since_poll, activity.clock.now()
        is_stopped = activity.is_polling and gap * SECOND > POLLING_ALARM
        if is_stopped and not since:
            since = now - int(gap * SECOND)
            log.error("polling_stopped", seconds=gap)
            await _tell(current(), POLLING_STOPPED, {"since": since})
        elif since and not is_stopped:
            log.info("polling_resumed", seconds=(now - since) / SECOND)
            await _tell(current(), POLLING_RESUMED, {"since": since, "until": now})
            since = 0
        await asyncio.sleep(CHECK_SECONDS)


async def _tell(app: WatchedApp, text: Text, moments: Mapping[str, int]) -> None:
    zone = app.setting.zone
    values = {
        name: f"{datetime.fromtimestamp(at / SECOND, zone):%Y-%m-%d %H:%M}"
        for name, at in moments.items()
    }
    with suppress(TimeoutError), ignore_store_errors():  # the log and the desk have it
        async with asyncio.timeout(TELL_TIMEOUT):
            letters = await app.database.writer.run(lambda work: app.tell_staff(work, text, values))
        app.courier.enqueue(letters)
