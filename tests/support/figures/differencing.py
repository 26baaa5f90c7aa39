"""What a reader can compute from everything that was released. Shares no code with Haven.

A reader has documents (JSON): some versions of some months. They know that rows of a table add up
to the total of their figure, that no number is negative, and that a part is no more than its whole.
They may combine all of it. Two means:

- linear algebra: every sum of left-out numbers that follows from equations, by elimination over
  fractions, and every difference of two tables;
- bounds: how small and how large each number can be, by propagation until nothing changes.

`find_isolated` lists what would single out fewer people than the threshold.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from typing import Any

Equation = tuple[dict[str, Fraction], Fraction]
"""Coefficients of unknown numbers, and their sum."""


def merge(*documents: list[dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    """Return all that is known of each figure of each month from several versions."""
    known: dict[tuple[str, str], dict[str, Any]] = {}
    for document in documents:
        for month in document:
            for figure in month["figures"]:
                found = known.setdefault(
                    (month["month"], figure["name"]), {"total": [], "rows": {}}
                )
                found["total"].append(figure["total"])
                for table in figure["tables"]:
                    for code, shown in table["rows"].items():
                        key = (table["dimension"], code)
                        found["rows"].setdefault(key, []).append(shown)
    return known


def find_isolated(
    *documents: list[dict[str, Any]], fewest: int, without_sum: frozenset[str] = frozenset()
) -> list[str]:
    """Return what singles out fewer than `fewest` people, in words; nothing if all is well."""
    found: list[str] = []
    for (month, name), known in merge(*documents).items():
        where = f"{month} {name}"
        numbers = _numbers(known, where, found)
        found += [
            f"{where} {key}: {number} is shown" for key, number in numbers.items()
            if number is not None and number < fewest
        ]  # fmt: skip
        if name in without_sum or numbers["total"] is None:
            continue
        equations = _equations(known, numbers)
        found += [f"{where}: {it}" for it in _small_sums(equations, fewest)]
        found += [f"{where}: {it}" for it in _narrow(known, numbers, fewest)]
    return found


def find_few_people(
    *documents: list[dict[str, Any]], people: dict[str, dict[str, frozenset[int]]], fewest: int
) -> list[str]:
    """Return what is about fewer than `fewest` people, where one may stand in several rows.

    `people` is who really stands in each row (`dimension=code`), by figure, which no reader knows.
    """
    found: list[str] = []
    for (month, name), known in merge(*documents).items():
        if name not in people:
            continue
        where, rows = f"{month} {name}", people[name]
        numbers = _numbers(known, where, found)
        total = numbers.pop("total")
        groups = {key: rows[key] for key, number in numbers.items() if number is not None}
        if total is not None:
            groups["total"] = frozenset[int]().union(*rows.values())
            left = [rows[key] for key, number in numbers.items() if number is None]
            if left:
                groups["what is left out together"] = frozenset[int]().union(*left)
        found += [f"{where} {key}: {len(it)}" for key, it in groups.items() if len(it) < fewest]
    return found


def _numbers(known: dict[str, Any], where: str, found: list[str]) -> dict[str, int | None]:
    numbers: dict[str, int | None] = {}
    every = {"total": known["total"]} | {f"{a}={b}": it for (a, b), it in known["rows"].items()}
    for key, versions in every.items():
        shown = {it["number"] for it in versions if it is not None}
        if len(shown) > 1:
            found.append(f"{where} {key}: two numbers, {sorted(shown)}")
        numbers[key] = min(shown) if shown else None
    return numbers


def _equations(known: dict[str, Any], numbers: dict[str, int | None]) -> list[Equation]:
    """Return for each table that what it leaves out has the rest of the total."""
    total = numbers["total"] or 0
    equations: list[Equation] = []
    for dimension in {it for it, _ in known["rows"]}:
        keys = [f"{a}={b}" for a, b in known["rows"] if a == dimension]
        rest = total - sum(numbers[key] or 0 for key in keys)
        unknown = {key: Fraction(1) for key in keys if numbers[key] is None}
        if unknown or rest:
            equations.append((unknown, Fraction(rest)))
    return equations


def _small_sums(equations: list[Equation], fewest: int) -> list[str]:
    derived = [*equations, *_eliminated(equations)]
    derived += [_minus(a, b) for a, b in combinations(equations, 2)]
    derived += [_minus(b, a) for a, b in combinations(equations, 2)]
    found = []
    for unknown, total in derived:
        signs = {value > 0 for value in unknown.values()}
        if not unknown and total:
            found.append(f"rows have {total} more than their total")
        elif len(signs) == 1 and (len(unknown) == 1 or abs(total) < fewest):
            found.append(f"{sorted(unknown)} have {total} together")
    return found


def _minus(a: Equation, b: Equation) -> Equation:
    keys = a[0].keys() | b[0].keys()
    left = {key: a[0].get(key, Fraction()) - b[0].get(key, Fraction()) for key in keys}
    return {key: value for key, value in left.items() if value}, a[1] - b[1]


def _eliminated(equations: list[Equation]) -> list[Equation]:
    """Return the equations in reduced form: what follows from all of them."""
    left, done = [(dict(unknown), total) for unknown, total in equations], []
    while left:
        unknown, total = left.pop()
        if not unknown:
            continue
        pivot = min(unknown)
        scale = unknown[pivot]
        row = ({key: value / scale for key, value in unknown.items()}, total / scale)
        left = [_reduce(each, row, pivot) for each in left]
        done = [_reduce(each, row, pivot) for each in done] + [row]
    return done


def _reduce(equation: Equation, row: Equation, pivot: str) -> Equation:
    factor = equation[0].get(pivot, Fraction())
    if not factor:
        return equation
    return _minus(
        equation, ({key: value * factor for key, value in row[0].items()}, row[1] * factor)
    )


def _narrow(known: dict[str, Any], numbers: dict[str, int | None], fewest: int) -> list[str]:
    """Return numbers that are left out, and parts of others, that can have too few values."""
    bounds = _first_bounds(known, numbers)
    _propagate(known, numbers, bounds)
    found = []
    for key, number in numbers.items():
        if number is None and bounds[key][1] - bounds[key][0] + 1 < fewest:
            found.append(f"{key} lies between {bounds[key]}")
        low, high = bounds[f"part of {key}"]
        if number is not None and high - low + 1 < min(fewest, number + 1):
            found.append(f"part of {key} lies between {low} and {high}")
    return found


def _first_bounds(
    known: dict[str, Any], numbers: dict[str, int | None]
) -> dict[str, tuple[int, int]]:
    total = numbers["total"] or 0
    every = {"total": known["total"]} | {f"{a}={b}": it for (a, b), it in known["rows"].items()}
    bounds: dict[str, tuple[int, int]] = {}
    for key, versions in every.items():
        number = numbers[key]
        bounds[key] = (0, total) if number is None else (number, number)
        low, high = 0, total if number is None else number
        for share in (it["share"] for it in versions if it is not None and it.get("share")):
            # A band holds its lower edge; it holds its upper one only at 100.
            inside = [
                part for part in range(number + 1)
                if share[0] * number <= 100 * part
                and (share[1] == 100 or 100 * part < share[1] * number)
            ]  # fmt: skip
            low, high = max(low, inside[0]), min(high, inside[-1])
        bounds[f"part of {key}"] = low, high
    return bounds


def _propagate(
    known: dict[str, Any], numbers: dict[str, int | None], bounds: dict[str, tuple[int, int]]
) -> None:
    dimensions = {it for it, _ in known["rows"]}
    tables = [[f"{a}={b}" for a, b in known["rows"] if a == each] for each in dimensions]
    is_moving = True
    while is_moving:
        before = dict(bounds)
        for keys in tables:
            _fit_sum(bounds, "total", keys)
            _fit_sum(bounds, "part of total", [f"part of {key}" for key in keys])
        for key in numbers:
            low, high = bounds[f"part of {key}"]
            bounds[f"part of {key}"] = low, min(high, bounds[key][1])
        is_moving = before != bounds


def _fit_sum(bounds: dict[str, tuple[int, int]], whole: str, keys: list[str]) -> None:
    lows, highs = (sum(bounds[key][side] for key in keys) for side in (0, 1))
    low, high = bounds[whole]
    bounds[whole] = max(low, lows), min(high, highs)
    for key in keys:
        own = bounds[key]
        others_low, others_high = lows - own[0], highs - own[1]
        bounds[key] = (
            max(own[0], bounds[whole][0] - others_high),
            min(own[1], bounds[whole][1] - others_low),
        )
