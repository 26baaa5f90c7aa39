"""What a turn needs and what follows from it: values, so that a turn that fails leaves nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.hotline.contact import Steady
from bot.languages import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from zoneinfo import ZoneInfo

    from bot.cases.agreements import Shown
    from bot.conversation import Answer, Book
    from bot.dispatch.notice import Notice
    from bot.dispatch.phrasing import Phrasing
    from bot.dispatch.screens import Screens
    from bot.hotline.consent import Consent
    from bot.hotline.events import Event
    from bot.hotline.exchanges import Exchange
    from bot.hotline.phrasebook import Phrasebook
    from bot.messages import Body, Toast
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
    drops: bool = False
    """What waits is not sent any more."""
    greets_anew: bool = False
    """An opener that waits is not sent any more: another has taken its place."""

    def wrote(self, places: Iterable[int], it: Exchange, at: int, hold: str | None) -> None:
        """Note whose words stand in these places."""
        self.written.update({place: Written(it, at, hold) for place in places})


@dataclass(slots=True)
class Effects:
    """What follows from one update."""

    bodies: list[Body] = field(default_factory=list)
    fleeting: list[int] = field(default_factory=list)
    """Places in `bodies` that vanish at the next step."""
    wordings: list[tuple[Shown, str]] = field(default_factory=list)
    """Questions asked by which something is agreed to, as they were shown."""
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
