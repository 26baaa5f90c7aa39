"""The record of the clock: how it stood before a restart, and whether it is believed after one.

A restart of the bot goes on where it was. After a start of the machine, or on another one, the
span goes on as well, if all of this is so:

    the clock was right before       no difference from the channel's was recorded last
    the database knows nothing later its last heartbeat is past, and PostgreSQL's own clock agrees
    the channel's clock agrees       by its first dated answer, which comes within seconds

Until then, and for an hour if it is not so, no hour is trusted. The span that waits to go on is
stored, so that a process that ends meanwhile decides nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.hotline.contact_rule import (
    DISTRUST_PERIOD,
    MAX_CHANNEL_SKEW,
    MAX_DRIFT,
    clock_error,
)
from bot.store.findings import CLOCK_ERROR
from bot.store.heartbeat import last_heartbeat
from bot.store.statements import select_in, select_one, upsert
from bot.store.tables.main import rounds

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.hotline.contact_rule import ClockMonitor
    from bot.store.writer import Work

CLOCK_ROW, BOOT_ROW, WAITING_ROW = "clock", "boot", "clock_waits"
"""Rows of `rounds`: how the two clocks stood to each other; the start of the machine it was in; the
span that goes on once it is confirmed, 0 for none."""
SET_WHILE_OFF: Final = "set_while_off"
WAS_WRONG: Final = "was_wrong"
BEHIND_DATABASE: Final = "behind_database"
DATABASE_DISAGREES: Final = "database_disagrees"
CHANNEL_DISAGREES: Final = "channel_disagrees"

_LOAD = select_one(rounds, "ran_at", "steady_since", by="name")
_LOAD_ALL = select_in(rounds, "name", "ran_at", "steady_since", among="name")
_STORE = upsert(rounds, "name", "ran_at", "steady_since", key="name")


def check_clock(work: Work, monitor: ClockMonitor, clock: Clock) -> None:
    """Compare the clocks with each other, with those before a restart, and with the channel's."""
    now, monotonic = clock.now(), clock.monotonic()
    if monitor.wall_zero is None:
        _begin(work, monitor, now, monotonic)
    elif monitor.check(now, monotonic):
        _store(work, monitor)
    elif monitor.span_before is not None and (channel_at := monitor.channel()) is not None:
        _confirm(work, monitor, clock_error(now, channel_at))


def _begin(work: Work, monitor: ClockMonitor, now: int, monotonic: float) -> None:
    """Go on with the span before a restart, at once or once it is confirmed; or begin one."""
    before, waiting, boot = _load_rows(work)
    if before:
        monitor.wall_zero, monitor.steady_since = before
    if not monitor.check(now, monotonic):
        if waiting:
            monitor.await_confirmation(waiting)
        _store(work, monitor)
        return
    is_new_start = bool(before and boot and monitor.boot and boot != monitor.boot)
    if not before and not last_heartbeat(work):  # no moment was stored that could be wrong
        monitor.await_confirmation(now - DISTRUST_PERIOD)
    elif fault := _fault_of(work, now) if is_new_start else SET_WHILE_OFF:
        monitor.doubt = fault
    else:
        monitor.await_confirmation(waiting or before[1])
    _store(work, monitor)


def _load_rows(work: Work) -> tuple[tuple[int, ...], int, int]:
    """Return how the clocks stood, the span that waits, and the start of the machine."""
    names = [CLOCK_ROW, WAITING_ROW, BOOT_ROW]
    found = {name: row for name, *row in work.rows_in(_LOAD_ALL, names)}
    clock = tuple(int(it) for it in found.get(CLOCK_ROW, ()))
    return clock, found.get(WAITING_ROW, [0])[0], found.get(BOOT_ROW, [0])[0]


def _fault_of(work: Work, now: int) -> str:
    """Return why an earlier span cannot go on; empty if the channel may confirm it."""
    if any(error for error, _found_at in work.rows(_LOAD, CLOCK_ERROR.name)):
        return WAS_WRONG
    if last_heartbeat(work) > now + MAX_DRIFT:
        return BEHIND_DATABASE
    if work.dialect == "postgresql":
        ((at,),) = work.execute("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")
        return DATABASE_DISAGREES if abs(now - int(at)) > MAX_CHANNEL_SKEW else ""
    return ""


def _confirm(work: Work, monitor: ClockMonitor, error: int) -> None:
    if error:
        monitor.span_before, monitor.doubt = None, CHANNEL_DISAGREES
    else:
        monitor.resume()
    _store(work, monitor)


def _store(work: Work, monitor: ClockMonitor) -> None:
    since = monitor.steady_since
    work.run(_STORE, CLOCK_ROW, monitor.wall_zero, since)
    work.run(_STORE, WAITING_ROW, monitor.span_before or 0, since)
    if monitor.boot:
        work.run(_STORE, BOOT_ROW, monitor.boot, since)
