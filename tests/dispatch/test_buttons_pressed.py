"""What becomes of a press: the right one, an old one, a forged one, the same one twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.dispatch import callback_data
from bot.languages import LANGUAGES
from bot.messages import token_of
from tests.dispatch.peeking import HELLO, at, cases_of, faults, frames, kept, places, stand, tell
from tests.houses import VAULT

if TYPE_CHECKING:
    from tests.houses import Home
    from tests.people import Person

STALE = "That button is from before. The question now is below."


def at_question(home: Home, flow: str, step: str, language: str = "en") -> Person:
    person = home.person(language)
    stand(person, places()[flow, step], language=language)
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
def test_a_forged_button_does_nothing_but_ask_again(home: Home, token: str) -> None:
    person = at_question(home, "report", "safe")
    before = kept(person).position
    question = person.last
    heard = person.does(person.press(token))
    assert heard == [question]
    assert kept(person).position == before
    assert faults(home) == []


def test_another_chats_button_does_nothing(home: Home) -> None:
    one, two = at_question(home, "report", "safe"), at_question(home, "report", "safe")
    assert kept(one).asked == kept(two).asked
    two.does(two.press(one.token("I am not safe")))
    assert at(two) == ("report", "safe")
    assert two.toasts[-1] == STALE
    two.presses("I am not safe")
    assert at(two) == ("danger", "tell")


def test_the_button_of_another_question_with_the_same_number_does_nothing(home: Home) -> None:
    """A token names the question as well as its number."""
    person = at_question(home, "report", "safe")
    other = callback_data.prefix(
        VAULT, VAULT.chat_key(home.house.inbox.bot, person.id), kept(person).asked, "report.about"
    )
    person.does(person.press(f"{other}0"))
    assert at(person) == ("report", "safe")
    assert person.toasts[-1] == STALE


def test_a_place_that_is_no_button_does_nothing(home: Home) -> None:
    person = at_question(home, "report", "safe")
    prefix = person.asked()[1].prefix
    for end in ("3", "99", "-1", "c9", "x", "", "0 ", "\uff10"):
        person.does(person.press(prefix + end))
        assert at(person) == ("report", "safe")


def test_an_older_questions_button_gets_a_toast_and_the_open_question(home: Home) -> None:
    person = home.person()
    tell(person, until="about")
    old = person.token("About me")
    person.presses("About me")
    person.presses("Rather not say")
    assert at(person) == ("report", "safe")
    heard = person.does(person.press(old))
    assert heard == ["Are you safe where you are right now?"]
    assert person.toasts[-1] == STALE
    assert frames(person)[-1].answers == {"about": "me", "under_18": "unsaid"}


def test_a_double_press_has_one_effect_and_a_quiet_line(home: Home) -> None:
    person = home.person()
    tell(person, until="send")
    press = person.press(person.token("Send"))
    again = person.press(
        press["callback_query"]["data"], press["callback_query"]["message"]["message_id"]
    )
    person.does(press, again)
    assert len(cases_of(home)) == 1
    assert len(cases_of(home)[0].sent) == 1
    assert person.toasts[-1] == "We have your answer."
    assert person.last == "What would you like to do now?"


def test_every_press_is_acknowledged(home: Home) -> None:
    """An unacknowledged press leaves a clock turning on the button."""
    person = at_question(home, "report", "safe")
    for token in (person.token("Not sure"), "forged", callback_data.DANGER, callback_data.BYE):
        before = len(person.toasts)
        person.does(person.press(token))
        assert len(person.toasts) == before + 1


def test_an_old_keyboard_works_after_a_restart(home: Home) -> None:
    person = at_question(home, "report", "safe")
    token = person.token("I am safe here")
    home.restart()
    person.does(person.press(token))
    assert frames(person)[-1].answers["safe"] == "safe"


def test_a_button_on_a_message_too_old_to_be_shown_to_us_still_works(home: Home) -> None:
    person = at_question(home, "report", "safe")
    press = person.press(person.token("I am safe here"))
    del press["callback_query"]["message"]
    person.does(press)
    assert frames(person)[-1].answers["safe"] == "safe"


def test_danger_and_the_way_out_work_under_any_message_however_old(home: Home) -> None:
    person = home.person()
    person.says("Hello")
    first = person.asked()[0]
    person.presses("English")
    home.restart(seconds_away=20)
    person.does(person.press(callback_data.DANGER, first))
    assert frames(person)[-1].flow == "danger"
    person.does(person.press(callback_data.BYE, first))
    assert at(person) is None
    assert len(person.screen) == 1


def test_a_press_when_nothing_is_open_opens_the_door(home: Home) -> None:
    person = home.person()
    tell(person, until="about")
    old = person.token("About me")
    person.says("/stop")
    assert at(person) is None
    person.does(person.press(old))
    assert at(person) == ("language", "language")
    assert person.toasts[-1] == STALE


def test_a_press_of_somebody_we_do_not_know_opens_the_door(home: Home) -> None:
    person = home.person()
    person.does(person.press("5:abc:0", message=3))
    assert at(person) == ("language", "language")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_button_of_every_question_fits_into_sixty_four_bytes(
    home_in_a_file: Home, language: str
) -> None:
    """Also after 16 million questions."""
    for position in places().values():
        person = home_in_a_file.person(language)
        stand(person, position, language=language)
        say = person.asked()[1]
        number, proof, _ = say.prefix.split(":")
        longest = f"{'f' * max(len(number), 6)}:{proof}:"
        for button in (button for row in say.rows for button in row):
            assert 1 <= len(token_of(button, longest).encode()) <= 64


def test_each_tick_is_shown_in_place_and_can_be_cleared(home: Home) -> None:
    person = at_question(home, "report", "needs")
    shown = len(person.screen)
    person.presses("Food", "A doctor")
    assert len(person.screen) == shown
    assert [label for label in person.labels() if "\u2713" in label] == [
        "\u2713 2 Food",
        "\u2713 3 A doctor",
    ]
    person.presses("Food", "Done")
    assert frames(person)[-1].answers["needs"] == ("doctor",)


def test_hello_is_enough_to_begin(home: Home) -> None:
    person = home.person()
    for line in HELLO:
        person.says(line)
    assert at(person) == ("welcome", "seen")
