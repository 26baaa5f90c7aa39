"""A summary is seen once and gone at the next step, whatever the step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.clock import SECOND
from bot.conversation import Review
from bot.dispatch.conversation_store import SESSION_TIMEOUT
from bot.dispatch.rendering import MAX_MESSAGE_UNITS
from tests.support.dispatch_inspection import (
    BOOK,
    cases_of,
    current_step,
    place_at,
    quarantine_reasons,
    start_report,
    stored_conversation,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.chat_person import ChatPerson

WORDS = "the grey van comes at six"
PHOTO = [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]


def looking(home: HotlineHarness, words: str = WORDS) -> ChatPerson:
    """Return somebody who looks at their answers."""
    person = home.person()
    start_report(person, until="what")
    person.says(words)
    start_report(person, until="review")
    person.presses("Show my answers")
    assert words[:100] in person.last
    return person


STEPS: dict[str, Callable[[ChatPerson], object]] = {
    "go on": lambda person: person.presses("Go on"),
    "back": lambda person: person.presses("Back"),
    "change": lambda person: person.send_update(person.press(f"{person.asked()[1].prefix}0")),
    "danger": lambda person: person.send_update(person.press("!d")),
    "bye": lambda person: person.send_update(person.press("!b")),
    "help": lambda person: person.says("/help"),
    "language": lambda person: person.says("/language"),
    "words": lambda person: person.says("hm"),
    "file": lambda person: person.sends(photo=PHOTO),
    "edit": lambda person: person.send_update(person.edit("so")),
    "poll": lambda person: person.sends(poll={"id": "1", "question": "?", "options": []}),
    "forged": lambda person: person.send_update(person.press("1:x:0")),
    "start": lambda person: person.says("/start"),
}


@pytest.mark.parametrize("step", STEPS)
def test_it_is_gone_after_the_next_step(hotline: HotlineHarness, step: str) -> None:
    person = looking(hotline)
    shown = person.asked()[0]
    STEPS[step](person)
    assert shown not in hotline.post.chats[person.id]
    assert quarantine_reasons(hotline) == []
    person.says("/danger")
    person.presses("Not yet")
    assert WORDS not in str(person.texts)
    assert stored_conversation(person).fleeting_letters == []


def test_it_is_gone_after_a_silence_and_after_a_restart(hotline: HotlineHarness) -> None:
    person = looking(hotline)
    hotline.restart()
    hotline.advance_time(SESSION_TIMEOUT // SECOND + 60)
    person.says("hello")
    assert WORDS not in str(person.texts)
    person.presses("Nobody can see")
    assert WORDS not in str(person.texts)


def test_a_return_after_an_absence_does_not_leave_it_there(hotline: HotlineHarness) -> None:
    person = looking(hotline)
    hotline.advance_time(0)
    hotline.restart(seconds_away=200)
    person.presses("Go on")
    assert WORDS not in str(person.texts)


def test_both_presses_in_one_batch_leave_nothing(hotline: HotlineHarness) -> None:
    person = hotline.person()
    start_report(person, until="what")
    person.says(WORDS)
    start_report(person, until="review")
    prefix = person.asked()[1].prefix
    person.send_update(person.press(f"{prefix}0"), person.words("/help"), person.words("/help"))
    assert WORDS not in str(person.texts)


def test_a_long_summary_goes_in_several_letters_that_are_all_removed(
    hotline: HotlineHarness,
) -> None:
    person = hotline.person()
    start_report(person, until="what")
    person.says(WORDS)
    start_report(person, until="review")
    _lengthen(person)
    before = set(hotline.post.chats[person.id])
    person.presses("Show my answers")
    shown = set(hotline.post.chats[person.id]) - before
    bodies = [hotline.post.chats[person.id][number] for number in sorted(shown)]
    assert len(bodies) >= 2
    assert all(len(body.text.encode("utf-16-le")) // 2 <= MAX_MESSAGE_UNITS for body in bodies)
    assert all(not body.rows for body in bodies[:-1])
    assert bodies[-1].rows
    person.presses("Go on")
    assert shown.isdisjoint(hotline.post.chats[person.id])
    assert current_step(person) == ("report", "send_all")
    assert cases_of(hotline) == []


def _lengthen(person: ChatPerson) -> None:
    """Answer every question at length: each is read back shortened, and still it is much."""
    position = stored_conversation(person).position
    review = BOOK.compiled["report"].questions["review"]
    assert isinstance(review, Review)
    for question in review.questions:
        position.frames[-1].answers[question.name] = ("\U0001f600" * 100,) * 2
    place_at(person, position)
