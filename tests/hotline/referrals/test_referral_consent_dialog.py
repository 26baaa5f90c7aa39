"""Nothing is told to anybody but what the person saw, did not strike, and agreed to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, cast

import pytest

from bot.app import referral_recipients
from bot.hotline.commands.texts import NOT_OFFERED, QUESTION_WAITS
from bot.hotline.commands.types import Verb
from bot.hotline.events import Event, EventKind
from bot.hotline.referrals.consent_dialog import TICK
from bot.places.taiwan.recipients import RECIPIENTS
from tests.dispatch.relay.test_staff_commands import wanting
from tests.support.harnesses.hotline_harness import AGREED, HotlineHarness
from tests.support.people.caseworker_driver import CaseworkerDriver, refusals

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.places.directory import Recipient
    from tests.support.people.chat_person import ChatPerson

PARTS = {"talk.what": "", "talk.safe": "", "language": ""}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[HotlineHarness]:
    home = HotlineHarness(tmp_path)
    yield home
    home.close()


def in_talk(home: HotlineHarness) -> tuple[ChatPerson, CaseworkerDriver, str]:
    mei = home.colleague()
    person, case = wanting(home)
    mei.claims(case)
    mei.take_over(case)
    person.presses("I can write now")
    return person, mei, case


def stages(events: list[Event]) -> list[str]:
    return [it.code for it in events if it.kind is EventKind.REFERRED]


def offered(home: HotlineHarness) -> str:
    return str(home.ask("SELECT id FROM referrals")[0][0])


def test_the_person_sees_what_would_be_told_strikes_a_part_and_agrees(
    hotline: HotlineHarness,
) -> None:
    person, mei, case = in_talk(hotline)
    assert stages(
        mei.run_command(Verb.REFER, case, code="labor_1955", values={"language": ""})
    ) == ["offered"]
    assert "1955" not in person.last
    person.presses("Show it to me")
    assert "1955" in person.last
    assert "English" in person.last
    person.presses("You may tell them")
    events = mei.run_command(Verb.SEND_REFERRAL, case, code=offered(hotline))
    (sent,) = [it for it in events if it.code == "sent"]
    assert sent.referral
    assert [part.code for part in sent.referral.included_parts] == ["language"]
    assert hotline.ask("SELECT status FROM cases") == [("referred",)]


def test_the_list_of_answers_goes_with_the_next_step(hotline: HotlineHarness) -> None:
    person, mei, case = in_talk(hotline)
    mei.run_command(Verb.REFER, case, code="labor_1955")
    person.presses("Show it to me")
    shown = person.last
    person.presses("Do not tell them")
    assert shown not in person.texts


def test_a_referral_is_not_sent_without_consent(hotline: HotlineHarness) -> None:
    _person, mei, case = in_talk(hotline)
    mei.run_command(Verb.REFER, case, code="labor_1955")
    assert refusals(mei.run_command(Verb.SEND_REFERRAL, case, code=offered(hotline))) == [
        "The person has not agreed to exactly that: it may not be told to anyone."
    ]
    assert hotline.ask("SELECT state, sent_at FROM referrals") == [("offered", None)]


def test_an_agreement_can_be_taken_back(hotline: HotlineHarness) -> None:
    person, mei, case = in_talk(hotline)
    mei.run_command(Verb.REFER, case, code="labor_1955")
    person.presses("Show it to me")
    person.presses("You may tell them")
    person.presses("I take it back")
    assert refusals(mei.run_command(Verb.SEND_REFERRAL, case, code=offered(hotline))) != []


def test_a_recipient_unverified_for_a_year_is_told_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    too_old = replace(RECIPIENTS["labor_1955"], expires_on=date(2026, 1, 1))
    monkeypatch.setitem(cast("dict[str, Recipient]", RECIPIENTS), "labor_1955", too_old)
    # Put together for this list alone: outside tests the entries of a place do not change.
    put_together = lru_cache(referral_recipients._with_recipients.__wrapped__)
    monkeypatch.setattr(referral_recipients, "_with_recipients", put_together)
    assert refused_in(tmp_path, agreements=AGREED) == [NOT_OFFERED.source]


@pytest.mark.parametrize(
    "agreements",
    ["", "spa=2026-01-01/", "labor_1955=2026-01-01/2026-02-01", "labor_1955=2031-01-01/"],
)
def test_a_recipient_without_an_agreement_today_is_told_nothing(
    tmp_path: Path, agreements: str
) -> None:
    assert refused_in(tmp_path, agreements=agreements) == [NOT_OFFERED.source]


def test_a_recipient_with_an_agreement_today_can_be_chosen(tmp_path: Path) -> None:
    assert refused_in(tmp_path, agreements="labor_1955=2026-01-01/2031-01-01") == []


def refused_in(folder: Path, **given: str) -> list[str]:
    """Return why a deployment refuses to refer a case."""
    home = HotlineHarness(folder, **given)
    try:
        _person, mei, case = in_talk(home)
        return refusals(mei.run_command(Verb.REFER, case, code="labor_1955"))
    finally:
        home.close()


def test_only_the_least_is_ticked_when_the_person_is_first_asked(hotline: HotlineHarness) -> None:
    person, mei, case = in_talk(hotline)
    mei.run_command(Verb.REFER, case, code="labor_1955")
    person.presses("Show it to me")
    ticked = [line for line in person.last.split("\n\n") if line.startswith(TICK)]
    assert [line.partition(" ")[2].partition(" ")[2] for line in ticked] == [
        "Your language: English"
    ]
    assert "(left out)" in person.last
    assert "Please come." not in person.last
    person.presses("You may tell them")
    (sent,) = [
        it
        for it in mei.run_command(Verb.SEND_REFERRAL, case, code=offered(hotline))
        if it.code == "sent"
    ]
    assert sent.referral
    assert [part.code for part in sent.referral.included_parts] == ["language"]


def test_a_stranger_to_the_directory_is_told_nothing(hotline: HotlineHarness) -> None:
    _person, mei, case = in_talk(hotline)
    (refused,) = refusals(mei.run_command(Verb.REFER, case, code="my_cousin"))
    assert refused == "Say who is to be told: {codes}."
    assert hotline.ask("SELECT count(*) FROM referrals") == [(0,)]


def test_the_consent_screen_is_hidden_after_a_silence(
    hotline: HotlineHarness,
) -> None:
    person, mei, case = in_talk(hotline)
    mei.run_command(Verb.REFER, case, code="labor_1955")
    number, question = person.asked()
    token = question.prefix + question.rows[0][0].token
    hotline.advance_time(40 * 60)
    stranger = hotline.person()
    heard = person.send_update(person.press(token, number))
    assert heard == stranger.send_update(stranger.press("5:abc:0", message=3))
    assert "1955" not in " ".join(person.texts)


def test_a_press_in_another_chat_decides_nothing(hotline: HotlineHarness) -> None:
    person, mei, case = in_talk(hotline)
    mei.run_command(Verb.REFER, case, code="labor_1955")
    _number, question = person.asked()
    other = hotline.person()
    other.says("/start")
    before = len(other.texts)
    other.send_update(other.press(question.prefix + question.rows[0][0].token))
    assert "1955" not in " ".join(other.texts[before:])


def asked_before_the_answer(home: HotlineHarness) -> tuple[ChatPerson, CaseworkerDriver, str]:
    """Return a person who was asked for a good moment and offered a referral meanwhile."""
    mei = home.colleague()
    person, case = wanting(home)
    mei.claims(case)
    mei.take_over(case)
    events = mei.run_command(Verb.REFER, case, code="labor_1955")
    assert refusals(events) == []
    assert QUESTION_WAITS in [it.text for it in events]
    assert "1955" not in " ".join(person.texts)
    return person, mei, case


def test_the_question_waits_until_the_person_is_there_and_then_comes(
    hotline: HotlineHarness,
) -> None:
    person, _mei, _case = asked_before_the_answer(hotline)
    person.presses("I can write now")
    assert person.last.startswith("There is a question for you here.")
    person.presses("Show it to me")
    assert "1955" in person.last


def test_a_question_that_was_never_asked_ends_with_the_talk(hotline: HotlineHarness) -> None:
    person, mei, case = asked_before_the_answer(hotline)
    events = mei.run_command(Verb.HAND_BACK, case)
    assert stages(events) == ["withdrawn"]
    assert hotline.ask("SELECT state FROM referrals") == [("withdrawn",)]
    person.presses("I can write now")
    assert "1955" not in " ".join(person.texts)


def test_a_question_that_was_never_asked_ends_when_the_person_leaves(
    hotline: HotlineHarness,
) -> None:
    person, _mei, _case = asked_before_the_answer(hotline)
    person.says("/bye")
    assert hotline.ask("SELECT state FROM referrals") == [("withdrawn",)]


def test_words_that_take_the_list_away_bring_the_question_back(hotline: HotlineHarness) -> None:
    person, mei, case = in_talk(hotline)
    mei.run_command(Verb.REFER, case, code="labor_1955")
    person.presses("Show it to me")
    shown = person.last
    hotline.advance_time(60)
    person.says("yes")
    assert shown not in person.texts
    assert person.last.startswith("There is a question for you here.")
    assert hotline.ask("SELECT state FROM referrals") == [("offered",)]  # words agree to nothing
    person.presses("Show it to me", "You may tell them")
    assert hotline.ask("SELECT state FROM referrals") == [("agreed",)]


def test_what_can_be_taken_back_by_a_button_can_be_by_its_words(hotline: HotlineHarness) -> None:
    person, mei, case = in_talk(hotline)
    mei.run_command(Verb.REFER, case, code="labor_1955")
    person.presses("Show it to me", "You may tell them")
    assert hotline.ask("SELECT state FROM referrals") == [("agreed",)]
    person.says("I take it back")
    assert hotline.ask("SELECT state FROM referrals") == [("revoked",)]
    assert refusals(mei.run_command(Verb.SEND_REFERRAL, case, code=offered(hotline)))


def test_the_other_of_two_questions_comes_next(hotline: HotlineHarness) -> None:
    person, mei, case = in_talk(hotline)
    for code in ("labor_1955", "legal_aid"):
        mei.run_command(Verb.REFER, case, code=code)
    person.presses("Show it to me", "Do not tell them")
    assert hotline.ask("SELECT recipient, state FROM referrals ORDER BY offered_at, id") == [
        ("labor_1955", "offered"), ("legal_aid", "declined"),
    ]  # fmt: skip
    assert person.last.startswith("There is a question for you here.")
    person.presses("Show it to me")
    assert "1955" in person.last
