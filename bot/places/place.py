"""A place: everything that is true in one country, as data that flows are filled with.

Flows name what they need by blanks: a list of numbers for a situation, a whole sentence in which a
number stands, a count of days. Every place fills all of them or cannot be made, so a flow never
meets a hole. Law that was not read, or has expired, is a fact that is not known: what hangs on it
is not spoken.

The flows were written for Taiwan, and say in whole sentences what its law says. Another place says
words of its own in place of each that names Taiwan or its law, in any language, and one that lacks
any of them is refused (`bot.app.texts`): no country is told another's law.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.places.deadlines import NO_DEADLINES, DeadlineRules
from bot.places.directory import SourcedFact
from bot.text import Text, _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from bot.places.authorities import Law
    from bot.places.directory import DirectoryEntry
    from bot.places.entitlements import Entitlement
    from bot.places.forms import OfficeForms
    from bot.places.taiwan.recipients import Recipient
    from bot.text import Catalogue

DANGER = "danger"
"""The situation whose numbers are shown where nothing else can be: never an empty list."""
SHOWN_WHEN_OLD = frozenset({DANGER, "despair"})
"""Situations in which an old number is better than none."""
NUMBERS = "numbers"
"""The fact that every number and line people may be shown was read lately enough."""
SITUATIONS = frozenset(
    {DANGER, "work", "home", "young", "sea", "abroad", "despair", "papers", "other"}
)
"""What numbers are looked for by: danger now, work, violence at home, someone under 18, at sea,
someone abroad, no wish to live, questions about papers, a person who worries about another."""
MAX_NUMBERS = 3
"""A long list defeats a frightened reader."""
SENTENCES = frozenset(
    {
        "rehearsal_line",
        "language_line",
        "danger_line",
        "silent_line",
        "ambulance_line",
        "young_line",
    }
)
"""Whole sentences of a place, because a number or the name of the country stands in them."""
CHAPTER_BLANKS: Mapping[str, frozenset[str]] = {
    "duties": frozenset({"child_hours", "agency_hours", "duty_fine_least", "duty_fine_most"}),
    "decision": frozenset(
        {"objection_days", "review_days", "answer_days", "permit_months", "lost_hours", "summons"}
        | {"settle_years", "settle_days"}
    ),
    "amounts": frozenset(
        {
            "doctor",
            "doctor_insured",
            "talk",
            "talks",
            "lawyer",
            "rent",
            "rent_months",
            "rent_more",
            "checkup",
            "income",
            "deposit",
            "hotel",
            "hotel_nights",
            "other_needs",
            "condolence",
            "out_of_work",
            "fund_months",
            "fund_again",
        }
    ),
}
"""What the law says, by what has to be known together, and the blanks each fills."""

# Translators: an amount of money in Taiwan, e.g. 5000. Keep the digits as they are.
AMOUNT = _("NT${amount}")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in the country's money."""

    amount: str

    def render(self, catalogue: Catalogue) -> str:
        """Return it as it is said: digits nobody groups, for points and commas differ."""
        return AMOUNT.render(catalogue, {"amount": self.amount})


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceSentence(SourcedFact):
    """A whole message of this place."""

    text: Text
    fallback: Text | None = None
    """What is said instead once nobody has read it for too long; None: an old one is better."""

    def current_text(self, today: date) -> Text:
        """Return what is said of it today."""
        return self.text if self.fallback is None or self.is_shown(today) else self.fallback


@dataclass(frozen=True, slots=True, kw_only=True)
class LawChapter(SourcedFact):
    """What a law says on one thing, as blanks that messages have."""

    facts: Mapping[str, str | Text | Money]


@dataclass(frozen=True, slots=True)
class Place:
    """One country.

    Raises:
        ValueError: something that flows need is missing, or more than three numbers are shown.
    """

    name: str
    directory: Mapping[str, DirectoryEntry]
    """Every number we know of, by code."""
    numbers_by_situation: Mapping[str, tuple[str, ...]]
    """By situation: which of them people see, in order."""
    sentences: Mapping[str, PlaceSentence]
    chapters: Mapping[str, LawChapter]
    law: Law
    recipients: Mapping[str, Recipient]
    deadline_rules: DeadlineRules = NO_DEADLINES
    """What its law gives time for; none: nobody has read that yet."""
    office_forms: OfficeForms | None = None
    """What its offices want in writing; None: nobody has read that yet."""
    entitlements: tuple[Entitlement, ...] = ()
    """What its law lets be paid for or done; none: nobody has read that yet."""
    overrides: Mapping[tuple[str | None, str], Text] = field(default_factory=dict)
    """What is said here in place of phrases that hold in Taiwan alone, by context and English."""

    def __post_init__(self) -> None:
        if wrong := list(self._faults()):
            raise ValueError(f"{self.name}: {'; '.join(wrong)}")

    def blanks(self, catalogue: Catalogue, today: date) -> dict[str, str]:
        """Return what this place fills into messages in a language, as things stand today."""
        found = {
            name: line.current_text(today).render(catalogue)
            for name, line in self.sentences.items()
        }
        for situation in SITUATIONS:
            entries = self.numbers(situation, today)
            found[blank_name("numbers", situation)] = "\n".join(e.line(catalogue) for e in entries)
            found[blank_name("calling", situation)] = entries[0].call_description(catalogue)
        for chapter in self.chapters.values():
            for name, fact in chapter.facts.items():
                found[name] = fact if isinstance(fact, str) else fact.render(catalogue)
        return found

    def numbers(self, situation: str, today: date) -> list[DirectoryEntry]:
        """Return what people are shown in a situation: never an empty list.

        An old number for danger is better than none; `haven doctor` says that it must be read
        again.
        """
        of = [self.directory[code] for code in self.numbers_by_situation[situation]]
        found = [entry for entry in of if entry.is_shown(today)]
        return found or (of if situation in SHOWN_WHEN_OLD else self.numbers(DANGER, today))

    def known_facts(self, today: date) -> frozenset[str]:
        """Return what may be said today: chapters of the law by name, and the numbers."""
        chapters = {name for name, it in self.chapters.items() if it.is_shown(today)}
        return frozenset(chapters | ({NUMBERS} if self._has_numbers(today) else set()))

    def _has_numbers(self, today: date) -> bool:
        """Tell whether each situation has a number of its own that may be shown today."""
        return all(
            any(self.directory[code].is_shown(today) for code in codes)
            for codes in self.numbers_by_situation.values()
        )

    def facts(self) -> Iterator[tuple[str, SourcedFact]]:
        """Yield everything that somebody has looked at, by code."""
        yield from self.directory.items()
        yield from self.sentences.items()
        yield from self.chapters.items()

    def expired(self, today: date) -> list[str]:
        """Return what people were shown and must not be any more."""
        return [code for code, it in self.facts() if it.is_verified and not it.is_shown(today)]

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
                yield f"a number for {situation} that nobody may be shown"


def blank_name(kind: str, situation: str) -> str:
    """Return the blank for the numbers of a situation, or for what happens when one calls."""
    return kind if situation == DANGER else f"{kind}_{situation}"


def all_blanks() -> frozenset[str]:
    """Return every blank that a place fills."""
    of_numbers = {blank_name(kind, it) for kind in ("numbers", "calling") for it in SITUATIONS}
    return frozenset(of_numbers).union(SENTENCES, *CHAPTER_BLANKS.values())
