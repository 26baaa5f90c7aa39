"""Takeovers: the state of a chat that a caseworker holds, and what they do in it, as values.

The phone may be in other hands, so no message of a caseworker is shown before a neutral opener was
answered; until then their messages wait. Meanwhile the bot sends only what the person calls for:
help in danger, a way out. After half an hour of silence the chat is quiet
(`bot.dispatch.turn.session`): the takeover continues out of sight, the bot answers as to a
newcomer, and what is written is shown at the desk as not confirmed, until the person is identified
again.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Final

import msgspec

from bot.hotline.chat.messages import (  # noqa: TC001 - msgspec reads the types
    CaseMessageContent,
    CaseMessageKind,
)

if TYPE_CHECKING:
    from bot.hotline.chat.messages import CaseMessage
    from bot.hotline.referrals.model import RecipientReply, Referral

OPENER: Final = "opener"
"""The phrase that asks in neutral words whether this is a good moment."""
NEUTRAL_PHRASES: Final = frozenset({OPENER})
"""Phrases that may come first after a gap: they reveal nothing to another who holds the phone."""
OPENER_REFUSED, OPENER_WHO = f"{OPENER}.not_now", f"{OPENER}.who"
OPENER_REFUSALS: Final = frozenset({OPENER_REFUSED, OPENER_WHO})
"""Replies to it that show no caseworker: who asks who this is may hold another's phone."""
UNTIL_OPENER_ANSWERED, UNTIL_HOURS = "until_met", "until_hours"
"""Why a letter waits: the opener is not answered yet; it is not the person's hour."""
UNTIL_PERSON_WRITES, UNTIL_CLOCK_STEADY = "until_written", "until_steady"
"""And: the person wants to write first; the clock has jumped, so their hour is not known."""

NO_TIME_LIMIT: Final = 2**62
"""In place of a moment: until something else happens."""


class OpenerState(IntEnum):
    """The state of the opener of a takeover."""

    TO_SEND = 0
    SENT = 1
    """It is on its way or on the screen."""
    ANSWERED = 2
    WAITING = 3
    """It is stored and may not be sent yet."""


OPENER_UNSENT = frozenset({OpenerState.TO_SEND, OpenerState.WAITING})
"""States in which the person has seen no opener."""


class PersonLeft(StrEnum):
    """How a person ended a talk with a caseworker."""

    CLEARED = "cleared"
    """They cleared the chat and left."""
    STOPPED = "stopped"
    """They stopped the conversation."""


class HeldWords(msgspec.Struct, array_like=True):
    """Something that a person wrote and that staff may not read yet."""

    kind: CaseMessageKind
    content: CaseMessageContent
    at: int


class TakeoverState(msgspec.Struct, array_like=True):
    """The takeover of a conversation."""

    case: str
    by: str
    title: str
    """The title that the person is told; never a name."""
    rule: str
    since: int
    reference: str = ""
    opener_state: OpenerState = OpenerState.TO_SEND
    spoken_at: int = 0
    """When the caseworker last wrote."""
    opener_letter: int = 0
    """The opener's outbox id: letters written before it are not sent any more."""
    opener_arrived_at: int = 0
    """When the opener arrived; 0 while it is on its way, when no message can be its answer."""
    opener_clock_span: int = 0
    """The span of steady clock in which that was."""
    is_answer: bool = False
    """The opener replies to something the person sent: it is sent whatever their rule."""
    insisted_at: int = 0
    """When the caseworker gave a reason to ask outside the person's hours."""
    insisted_clock_span: int = 0
    """The span of steady clock in which that was."""
    answered_at: int = 0
    """When an opener was answered in a quiet chat: after that staff can confirm who writes. 0: not
    since it went quiet, or since the person was last identified."""
    waiting_question: str = ""
    """The referral about which the person is asked once they have answered the opener."""
    repeated_at: int = 0
    """When the opener was last repeated because something else was written."""
    reads_on: bool = False
    """Whether the opener of this takeover was answered: by that a person who had stopped agrees
    that what they write is read."""
    held: list[HeldWords] = []
    """What a person who had stopped wrote before that: it reaches the case once they answer."""
    last_written_at: int = 0
    """The moment of the last message since something was held; 0 if nothing was."""
    is_in_other_hands: bool = False
    """Whether someone else said that they hold the phone, and no caseworker has written since."""


@dataclass(frozen=True, slots=True)
class TakeOver:
    """Take the conversation over."""

    case: str
    by: str
    title: str
    rule: str
    reference: str


@dataclass(frozen=True, slots=True)
class HandBack:
    """End the takeover."""

    by: str
    goes_on: bool = True
    """Whether the bot asks its next question; after a close it waits until the person writes."""
    is_asked: bool = True
    """Whether the caseworker asked for it: then they are told if there was no takeover."""
    is_own: bool = False
    """Whether only a takeover of `by` ends: a colleague may have taken over meanwhile."""


@dataclass(frozen=True, slots=True)
class SendMessage:
    """Send what a caseworker wrote or picked; refused without a takeover."""

    message: CaseMessage


@dataclass(frozen=True, slots=True)
class EditMessage:
    """Change a letter, on the person's phone or before it is sent."""

    message: CaseMessage
    """The new text; `content.message` is the letter's outbox id."""
    delay_reason: str | None
    """Why the letter waits; None once it was sent."""
    is_caption: bool


@dataclass(frozen=True, slots=True)
class TransferChat:
    """Let another caseworker hold the conversation."""

    by: str
    to: str
    title: str


@dataclass(frozen=True, slots=True)
class FillIn:
    """Answer a question of the bot, from what the person said."""

    case: str
    by: str
    flow: str
    step: str
    text: str


@dataclass(frozen=True, slots=True)
class AskConsent:
    """Ask the person for consent to a referral."""

    referral: Referral


@dataclass(frozen=True, slots=True)
class NotifyReferralSent:
    """Tell a person who is present that their referral was sent."""

    referral: Referral
    is_unread: bool = False
    """Whether it lies in the recipient's room, where no one has opened it yet."""


@dataclass(frozen=True, slots=True)
class NotifyRecipientReply:
    """Tell a person who is present what the organisation they agreed to answered."""

    case: str
    reply: RecipientReply
    at: int


@dataclass(frozen=True, slots=True)
class Insist:
    """Send the opener outside the person's contact rule, for a reason."""

    by: str


@dataclass(frozen=True, slots=True)
class SendOpener:
    """Send the opener as soon as the contact rule allows, because messages wait."""

    by: str


@dataclass(frozen=True, slots=True)
class ConfirmIdentity:
    """Continue with the person whom a caseworker has identified."""

    case: str
    by: str
    reference: str
    is_approved: bool = False
    """Whether two caseworkers confirmed it in writing: a frozen chat can have no opener."""


@dataclass(frozen=True, slots=True)
class SayNobodyComes:
    """Tell a person in danger that no caseworker can come now, and which numbers answer."""

    case: str


@dataclass(frozen=True, slots=True)
class SayFileLost:
    """Tell a person who is present that something they sent did not arrive."""

    case: str


@dataclass(frozen=True, slots=True)
class JoinChat:
    """Go on with the person of a case that staff opened, in the chat that has just joined it."""

    case: str
    reference: str
    by: str


ChatAction = (
    TakeOver | HandBack | SendMessage | EditMessage | TransferChat | FillIn | AskConsent
    | NotifyReferralSent | NotifyRecipientReply | Insist | SendOpener | ConfirmIdentity
    | SayNobodyComes | SayFileLost | JoinChat
)  # fmt: skip
"""What a command does in a conversation."""
