"""From every question one press shows whom to call, and asks one thing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.cases.urgency import Priority
from bot.languages import LANGUAGES
from tests.dispatch.peeking import (
    QUESTIONS,
    at,
    cases_of,
    flows_of,
    frames,
    kept,
    places,
    skip_on,
    stand,
    tell,
    words_in,
)
from tests.houses import NEVER, Home

if TYPE_CHECKING:
    from pathlib import Path

TOLD = "he keeps my papers in the blue box"


@pytest.mark.parametrize("language", LANGUAGES)
def test_from_every_question_one_press_shows_the_numbers_and_one_question(
    home_in_a_file: Home, language: str
) -> None:
    label = "danger"
    for place in QUESTIONS:
        person = home_in_a_file.person(language)
        stand(person, places()[place], language=language)
        heard = person.does(person.press(f"!{label[0]}"))
        assert "110" in heard[0]
        assert "119" in heard[1]
        assert len(heard) == 3
        assert at(person) == ("danger", "tell")
        assert sum(bool(say.rows) for say in person.screen[-3:]) == 1
    assert cases_of(home_in_a_file) == []


def test_not_yet_returns_to_the_same_question_and_sends_nothing(home_in_a_file: Home) -> None:
    for place in QUESTIONS:
        if place[0] == "danger":
            continue
        person = home_in_a_file.person()
        stand(person, places()[place])
        before, question = kept(person).position, person.last
        person.says("/danger")
        heard = person.presses("Not yet")
        assert heard[0] == "All right. We told nobody. We go on where we were."
        assert heard[-1] == question
        assert kept(person).position == before
    assert cases_of(home_in_a_file) == []


def test_skipping_the_danger_question_tells_nobody(home: Home) -> None:
    person = home.person()
    tell(person, until="what")
    person.says("/danger")
    person.presses("Skip")
    assert cases_of(home) == []
    assert at(person) == ("report", "what")


def test_telling_now_opens_an_emergency_with_language_and_codes_only(home: Home) -> None:
    person = home.person("vi")
    tell(person, until="what")
    person.says(TOLD, "one more thing beside", "/danger")
    person.says(TOLD)
    person.presses("Tell them now")
    (case,) = cases_of(home)
    assert (case.kind, case.priority, case.language) == ("danger", Priority.EMERGENCY, "en")
    assert [sent.answers for sent in case.sent] == [{"tell": "now"}]
    assert TOLD not in words_in([sent.answers for sent in case.sent])
    assert kept(person).position.also == ["one more thing beside", TOLD]
    assert frames(person)[-1].answers["what"] == TOLD
    assert at(person) == ("report", "depth")


def test_alarming_words_go_along_as_codes_only(home: Home) -> None:
    person = home.person()
    tell(person, until="what")
    person.says("he has a knife, help me now")
    assert at(person) == ("danger", "tell")
    person.presses("Tell them now")
    (case,) = cases_of(home)
    assert set(case.sent[0].answers["alarms"] or ()) == {"violence", "help_now"}  # type: ignore[arg-type]
    assert "knife" not in words_in([sent.answers for sent in case.sent])


def finish(person: object, home: Home) -> None:
    while at(person) != ("report", "send"):  # type: ignore[arg-type]
        skip_on(person)  # type: ignore[arg-type]


def test_a_report_of_the_same_sitting_joins_the_case_and_the_next_opens_another(
    home: Home,
) -> None:
    person = home.person()
    tell(person, until="what")
    person.says("/danger")
    person.presses("Tell them now")
    person.says(TOLD)
    finish(person, home)
    person.presses("Send")
    (case,) = cases_of(home)
    assert [sent.kind for sent in case.sent] == ["danger", "report"]
    assert case.sent[1].answers["what"] == TOLD
    assert case.priority == Priority.EMERGENCY
    assert case.reference in " ".join(person.texts)
    home.passes(1)
    person.presses("Tell something new")
    finish(person, home)
    person.presses("Send")
    assert [len(found.sent) for found in cases_of(home)] == [2, 1]
    assert cases_of(home)[1].reference in " ".join(person.texts)


def test_danger_after_a_report_raises_its_case(home: Home) -> None:
    person = home.person()
    tell(person)
    person.presses("Send")
    assert cases_of(home)[0].priority != Priority.EMERGENCY
    person.says("/danger")
    person.presses("Tell them now")
    (case,) = cases_of(home)
    assert case.priority == Priority.EMERGENCY
    assert [sent.kind for sent in case.sent] == ["report", "danger"]


def test_telling_twice_is_one_case(home: Home) -> None:
    person = home.person()
    tell(person, until="what")
    for _ in range(2):
        person.says("/danger")
        person.presses("Tell them now")
    assert len(cases_of(home)) == 1


def test_danger_shown_once_more_shows_the_numbers_once_more(home: Home) -> None:
    person = home.person()
    tell(person, until="what")
    assert person.says("/danger") == person.says("/danger")
    assert flows_of(person) == ["welcome", "report", "danger"]


def test_nobody_is_promised_where_nobody_is_on_duty(tmp_path: Path) -> None:
    home = Home(tmp_path, hours=NEVER)
    person = home.person()
    tell(person, until="what")
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
    home: Home, words: str, card: str
) -> None:
    person = home.person()
    heard = person.says(words)
    assert at(person) == (card, "tell")
    assert any("119" in text for text in heard)
    assert kept(person).position.also == [words]
    assert kept(person).alarms


def test_alarms_raise_the_case_and_are_in_it(home: Home) -> None:
    calm, alarmed = home.person(), home.person()
    for person, words in ((calm, "it is raining"), (alarmed, "I want to die")):
        tell(person, until="what")
        person.says(words)
        if at(person) == ("despair", "tell"):
            person.presses("Not yet", "Go on")
        finish(person, home)
        person.presses("Send")
    first, second = sorted(cases_of(home), key=lambda case: "alarms" in case.sent[0].answers)
    assert "alarms" not in first.sent[0].answers
    assert second.sent[0].answers["alarms"] == ("suicide",)
    assert second.priority < first.priority


@pytest.mark.parametrize("how", ["caption", "edit"])
def test_alarming_words_alarm_wherever_they_are_written(home: Home, how: str) -> None:
    person = home.person()
    tell(person, until="what")
    if how == "edit":
        person.does(person.edit("help me now"))
    else:
        photo = [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]
        person.sends(photo=photo, caption="help me now")
    assert at(person) == ("danger", "tell")
