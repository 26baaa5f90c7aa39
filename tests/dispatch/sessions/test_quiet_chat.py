"""A sitting goes quiet: nothing of it is shown, nothing of it is lost, and it comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.app.retention import build_erasures
from bot.clock import SECOND
from bot.dispatch.conversation_store import SESSION_TIMEOUT
from bot.hotline.chat.messages import CaseMessageKind, MessageSide
from bot.hotline.commands.types import Verb
from bot.hotline.events import EventKind
from bot.vault.audit.log import SYSTEM
from bot.vault.erasure.erase import ErasureReason
from tests.support.dispatch_inspection import (
    cases_of,
    current_step,
    frames,
    quarantine_reasons,
    send_report,
    start_report,
    stored_conversation,
)
from tests.support.people.caseworker_driver import refusals

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.caseworker_driver import CaseworkerDriver
    from tests.support.people.chat_person import ChatPerson

LONG = SESSION_TIMEOUT // SECOND + 60
MORE = "he has taken my phone before"


def silent(home: HotlineHarness, person: ChatPerson) -> None:
    home.advance_time(LONG)


def left(_home: HotlineHarness, person: ChatPerson) -> None:
    person.says("/bye")


def another_language(_home: HotlineHarness, person: ChatPerson) -> None:
    person.account["language_code"] = "vi"


def another_name(_home: HotlineHarness, person: ChatPerson) -> None:
    person.account["first_name"] = "Boss"


def another_account(_home: HotlineHarness, person: ChatPerson) -> None:
    person.account["username"] = "boss_1"


WAYS = [silent, left, another_language, another_name, another_account]


def with_a_case(home: HotlineHarness) -> tuple[ChatPerson, str]:
    person = home.person()
    send_report(person)
    return person, home.ask("SELECT id FROM cases ORDER BY opened_at DESC, id LIMIT 1")[0][0]


def held(home: HotlineHarness, case: str) -> CaseworkerDriver:
    mei = home.colleague()
    mei.claims(case)
    mei.take_over(case)
    return mei


def twin(home: HotlineHarness, person: ChatPerson) -> ChatPerson:
    """Return a newcomer whose account looks like this person's."""
    stranger = home.person()
    stranger.account.update({**person.account, "id": stranger.id})
    return stranger


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("is_held", [False, True])
def test_the_chat_is_as_if_new(hotline: HotlineHarness, way: object, is_held: bool) -> None:
    person, case = with_a_case(hotline)
    if is_held:
        held(hotline, case)
        person.presses("I can write now")
    way(hotline, person)  # type: ignore[operator]
    stranger = twin(hotline, person)
    for line in (MORE, "English", "/help", "Know my rights", "/privacy", "/start"):
        assert person.says(line) == stranger.says(line)
        assert person.labels() == stranger.labels()
    assert quarantine_reasons(hotline) == []


