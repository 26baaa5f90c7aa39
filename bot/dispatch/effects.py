"""What a turn needs and what follows from it: values, but for what it asks of the `Hotline`.

Either way a turn that fails leaves nothing: what it wrote is undone with its batch.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from bot.hotline.contact_rule import ClockMonitor
from bot.languages import LANGUAGES
from bot.messages import SendRecording

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from zoneinfo import ZoneInfo

    from bot.cases.consents import ConsentKind, QuestionWording
    from bot.conversation import Answer, FlowRegistry, Outcome
    from bot.dispatch.conversation_store import Conversation
    from bot.dispatch.privacy_notice import PrivacyNotice
    from bot.dispatch.rendering import Renderer
    from bot.dispatch.system_texts import SystemTexts
    from bot.hotline.chat.messages import CaseMessage
    from bot.hotline.chat.phrasebook import Phrasebook
    from bot.hotline.events import Event
    from bot.hotline.referrals.consent_dialog import ConsentDialog, ConsentOutcome, ConsentPress
    from bot.messages import Body, Toast
    from bot.partners.campaigns import Campaign
    from bot.text import Text
    from bot.vault import Vault


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
    """A caseworker's words among the letters of a turn."""

    message: CaseMessage
    not_before: int = 0
    """When they may go; 0: now."""
    delay_reason: str | None = None
    """Why they wait."""


@dataclass(slots=True)
class StaffEffects:
    """What follows for staff, in a conversation that somebody holds."""

    messages: list[CaseMessage] = field(default_factory=list)
    """What was written without a letter of its own: by the person, and what changed a letter."""
    events: list[Event] = field(default_factory=list)
    letters: dict[int, StaffLetter] = field(default_factory=dict)
    """By their place in `bodies`."""
    edited_letters: dict[int, str] = field(default_factory=dict)
    """New words for letters that are held back, by their number."""
    alarms: set[str] = field(default_factory=set)
    release_waiting: bool = False
    """What waited for the opener's answer may go."""
    freeze_chat: bool = False
    """The person is made to write: nothing of a caseworker's may reach this chat any more."""
    confirmed_case: str = ""
    """A case that goes on: a caseworker made sure who writes."""
    withdraw_waiting: bool = False
    """What waits is not sent any more."""
    withdraw_opener: bool = False
    """An opener that waits is not sent any more: another has taken its place."""

    def add_letters(
        self, places: Iterable[int], it: CaseMessage, at: int, hold: str | None
    ) -> None:
        """Note whose words stand in these places."""
        self.letters.update({place: StaffLetter(it, at, hold) for place in places})


@dataclass(slots=True)
class ScheduledRemoval:
    """Messages that are taken away by themselves at a moment."""

    at: int
    body_indexes: tuple[int, ...] = ()
    """Of ours, by their place in `bodies`."""
    messages: tuple[int, ...] = ()
    """Of the person's, by the channel's numbers."""
    letters: tuple[int, ...] = ()
    """Of ours from before, by their letters."""
    body_index: int = 0
    """The place in `bodies` of what takes them away."""


@dataclass(slots=True)
class Effects:
    """What follows from one update."""

    bodies: list[Body] = field(default_factory=list)
    fleeting: list[int] = field(default_factory=list)
    """Places in `bodies` that vanish at the next step."""
    wordings: list[tuple[QuestionWording, str]] = field(default_factory=list)
    """Questions asked by which something is agreed to, as they were shown."""
    removals: list[ScheduledRemoval] = field(default_factory=list)
    toast: Toast | None = None
    blocked: bool = False
    staff_effects: StaffEffects | None = None
    """None in nearly every turn: nobody holds the conversation."""

    @property
    def staff(self) -> StaffEffects:
        """Return what follows for staff, to be added to."""
        if self.staff_effects is None:
            self.staff_effects = StaffEffects()
        return self.staff_effects


@dataclass(frozen=True)
class TurnServices:
    """What every turn needs beside the conversation and the update."""

    registry: FlowRegistry
    renderer: Renderer
    texts: SystemTexts
    vault: Vault
    facts_at: Callable[[int], frozenset[str]]
    """Facts of this deployment at a moment: rehearsal, police, staffed."""
    phrasebook: Phrasebook
    consent: ConsentDialog
    notice: PrivacyNotice
    """What people are told of what is kept here."""
    zone: ZoneInfo
    """The zone of the hours people choose."""
    username: str = ""
    languages: frozenset[str] = frozenset(LANGUAGES)
    """Those this deployment offers."""
    clock_monitor: ClockMonitor = field(default_factory=ClockMonitor)
    """What is known of the clock."""
    voices: Mapping[tuple[str, Text], str] = field(default_factory=dict)
    """Recordings of phrases, by language and phrase; nearly every deployment has none."""

    def recording_of(self, language: str, text: Text) -> list[SendRecording]:
        """Return the recording of a phrase, if there is one."""
        name = self.voices.get((language, text))
        return [SendRecording(name)] if name else []

    has_disk_space: Callable[[], bool] = lambda: True
    """Tells whether there is room on the disk for files."""


class Hotline(Protocol):
    """What a turn may ask of the hotline while it is answered."""

    def submit(self, conversation: Conversation, submission: Submission) -> str:
        """Put what a person sent to its case; return its reference."""

    def requested_texts(self, conversation: Conversation, outcome: Outcome) -> dict[str, str]:
        """Return what somebody asked to be told, as they read it, by the blank it fills."""

    def new_receipt_number(self) -> str:
        """Return a number for a receipt."""

    def sign_receipt(self, case: str, number: str, digest: bytes) -> bool:
        """Sign that something was received; tell whether there is a receipt now."""

    def retained_until(self, conversation: Conversation) -> str:
        """Return until when the law keeps a case this sitting knows; empty: none has to be kept."""

    def withdraw_consent(self, kind: ConsentKind) -> None:
        """Take back what was agreed to in the cases of this chat."""

    def request_erasure(self, conversation: Conversation) -> None:
        """Write down that everything of this chat is to be erased."""

    def are_all_cases_proven(self, conversation: Conversation) -> bool:
        """Tell whether the person has shown, with their word, that every case of the chat is."""

    def agree_check_in(self, conversation: Conversation, answers: Mapping[str, Answer]) -> None:
        """Wait for this person at the hour they chose."""

    def end_check_in(self, conversation: Conversation) -> None:
        """Ask this person no more, because they say so."""

    def has_check_in(self, conversation: Conversation) -> bool:
        """Tell whether an hour is agreed on in the case of this sitting."""

    def match_check_in(self, text: str) -> tuple[list[str], int]:
        """Return the cases in whose hour these words may be the answer, and when that is over."""

    def record_campaign_visit(self, code: str) -> Campaign | None:
        """Count this chat for the link of this code, and return it; None for no link of ours."""

    def find_earlier_case(self) -> str:
        """Return a case of this chat from before this sitting; empty for none."""

    def case_exists(self, case: str) -> bool:
        """Tell whether a case is still there."""

    def apply_consent(self, case: str, pressed: ConsentPress) -> ConsentOutcome | None:
        """Do what was pressed under a question of consent; None when it is none of this case's."""
