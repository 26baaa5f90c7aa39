"""Questions as staff read them: no blank of a text that is meant for a person is left."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

import pytest

from bot.cases.queries import AnswerRenderer
from bot.conversation import FlowRegistry
from bot.desks.locale import StaffLocale
from bot.languages import STAFF_LANGUAGES, catalogue
from flows import ALL_FLOWS

BOOK = FlowRegistry(ALL_FLOWS)
QUESTIONS = [
    (flow.name, step.name)
    for flow in ALL_FLOWS
    for step in flow.steps
    if BOOK.question(flow.name, step.name) is not None
]
BLANK = re.compile(r"\{\w*\}")


@pytest.mark.parametrize("language", STAFF_LANGUAGES)
@pytest.mark.parametrize("organisation", ["", "Garden of Light"])
def test_no_question_reaches_staff_with_an_empty_blank(language: str, organisation: str) -> None:
    locale = StaffLocale(language, ZoneInfo("Asia/Taipei"), organisation)
    words, staff = catalogue(language), catalogue(language, "staff")
    renderer = AnswerRenderer(BOOK, words, staff, organisation=organisation)
    assert len(QUESTIONS) > 100
    shown = {}
    for flow, step in QUESTIONS:
        question = BOOK.question(flow, step)
        assert question is not None
        (view,) = renderer.render(flow, {step: None})
        shown[f"{flow}.{step}"] = f"{locale.question_name(question)}\n{view.question}"
    assert {name for name, text in shown.items() if BLANK.search(text)} == set()
    assert any(organisation in text for text in shown.values())


def test_a_question_about_danger_is_shown_without_its_telephone_numbers() -> None:
    locale = StaffLocale("en", ZoneInfo("Asia/Taipei"), "Garden of Light")
    question, sent = BOOK.question("danger", "tell"), BOOK.question("talk", "send")
    assert question is not None
    assert sent is not None
    assert locale.question_name(question).endswith("seems forced or controlled.")
    assert "The people of Garden of Light then see" in locale.question_name(sent)
