"""Whoever writes very much is taken at every word, and answered together."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import DAY, SECOND
from bot.conversation.replies import NOT_UNDERSTOOD, RECEIVED
from bot.dispatch.rate_limit import (
    BURST_INTERVAL,
    HEAVY_CHARACTERS,
    MAX_DAILY_CHARACTERS,
    MAX_DAILY_FILE_BYTES,
    STREAM_INTERVAL,
    ChatActivity,
)
from bot.hotline.chat.messages import MessageSide
from bot.hotline.events import EventKind
from flows.texts import phrases
from flows.texts.phrases import DAILY_LIMIT, FILES_REFUSED
from tests.dispatch.sessions.test_conversation_expiry import held
from tests.support.dispatch_inspection import (
    current_step,
    place_at,
    reachable_positions,
    stored_conversation,
)

if TYPE_CHECKING:
    from bot.text import Text
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.chat_person import ChatPerson

LONG = "word " * 800
"""As long as a message can be."""
MB = 1024 * 1024


def at_a_question(home: HotlineHarness, written: int = 0) -> ChatPerson:
    """Return a person at a question, who wrote so many characters today."""
    person, now = home.person(), home.loop.now()
    activity = ChatActivity(day_since=now, day_characters=written) if written else ChatActivity()
    place_at(person, reachable_positions()["report", "safe"], activity=activity)
    return person


def questions(home: HotlineHarness, person: ChatPerson) -> int:
    """How often the person was answered: a question above is not always shown again."""
    return sum(
        chat == person.id and (bool(getattr(body, "rows", ())) or body_is(body, phrases.KEPT_TOO))
        for chat, body in home.post.arrived
    )


def body_is(body: object, text: Text) -> bool:
    return getattr(body, "text", "") == text.source


def words_of(person: ChatPerson) -> str:
    return "\n".join(stored_conversation(person).position.extra_texts)


def photo(size: int) -> list[dict[str, Any]]:
    return [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1, "file_size": size}]


@pytest.mark.parametrize("together", [False, True])
def test_ten_messages_in_a_second_are_kept_and_answered_once(
    hotline: HotlineHarness, *, together: bool
) -> None:
    person = at_a_question(hotline)
    before = questions(hotline, person)
    updates = [person.words(f"line {number}") for number in range(10)]
    if together:
        hotline.receives(*updates)
    else:
        for update in updates:
            hotline.receives(update)
            hotline.run(hotline.close_writer_idle(0.1))
    assert stored_conversation(person).position.extra_texts == [
        f"line {number}" for number in range(10)
    ]
    assert person.texts.count(NOT_UNDERSTOOD.source) == 1
    assert questions(hotline, person) == before + 1
    person.presses("I am safe here")
    assert current_step(person) != ("report", "safe")


def test_a_long_stream_of_messages_is_answered_less_and_less_often(
    hotline: HotlineHarness,
) -> None:
    person = at_a_question(hotline)
    answered = []
    for second in range(240):
        before = questions(hotline, person)
        person.send_update(person.words(f"line {second}"))
        if questions(hotline, person) > before:
            answered.append(second)
        hotline.run(hotline.close_writer_idle(1.0 - 0.1))
    gaps = [later - one for one, later in pairwise(answered)]
    assert set(gaps[:15]) <= {3, 4}
    assert min(gaps[-3:]) >= STREAM_INTERVAL // SECOND
    assert words_of(person).count("line ") == 240


def test_in_a_burst_whatever_is_asked_for_is_answered(hotline: HotlineHarness) -> None:
    person = at_a_question(hotline)
    person.says("one", "two", "three")
    assert person.says("/help")
    assert person.says("1")
    person = at_a_question(hotline)
    person.says("one", "two", "three")
    assert any("110" in text for text in person.says("/danger"))


def test_words_that_alarm_us_are_heard_in_a_burst(hotline: HotlineHarness) -> None:
    person = at_a_question(hotline)
    person.says("one", "two", "three")
    assert any("110" in text for text in person.says("he is coming, help me now"))
    assert stored_conversation(person).alarms


def test_ten_photos_in_a_second_are_kept_and_answered_once(hotline: HotlineHarness) -> None:
    person = hotline.person()
    place_at(person, reachable_positions()["report", "evidence"])
    heard = [person.sends(photo=photo(1000)) for _ in range(10)]
    assert [RECEIVED.source in said for said in map(" ".join, heard)] == [True] + [False] * 9


def test_very_much_is_kept_and_answered_now_and_then(hotline: HotlineHarness) -> None:
    person = at_a_question(hotline)
    while stored_conversation(person).activity.window_characters <= HEAVY_CHARACTERS:
        person.says(LONG)
        hotline.run(hotline.close_writer_idle(BURST_INTERVAL / SECOND))
    before = questions(hotline, person)
    for _ in range(8):
        person.says(LONG)
        hotline.run(hotline.close_writer_idle(2 * BURST_INTERVAL / SECOND))
    assert questions(hotline, person) == before + 1
    assert words_of(person).count("word") >= (HEAVY_CHARACTERS + 8 * len(LONG)) / 5


def test_beyond_what_is_kept_in_a_day_words_are_counted_and_danger_is_heard(
    hotline: HotlineHarness,
) -> None:
    person = at_a_question(hotline, written=MAX_DAILY_CHARACTERS - 45 * len(LONG))
    hotline.receives(*(person.words(LONG) for _ in range(40)))
    assert stored_conversation(person).activity.day_characters <= MAX_DAILY_CHARACTERS
    while stored_conversation(person).activity.day_characters <= MAX_DAILY_CHARACTERS:
        person.says(LONG)
    before = len(words_of(person))
    hotline.run(hotline.close_writer_idle(STREAM_INTERVAL / SECOND))
    assert DAILY_LIMIT.source in person.says("never kept")
    assert "never kept" not in words_of(person)
    assert stored_conversation(person).activity.dropped_count
    assert any("110" in text for text in person.says("he is coming, help me now"))
    assert current_step(person) != ("report", "safe")
    assert len(words_of(person)) <= before + 1
    assert person.says("/help")


def test_files_beyond_a_days_worth_are_refused_and_words_are_not(hotline: HotlineHarness) -> None:
    person = at_a_question(hotline)
    for _ in range(6):
        person.sends(photo=photo(19 * MB))
        hotline.run(hotline.close_writer_idle(4.0))
    assert stored_conversation(person).activity.day_file_bytes > MAX_DAILY_FILE_BYTES
    assert len(stored_conversation(person).position.extra_files) == 5
    assert FILES_REFUSED.source in person.texts
    hotline.run(hotline.close_writer_idle(4.0))
    assert FILES_REFUSED.source in person.sends(photo=photo(1000), caption="what it shows")
    assert "what it shows" in stored_conversation(person).position.extra_texts
    assert at_a_question(hotline).sends(photo=photo(1000)) != []
    assert FILES_REFUSED.source not in at_a_question(hotline).sends(photo=photo(1000))


def test_with_a_nearly_full_disk_files_are_refused_and_words_are_not(
    hotline: HotlineHarness,
) -> None:
    person = at_a_question(hotline)
    object.__setattr__(hotline.house.setting, "has_disk_space", lambda: False)
    assert FILES_REFUSED.source in person.sends(photo=photo(1000), caption="what it shows")
    assert stored_conversation(person).position.extra_files == []
    assert stored_conversation(person).position.extra_texts == ["what it shows"]
    stranger = hotline.person()
    assert FILES_REFUSED.source in stranger.sends(photo=photo(1000))
    assert stranger.labels()
    object.__setattr__(hotline.house.setting, "has_disk_space", lambda: True)
    hotline.run(hotline.close_writer_idle(4.0))
    person.sends(photo=photo(1000))
    assert len(stored_conversation(person).position.extra_files) == 1


def test_a_caseworker_gets_all_of_a_flood_and_is_not_shown_each_piece(
    hotline: HotlineHarness,
) -> None:
    person, mei, case = held(hotline)
    before = len([it for it in mei.reads(case) if it.side is MessageSide.PERSON])
    shown = len(hotline.board.events)
    for _ in range(40):
        person.says(LONG)
    heard = [it for it in hotline.board.events[shown:] if it.kind is EventKind.PERSON_WROTE]
    assert len([it for it in mei.reads(case) if it.side is MessageSide.PERSON]) == before + 40
    assert HEAVY_CHARACTERS // len(LONG) <= len(heard) < 25
    object.__setattr__(hotline.house.setting, "has_disk_space", lambda: False)
    assert FILES_REFUSED.source in person.sends(photo=photo(1000))


GAPS = st.lists(st.floats(BURST_INTERVAL / SECOND, 3600.0), max_size=20)


def unanswered(gaps: list[float], mine: ChatActivity, everybody: ChatActivity) -> int:
    """Let somebody write between others who flood; return how often nothing was said to them."""
    now, silent = 0, 0
    for gap in gaps:
        now += int(gap * SECOND) + 1
        everybody.note_update(now - 1)
        everybody.count_characters(HEAVY_CHARACTERS + 1, now - 1)
        everybody.note_answer(now - 1, moved=False)
        mine.note_update(now)
        mine.count_characters(4096, now)
        silent += mine.was_just_answered(now)
        if not mine.was_just_answered(now):
            mine.note_answer(now, moved=False)
    return silent


@given(gaps=GAPS)
def test_twenty_messages_a_day_are_each_answered_whatever_others_do(gaps: list[float]) -> None:
    assert unanswered(gaps, ChatActivity(), ChatActivity()) == 0


def test_a_shared_counter_would_leave_a_person_unanswered() -> None:
    """The negative control of the test above."""
    shared = ChatActivity()
    assert unanswered([60.0] * 20, shared, shared) == 20


def test_every_limit_ends_by_itself() -> None:
    lately = ChatActivity()
    lately.count_characters(MAX_DAILY_CHARACTERS + 1, 0)
    lately.count_files(MAX_DAILY_FILE_BYTES + 1, 1, 0)
    assert lately.is_heavy
    assert lately.is_over_daily_limit
    assert not lately.accepts_files
    lately.count_characters(1, DAY)
    assert not lately.is_heavy
    assert not lately.is_over_daily_limit
    assert lately.accepts_files
