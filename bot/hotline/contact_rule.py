"""When a person may be written to: the contact rule they chose, as moments. Pure.

Why the clock is distrusted: a clock that jumped turns three at night into noon, and makes a person
who wrote hours ago look present. The wall clock is compared with the machine's monotonic clock,
which a restart of the bot does not disturb. After a jump a person counts as absent until they write
again, and hours are not trusted for an hour. A direct answer to something a person sent needs no
clock.

A start of the machine, or another machine, begins the monotonic clock at zero. That alone is no
jump: the clock is believed as before once the channel's clock agrees with it, unless it was wrong
before, or the database knows of a later moment (`bot.hotline.clock_record`).

How long a message was on its way is measured by the channel's clock alone, which dates the message
and the channel's replies: however wrong ours is, no person counts as absent for it. Where the
channel dates no replies, a message that was on its way for exactly as long as our clock was set
back (to two minutes) looks in that hour as if it had just arrived.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from bot.clock import HOUR, MINUTE, SECOND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from zoneinfo import ZoneInfo

PRESENCE_WINDOW: Final = 30 * MINUTE
"""How long after their last step a person counts as present."""
WHEN_I_WRITE: Final = "when_i_write"
"""The rule where nothing was chosen."""
ANY_TIME: Final = "any_time"
HOURS: Final[Mapping[str, tuple[int, int]]] = {
    "morning": (6, 12),
    "afternoon": (12, 18),
    "evening": (18, 22),
    "night": (22, 30),
}
"""Hours of the day by button; 30 is six in the morning of the next day."""
NEVER: Final = -1
"""In place of a moment: only after the person writes."""
LONG_AGO: Final = 0
"""In place of a moment: it is unknown when the person last wrote."""
MAX_DRIFT: Final = 30 * SECOND
"""Drift between the two clocks beyond which it is a jump."""
DISTRUST_PERIOD: Final = HOUR
"""How long after a jump no hour is trusted."""
MAX_CHANNEL_SKEW: Final = 2 * MINUTE
"""The largest difference between the channel's clock and ours at which ours counts as right."""
CONFIRM_WITHIN: Final = MINUTE
"""How long after a start of the machine the channel may take to confirm the clock, untold."""
UNCONFIRMED, JUMPED = "unconfirmed", "jumped"
"""Why the clock is doubted: the channel has not confirmed it after a start; it was set."""
MAX_ROUNDS: Final = 8
"""Rounds through rules that must all allow a moment, before there is none."""


class ClockMonitor:
    """Compares the wall clock with the monotonic one, to know whether it can be trusted."""

    __slots__ = ("boot", "channel", "doubt", "span_before", "steady_since", "wall", "wall_zero")

    def __init__(
        self, channel: Callable[[], int | None] = lambda: None, boot: int = 0,
        wall: Callable[[], int] = lambda: 0,
    ) -> None:  # fmt: skip
        self.channel = channel
        """Returns the moment by the channel's clock; None where it dates no replies."""
        self.boot = boot
        """A number of this start of this machine; 0: unknown, and no start is confirmed."""
        self.wall = wall
        """Returns this moment by our clock; 0 where no one asks."""
        self.wall_zero: int | None = None
        """The wall clock when the monotonic clock was 0; None: never compared."""
        self.steady_since = 0
        """The moment since which both agree; it also identifies that span of time."""
        self.doubt = ""
        """Why the span began: a code that is logged."""
        self.span_before: int | None = None
        """The span that goes on once the channel confirms the clock; None: nothing to confirm."""

    def check(self, now: int, monotonic: float) -> bool:
        """Compare the clocks; return whether a new span has begun."""
        if self.is_steady(now, monotonic):
            return False
        self.wall_zero, self.steady_since = now - int(monotonic * SECOND), now
        self.span_before, self.doubt = None, JUMPED
        return True

    def is_steady(self, now: int, monotonic: float) -> bool:
        """Return whether both still agree since the last comparison."""
        if self.wall_zero is None:
            return False
        return abs(now - int(monotonic * SECOND) - self.wall_zero) <= MAX_DRIFT

    def channel_at(self, now: int) -> int | None:
        """Return what the channel's clock showed at `now`, at which a turn began a moment ago.

        The work since then must not make a message look older than it is.
        """
        channel, late = self.channel(), self.wall() - now
        if channel is None:
            return None
        return channel - late if 0 < late <= MAX_DRIFT else channel

    def needs_check(self, now: int, monotonic: float) -> bool:
        """Return whether there is something to compare or to confirm."""
        can_confirm = self.span_before is not None and self.channel() is not None
        return can_confirm or not self.is_steady(now, monotonic)

    def await_confirmation(self, span_before: int) -> None:
        """Let an earlier span go on, once the channel confirms the clock."""
        self.span_before, self.doubt = span_before, UNCONFIRMED

    def resume(self) -> None:
        """Go on with the earlier span: the channel has confirmed the clock."""
        if self.span_before is not None:
            self.steady_since, self.span_before, self.doubt = self.span_before, None, ""

    def doubted_until(self, now: int) -> int:
        """Return until when no hour is trusted; 0 while all is well, or will be in a moment."""
        age = now - self.steady_since
        is_told = age < DISTRUST_PERIOD and (self.span_before is None or age > CONFIRM_WITHIN)
        return self.steady_since + DISTRUST_PERIOD if is_told else 0


