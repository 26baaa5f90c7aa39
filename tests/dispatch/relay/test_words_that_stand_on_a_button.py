"""Words that are the label of a button which is not on the screen reach staff like any others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from flows.texts.phrases import HURT, SAFE_NOW
from tests.dispatch.relay.test_messages_reach_case import URGENT, told, written
from tests.support.dispatch_inspection import start_report

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness

DOCTOR = HURT["now"].source


@pytest.mark.parametrize(
    "label", [it.source for it in (HURT["now"], HURT["later"], SAFE_NOW["not_safe"])]
)
def test_after_the_yes_the_label_of_another_question_is_in_the_case(
    hotline: HotlineHarness, label: str
) -> None:
    person = told(hotline)
    person.says(label)
    assert written(hotline) == [URGENT, label]


def test_before_the_yes_it_goes_along_with_the_alert(hotline: HotlineHarness) -> None:
    person = hotline.person()
    start_report(person, until="leaving")
    person.says(URGENT)
    person.says(DOCTOR)
    person.presses("Tell them now")
    assert written(hotline) == [URGENT, DOCTOR]


def test_the_label_of_the_open_question_is_its_answer_and_no_message(
    hotline: HotlineHarness,
) -> None:
    """The negative control: an answer stands in the case once."""
    person = told(hotline, until="hurt")
    person.says(DOCTOR)
    assert written(hotline) == [URGENT, f"Hurt or ill: {DOCTOR}"]
