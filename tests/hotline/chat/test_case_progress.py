"""What a person sees of their case, in the sitting in which it was made and in no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.dispatch.relay.test_staff_commands import wanting
from tests.support.dispatch_inspection import leave_details
from tests.support.harnesses.hotline_harness import HotlineHarness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.people.chat_person import ChatPerson


@pytest.fixture
def home(tmp_path: Path) -> Iterator[HotlineHarness]:
    home = HotlineHarness(tmp_path)
    yield home
    home.close()


def test_progress_shows_an_unread_report_and_the_reply_time(
    hotline: HotlineHarness,
) -> None:
    person, _case = wanting(hotline)
    heard = person.presses("Has anyone read it?")
    lines = heard[0].splitlines()
    assert lines[0] == "This has happened so far:"
    assert lines[1].startswith("Received: ")
    assert lines[2:4] == ["Nobody has read it yet.", "Nobody looks after it yet."]
    assert lines[-1].startswith("We try to read it by ")
    assert heard[-1] == "What would you like to do now?"


def test_a_person_sees_that_it_was_read_and_whose_it_is_by_role(hotline: HotlineHarness) -> None:
    person, case = wanting(hotline)
    hotline.colleague("Mei", title="social_worker").claims(case)
    heard = person.presses("Has anyone read it?")[0]
    assert "A person has read it: " in heard
    assert "Who looks after it: a social worker" in heard
    assert "Mei" not in heard


def test_a_person_hears_that_we_are_late(hotline: HotlineHarness) -> None:
    person = hotline.person()
    person.says("/start")
    person.presses("English", "Danger now", "Tell them now")
    leave_details(person)
    hotline.advance_time(5 * 60)
    heard = person.presses("Has anyone read it?")[0]
    assert "We are late. We wanted to read it by " in heard
    assert "We try to read it by" not in heard


STANDS = "Has anyone read it?"


def checks(home: HotlineHarness) -> None:
    """Let the clocks of the queue be checked once."""
    now = home.loop.now()
    home.database.writer.run_sync(lambda work: home.house.staff.check_due(work, now))


def test_another_person_is_promised_only_while_one_is_on_duty(hotline: HotlineHarness) -> None:
    person, _case = wanting(hotline)
    assert "another person" not in person.presses(STANDS)[0]
    hotline.colleague("Mei")
    assert "If not, another person is told." in person.presses(STANDS)[0]


def in_danger(home: HotlineHarness) -> ChatPerson:
    """Return a person in danger who told staff and is shown the menu again."""
    person = home.person()
    person.says("/start")
    person.presses("English", "Danger now", "Tell them now")
    leave_details(person)
    return person


def late_in_danger(home: HotlineHarness) -> str:
    """Return where the case of a person in danger stands, five minutes later."""
    person = in_danger(home)
    home.advance_time(5 * 60)
    checks(home)
    return person.presses(STANDS)[0]


def test_another_person_has_been_told_only_if_one_was(hotline: HotlineHarness) -> None:
    hotline.colleague("Mei")
    assert "Another person has been told." in late_in_danger(hotline)


def test_no_other_person_has_been_told_where_none_is_on_duty(hotline: HotlineHarness) -> None:
    told = late_in_danger(hotline)
    assert "We are late." in told
    assert "nother person" not in told
    assert hotline.ask("SELECT count(*) FROM audit WHERE deed = 'alert'") != [(0,)]


def test_while_the_office_is_closed_the_time_told_is_one_in_which_it_is_open(
    tmp_path: Path,
) -> None:
    home = HotlineHarness(tmp_path, hours="20:30-21:30")  # closed at midday, UTC: 20:00 there
    person, _case = wanting(home)
    told = person.presses(STANDS)[0]
    assert "We try to read it by December 12 21:30." in told  # 24 days of one hour
    assert "Nobody reads here now. We read from 20:30 on." in told
    home.close()


def test_in_danger_no_time_is_told_in_which_nobody_is_there(tmp_path: Path) -> None:
    home = HotlineHarness(tmp_path, hours="20:30-21:30")
    person = in_danger(home)
    told = person.presses(STANDS)[0]
    assert "We try to read it by" not in told
    assert "We read from 20:30 on. In danger, do not wait: /danger shows phone numbers." in told
    home.close()


def test_without_fixed_hours_no_opening_is_told(tmp_path: Path) -> None:
    home = HotlineHarness(tmp_path, hours="")
    person, _case = wanting(home)
    told = person.presses(STANDS)[0]
    assert "We try to read it by" not in told
    assert "Nobody reads here now. In danger, do not wait: /danger shows phone numbers." in told
    home.close()


def test_after_a_silence_the_chat_knows_of_no_case(hotline: HotlineHarness) -> None:
    person, _case = wanting(hotline)
    hotline.advance_time(31 * 60)
    person.says("hello")
    assert not any("Has anyone read it?" in label for label in person.labels())
