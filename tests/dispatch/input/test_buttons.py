"""What becomes of a press: the right one, an old one, a forged one, the same one twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.dispatch import callback_data
from bot.languages import LANGUAGES
from bot.messages import button_token
from flows.texts import phrases
from tests.support.dispatch_inspection import (
    HELLO,
    cases_of,
    current_step,
    frames,
    place_at,
    quarantine_reasons,
    reachable_positions,
    start_report,
    stored_conversation,
)
from tests.support.drill_length import part_of
from tests.support.harnesses.hotline_harness import VAULT

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.chat_person import ChatPerson

STALE = "That button is from before. The question now is below."


def at_question(home: HotlineHarness, flow: str, step: str, language: str = "en") -> ChatPerson:
    person = home.person(language)
    place_at(person, reachable_positions()[flow, step], language=language)
    return person


FORGED = [
    ":",
    "!",
    "!x",
    "zz:aaaa:0",
    "-1:aaaa:0",
    "0x7:aaaa:0",
    "7:AAAAAAAAAAA:0",
    "f" * 64,
    "\u00ff" * 32,
    "6:\x00:0",
    "DROP TABLE cases",
    "6:" + "A" * 22 + ":c99",
]


@pytest.mark.parametrize("token", FORGED)
def test_a_forged_button_does_nothing_but_ask_again(hotline: HotlineHarness, token: str) -> None:
    person = at_question(hotline, "report", "safe")
    before = stored_conversation(person).position
    question = person.last
    heard = person.send_update(person.press(token))
    assert heard == [question]
    assert stored_conversation(person).position == before
    assert quarantine_reasons(hotline) == []


def test_another_chats_button_does_nothing(hotline: HotlineHarness) -> None:
    one, two = at_question(hotline, "report", "safe"), at_question(hotline, "report", "safe")
    assert stored_conversation(one).question_count == stored_conversation(two).question_count
    two.send_update(two.press(one.token("I am safe here")))
    assert current_step(two) == ("report", "safe")
    assert two.toasts[-1] == STALE
    two.presses("I am not safe")
    assert current_step(two) == ("danger", "tell")


def test_another_chats_cry_answers_nothing_and_shows_the_numbers(hotline: HotlineHarness) -> None:
    """It does what the danger button does, which holds no proof either."""
    one, two = at_question(hotline, "report", "safe"), at_question(hotline, "report", "safe")
    two.send_update(two.press(one.token("I am not safe")))
    assert current_step(two) == ("danger", "tell")
    assert all("safe" not in frame.answers for frame in stored_conversation(two).position.frames)


def test_the_button_of_another_question_with_the_same_number_does_nothing(
    hotline: HotlineHarness,
) -> None:
    """A token names the question as well as its number."""
    person = at_question(hotline, "report", "safe")
    other = callback_data.token_prefix(
        VAULT,
        VAULT.chat_key(hotline.house.inbox.bot, person.id),
        stored_conversation(person).question_count,
        "report.about",
    )
    person.send_update(person.press(f"{other}0"))
    assert current_step(person) == ("report", "safe")
    assert person.toasts[-1] == STALE


def test_a_place_that_is_no_button_does_nothing(hotline: HotlineHarness) -> None:
    person = at_question(hotline, "report", "safe")
    prefix = person.asked()[1].prefix
    for end in ("3", "99", "-1", "c9", "x", "", "0 ", "\uff10"):
        person.send_update(person.press(prefix + end))
        assert current_step(person) == ("report", "safe")


def test_an_older_questions_button_gets_a_toast_and_the_open_question(
    hotline: HotlineHarness,
) -> None:
    person = hotline.person()
    start_report(person, until="about")
    old = person.token("About me")
    person.presses("About me")
    person.presses("I am safe here", "Skip")
    assert current_step(person) == ("report", "keep")
    heard = person.send_update(person.press(old))
    assert heard == [phrases.KEEP_QUESTION.source]
    assert person.toasts[-1] == STALE
    assert frames(person)[-1].answers == {"about": "me", "safe": "safe", "needs": None}


def test_a_double_press_has_one_effect_and_a_quiet_line(hotline: HotlineHarness) -> None:
    person = hotline.person()
    start_report(person, until="send")
    press = person.press(person.token("Send"))
    again = person.press(
        press["callback_query"]["data"], press["callback_query"]["message"]["message_id"]
    )
    person.send_update(press, again)
    assert len(cases_of(hotline)) == 1
    assert len(cases_of(hotline)[0].sent) == 1
    assert person.toasts[-1] == "We have your answer."
    assert person.last == phrases.CONTACT_QUESTION.source


def test_every_press_is_acknowledged(hotline: HotlineHarness) -> None:
    """An unacknowledged press leaves a clock turning on the button."""
    person = at_question(hotline, "report", "safe")
    for token in (
        person.token("Not sure"),
        "forged",
        callback_data.DANGER_BUTTON,
        callback_data.BYE_BUTTON,
    ):
        before = len(person.toasts)
        person.send_update(person.press(token))
        assert len(person.toasts) == before + 1


def test_an_old_keyboard_works_after_a_restart(hotline: HotlineHarness) -> None:
    person = at_question(hotline, "report", "safe")
    token = person.token("I am safe here")
    hotline.restart()
    person.send_update(person.press(token))
    assert frames(person)[-1].answers["safe"] == "safe"


def test_a_button_on_a_message_too_old_to_be_shown_to_us_still_works(
    hotline: HotlineHarness,
) -> None:
    person = at_question(hotline, "report", "safe")
    press = person.press(person.token("I am safe here"))
    del press["callback_query"]["message"]
    person.send_update(press)
    assert frames(person)[-1].answers["safe"] == "safe"


def test_danger_and_the_way_out_work_under_any_message_however_old(hotline: HotlineHarness) -> None:
    person = hotline.person()
    person.says("Hello")
    first = person.asked()[0]
    person.presses("English")
    hotline.restart(seconds_away=20)
    person.send_update(person.press(callback_data.DANGER_BUTTON, first))
    assert frames(person)[-1].flow == "danger"
    person.send_update(person.press(callback_data.BYE_BUTTON, first))
    assert current_step(person) is None
    assert len(person.screen) == 1


def test_a_press_with_no_open_question_shows_the_start(hotline: HotlineHarness) -> None:
    person = hotline.person()
    start_report(person, until="about")
    old = person.token("About me")
    person.says("/stop")
    assert current_step(person) is None
    person.send_update(person.press(old))
    assert current_step(person) == ("language", "language")
    assert person.toasts[-1] == STALE


def test_a_press_from_an_unknown_chat_shows_the_start(hotline: HotlineHarness) -> None:
    person = hotline.person()
    person.send_update(person.press("5:abc:0", message=3))
    assert current_step(person) == ("language", "language")


IN_OTHERS = 20
"""Questions in a language other than English: the token of a button holds no words."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_button_of_every_question_fits_into_sixty_four_bytes(
    sqlite_hotline: HotlineHarness, language: str
) -> None:
    """Also after 16 million questions."""
    every = reachable_positions().values()
    for position in every if language == "en" else part_of(every, IN_OTHERS):
        person = sqlite_hotline.person(language)
        place_at(person, position, language=language)
        say = person.asked()[1]
        number, proof, _ = say.prefix.split(":")
        longest = f"{'f' * max(len(number), 6)}:{proof}:"
        for button in (button for row in say.rows for button in row):
            assert 1 <= len(button_token(button, longest).encode()) <= 64


