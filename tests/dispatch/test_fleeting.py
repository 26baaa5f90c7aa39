"""A summary is seen once and gone at the next step, whatever the step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.clock import SECOND
from bot.conversation import Review
from bot.dispatch.rendering import LONGEST
from bot.dispatch.session import SILENCE
from tests.dispatch.peeking import BOOK, at, cases_of, faults, kept, stand, tell

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.houses import Home
    from tests.people import Person

WORDS = "the grey van comes at six"
PHOTO = [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]


def looking(home: Home, words: str = WORDS) -> Person:
    """Return somebody who looks at their answers."""
    person = home.person()
    tell(person, until="what")
    person.says(words)
    tell(person, until="review")
    person.presses("Show my answers")
    assert words[:100] in person.last
    return person


STEPS: dict[str, Callable[[Person], object]] = {
    "go on": lambda person: person.presses("Go on"),
    "back": lambda person: person.presses("Back"),
    "change": lambda person: person.does(person.press(f"{person.asked()[1].prefix}0")),
    "danger": lambda person: person.does(person.press("!d")),
    "bye": lambda person: person.does(person.press("!b")),
    "help": lambda person: person.says("/help"),
    "language": lambda person: person.says("/language"),
    "words": lambda person: person.says("hm"),
    "file": lambda person: person.sends(photo=PHOTO),
    "edit": lambda person: person.does(person.edit("so")),
    "poll": lambda person: person.sends(poll={"id": "1", "question": "?", "options": []}),
    "forged": lambda person: person.does(person.press("1:x:0")),
    "start": lambda person: person.says("/start"),
}


@pytest.mark.parametrize("step", STEPS)
def test_it_is_gone_after_the_next_step(home: Home, step: str) -> None:
    person = looking(home)
    shown = person.asked()[0]
    STEPS[step](person)
    assert shown not in home.post.chats[person.id]
    assert faults(home) == []
    person.says("/danger")
    person.presses("Not yet")
    assert WORDS not in str(person.texts)
    assert kept(person).fleeting == []


def test_it_is_gone_after_a_silence_and_after_a_restart(home: Home) -> None:
    person = looking(home)
    home.restart()
    home.passes(SILENCE // SECOND + 60)
    person.says("hello")
    assert WORDS not in str(person.texts)
    person.presses("Nobody can see")
    assert WORDS not in str(person.texts)


def test_a_return_after_an_absence_does_not_leave_it_there(home: Home) -> None:
    person = looking(home)
    home.passes(0)
    home.restart(seconds_away=200)
    person.presses("Go on")
    assert WORDS not in str(person.texts)


def test_both_presses_in_one_batch_leave_nothing(home: Home) -> None:
    person = home.person()
    tell(person, until="what")
    person.says(WORDS)
    tell(person, until="review")
    prefix = person.asked()[1].prefix
    person.does(person.press(f"{prefix}0"), person.words("/help"), person.words("/help"))
    assert WORDS not in str(person.texts)


def test_a_long_summary_goes_in_several_letters_that_are_all_removed(home: Home) -> None:
    person = home.person()
    tell(person, until="what")
    person.says(WORDS)
    tell(person, until="review")
    _lengthen(person)
    before = set(home.post.chats[person.id])
    person.presses("Show my answers")
    shown = set(home.post.chats[person.id]) - before
    bodies = [home.post.chats[person.id][number] for number in sorted(shown)]
    assert len(bodies) >= 2
    assert all(len(body.text.encode("utf-16-le")) // 2 <= LONGEST for body in bodies)
    assert all(not body.rows for body in bodies[:-1])
    assert bodies[-1].rows
    person.presses("Go on")
    assert shown.isdisjoint(home.post.chats[person.id])
    assert at(person) == ("report", "send")
    assert cases_of(home) == []


def _lengthen(person: Person) -> None:
    """Answer every question at length: each is read back shortened, and still it is much."""
    position = kept(person).position
    review = BOOK.sheets["report"].questions["review"]
    assert isinstance(review, Review)
    for question in review.of:
        position.frames[-1].answers[question.name] = ("\U0001f600" * 100,) * 2
    stand(person, position)
