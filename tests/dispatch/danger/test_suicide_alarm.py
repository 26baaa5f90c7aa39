"""Whoever may not want to live reads whom to call at once, and a person can be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.cases.urgency import Priority
from bot.text import Text
from tests.support.dispatch_inspection import cases_of, current_step, start_report

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness

WORDS = {"en": "I want to die", "id": "saya ingin mati", "zh_Hant": "我不想活了", "th": "อยากตาย"}


@pytest.mark.parametrize(("language", "words"), WORDS.items())
def test_such_words_show_numbers_and_offer_a_person(
    hotline: HotlineHarness, language: str, words: str
) -> None:
    person = hotline.person(language)
    person.says("/start")
    heard = person.says(words)
    assert current_step(person) == ("despair", "tell")
    for number in ("119", "112", "113"):
        assert number in "\n".join(heard)


def test_a_caseworker_is_told_at_once_and_no_answer_goes_with_it(hotline: HotlineHarness) -> None:
    person = hotline.person()
    start_report(person, until="what")
    person.says("I want to die, he took the blue box")
    person.presses("Tell them now")
    (case,) = cases_of(hotline)
    assert (case.kind, case.priority) == ("danger", Priority.EMERGENCY)
    assert set(case.sent[0].answers["alarms"] or ()) >= {"self_harm"}  # type: ignore[arg-type]
    assert "blue" not in str(case.sent[0].answers)


def test_alarming_words_open_no_case_and_keep_the_open_question(
    hotline: HotlineHarness,
) -> None:
    person = hotline.person()
    start_report(person, until="what")
    person.says("I want to die")
    person.presses("Not yet", "Go on")
    assert cases_of(hotline) == []
    assert current_step(person)[0] == "report"


def test_such_words_in_the_middle_of_danger_lead_there_too(hotline: HotlineHarness) -> None:
    person = hotline.person()
    person.says("/start", "/danger", "I want to die")
    assert current_step(person) == ("despair", "tell")


def test_other_alarming_words_still_show_danger(hotline: HotlineHarness) -> None:
    person = hotline.person()
    person.says("/start", "he has a knife")
    assert current_step(person) == ("danger", "tell")


def test_who_wants_to_die_and_is_harmed_as_well_gets_the_digits_of_both(
    hotline: HotlineHarness,
) -> None:
    digits = hotline.house.setting.renderer.text(Text("{digits}"), "en")
    person = hotline.person("en")
    person.says("/start")
    heard = person.says("he hits me and I want to die")
    assert current_step(person) == ("despair", "tell")
    assert heard[0] == digits
    other = hotline.person("en")
    other.says("/start")
    assert digits not in other.says("I want to die")


def test_what_was_read_leads_to_the_list_and_never_to_silence(hotline: HotlineHarness) -> None:
    person = hotline.person()
    person.says("/start")
    person.presses("English", "Know my rights", "What to keep", "Other topics")
    assert current_step(person) == ("learn", "topic")
    person.presses("Going home safely", "Next", "Talk to a person")
    assert current_step(person)[0] == "talk"
