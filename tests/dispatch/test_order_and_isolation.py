"""One chat's updates in order, one update's failure its own, however they are batched."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import bindparam, update

from bot.channels.telegram.parse import parse
from bot.mailbox.inbox import Arrival
from bot.store.compiled import Prepared
from bot.store.tables.main import conversations
from tests.dispatch.peeking import (
    at,
    cases_of,
    conversation_of,
    faults,
    frames,
    kept,
    key_of,
    places,
    stand,
    tell,
)
from tests.houses import Home
from tests.people import raw

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.dispatch.effects import Setting
    from bot.messages import Say, Update
    from tests.people import Person

BOOM = "boom"
SPOIL = Prepared(
    lambda _: (
        update(conversations)
        .where(conversations.c.chat_key == bindparam("key"))
        .values(state=bindparam("state"))
    ),
    "state",
    "key",
)


class Fails(Exception):
    """What this turn was told to do."""


@pytest.fixture
def failing(tmp_path: Path) -> Iterator[Home]:
    """A house where a turn fails over one word, after it has already changed a lot."""
    made = failing_home(tmp_path)
    yield made
    made.close()


def failing_home(folder: Path) -> Home:
    """Return a house where a turn over one word fails when all but its last word is done."""
    made = Home(folder)
    setting: Setting = made.house.setting
    calm, say = setting.phrasing.alarms, setting.screens.say
    doomed: list[str] = []

    def alarms(words: str) -> frozenset[str]:
        doomed[:] = [words] if BOOM in words else []
        return calm(words)

    def fails(*values: Any) -> Say:
        if doomed:
            doomed.clear()
            raise Fails
        return say(*values)

    object.__setattr__(setting.phrasing, "alarms", alarms)
    setting.screens.say = fails  # type: ignore[method-assign, assignment]
    return made


def test_a_turn_that_fails_is_set_aside_alone(failing: Home) -> None:
    person, other = failing.person(), failing.person()
    tell(person, until="about")
    failing.receives(
        person.words("first"),
        person.press(person.token("About me")),
        other.words("hello"),
        person.words(f"x{BOOM}"),
        person.words("last"),
    )
    assert frames(person)[-1].answers == {"about": "me"}
    assert kept(person).position.also == ["first", "last"]
    assert at(other) == ("language", "language")
    assert faults(failing) == ["turn failed: Fails"]


def test_the_effects_of_a_failed_turn_are_never_seen(failing: Home) -> None:
    person = failing.person()
    tell(person, until="what")
    before, shown = kept(person), len(person.screen)
    photo = [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]
    assert person.sends(photo=photo, caption=BOOM) == []
    assert kept(person).position == before.position
    assert kept(person).asked == before.asked
    assert len(person.screen) == shown
    person.says("it was Monday")
    assert frames(person)[-1].answers["what"] == "it was Monday"


def test_somebody_whose_first_turn_fails_begins_with_the_next(failing: Home) -> None:
    person = failing.person()
    assert person.says(BOOM) == []
    assert conversation_of(person) is None
    assert person.says("hello")[-1].startswith("Choose your language.")


def test_a_turn_that_fails_after_sending_sends_nothing(home: Home) -> None:
    person = home.person()
    tell(person)
    screens = home.house.setting.screens
    say = screens.say
    screens.say = _fails_always  # type: ignore[method-assign, assignment]
    person.presses("Send")
    screens.say = say  # type: ignore[method-assign]
    assert cases_of(home) == []
    assert at(person) == ("report", "send")
    person.presses("Send")
    assert len(cases_of(home)) == 1


def _fails_always(*_: Any) -> Any:
    raise Fails


LINES = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(["a", "b", BOOM, "c"])), min_size=1, max_size=30
)


@settings(max_examples=25)
@given(lines=LINES, cuts=st.lists(st.integers(0, 30), max_size=4))
def test_whatever_fails_everything_else_happens_in_order(
    lines: list[tuple[int, str]], cuts: list[int]
) -> None:
    """Three people at one question; the model is: what does not fail is kept, in order."""
    with TemporaryDirectory() as folder:
        home = failing_home(Path(folder))
        people = [home.person() for _ in range(3)]
        for person in people:
            stand(person, places()["report", "safe"])
        told = [f"{word} {number}" for number, (_, word) in enumerate(lines)]
        updates = [people[who].words(text) for (who, _), text in zip(lines, told, strict=True)]
        borders = sorted({0, len(updates), *(cut for cut in cuts if cut < len(updates))})
        for begin, end in pairwise(borders):
            home.receives(*updates[begin:end])
        for who, person in enumerate(people):
            expected = [
                text
                for (speaker, word), text in zip(lines, told, strict=True)
                if speaker == who and word != BOOM
            ]
            assert kept(person).position.also == expected
        assert len(faults(home)) == sum(word == BOOM for _, word in lines)
        home.close()


def test_one_that_cannot_be_read_among_ninety_nine_good_ones(home: Home) -> None:
    people = [home.person() for _ in range(99)]
    arrivals = [
        Arrival.of(number, raw(number, person.words("hello")))
        for number, person in enumerate(people, 1000)
    ]
    arrivals.insert(50, Arrival.of(5000, b'{"update_id":5000,"message":{"text":"secret"}}'))
    home.takes(*arrivals)
    assert all(at(person) == ("language", "language") for person in people)
    assert len(faults(home)) == 1
    assert "secret" not in faults(home)[0]
    assert home.ask("SELECT count(*) FROM inbox WHERE state = 'done'") == [(99,)]


def test_one_that_is_not_read_by_a_mistake_of_ours_is_in_nobodys_way(tmp_path: Path) -> None:
    def read(update: bytes) -> Update:
        if BOOM.encode() in update:
            raise LookupError(BOOM)
        return parse(update)

    home = Home(tmp_path, read=read)
    one, other = home.person(), home.person()
    for _first_and_not in range(2):
        home.receives(one.words("hello"), other.words(BOOM), one.words("/start"))
    assert at(one) == ("language", "language")
    assert faults(home) == ["unreadable: LookupError"] * 2
    home.close()


def test_the_words_of_what_is_set_aside_are_sealed(home: Home) -> None:
    home.takes(Arrival.of(5000, b'{"update_id":5000,"message":{"text":"secret"}}'))
    (sealed,) = home.ask("SELECT raw FROM inbox")[0]
    assert b"secret" not in bytes(sealed)


@pytest.mark.parametrize("count", [127, 128, 129, 400])
def test_a_crowd_is_answered_in_order_whatever_the_size_of_the_batch(
    home: Home, count: int
) -> None:
    people = [home.person() for _ in range(10)]
    for person in people:
        stand(person, places()["report", "safe"])
    updates = [people[number % 10].words(f"line {number}") for number in range(count)]
    home.receives(*updates)
    for who, person in enumerate(people):
        expected = [f"line {number}" for number in range(who, count, 10)]
        assert kept(person).position.also == expected
    assert faults(home) == []


def test_many_chats_mixed_at_random_stay_apart(home: Home) -> None:
    dice = random.Random(3)
    people = [home.person() for _ in range(40)]
    spoken: dict[int, list[str]] = {person.id: [] for person in people}
    for _ in range(20):
        updates = []
        for _ in range(30):
            person = dice.choice(people)
            words = f"words {len(spoken[person.id])} of {person.id}"
            spoken[person.id].append(words)
            updates.append(person.words(words))
        home.receives(*updates)
    for person in people:
        if spoken[person.id]:
            assert kept(person).position.also == spoken[person.id]
        assert not any(str(other.id) in str(person.texts) for other in people)
    assert faults(home) == []


def test_the_same_update_twice_has_one_effect(home: Home) -> None:
    person = home.person()
    tell(person)
    arrival = Arrival.of(9000, raw(9000, person.press(person.token("Send"))))
    home.takes(arrival, arrival)
    home.takes(arrival)
    home.restart()
    home.takes(arrival)
    assert len(cases_of(home)) == 1
    assert len(person.toasts) == len(set(map(str, home.post.toasts)))


def test_a_conversation_that_cannot_be_opened_is_in_nobodys_way(home: Home) -> None:
    broken, other = home.person(), home.person()
    for person in (broken, other):
        stand(person, places()["report", "safe"])
    home.database.writer.run_now(lambda work: work.run(SPOIL, b"not sealed", key_of(broken)))
    home.receives(broken.words("hello"), other.words("hello"))
    assert kept(other).position.also == ["hello"]
    assert len(faults(home)) == 1
    home.restart(seconds_away=200)
    assert "We were away" in " ".join(other.texts)


def test_a_full_row_of_failures_changes_nothing(failing: Home) -> None:
    person: Person = failing.person()
    tell(person, until="safe")
    before = kept(person)
    failing.receives(*(person.words(BOOM) for _ in range(20)))
    after = kept(person)
    assert (after.position, after.asked) == (before.position, before.asked)
    assert len(faults(failing)) == 20
