"""A caseworker in a chat: what is kept while they hold it, and what they do there, as values.

Whoever holds the phone now may not be the person, so nothing of a caseworker's is shown before a
neutral opener was answered. Until then a caseworker's words wait. The bot says nothing meanwhile
but what the person calls for: danger, a way out. After half an hour of silence the chat is quiet
(`bot.dispatch.turn.session`): the takeover goes on out of sight, the bot answers as to a newcomer,
and what is written is shown at the desk as not confirmed, until the person is known again.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from bot.hotline.chat.messages import CaseMessage
    from bot.hotline.referrals.model import Referral

OPENER: Final = "opener"
"""The phrase that asks, in neutral words, whether this is a good moment."""
NEUTRAL_PHRASES: Final = frozenset({OPENER})
"""What may be the first thing after a gap: words that say nothing to whoever holds the phone."""
OPENER_REFUSALS: Final = frozenset({f"{OPENER}.not_now", f"{OPENER}.who"})
"""Its replies after which nothing is said: whoever asks who this is may hold somebody's phone."""
UNTIL_OPENER_ANSWERED, UNTIL_HOURS = "until_met", "until_hours"
"""Why a letter waits: the opener has no answer yet; it is not the person's hour."""
UNTIL_PERSON_WRITES, UNTIL_CLOCK_STEADY = "until_written", "until_steady"
"""And: the person wants to write first; the clock has jumped, and nobody knows their hour."""

NO_TIME_LIMIT: Final = 2**62
"""In place of a moment: until something else happens."""


class OpenerState(IntEnum):
    """How far a caseworker and a person have come."""

    TO_SEND = 0
    SENT = 1
    """The opener is on its way or on the screen."""
    ANSWERED = 2
    WAITING = 3
    """The opener is written and may not go yet."""


OPENER_UNSENT = frozenset({OpenerState.TO_SEND, OpenerState.WAITING})
"""Before these the person has seen no opener."""


class TakeoverState(msgspec.Struct, array_like=True):
    """Who holds a conversation."""

    case: str
    by: str
    title: str
    """What the person is told: a role, never a name."""
    rule: str
    """The person's contact rule."""
    since: int
    reference: str = ""
    opener_state: OpenerState = OpenerState.TO_SEND
    spoken_at: int = 0
    """When the caseworker last wrote."""
    opener_letter: int = 0
    """The opener's letter: one that was written before it is not sent any more."""
    opener_arrived_at: int = 0
    """When the opener arrived; 0 while it is on its way: what is written then answers nothing."""
    opener_clock_span: int = 0
    """In which steady stretch of the clock that was."""
    is_answer: bool = False
    """The opener answers something the person sent: it goes whatever their rule."""
    insisted_at: int = 0
    """When they gave a reason to ask all the same, though it is not the person's hour."""
    insisted_clock_span: int = 0
    """In which steady stretch of the clock that was."""
    answered_at: int = 0
    """When an opener was answered in a quiet chat, by whoever holds the phone: after that staff can
    be sure who it is. 0: not since it went quiet, or since they were last here."""


@dataclass(frozen=True, slots=True)
class TakeOver:
    """Step into a chat."""

    case: str
    by: str
    title: str
    rule: str
    reference: str


@dataclass(frozen=True, slots=True)
class HandBack:
    """Step out of it."""

    by: str
    goes_on: bool = True
    """Whether the bot asks on; after the end of a case it waits until the person writes."""
    is_asked: bool = True
    """Whether that is what was ordered: then whoever ordered it hears that nobody was there."""


@dataclass(frozen=True, slots=True)
class SendMessage:
    """Send what a caseworker wrote or picked; with nobody in the chat it is refused."""

    message: CaseMessage


@dataclass(frozen=True, slots=True)
class EditMessage:
    """Put other words into a letter: into the person's copy, or before it goes."""

    message: CaseMessage
    """The new words; `content.message` is the letter's number in the outbox."""
    delay_reason: str | None
    """Why the letter waits; none once it went."""
    is_caption: bool
    """Whether the words stand under a file."""


@dataclass(frozen=True, slots=True)
class TransferChat:
    """Let another caseworker hold the chat."""

    by: str
    to: str
    title: str


@dataclass(frozen=True, slots=True)
class FillIn:
    """Answer a question for the person, from what they said."""

    by: str
    flow: str
    step: str
    text: str


@dataclass(frozen=True, slots=True)
class AskConsent:
    """Ask the person what may be told to whom."""

    referral: Referral


@dataclass(frozen=True, slots=True)
class NotifyReferralSent:
    """Say to a person who is here that what they agreed to has been told."""

    referral: Referral


@dataclass(frozen=True, slots=True)
class Insist:
    """Ask whether this is a good moment, outside the person's rule: a reason was given."""

    by: str


@dataclass(frozen=True, slots=True)
class SendOpener:
    """Ask whether this is a good moment, as soon as the rule allows: somebody's words wait."""

    by: str


@dataclass(frozen=True, slots=True)
class ConfirmIdentity:
    """Go on with whoever writes as with the person: a caseworker has made sure that it is them."""

    case: str
    by: str
    reference: str
    is_approved: bool = False
    """Whether two people were sure, in writing: no opener can be said where nothing may be sent."""


ChatAction = (
    TakeOver
    | HandBack
    | SendMessage
    | EditMessage
    | TransferChat
    | FillIn
    | AskConsent
    | NotifyReferralSent
    | Insist
    | SendOpener
    | ConfirmIdentity
)
"""What an order does in a conversation."""