def is_present(last_seen_at: int, now: int) -> bool:
    """Return whether a person wrote so recently that they still hold the phone."""
    return -MAX_DRIFT <= now - last_seen_at <= PRESENCE_WINDOW


def received_at(sent_at: int, now: int, steady_since: int, channel_at: int | None = None) -> int:
    """Return when a person wrote, by our clock; LONG_AGO where that is unknown.

    A message may have been on its way for hours. Its age is the time between its date and this
    moment, both by the channel's clock. Where the channel dates no replies, our clock stands in for
    it; while that is in doubt (it is steady since `steady_since`), the message has to be new by it.

    `sent_at` is by the channel's clock, 0 where it does not say, which means just now. `channel_at`
    is this moment by the channel's clock, None where it dates no replies.
    """
    if not sent_at:
        return now
    if channel_at is not None:
        return min(now, now - (channel_at - sent_at))
    if abs(now - sent_at) > MAX_CHANNEL_SKEW and now - steady_since < DISTRUST_PERIOD:
        return LONG_AGO
    return min(now, sent_at)


def clock_error(now: int, channel_at: int | None) -> int:
    """Return by how much our clock is ahead of the channel's, microseconds; 0 while they agree."""
    error = 0 if channel_at is None else now - channel_at
    return error if abs(error) > MAX_CHANNEL_SKEW else 0


def may_write_at(
    rule: str, last_seen_at: int, now: int, zone: ZoneInfo, steady_since: int = 0
) -> int:
    """Return the first moment at which the person may be written to; NEVER: after they write.

    `rule` is as it is stored, e.g. `hours:morning,night`, in `zone`; an unknown one is the
    strictest. `last_seen_at` is the person's last step, LONG_AGO where unknown. The clock is steady
    since `steady_since`. All moments are microseconds since 1970.
    """
    if is_present(last_seen_at, now) or rule == ANY_TIME:
        return now
    name, _colon, codes = rule.partition(":")
    spans = [HOURS[code] for code in codes.split(",") if code in HOURS]
    if name != "hours" or not spans:
        return NEVER
    now = max(now, steady_since + DISTRUST_PERIOD)
    local = datetime.fromtimestamp(now / SECOND, zone)
    return min(_next_in_span(local, span, now) for span in spans)


def all_allow_at(
    rules: Iterable[str], last_seen_at: int, now: int, zone: ZoneInfo, steady_since: int = 0
) -> int:
    """Return the first moment every one of these rules allows; NEVER where there is none."""
    wanted, at = tuple(rules), now
    for _round in range(MAX_ROUNDS):
        before = at
        for rule in wanted:
            at = may_write_at(rule, last_seen_at, at, zone, steady_since)
            if at == NEVER:
                return NEVER
        if at == before:
            return at
    return NEVER


def _next_in_span(local: datetime, span: tuple[int, int], now: int) -> int:
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    for day in (-1, 0, 1):
        begin = midnight + timedelta(days=day, hours=span[0])
        end = midnight + timedelta(days=day, hours=span[1])
        if local < end:
            return max(now, int(begin.timestamp()) * SECOND)
    raise AssertionError("a span of tomorrow has not ended")  # pragma: no cover
