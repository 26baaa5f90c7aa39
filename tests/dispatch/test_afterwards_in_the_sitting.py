"""What a person can still do once something was sent, as long as they are here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.clock import SECOND
from bot.dispatch import callback_data
from bot.dispatch.session import SILENCE
from bot.vault import Vault
from tests.dispatch.peeking import at, cases_of, frames, kept, places, skip_on, stand, tell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.houses import Home
    from tests.people import Person

MORE = "there is also a second house"


def sent(home: Home) -> Person:
    """Return somebody who has just sent a report."""
    person = home.person()
    tell(person)
    person.presses("Send")
    assert at(person) == ("afterwards", "what_now")
    return person


@pytest.mark.parametrize("again", ["Tell something new", "Talk to a person"])
def test_nobody_is_told_to_come_back_and_asked_what_now_at_once(home: Home, again: str) -> None:
    person = sent(home)
    heard = person.presses(again)
    while "Send" not in [label.lstrip("0123456789 ") for label in person.labels()]:
        heard += skip_on(person)
    heard += person.presses("Send")
    assert at(person) == ("afterwards", "what_now")
    assert [said for said in heard if said.startswith("All right.")] == []


def test_what_is_added_joins_the_case(home: Home) -> None:
    person = sent(home)
    person.presses("Add something")
    person.says(MORE)
    assert len(cases_of(home)[0].sent) == 1
    home.passes(1)
    person.presses("Send")
    (case,) = cases_of(home)
    assert [one.kind for one in case.sent] == ["report", "addition"]
    assert case.sent[1].answers["added"] == MORE


def test_what_is_not_added_now_is_kept_and_can_be_added_later(home: Home) -> None:
    person = sent(home)
    person.presses("Add something")
    person.says(MORE)
    person.presses("Not now")
    assert len(cases_of(home)[0].sent) == 1
    home.passes(1)
    person.says("hm")
    person.presses("Go on", "Send")
    (case,) = cases_of(home)
    assert case.sent[1].answers["added"] == MORE
    assert case.sent[1].answers["also"] == ("hm",)


def test_an_addition_reaches_its_own_case(home: Home) -> None:
    person = sent(home)
    person.presses("Add something")
    person.says(MORE)
    home.passes(1)
    person.says("hm")
    person.presses("Send")
    (case,) = cases_of(home)
    assert [one.kind for one in case.sent] == ["report", "addition"]


def test_an_addition_begun_is_out_of_sight_after_a_silence(home: Home) -> None:
    """Who it is has to be known before it can be gone on with: `test_going_quiet.py`."""
    person, stranger = sent(home), home.person()
    person.presses("Add something")
    person.says(MORE)
    home.passes(SILENCE // SECOND + 60)
    assert person.says("hm") == stranger.says("hm")
    assert at(person) == at(stranger)


def test_taking_back_marks_and_erases_nothing(home: Home) -> None:
    person = sent(home)
    person.presses("Take it back")
    assert len(cases_of(home)[0].sent) == 1
    home.passes(1)
    heard = person.presses("Take it back")
    assert heard[0].startswith("All right. It is marked as taken back.")
    (case,) = cases_of(home)
    assert [one.kind for one in case.sent] == ["report", "withdrawal"]


def test_leaving_it_there_changes_nothing(home: Home) -> None:
    person = sent(home)
    person.presses("Take it back", "Leave it there")
    assert [one.kind for one in cases_of(home)[0].sent] == ["report"]


def test_something_new_is_a_case_of_its_own_and_asked_about_again(home: Home) -> None:
    person = sent(home)
    person.presses("Ask for help")
    while at(person) != ("ask_for_help", "send"):
        skip_on(person)
    home.passes(1)
    person.presses("Send")
    assert [case.kind for case in cases_of(home)] == ["report", "request"]
    assert at(person) == ("afterwards", "what_now")
    assert kept(person).reference in {case.reference for case in cases_of(home)}


def test_nothing_more_leaves_the_door_open(home: Home) -> None:
    person = sent(home)
    person.presses("Nothing more")
    assert at(person) is None
    assert person.says("one more thing") == ["What would you like to do now?"]
    assert kept(person).position.also == ["one more thing"]


def test_start_after_sending_begins_anew_and_leaves_the_case(home: Home) -> None:
    person = sent(home)
    person.says("/start")
    assert at(person) == ("language", "language")
    assert [one.kind for one in cases_of(home)[0].sent] == ["report"]


@pytest.fixture
def nothing_remembered() -> Iterator[None]:
    """Have every token made anew, and none of this test's used by another."""
    callback_data.prefix.cache_clear()
    yield
    callback_data.prefix.cache_clear()


@pytest.mark.usefixtures("nothing_remembered")
def test_where_nothing_vouches_another_chats_button_would_be_obeyed(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control of every test that presses what belongs to somebody else."""
    monkeypatch.setattr(Vault, "vouch", lambda _vault, _what: b"0123456789abcdef")
    one, two = home.person(), home.person()
    for person in (one, two):
        stand(person, places()["report", "safe"])
    two.does(two.press(one.token("I am safe here")))
    assert frames(two)[-1].answers["safe"] == "safe"