def test_each_tick_is_shown_in_place_and_can_be_cleared(hotline: HotlineHarness) -> None:
    person = at_question(hotline, "report", "needs")
    shown = len(person.screen)
    person.presses("Food", "A doctor")
    assert len(person.screen) == shown
    assert [label for label in person.labels() if "\u2713" in label] == [
        "\u2713 2 Food",
        "\u2713 3 A doctor",
    ]
    person.presses("Food", "Done")
    assert frames(person)[-1].answers["needs"] == ("doctor",)


def test_hello_is_enough_to_begin(hotline: HotlineHarness) -> None:
    person = hotline.person()
    for line in HELLO:
        person.says(line)
    assert current_step(person) == ("welcome", "menu")


@pytest.mark.parametrize("end", ["c0", "c1", "c2"])
def test_a_control_of_an_earlier_release_does_nothing_but_ask_again(
    hotline: HotlineHarness, end: str
) -> None:
    """There a token was the place of a control: what is in that place now is another one."""
    person = at_question(hotline, "report", "needs")
    before, prefix = stored_conversation(person).position, person.asked()[1].prefix
    heard = person.send_update(person.press(prefix + end))
    assert len(heard) == 1
    assert person.toasts[-1] == STALE
    assert stored_conversation(person).position == before


def test_a_control_has_the_same_token_under_every_question(hotline: HotlineHarness) -> None:
    ends: dict[str, set[str]] = {}
    for step in ("about", "needs", "keep", "review"):
        person = at_question(hotline, "report", step)
        for button in person.buttons():
            if button.token.startswith("k"):
                ends.setdefault(button.label, set()).add(button.token)
    assert set(map(len, ends.values())) == {1}
    assert "Talk to a person" in ends
