"""Moments that are offered where something is put off: an hour, tomorrow, a week."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.clock import HOUR
from bot.desks.web import case_words as words
from bot.places.clocks import begin_of

if TYPE_CHECKING:
    from bot.places.clocks import Clocks

MORNING = 9 * HOUR
SOON = ((HOUR, words.IN_AN_HOUR), (4 * HOUR, words.IN_FOUR_HOURS))
LATER = ((1, words.TOMORROW), (7, words.IN_A_WEEK))
FAR = ((1, words.TOMORROW), (7, words.IN_A_WEEK), (28, words.IN_FOUR_WEEKS))


def moments(law: Clocks, now: int) -> dict[str, Any]:
    """Return moments to put a case aside until, and days to follow it up, as they are typed."""
    today = law.day_of(now)

    def morning(days: int) -> int:
        return begin_of(today + timedelta(days=days), law.zone) + MORNING

    return {
        "moments": [(law.hour_of(now + span), label) for span, label in SOON]
        + [(law.hour_of(morning(days)), label) for days, label in LATER],
        "days": [((today + timedelta(days=days)).isoformat(), label) for days, label in FAR],
    }
