"""The record of the clock: how it stood before a restart, and whether it is believed after one.

Each start of each machine has a row of its own: several machines may serve one deployment, and the
monotonic clock of each began at another moment. A restart of a process goes on where its machine
was. After a start of the machine, or on another one, the span that was stored last goes on as well,
if all of this is so:

    the clock was right before       no difference from the channel's was recorded last
    the database knows nothing later its last heartbeat is past, and PostgreSQL's own clock agrees
    the channel's clock agrees       by its first dated answer, which comes within seconds

Data that were restored have no such span, for no backup holds it: they are believed as after a
first start, if the same is so.

Until then, and for an hour if it is not so, no hour is trusted. The span that waits to go on is
stored, so that a process that ends meanwhile decides nothing.

One process notes when a person wrote, another asks whether they are still there: all must mean the
same span. So the row of a machine is what its processes go by, and each looks every few seconds for
a span that another machine has begun since. Only machines whose clock agrees with PostgreSQL's
share their spans; by any other clock a person would look present who wrote long ago.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import bindparam

from bot.clock import DAY
from bot.hotline.contact_rule import (
    DISTRUST_PERIOD,
    MAX_CHANNEL_SKEW,
    MAX_DRIFT,
    clock_error,
)
from bot.store.findings import CLOCK_ERROR
from bot.store.processes.heartbeat import last_heartbeat
from bot.store.statements import delete_by, insert, select_by, upsert
from bot.store.tables.machines import host_clocks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.clock import Clock
    from bot.hotline.contact_rule import ClockMonitor
    from bot.store.writer import Work

KEPT = 30 * DAY
"""How long the row of a machine's start is kept after it was stored last."""
SET_WHILE_OFF: Final = "set_while_off"
WAS_WRONG: Final = "was_wrong"
BEHIND_DATABASE: Final = "behind_database"
DATABASE_DISAGREES: Final = "database_disagrees"
CHANNEL_DISAGREES: Final = "channel_disagrees"

_COLUMNS = ("boot", "wall_zero", "steady_since", "waits_since", "stored_at")
_NOT_SHARED: Final = -1
"""In place of a span that waits: the clock disagrees with the database's."""
_DATABASE_CLOCK = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"

_LOAD_ALL = select_by(host_clocks, *_COLUMNS, order_by=host_clocks.c.stored_at.desc())
_ADD = insert(host_clocks, *_COLUMNS, unless_exists="boot")
_STORE = upsert(host_clocks, *_COLUMNS, key="boot")
_EXPIRE = delete_by(host_clocks, by=host_clocks.c.stored_at < bindparam("before"))


class _HostClock(NamedTuple):
    """How the two clocks of a machine stood to each other since one of its starts."""

    boot: int
    wall_zero: int
    steady_since: int
    waits_since: int
    """The span that goes on once it is confirmed; 0 for none, `_NOT_SHARED` if it is no other's."""
    stored_at: int

    @property
    def span(self) -> tuple[int, int | None]:
        """Return the span, and the one that waits for a confirmation."""
        return self.steady_since, self.waits_since if self.waits_since > 0 else None

    def agrees_with(self, monitor: ClockMonitor) -> bool:
        """Tell whether a process of this machine sees the clocks stand as they stood here."""
        here = monitor.wall_zero
        return (
            self.boot == monitor.boot
            and here is not None
            and abs(self.wall_zero - here) <= MAX_DRIFT
        )


def check_clock(work: Work, monitor: ClockMonitor, clock: Clock) -> None:
    """Compare the clocks with each other, with those before a restart, and with the channel's."""
    now, monotonic = clock.now(), clock.monotonic()
    if monitor.wall_zero is None:
        _begin(work, monitor, now, monotonic)
    elif monitor.check(now, monotonic):
        own = _row_of_start(_load(work), monitor.boot)
        if own is not None and own.agrees_with(monitor):  # another process noticed the jump first
            _go_by(monitor, own)
        else:
            _store(work, monitor, now)
    elif monitor.span_before is not None and (channel_at := monitor.channel()) is not None:
        _confirm(work, monitor, now, clock_error(now, channel_at))


