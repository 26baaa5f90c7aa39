"""An hour at which somebody wants to be heard from: what is agreed, and what it comes to. Pure.

Why it is asked at all: being asked at the same hour is a trail, and a question is one more line on
a phone that others may hold. The person is told so first, and decides. What is asked is the neutral
question with which caseworkers begin, through the same gate: where their contact rule forbids it,
nothing is sent, and they write their word by themselves. So the rule is never loosened for it.

Why a word and no button: whoever holds the phone can press. The word is compared out of sight, and
what the chat answers to it is what it answers to anything, whether it was right, wrong, or the
second, which says that somebody makes the person write. In a quiet chat that is the first hello, as
to a newcomer. One thing is different from a fresh chat, and is the same for every answer: question
and answer go from the phone when the hour is over, for whoever scrolls up would read the word.

What is promised: the right word within the hour raises no alarm; silence, the second word, and a
wrong word that no right one follows do, each once. An alarm goes to staff and to nobody else. It
waits where the house itself cannot tell: while a clock that jumped is not believed, in the first
two minutes of a process, while the channel could not be reached (an hour at most), and while a word
is on its way to be compared. Nobody is asked more than an hour late; what passed while the house
was away is an alarm as well, for nobody knows.

Whoever has the phone can end it only in a live sitting, and staff hear of it. `/bye` and `/delete`
end nothing: they may be typed by somebody else.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

import msgspec

from bot.clock import DAY, HOUR, MINUTE, SECOND

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

ANSWER_WINDOW: Final = HOUR
"""How long an answer may take; the person is told so."""
EARLY_WINDOW: Final = HOUR
"""How long before its hour an answer counts: then nothing is asked."""
COMPARE_WINDOW: Final = 10 * MINUTE
"""How long an alarm waits for a word that is on its way."""
MAX_ANSWERS: Final = 20
"""Words of one round that are compared: each costs, and whoever guesses has no more."""
MAX_ANSWER_LENGTH: Final = 60
"""Signs of an answer; what is longer is none."""
BOT_WAS_DOWN: Final = "away"
"""Why nobody was asked: the house was not there at that hour."""


class CheckInAction(Enum):
    """What is to be done about one round."""

    WAIT = auto()
    """Its hour has not come."""
    ASK = auto()
    LISTEN = auto()
    ALARM = auto()
    END_ROUND = auto()


class CheckIn(msgspec.Struct, kw_only=True):
    """What was agreed, and how the present round stands.

    What the person wants done lies in the case, sealed to it: here is only which sort it is.
    """

    hour: int
    """0 to 23, by the deployment's clock."""
    is_daily: bool
    plan: str
    """The code: nothing, call, tell, place."""
    agreed_at: int
    due_at: int
    """When the question of this round is due."""
    asked_at: int = 0
    """When it goes, or went; 0: it did not."""
    why: str = ""
    """Why no question goes; empty where one does."""
    heard: int = 0
    """Words of this round that were, or are being, compared."""
    on_their_way: int = 0
    """Those of them whose digest has not come back."""
    was_due: bool = False
    """Whether an answer was promised to the person before the first of them."""
    answered_at: int = 0
    """When a word of this round came after which silence means nothing; 0: none did."""

    @property
    def opens_at(self) -> int:
        """Return from when on a word counts."""
        return self.due_at - EARLY_WINDOW

    @property
    def ends_at(self) -> int:
        """Return until when it counts: an hour from the question, or from when it was due."""
        return max(self.due_at, self.asked_at) + ANSWER_WINDOW

    def accepts_answer(self, now: int) -> bool:
        """Tell whether a word that comes now is compared."""
        return self.opens_at <= now <= self.ends_at and self.heard < MAX_ANSWERS

    def next_action(self, now: int) -> CheckInAction:
        """Return what is to be done at a moment."""
        if self.answered_at:  # the second word may come still
            return CheckInAction.LISTEN if now <= self.ends_at else CheckInAction.END_ROUND
        if now < self.due_at:
            return CheckInAction.WAIT
        if not self.asked_at and not self.why:
            return CheckInAction.ASK
        comes_still = self.on_their_way and now < self.ends_at + COMPARE_WINDOW
        return CheckInAction.LISTEN if now <= self.ends_at or comes_still else CheckInAction.ALARM

    def is_too_late_to_ask(self, now: int) -> bool:
        """Tell whether the hour in which a question could still go is over."""
        return now > self.due_at + ANSWER_WINDOW

    def is_too_far_ahead(self, now: int) -> bool:
        """Tell whether the next round is farther than it can be: a clock was wrong meanwhile."""
        return self.is_daily and self.due_at - now > DAY + 2 * HOUR

    def advance(self, now: int, zone: ZoneInfo) -> None:
        """Wait for the hour that comes next after this one."""
        after = max(now, self.due_at) if self.due_at - now < DAY else now
        self.due_at = next_at(self.hour, after, zone)
        self.asked_at = self.heard = self.on_their_way = self.answered_at = 0
        self.why, self.was_due = "", False


def next_at(hour: int, after: int, zone: ZoneInfo) -> int:
    """Return the next moment after another at which a clock shows an hour.

    Args:
        hour: 0 to 23.
        after: microseconds since 1970.
        zone: whose clock.
    """
    local = datetime.fromtimestamp(after / SECOND, zone)
    for day in range(3):
        at = local.replace(hour=hour, minute=0, second=0, microsecond=0, fold=0)
        moment = int((at + timedelta(days=day)).timestamp()) * SECOND
        if moment > after:
            return moment
    raise AssertionError("an hour comes every day")  # pragma: no cover
