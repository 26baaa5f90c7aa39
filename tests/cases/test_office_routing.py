"""To which office a case goes: by county, and never to a closed one while a person is in danger.

The control: routing by county alone must be noticed.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cases.offices import EVERY_OFFICE, Office, OfficePlan, choose_office, raise_office
from bot.cases.urgency import Priority

TAIPEI = Office("0000aaaa", {"en": "Taipei"}, ("TPE", "NWT"), is_default=True)
SOUTH = Office("0000bbbb", {"en": "South"}, ("KHH",))
PORTS = Office("0000cccc", {"en": "Ports"}, ("PIF",))
CLOSED = Office("0000dddd", {"en": "Old"}, ("TTT",), ended_at=1)
PLAN = OfficePlan((TAIPEI, SOUTH, PORTS, CLOSED))
NO_ONE: frozenset[str] = frozenset()
NOW, SOON = Priority.EMERGENCY, Priority.WITHIN_A_DAY


@pytest.mark.parametrize(
    ("county", "priority", "ready", "office"),
    [
        ("KHH", SOON, NO_ONE, SOUTH.id),  # the night is no reason to send it elsewhere
        ("NWT", SOON, NO_ONE, TAIPEI.id),
        (None, SOON, NO_ONE, TAIPEI.id),  # says no county
        ("HUA", SOON, NO_ONE, TAIPEI.id),  # no office serves it
        ("TTT", SOON, NO_ONE, TAIPEI.id),  # the office that served it was closed
        ("KHH", NOW, {SOUTH.id}, SOUTH.id),
        ("KHH", NOW, NO_ONE, EVERY_OFFICE),
        ("PIF", NOW, {TAIPEI.id, SOUTH.id}, EVERY_OFFICE),  # the ports are closed, others are not
        (None, NOW, {SOUTH.id}, EVERY_OFFICE),
        (None, NOW, {TAIPEI.id}, TAIPEI.id),
    ],
)
def test_a_case_goes_to_the_office_of_its_county_unless_closed_in_danger(
    county: str | None, priority: Priority, ready: frozenset[str], office: str | None
) -> None:
    assert choose_office(PLAN, county, priority, ready) == office


def test_without_offices_every_case_is_one_of_all() -> None:
    for county in ("KHH", None):
        assert choose_office(OfficePlan(), county, SOON, NO_ONE) is EVERY_OFFICE
        assert choose_office(OfficePlan((CLOSED,)), county, SOON, NO_ONE) is EVERY_OFFICE


@given(
    county=st.sampled_from(["TPE", "KHH", "PIF", "HUA", None]),
    ready=st.frozensets(st.sampled_from([TAIPEI.id, SOUTH.id, PORTS.id])),
    current=st.sampled_from([TAIPEI.id, SOUTH.id, CLOSED.id]),
)
def test_danger_never_waits_in_a_closed_office(
    county: str | None, ready: frozenset[str], current: str
) -> None:
    for office in (
        choose_office(PLAN, county, NOW, ready),
        raise_office(PLAN, current, NOW, ready),
    ):
        assert office is EVERY_OFFICE or office in ready


def test_routing_by_county_alone_would_be_noticed() -> None:
    office = PLAN.serving("KHH")
    assert office is not None
    assert office.id not in NO_ONE


def test_a_county_named_later_moves_no_case() -> None:
    assert raise_office(PLAN, TAIPEI.id, SOON, NO_ONE) == TAIPEI.id
