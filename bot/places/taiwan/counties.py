"""Taiwan: in which of its 22 counties and cities a point lies, offline.

The outlines and their licence are in `outlines/`; the codes are those of `flows.texts.counties`.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from bot.places.outlines import parse_outlines, position_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.places.outlines import CountyOutlines, CountyPosition

KINMEN, MATSU = "KIN", "LIE"
"""They lie a few kilometres off the coast of China."""
_BY_REGION: Mapping[str, str] = {
    "north": "TPE NWT KEE TAO HSZ HSQ ILA", "central": "MIA TXG CHA NAN YUN",
    "south": "CYI CYQ TNN KHH PIF PEN", "east": "HUA TTT", "islands": "KIN LIE",
    "at_sea": "at_sea", "abroad": "abroad",
}  # fmt: skip
"""The four regions of the National Development Council, and what lies outside them."""
REGIONS: Mapping[str, str] = {
    county: region for region, counties in _BY_REGION.items() for county in counties.split()
}


@cache
def county_outlines() -> CountyOutlines:
    """Return the outlines, read on first use."""
    text = (files("bot.places.taiwan") / "outlines" / "counties.json").read_text(encoding="utf-8")
    return parse_outlines(text, near_other_coasts={KINMEN, MATSU})


def county_of(latitude: float, longitude: float) -> CountyPosition:
    """Return where a point lies; degrees, south and west are negative."""
    return position_in(county_outlines(), latitude, longitude)
