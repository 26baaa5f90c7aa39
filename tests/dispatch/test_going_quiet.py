"""A sitting goes quiet: nothing of it is shown, nothing of it is lost, and it comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.app.build import erasures_of
from bot.clock import SECOND
from bot.dispatch.session import SILENCE
from bot.hotline.chat.messages import Side, Sort
from bot.hotline.commands.types import Verb
from bot.hotline.events import Happened
from bot.vault.audit.log import HOUSE
from bot.vault.erasure.erase import Why
from tests.colleagues import refusals
from tests.dispatch.peeking import at, cases_of, faults, frames, kept, tell

if TYPE_CHECKING:
    from tests.colleagues import Colleague
    from tests.houses import Home
    from tests.people import Person

LONG = SILENCE // SECOND + 60
MORE = "he has taken my phone before"


def silent(home: Home, person: Person) -> None:
    home.passes(LONG)


def left(_home: Home, person: Person) -> None:
    person.says("/bye")


def another_language(_home: Home, person: Person) -> None:
    person.account["language_code"] = "vi"


def another_name(_home: Home, person: Person) -> None:
    person.account["first_name"] = "Boss"


def another_account(_home: Home, person: Person) -> None:
    person.account["username"] = "boss_1"


WAYS = [silent, left, another_language, another_name, another_account]


def with_a_case(home: Home) -> tuple[Person, str]:
    person = home.person()
    tell(person)
    person.presses("Send")
    return person, home.ask("SELECT id FROM cases ORDER BY opened_at DESC, id LIMIT 1")[0][0]


def held(home: Home, case: str) -> Colleague:
    mei = home.colleague()
    mei.claims(case)
    mei.takes_over(case)
    return mei


def twin(home: Home, person: Person) -> Person:
    """Return a newcomer whose account looks like this person's."""
    stranger = home.person()
    stranger.account.update({**person.account, "id": stranger.id})
    return stranger


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("is_held", [False, True])
def test_the_chat_is_as_if_new(home: Home, way: object, is_held: bool) -> None:
    person, case = with_a_case(home)
    if is_held:
        held(home, case)
        person.presses("I can write now")
    way(home, person)  # type: ignore[operator]
    stranger = twin(home, person)
    for line in (MORE, "English", "/help", "Nobody can see", "/privacy", "/start"):
        assert person.says(line) == stranger.says(line)
        assert person.labels() == stranger.labels()
    assert faults(home) == []


def test_where_nothing_goes_quiet_a_case_is_seen(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    monkeypatch.setattr("bot.dispatch.session.SILENCE", 10**15)
    person, _case = with_a_case(home)
    home.passes(LONG)
    assert person.says(MORE) != home.person().says(MORE)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("is_held", [False, True])
def test_what_is_written_reaches_the_case_as_not_confirmed(
    home: Home, way: object, is_held: bool
) -> None:
    person, case = with_a_case(home)
    mei = held(home, case) if is_held else home.colleague()
    if is_held:
        person.presses("I can write now")
    way(home, person)  # type: ignore[operator]
    home.board.events.clear()
    person.says(MORE, "English", "1", "/help")
    person.sends(photo=[{"file_id": "f1", "file_unique_id": "u1", "file_size": 900}])
    new = [it for it in mei.reads(case) if it.content.unconfirmed]
    assert [(it.sort, it.content.words) for it in new] == [(Sort.WORDS, MORE), (Sort.FILES, "")]
    assert all(it.side is Side.PERSON for it in new)
    heard = [event for event in home.board.events if event.what is Happened.HEARD]
    assert [event.code for event in heard] == ["unconfirmed", "unconfirmed"]


def test_answers_in_a_draft_are_the_drafts_alone(home: Home) -> None:
    """Whoever writes a report is told that nothing is passed on before they send it."""
    person, case = with_a_case(home)
    home.passes(LONG)
    person.says("/start")
    person.presses("English", "Nobody can see", "Tell what happened")
    tell(person, until="what")
    person.says("not sent yet")
    assert home.colleague().reads(case) == []


def test_a_case_that_is_over_waits_again_when_something_is_written(home: Home) -> None:
    person, case = with_a_case(home)
    mei = home.colleague()
    mei.claims(case)
    mei.does(Verb.CLOSE, case, code="helped")
    home.passes(3 * 86_400)
    stranger = home.person()
    assert person.says(MORE) == stranger.says(MORE)
    assert [it.content.words for it in mei.reads(case)] == [MORE]
    assert home.ask("SELECT status FROM cases") == [("reopened",)]


def test_a_draft_comes_back_when_a_caseworker_has_made_sure(home: Home) -> None:
    person, case = with_a_case(home)
    person.presses("Add something")
    person.says("there is a second house")
    home.passes(LONG)
    person.says("hello, it is me")
    mei = home.colleague()
    mei.claims(case)
    mei.takes_over(case)
    person.presses("I can write now")
    mei.does(Verb.CONFIRM, case)
    mei.hands_back(case)
    assert at(person) == ("afterwards", "send")
    assert frames(person)[-1].answers["added"] == "there is a second house"
    person.presses("Send")
    assert [one.kind for one in cases_of(home)[0].sent] == ["report", "addition"]


def test_nobody_is_confirmed_in_an_empty_chat_or_twice(home: Home) -> None:
    person, case = with_a_case(home)
    mei = home.colleague()
    mei.claims(case)
    assert refusals(mei.does(Verb.CONFIRM, case)) == [
        "Whoever writes in this chat is known already."
    ]
    home.passes(LONG)
    assert refusals(mei.does(Verb.CONFIRM, case)) == [
        "Nobody has written in this chat for half an hour. Confirm it when they write."
    ]
    assert person.texts == person.texts


def test_whoever_writes_cannot_end_a_takeover_they_do_not_see(home: Home) -> None:
    person, case = with_a_case(home)
    mei = held(home, case)
    person.presses("I can write now")
    home.passes(LONG)
    person.says("/bye", "/stop", "hello")
    assert refusals(mei.says(case, "still here")) == []
    home.run(home.rest(3))
    assert "still here" not in person.texts


def test_an_answer_to_the_opening_question_is_shown_as_not_confirmed(home: Home) -> None:
    person, case = with_a_case(home)
    mei = held(home, case)
    number, question = person.asked()
    token = question.prefix + question.rows[0][0].token
    home.passes(LONG)
    stranger = home.person()
    heard = person.does(person.press(token, number))
    assert heard == stranger.does(stranger.press("5:abc:0", message=3))
    assert [it.content.code for it in mei.reads(case) if it.content.unconfirmed] == [
        "opener.can_write"
    ]


def test_an_erased_case_is_known_to_nobody(home: Home) -> None:
    person, case = with_a_case(home)
    home.passes(LONG)
    person.says("one")
    now, erasures = home.loop.now(), erasures_of(home.settings, home.house.vault)
    home.database.writer.run_now(lambda work: erasures.begin(work, case, Why.AGE, HOUSE, now))
    stranger = home.person()
    assert person.says("two") == stranger.says("two")
    assert faults(home) == []
    assert kept(person).holding is None
