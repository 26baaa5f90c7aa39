"""What a person reads after the duress word is what they read after the right word."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

import pytest

from bot.cases.urgency import Priority
from bot.dispatch.conversation_store import Conversation
from tests.hotline.check_ins.test_answer_in_live_session import STATUS, evening, shown
from tests.hotline.check_ins.test_check_ins import RIGHT, SECOND, agrees, passes
from tests.support.dispatch_inspection import send_report, stored_conversation

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.chat_person import ChatPerson

PASSPHRASE = "our house had a blue door"  # noqa: S105 - made up
VARYING = re.compile(r"\d\d:\d\d|\b[2-9A-Z]{6}\b")
"""Times, and the numbers of cases."""
LEAVES = ("Clear chat", "Stop here")
"""Buttons that end the session, behind which nothing more is read of the case."""
STEPS = 40


def agreed_in_session(home: HotlineHarness) -> tuple[ChatPerson, str]:
    """Return a person with a report, a passphrase and an agreed hour, in a live session."""
    person = home.person("en")
    send_report(person)
    ((case,),) = home.ask("SELECT id FROM cases")
    person.presses("Choose a secret word")
    person.says(PASSPHRASE)
    person.presses("One word is enough")
    person.says("hello")
    agrees(person, often="Only once")
    person.presses(STATUS)  # that button is from before: the menu is asked again
    return person, case


def within_the_session(person: ChatPerson, word: str) -> None:
    """Write the word as the answer of a question, so that the session goes on."""
    person.presses("Add something")
    person.says(word)


def in_a_session_that_is_taken_up_again(person: ChatPerson, word: str) -> None:
    """Write the word, and then prove with the passphrase who writes."""
    person.says(word)
    person.presses("English", "I have written before")
    person.says(PASSPHRASE)


WRITES = pytest.mark.parametrize("write", [within_the_session, in_a_session_that_is_taken_up_again])


def read_after(
    folder: Path, word: str, write: Callable[[ChatPerson, str], None], seed: int
) -> list[str]:
    """Return all that a person reads after a word, on a walk through what they can press."""
    home, walk = evening(folder), random.Random(seed)
    person, case = agreed_in_session(home)
    before = len(home.post.arrived)
    write(person, word)
    assert stored_conversation(person).case == case
    ((priority,),) = home.ask("SELECT priority FROM cases")
    assert (priority == Priority.EMERGENCY) is (word == SECOND)
    for step in range(STEPS):
        if step % 10 == 0:
            passes(home, 0.05, step=0.05)
            person.says("/start")
            person.says("/mydata")
        has_buttons = any(it.rows for it in person.screen)
        labels = [it for it in person.labels() if not it.endswith(LEAVES)] if has_buttons else []
        if labels:
            person.presses(walk.choice(labels))
        else:
            person.says("/privacy")
    read = [VARYING.sub("*", each) for each in shown(person, before)]
    home.close()
    return read


@WRITES
def test_has_anyone_read_it_is_answered_alike(
    tmp_path: Path, write: Callable[[ChatPerson, str], None]
) -> None:
    said = []
    for word in (RIGHT, SECOND):
        home = evening(tmp_path / word)
        person, _case = agreed_in_session(home)
        write(person, word)
        if write is within_the_session:
            person.presses("Send")
            person.says("Thank you")  # then the menu is asked again
        passes(home, 0.3, step=0.1)
        before = len(home.post.arrived)
        person.presses(STATUS)
        said.append([VARYING.sub("*", each) for each in shown(person, before)])
        home.close()
    assert "has been told" not in str(said)
    assert "We try to read it by" in str(said[0])
    assert said[0] == said[1]


@WRITES
@pytest.mark.parametrize("seed", range(4))
def test_every_text_a_person_can_reach_is_the_same(
    tmp_path: Path, write: Callable[[ChatPerson, str], None], seed: int
) -> None:
    right = read_after(tmp_path / "right", RIGHT, write, seed)
    duress = read_after(tmp_path / "duress", SECOND, write, seed)
    assert right == duress
    assert len(right) >= STEPS


def test_the_comparison_finds_a_case_that_shows_its_alarm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Conversation, "before_alarm", lambda _self, _case: None)
    with pytest.raises(AssertionError):
        test_has_anyone_read_it_is_answered_alike(tmp_path, within_the_session)
