"""A place: the data of one country that fills the blanks of the flows.

Flows name blanks: a list of numbers for a situation, a whole sentence that contains a number, a
count of days. A place fills all of them or cannot be created, so a flow never has an empty blank.
Law that was not read, or has expired, is not known, and flows leave out what depends on it.

The flows were written for Taiwan and state its law in whole sentences. Another place overrides each
phrase that names Taiwan or its law, in every language; a place that lacks one is refused
(`bot.app.texts`), so that no country is shown another's law.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.languages import language_of
from bot.places.deadlines import NO_DEADLINES, DeadlineRules
from bot.places.directory import PHONE_SIGN, DirectoryEntry, Recipient, SourcedFact
from bot.text import Catalogue, Text, _

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from datetime import date

    from bot.places.authorities import Law
    from bot.places.duties import ReportDuty
    from bot.places.forms import OfficeForms
    from bot.places.holidays import PublicHoliday
    from bot.places.interpreter_fees import FeeRule
    from bot.places.outlines import CountyOutlines
    from bot.places.services import LegalService

DANGER = "danger"
"""The situation whose numbers replace those of a situation that has none left to show."""
NIGHT = "night"
"""The situation in which no caseworker is on duty: lines that answer at any hour."""
SHOWN_WHEN_OLD = frozenset({DANGER, "despair", "abroad"})
"""Situations in which an expired number is better than none, or than one that works elsewhere."""
IN_ORDER = frozenset({DANGER})
"""Situations whose numbers keep their order in every language: who can come stands first."""
SITUATIONS = frozenset(
    {DANGER, "work", "home", "young", "sea", "abroad", "despair", "papers", "other", NIGHT}
)
"""Danger now, work, violence at home, someone under 18, at sea, someone abroad, suicidal thoughts,
questions about residence documents, worry about another person, a time without staff on duty."""
MAX_NUMBERS = 3
"""A frightened reader cannot use a long list."""
SENTENCES = frozenset({
    "rehearsal_line", "language_line", "danger_line", "silent_line", "no_sim_line",
    "ambulance_line", "young_line",
})  # fmt: skip
"""Sentences that each place says as a whole, because they contain a number or its name."""
CHAPTER_BLANKS: Mapping[str, frozenset[str]] = {
    "duties": frozenset({"child_hours", "agency_hours", "duty_fine_least", "duty_fine_most"}),
    "decision": frozenset({
        "objection_days", "review_days", "answer_days", "permit_months", "lost_hours", "summons",
        "settle_years", "settle_days",
    }),
    "amounts": frozenset({
        "doctor", "doctor_insured", "talk", "talks", "lawyer", "rent", "rent_months", "rent_more",
        "checkup", "income", "deposit", "hotel", "hotel_nights", "other_needs", "condolence",
        "out_of_work", "fund_months", "fund_again",
    }),
}  # fmt: skip
"""Law chapters, whose facts expire together, and the blanks each one fills."""

# Translators: an amount of money in Taiwan, e.g. 5000. Keep the digits as they are.
AMOUNT = _("NT${amount}")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in the country's currency."""

    amount: str

    def render(self, catalogue: Catalogue) -> str:
        """Return the amount with ungrouped digits, because points and commas differ by language."""
        return AMOUNT.render(catalogue, {"amount": self.amount})


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceSentence(SourcedFact):
    """A whole message of this place."""

    text: Text
    fallback: Text | None = None
    """What is said once the sentence has expired; None: the old sentence is better."""

    def current_text(self, today: date) -> Text:
        """Return the text to use today."""
        return self.text if self.fallback is None or self.is_shown(today) else self.fallback