def follow_clocks(work: Work, monitor: ClockMonitor, clock: Clock) -> None:
    """Take over the span of this machine, and a newer one that another machine has begun."""
    if work.dialect == "sqlite" or monitor.wall_zero is None:
        return
    now, stored = clock.now(), _load(work)
    own = _row_of_start(stored, monitor.boot)
    if own is not None and own.agrees_with(monitor):
        _go_by(monitor, own)
    shared = [it for it in stored if it.boot != monitor.boot and not it.waits_since]
    if not shared or _disagrees_with_database(work, now):
        return
    if monitor.span_before is not None and monitor.channel() is None:  # it has no channel to ask
        _confirm(work, monitor, now, 0)
    newest = max(it.steady_since for it in shared)
    if monitor.span_before is None and monitor.steady_since < newest <= now + MAX_DRIFT:
        monitor.steady_since = newest
        _store(work, monitor, now)


def _begin(work: Work, monitor: ClockMonitor, now: int, monotonic: float) -> None:
    """Go on with the span before a restart, at once or once it is confirmed; or begin one."""
    stored = _load(work)
    before = _of_this_start(stored, monitor.boot)
    if before is not None:
        monitor.wall_zero, monitor.steady_since = before.wall_zero, before.steady_since
    if not monitor.check(now, monotonic):
        if before is not None:
            _go_by(monitor, before)
    elif before is not None:
        monitor.doubt = SET_WHILE_OFF
    elif fault := _fault_of(work, now):
        monitor.doubt = fault
    elif not stored:  # a first start, or the first of restored data, whose machine is another
        monitor.await_confirmation(now - DISTRUST_PERIOD)
    else:
        last = stored[0]
        monitor.await_confirmation(last.span[1] or last.steady_since)
    if before is not None:
        _store(work, monitor, now)
        return
    work.run(_ADD, *_row_of(work, monitor, now))
    first = _row_of_start(_load(work), monitor.boot)
    if first is not None and first.agrees_with(monitor):  # another process began first
        _go_by(monitor, first)


def _go_by(monitor: ClockMonitor, row: _HostClock) -> None:
    since, waits = row.span
    if since == monitor.span_before:  # another process of this machine had it confirmed
        monitor.resume()
    monitor.steady_since, monitor.span_before = since, waits
    if waits is not None:
        monitor.await_confirmation(waits)


def _load(work: Work) -> list[_HostClock]:
    """Return how the clocks stood on every machine, the last stored one first."""
    return [_HostClock(*row) for row in work.rows(_LOAD_ALL)]


def _row_of_start(stored: Sequence[_HostClock], boot: int) -> _HostClock | None:
    return next((it for it in stored if it.boot == boot), None)


def _of_this_start(stored: Sequence[_HostClock], boot: int) -> _HostClock | None:
    """Return how the clocks stood before in this start of this machine; None: it is a new one.

    Where a start has no number, the clocks are compared as if it were the same.
    """
    if (found := _row_of_start(stored, boot)) is not None:
        return found
    is_known = bool(boot) and all(it.boot for it in stored)
    return stored[0] if stored and not is_known else None


def _fault_of(work: Work, now: int) -> str:
    """Return why an earlier span cannot go on; empty if the channel may confirm it."""
    if CLOCK_ERROR.last(work):
        return WAS_WRONG
    if last_heartbeat(work) > now + MAX_DRIFT:
        return BEHIND_DATABASE
    return DATABASE_DISAGREES if _disagrees_with_database(work, now) else ""


def _disagrees_with_database(work: Work, now: int) -> bool:
    if work.dialect == "sqlite":
        return False
    ((at,),) = work.execute(_DATABASE_CLOCK)
    return abs(now - int(at)) > MAX_CHANNEL_SKEW


def _confirm(work: Work, monitor: ClockMonitor, now: int, error: int) -> None:
    if error:
        monitor.span_before, monitor.doubt = None, CHANNEL_DISAGREES
    else:
        monitor.resume()
    _store(work, monitor, now)


def _store(work: Work, monitor: ClockMonitor, now: int) -> None:
    work.run(_STORE, *_row_of(work, monitor, now))
    work.run(_EXPIRE, now - KEPT)


def _row_of(work: Work, monitor: ClockMonitor, now: int) -> tuple[int, int, int, int, int]:
    waits = monitor.span_before or 0
    if not waits and _disagrees_with_database(work, now):
        waits = _NOT_SHARED
    return monitor.boot, monitor.wall_zero or 0, monitor.steady_since, waits, now
