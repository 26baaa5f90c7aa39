"""A place that a person shares: its county in words and a sketch, and no request to anyone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from bot.desks.place_sketch import HEIGHT, MAX_SCALE, WIDTH, draw_sketch, parse_point
from bot.places.taiwan.counties import county_of, county_outlines

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebDeskHarness

TAIPEI_101, OFF_PINGTUNG, MANILA = (25.0340, 121.5645), (21.95, 120.305), (14.5995, 120.9842)


def shown(office: WebDeskHarness, place: tuple[float, float]) -> str:
    """Return the place in a conversation, as the page shows it."""
    mei = office.worker().comes()
    person, reference = office.add_person()
    for verb in ("claim", "take_over"):
        mei.told(reference, verb)
    person.sends(location={"latitude": place[0], "longitude": place[1]})
    office.settles()
    page = mei.browser.get(f"/cases/{reference}/panes/conversation").text
    return page.partition('<div class="place">')[2].partition("</div>")[0]


@pytest.mark.parametrize(
    ("place", "words", "has_map"),
    [
        (TAIPEI_101, "In Taipei", True),
        (OFF_PINGTUNG, "At sea, 40 km from Pingtung", True),
        (MANILA, "Outside Taiwan, or far out at sea: 811 km from Pingtung", False),
    ],
    ids=["on land", "at sea", "abroad"],
)
def test_a_place_says_where_it_is_and_asks_no_one(
    web_desk: WebDeskHarness, place: tuple[float, float], words: str, *, has_map: bool
) -> None:
    found = shown(web_desk, place)
    assert f">{words}<" in found
    assert ("<svg" in found) is has_map
    assert f"{place[0]:.5f}, {place[1]:.5f}" in found
    assert not re.search(r"(?:src|href|url)[=(]", found)


@pytest.mark.parametrize("place", [TAIPEI_101, OFF_PINGTUNG, (24.4321, 118.3171), (22.05, 121.54)])
def test_the_sketch_shows_the_place_and_the_land_nearest_to_it(place: tuple[float, float]) -> None:
    found = draw_sketch(county_outlines(), county_of(*place), *place)
    x, y = found.dot
    assert 0 < x < WIDTH
    assert 0 < y < HEIGHT
    assert re.match(r"M-?\d+ -?\d+l", found.county)
    assert 0 < found.scale <= MAX_SCALE
    assert len(found.land + found.county) < 12_000


def test_what_is_no_point_has_no_sketch() -> None:
    assert parse_point("25.03300, 121.56540") == (25.033, 121.5654)
    for wrong in ("", "25.0", "a, b", "91.0, 0.0", "1, 2, 3", "nan, 1"):
        assert parse_point(wrong) is None, wrong
