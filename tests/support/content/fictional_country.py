"""A country that does not exist, with a directory, sentences and a law of its own."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bot.app.texts import place_bound_phrases
from bot.conversation.answer_rules import none_of
from bot.places.authorities import Article, Authority, AuthorityRule, Law, Statute
from bot.places.directory import DirectoryEntry, Recipient, SourceQuality
from bot.places.place import CHAPTER_BLANKS, SENTENCES, SITUATIONS, LawChapter, Place, PlaceSentence
from bot.text import Text
from flows.texts.counties import COUNTIES

if TYPE_CHECKING:
    from collections.abc import Iterable

VERIFIED, EXPIRES = date(2026, 1, 1), date(2099, 1, 1)


def read(**given: object) -> dict[str, object]:
    known = {"quality": SourceQuality.READ, "source": "faraway.example", "missing": ""}
    return {**known, "verified_on": VERIFIED, "expires_on": EXPIRES, **given}


def entry(number: str, answers: str, **given: object) -> DirectoryEntry:
    return DirectoryEntry(number=number, answered_by=Text(answers), hours="24 h", **read(**given))  # type: ignore[arg-type]


GUARD = Authority(
    "guard",
    Text("The guard"),
    Text("Looks after everybody"),
    Text("Always."),
    (Article(Statute(Text("The law of Faraway"), VERIFIED), Text("Article 1")),),
)


def words_for(keys: Iterable[tuple[str | None, str]]) -> dict[tuple[str | None, str], Text]:
    """Return what Faraway says in place of phrases: short, its own, and without a claim."""
    counties = {county.source for county in COUNTIES.values()}
    found = {}
    for number, (context, source) in enumerate(sorted(keys, key=str)):
        is_label = context is not None or source in counties
        sign = "".join(chr(ord("a") + int(digit)) for digit in str(number))
        says = f"Faraway {sign}" if is_label else f"In Faraway people can tell you more ({sign})."
        found[context, source] = Text(says)
    return found


FARAWAY = Place(
    name="faraway",
    directory={
        "guard": entry("777", "the guard", call_text=Text("At {number} the guard answers.")),
        "old": entry("778", "nobody knows", quality=SourceQuality.OLD),
        "gone": entry("779", "the guard's old number", expires_on=date(2026, 6, 1)),
    },
    numbers_by_situation=dict.fromkeys(SITUATIONS, ("guard", "gone")),
    sentences={
        name: PlaceSentence(text=Text(f"In Faraway call 777. ({name})"), **read())  # type: ignore[arg-type]
        for name in SENTENCES
    },
    chapters={
        name: LawChapter(facts=dict.fromkeys(blanks, "7"), **read())  # type: ignore[arg-type]
        for name, blanks in CHAPTER_BLANKS.items()
    },
    law=Law((AuthorityRule(GUARD, none_of()),), ()),
    recipients={
        "guard": Recipient(Text("The guard"), Text("a guard"), "faraway.example", VERIFIED, EXPIRES)
    },
    overrides=words_for(place_bound_phrases()),
)
TAIWANS = ("110", "112", "113", "118", "119", "1925", "1955", "1990", "0800")
"""What nobody in Faraway may be told to call."""
