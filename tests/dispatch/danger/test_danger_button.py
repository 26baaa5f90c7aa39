"""From every question one press shows whom to call, and asks one thing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.cases.urgency import Priority
from bot.languages import LANGUAGES
from tests.support.dispatch_inspection import (
    QUESTIONS,
    cases_of,
    current_step,
    flows_of,
    frames,
    leave_details,
    place_at,
    reachable_positions,
    readable_text,
    send_report,
    skip_on,
    start_report,
    stored_conversation,
)
from tests.support.drill_length import part_of
from tests.support.harnesses.hotline_harness import NEVER, HotlineHarness

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.people.chat_person import ChatPerson

TOLD = "he keeps my papers in the blue box"
IN_OTHERS = 12
"""Questions from which it is pressed in a language other than English."""
ELSEWHERE = {"abroad", "at_sea"}
"""Chosen answers for which a message with other numbers is added."""


def _chosen(person: ChatPerson) -> set[str]:
    """Return the places a person chose as an answer, as codes."""
    given = [it for frame in frames(person) for it in frame.answers.values()]
    return {getattr(it, "county", None) or str(it) for it in given}


@pytest.mark.parametrize("language", LANGUAGES)
def test_from_every_question_one_press_shows_the_numbers_and_one_question(
    sqlite_hotline: HotlineHarness, language: str
) -> None:
    label = "danger"
    sqlite_hotline.colleague()
    for place in QUESTIONS if language == "en" else part_of(QUESTIONS, IN_OTHERS):
        person = sqlite_hotline.person(language)
        place_at(person, reachable_positions()[place], language=language)
        heard = person.send_update(person.press(f"!{label[0]}"))
        assert "110" in heard[0]
        assert "119" in heard[1]
        assert len(heard) == 3 + len(ELSEWHERE & _chosen(person))
        assert current_step(person) == ("danger", "tell")
        assert sum(bool(say.rows) for say in person.screen[-3:]) == 1
    assert cases_of(sqlite_hotline) == []


def test_not_yet_returns_to_the_same_question_and_sends_nothing(
    sqlite_hotline: HotlineHarness,
) -> None:
    for place in QUESTIONS:
        if place[0] == "danger":
            continue
        person = sqlite_hotline.person()
        place_at(person, reachable_positions()[place])
        before, question = stored_conversation(person).position, person.last
        person.says("/danger")
        heard = person.presses("Not yet")
        assert heard[0] == "All right. We told nobody. We go on where we were."
        assert heard[-1] == question
        assert stored_conversation(person).position == before
    assert cases_of(sqlite_hotline) == []


def test_telling_now_opens_an_emergency_with_language_and_codes_only(
    hotline: HotlineHarness,
) -> None:
    person = hotline.person("vi")
    start_report(person, until="what")
    person.says(TOLD, "the gate is blue", "/danger")
    person.says(TOLD)
    person.presses("Tell them now")
    (case,) = cases_of(hotline)
    assert (case.kind, case.priority, case.language) == ("danger", Priority.EMERGENCY, "en")
    assert [sent.answers for sent in case.sent] == [{"tell": "now"}]
    assert TOLD not in readable_text([sent.answers for sent in case.sent])
    assert current_step(person) == ("urgent_details", "where")
    leave_details(person)
    assert stored_conversation(person).position.extra_texts == ["the gate is blue", TOLD]
    assert frames(person)[-1].answers["what"] == TOLD
    assert current_step(person) == ("report", "send")


def test_alarming_words_go_along_as_codes_only(hotline: HotlineHarness) -> None:
    person = hotline.person()
    start_report(person, until="what")
    person.says("he has a knife, help me now")
    assert current_step(person) == ("danger", "tell")
    person.presses("Tell them now")
    (case,) = cases_of(hotline)
    assert set(case.sent[0].answers["alarms"] or ()) == {"weapon", "danger_now"}  # type: ignore[arg-type]
    assert "knife" not in readable_text([sent.answers for sent in case.sent])


def finish(person: object, home: HotlineHarness) -> None:
    while current_step(person) != ("report", "send"):  # type: ignore[arg-type]
        skip_on(person)  # type: ignore[arg-type]


def test_a_report_in_the_same_session_joins_the_case_and_a_later_one_does_not(
    hotline: HotlineHarness,
) -> None:
    person = hotline.person()
    start_report(person, until="what")
    person.says("/danger")
    person.presses("Tell them now")
    leave_details(person)
    person.says(TOLD)
    finish(person, hotline)
    person.presses("Send")
    (case,) = cases_of(hotline)
    assert [sent.kind for sent in case.sent] == ["danger", "report"]
    assert case.sent[1].answers["what"] == TOLD
    assert case.priority == Priority.EMERGENCY
    assert case.reference in " ".join(person.texts)
    hotline.advance_time(1)
    person.presses("Skip", "Tell something new")
    finish(person, hotline)
    person.presses("Send")
    assert [len(found.sent) for found in cases_of(hotline)] == [2, 1]
    assert cases_of(hotline)[1].reference in " ".join(person.texts)


def test_danger_after_a_report_raises_its_case(hotline: HotlineHarness) -> None:
    person = hotline.person()
    send_report(person)
    assert cases_of(hotline)[0].priority != Priority.EMERGENCY
    heard = "\n".join(person.says("/danger"))  # as agreed at Send; no one is on duty
    assert "We told them. Nobody is on duty yet" in heard
    assert "Shall we tell a caseworker now?" not in heard
    (case,) = cases_of(hotline)
    assert case.priority == Priority.EMERGENCY
    assert [sent.kind for sent in case.sent] == ["report", "danger"]


def test_telling_twice_is_one_case(hotline: HotlineHarness) -> None:
    person = hotline.person()
    start_report(person, until="what")
    person.says("/danger")
    person.presses("Tell them now")
    person.says("/danger")
    assert len(cases_of(hotline)) == 1


def test_danger_shown_once_more_shows_the_numbers_once_more(hotline: HotlineHarness) -> None:
    person = hotline.person()
    start_report(person, until="what")
    assert person.says("/danger") == person.says("/danger")
    assert flows_of(person) == ["welcome", "report", "danger"]


def test_no_reply_time_is_stated_when_no_caseworker_is_on_duty(tmp_path: Path) -> None:
    home = HotlineHarness(tmp_path, hours=NEVER)
    person = home.person()
    start_report(person, until="what")
    heard = person.says("/danger")
    assert any("Nobody is on duty" in text for text in heard)
    heard = person.presses("Tell them now")
    assert "someone is on duty" not in " ".join(heard)
    home.close()


@pytest.mark.parametrize(
    ("words", "card"),
    [
        ("I want to die", "despair"),
        ("bunuh diri", "despair"),
        ("tự tử", "despair"),
        ("ayoko nang mabuhay", "despair"),
        ("想死", "despair"),
        ("อยากตาย", "despair"),
        ("救命", "danger"),
        ("SOS!!", "danger"),
    ],
)
def test_alarming_words_show_the_card_from_the_first_message_on(
    hotline: HotlineHarness, words: str, card: str
) -> None:
    person = hotline.person()
    heard = person.says(words)
    assert current_step(person) == (card, "tell")
    assert any("119" in text for text in heard)
    assert stored_conversation(person).position.extra_texts == [words]
    assert stored_conversation(person).alarms


def test_alarms_raise_the_case_and_are_in_it(hotline: HotlineHarness) -> None:
    calm, alarmed = hotline.person(), hotline.person()
    for person, words in ((calm, "it is raining"), (alarmed, "I want to die")):
        start_report(person, until="what")
        person.says(words)
        if current_step(person) == ("despair", "tell"):
            person.presses("Not yet", "Go on")
        finish(person, hotline)
        person.presses("Send")
    first, second = sorted(cases_of(hotline), key=lambda case: "alarms" in case.sent[0].answers)
    assert "alarms" not in first.sent[0].answers
    assert second.sent[0].answers["alarms"] == ("self_harm",)
    assert second.priority < first.priority


@pytest.mark.parametrize("how", ["caption", "edit"])
def test_alarming_words_alarm_wherever_they_are_written(hotline: HotlineHarness, how: str) -> None:
    person = hotline.person()
    start_report(person, until="what")
    if how == "edit":
        person.send_update(person.edit("help me now"))
    else:
        photo = [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]
        person.sends(photo=photo, caption="help me now")
    assert current_step(person) == ("danger", "tell")
