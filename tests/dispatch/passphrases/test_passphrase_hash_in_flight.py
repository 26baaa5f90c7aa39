"""A word on its way to its digest arrives, whatever becomes of the chat it was written in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from bot.clock import HOUR, SECOND
from bot.dispatch.conversation_store import SESSION_TIMEOUT
from bot.errors import RetryLaterError
from bot.hotline.chat.passphrases import PassphraseResult
from bot.hotline.events import EventKind
from bot.mailbox.passphrase_jobs import PassphraseToHash
from bot.vault import Purpose
from flows.texts import phrases
from tests.support.dispatch_inspection import (
    cases_of,
    key_of,
    quarantine_reasons,
    send_report,
)
from tests.support.harnesses.hotline_harness import VAULT
from tests.support.telegram.recording_channel import FINE, delivery_failure

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.messages import Body
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.chat_person import ChatPerson
    from tests.support.telegram.recording_channel import DeliveryFault

LONG = SESSION_TIMEOUT // SECOND + 60
SAFE, UNDER_FORCE, ANSWER, SECOND_ANSWER = "mangga tua", "hujan besar", "kopi pahit", "angin utara"
WAITS = 5.0
"""Seconds for which the channel wants to be left alone."""
HOURS_TO_TAIPEI, NINE = 8, 21

Ways = dict[str, list[str]]
LEAVES: Ways = {"bye": ["/bye"], "delete": ["/delete", "Erase it"], "block": []}
"""What is typed by whoever takes everything off the phone; who blocks types nothing."""


def sent(home: HotlineHarness) -> ChatPerson:
    person = home.person()
    send_report(person)
    return person


def with_words(home: HotlineHarness) -> ChatPerson:
    person = sent(home)
    person.presses("Choose a secret word")
    person.says(SAFE)
    person.presses("Choose a second word")
    person.says(UNDER_FORCE)
    home.advance_time(LONG)
    return person


def before(home: HotlineHarness) -> ChatPerson:
    """Return somebody who came back and is asked for their word."""
    person = with_words(home)
    asked(person)
    return person


def asked(person: ChatPerson) -> None:
    person.says("/start")
    person.presses("English", "I have written before")


def choosing(home: HotlineHarness) -> ChatPerson:
    person = sent(home)
    person.presses("Choose a secret word")
    return person


def choosing_a_second(home: HotlineHarness) -> ChatPerson:
    person = choosing(home)
    person.says(SAFE)
    person.presses("Choose a second word")
    return person


def agreeing(home: HotlineHarness) -> ChatPerson:
    person = sent(home)
    person.presses("Ask me at a set time")
    person.says("21")
    person.presses("Every day", "Call a number")
    person.says("My sister, 0900 000 000.")
    return person


def agreeing_on_a_second(home: HotlineHarness) -> ChatPerson:
    person = agreeing(home)
    person.says(ANSWER)
    person.presses("Choose a second word")
    return person


def at_the_hour(home: HotlineHarness) -> ChatPerson:
    person = agreeing_on_a_second(home)
    person.says(SECOND_ANSWER)
    person.presses("Send")
    hour = home.loop.now() / HOUR + HOURS_TO_TAIPEI
    home.advance_time((NINE - hour) % 24 * 3600 + 60)
    return person


def counts(home: HotlineHarness, sql: str) -> bool:
    return home.ask(f"SELECT count(*) FROM {sql}") == [(1,)]  # noqa: S608 - our own words


def was_heard(home: HotlineHarness) -> bool:
    return any(event.kind is EventKind.CHECKED_IN for event in home.board.events)


@dataclass(frozen=True)
class Case:
    """A word, who writes it, and how it is known to have arrived."""

    begins: Callable[[HotlineHarness], ChatPerson]
    word: str
    arrived: Callable[[HotlineHarness], bool]


WORDS = {
    "safe word": Case(choosing, SAFE, lambda home: counts(home, "words WHERE safe IS NOT NULL")),
    "second word": Case(
        choosing_a_second,
        UNDER_FORCE,
        lambda home: counts(home, "words WHERE duress IS NOT NULL"),
    ),
    "duress": Case(
        before, UNDER_FORCE, lambda home: counts(home, "words WHERE frozen_at IS NOT NULL")
    ),
    "tried": Case(before, "wrong word", lambda home: counts(home, "words WHERE tries = 1")),
    "word of an hour": Case(
        agreeing, ANSWER, lambda home: counts(home, "check_ins WHERE answer IS NOT NULL")
    ),
    "second word of an hour": Case(
        agreeing_on_a_second,
        SECOND_ANSWER,
        lambda home: counts(home, "check_ins WHERE duress IS NOT NULL"),
    ),
    "check-in": Case(at_the_hour, ANSWER, was_heard),
    "check-in under duress": Case(
        at_the_hour,
        SECOND_ANSWER,
        lambda home: counts(home, "check_ins WHERE frozen_at IS NOT NULL"),
    ),
}


def leaving(person: ChatPerson, way: str) -> list[dict[str, Any]]:
    """Return what goes in when somebody leaves; who blocked us hears nothing from then on."""
    if way == "block":
        person.home.post.blocked.add(person.id)
        return [person.membership("kicked")]
    return [person.words(line) for line in LEAVES[way]]


@pytest.mark.parametrize("way", LEAVES)
@pytest.mark.parametrize("which", WORDS)
def test_a_passphrase_is_handled_even_when_the_person_leaves_at_once(
    hotline: HotlineHarness, which: str, way: str
) -> None:
    case = WORDS[which]
    person = case.begins(hotline)
    assert not case.arrived(hotline)
    hotline.receives(person.words(case.word), *leaving(person, way))
    assert case.arrived(hotline)
    assert quarantine_reasons(hotline) == []
    if way == "bye":
        assert person.texts == [phrases.CHAT_CLEARED.source]


@pytest.mark.parametrize("way", LEAVES)
@pytest.mark.parametrize("which", WORDS)
def test_a_passphrase_is_handled_while_the_channel_is_rate_limited(
    hotline: HotlineHarness, which: str, way: str
) -> None:
    case = WORDS[which]
    person = case.begins(hotline)
    until = hotline.loop.now() + int(WAITS * SECOND)

    def waits(chat: int, _body: Body) -> DeliveryFault:
        is_now = chat == person.id and hotline.loop.now() < until
        return delivery_failure(RetryLaterError(WAITS)) if is_now else FINE

    hotline.post.fate = waits
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(hotline, "settled", partial(hotline.close_writer_idle, 1.0))
        hotline.receives(person.words(case.word))
        hotline.receives(*leaving(person, way))
    hotline.run(hotline.close_writer_idle(WAITS * 2))
    hotline.settle()
    assert case.arrived(hotline)
    assert quarantine_reasons(hotline) == []


@pytest.mark.parametrize("way", LEAVES)
def test_a_right_passphrase_result_is_silent_in_a_left_chat(
    hotline: HotlineHarness, way: str
) -> None:
    person, stranger = before(hotline), hotline.person()
    asked(stranger)
    shown = []
    for one in (person, stranger):
        begun = len(hotline.post.texts(one.id))
        hotline.receives(one.words(SAFE), *leaving(one, way))
        hotline.post.blocked.discard(one.id)
        one.says("hello")
        shown.append((hotline.post.texts(one.id)[begun:], one.texts[-1:], one.labels()))
    assert shown[0] == shown[1]
    tried = [it.code for it in hotline.board.events if it.kind is EventKind.PASSPHRASE_TRIED]
    assert tried[0] == PassphraseResult.RIGHT  # staff hear of it all the same


class Nobody:
    """Computes no digest yet."""

    async def hash(self, _word: str, _salt: bytes, _pepper: bytes) -> bytes:
        raise RetryLaterError(1.0)


def test_a_right_passphrase_result_is_not_shown_to_the_next_writer(
    hotline: HotlineHarness,
) -> None:
    person, stranger = before(hotline), hotline.person()
    asked(stranger)
    shown = []
    for one in (person, stranger):
        begun = len(hotline.post.texts(one.id))
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(hotline.house.passphrase_hashing, "_hasher", Nobody())
            patched.setattr(hotline, "settled", partial(hotline.close_writer_idle, 1.0))
            one.send_update(one.words(SAFE))
            one.send_update(one.words("/bye"))
            one.send_update(one.words("hello"))
        hotline.run(hotline.close_writer_idle(3.0))
        hotline.settle()
        shown.append((hotline.post.texts(one.id)[begun:], one.texts[-1:], one.labels()))
    assert shown[0] == shown[1]
    assert [it.code for it in hotline.board.events if it.kind is EventKind.PASSPHRASE_TRIED] == [
        PassphraseResult.RIGHT
    ]


def test_a_repeated_passphrase_as_duress_passphrase_is_silent_in_a_left_chat(
    hotline: HotlineHarness,
) -> None:
    person = choosing_a_second(hotline)
    hotline.receives(person.words(SAFE), person.words("/bye"))
    assert phrases.DURESS_SAME_AS_FIRST.source not in hotline.post.texts(person.id)
    assert person.texts == [phrases.CHAT_CLEARED.source]


def test_erasing_also_removes_a_passphrase_in_flight(hotline: HotlineHarness) -> None:
    person = before(hotline)
    person.says(SAFE)
    person.presses("Choose a secret word")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(hotline.house.passphrase_hashing, "_hasher", Nobody())
        patched.setattr(hotline, "settled", partial(hotline.close_writer_idle, 1.0))
        hotline.receives(
            person.words("new word"), person.words("/delete"), person.words("Erase it")
        )
        assert len(on_their_way(hotline, person)) == 1
        assert (
            hotline.run(hotline.house.erasure_job.run_once(hotline.database, hotline.loop.now()))
            == 1
        )
        assert on_their_way(hotline, person) == []
    hotline.run(hotline.close_writer_idle(3.0))
    hotline.settle()
    assert cases_of(hotline) == []
    assert hotline.ask("SELECT count(*) FROM words") == [(0,)]


def on_their_way(home: HotlineHarness, person: ChatPerson) -> list[str]:
    """Return the passphrases of a person that wait to be hashed."""
    key = key_of(person)
    rows = home.ask("SELECT id, chat_key, sealed FROM passphrase_jobs")
    opened = [
        VAULT.open(Purpose.UNHASHED, row.encode(), bytes(sealed))
        for row, of, sealed in rows
        if bytes(of) == key
    ]
    return [msgspec.msgpack.decode(it, type=PassphraseToHash).text for it in opened]
