"""What a partner refers to the hotline: the form, what is missing in it, what they read back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from bot.languages import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.partners.delivered import RoomMember
    from bot.store.writer import Work

WORDS, LANGUAGE, COUNTY = "words", "language", "county"
WAY, TIMES, IF_OTHER = "way", "times", "if_other"
ASKED_BY, ASKED_ON, ASKED_WORDS = "asked_by", "asked_on", "asked_words"
MAY_READ, MAY_REACH = "may_read", "may_reach"
FORM_FIELDS = (
    WORDS, LANGUAGE, COUNTY, WAY, TIMES, IF_OTHER, ASKED_BY, ASKED_ON, ASKED_WORDS, MAY_READ,
    MAY_REACH,
)  # fmt: skip
IF_OTHER_CODES = ("hang_up", "wrong_number")
MAX_WORDS, MAX_FIELD = 2000, 300
"""Characters of what happened, and of every other field."""


class FormFault(StrEnum):
    """What is wrong with a form."""

    TOO_LONG = "too_long"
    NO_WORDS = "no_words"
    NO_LANGUAGE = "no_language"
    NO_WAY = "no_way"
    NOT_ASKED = "not_asked"
    """Who asked the person, on which day, in which words."""
    NOT_AGREED_TO_READING = "not_agreed_to_reading"
    NOT_AGREED_TO_CONTACT = "not_agreed_to_contact"


class IncomingState(StrEnum):
    """What a partner reads of what they referred: nothing else of the case."""

    RECEIVED = "received"
    TAKEN_UP = "taken_up"
    ASKED_TO_CALL = "asked_to_call"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class IncomingReferral:
    """One referral of a partner to the hotline, as they read it."""

    number: str
    sent_at: int
    state: IncomingState


class ReferringPartner(Protocol):
    """What a room does to refer a person, inside units of work."""

    def send(
        self, work: Work, member: RoomMember, given: Mapping[str, str], now: int
    ) -> str | FormFault:
        """Store a referral; return its number, or what is wrong with the form."""

    def listed(self, work: Work, partner: int) -> list[IncomingReferral]:
        """Return what a partner referred, newest first."""


def find_fault(given: Mapping[str, str]) -> FormFault | None:
    """Return what is wrong with a form; None if it can be sent."""
    typed = {name: value.strip() for name, value in given.items()}
    if any(len(it) > (MAX_WORDS if name == WORDS else MAX_FIELD) for name, it in typed.items()):
        return FormFault.TOO_LONG
    needed = (
        (bool(typed.get(WORDS)), FormFault.NO_WORDS),
        (typed.get(LANGUAGE, "") in LANGUAGES, FormFault.NO_LANGUAGE),
        (bool(typed.get(WAY)), FormFault.NO_WAY),
        (all(typed.get(it) for it in (ASKED_BY, ASKED_ON, ASKED_WORDS)), FormFault.NOT_ASKED),
        (bool(typed.get(MAY_READ)), FormFault.NOT_AGREED_TO_READING),
        (bool(typed.get(MAY_REACH)), FormFault.NOT_AGREED_TO_CONTACT),
    )
    return next((why for is_there, why in needed if not is_there), None)
