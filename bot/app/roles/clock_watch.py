"""The clock of this machine, compared with the channel's."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.clock import MINUTE, SECOND
from bot.hotline.contact_rule import clock_error
from bot.log import log
from bot.store.findings import CLOCK_DOUBTED_UNTIL, CLOCK_ERROR

if TYPE_CHECKING:
    from bot.app.build import App
    from bot.store.writer import Work

CLOCK_CHECK_SECONDS = 1.0


async def check_clock_if_needed(app: App) -> None:
    """Compare the clocks if one has jumped, or if the channel can confirm ours.

    While that is open, also read what another process of this machine has found.
    """
    clock, monitor = app.clock, app.setting.clock_monitor
    if monitor.needs_check(clock.now(), clock.monotonic()):
        await app.database.writer.run(app.gate.check_clock)
    elif monitor.span_before is not None and app.database.dialect == "postgresql":
        await app.database.writer.run(app.gate.follow_clocks)


async def watch_clock(app: App, *, is_recorded: bool = True) -> None:
    """Notice within a second that the wall clock jumped, or differs from the channel's.

    After a jump, times are not trusted. Operators are told of both; staff by the leader's process
    alone (`is_recorded`).
    """
    monitor, clock = app.setting.clock_monitor, app.clock
    told, told_doubt = 0, 0
    while True:
        await check_clock_if_needed(app)
        error, doubt = clock_error(clock.now(), monitor.channel()), _log_doubt(app, told_doubt)
        if abs(error - told) > MINUTE or doubt != told_doubt:
            if abs(error - told) > MINUTE:
                told = error
                _log_clock_error(error)
            told_doubt = doubt
            if is_recorded:
                await app.database.writer.run(lambda work: record_clock(app, work))
        await asyncio.sleep(CLOCK_CHECK_SECONDS)


def record_clock(app: App, work: Work) -> None:
    """Note for other processes how far the clocks differ, and until when hours are in doubt."""
    now, monitor = app.clock.now(), app.setting.clock_monitor
    CLOCK_ERROR.record(work, clock_error(now, monitor.channel()), now)
    CLOCK_DOUBTED_UNTIL.record(work, monitor.doubted_until(now), now)


def _log_clock_error(error: int) -> None:
    if error:
        log.error("clock_wrong", seconds=error / SECOND)
    else:
        log.info("clock_right")


def _log_doubt(app: App, told: int) -> int:
    """Log once that hours are not trusted, and once that they are; return until when not."""
    monitor, now = app.setting.clock_monitor, app.clock.now()
    until = monitor.doubted_until(now)
    if until and until != told:
        log.error("clock_doubted", kind=monitor.doubt, seconds=(until - now) / SECOND)
    elif told and not until:
        log.info("clock_believed")
    return until
