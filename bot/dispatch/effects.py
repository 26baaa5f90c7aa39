"""What a turn needs and what follows from it: values, but for what it asks of the `Hotline`.

Either way a turn that fails leaves nothing: what it wrote is undone with its batch.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from bot.hotline.contact_rule import Steady
from bot.languages import LANGUAGES
from bot.messages import Spoken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from zoneinfo import ZoneInfo

    from bot.cases.consents import Kind, Shown
    from bot.conversation import Answer, Book, Outcome
    from bot.dispatch.conversation_store import Conversation
    from bot.dispatch.privacy_notice import Notice
    from bot.dispatch.rendering import Screens
    from bot.dispatch.system_texts import Phrasing
    from bot.hotline.chat.messages import Exchange
    from bot.hotline.chat.phrasebook import Phrasebook
    from bot.hotline.events import Event
    from bot.hotline.referrals.consent_dialog import Consent, Pressed, Pressing
    from bot.messages import Body, Toast
    from bot.partners.campaigns import Campaign
    from bot.text import Text
    from bot.vault import Vault


@dataclass(slots=True)
class Sending:
    """Something a person sent to the hotline in this turn."""

    kind: str
    flow: str
    answers: dict[str, Answer]
    opens: bool
    at_least: int


@dataclass(slots=True)
class Written:
    """A caseworker's words among the letters of a turn."""

    exchange: Exchange
    at: int = 0
    """When they may go; 0: now."""
    hold: str | None = None
    """Why they wait."""


@dataclass(slots=True)
class Staffing:
    """What follows for staff, in a conversation that somebody holds."""

    exchanges: list[Exchange] = field(default_factory=list)
    """What was written without a letter of its own: by the person, and what changed a letter."""
    events: list[Event] = field(default_factory=list)
    written: dict[int, Written] = field(default_factory=dict)
    """By their place in `bodies`."""
    reworded: dict[int, str] = field(default_factory=dict)
    """New words for letters that are held back, by their number."""
    alarms: set[str] = field(default_factory=set)
    releases: bool = False
    """What waited for the opener's answer may go."""
    freezes: bool = False
    """The person is made to write: nothing of a caseworker's may reach this chat any more."""
    confirms: str = ""
    """A case that goes on: a caseworker made sure who writes."""
    drops: bool = False
    """What waits is not sent any more."""
    greets_anew: bool = False
    """An opener that waits is not sent any more: another has taken its place."""

    def wrote(self, places: Iterable[int], it: Exchange, at: int, hold: str | None) -> None:
        """Note whose words stand in these places."""
        self.written.update({place: Written(it, at, hold) for place in places})


@dataclass(slots=True)
class Vanishing:
    """Messages that are taken away by themselves at a moment."""

    at: int
    places: tuple[int, ...] = ()
    """Of ours, by their place in `bodies`."""
    messages: tuple[int, ...] = ()
    """Of the person's, by the channel's numbers."""
    letters: tuple[int, ...] = ()
    """Of ours from before, by their letters."""
    letter: int = 0
    """The place in `bodies` of what takes them away."""


@dataclass(slots=True)
class Effects:
    """What follows from one update."""

    bodies: list[Body] = field(default_factory=list)
    fleeting: list[int] = field(default_factory=list)
    """Places in `bodies` that vanish at the next step."""
    wordings: list[tuple[Shown, str]] = field(default_factory=list)
    """Questions asked by which something is agreed to, as they were shown."""
    vanishing: list[Vanishing] = field(default_factory=list)
    toast: Toast | None = None
    blocked: bool = False
    staffing: Staffing | None = None
    """None in nearly every turn: nobody holds the conversation."""

    @property
    def staff(self) -> Staffing:
        """Return what follows for staff, to be added to."""
        if self.staffing is None:
            self.staffing = Staffing()
        return self.staffing


@dataclass(frozen=True)
class Setting:
    """What every turn needs beside the conversation and the update."""

    book: Book
    screens: Screens
    phrasing: Phrasing
    vault: Vault
    known: Callable[[int], frozenset[str]]
    """Facts of this deployment at a moment: rehearsal, police, staffed."""
    phrasebook: Phrasebook
    consent: Consent
    notice: Notice
    """What people are told of what is kept here."""
    zone: ZoneInfo
    """The zone of the hours people choose."""
    username: str = ""
    languages: frozenset[str] = frozenset(LANGUAGES)
    """Those this deployment offers."""
    steady: Steady = field(default_factory=Steady)
    """What is known of the clock."""
    voices: Mapping[tuple[str, Text], str] = field(default_factory=dict)
    """Recordings of phrases, by language and phrase; nearly every deployment has none."""

    def spoken(self, language: str, text: Text) -> list[Spoken]:
        """Return the recording of a phrase, if there is one."""
        name = self.voices.get((language, text))
        return [Spoken(name)] if name else []

    has_room: Callable[[], bool] = lambda: True
    """Tells whether there is room on the disk for files."""


class Hotline(Protocol):
    """What a turn may ask of the hotline while it is answered."""

    def send(self, conversation: Conversation, sending: Sending) -> str:
        """Put what a person sent to its case; return its reference."""

    def told(self, conversation: Conversation, outcome: Outcome) -> dict[str, str]:
        """Return what somebody asked to be told, as they read it, by the blank it fills."""

    def number(self) -> str:
        """Return a number for a receipt."""

    def receipt(self, case: str, number: str, word: bytes) -> bool:
        """Sign that something was received; tell whether there is a receipt now."""

    def kept_until(self, conversation: Conversation) -> str:
        """Return until when the law keeps a case this sitting knows; empty: none has to be kept."""

    def take_back(self, kind: Kind) -> None:
        """Take back what was agreed to in the cases of this chat."""

    def wish(self, conversation: Conversation) -> None:
        """Write down that everything of this chat is to be erased."""

    def is_theirs(self, conversation: Conversation) -> bool:
        """Tell whether the person has shown, with their word, that every case of the chat is."""

    def agree(self, conversation: Conversation, answers: Mapping[str, Answer]) -> None:
        """Wait for this person at the hour they chose."""

    def end_check_in(self, conversation: Conversation) -> None:
        """Ask this person no more, because they say so."""

    def checks_in(self, conversation: Conversation) -> bool:
        """Tell whether an hour is agreed on in the case of this sitting."""

    def hear(self, words: str) -> tuple[list[str], int]:
        """Return the cases in whose hour these words may be the answer, and when that is over."""

    def came_by(self, code: str) -> Campaign | None:
        """Count this chat for the link of this code, and return it; None for no link of ours."""

    def earlier(self) -> str:
        """Return a case of this chat from before this sitting; empty for none."""

    def stands(self, case: str) -> bool:
        """Tell whether a case is still there."""

    def decide(self, case: str, pressed: Pressed) -> Pressing | None:
        """Do what was pressed under a question of consent; None when it is none of this case's."""
