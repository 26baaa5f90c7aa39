"""What follows from a turn: values that are stored with its batch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.cases.consents import QuestionWording
    from bot.conversation import Answer
    from bot.hotline.chat.messages import CaseMessage
    from bot.hotline.events import Event
    from bot.mailbox.passphrase_jobs import PassphraseToHash
    from bot.messages import Body, Toast


@dataclass(slots=True)
class Submission:
    """Something a person sent to the hotline in this turn."""

    kind: str
    flow: str
    answers: dict[str, Answer]
    opens_case: bool
    min_priority: int


@dataclass(slots=True)
class StaffLetter:
    """A caseworker's message among the letters of a turn."""

    message: CaseMessage
    not_before: int = 0
    """When it may be sent; 0: now."""
    delay_reason: str | None = None


@dataclass(slots=True)
class StaffEffects:
    """What follows for staff."""

    messages: list[CaseMessage] = field(default_factory=list)
    """Messages without a letter: those of the person, and edits of letters that wait."""
    events: list[Event] = field(default_factory=list)
    letters: dict[int, StaffLetter] = field(default_factory=dict)
    """By their place in `bodies`."""
    edited_letters: dict[int, str] = field(default_factory=dict)
    """New texts of letters that wait, by their ids."""
    alarms: set[str] = field(default_factory=set)
    release_waiting: bool = False
    """Letters that waited for the answer to the opener may go."""
    freeze_chat: bool = False
    """The person is forced to write: no caseworker's letter may reach this chat any more."""
    confirmed_case: str = ""
    """A case whose person a caseworker has identified."""
    withdraw_waiting: bool = False
    withdraw_opener: bool = False
    """An opener that waits is not sent: another has taken its place."""

    def add_letters(
        self, places: Iterable[int], message: CaseMessage, at: int, delay_reason: str | None
    ) -> None:
        """Note whose message the bodies in these places are."""
        self.letters.update({place: StaffLetter(message, at, delay_reason) for place in places})


@dataclass(slots=True)
class ScheduledRemoval:
    """Messages that delete themselves at a moment."""

    at: int
    body_indexes: tuple[int, ...] = ()
    """Of this turn, by their place in `bodies`."""
    messages: tuple[int, ...] = ()
    """Of the person, by the channel's ids."""
    letters: tuple[int, ...] = ()
    """Of earlier turns, by their letters."""
    body_index: int = 0
    """The place in `bodies` of what deletes them."""


@dataclass(slots=True)
class Effects:
    """What follows from one turn."""

    bodies: list[Body] = field(default_factory=list)
    fleeting: list[int] = field(default_factory=list)
    """Places in `bodies` that vanish at the next step."""
    wordings: list[tuple[QuestionWording, str]] = field(default_factory=list)
    """Questions by which a person agrees to something, as they were shown."""
    removals: list[ScheduledRemoval] = field(default_factory=list)
    passphrases: list[PassphraseToHash] = field(default_factory=list)
    toast: Toast | None = None
    blocked: bool = False
    staff_effects: StaffEffects | None = None
    """None in nearly every turn."""

    @property
    def staff(self) -> StaffEffects:
        """Return what follows for staff, to be added to."""
        if self.staff_effects is None:
            self.staff_effects = StaffEffects()
        return self.staff_effects
