"""Whoever writes very much is taken at every word, and answered together."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import DAY, SECOND
from bot.conversation.replies import NOT_UNDERSTOOD, RECEIVED
from bot.dispatch.rate_limit import BURST, MOST, MOST_OF_FILES, MUCH, STREAM, Lately
from bot.hotline.chat.messages import Side
from bot.hotline.events import Happened
from flows.phrases import NO_FILES, TOO_MUCH
from tests.dispatch.peeking import at, kept, places, stand
from tests.dispatch.test_held_for_days import held

if TYPE_CHECKING:
    from tests.houses import Home
    from tests.people import Person

LONG = "word " * 800
"""As long as a message can be."""
MB = 1024 * 1024


def at_a_question(home: Home) -> Person:
    person = home.person()
    stand(person, places()["report", "safe"])
    return person


def questions(home: Home, person: Person) -> int:
    """How often the person was shown buttons."""
    return sum(
        chat == person.id and bool(getattr(body, "rows", ())) for chat, body in home.post.arrived
    )


def words_of(person: Person) -> str:
    return "\n".join(kept(person).position.also)


def photo(size: int) -> list[dict[str, Any]]:
    return [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1, "file_size": size}]


@pytest.mark.parametrize("together", [False, True])
def test_ten_messages_in_a_second_are_kept_and_answered_once(home: Home, *, together: bool) -> None:
    person = at_a_question(home)
    before = questions(home, person)
    updates = [person.words(f"line {number}") for number in range(10)]
    if together:
        home.receives(*updates)
    else:
        for update in updates:
            home.receives(update)
            home.run(home.rest(0.1))
    assert kept(person).position.also == [f"line {number}" for number in range(10)]
    assert person.texts.count(NOT_UNDERSTOOD.source) == 1
    assert questions(home, person) == before + 1
    person.presses("I am safe here")
    assert at(person) != ("report", "safe")


def test_whoever_goes_on_is_answered_again_and_again_and_then_now_and_then(home: Home) -> None:
    person = at_a_question(home)
    answered = []
    for second in range(240):
        before = questions(home, person)
        person.says(f"line {second}")
        if questions(home, person) > before:
            answered.append(second)
        home.run(home.rest(1.0 - 0.1))
    gaps = [later - one for one, later in pairwise(answered)]
    assert set(gaps[:15]) <= {3, 4}
    assert min(gaps[-3:]) >= STREAM // SECOND
    assert words_of(person).count("line ") == 240


def test_in_a_burst_whatever_is_asked_for_is_answered(home: Home) -> None:
    person = at_a_question(home)
    person.says("one", "two", "three")
    assert person.says("/help")
    assert person.says("1")
    person = at_a_question(home)
    person.says("one", "two", "three")
    assert any("110" in text for text in person.says("/danger"))


def test_words_that_alarm_us_are_heard_in_a_burst(home: Home) -> None:
    person = at_a_question(home)
    person.says("one", "two", "three")
    assert any("110" in text for text in person.says("he is coming, help me now"))
    assert kept(person).alarms


def test_ten_photos_in_a_second_are_kept_and_answered_once(home: Home) -> None:
    person = home.person()
    stand(person, places()["report", "evidence"])
    heard = [person.sends(photo=photo(1000)) for _ in range(10)]
    assert [RECEIVED.source in said for said in map(" ".join, heard)] == [True] + [False] * 9


def test_very_much_is_kept_and_answered_now_and_then(home: Home) -> None:
    person = at_a_question(home)
    while kept(person).lately.span_words <= MUCH:
        person.says(LONG)
        home.run(home.rest(BURST / SECOND))
    before = questions(home, person)
    for _ in range(8):
        person.says(LONG)
        home.run(home.rest(2 * BURST / SECOND))
    assert questions(home, person) == before + 1
    assert words_of(person).count("word") >= (MUCH + 8 * len(LONG)) / 5


def test_beyond_what_is_kept_in_a_day_words_are_counted_and_danger_is_heard(home: Home) -> None:
    person = at_a_question(home)
    each = len(LONG)
    home.receives(*(person.words(LONG) for _ in range(80)))
    while kept(person).lately.day_words + 80 * each <= MOST:
        home.receives(*(person.words(LONG) for _ in range(80)))
    while kept(person).lately.day_words <= MOST:
        person.says(LONG)
    before = len(words_of(person))
    home.run(home.rest(STREAM / SECOND))
    assert TOO_MUCH.source in person.says("never kept")
    assert "never kept" not in words_of(person)
    assert kept(person).lately.left_out
    assert any("110" in text for text in person.says("he is coming, help me now"))
    assert at(person) != ("report", "safe")
    assert len(words_of(person)) <= before + 1
    assert person.says("/help")


def test_files_beyond_a_days_worth_are_refused_and_words_are_not(home: Home) -> None:
    person = at_a_question(home)
    for _ in range(6):
        person.sends(photo=photo(19 * MB))
        home.run(home.rest(4.0))
    assert kept(person).lately.day_files > MOST_OF_FILES
    assert len(kept(person).position.also_files) == 5
    assert NO_FILES.source in person.texts
    home.run(home.rest(4.0))
    assert NO_FILES.source in person.sends(photo=photo(1000), caption="what it shows")
    assert "what it shows" in kept(person).position.also
    assert at_a_question(home).sends(photo=photo(1000)) != []
    assert NO_FILES.source not in at_a_question(home).sends(photo=photo(1000))


def test_with_a_nearly_full_disk_files_are_refused_and_words_are_not(home: Home) -> None:
    person = at_a_question(home)
    object.__setattr__(home.house.setting, "has_room", lambda: False)
    assert NO_FILES.source in person.sends(photo=photo(1000), caption="what it shows")
    assert kept(person).position.also_files == []
    assert kept(person).position.also == ["what it shows"]
    stranger = home.person()
    assert NO_FILES.source in stranger.sends(photo=photo(1000))
    assert stranger.labels()
    object.__setattr__(home.house.setting, "has_room", lambda: True)
    home.run(home.rest(4.0))
    person.sends(photo=photo(1000))
    assert len(kept(person).position.also_files) == 1


def test_a_caseworker_gets_all_of_a_flood_and_is_not_shown_each_piece(home: Home) -> None:
    person, mei, case = held(home)
    before = len([it for it in mei.reads(case) if it.side is Side.PERSON])
    shown = len(home.board.events)
    for _ in range(40):
        person.says(LONG)
    heard = [it for it in home.board.events[shown:] if it.what is Happened.HEARD]
    assert len([it for it in mei.reads(case) if it.side is Side.PERSON]) == before + 40
    assert MUCH // len(LONG) <= len(heard) < 25
    object.__setattr__(home.house.setting, "has_room", lambda: False)
    assert NO_FILES.source in person.sends(photo=photo(1000))


GAPS = st.lists(st.floats(BURST / SECOND, 3600.0), max_size=20)


def unanswered(gaps: list[float], mine: Lately, everybody: Lately) -> int:
    """Let somebody write between others who flood; return how often nothing was said to them."""
    now, silent = 0, 0
    for gap in gaps:
        now += int(gap * SECOND) + 1
        everybody.note(now - 1)
        everybody.note_words(MUCH + 1, now - 1)
        everybody.answered(now - 1, moved=False)
        mine.note(now)
        mine.note_words(4096, now)
        silent += mine.is_answered(now)
        if not mine.is_answered(now):
            mine.answered(now, moved=False)
    return silent


@given(gaps=GAPS)
def test_twenty_messages_a_day_are_each_answered_whatever_others_do(gaps: list[float]) -> None:
    assert unanswered(gaps, Lately(), Lately()) == 0


def test_counters_that_were_everybodys_would_keep_somebody_waiting() -> None:
    """The negative control of the test above."""
    shared = Lately()
    assert unanswered([60.0] * 20, shared, shared) == 20


def test_every_limit_ends_by_itself() -> None:
    lately = Lately()
    lately.note_words(MOST + 1, 0)
    lately.note_files(MOST_OF_FILES + 1, 1, 0)
    assert lately.is_much
    assert lately.is_most
    assert not lately.has_room
    lately.note_words(1, DAY)
    assert not lately.is_much
    assert not lately.is_most
    assert lately.has_room
