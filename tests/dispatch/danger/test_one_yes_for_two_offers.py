"""One yes answers every open offer to tell staff: none is asked again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from flows.urgent.danger import DangerFlow
from tests.dispatch.relay.test_messages_reach_case import written
from tests.support.dispatch_inspection import cases_of, frames, leave_details, start_report

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness

LOCKED, DESPAIR = "my boss locked me in and beats me", "i want to kill myself"


@pytest.mark.parametrize("lines", [(LOCKED, DESPAIR), (DESPAIR, LOCKED)])
def test_after_the_yes_no_offer_is_open_and_none_is_asked_again(
    hotline: HotlineHarness, lines: tuple[str, str]
) -> None:
    person = hotline.person()
    start_report(person, until="what")
    for line in lines:
        person.says(line)
    person.presses("Tell them now")
    leave_details(person)
    assert [it.flow for it in frames(person)] == ["welcome", "report"]
    assert DangerFlow.not_told.text.source not in person.says("no dont tell anyone")
    assert len(cases_of(hotline)) == 1


def test_both_lines_reach_the_case(hotline: HotlineHarness) -> None:
    person = hotline.person()
    start_report(person, until="what")
    for line in (LOCKED, DESPAIR):
        person.says(line)
    person.presses("Tell them now")
    assert written(hotline) == [LOCKED, DESPAIR]
