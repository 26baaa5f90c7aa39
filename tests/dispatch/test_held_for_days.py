"""A conversation nobody used for a day is erased; who holds it is not forgotten."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from bot.clock import DAY, HOUR, SECOND
from bot.conversation import Position
from bot.hotline.chat.messages import Side
from bot.hotline.commands.types import Verb
from tests.dispatch.peeking import conversation_of
from tests.houses import Home
from tests.stores import on_both

if TYPE_CHECKING:
    from pathlib import Path

    from tests.colleagues import Colleague
    from tests.people import Person

OPENER = "Hello. Is this a good moment to write?"
WORDS = "It is me. They let me have the phone."
pytestmark = on_both


def held(home: Home) -> tuple[Person, Colleague, str]:
    """Return a person in the middle of a report, with a caseworker in the chat."""
    person = home.person()
    person.says("/start")
    person.presses("English", "Nobody", "Tell what happened", "About me", "18 or over")
    person.presses("Danger now", "Tell them now")
    case = home.ask("SELECT id FROM cases")[0][0]
    mei = home.colleague()
    mei.claims(case)
    mei.takes_over(case)
    person.presses("I can write now")
    return person, mei, case


def sleeps(home: Home, days: int) -> int:
    """Let days pass, tidied as they are; return how many conversations went."""
    gone = 0
    for _ in range(days):
        home.passes((DAY + 2 * HOUR) // SECOND)
        now, kept = home.loop.now(), home.house.conversations
        gone += home.database.writer.run_now(partial(kept.expire, now=now))
    return gone


def test_whoever_writes_after_days_writes_to_the_one_who_holds_it(
    kind: str, tmp_path: Path
) -> None:
    home = Home(tmp_path, kind=kind)
    person, mei, case = held(home)
    assert sleeps(home, 3) == 0
    assert person.says(WORDS) == home.person().says(WORDS)
    heard = [it.content for it in mei.reads(case) if it.side is Side.PERSON][-1]
    assert (heard.words, heard.unconfirmed) == (WORDS, True)
    mei.does(Verb.PHRASE, case, code="opener")
    person.presses("I can write now")
    mei.does(Verb.CONFIRM, case)
    mei.says(case, "I am here.")
    assert person.last == "I am here."
    home.close()


def test_of_the_draft_nothing_is_left(kind: str, tmp_path: Path) -> None:
    home = Home(tmp_path, kind=kind)
    person, _mei, _case = held(home)
    assert conversation_of(person).position.frames
    sleeps(home, 1)
    left = conversation_of(person)
    assert (left.position, left.kept, left.case) == (Position(), None, "")
    assert left.before.holding is not None
    assert (left.before.position, left.before.kept) == (Position(), None)
    home.close()


@pytest.mark.parametrize("verb", [Verb.HAND_BACK, Verb.RELEASE])
def test_once_nobody_holds_it_the_row_goes_and_the_bot_answers(
    kind: str, tmp_path: Path, verb: Verb
) -> None:
    home = Home(tmp_path, kind=kind)
    person, mei, case = held(home)
    sleeps(home, 2)
    mei.does(verb, case)
    assert sleeps(home, 1) == 1
    assert OPENER not in person.says("hello")
    home.close()


def test_whoever_is_gone_holds_nothing(kind: str, tmp_path: Path) -> None:
    home = Home(tmp_path, kind=kind)
    person, mei, _case = held(home)
    mei.is_disabled()
    assert sleeps(home, 1) == 1
    assert OPENER not in person.says("hello")
    home.close()
