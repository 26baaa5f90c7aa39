"""An answer that says that someone is in danger is heard also where its question is unknown.

No backup holds conversations: after a restore, the buttons on people's phones are of questions that
no one remembers having asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.dispatch import callback_data
from tests.support.dispatch_inspection import current_step, place_at, reachable_positions
from tests.support.harnesses.hotline_harness import HotlineHarness

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.people.chat_person import ChatPerson

SAFE, NEEDS_HELP = ("ask_for_help", "safe"), ("ask_for_help", "needs")


@pytest.fixture
def person(sqlite_hotline: HotlineHarness) -> ChatPerson:
    """Someone who is asked whether they are safe."""
    person = sqlite_hotline.person()
    place_at(person, reachable_positions()[SAFE])
    return person


def on_restored_data(folder: Path, person: ChatPerson, label: str) -> ChatPerson:
    """Let a person press a button of before, where their conversation is not known."""
    restored = HotlineHarness(folder / "restored")
    same = restored.person()
    same.send_update(same.press(person.token(label), message=7))
    assert same.id == person.id
    return same


def test_not_safe_brings_numbers_and_the_question_whether_to_tell_staff(
    person: ChatPerson, tmp_path: Path
) -> None:
    (tmp_path / "restored").mkdir()
    same = on_restored_data(tmp_path, person, "I am not safe")
    assert any("110" in it for it in same.texts)
    assert current_step(same) == ("danger", "tell")
    same.presses("Tell them now")
    assert len(same.home.ask("SELECT id FROM cases")) == 1
    same.home.close()


def test_another_answer_of_before_leads_to_a_question(person: ChatPerson, tmp_path: Path) -> None:
    """Shows that the test above could fail."""
    (tmp_path / "restored").mkdir()
    same = on_restored_data(tmp_path, person, "I am safe here")
    assert current_step(same) != ("danger", "tell")
    same.home.close()


def test_under_its_own_question_it_is_an_answer_like_others(person: ChatPerson) -> None:
    token = person.token("I am not safe")
    assert token.endswith(callback_data.URGENT_END)
    person.presses("I am not safe")
    assert current_step(person) == ("danger", "tell")
    assert person.home.ask("SELECT id FROM cases") == []


def test_a_keyboard_of_an_earlier_release_still_answers(person: ChatPerson) -> None:
    """Its tokens say nothing of danger."""
    token = person.token("I am not safe").removesuffix(callback_data.URGENT_END)
    person.send_update(person.press(token))
    assert current_step(person) == ("danger", "tell")
