"""In which county of Taiwan a shared place lies, without asking anyone."""

from __future__ import annotations

import json

import pytest

from bot.places.outlines import Surroundings
from bot.places.taiwan.counties import county_of, county_outlines
from flows.texts.counties import COUNTIES
from tests.support.paths import ROOT

FILE = ROOT / "bot" / "places" / "taiwan" / "outlines" / "counties.json"
MAX_SIZE = 60_000


@pytest.mark.parametrize(
    ("latitude", "longitude", "county"),
    [
        (25.0340, 121.5645, "TPE"),  # Taipei 101
        (22.6130, 120.2830, "KHH"),  # Kaohsiung, in the harbour
        (23.5655, 119.5663, "PEN"),  # Magong
        (24.4321, 118.3171, "KIN"),
        (26.1597, 119.9512, "LIE"),  # Nangan
        (22.3400, 120.3700, "PIF"),  # Xiaoliuqiu
        (22.0500, 121.5400, "TTT"),  # Lanyu
        (23.4801, 120.4491, "CYI"),  # a city inside a county of the same name
        (23.4518, 120.2555, "CYQ"),  # Taibao
        (24.8039, 120.9647, "HSZ"),
        (24.8387, 121.0177, "HSQ"),  # Zhubei
        (25.0120, 121.4657, "NWT"),  # Banqiao: around Taipei
        (25.1276, 121.7392, "KEE"),
        (23.9740, 120.9820, "NAN"),  # Puli
        (24.9576, 121.2250, "TAO"),  # Zhongli
        (24.1378, 120.6869, "TXG"),
        (24.0809, 120.5386, "CHA"),
        (23.7094, 120.5430, "YUN"),  # Douliu
        (24.5640, 120.8200, "MIA"),
        (22.9917, 120.1850, "TNN"),
        (24.7570, 121.7530, "ILA"),
        (23.9769, 121.6040, "HUA"),
    ],
)
def test_a_place_on_land_lies_in_its_county(latitude: float, longitude: float, county: str) -> None:
    found = county_of(latitude, longitude)
    assert (found.surroundings, found.county, found.kilometres) == (Surroundings.LAND, county, 0)


def test_a_fishing_ground_is_at_sea_so_far_from_the_nearest_county() -> None:
    found = county_of(21.95, 120.305)
    assert (found.surroundings, found.county) == (Surroundings.SEA, "PIF")
    assert found.kilometres == pytest.approx(40, abs=2)


def test_off_kinmen_and_matsu_it_may_be_the_coast_of_another_country() -> None:
    for latitude, longitude, county in ((24.4798, 118.0894, "KIN"), (26.0, 119.6, "LIE")):
        found = county_of(latitude, longitude)
        assert (found.surroundings, found.county) == (Surroundings.SEA_OR_COAST, county)


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(14.5995, 120.9842), (24.45, 123.0), (0.0, 0.0), (-90.0, 180.0), (90.0, -180.0)],
    ids=["manila", "yonaguni", "no island", "south pole", "north pole"],
)
def test_a_place_far_from_taiwan_is_in_no_county(latitude: float, longitude: float) -> None:
    assert county_of(latitude, longitude).surroundings is Surroundings.FAR


def test_the_outlines_are_those_of_all_counties_and_small() -> None:
    counties = {it.county for it in county_outlines().polygons}
    assert counties == set(COUNTIES) - {"at_sea", "abroad"}
    assert FILE.stat().st_size < MAX_SIZE
    assert json.loads(FILE.read_text(encoding="utf-8"))["type"] == "Topology"
    assert "MIT License" in (FILE.parent / "LICENSE").read_text(encoding="utf-8")


def test_every_outline_is_closed() -> None:
    rings = [ring for it in county_outlines().polygons for ring in it.rings]
    assert len(rings) > len(COUNTIES)
    for ring in rings:
        assert ring[0] == pytest.approx(ring[-1])
        assert len(ring) > 3
