"""What a person writes after they asked for erasure, or about something new, survives it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.hotline.commands.types import Verb
from tests.support.dispatch_inspection import (
    cases_of,
    current_step,
    messages_of_people,
    place_at,
    reachable_positions,
    stored_conversation,
)

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness

URGENT = "they beat us at the factory"


def erase(home: HotlineHarness, case: str) -> None:
    """Erase a case as its supervisor does."""
    erasures = home.house.erasure_job._erasures
    home.run(erasures.erase(home.database, case, "withdrawn", "mei", home.loop.now()))


def test_a_cry_after_the_wish_still_reaches_staff(sqlite_hotline: HotlineHarness) -> None:
    person = sqlite_hotline.person("en")
    place_at(person, reachable_positions()["danger", "tell"])
    person.presses("Tell them now")
    mei = sqlite_hotline.colleague()
    old = mei.claims()
    mei.take_over(old)
    person.presses("I can write now")
    person.says("/delete")
    person.presses("Erase it")
    person.says(URGENT)
    assert current_step(person) == ("danger", "tell")
    erase(sqlite_hotline, old)
    assert sqlite_hotline.ask("SELECT count(*) FROM cases") == [(0,)]
    person.presses("Tell them now")
    (new,) = cases_of(sqlite_hotline)
    assert new.priority == 0
    assert URGENT in str(messages_of_people(sqlite_hotline))


def test_a_request_that_is_being_filled_in_outlives_an_old_case(
    sqlite_hotline: HotlineHarness,
) -> None:
    person = sqlite_hotline.person("en")
    place_at(person, reachable_positions()["danger", "tell"])
    person.presses("Tell them now")
    mei = sqlite_hotline.colleague()
    old = mei.claims()
    mei.run_command(Verb.CLOSE, old, code="helped")
    person.says("/bye")
    person.says("/start")
    person.presses("English", "Tell what happened", "About me")
    before = current_step(person)
    erase(sqlite_hotline, old)
    assert current_step(person) == before
    conversation = stored_conversation(person)
    assert old not in {conversation.earlier_case, conversation.case, *conversation.cases}
    assert conversation.suspended is None
    person.presses("I am safe here")
    assert current_step(person) != before


def test_the_session_of_the_case_goes_with_it(sqlite_hotline: HotlineHarness) -> None:
    """The control: what was written in its own talk is gone."""
    person = sqlite_hotline.person("en")
    place_at(person, reachable_positions()["danger", "tell"])
    person.presses("Tell them now")
    ((old,),) = sqlite_hotline.ask("SELECT id FROM cases")
    erase(sqlite_hotline, old)
    assert stored_conversation(person).position.frames == []
    assert not stored_conversation(person).is_read
