"""What caseworkers do reaches the queue, the person and their colleagues, or they hear why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.dispatch.staff_service import write_down
from bot.errors import Blocked, Refused, TryLater, Uncertain
from bot.hotline.commands.types import Command, Verb
from bot.hotline.events import Event, Happened
from tests.colleagues import refusals
from tests.houses import Home
from tests.post import fails
from tests.stores import on_both

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.people import Person


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path)
    yield home
    home.close()


def wanting(home: Home, language: str = "en") -> tuple[Person, str]:
    """Return somebody who wants to talk, and their case."""
    person = home.person(language)
    person.says("/start")
    person.presses("English", "Nobody", "Talk to a person", "I am safe here")
    person.says("Please help me")
    person.presses("Any time", "Send")
    return person, home.ask("SELECT id FROM cases ORDER BY opened_at DESC LIMIT 1")[0][0]


def status(home: Home, case: str) -> str:
    found = dict(home.ask("SELECT id, status FROM cases"))
    return str(found[case])


def codes(home: Home, what: Happened) -> list[str]:
    return [event.code for event in home.board.events if event.what is what]


def told(events: list[Event]) -> list[str]:
    return [event.text.source for event in events if event.what is Happened.TOLD and event.text]


def test_the_next_case_goes_to_whoever_asks_first(home: Home) -> None:
    _person, case = wanting(home)
    mei, lan = home.colleague("Mei"), home.colleague("Lan")
    assert mei.claims() == case
    (refused,) = [it for it in lan.does(Verb.CLAIM, case) if it.is_refused]
    assert refused.text
    assert refused.values == {"name": "Mei"}
    assert refusals(lan.does(Verb.CLAIM)) == ["Nobody waits in your queues and languages."]


def test_what_another_process_wrote_down_is_carried_out(home: Home) -> None:
    _person, case = wanting(home)
    mei = home.colleague()
    command = Command(verb=Verb.CLAIM, by=mei.id, case=case)
    home.database.writer.run_now(
        lambda work: write_down(work, home.house.inbox, command, home.loop.now())
    )
    home.run(home.house.dispatcher.resume())
    assert status(home, case) == "held"
    home.run(home.house.dispatcher.resume())
    assert home.ask("SELECT count(*) FROM audit WHERE deed = 'claim'") == [(1,)]


def test_no_update_of_telegram_can_pass_for_a_command(home: Home) -> None:
    person, case = wanting(home)
    mei = home.colleague()
    forged = {"verb": "claim", "by": mei.id, "case": case}
    person.does(person.words("x") | {"command": forged} | forged)
    assert status(home, case) == "waiting"


def test_a_command_delivered_twice_is_carried_out_once(home: Home) -> None:
    _person, case = wanting(home)
    mei = home.colleague()
    mei.claims(case)
    home.orders(*[Command(verb=Verb.NOTE, by=mei.id, case=case, words="once")])
    assert len(mei.reads(case)) == 1


def test_a_case_that_is_given_back_waits_again_and_the_chat_with_it(home: Home) -> None:
    person, case = wanting(home)
    mei = home.colleague()
    mei.claims(case)
    mei.takes_over(case)
    person.presses("I can write now")
    mei.does(Verb.RELEASE, case)
    assert status(home, case) == "waiting"
    assert "The bot answers here again." in " ".join(person.texts)


def test_a_transfer_keeps_the_chat_and_tells_the_person_of_another(home: Home) -> None:
    person, case = wanting(home)
    mei, lan = home.colleague("Mei"), home.colleague("Lan", title="counsellor")
    mei.claims(case)
    mei.takes_over(case)
    person.presses("I can write now")
    events = mei.does(Verb.TRANSFER, case, code=lan.id, words="Speaks softly, is afraid.")
    (passed,) = [it for it in events if it.what is Happened.TRANSFERRED]
    assert (passed.to, passed.values["rule"]) == ((lan.id,), "any_time")
    assert "a counsellor of Hope House" in person.last
    assert refusals(mei.says(case, "hello")) != []
    lan.says(case, "Hello, I am here now.")
    assert person.last == "Hello, I am here now."
    assert [it.content.words for it in lan.reads(case) if it.side == "note"] == [
        "Speaks softly, is afraid."
    ]


def test_lowering_a_priority_wants_a_reason(home: Home) -> None:
    _person, case = wanting(home)
    mei = home.colleague()
    mei.claims(case)
    assert refusals(mei.does(Verb.PRIORITY, case, code="4")) == [
        "Please say why: that needs a reason."
    ]
    mei.does(Verb.PRIORITY, case, code="4", words="A question about a library card.")
    assert home.ask("SELECT priority FROM cases") == [(4,)]


def test_a_case_that_waits_too_long_is_shown_at_the_desks(home: Home) -> None:
    _person, case = wanting(home)
    mei = home.colleague()
    home.passes(25 * 3600)
    now = home.loop.now()
    home.database.writer.run_now(lambda work: home.house.shift.look(work, now))
    (late,) = [it for it in home.board.events if it.what is Happened.OVERDUE]
    assert (late.case, late.to) == (case, (mei.id,))


def test_a_closed_case_leaves_the_bot_silent_until_the_person_writes(home: Home) -> None:
    person, case = wanting(home)
    mei = home.colleague()
    mei.claims(case)
    mei.takes_over(case)
    person.presses("I can write now")
    mei.does(Verb.CLOSE, case, code="helped")
    assert person.last.startswith("The bot answers here again.")
    assert refusals(mei.says(case, "one more thing")) != []


@on_both
def test_words_to_somebody_who_blocked_us_are_shown_as_blocked(kind: str, tmp_path: Path) -> None:
    home = Home(tmp_path, kind=kind)
    person, case = wanting(home)
    mei = home.colleague()
    mei.claims(case)
    mei.takes_over(case)
    person.presses("I can write now")
    home.post.fate = lambda _chat, _body: fails(Blocked("blocked"))
    mei.says(case, "Are you there?")
    home.run(home.rest(1))
    assert codes(home, Happened.SETTLED)[-1] == "blocked"
    assert [it.state for it in mei.reads(case)][-1] == "blocked"
    home.close()


def test_words_that_waited_when_the_person_blocked_us_are_shown_as_blocked(home: Home) -> None:
    person, case = wanting(home)
    mei = home.colleague()
    mei.claims(case)
    mei.takes_over(case)
    mei.says(case, "Are you there?")  # it waits until she has said that she can write
    assert codes(home, Happened.SETTLED)[-1:] != ["blocked"]
    home.post.blocked.add(person.id)
    person.does(person.membership("kicked"))
    assert codes(home, Happened.SETTLED)[-1] == "blocked"
    assert [it.state for it in mei.reads(case)][-1] == "blocked"


def test_how_a_letter_ended_is_not_overwritten_by_what_is_heard_of_it_later(home: Home) -> None:
    person, case = wanting(home)
    mei = home.colleague()
    mei.claims(case)
    mei.takes_over(case)
    person.presses("I can write now")
    home.post.fate = lambda _chat, _body: fails(TryLater(after=30.0))
    mei.says(case, "Are you there?")
    person.does(person.membership("kicked"))
    home.post.fate = lambda _chat, _body: fails(Refused("something else"))
    home.run(home.rest(60))
    settled = codes(home, Happened.SETTLED)
    assert settled[-1] == "blocked"
    assert "refused" not in settled
    assert home.ask("SELECT DISTINCT state FROM outbox WHERE author = 'caseworker'") == [
        ("blocked",)
    ]


def test_signs_that_turn_words_round_go_to_nobody_from_any_desk(home: Home) -> None:
    person, case = wanting(home)
    mei = home.colleague()
    mei.claims(case)
    mei.takes_over(case)
    person.presses("I can write now")
    mei.says(case, "Go to \u202eexit\u202c \u2066M3\u2069\u200e now.")
    assert person.last.endswith("Go to exit M3 now.")
    assert refusals(mei.says(case, "\u202e\u202c")) != []
    mei.says(case, "Joined\u200dletters stay.")  # the control: scripts need these
    assert "Joined\u200dletters" in person.last


def test_uncertain_words_are_never_sent_again_by_themselves(home: Home) -> None:
    person, case = wanting(home)
    mei = home.colleague()
    mei.claims(case)
    mei.takes_over(case)
    person.presses("I can write now")
    home.post.fate = lambda _chat, _body: fails(Uncertain("no answer"))
    mei.says(case, "Are you there?")
    home.post.fate = None
    person.says("hello?")
    home.run(home.rest(400))
    assert "Are you there?" not in person.texts
    assert [it.state for it in mei.reads(case) if it.side == "caseworker"][-1] == "uncertain"
