"""When a person may be written to: the rule they chose, as moments. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from bot.clock import MINUTE, SECOND

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

HERE: Final = 30 * MINUTE
"""How long after a person's last step they are taken to be there still."""
WHEN_I_WRITE: Final = "when_i_write"
"""What holds when nothing was chosen."""
ANY_TIME: Final = "any_time"
HOURS: Final[Mapping[str, tuple[int, int]]] = {
    "morning": (6, 12),
    "afternoon": (12, 18),
    "evening": (18, 22),
    "night": (22, 30),
}
"""Hours of the day, as the buttons say them; 30 is six in the morning of the next day."""
NEVER: Final = -1
"""In place of a moment: only once the person writes."""


def may_write_at(rule: str, heard_at: int, now: int, zone: ZoneInfo) -> int:
    """Return the first moment at which the person may be written to; NEVER: once they write.

    Args:
        rule: as it stands in a case, e.g. `hours:morning,night`; an unknown one is the strictest.
        heard_at: the person's last step, microseconds since 1970.
        now: this moment.
        zone: the zone the hours are meant in.
    """
    if now - heard_at <= HERE or rule == ANY_TIME:
        return now
    name, _colon, codes = rule.partition(":")
    spans = [HOURS[code] for code in codes.split(",") if code in HOURS]
    if name != "hours" or not spans:
        return NEVER
    local = datetime.fromtimestamp(now / SECOND, zone)
    return min(_next(local, span, now) for span in spans)


def _next(local: datetime, span: tuple[int, int], now: int) -> int:
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    for day in (-1, 0, 1):
        begin = midnight + timedelta(days=day, hours=span[0])
        end = midnight + timedelta(days=day, hours=span[1])
        if local < end:
            return max(now, int(begin.timestamp()) * SECOND)
    raise AssertionError("a span of tomorrow has not ended")  # pragma: no cover