def test_where_nothing_goes_quiet_a_case_is_seen(
    hotline: HotlineHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    monkeypatch.setattr("bot.dispatch.turn.session.SESSION_TIMEOUT", 10**15)
    person, _case = with_a_case(hotline)
    hotline.advance_time(LONG)
    assert person.says(MORE) != hotline.person().says(MORE)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("is_held", [False, True])
def test_what_is_written_reaches_the_case_as_not_confirmed(
    hotline: HotlineHarness, way: object, is_held: bool
) -> None:
    person, case = with_a_case(hotline)
    mei = held(hotline, case) if is_held else hotline.colleague()
    if is_held:
        person.presses("I can write now")
    way(hotline, person)  # type: ignore[operator]
    hotline.board.events.clear()
    person.says(MORE, "2", "English", "4", "/help")
    person.sends(photo=[{"file_id": "f1", "file_unique_id": "u1", "file_size": 900}])
    new = [it for it in mei.reads(case) if it.content.unconfirmed]
    assert [(it.kind, it.content.text) for it in new] == [
        (CaseMessageKind.TEXT, MORE),
        (CaseMessageKind.TEXT, "Read by a person: Back to the question"),  # that was the "2"
        (CaseMessageKind.TEXT, "English"),  # a button of another question: these are words
        (CaseMessageKind.FILES, ""),
    ]
    assert all(it.side is MessageSide.PERSON for it in new)
    heard = [event for event in hotline.board.events if event.kind is EventKind.PERSON_WROTE]
    assert [event.code for event in heard] == ["unconfirmed"] * 4


@pytest.mark.parametrize("is_held", [False, True])
def test_staff_see_that_someone_not_identified_wants_no_one_to_read(
    hotline: HotlineHarness, is_held: bool
) -> None:
    """The bot asks as it asks a newcomer, while the words are in the case: staff must know."""
    person, case = with_a_case(hotline)
    mei = held(hotline, case) if is_held else hotline.colleague()
    if is_held:
        person.presses("I can write now")
    silent(hotline, person)
    person.says(MORE)
    person.presses("Back to the question")
    new = [it.content for it in mei.reads(case) if it.content.unconfirmed]
    assert [(it.text, it.asked, it.chosen) for it in new] == [
        (MORE, "", ()),
        ("Read by a person: Back to the question", "story.give", ("go_on",)),
    ]


def test_a_newcomer_who_wants_no_one_to_read_is_shown_to_no_one(hotline: HotlineHarness) -> None:
    person = hotline.person()
    person.says(MORE)
    hotline.board.events.clear()
    person.presses("Back to the question")
    assert cases_of(hotline) == []
    assert hotline.board.events == []


def test_answers_in_a_draft_are_the_drafts_alone(hotline: HotlineHarness) -> None:
    """Whoever writes a report is told that nothing is passed on before they send it."""
    person, case = with_a_case(hotline)
    hotline.advance_time(LONG)
    person.says("/start")
    person.presses("English", "Tell what happened")
    start_report(person, until="what")
    person.says("not sent yet")
    assert hotline.colleague().reads(case) == []


def test_a_case_that_is_over_waits_again_when_something_is_written(hotline: HotlineHarness) -> None:
    person, case = with_a_case(hotline)
    mei = hotline.colleague()
    mei.claims(case)
    mei.run_command(Verb.CLOSE, case, code="helped")
    hotline.advance_time(3 * 86_400)
    stranger = hotline.person()
    assert person.says(MORE) == stranger.says(MORE)
    assert [it.content.text for it in mei.reads(case)] == [MORE]
    assert hotline.ask("SELECT status FROM cases") == [("reopened",)]


def test_a_draft_comes_back_when_a_caseworker_has_made_sure(hotline: HotlineHarness) -> None:
    person, case = with_a_case(hotline)
    person.presses("Add something")
    person.says("there is a second house")
    hotline.advance_time(LONG)
    person.says("hello, it is me")
    mei = hotline.colleague()
    mei.claims(case)
    mei.take_over(case)
    person.presses("I can write now")
    mei.run_command(Verb.CONFIRM_IDENTITY, case)
    mei.hand_back(case)
    assert current_step(person) == ("afterwards", "send")
    assert frames(person)[-1].answers["added"] == "there is a second house"
    person.presses("Send")
    assert [one.kind for one in cases_of(hotline)[0].sent] == ["report", "addition"]


def test_an_identity_is_not_confirmed_twice_or_in_an_empty_chat(hotline: HotlineHarness) -> None:
    person, case = with_a_case(hotline)
    mei = hotline.colleague()
    mei.claims(case)
    assert refusals(mei.run_command(Verb.CONFIRM_IDENTITY, case)) == [
        "The person in this chat is identified already."
    ]
    hotline.advance_time(LONG)
    assert refusals(mei.run_command(Verb.CONFIRM_IDENTITY, case)) == [
        "There was no message in this chat for half an hour. Confirm it when they write."
    ]
    assert person.texts == person.texts


def test_a_quiet_chat_cannot_end_a_hidden_takeover(hotline: HotlineHarness) -> None:
    person, case = with_a_case(hotline)
    mei = held(hotline, case)
    person.presses("I can write now")
    hotline.advance_time(LONG)
    person.says("/bye", "/stop", "hello")
    assert refusals(mei.says(case, "still here")) == []
    hotline.run(hotline.close_writer_idle(3))
    assert "still here" not in person.texts


def test_an_answer_to_the_opening_question_is_shown_as_not_confirmed(
    hotline: HotlineHarness,
) -> None:
    person, case = with_a_case(hotline)
    mei = held(hotline, case)
    number, question = person.asked()
    token = question.prefix + question.rows[0][0].token
    hotline.advance_time(LONG)
    stranger = hotline.person()
    heard = person.send_update(person.press(token, number))
    assert heard == stranger.send_update(stranger.press("5:abc:0", message=3))
    assert [it.content.code for it in mei.reads(case) if it.content.unconfirmed] == [
        "opener.can_write"
    ]


def test_a_chat_with_an_erased_case_answers_like_a_new_one(hotline: HotlineHarness) -> None:
    person, case = with_a_case(hotline)
    hotline.advance_time(LONG)
    person.says("one")
    now, erasures = hotline.loop.now(), build_erasures(hotline.settings, hotline.house.vault)
    hotline.database.writer.run_sync(
        lambda work: erasures.start(work, case, ErasureReason.AGE, SYSTEM, now)
    )
    stranger = hotline.person()
    stranger.says("one")
    assert person.says("two") == stranger.says("two")
    assert quarantine_reasons(hotline) == []
    assert stored_conversation(person).takeover is None
