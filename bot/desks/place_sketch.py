"""A shared place in words, and as a small map that is drawn here: no map service learns of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.places.outlines import DEGREE_KM, Surroundings, position_in
from bot.text import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.desks.locale import StaffLocale
    from bot.places.outlines import CountyOutlines, CountyPosition, Polygon, Ring
    from bot.places.place import Place
    from bot.text import Text

WIDTH, HEIGHT = 240, 160
"""Size of the map in its own units, pixels on most screens."""
MARGIN = 0.12
"""Part of the map that stays free on each side."""
LEAST_KM = 24.0
"""How much the map shows at least, from south to north."""
SCALES_KM = (100, 50, 20, 10, 5)
"""Lengths of the scale; the longest that fits is drawn."""
MAX_SCALE = 80
WORDS = {
    # Translators: where a place lies that a person shared. {county} is its name, {km} a number.
    Surroundings.LAND: _("In {county}"),
    Surroundings.SEA: _("At sea, {km} km from {county}"),
    Surroundings.SEA_OR_COAST: _("At sea or on another country's coast, {km} km from {county}"),
    Surroundings.FAR: _("Outside Taiwan, or far out at sea: {km} km from {county}"),
}


@dataclass(frozen=True, slots=True)
class PlaceSketch:
    """A map in units of `WIDTH` and `HEIGHT`, with its origin at the top left."""

    land: str
    """Outlines of other counties, as the path of an SVG."""
    county: str
    """The outline of the county the point is in, or the nearest one."""
    dot: tuple[int, int]
    scale_km: int
    scale: int
    """The length of the scale, in units of the map."""


@dataclass(frozen=True, slots=True)
class SharedPlace:
    """A place as the page shows it."""

    words: str
    sketch: PlaceSketch | None = None
    """None where there is no land to draw near the place."""


def shared_place(
    point: str, place: Place, locale: StaffLocale, counties: Mapping[str, Text]
) -> SharedPlace | None:
    """Return what is shown of a point, `25.03300, 121.56540`; `counties` are names by code.

    None for what is no point, and in a country whose outlines are not known.
    """
    coordinates = parse_point(point)
    if place.find_outlines is None or coordinates is None:
        return None
    outlines = place.find_outlines()
    position = position_in(outlines, *coordinates)
    county = counties.get(position.county)
    name = county.render(locale.flow_catalogue) if county else position.county
    words = locale(WORDS[position.surroundings], county=name, km=str(position.kilometres))
    if position.surroundings is Surroundings.FAR:
        return SharedPlace(words)
    return SharedPlace(words, draw_sketch(outlines, position, *coordinates))


def parse_point(point: str) -> tuple[float, float] | None:
    """Return latitude and longitude of a point in words; None if it is none."""
    try:
        latitude, longitude = (float(it) for it in point.split(","))
    except ValueError:
        return None
    is_on_earth = abs(latitude) <= 90 and abs(longitude) <= 180  # noqa: PLR2004 - degrees
    return (latitude, longitude) if is_on_earth else None


def draw_sketch(
    outlines: CountyOutlines, position: CountyPosition, latitude: float, longitude: float
) -> PlaceSketch:
    """Draw the land around a point: the piece it is on, or the nearest one, and the point."""
    view = _view_of(position.polygon, latitude, longitude)
    others = (it for it in outlines.polygons if it.county != position.county)
    own = (it for it in outlines.polygons if it.county == position.county)
    scale_km = next(it for it in SCALES_KM if it * view.unit <= MAX_SCALE)
    return PlaceSketch(
        _path(others, view), _path(own, view), view.place(longitude, latitude), scale_km,
        round(scale_km * view.unit),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _View:
    """The part of the country that a map shows."""

    west: float
    south: float
    east: float
    north: float
    unit: float
    """Units of the map to a kilometre."""
    across: float
    """Kilometres of one degree of longitude."""

    def place(self, longitude: float, latitude: float) -> tuple[int, int]:
        """Return where a point stands on the map."""
        x = (longitude - self.west) * self.across * self.unit
        return round(x), round((self.north - latitude) * DEGREE_KM * self.unit)

    def shows(self, polygon: Polygon) -> bool:
        """Tell whether a part of a piece of land can be seen."""
        west, south, east, north = polygon.bounds
        is_across = west < self.east and east > self.west
        return is_across and south < self.north and north > self.south


def _view_of(polygon: Polygon, latitude: float, longitude: float) -> _View:
    """Return a view that shows a piece of land and a point."""
    west, south, east, north = polygon.bounds
    west, east = min(west, longitude), max(east, longitude)
    south, north = min(south, latitude), max(north, latitude)
    across = DEGREE_KM * math.cos(math.radians((south + north) / 2))
    free = 1 - 2 * MARGIN
    height = max((north - south) * DEGREE_KM, (east - west) * across * HEIGHT / WIDTH, LEAST_KM)
    unit = HEIGHT * free / height
    half_width, half_height = WIDTH / unit / across / 2, HEIGHT / unit / DEGREE_KM / 2
    x, y = (west + east) / 2, (south + north) / 2
    return _View(x - half_width, y - half_height, x + half_width, y + half_height, unit, across)


def _path(polygons: Iterable[Polygon], view: _View) -> str:
    rings = (ring for it in polygons if view.shows(it) for ring in it.rings)
    return "".join(_ring_path(ring, view) for ring in rings)


def _ring_path(ring: Ring, view: _View) -> str:
    """Return the path of a ring: each place of the map once, as steps from the one before."""
    places = [view.place(*it) for it in ring]
    (x, y), steps = places[0], []
    for place in places[1:]:
        if place != (x, y):
            steps.append(f"{place[0] - x} {place[1] - y}")
            x, y = place
    return f"M{places[0][0]} {places[0][1]}l{' '.join(steps)}z" if steps else ""
