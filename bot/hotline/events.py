"""Events that staff should see: the dispatcher collects them, and each desk shows them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.conversation.progress import FlowProgress
    from bot.hotline.chat.messages import CaseMessage
    from bot.hotline.commands.types import Command
    from bot.hotline.referrals.model import Referral
    from bot.messages import Body, Update
    from bot.places.deadlines import Deadline
    from bot.store.writer import Work
    from bot.text import Text


class EventKind(StrEnum):
    """The kind of an event."""

    OPENED = "opened"
    REPORT_ADDED = "added"
    """The person sent more to a case."""
    PRIORITY_CHANGED = "raised"
    CLAIMED = "claimed"
    RELEASED = "released"
    LAPSED = "lapsed"
    """A claim without work returned to the queue."""
    TRANSFERRED = "transferred"
    PASSED_ON = "office"
    """It waits in the queue of another office."""
    TAKEN_OVER = "taken_over"
    HANDED_BACK = "handed_back"
    """A takeover ended; with a code, a `PersonLeft`, because the person ended the talk."""
    PERSON_WROTE = "heard"
    """The person wrote during a takeover; with the code `unconfirmed`, it came in a quiet chat and
    may be from another person."""
    PASSPHRASE_TRIED = "word_tried"  # noqa: S105 - an event
    """A passphrase was tried: `code` is the result, `tries` in `values` the wrong tries."""
    READING_ENDED = "unread"
    """The person stopped, or took back that staff read what they write from then on."""
    IDENTITY_CONFIRMED = "confirmed"
    CASEWORKER_WROTE = "said"
    """A caseworker's message is on its way."""
    DELIVERY_RESULT = "settled"
    """How a caseworker's message ended: `code` is sent, uncertain, failed, blocked or refused."""
    DELAYED = "held"
    """A caseworker's message waits for the person's contact rule."""
    WITHHELD = "kept_back"
    """The bot's own message was not sent: the person was no longer present."""
    NOT_SENT = "unsent"
    """A caseworker's message was not sent, because its case had left them; it is a note now."""
    NOTE_ADDED = "noted"
    ANSWER_FILLED_IN = "answered"
    """A caseworker answered a question of the bot."""
    REFERRED = "referred"
    PARTNER_ANSWERED = "partner"
    """A partner answered a delivered referral or asked something, or it came back; see `text`."""
    DELIVERY_CHANGED = "delivery"
    """A delivery was made or opened, or staff replied to the partner."""
    ERASURE_REQUESTED = "wished"
    """The person requested erasure, or a caseworker answered the request; see `text`."""
    CLOSED = "closed"
    REOPENED = "reopened"
    LEGAL_DEADLINE = "clock"
    """Staff entered an event for a legal deadline, or one is about to end; see `text`."""
    CHECKED_IN = "checked_in"
    """A check-in was answered or ended; see `text`."""
    SNOOZE_CHANGED = "put_off"
    """A snooze or a follow-up changed."""
    RECORD_CHANGED = "recorded"
    """A value of the record was added, corrected or withdrawn."""
    CALL_BACK_CHANGED = "call_back"
    """How a person is called back was changed."""
    JOIN_REQUESTED = "join_asked"
    """The code of a case was made, ended, or written in a chat."""
    CHAT_JOINED = "joined"
    """A chat belongs to a case that staff opened."""
    PLAN_CHANGED = "planned"
    """The service plan changed; the group in Telegram shows nothing of it."""
    LINKED = "linked"
    """A link between cases changed; `text` may say more."""
    INTERPRETED = "interpreted"
    """A session of an interpreter began, changed or ended, or a text was shared or rendered."""
    OVERDUE = "overdue"
    """A reply is overdue or, without a case, facts are out of date; `to` says whom to tell."""
    COMMAND_RESULT = "told"
    """The result of a command, for the caseworker who gave it; `reply_to` says where."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event."""

    kind: EventKind
    case: str = ""
    by: str = ""
    """The caseworker who caused it; empty for the system."""
    to: tuple[str, ...] = ()
    """The caseworkers to tell; empty for all."""
    text: Text | None = None
    """A sentence for staff; `values` fills its blanks."""
    values: Mapping[str, str] = field(default_factory=dict)
    deadlines: tuple[Deadline, ...] = ()
    """Legal deadlines the sentence is about; a desk shows of them what it may."""
    code: str = ""
    message: CaseMessage | None = None
    bookmark: FlowProgress | None = None
    """The progress of the conversation, for a takeover."""
    letter: int = 0
    """For DELIVERY_RESULT: the outbox id of the message."""
    referral: Referral | None = None
    """For REFERRED; `code` is its stage."""
    reply_to: str = ""
    """For the result of a command: where to show it, in the format of the desk it came from."""
    is_refused: bool = False
    """For COMMAND_RESULT: the command was not carried out."""


class Desk(Protocol):
    """A desk, used inside the units of work of the dispatcher."""

    def is_ours(self, chat: int) -> bool:
        """Return whether this chat is the desk's group."""

    def read(self, work: Work, update: Update, now: int) -> list[Command]:
        """Return the commands that were given in an update; none from those who may give none."""

    def show(self, work: Work, events: Sequence[Event], now: int) -> list[tuple[bytes, int, Body]]:
        """Return letters that show events: their ordering key, the chat, the body.

        The desk decides what it shows: a person's words may not be meant for it.
        """
