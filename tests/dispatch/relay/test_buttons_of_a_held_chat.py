"""Buttons of the bot that are still on the screen while a caseworker holds the chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.messages import button_token
from flows.texts import hotline as hotline_texts
from flows.texts import phrases
from tests.dispatch.turns.test_recovery_after_downtime import took_over
from tests.support.dispatch_inspection import current_step

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.chat_person import ChatPerson

OPENER = "Hello. Is this a good moment to write?"


def press_of(person: ChatPerson, label: str) -> str:
    """Return the token of the newest button on the screen that holds a label."""
    return next(
        button_token(button, say.prefix)
        for say in reversed(person.screen)
        for row in say.rows
        for button in row
        if label in button.label
    )


@pytest.mark.parametrize("label", ["Has anyone read it?", "Take it back", "Ask me at a set time"])
def test_who_presses_an_old_button_in_a_talk_reads_that_a_person_answers(
    hotline: HotlineHarness, label: str
) -> None:
    person, _mei, _case = took_over(hotline)
    person.presses("I can write now")
    assert person.send_update(person.press(press_of(person, label))) == []
    assert person.toasts[-1] == hotline_texts.PERSON_ANSWERS.source
    assert current_step(person) == ("afterwards", "what_now")


@pytest.mark.parametrize("label", ["Has anyone read it?", "Take it back"])
def test_an_old_button_shows_no_caseworker_before_the_opener_is_answered(
    hotline: HotlineHarness, label: str
) -> None:
    person, _mei, _case = took_over(hotline)
    assert person.send_update(person.press(press_of(person, label))) == []
    assert person.toasts[-1] == phrases.STALE_BUTTON.source
    assert person.last == OPENER  # "The question now is below" is true


@pytest.mark.parametrize("is_answered", [True, False], ids=["in a talk", "opener unanswered"])
def test_danger_now_below_an_old_question_shows_the_numbers(
    hotline: HotlineHarness, *, is_answered: bool
) -> None:
    person, _mei, case = took_over(hotline)
    token = press_of(person, "Danger now")
    if is_answered:
        person.presses("I can write now")
    assert "110" in person.send_update(person.press(token))[0]
    assert hotline.ask("SELECT id, priority FROM cases") == [(case, 0)]


@pytest.mark.parametrize("is_answered", [True, False], ids=["in a talk", "opener unanswered"])
def test_i_am_not_safe_pressed_in_a_held_chat_is_danger(
    hotline: HotlineHarness, *, is_answered: bool
) -> None:
    person = hotline.person()
    person.says("/start")
    person.presses("English", "Tell what happened", "About me")
    person.presses("Danger now", "Tell them now")
    ((case,),) = hotline.ask("SELECT id FROM cases")
    token = press_of(person, "I am not safe")
    mei = hotline.colleague()
    mei.claims(case)
    mei.take_over(case)
    if is_answered:
        person.presses("I can write now")
    heard = person.send_update(person.press(token))
    assert "110" in heard[0]
    assert not [text for text in heard if text.endswith("?")]  # the bot asks nothing of its own
    assert hotline.ask("SELECT id, priority FROM cases") == [(case, 0)]
