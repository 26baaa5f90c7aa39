"""What tests of the dispatcher look at behind the door: what is kept of a person, and in cases."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from bot.cases.sealed_fields import decode_contents, open_reasons, report_associated_data
from bot.conversation import (
    Ask,
    Collect,
    FlowRegistry,
    Frame,
    Number,
    Position,
    PressInput,
    answer,
    begin,
    open_question,
)
from bot.conversation.inputs import TextInput
from bot.dispatch.conversation_store import Conversation, ConversationRow, copy_position
from bot.hotline.chat.messages import CaseMessages, MessageSide
from bot.places.taiwan import TAIWAN
from bot.places.taiwan.directory import VERIFIED_ON
from bot.vault import Purpose
from flows import ALL_FLOWS
from tests.support.database_fixtures import bytes_literal
from tests.support.harnesses.hotline_harness import BOT, VAULT, supervisor_opener

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.conversation import Answer
    from bot.hotline.chat.messages import CaseMessageContent
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.chat_person import ChatPerson

STAFFED = frozenset({"staffed", *TAIWAN.known_facts(VERIFIED_ON)})
BOOK = FlowRegistry(ALL_FLOWS)
NEXT, READS_ON = PressInput("next"), 0.8
"""What leads to the next card, and how often it is pressed: some are a dozen long."""
AGREED = 0.3
"""How often an hour was agreed on before."""
QUESTIONS = tuple(
    (flow.name, step) for flow in ALL_FLOWS for step in BOOK.compiled[flow.name].questions
)
"""Every question of every flow."""
HELLO = ("Hello", "English")


@dataclass
class StoredSubmission:
    """One thing a person sent."""

    kind: str
    flow: str
    answers: dict[str, Answer]


@dataclass
class OpenedCase:
    """A case as it stands in the database, opened."""

    reference: str
    kind: str
    priority: int
    language: str
    reasons: list[str]
    sent: list[StoredSubmission] = field(default_factory=list)


def key_of(person: ChatPerson) -> bytes:
    return VAULT.chat_key(BOT, person.id)


def conversation_of(person: ChatPerson) -> Conversation | None:
    """Return what is kept of a person, None when there is nothing."""
    found = person.home.ask(
        f"SELECT state FROM conversations WHERE chat_key = {_key_in(person.home, person)}"  # noqa: S608
    )
    if not found:
        return None
    plain = VAULT.open(Purpose.CONVERSATION, key_of(person), bytes(found[0][0]))
    return msgspec.msgpack.decode(plain, type=Conversation)


def _key_in(home: HotlineHarness, person: ChatPerson) -> str:
    return bytes_literal(key_of(person), home.database)


def stored_conversation(person: ChatPerson) -> Conversation:
    """Return what is kept of a person, who must have written."""
    found = conversation_of(person)
    assert found is not None
    return found


def frames(person: ChatPerson) -> list[Frame]:
    return stored_conversation(person).position.frames


def current_step(person: ChatPerson) -> tuple[str, str] | None:
    """Return flow and step of the open question."""
    found = frames(person)
    return (found[-1].flow, found[-1].step) if found else None


def flows_of(person: ChatPerson) -> list[str]:
    return [frame.flow for frame in frames(person)]


def cases_of(home: HotlineHarness) -> list[OpenedCase]:
    """Return every case with everything that was sent to it, oldest first."""
    rows = home.ask(
        "SELECT id, reference, kind, priority, language, reasons FROM cases ORDER BY opened_at, id"
    )
    return [
        OpenedCase(
            reference,
            kind,
            priority,
            language,
            _reasons(home, case, reasons),
            _sent(home, case),
        )
        for case, reference, kind, priority, language, reasons in rows
    ]


def _reasons(home: HotlineHarness, case: str, sealed: bytes) -> list[str]:
    found = open_reasons(VAULT, case, sealed)
    assert found is not None
    return found


def _sent(home: HotlineHarness, case: str) -> list[StoredSubmission]:
    rows = home.ask(
        f"SELECT id, kind, flow, sealed FROM reports WHERE case_id = '{case}' ORDER BY sent_at"  # noqa: S608
    )
    opener = supervisor_opener(home.database, case)
    return [
        StoredSubmission(
            kind,
            flow,
            decode_contents(
                opener.open(Purpose.CASE, report_associated_data(case, row), sealed)
            ).answers,
        )
        for row, kind, flow, sealed in rows
    ]


def messages_of_people(home: HotlineHarness) -> list[CaseMessageContent]:
    """Return everything people wrote that reached a case, oldest first."""
    return [
        message.content
        for (case,) in home.ask("SELECT id FROM cases ORDER BY opened_at, id")
        for message in home.database.writer.run_sync(
            lambda work, case=case: CaseMessages.of_case(work, case, home.opener(case))
        )
        if message.side is MessageSide.PERSON
    ]


def quarantine_reasons(home: HotlineHarness) -> list[str]:
    """Return why updates were set aside."""
    return [
        row[0]
        for row in home.ask("SELECT fault FROM inbox WHERE state = 'quarantined' ORDER BY id")
    ]


def readable_text(thing: Any) -> str:
    """Return everything readable in what is kept or was sent."""
    return msgspec.json.encode(thing).decode()


def place_at(
    person: ChatPerson, position: Position, *, language: str = "en", **more: Any
) -> Conversation:
    """Put somebody at a place in a conversation and ask the open question again."""
    home = person.home
    told = {"notice_version": home.house.setting.notice.version(language)}
    conversation = Conversation(
        language,
        copy_position(position),
        person.id,
        question_count=5,
        touched_at=home.loop.now(),
        **told | more,
    )
    row = ConversationRow(None, conversation, 0)
    found = home.ask(
        f"SELECT id FROM conversations WHERE chat_key = {_key_in(home, person)}"  # noqa: S608
    )
    if found:
        row.id = found[0][0]
    home.database.writer.run_sync(
        lambda work: home.house.conversations.store(work, [(key_of(person), row)])
    )
    person.send_update(person.press(f"0:nothing:{len(position.frames)}", message=0))
    return conversation


def says_at(home: HotlineHarness, place: tuple[str, str], text: str, language: str) -> ChatPerson:
    """Let a new person type a text at a question, and return the person."""
    person = home.person(language)
    place_at(person, reachable_positions()[place], language=language)
    person.says(text)
    return person


def with_extra_text(position: Position) -> Position:
    """Return the same place in a conversation, with something written beside it."""
    told = copy_position(position)
    told.add_extra("Beside it.")
    return told


@cache
def reachable_positions() -> dict[tuple[str, str], Position]:
    """Return a way a person may stand at each question, found by walking at random."""
    dice = random.Random(7)
    found: dict[tuple[str, str], Position] = {}
    for _ in range(4000):
        for flow in ALL_FLOWS:
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
            found[here] = copy_position(position)
        ways = list(answers_at(position))
        reads_on = NEXT in ways and dice.random() < READS_ON
        answer(BOOK, position, NEXT if reads_on else dice.choice(ways), known)


def answers_at(position: Position) -> Iterator[PressInput | TextInput]:
    """Yield ways to answer the open question that go on."""
    asked = open_question(BOOK, position)
    assert asked is not None
    frame = position.frames[-1]
    question = BOOK.compiled[frame.flow].questions[frame.step]
    if "done" in asked.controls:
        yield PressInput("done")
        yield PressInput("done")
    for choice in asked.choices:
        if choice.code != "sitting":  # whoever keeps nothing has no draft: a file of its own
            yield PressInput(choice.code)
    if not asked.choices and not isinstance(question, Collect):
        counts = isinstance(question, Ask) and isinstance(question.accepts, Number)
        yield TextInput("21" if counts else "in my own words")
    if "skip" in asked.controls:
        yield PressInput("skip")


def start_report(person: ChatPerson, *, until: str = "send") -> None:
    """Go from the first hello through a report, skipping, until a question of it is open."""
    if conversation_of(person) is None:
        person.says("/start")
        person.presses("English", "Tell what happened")
    while current_step(person) != ("report", until):
        if current_step(person) == ("report", "send"):
            person.presses("More questions first")
        else:
            skip_on(person)


def send_report(person: ChatPerson) -> None:
    """Go from the first hello through a report, and on to what can be done after sending."""
    start_report(person)
    person.presses("Send", "Skip")
    assert current_step(person) == ("afterwards", "what_now")


GO_ON = "Back to the question"
"""Declines a caseworker for what a person wrote in their own words."""


def leave_details(person: ChatPerson) -> None:
    """Skip what helpers need first, after staff were told."""
    while (step := current_step(person)) and step[0] == "urgent_details":
        skip_on(person)


def skip_on(person: ChatPerson) -> list[str]:
    """Answer the open question of a flow in the shortest way; return what was heard."""
    labels = person.labels()
    for label in ("Skip", "Keep my answer", "You may keep them", "Go on", GO_ON):
        if any(shown.lstrip("0123456789 ") == label for shown in labels):
            return person.presses(label)
    raise AssertionError(f"no short way on from {current_step(person)}: {labels}")
