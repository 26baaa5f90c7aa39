"""Nothing is told to anybody but what the person saw, did not strike, and agreed to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, cast

import pytest

from bot.hotline.commands.types import Verb
from bot.hotline.events import Event, Happened
from bot.places.taiwan.recipients import RECIPIENTS
from tests.colleagues import Colleague, refusals
from tests.dispatch.test_orders import told, wanting
from tests.houses import Home

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.places.taiwan.recipients import Recipient
    from tests.people import Person

PARTS = {"talk.what": "", "talk.safe": "", "language": ""}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path)
    yield home
    home.close()


def in_talk(home: Home) -> tuple[Person, Colleague, str]:
    person, case = wanting(home)
    mei = home.colleague()
    mei.claims(case)
    mei.takes_over(case)
    person.presses("I can write now")
    return person, mei, case


def stages(events: list[Event]) -> list[str]:
    return [it.code for it in events if it.what is Happened.REFERRED]


def offered(home: Home) -> str:
    return str(home.ask("SELECT id FROM referrals")[0][0])


def test_the_person_sees_what_would_be_told_strikes_a_part_and_agrees(home: Home) -> None:
    person, mei, case = in_talk(home)
    assert stages(mei.does(Verb.REFER, case, code="labor_1955", values={"language": ""})) == [
        "offered"
    ]
    assert "1955" not in person.last
    person.presses("Show it to me")
    assert "1955" in person.last
    assert "English" in person.last
    person.presses("You may tell them")
    events = mei.does(Verb.TELL_OTHERS, case, code=offered(home))
    (sent,) = [it for it in events if it.code == "sent"]
    assert sent.referral
    assert [part.code for part in sent.referral.kept] == ["language"]
    assert home.ask("SELECT status FROM cases") == [("referred",)]


def test_the_list_of_answers_goes_with_the_next_step(home: Home) -> None:
    person, mei, case = in_talk(home)
    mei.does(Verb.REFER, case, code="labor_1955")
    person.presses("Show it to me")
    shown = person.last
    person.presses("Do not tell them")
    assert shown not in person.texts


def test_nobody_is_told_without_an_agreement(home: Home) -> None:
    _person, mei, case = in_talk(home)
    mei.does(Verb.REFER, case, code="labor_1955")
    assert refusals(mei.does(Verb.TELL_OTHERS, case, code=offered(home))) == [
        "The person has not agreed to exactly that; nobody may be told."
    ]
    assert home.ask("SELECT state, sent_at FROM referrals") == [("offered", None)]


def test_an_agreement_can_be_taken_back(home: Home) -> None:
    person, mei, case = in_talk(home)
    mei.does(Verb.REFER, case, code="labor_1955")
    person.presses("Show it to me")
    person.presses("You may tell them")
    person.presses("I take it back")
    assert refusals(mei.does(Verb.TELL_OTHERS, case, code=offered(home))) != []


def test_whom_nobody_has_read_of_for_a_year_is_told_nothing(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    _person, mei, case = in_talk(home)
    too_old = replace(RECIPIENTS["labor_1955"], expires_on=date(2026, 1, 1))
    monkeypatch.setitem(cast("dict[str, Recipient]", RECIPIENTS), "labor_1955", too_old)
    (refused,) = refusals(mei.does(Verb.REFER, case, code="labor_1955"))
    assert refused == "Say who is to be told: {codes}."


def test_a_stranger_to_the_directory_is_told_nothing(home: Home) -> None:
    _person, mei, case = in_talk(home)
    (refused,) = refusals(mei.does(Verb.REFER, case, code="my_cousin"))
    assert refused == "Say who is to be told: {codes}."
    assert home.ask("SELECT count(*) FROM referrals") == [(0,)]


def test_after_a_silence_the_screen_is_not_shown_to_whoever_holds_the_phone(home: Home) -> None:
    person, mei, case = in_talk(home)
    mei.does(Verb.REFER, case, code="labor_1955")
    number, question = person.asked()
    token = question.prefix + question.rows[0][0].token
    home.passes(40 * 60)
    stranger = home.person()
    heard = person.does(person.press(token, number))
    assert heard == stranger.does(stranger.press("5:abc:0", message=3))
    assert "1955" not in " ".join(person.texts)


def test_a_press_in_another_chat_decides_nothing(home: Home) -> None:
    person, mei, case = in_talk(home)
    mei.does(Verb.REFER, case, code="labor_1955")
    _number, question = person.asked()
    other = home.person()
    other.says("/start")
    before = len(other.texts)
    other.does(other.press(question.prefix + question.rows[0][0].token))
    assert "1955" not in " ".join(other.texts[before:])


def test_the_offer_waits_until_the_person_is_there(home: Home) -> None:
    _person, case = wanting(home)
    mei = home.colleague()
    mei.claims(case)
    mei.takes_over(case)
    events = mei.does(Verb.REFER, case, code="labor_1955")
    assert refusals(events) == ["Ask when the person is in the chat with you."]
    assert told(events)
