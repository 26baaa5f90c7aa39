"""A word on its way to its digest arrives, whatever becomes of the chat it was written in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from bot.clock import HOUR, SECOND
from bot.dispatch.session import SILENCE
from bot.errors import TryLater
from bot.hotline.chat.passphrases import Found
from bot.hotline.events import Happened
from bot.messages import Word
from bot.vault.passphrase_hash import aside
from flows import phrases
from tests.dispatch.peeking import cases_of, faults, key_of, tell
from tests.post import FINE, fails

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.messages import Body
    from tests.houses import Home
    from tests.people import Person
    from tests.post import Mishap

LONG = SILENCE // SECOND + 60
SAFE, UNDER_FORCE, ANSWER, SECOND_ANSWER = "mangga tua", "hujan besar", "kopi pahit", "angin utara"
WAITS = 5.0
"""Seconds for which the channel wants to be left alone."""
HOURS_TO_TAIPEI, NINE = 8, 21

Ways = dict[str, list[str]]
LEAVES: Ways = {"bye": ["/bye"], "delete": ["/delete", "Erase it"], "block": []}
"""What is typed by whoever takes everything off the phone; who blocks types nothing."""


def sent(home: Home) -> Person:
    person = home.person()
    tell(person)
    person.presses("Send")
    return person


def with_words(home: Home) -> Person:
    person = sent(home)
    person.presses("Choose a secret word")
    person.says(SAFE)
    person.presses("Choose a second word")
    person.says(UNDER_FORCE)
    home.passes(LONG)
    return person


def before(home: Home) -> Person:
    """Return somebody who came back and is asked for their word."""
    person = with_words(home)
    asked(person)
    return person


def asked(person: Person) -> None:
    person.says("/start")
    person.presses("English", "Nobody can see", "I have written before")


def choosing(home: Home) -> Person:
    person = sent(home)
    person.presses("Choose a secret word")
    return person


def choosing_a_second(home: Home) -> Person:
    person = choosing(home)
    person.says(SAFE)
    person.presses("Choose a second word")
    return person


def agreeing(home: Home) -> Person:
    person = sent(home)
    person.presses("Agree on an hour")
    person.says("21")
    person.presses("Every day", "Call a number")
    person.says("My sister, 0900 000 000.")
    return person


def agreeing_on_a_second(home: Home) -> Person:
    person = agreeing(home)
    person.says(ANSWER)
    person.presses("Choose a second word")
    return person


def at_the_hour(home: Home) -> Person:
    person = agreeing_on_a_second(home)
    person.says(SECOND_ANSWER)
    person.presses("Send")
    hour = home.loop.now() / HOUR + HOURS_TO_TAIPEI
    home.passes((NINE - hour) % 24 * 3600 + 60)
    return person


def counts(home: Home, sql: str) -> bool:
    return home.ask(f"SELECT count(*) FROM {sql}") == [(1,)]  # noqa: S608 - our own words


def was_heard(home: Home) -> bool:
    return any(event.what is Happened.CHECKED_IN for event in home.board.events)


@dataclass(frozen=True)
class Case:
    """A word, who writes it, and how it is known to have arrived."""

    begins: Callable[[Home], Person]
    word: str
    arrived: Callable[[Home], bool]


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


def leaving(person: Person, way: str) -> list[dict[str, Any]]:
    """Return what goes in when somebody leaves; who blocked us hears nothing from then on."""
    if way == "block":
        person.home.post.blocked.add(person.id)
        return [person.membership("kicked")]
    return [person.words(line) for line in LEAVES[way]]


@pytest.mark.parametrize("way", LEAVES)
@pytest.mark.parametrize("which", WORDS)
def test_a_word_arrives_although_whoever_wrote_it_leaves_in_the_same_moment(
    home: Home, which: str, way: str
) -> None:
    case = WORDS[which]
    person = case.begins(home)
    assert not case.arrived(home)
    home.receives(person.words(case.word), *leaving(person, way))
    assert case.arrived(home)
    assert faults(home) == []
    if way == "bye":
        assert person.texts == [phrases.CLEARED.source]


@pytest.mark.parametrize("way", LEAVES)
@pytest.mark.parametrize("which", WORDS)
def test_a_word_arrives_although_the_channel_wants_to_be_left_alone(
    home: Home, which: str, way: str
) -> None:
    case = WORDS[which]
    person = case.begins(home)
    until = home.loop.now() + int(WAITS * SECOND)

    def waits(chat: int, _body: Body) -> Mishap:
        is_now = chat == person.id and home.loop.now() < until
        return fails(TryLater(WAITS)) if is_now else FINE

    home.post.fate = waits
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(home, "settle", lambda: home.run(home.rest(1.0)))
        home.receives(person.words(case.word))
        home.receives(*leaving(person, way))
    home.run(home.rest(WAITS * 2))
    home.settle()
    assert case.arrived(home)
    assert faults(home) == []


@pytest.mark.parametrize("way", LEAVES)
def test_a_right_word_that_comes_back_to_a_chat_that_was_left_says_nothing(
    home: Home, way: str
) -> None:
    person, stranger = before(home), home.person()
    asked(stranger)
    shown = []
    for one in (person, stranger):
        begun = len(home.post.texts(one.id))
        home.receives(one.words(SAFE), *leaving(one, way))
        home.post.blocked.discard(one.id)
        one.says("hello")
        shown.append((home.post.texts(one.id)[begun:], one.texts[-1:], one.labels()))
    assert shown[0] == shown[1]
    tried = [it.code for it in home.board.events if it.what is Happened.WORD_TRIED]
    assert tried[0] == Found.RIGHT  # staff hear of it all the same


class Nobody:
    """Computes no digest yet."""

    async def of(self, _word: str, _salt: bytes, _pepper: bytes) -> bytes:
        raise TryLater(1.0)


def test_a_right_word_says_nothing_to_whoever_writes_there_after_it_was_left(home: Home) -> None:
    person, stranger = before(home), home.person()
    asked(stranger)
    shown = []
    for one in (person, stranger):
        begun = len(home.post.texts(one.id))
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(home.house.courier._channel, "_digests", Nobody())
            patched.setattr(home, "settle", lambda: home.run(home.rest(1.0)))
            one.does(one.words(SAFE))
            one.does(one.words("/bye"))
            one.does(one.words("hello"))
        home.run(home.rest(3.0))
        home.settle()
        shown.append((home.post.texts(one.id)[begun:], one.texts[-1:], one.labels()))
    assert shown[0] == shown[1]
    assert [it.code for it in home.board.events if it.what is Happened.WORD_TRIED] == [Found.RIGHT]


def test_a_second_word_that_is_the_first_once_more_says_nothing_to_a_chat_that_was_left(
    home: Home,
) -> None:
    person = choosing_a_second(home)
    home.receives(person.words(SAFE), person.words("/bye"))
    assert phrases.ANOTHER_WORD.source not in home.post.texts(person.id)
    assert person.texts == [phrases.CLEARED.source]


def test_what_is_really_erased_takes_a_word_on_its_way_along(home: Home) -> None:
    person = before(home)
    person.says(SAFE)
    person.presses("Choose a secret word")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(home.house.courier._channel, "_digests", Nobody())
        patched.setattr(home, "settle", lambda: home.run(home.rest(1.0)))
        home.receives(person.words("new word"), person.words("/delete"), person.words("Erase it"))
        assert len(on_their_way(home, person)) == 1
        assert home.run(home.house.erasing.carry_out(home.database, home.loop.now())) == 1
        assert on_their_way(home, person) == []
    home.run(home.rest(3.0))
    home.settle()
    assert cases_of(home) == []
    assert home.ask("SELECT count(*) FROM words") == [(0,)]


def on_their_way(home: Home, person: Person) -> list[Word]:
    """Return the words of a person that wait for their digest."""
    key = aside(key_of(person))
    rows = home.ask("SELECT id, chat_key, body FROM outbox WHERE body IS NOT NULL")
    bodies = [home.house.outbox.open(row, bytes(body)).body for row, of, body in rows
              if bytes(of) == key]  # fmt: skip
    return [body for body in bodies if isinstance(body, Word)]
