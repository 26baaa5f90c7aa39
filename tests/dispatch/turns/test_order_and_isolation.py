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

from bot.channels.telegram.parsing.parse import parse
from bot.mailbox.inbox import Arrival
from bot.store.compiled import Prepared
from bot.store.tables.main import conversations
from tests.support.dispatch_inspection import (
    cases_of,
    conversation_of,
    current_step,
    frames,
    key_of,
    place_at,
    quarantine_reasons,
    reachable_positions,
    start_report,
    stored_conversation,
)
from tests.support.drill_length import drill_length
from tests.support.harnesses.hotline_harness import HotlineHarness
from tests.support.people.chat_person import update_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.dispatch.turn_services import TurnServices
    from bot.messages import SendText, Update
    from tests.support.people.chat_person import ChatPerson

pytestmark = pytest.mark.both_databases

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
def failing(tmp_path: Path) -> Iterator[HotlineHarness]:
    """A house where a turn fails over one word, after it has already changed a lot."""
    made = failing_home(tmp_path)
    yield made
    made.close()


def failing_home(folder: Path) -> HotlineHarness:
    """Return a house where a turn over one word fails when all but its last word is done."""
    made = HotlineHarness(folder)
    setting: TurnServices = made.house.setting
    calm, say = setting.texts.find_alarms, setting.renderer.render
    doomed: list[str] = []

    def alarms(words: str) -> frozenset[str]:
        doomed[:] = [words] if BOOM in words else []
        return calm(words)

    def fails(*values: Any) -> SendText:
        if doomed:
            doomed.clear()
            raise Fails
        return say(*values)

    object.__setattr__(setting.texts, "find_alarms", alarms)
    setting.renderer.render = fails  # type: ignore[method-assign, assignment]
    return made


def test_a_turn_that_fails_is_set_aside_alone(failing: HotlineHarness) -> None:
    person, other = failing.person(), failing.person()
    start_report(person, until="about")
    failing.receives(
        person.words("first"),
        person.press(person.token("About me")),
        other.words("hello"),
        person.words(f"x{BOOM}"),
        person.words("last"),
    )
    assert frames(person)[-1].answers == {"about": "me"}
    assert stored_conversation(person).position.extra_texts == ["first", "last"]
    assert current_step(other) == ("language", "language")
    assert quarantine_reasons(failing) == ["turn failed: Fails"]


def test_the_effects_of_a_failed_turn_are_never_seen(failing: HotlineHarness) -> None:
    person = failing.person()
    start_report(person, until="what")
    before, shown = stored_conversation(person), len(person.screen)
    photo = [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]
    assert person.sends(photo=photo, caption=BOOM) == []
    assert stored_conversation(person).position == before.position
    assert stored_conversation(person).question_count == before.question_count
    assert len(person.screen) == shown
    person.says("it was Monday")
    assert frames(person)[-1].answers["what"] == "it was Monday"


def test_a_person_whose_first_turn_fails_begins_with_the_next(failing: HotlineHarness) -> None:
    person = failing.person()
    assert person.says(BOOM) == []
    assert conversation_of(person) is None
    assert person.says("hello")[-1].startswith("Choose your language.")


def test_a_turn_that_fails_after_sending_sends_nothing(hotline: HotlineHarness) -> None:
    person = hotline.person()
    start_report(person)
    screens = hotline.house.setting.renderer
    say = screens.render
    screens.render = _fails_always  # type: ignore[method-assign, assignment]
    person.presses("Send")
    screens.render = say  # type: ignore[method-assign]
    assert cases_of(hotline) == []
    assert current_step(person) == ("report", "send")
    person.presses("Send")
    assert len(cases_of(hotline)) == 1


def _fails_always(*_: Any) -> Any:
    raise Fails


LINES = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(["a", "b", BOOM, "c"])), min_size=1, max_size=30
)


@settings(max_examples=drill_length(8, 25))
@given(lines=LINES, cuts=st.lists(st.integers(0, 30), max_size=4))
def test_whatever_fails_everything_else_happens_in_order(
    lines: list[tuple[int, str]], cuts: list[int]
) -> None:
    """Three people at one question; the model is: what does not fail is kept, in order."""
    with TemporaryDirectory() as folder:
        home = failing_home(Path(folder))
        people = [home.person() for _ in range(3)]
        for person in people:
            place_at(person, reachable_positions()["report", "safe"])
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
            assert stored_conversation(person).position.extra_texts == expected
        assert len(quarantine_reasons(home)) == sum(word == BOOM for _, word in lines)
        home.close()


