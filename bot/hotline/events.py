"""What staff should see, as values: the dispatcher gathers them, desks show them as they can."""

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
    """What an event is about."""

    OPENED = "opened"
    REPORT_ADDED = "added"
    """Something more was sent to a case."""
    PRIORITY_CHANGED = "raised"
    """A case became more urgent, or less by a caseworker's word."""
    CLAIMED = "claimed"
    RELEASED = "released"
    LAPSED = "lapsed"
    """A claim nobody worked on went back to the queue."""
    TRANSFERRED = "transferred"
    TAKEN_OVER = "taken_over"
    HANDED_BACK = "handed_back"
    PERSON_WROTE = "heard"
    """The person wrote to whoever holds the conversation; `unconfirmed`: somebody wrote in a quiet
    chat, perhaps the person."""
    PASSPHRASE_TRIED = "word_tried"  # noqa: S105 - an event
    """A word was tried: `code` says what it came to, `tries` in `values` how often it was wrong."""
    IDENTITY_CONFIRMED = "confirmed"
    """A caseworker made sure that it is the person who writes."""
    CASEWORKER_WROTE = "said"
    """A caseworker's words are on their way."""
    DELIVERY_RESULT = "settled"
    """What became of a caseworker's words: `code` is sent, uncertain, failed, blocked, refused."""
    DELAYED = "held"
    """A caseworker's words wait for the person's contact rule."""
    WITHHELD = "kept_back"
    """The bot's own words were not sent: the person was not here any more."""
    NOTE_ADDED = "noted"
    ANSWER_FILLED_IN = "answered"
    """An answer was filled in from what was said."""
    REFERRED = "referred"
    ERASURE_REQUESTED = "wished"
    """The person wants the case erased; `text` says it, or what a caseworker said to it."""
    CLOSED = "closed"
    REOPENED = "reopened"
    LEGAL_DEADLINE = "clock"
    """A time the law gives: staff entered something, or it runs out; `text` says it."""
    CHECKED_IN = "checked_in"
    """The right word came at the hour agreed on, or that hour was ended; `text` says it."""
    SNOOZE_CHANGED = "put_off"
    """When somebody looks at a case again has changed."""
    LINKED = "linked"
    """Two cases were linked, or are not any more; `text` says what else there is to know."""
    OVERDUE = "overdue"
    """A promised time has passed, or, without a case, facts are too old to be told: `to` says whom
    it concerns."""
    COMMAND_RESULT = "told"
    """What came of a command, for the one who gave it: `at_desk` says where they stand."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing staff should see."""

    kind: EventKind
    case: str = ""
    by: str = ""
    """The caseworker it came from; empty when the house itself did it."""
    to: tuple[str, ...] = ()
    """Caseworkers it is meant for; empty: whoever looks."""
    text: Text | None = None
    """A sentence for staff, with its blanks in `values`."""
    values: Mapping[str, str] = field(default_factory=dict)
    deadlines: tuple[Deadline, ...] = ()
    """Clocks of the law the sentence is about as well; a desk says of them what it may show."""
    code: str = ""
    message: CaseMessage | None = None
    bookmark: FlowProgress | None = None
    """Where the conversation stands, for whoever takes it over."""
    letter: int = 0
    """For SETTLED: the outbox's number of the words it is about."""
    referral: Referral | None = None
    """For REFERRED; `code` is how far it has come."""
    reply_to: str = ""
    """For what came of a command: where whoever gave it stands, in their desk's own words."""
    is_refused: bool = False
    """For TOLD: the command was not carried out."""


class Desk(Protocol):
    """A place where caseworkers answer, used inside the units of work of the dispatcher."""

    def is_ours(self, chat: int) -> bool:
        """Tell whether the desk stands in this group."""

    def read(self, work: Work, update: Update, now: int) -> list[Command]:
        """Return what was done there; nothing, when whoever did it may do nothing."""

    def show(self, work: Work, events: Sequence[Event], now: int) -> list[tuple[bytes, int, Body]]:
        """Return letters that show events: the key they keep their order by, the chat, the body.

        What is shown is the desk's to decide: words of a person may be none of its business.
        """
