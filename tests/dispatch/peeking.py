"""What tests of the dispatcher look at behind the door: what is kept of a person, and in cases."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from bot.cases.sealed_fields import open_reasons, read_contents, report_place
from bot.conversation import (
    Ask,
    Book,
    Collect,
    Frame,
    Number,
    Position,
    Pressed,
    answer,
    begin,
    open_question,
)
from bot.conversation.inputs import Words
from bot.dispatch.conversation_store import Conversation, Row, copy_of
from bot.places.taiwan import TAIWAN
from bot.places.taiwan.directory import VERIFIED
from bot.vault import Purpose
from flows import ALL
from tests.houses import BOT, VAULT, opener_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.conversation import Answer
    from tests.houses import Home
    from tests.people import Person

STAFFED = frozenset({"staffed", *TAIWAN.known(VERIFIED)})
BOOK = Book(ALL)
NEXT, READS_ON = Pressed("next"), 0.8
"""What leads to the next card, and how often it is pressed: some are a dozen long."""
AGREED = 0.3
"""How often an hour was agreed on before."""
QUESTIONS = tuple((flow.name, step) for flow in ALL for step in BOOK.sheets[flow.name].questions)
"""Every question of every flow."""
ENDS_AT_ONCE = ("help", "privacy", "my_data")
"""Flows that ask nothing."""
HELLO = ("Hello", "English")


@dataclass
class Sent:
    """One thing a person sent."""

    kind: str
    flow: str
    answers: dict[str, Answer]


@dataclass
class Case:
    """A case as it stands in the database, opened."""

    reference: str
    kind: str
    priority: int
    language: str
    reasons: list[str]
    sent: list[Sent] = field(default_factory=list)


def key_of(person: Person) -> bytes:
    return VAULT.chat_key(BOT, person.id)


def conversation_of(person: Person) -> Conversation | None:
    """Return what is kept of a person, None when there is nothing."""
    found = person.home.ask(
        f"SELECT state FROM conversations WHERE chat_key = {_literal(key_of(person), person.home)}"  # noqa: S608
    )
    if not found:
        return None
    plain = VAULT.open(Purpose.CONVERSATION, key_of(person), bytes(found[0][0]))
    return msgspec.msgpack.decode(plain, type=Conversation)


def _literal(key: bytes, home: Home) -> str:
    return f"x'{key.hex()}'" if home.database.dialect == "sqlite" else f"'\\x{key.hex()}'::bytea"


def kept(person: Person) -> Conversation:
    """Return what is kept of a person, who must have written."""
    found = conversation_of(person)
    assert found is not None
    return found


def frames(person: Person) -> list[Frame]:
    return kept(person).position.frames


def at(person: Person) -> tuple[str, str] | None:
    """Return flow and step of the open question."""
    found = frames(person)
    return (found[-1].flow, found[-1].step) if found else None


def flows_of(person: Person) -> list[str]:
    return [frame.flow for frame in frames(person)]


def cases_of(home: Home) -> list[Case]:
    """Return every case with everything that was sent to it, oldest first."""
    rows = home.ask(
        "SELECT id, reference, kind, priority, language, reasons FROM cases ORDER BY opened_at, id"
    )
    return [
        Case(
            reference,
            kind,
            priority,
            language,
            _reasons(home, case, reasons),
            _sent(home, case),
        )
        for case, reference, kind, priority, language, reasons in rows
    ]


def _reasons(home: Home, case: str, sealed: bytes) -> list[str]:
    run = home.database.writer.run_now
    found = run(lambda work: open_reasons(VAULT, work, case, sealed))
    assert found is not None
    return found


def _sent(home: Home, case: str) -> list[Sent]:
    rows = home.ask(
        f"SELECT id, kind, flow, sealed FROM reports WHERE case_id = '{case}' ORDER BY sent_at"  # noqa: S608
    )
    opener = opener_of(home.database, case)
    return [
        Sent(
            kind,
            flow,
            read_contents(opener.open(Purpose.CASE, report_place(case, row), sealed)).answers,
        )
        for row, kind, flow, sealed in rows
    ]


def faults(home: Home) -> list[str]:
    """Return why updates were set aside."""
    return [
        row[0]
        for row in home.ask("SELECT fault FROM inbox WHERE state = 'quarantined' ORDER BY id")
    ]


def words_in(thing: Any) -> str:
    """Return everything readable in what is kept or was sent."""
    return msgspec.json.encode(thing).decode()


def stand(person: Person, position: Position, *, language: str = "en", **more: Any) -> Conversation:
    """Put somebody at a place in a conversation and ask the open question again."""
    home = person.home
    told = {"notice": home.house.setting.notice.version(language)}
    conversation = Conversation(
        language, copy_of(position), person.id, asked=5, touched_at=home.loop.now(), **told | more
    )
    row = Row(None, conversation, 0)
    found = home.ask(
        f"SELECT id FROM conversations WHERE chat_key = {_literal(key_of(person), home)}"  # noqa: S608
    )
    if found:
        row.id = found[0][0]
    home.database.writer.run_now(
        lambda work: home.house.conversations.store(work, [(key_of(person), row)])
    )
    person.does(person.press(f"0:nothing:{len(position.frames)}", message=0))
    return conversation


def with_words(position: Position) -> Position:
    """Return the same place in a conversation, with something written beside it."""
    told = copy_of(position)
    told.keep("Beside it.")
    return told


@cache
def places() -> dict[tuple[str, str], Position]:
    """Return a way a person may stand at each question, found by walking at random."""
    dice = random.Random(7)
    found: dict[tuple[str, str], Position] = {}
    for _ in range(4000):
        for flow in ALL:
            _walk(flow.name, dice, found)
        if len(found) == len(QUESTIONS):
            return found
    missing = set(QUESTIONS) - set(found)
    raise AssertionError(f"nobody ever came to {sorted(missing)}")


def _walk(flow: str, dice: random.Random, found: dict[tuple[str, str], Position]) -> None:
    position = Position()
    known = STAFFED | {"unsent", "sent"} | ({"checks_in"} if dice.random() < AGREED else set())
    begin(BOOK, position, flow, known)
    for _ in range(60):
        if not position.frames:
            return
        here = (position.frames[-1].flow, position.frames[-1].step)
        if here not in found or len(position.frames) < len(found[here].frames):
            found[here] = copy_of(position)
        ways = list(answers_at(position))
        reads_on = NEXT in ways and dice.random() < READS_ON
        answer(BOOK, position, NEXT if reads_on else dice.choice(ways), known)


def answers_at(position: Position) -> Iterator[Pressed | Words]:
    """Yield ways to answer the open question that go on."""
    asked = open_question(BOOK, position)
    assert asked is not None
    frame = position.frames[-1]
    question = BOOK.sheets[frame.flow].questions[frame.step]
    if "done" in asked.controls:
        yield Pressed("done")
        yield Pressed("done")
    for choice in asked.choices:
        if choice.code != "sitting":  # whoever keeps nothing has no draft: a file of its own
            yield Pressed(choice.code)
    if not asked.choices and not isinstance(question, Collect):
        counts = isinstance(question, Ask) and isinstance(question.reads, Number)
        yield Words("21" if counts else "in my own words")
    if "skip" in asked.controls:
        yield Pressed("skip")


def tell(person: Person, *, until: str = "send") -> None:
    """Go from the first hello through a report, skipping, until a question of it is open."""
    if conversation_of(person) is None:
        person.says("/start")
        person.presses("English", "Nobody can see", "Tell what happened")
    while at(person) != ("report", until):
        skip_on(person)


def skip_on(person: Person) -> list[str]:
    """Answer the open question of a flow in the shortest way; return what was heard."""
    labels = person.labels()
    for label in ("Skip", "Keep my answer", "You may keep them", "Go on"):
        if any(shown.lstrip("0123456789 ") == label for shown in labels):
            return person.presses(label)
    raise AssertionError(f"no short way on from {at(person)}: {labels}")
