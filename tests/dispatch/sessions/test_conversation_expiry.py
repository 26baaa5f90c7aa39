"""A conversation nobody used for a day is erased; who holds it is not forgotten."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from bot.clock import DAY, HOUR, SECOND
from bot.conversation import Position
from bot.hotline.chat.messages import MessageSide
from bot.hotline.commands.types import Verb
from tests.support.database_fixtures import on_both_databases
from tests.support.dispatch_inspection import conversation_of
from tests.support.harnesses.hotline_harness import HotlineHarness

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.people.caseworker_driver import CaseworkerDriver
    from tests.support.people.chat_person import ChatPerson

OPENER = "Hello. Is this a good moment to write?"
WORDS = "It is me. They let me have the phone."
pytestmark = on_both_databases


def held(home: HotlineHarness) -> tuple[ChatPerson, CaseworkerDriver, str]:
    """Return a person in the middle of a report, with a caseworker in the chat."""
    person = home.person()
    person.says("/start")
    person.presses("English", "Tell what happened", "About me", "I am safe here")
    person.presses("Danger now", "Tell them now")
    case = home.ask("SELECT id FROM cases")[0][0]
    mei = home.colleague()
    mei.claims(case)
    mei.take_over(case)
    person.presses("I can write now")
    return person, mei, case


def sleeps(home: HotlineHarness, days: int) -> int:
    """Let days pass, tidied as they are; return how many conversations went."""
    gone = 0
    for _ in range(days):
        home.advance_time((DAY + 2 * HOUR) // SECOND)
        now, kept = home.loop.now(), home.house.conversations
        gone += home.database.writer.run_sync(partial(kept.expire, now=now))
    return gone


def test_a_message_after_days_reaches_the_holder_as_unconfirmed(kind: str, tmp_path: Path) -> None:
    home = HotlineHarness(tmp_path, kind=kind)
    person, mei, case = held(home)
    assert sleeps(home, 3) == 0
    assert person.says(WORDS) == home.person().says(WORDS)
    heard = [it.content for it in mei.reads(case) if it.side is MessageSide.PERSON][-1]
    assert (heard.text, heard.unconfirmed) == (WORDS, True)
    mei.run_command(Verb.PHRASE, case, code="opener")
    person.presses("I can write now")
    mei.run_command(Verb.CONFIRM_IDENTITY, case)
    mei.says(case, "I am here.")
    assert person.last == "I am here."
    home.close()


def test_of_the_draft_nothing_is_left(kind: str, tmp_path: Path) -> None:
    home = HotlineHarness(tmp_path, kind=kind)
    person, _mei, _case = held(home)
    assert conversation_of(person).position.frames
    sleeps(home, 1)
    left = conversation_of(person)
    assert (left.position, left.draft, left.case) == (Position(), None, "")
    assert left.suspended.takeover is not None
    assert (left.suspended.position, left.suspended.draft) == (Position(), None)
    home.close()


@pytest.mark.parametrize("verb", [Verb.HAND_BACK, Verb.RELEASE])
def test_without_a_holder_the_conversation_expires_and_the_bot_answers(
    kind: str, tmp_path: Path, verb: Verb
) -> None:
    home = HotlineHarness(tmp_path, kind=kind)
    person, mei, case = held(home)
    sleeps(home, 2)
    mei.run_command(verb, case)
    assert sleeps(home, 1) == 1
    assert OPENER not in person.says("hello")
    home.close()


def test_disabled_staff_hold_no_conversation(kind: str, tmp_path: Path) -> None:
    home = HotlineHarness(tmp_path, kind=kind)
    person, mei, _case = held(home)
    mei.disable()
    assert sleeps(home, 1) == 1
    assert OPENER not in person.says("hello")
    home.close()
