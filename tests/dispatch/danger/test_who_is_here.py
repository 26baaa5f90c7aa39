"""Whether people are told that someone is here: duty and a running talk decide, no hours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.cases.state_machine import Role
from bot.clock import SECOND
from bot.hotline.contact_rule import PRESENCE_WINDOW
from bot.hotline.staff.staff import Staff
from flows.requests.talk import Talk
from flows.texts import phrases, questions
from tests.dispatch.relay.test_takeover import met
from tests.support.dispatch_inspection import place_at, reachable_positions
from tests.support.harnesses.hotline_harness import ALWAYS, NEVER, HotlineHarness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.text import Text
    from tests.support.people.caseworker_driver import CaseworkerDriver
    from tests.support.people.chat_person import ChatPerson


@pytest.fixture(params=[ALWAYS, NEVER], ids=["open", "no_fixed_hours"])
def home(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[HotlineHarness]:
    """Return a hotline whose hours say nothing of who is here."""
    found = HotlineHarness(tmp_path, hours=request.param)
    yield found
    found.close()


READ = "they read it"


def first_line(text: Text) -> str:
    return text.source.partition("\n")[0].partition("{")[0]


def asks_to_talk(home: HotlineHarness) -> str:
    person = home.person()
    place_at(person, reachable_positions()["talk", "safe"])
    return "\n".join(person.says("1"))


def set_duty(colleague: CaseworkerDriver, *, on: bool) -> None:
    home = colleague.home
    home.database.writer.run_sync(
        lambda work: Staff(home.house.vault).set_duty(work, colleague.id, on=on)
    )


def says_nobody(person: ChatPerson) -> bool:
    heard = "\n".join(person.says("/danger"))
    said = first_line(phrases.NOBODY_NOW) in heard or "Nobody is on duty yet" in heard
    assert (READ not in heard) or not said
    return said


def test_while_a_caseworker_is_on_duty_no_one_is_told_that_nobody_is_here(
    home: HotlineHarness,
) -> None:
    home.colleague()
    assert first_line(Talk.nobody_here.text) not in asks_to_talk(home)
    assert not says_nobody(home.person())
    person = home.person()
    place_at(person, reachable_positions()["report", "safe"])
    assert person.says("when will you answer")[0].startswith(first_line(questions.ON_DUTY))


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR])
def test_duty_of_a_role_that_opens_no_case_tells_no_one_that_someone_is_here(
    home: HotlineHarness, role: Role
) -> None:
    home.colleague("Wen", role=role)  # on duty, as a row of an earlier release says
    assert first_line(Talk.nobody_here.text) in asks_to_talk(home)
    assert says_nobody(home.person())


def test_while_no_one_is_on_duty_no_one_is_told_that_someone_is_here(home: HotlineHarness) -> None:
    set_duty(home.colleague(), on=False)
    assert first_line(Talk.nobody_here.text) in asks_to_talk(home)
    assert says_nobody(home.person())
    person = home.person()
    place_at(person, reachable_positions()["report", "safe"])
    assert person.says("when will you answer")[0].startswith(first_line(questions.OFF_DUTY))


def test_who_takes_a_break_is_not_here(home: HotlineHarness) -> None:
    mei = home.colleague()
    until = home.loop.now() + 600 * SECOND
    home.database.writer.run_sync(lambda work: Staff(home.house.vault).rest(work, mei.id, until))
    assert says_nobody(home.person())
    home.advance_time(601)
    assert not says_nobody(home.person())


def test_a_person_in_a_talk_is_never_told_that_nobody_is_here(home: HotlineHarness) -> None:
    person, mei, case = met(home)
    set_duty(mei, on=False)
    mei.says(case, "I am here with you")
    assert not says_nobody(person)
    assert says_nobody(home.person())


def test_a_talk_in_which_no_one_writes_any_more_says_nothing_of_who_is_here(
    home: HotlineHarness,
) -> None:
    person, mei, _case = met(home)
    set_duty(mei, on=False)
    for _ in range(3):  # the person writes on, the caseworker does not
        home.advance_time(PRESENCE_WINDOW / SECOND / 2)
        person.says("are you there")
    assert says_nobody(person)


def test_duty_that_has_changed_holds_for_the_next_message(home: HotlineHarness) -> None:
    mei, person = home.colleague(), home.person()
    assert not says_nobody(person)
    set_duty(mei, on=False)
    assert says_nobody(person)


def test_in_a_talk_danger_says_that_they_read_it_only_while_someone_is_here(
    home: HotlineHarness,
) -> None:
    person, mei, case = met(home)
    mei.says(case, "I am here with you")
    assert READ in person.says("/danger")[-1]  # negative control
    set_duty(mei, on=False)
    for _ in range(3):
        home.advance_time(PRESENCE_WINDOW / SECOND / 2)
        person.says("are you there")
    for alarm in ("/danger", "/despair"):
        heard = person.says(alarm)
        assert READ not in "\n".join(heard)
    heard = person.says("/danger")
    assert "What you write here waits for them." in heard[-1]
    assert sum("Nobody is on duty" in it for it in heard) == 1


@pytest.mark.parametrize("on", [True, False], ids=["on_duty", "off_duty"])
def test_what_helpers_need_ends_by_saying_whether_someone_is_here(
    home: HotlineHarness, *, on: bool
) -> None:
    set_duty(home.colleague(), on=on)
    person = home.person()
    place_at(person, reachable_positions()["urgent_details", "hurt"])
    heard = "\n".join(person.presses("Nobody hurt or ill"))
    assert (READ in heard) is on
    assert ("Nobody is on duty yet" in heard) is not on


@pytest.mark.parametrize("on", [True, False], ids=["on_duty", "off_duty"])
def test_who_says_after_a_story_that_someone_is_in_danger_reads_that_staff_have_it(
    home: HotlineHarness, *, on: bool
) -> None:
    set_duty(home.colleague(), on=on)
    person = home.person()
    place_at(person, reachable_positions()["urgent_details", "safe"])
    heard = "\n".join(person.presses("Someone is in danger"))
    assert (READ in heard) is on
    assert ("We told them. Nobody is on duty yet" in heard) is not on
    other = home.person()
    place_at(other, reachable_positions()["urgent_details", "safe"])
    heard = "\n".join(other.presses("Nobody is in danger"))
    assert heard.count(READ) == (1 if on else 0)


@pytest.mark.parametrize("yes", ["Tell them now", "yes", "yes, hurry"])
@pytest.mark.parametrize("on", [True, False], ids=["on_duty", "off_duty"])
def test_a_yes_to_telling_staff_is_answered_by_saying_that_they_were_told(
    home: HotlineHarness, yes: str, *, on: bool
) -> None:
    set_duty(home.colleague(), on=on)
    person = home.person()
    person.says("help me he is beating me now")
    home.advance_time(10)
    heard = person.presses(yes) if yes == "Tell them now" else person.says(yes)
    told = "We told them, and someone is on duty" if on else "We told them. Nobody is on duty yet"
    assert heard[0].startswith(told)