@dataclass(frozen=True, slots=True, kw_only=True)
class LawChapter(SourcedFact):
    """Facts of the law on one subject, by the blank they fill."""

    facts: Mapping[str, str | Text | Money]

    def blanks(self, catalogue: Catalogue) -> dict[str, str]:
        """Return the values of the blanks it fills."""
        return {
            name: fact if isinstance(fact, str) else fact.render(catalogue)
            for name, fact in self.facts.items()
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Entitlement:
    """One service or payment that the law provides, for staff.

    Amounts are facts of the place; expired or unread facts are left out. Nothing here decides who
    is entitled: that is the decision of an authority.
    """

    code: str
    text: Text
    """What, and up to which amount, with the blanks of its chapter."""
    chapter: str = "amounts"
    """The law chapter of the place that fills the blanks; expires with it."""
    needs_event: str = ""
    """The legal event after which it can be requested; empty: from suspicion on."""


@dataclass(frozen=True, slots=True)
class EntitlementView:
    """An entitlement, rendered for staff."""

    text: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class PlaceField:
    """A field that a place adds to the record of a case; its values are text."""

    kind: str
    """The kind of subject it belongs to, e.g. `employer`."""
    name: str
    text: Text


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """One country. The defaults stand for a part that has not been researched yet.

    Raises:
        ValueError: something that flows need is missing, or more than three numbers are shown.
    """

    name: str
    directory: Mapping[str, DirectoryEntry]
    numbers_by_situation: Mapping[str, tuple[str, ...]]
    """The codes of the numbers people see, in order."""
    sentences: Mapping[str, PlaceSentence]
    chapters: Mapping[str, LawChapter]
    law: Law
    recipients: Mapping[str, Recipient]
    deadline_rules: DeadlineRules = NO_DEADLINES
    office_forms: OfficeForms | None = None
    country: str = ""
    """ISO 3166 alpha-2; telephone numbers without a prefix are of this country."""
    record_fields: tuple[PlaceField, ...] = ()
    """Fields of the record that only this country has."""
    entitlements: tuple[Entitlement, ...] = ()
    services: tuple[LegalService, ...] = ()
    """What a service plan can hold, in the order of the law."""
    duties: tuple[ReportDuty, ...] = ()
    """Duties to report; which of them staff have depends on the organisation."""
    find_outlines: Callable[[], CountyOutlines] | None = None
    """Returns the outlines of its counties; None: they are not known."""
    county_regions: Mapping[str, str] = field(default_factory=dict)
    """The large region of each county, by code, for numbers in which no county may stand."""
    holidays: tuple[PublicHoliday, ...] = ()
    """In order; the desk proposes them."""
    interpreter_fees: tuple[FeeRule, ...] = ()
    """Rules by which interpreters are paid; none: the desk shows the hours alone."""
    overrides: Mapping[tuple[str | None, str], Text] = field(default_factory=dict)
    """Replacements of phrases that are true in Taiwan only, by context and English text."""

    def __post_init__(self) -> None:
        if wrong := list(self._faults()):
            raise ValueError(f"{self.name}: {'; '.join(wrong)}")

    def blanks(self, catalogue: Catalogue, today: date) -> dict[str, str]:
        """Return the values of all blanks, in a language, as of today."""
        language = language_of(catalogue)
        values = {
            name: line.current_text(today).render(catalogue)
            for name, line in self.sentences.items()
        }
        for situation in SITUATIONS:
            entries = self.numbers(situation, today, language)
            values[blank_name("numbers", situation)] = "\n".join(e.line(catalogue) for e in entries)
            values[blank_name("digits", situation)] = join_numbers(entries)
            values[blank_name("calling", situation)] = entries[0].call_description(catalogue)
        # In danger: who can come, and who speaks the language.
        can_come, speaks = self.numbers(DANGER, today), self.numbers(NIGHT, today, language)
        values[blank_name("digits", DANGER)] = join_numbers([*can_come[:2], speaks[0]])
        for chapter in self.chapters.values():
            values |= chapter.blanks(catalogue)
        return values

    def numbers(self, situation: str, today: date, language: str = "") -> list[DirectoryEntry]:
        """Return the numbers to show in a situation, never an empty list.

        Those that speak the language stand first; the others keep their order.

        An old number for danger is better than none; `haven doctor` reports that it must be checked
        again.
        """
        named = [self.directory[code] for code in self.numbers_by_situation[situation]]
        listed = [entry for entry in named if not entry.is_wrong]
        if language and situation not in IN_ORDER:
            listed.sort(key=lambda entry: entry.foreignness(language))
        current = [entry for entry in listed if entry.is_shown(today)]
        if current or (listed and situation in SHOWN_WHEN_OLD):
            return current or listed
        # Two people can be wrong as well: someone in danger is never shown an empty list.
        return named if situation == DANGER else self.numbers(DANGER, today)

    def known_facts(self, today: date) -> frozenset[str]:
        """Return the facts that may be stated today: law chapters by name, and `number_fact`s."""
        chapters = {name for name, it in self.chapters.items() if it.is_shown(today)}
        have_numbers = {
            number_fact(situation)
            for situation, codes in self.numbers_by_situation.items()
            if any(self.directory[code].is_shown(today) for code in codes)
        }
        return frozenset(chapters | have_numbers)

    def list_entitlements(
        self, events: Collection[str], today: date, staff: Catalogue, people: Catalogue
    ) -> list[EntitlementView]:
        """Return the entitlements, in their order, without those of facts expired by this day.

        `events` are codes of the legal events entered for the case; `people` is the catalogue of
        the same language as that of staff, which holds the amounts.
        """
        known = self.known_facts(today)
        return [
            EntitlementView(
                it.text.render(staff, self.chapters[it.chapter].blanks(people)),
                not it.needs_event or it.needs_event in events,
            )
            for it in self.entitlements
            if it.chapter in known
        ]

    def facts(self) -> Iterator[tuple[str, SourcedFact]]:
        """Yield every sourced fact, by code."""
        yield from self.directory.items()
        yield from self.sentences.items()
        yield from self.chapters.items()

    def expired(self, today: date) -> list[str]:
        """Return the codes of verified facts that have expired."""
        return [code for code, it in self.facts() if it.is_verified and today >= it.expires_on]

    def _faults(self) -> Iterator[str]:
        if self.numbers_by_situation.keys() != SITUATIONS:
            yield f"numbers for {', '.join(sorted(SITUATIONS ^ self.numbers_by_situation.keys()))}"
        if self.sentences.keys() != SENTENCES:
            yield f"lines {', '.join(sorted(SENTENCES ^ self.sentences.keys()))}"
        for name, blanks in CHAPTER_BLANKS.items():
            held = self.chapters[name].facts.keys() if name in self.chapters else set()
            if held != blanks:
                yield f"{name}: {', '.join(sorted(blanks ^ held))}"
        for situation, codes in self.numbers_by_situation.items():
            if not 0 < len(codes) <= MAX_NUMBERS:
                yield f"1 to {MAX_NUMBERS} numbers for {situation}"
            if not all(
                code in self.directory and self.directory[code].is_verified for code in codes
            ):
                yield f"an unknown or unverified number for {situation}"


def join_numbers(entries: Iterable[DirectoryEntry]) -> str:
    """Return numbers in one line, which fits into the message of a question."""
    return f"{PHONE_SIGN} {' · '.join(entry.number for entry in entries)}"


def blank_name(kind: str, situation: str) -> str:
    """Return the blank of a situation.

    `kind` is `numbers` for a list, `digits` for the same in one line without words, or `calling`
    for what happens during a call.
    """
    return kind if situation == DANGER else f"{kind}_{situation}"


def number_fact(situation: str) -> str:
    """Return the fact that a situation has a number that is not wrong and was checked lately."""
    return f"numbers_{situation}"


def all_blanks() -> frozenset[str]:
    """Return every blank that a place fills."""
    blanks = {
        blank_name(kind, it) for kind in ("numbers", "digits", "calling") for it in SITUATIONS
    }
    return frozenset(blanks).union(SENTENCES, *CHAPTER_BLANKS.values())
