"""Outlines of the counties of a country, and where a point lies among them.

An outline is simplified, so a point within a kilometre of a county belongs to it. Coasts of other
countries are not known here: nothing is said of a point for which they would matter.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Ring = tuple[tuple[float, float], ...]
    """Longitude and latitude of the points of an outline; the last one is the first."""

DEGREE_KM = 111.2
"""Kilometres of one degree of latitude."""
COAST_KM = 1.0
"""So far from an outline a point still belongs to its county."""
SEA_KM = 100.0
"""So far from the last county it is certain that a point is at sea."""


@dataclass(frozen=True, slots=True)
class Polygon:
    """One piece of land of a county."""

    county: str
    rings: tuple[Ring, ...]
    """The outline, then its holes."""

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north."""
        longitudes, latitudes = zip(*self.rings[0], strict=True)
        return min(longitudes), min(latitudes), max(longitudes), max(latitudes)


@dataclass(frozen=True, slots=True)
class CountyOutlines:
    """The outlines of all counties of a country."""

    polygons: tuple[Polygon, ...]
    near_other_coasts: frozenset[str] = frozenset()
    """Counties from which another country's coast is nearer than `SEA_KM`."""


class Surroundings(StrEnum):
    """What is known of a point."""

    LAND = "land"
    SEA = "sea"
    SEA_OR_COAST = "coast"
    """At sea, or on another country's coast."""
    FAR = "far"
    """In another country, or far out at sea."""


@dataclass(frozen=True, slots=True)
class CountyPosition:
    """Where a point lies."""

    surroundings: Surroundings
    county: str
    """The code of the county it is in, or of the nearest one."""
    kilometres: int
    """From that county; 0 inside it."""
    polygon: Polygon
    """The piece of land it is on, or the nearest one."""


def parse_outlines(text: str, near_other_coasts: Iterable[str] = ()) -> CountyOutlines:
    """Return the outlines of a TopoJSON file, whose object `counties` names them by `id`."""
    topology = json.loads(text)
    arcs = [_points(it, topology["transform"]) for it in topology["arcs"]]
    polygons = [
        Polygon(shape["id"], tuple(_ring(ring, arcs) for ring in rings))
        for shape in topology["objects"]["counties"]["geometries"]
        for rings in ([shape["arcs"]] if shape["type"] == "Polygon" else shape["arcs"])
    ]
    return CountyOutlines(tuple(polygons), frozenset(near_other_coasts))


def position_in(outlines: CountyOutlines, latitude: float, longitude: float) -> CountyPosition:
    """Return where a point lies; degrees, south and west are negative."""
    for it in outlines.polygons:
        if _contains(it, latitude, longitude):
            return CountyPosition(Surroundings.LAND, it.county, 0, it)
    distance, nearest = min(
        ((_distance(it, latitude, longitude), it) for it in outlines.polygons),
        key=lambda found: found[0],
    )
    if distance <= COAST_KM:
        return CountyPosition(Surroundings.LAND, nearest.county, 0, nearest)
    where = Surroundings.FAR
    if distance <= SEA_KM:
        is_unclear = nearest.county in outlines.near_other_coasts
        where = Surroundings.SEA_OR_COAST if is_unclear else Surroundings.SEA
    return CountyPosition(where, nearest.county, round(distance), nearest)


def _points(arc: Sequence[Sequence[int]], transform: dict[str, Any]) -> Ring:
    """Return the points of an arc, each of which is stored as the way from the one before."""
    (width, height), (west, south) = transform["scale"], transform["translate"]
    x, y, found = 0, 0, []
    for step_x, step_y in arc:
        x, y = x + step_x, y + step_y
        found.append((x * width + west, y * height + south))
    return tuple(found)


def _ring(numbers: Sequence[int], arcs: Sequence[Ring]) -> Ring:
    """Return a ring of arcs; a negative number, `-1 - n`, is arc n from its end."""
    points: list[tuple[float, float]] = []
    for number in numbers:
        arc = arcs[number] if number >= 0 else arcs[-1 - number][::-1]
        points += arc[1:] if points else arc
    return tuple(points)


def _contains(polygon: Polygon, latitude: float, longitude: float) -> bool:
    """Tell whether a point is inside: to the east of it an odd number of lines is crossed."""
    west, south, east, north = polygon.bounds
    if not (west <= longitude <= east and south <= latitude <= north):
        return False
    crossings = 0
    for ring in polygon.rings:
        for (x1, y1), (x2, y2) in pairwise(ring):
            if (y1 > latitude) != (y2 > latitude):
                crossings += longitude < x1 + (latitude - y1) / (y2 - y1) * (x2 - x1)
    return crossings % 2 == 1


def _distance(polygon: Polygon, latitude: float, longitude: float) -> float:
    """Return the kilometres to the outline, as if the earth were flat; good to 1% at 100 km."""
    across = DEGREE_KM * math.cos(math.radians(latitude))
    flat = [((x - longitude) * across, (y - latitude) * DEGREE_KM) for x, y in polygon.rings[0]]
    return min(_to_line(start, end) for start, end in pairwise(flat))


def _to_line(start: tuple[float, float], end: tuple[float, float]) -> float:
    """Return the distance of the origin from a piece of a line."""
    (x1, y1), (x2, y2) = start, end
    width, height = x2 - x1, y2 - y1
    length = width * width + height * height
    along = max(0.0, min(1.0, -(x1 * width + y1 * height) / length)) if length else 0.0
    return math.hypot(x1 + along * width, y1 + along * height)
