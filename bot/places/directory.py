"""The directory of phone numbers, services and referral recipients, with the source of each fact.

Only facts that were read in a public source, completely and recently, are shown to people. The
others stay in the same list, and `haven directory todo` says what each still needs.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping  # noqa: TC003 - a dataclass field is read by tools
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.clock import SECOND
from bot.text import _

if TYPE_CHECKING:
    from bot.text import Catalogue, Text

PHONE_SIGN = "\u260e"
"""A telephone sign, old enough to exist on old phones."""
RECHECK_AFTER = timedelta(days=90)
"""After this time a fact should be checked again; it is still shown."""
ALSO_UNDERSTOOD = {"zh_Hans": ("zh_Hant",), "fil": ("en",)}
"""Other languages in which most people who read one can be answered on the phone."""

# Translators: follows the name of an organisation, which also names its country.
ABOUT_ABROAD = _("an organisation in another country")


class SourceQuality(StrEnum):
    """How well a fact is known."""

    READ = "V"
    """Read in a public source."""
    OLD = "V-old"
    """Read, but the source is old or second-hand."""
    HEARSAY = "GK"
    """General knowledge, without a source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcedFact:
    """A fact with its source, its date and its expiry."""

    quality: SourceQuality
    source: str
    """Where it was read, or where it was looked for without success."""
    verified_on: date
    expires_on: date
    """From this day it is hidden until it is checked again."""
    missing: str = ""
    is_wrong: bool = False
    """Whether two people found that it is wrong (`bot.places.checks`)."""

    def is_shown(self, today: date) -> bool:
        """Tell whether it may be shown to people."""
        return self.is_verified and not self.is_wrong and today < self.expires_on

    @property
    def is_verified(self) -> bool:
        """Whether it was read, and nothing is missing."""
        return self.quality is SourceQuality.READ and not self.missing

    def todo(self, today: date) -> str | None:
        """Return what has to be done about it; None for nothing."""
        if self.missing:
            return f"find out {self.missing}"
        if self.quality is not SourceQuality.READ:
            return f"read it in a public text of this year ({self.quality})"
        if self.is_wrong:
            return "two people found it wrong, and it is hidden: correct it in a release"
        if today >= self.expires_on:
            return "expired and hidden: read it again"
        if today - self.verified_on > RECHECK_AFTER:
            return "read it again soon"
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryEntry(SourcedFact):
    """A phone number, or another way to reach a service."""

    number: str
    """As it is dialled; a string, so that no formatter changes it."""
    answered_by: Text
    hours: str
    languages: tuple[str, ...] = ()
    """Tags of the languages spoken there at all its hours; empty where that is not known."""
    some_hours: tuple[str, ...] = ()
    """Tags of languages spoken there for a part of the day only."""
    call_text: Text | None = None
    """What happens during a call, with the blank {number}."""

    def foreignness(self, language: str) -> int:
        """Return 0 if it speaks a person's language now, 1 if it may, 2 if it does not."""
        spoken = {language, *ALSO_UNDERSTOOD.get(language, ())}
        if spoken & set(self.languages):
            return 0
        return 1 if spoken & set(self.some_hours) else 2

    def line(self, catalogue: Catalogue) -> str:
        """Return its line in a list of numbers, with a sign for people who do not read well."""
        return f"{PHONE_SIGN} {self.number} - {self.answered_by.render(catalogue)}"

    def call_description(self, catalogue: Catalogue) -> str:
        """Return what happens during a call, or its `line` where that is not known."""
        if self.call_text is None:
            return self.line(catalogue)
        return self.call_text.render(catalogue, {"number": self.number})


class Unavailability(StrEnum):
    """Why nothing can be referred to an organisation now."""

    NO_AGREEMENT = "none"
    NOT_YET = "not_yet"
    """The agreement has not begun."""
    ENDED = "ended"
    """The agreement has ended."""
    UNVERIFIED = "old"
    """What we know of the organisation was not verified in time."""


@dataclass(frozen=True, slots=True)
class ReferralAgreement:
    """An agreement of this deployment with an organisation that takes its referrals."""

    since: date
    until: date | None = None
    """The last day; None: no end is set."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """An organisation that can receive a referral."""

    name: Text
    about: Text
    """What it is, as shown to the person who is asked for consent."""
    source: str
    read_on: date
    expires_on: date
    is_office: bool = False
    agreement: ReferralAgreement | None = None
    is_wrong: bool = False
    """Whether two people found that what is known of it is wrong."""
    allowed_parts: tuple[str, ...] | None = None
    """Of a body abroad: what may be told to it at all, and only in a sealed package."""

    @property
    def is_abroad(self) -> bool:
        """Whether it is a body in another country, to which nothing leaves unsealed."""
        return self.allowed_parts is not None

    def takes(self, part: str) -> bool:
        """Tell whether it may be told a part of a case, by the part's code."""
        return self.allowed_parts is None or is_among(part, self.allowed_parts)

    def unavailability(self, today: date) -> Unavailability | None:
        """Return why nothing can be referred to it; None if it can."""
        if not self.is_verified(today):
            return Unavailability.UNVERIFIED
        if self.agreement is None:
            return Unavailability.NO_AGREEMENT
        if today < self.agreement.since:
            return Unavailability.NOT_YET
        if self.agreement.until is not None and today > self.agreement.until:
            return Unavailability.ENDED
        return None

    def is_verified(self, today: date) -> bool:
        """Tell whether what is known of it was verified recently."""
        return not self.is_wrong and today < self.expires_on

    def is_offered(self, today: date) -> bool:
        """Tell whether referrals to it are allowed."""
        return self.unavailability(today) is None

    def is_offered_at(self, now: int) -> bool:
        """Tell whether referrals to it are allowed at a moment; days are in UTC."""
        return self.is_offered(utc_day(now))


def is_among(part: str, allowed: Collection[str]) -> bool:
    """Tell whether a part (`report.needs`) is among codes of parts, steps and flows."""
    flow, _dot, step = part.rpartition(".")
    return bool({part, flow or part, step} & set(allowed))


def utc_day(now: int) -> date:
    """Return the day of a moment, in UTC."""
    return datetime.fromtimestamp(now / SECOND, UTC).date()


def with_agreements(
    recipients: Mapping[str, Recipient], days: Mapping[str, tuple[date, date | None]]
) -> dict[str, Recipient]:
    """Return recipients with the agreements of a deployment: the first and last day, by code."""
    found = {code: ReferralAgreement(*span) for code, span in days.items()}
    return {code: replace(it, agreement=found.get(code)) for code, it in recipients.items()}
