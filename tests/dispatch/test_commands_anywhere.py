"""Commands work anywhere, and whatever was open is open again after them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.languages import LANGUAGES
from tests.dispatch.peeking import (
    QUESTIONS,
    at,
    cases_of,
    faults,
    flows_of,
    frames,
    kept,
    places,
    stand,
    tell,
    with_words,
)

if TYPE_CHECKING:
    from tests.houses import Home

TOLD = "the red house by the harbour"
CONTINUE = "There are answers you have not sent. Go on with them, or begin again?"


def test_start_in_the_middle_offers_to_go_on_and_shows_no_answer(home: Home) -> None:
    person = home.person()
    tell(person, until="what")
    person.says(TOLD)
    here = at(person)
    heard = person.says("/start")
    assert heard == [CONTINUE]
    assert TOLD not in str(person.screen)
    person.presses("Go on")
    assert at(person) == here
    assert frames(person)[-1].answers["what"] == TOLD


def test_begin_again_erases_and_says_so_before_it_begins(home: Home) -> None:
    person = home.person()
    tell(person, until="what")
    person.says(TOLD)
    person.says("/start")
    heard = person.presses("Begin again")
    assert TOLD not in str(kept(person))
    assert at(person) == ("language", "language")
    assert heard[0].startswith("All right. What was not sent is erased.")
    assert heard[-1].startswith("Choose your language.")
    assert cases_of(home) == []


def test_start_before_anything_was_answered_just_begins(home: Home) -> None:
    person = home.person()
    person.says("/start")
    person.presses("English")
    heard = person.says("/start")
    assert heard[-1].startswith("Choose your language.")
    assert flows_of(person) == ["welcome", "language"]


def test_start_keeps_words_written_before_it(home: Home) -> None:
    person = home.person()
    person.says(TOLD, "/start")
    assert kept(person).position.also == [TOLD]


@pytest.mark.parametrize("line", ["/start@other_bot", "/help@other_bot", "/stop@", "/danger@x y"])
def test_a_command_for_another_bot_is_words(home: Home, line: str) -> None:
    person = home.person()
    tell(person, until="about")
    person.says(line)
    assert at(person) == ("report", "about")
    assert kept(person).position.also == [line]


@pytest.mark.parametrize("line", ["/START", "/Start@HAVEN_bot", "/start@haven_bot abc"])
def test_a_command_for_us_is_one_however_it_is_written(home: Home, line: str) -> None:
    person = home.person()
    tell(person, until="what")
    assert person.says(line) == [CONTINUE]


PAYLOADS = [
    "A" * 64,
    "-" * 64,
    "_",
    "../../etc/passwd",
    "'; DROP TABLE conversations; --",
    "\u202e\u0000\x1b[2J",
    "{organisation} {0.__class__}",
    "%s%n",
    "<script>",
    "\ud83d\ude00" * 5,
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_hostile_payload_is_a_plain_start(home_in_a_file: Home, payload: str) -> None:
    plain, hostile = home_in_a_file.person(), home_in_a_file.person()
    assert hostile.says(f"/start {payload}") == plain.says("/start")
    assert kept(hostile).position == kept(plain).position
    assert faults(home_in_a_file) == []


@pytest.mark.parametrize("language", ["English", "Filipino"])
def test_a_language_chosen_where_no_question_is_open_is_answered(home: Home, language: str) -> None:
    """Whoever stopped, keeps a draft and chooses a language reads where they can go on."""
    person = home.person()
    tell(person, until="what")
    person.says("He has my papers.", "/stop")
    person.presses("Keep for 24 hours")
    person.says("/language")
    assert len(person.presses(language)) == 1
    assert flows_of(person)[-1] == "resume"


def test_another_language_in_the_middle_keeps_place_and_answers(home: Home) -> None:
    person = home.person()
    tell(person, until="what")
    before = list(frames(person))
    person.says("/language")
    heard = person.presses("ไทย")
    assert frames(person) == before
    assert kept(person).language == "th"
    assert heard[-1].startswith("เกิดอะไรขึ้น") or "\u0e01" <= heard[-1][0] <= "\u0e5b"
    person.says("/language")
    person.presses("English")
    assert person.last.startswith("What happened?")


@pytest.mark.parametrize("tag", LANGUAGES)
def test_every_language_can_be_chosen_by_a_button_and_by_its_name(
    home_in_a_file: Home, tag: str
) -> None:
    for choose in ("presses", "says"):
        person = home_in_a_file.person()
        person.says("/language")
        getattr(person, choose)(LANGUAGES[tag].own_name)
        assert kept(person).language == tag


@pytest.mark.parametrize("command", ["/help", "/privacy"])
def test_reading_how_this_works_returns_to_every_question(
    home_in_a_file: Home, command: str
) -> None:
    for place in QUESTIONS:
        person = home_in_a_file.person()
        stand(person, places()[place])
        before, question = kept(person).position, person.last
        heard = person.says(command)
        assert heard[-1] == question
        assert kept(person).position == before
        assert at(person) == place
    assert faults(home_in_a_file) == []


@pytest.mark.parametrize("command", ["/help", "/privacy"])
def test_reading_with_nothing_open_opens_nothing(home: Home, command: str) -> None:
    person = home.person()
    person.says("/stop", command)
    assert at(person) is None


def test_changing_the_language_returns_to_every_question(home_in_a_file: Home) -> None:
    for place in QUESTIONS:
        if place == ("language", "language"):
            continue
        person = home_in_a_file.person()
        stand(person, places()[place])
        before = kept(person).position
        person.says("/language")
        person.presses("Filipino")
        assert at(person) == place
        assert kept(person).position == before
        assert kept(person).language == "fil"


def test_stop_and_danger_return_to_every_question_by_back(home_in_a_file: Home) -> None:
    for place in QUESTIONS:
        for command in ("/stop", "/danger"):
            if place[0] == command[1:]:
                continue
            person = home_in_a_file.person()
            stand(person, with_words(places()[place]))
            person.says(command)
            person.presses("Back")
            assert at(person) == place, command


def test_asides_never_lie_on_themselves(home: Home) -> None:
    person = home.person()
    tell(person, until="what")
    commands = [
        "/danger",
        "/language",
        "/stop",
        "/danger",
        "/language",
        "/danger",
        "/stop",
        "/help",
    ]
    for command in commands * 3:
        person.says(command)
        flows = flows_of(person)
        assert len(flows) == len(set(flows)), flows
    assert flows_of(person)[:2] == ["welcome", "report"]


def test_a_command_in_a_caption_is_a_caption(home: Home) -> None:
    person = home.person()
    tell(person, until="what")
    photo = [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]
    person.sends(photo=photo, caption="/stop")
    assert "stop" not in flows_of(person)