def test_one_that_cannot_be_read_among_ninety_nine_good_ones(hotline: HotlineHarness) -> None:
    people = [hotline.person() for _ in range(99)]
    arrivals = [
        Arrival.of(number, update_json(number, person.words("hello")))
        for number, person in enumerate(people, 1000)
    ]
    arrivals.insert(50, Arrival.of(5000, b'{"update_id":5000,"message":{"text":"secret"}}'))
    hotline.receive_updates(*arrivals)
    assert all(current_step(person) == ("language", "language") for person in people)
    assert len(quarantine_reasons(hotline)) == 1
    assert "secret" not in quarantine_reasons(hotline)[0]
    assert hotline.ask("SELECT count(*) FROM inbox WHERE state = 'done'") == [(99,)]


def test_an_update_our_parser_fails_on_delays_no_other(tmp_path: Path) -> None:
    def read(update: bytes) -> Update:
        if BOOM.encode() in update:
            raise LookupError(BOOM)
        return parse(update)

    home = HotlineHarness(tmp_path, parse_update=read)
    one, other = home.person(), home.person()
    for _first_and_not in range(2):
        home.receives(one.words("hello"), other.words(BOOM), one.words("/start"))
    assert current_step(one) == ("language", "language")
    assert quarantine_reasons(home) == ["unreadable: LookupError"] * 2
    home.close()


def test_the_words_of_what_is_set_aside_are_sealed(hotline: HotlineHarness) -> None:
    hotline.receive_updates(Arrival.of(5000, b'{"update_id":5000,"message":{"text":"secret"}}'))
    (sealed,) = hotline.ask("SELECT raw FROM inbox")[0]
    assert b"secret" not in bytes(sealed)


@pytest.mark.parametrize("count", [127, 128, 129, 400])
def test_a_crowd_is_answered_in_order_whatever_the_size_of_the_batch(
    hotline: HotlineHarness, count: int
) -> None:
    people = [hotline.person() for _ in range(10)]
    for person in people:
        place_at(person, reachable_positions()["report", "safe"])
    updates = [people[number % 10].words(f"line {number}") for number in range(count)]
    hotline.receives(*updates)
    for who, person in enumerate(people):
        expected = [f"line {number}" for number in range(who, count, 10)]
        assert stored_conversation(person).position.extra_texts == expected
    assert quarantine_reasons(hotline) == []


def test_many_chats_mixed_at_random_stay_apart(hotline: HotlineHarness) -> None:
    dice = random.Random(3)
    people = [hotline.person() for _ in range(40)]
    spoken: dict[int, list[str]] = {person.id: [] for person in people}
    for _ in range(20):
        updates = []
        for _ in range(30):
            person = dice.choice(people)
            words = f"words {len(spoken[person.id])} of {person.id}"
            spoken[person.id].append(words)
            updates.append(person.words(words))
        hotline.receives(*updates)
    for person in people:
        if spoken[person.id]:
            assert stored_conversation(person).position.extra_texts == spoken[person.id]
        assert not any(str(other.id) in str(person.texts) for other in people)
    assert quarantine_reasons(hotline) == []


def test_the_same_update_twice_has_one_effect(hotline: HotlineHarness) -> None:
    person = hotline.person()
    start_report(person)
    arrival = Arrival.of(9000, update_json(9000, person.press(person.token("Send"))))
    hotline.receive_updates(arrival, arrival)
    hotline.receive_updates(arrival)
    hotline.restart()
    hotline.receive_updates(arrival)
    assert len(cases_of(hotline)) == 1
    assert len(person.toasts) == len(set(map(str, hotline.post.toasts)))


def test_a_conversation_that_cannot_be_opened_is_in_nobodys_way(hotline: HotlineHarness) -> None:
    broken, other = hotline.person(), hotline.person()
    for person in (broken, other):
        place_at(person, reachable_positions()["report", "safe"])
    hotline.database.writer.run_sync(lambda work: work.run(SPOIL, b"not sealed", key_of(broken)))
    hotline.receives(broken.words("hello"), other.words("hello"))
    assert stored_conversation(other).position.extra_texts == ["hello"]
    assert len(quarantine_reasons(hotline)) == 1
    hotline.restart(seconds_away=200)
    assert "We were away" in " ".join(other.texts)


def test_a_full_row_of_failures_changes_nothing(failing: HotlineHarness) -> None:
    person: ChatPerson = failing.person()
    start_report(person, until="safe")
    before = stored_conversation(person)
    failing.receives(*(person.words(BOOM) for _ in range(20)))
    after = stored_conversation(person)
    assert (after.position, after.question_count) == (before.position, before.question_count)
    assert len(quarantine_reasons(failing)) == 20
