"""Messages go by themselves, after a time the person chose."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.clock import HOUR, SECOND
from bot.messages import Remove
from tests.dispatch.peeking import faults, kept, tell

if TYPE_CHECKING:
    from tests.houses import Home
    from tests.people import Person


def removed(home: Home, person: Person) -> set[int]:
    bodies = [body for chat, body in home.post.arrived if chat == person.id]
    return {n for body in bodies if isinstance(body, Remove) for n in body.messages}


@pytest.mark.parametrize(
    ("answer", "hours"), [("After 1 hour", 1), ("After 8 hours", 8), ("After 24 hours", 24)]
)
def test_both_sides_messages_go_after_that_time(home: Home, answer: str, hours: int) -> None:
    person = home.person()
    person.says("hello", "/vanish")
    person.presses(answer)
    person.says("one thing more")
    written = person._message
    home.passes(hours * HOUR / SECOND - 60)
    home.run(home.rest(2))
    assert len(person.texts) > 2
    home.passes(120)
    home.run(home.rest(2))
    assert person.texts == []
    assert set(range(1, written + 1)) <= removed(home, person)
    assert faults(home) == []


def test_nothing_goes_where_nobody_chose_it(home: Home) -> None:
    """The negative control."""
    person = home.person()
    person.says("hello", "/vanish")
    person.presses("They shall stay")
    shown = len(person.texts)
    home.passes(30 * HOUR / SECOND)
    home.run(home.rest(2))
    assert len(person.texts) == shown


def test_what_is_to_go_goes_although_the_process_was_started_anew(home: Home) -> None:
    person = home.person()
    person.says("hello", "/vanish")
    person.presses("After 1 hour")
    home.crash()
    home.open()
    home.passes(HOUR / SECOND + 60)
    home.run(home.rest(2))
    assert person.texts == []


def test_the_choice_goes_out_of_sight_with_the_rest(home: Home) -> None:
    person, stranger = home.person(), home.person()
    tell(person)
    person.presses("Send")
    person.says("/vanish")
    person.presses("After 1 hour")
    home.passes(31 * 60)
    assert person.says("hello") == stranger.says("hello")
    assert kept(person).vanish == 0
