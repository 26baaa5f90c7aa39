"""A country that does not exist, with a directory, sentences and a law of its own."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bot.app.texts import bound
from bot.conversation.answer_rules import unless
from bot.places.authorities import Article, Body, Law, Rule, Statute
from bot.places.directory import Entry, Evidence
from bot.places.place import CHAPTERS, LINES, SITUATIONS, Chapter, Line, Place
from bot.places.taiwan.recipients import Recipient
from bot.text import Text
from flows.counties import COUNTIES

if TYPE_CHECKING:
    from collections.abc import Iterable

VERIFIED, EXPIRES = date(2026, 1, 1), date(2099, 1, 1)


def read(**given: object) -> dict[str, object]:
    known = {"evidence": Evidence.READ, "source": "faraway.example", "lacks": ""}
    return {**known, "verified_on": VERIFIED, "expires_on": EXPIRES, **given}


def entry(number: str, answers: str, **given: object) -> Entry:
    return Entry(number=number, answers=Text(answers), hours="24 h", **read(**given))  # type: ignore[arg-type]


GUARD = Body(
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
        "guard": entry("777", "the guard", happens=Text("At {number} the guard answers.")),
        "old": entry("778", "nobody knows", evidence=Evidence.OLD),
        "gone": entry("779", "the guard's old number", expires_on=date(2026, 6, 1)),
    },
    shown=dict.fromkeys(SITUATIONS, ("guard", "gone")),
    lines={
        name: Line(text=Text(f"In Faraway call 777. ({name})"), **read())  # type: ignore[arg-type]
        for name in LINES
    },
    chapters={
        name: Chapter(facts=dict.fromkeys(blanks, "7"), **read())  # type: ignore[arg-type]
        for name, blanks in CHAPTERS.items()
    },
    law=Law((Rule(GUARD, unless()),), ()),
    recipients={
        "guard": Recipient(Text("The guard"), Text("a guard"), "faraway.example", VERIFIED, EXPIRES)
    },
    words=words_for(bound()),
)
TAIWANS = ("110", "112", "113", "119", "1955", "1990")
"""What nobody in Faraway may be told to call."""
