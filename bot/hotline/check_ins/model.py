"""A check-in: an agreed hour at which a person is asked for a sign of life, and its rounds. Pure.

Why a check-in is a choice: being asked at the same hour is a trail, and a question is one more
message on a phone that others may hold. The person is told so first, and decides. The question is
the neutral one with which caseworkers begin, and it obeys the contact rule: where the rule forbids
it, nothing is asked, and the person writes their answer by themselves.

Why a word and not a button: anyone who holds the phone can press a button. The word is compared out
of sight, and the chat answers it as it answers anything, whether it was right, wrong or the duress
answer, which says that the person is made to write. In a quiet chat that is the first hello, as to
a newcomer. One thing differs from a fresh chat, for every answer alike: question and answer are
deleted from the phone when the hour is over, because the word could be read there.

The same holds in a live session, which would name the case to a person who makes them write: an
answer ends it, and the chat goes on as with a newcomer. A word is known only once it is hashed, and
the reply must not depend on it. So once the question is out, any text ends the session; before it,
and where none is sent, a text does that may be the word by its look alone: up to four words below a
menu that are no button, question, courtesy or cry for help. The rest goes on as ever, or people who
write shortly before the hour would lose their report at every line.

The question is sent at its hour also while the person is in the chat: the hour that they were told
counts from there. So it is while a caseworker holds the chat, where two promises conflict: the
takeover silences the bot, and we ask at the hour that was agreed. A person who is not asked may
forget the word, and the alarm may lead to a call that endangers them; the question is the one that
caseworkers begin with, too. In a talk an answer ends nothing: the bot is silent after every line.

Staff read that the right word came, and when. The word itself is taken out of the case; wrong words
stay there, for they may be something the person wanted to say.

Nothing that the person reads shows an alarm: their case is told as it stood before, or a person who
makes them write would see that the duress answer did something. Only appointments are left out.

The right word within the hour raises no alarm. Silence, the duress answer, and a wrong word that no
right one follows each raise one, which goes only to staff. An alarm waits where the bot cannot be
sure: while the clock is distrusted after a jump, in the first two minutes of a process, while the
channel cannot be reached (an hour at most), and while a word is being compared. No question is sent
more than an hour late; a round that passed while the bot was down is an alarm as well.

The person can end it only in a live session, and staff see that. `/bye` and `/delete` do not end
it: another person may type them.
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
"""How long an answer may take, as the person is told."""
EARLY_WINDOW: Final = HOUR
"""How long before its hour an answer already counts; then nothing is asked."""
COMPARE_WINDOW: Final = 10 * MINUTE
"""How long an alarm waits for a word that is being compared."""
MAX_ANSWERS: Final = 20
"""Words of one round that are compared: each takes time, and guessing is limited."""
MAX_ANSWER_LENGTH: Final = 60
"""Characters of an answer; a longer text is not one."""
BOT_WAS_DOWN: Final = "away"
"""Why the person was not asked: the bot was down at that hour."""


class CheckInAction(Enum):
    """The next action for a round."""

    WAIT = auto()
    """The hour has not come."""
    ASK = auto()
    LISTEN = auto()
    ALARM = auto()
    END_ROUND = auto()


class CheckIn(msgspec.Struct, kw_only=True):
    """A check-in and the state of its current round.

    What the person wants done is sealed in the case; `plan` is only its kind.
    """

    hour: int
    """0 to 23, in the deployment's time zone."""
    is_daily: bool
    plan: str
    """A code: nothing, call, tell, place."""
    agreed_at: int
    due_at: int
    asked_at: int = 0
    """When the question is or was sent; 0 if it is not."""
    why: str = ""
    """Why no question is sent; empty if it is."""
    heard: int = 0
    """Words of this round that were or are being compared."""
    on_their_way: int = 0
    """Those of them that are still being hashed."""
    was_due: bool = False
    """Whether a reply to the person was due before the first of them."""
    answered_at: int = 0
    """When a right word or the duress answer came in this round; 0 if neither did."""
    right_at: int = 0
    """When the right word last came, in any round, for staff; 0 if it never did."""

    @property
    def opens_at(self) -> int:
        """Return from when a word counts."""
        return self.due_at - EARLY_WINDOW

    @property
    def ends_at(self) -> int:
        """Return until when a word counts: an hour from the question, or from when it was due."""
        return max(self.due_at, self.asked_at) + ANSWER_WINDOW

    def accepts_answer(self, now: int) -> bool:
        """Return whether a word that comes now is compared."""
        return self.opens_at <= now <= self.ends_at and self.heard < MAX_ANSWERS

    def waits_for_reply(self, now: int) -> bool:
        """Return whether the question is out, and nothing that was compared was an answer yet."""
        return 0 < self.asked_at <= now and not self.why and not self.answered_at

    def next_action(self, now: int) -> CheckInAction:
        """Return the next action at a moment."""
        if self.answered_at:  # the duress answer may still come
            return CheckInAction.LISTEN if now <= self.ends_at else CheckInAction.END_ROUND
        if now < self.due_at:
            return CheckInAction.WAIT
        if not self.asked_at and not self.why:
            return CheckInAction.ASK
        is_comparing = self.on_their_way and now < self.ends_at + COMPARE_WINDOW
        return CheckInAction.LISTEN if now <= self.ends_at or is_comparing else CheckInAction.ALARM

    def is_too_late_to_ask(self, now: int) -> bool:
        """Return whether it is too late for the question of this round."""
        return now > self.due_at + ANSWER_WINDOW

    def is_too_far_ahead(self, now: int) -> bool:
        """Return whether the next round is too far ahead, because the clock was wrong meanwhile."""
        return self.is_daily and self.due_at - now > DAY + 2 * HOUR

    def advance(self, now: int, zone: ZoneInfo) -> None:
        """Begin the next round."""
        after = max(now, self.due_at) if self.due_at - now < DAY else now
        self.due_at = next_at(self.hour, after, zone)
        self.asked_at = self.heard = self.on_their_way = self.answered_at = 0
        self.why, self.was_due = "", False


def next_at(hour: int, after: int, zone: ZoneInfo) -> int:
    """Return the next moment with a local hour (0 to 23) after another, in microseconds."""
    local = datetime.fromtimestamp(after / SECOND, zone)
    for day in range(3):
        at = local.replace(hour=hour, minute=0, second=0, microsecond=0, fold=0)
        moment = int((at + timedelta(days=day)).timestamp()) * SECOND
        if moment > after:
            return moment
    raise AssertionError("an hour comes every day")  # pragma: no cover
