"""Commands work anywhere, and whatever was open is open again after them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.languages import LANGUAGES
from tests.support.dispatch_inspection import (
    QUESTIONS,
    cases_of,
    current_step,
    flows_of,
    frames,
    place_at,
    quarantine_reasons,
    reachable_positions,
    start_report,
    stored_conversation,
    with_extra_text,
)

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness

TOLD = "the red house by the harbour"
CONTINUE = "There are answers you have not sent. Go on with them, or begin again?"


def test_start_in_the_middle_offers_to_go_on_and_shows_no_answer(hotline: HotlineHarness) -> None:
    person = hotline.person()
    start_report(person, until="what")
    person.says(TOLD)
    here = current_step(person)
    heard = person.says("/start")
    assert heard == [CONTINUE]
    assert TOLD not in str(person.screen)
    person.presses("Go on")
    assert current_step(person) == here
    assert frames(person)[-1].answers["what"] == TOLD


def test_begin_again_erases_and_says_so_before_it_begins(hotline: HotlineHarness) -> None:
    person = hotline.person()
    start_report(person, until="what")
    person.says(TOLD)
    person.says("/start")
    heard = person.presses("Begin again")
    assert TOLD not in str(stored_conversation(person))
    assert current_step(person) == ("language", "language")
    assert heard[0].startswith("All right. What was not sent is erased.")
    assert heard[-1].startswith("Choose your language.")
    assert cases_of(hotline) == []


def test_start_before_anything_was_answered_just_begins(hotline: HotlineHarness) -> None:
    person = hotline.person()
    person.says("/start")
    person.presses("English")
    heard = person.says("/start")
    assert heard[-1].startswith("Choose your language.")
    assert flows_of(person) == ["welcome", "language"]


def test_start_keeps_words_written_before_it(hotline: HotlineHarness) -> None:
    person = hotline.person()
    person.says(TOLD, "/start")
    assert stored_conversation(person).position.extra_texts == [TOLD]


@pytest.mark.parametrize(
    "line", ["/start@other_bot", "/language@other_bot", "/stop@", "/danger@x y"]
)
def test_a_command_for_another_bot_is_words(hotline: HotlineHarness, line: str) -> None:
    person = hotline.person()
    start_report(person, until="about")
    person.says(line)
    assert current_step(person) == ("report", "about")
    assert stored_conversation(person).position.extra_texts == [line]


@pytest.mark.parametrize("line", ["/START", "/Start@HAVEN_bot", "/start@haven_bot abc"])
def test_a_command_for_us_is_one_however_it_is_written(hotline: HotlineHarness, line: str) -> None:
    person = hotline.person()
    start_report(person, until="what")
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
def test_a_hostile_payload_is_a_plain_start(sqlite_hotline: HotlineHarness, payload: str) -> None:
    plain, hostile = sqlite_hotline.person(), sqlite_hotline.person()
    assert hostile.says(f"/start {payload}") == plain.says("/start")
    assert stored_conversation(hostile).position == stored_conversation(plain).position
    assert quarantine_reasons(sqlite_hotline) == []


@pytest.mark.parametrize("language", ["English", "Filipino"])
def test_a_language_chosen_where_no_question_is_open_is_answered(
    hotline: HotlineHarness, language: str
) -> None:
    """Whoever stopped, keeps a draft and chooses a language reads where they can go on."""
    person = hotline.person()
    start_report(person, until="what")
    person.says("He has my papers.", "/stop")
    person.presses("Keep for 24 hours")
    person.says("/language")
    assert len(person.presses(language)) == 1
    assert flows_of(person)[-1] == "resume"


def test_another_language_in_the_middle_keeps_place_and_answers(hotline: HotlineHarness) -> None:
    person = hotline.person()
    start_report(person, until="what")
    before = list(frames(person))
    person.says("/language")
    heard = person.presses("ไทย")
    assert frames(person) == before
    assert stored_conversation(person).language == "th"
    assert heard[-1].startswith("เกิดอะไรขึ้น") or "\u0e01" <= heard[-1][0] <= "\u0e5b"
    person.says("/language")
    person.presses("English")
    assert person.last.startswith("What happened?")


@pytest.mark.parametrize("tag", LANGUAGES)
def test_every_language_can_be_chosen_by_a_button_and_by_its_name(
    sqlite_hotline: HotlineHarness, tag: str
) -> None:
    for choose in ("presses", "says"):
        person = sqlite_hotline.person()
        person.says("/language")
        getattr(person, choose)(LANGUAGES[tag].own_name)
        assert stored_conversation(person).language == tag


@pytest.mark.parametrize("command", ["/help", "/privacy"])
def test_reading_how_this_works_returns_to_every_question(
    sqlite_hotline: HotlineHarness, command: str
) -> None:
    for place in QUESTIONS:
        person = sqlite_hotline.person()
        place_at(person, reachable_positions()[place])
        before, question = stored_conversation(person).position, person.last
        heard = person.says(command)
        if command == "/privacy" and place[0] != "privacy":
            heard = person.presses("That is enough")
        assert heard[-1] == question
        assert stored_conversation(person).position == before
        assert current_step(person) == place
    assert quarantine_reasons(sqlite_hotline) == []


@pytest.mark.parametrize("command", ["/help", "/privacy"])
def test_reading_with_nothing_open_opens_nothing(hotline: HotlineHarness, command: str) -> None:
    person = hotline.person()
    person.says("/stop", command)
    if command == "/privacy":
        person.presses("That is enough")
    assert current_step(person) is None


def test_changing_the_language_returns_to_every_question(sqlite_hotline: HotlineHarness) -> None:
    for place in QUESTIONS:
        if place == ("language", "language"):
            continue
        person = sqlite_hotline.person()
        place_at(person, reachable_positions()[place])
        before = stored_conversation(person).position
        person.says("/language")
        person.presses("Filipino")
        assert current_step(person) == place
        assert stored_conversation(person).position == before
        assert stored_conversation(person).language == "fil"


def test_stop_and_danger_return_to_every_question(sqlite_hotline: HotlineHarness) -> None:
    for place in QUESTIONS:
        for command, back in (("/stop", "Back"), ("/danger", "Not yet")):
            if place[0] == command[1:]:
                continue
            person = sqlite_hotline.person()
            place_at(person, with_extra_text(reachable_positions()[place]))
            person.says(command)
            person.presses(back)
            assert current_step(person) == place, command


def test_asides_never_lie_on_themselves(hotline: HotlineHarness) -> None:
    person = hotline.person()
    start_report(person, until="what")
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
