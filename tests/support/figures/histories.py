"""Random months of a hotline, and ways to release them: Haven's, and two that are wrong."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import msgspec

from bot.hotline.figures.bands import band_of
from bot.hotline.figures.model import (
    Count,
    Figure,
    FigureTable,
    ShownCount,
    ShownFigure,
    ShownMonth,
    ShownTable,
)
from bot.hotline.figures.months import release
from bot.hotline.figures.report import as_json

DIMENSIONS = {"language": 10, "queue": 7, "hour": 6, "step": 14}
SHARED = {"services_asked": ("service", 12), "services_given": ("service", 12),
          "training": ("training", 2)}  # fmt: skip
"""Figures in which one person may stand in several rows, with their dimension and rows."""
FIRST_MONTH = 2026 * 12
PeopleByRow = dict[str, frozenset[int]]
"""By row, as `dimension=code`: the people who stand in it."""


def random_month(dice: Random) -> list[Figure]:
    """Return figures of a hotline of some size, skewed as real ones are."""
    people = dice.choice((0, 3, 5, 6, 11, 12, 20, 40, 90, 300, 1500))
    shape = [_table_of(name, rows, people, dice) for name, rows in DIMENSIONS.items()]
    late = dice.choice((0.0, 0.01, 0.05, 0.3, 0.5, 1.0))
    answers = [_table_of(name, DIMENSIONS[name], people, dice) for name in ("language", "queue")]
    return [
        Figure("sessions", Count(people), tuple(FigureTable(*it) for it in shape)),
        _with_parts("answers", people, answers, late, dice),
        Figure("law", None, (FigureTable(*_table_of("event", 5, people, dice)),)),
        *(shared_figure(name, random_people(people, *it, dice)) for name, it in SHARED.items()),
    ]


def random_people(people: int, dimension: str, rows: int, dice: Random) -> PeopleByRow:
    """Return who stands in which row: some people in many rows, most in none or one."""
    often = dice.choice((0.02, 0.1, 0.4))
    likes = [dice.random() ** dice.choice((1, 4)) for _ in range(rows)]
    many = {who for who in range(people) if dice.random() < often}
    return {
        f"{dimension}={dimension}{row}": frozenset(
            who
            for who in range(people)
            if dice.random() < likes[row] * (0.8 if who in many else 0.1)
        )
        for row in range(rows)
    }


def shared_figure(name: str, people: PeopleByRow, *, is_shared: bool = True) -> Figure:
    """Return a figure of people who may each stand in several rows."""
    (dimension,) = {key.partition("=")[0] for key in people}
    rows = {key.partition("=")[2]: Count(len(who)) for key, who in people.items()}
    total = Count(sum(it.number for it in rows.values()))
    return Figure(name, total, (FigureTable(dimension, rows),), is_shared=is_shared)


def random_shared_month(seed: object) -> dict[str, PeopleByRow]:
    """Return by figure who stands in which row, in a hotline of some size."""
    dice = Random(f"shared {seed}")
    people = dice.choice((1, 3, 6, 12, 40, 90, 300))
    return {name: random_people(people, *it, dice) for name, it in SHARED.items()}


def release_shared(
    month: dict[str, PeopleByRow], *, is_shared: bool = True
) -> tuple[list[dict[str, Any]], ...]:
    """Return what staff and the public are given; without `is_shared` wrong: people count once."""
    return release_history(
        [[shared_figure(name, it, is_shared=is_shared) for name, it in month.items()]]
    )


def _table_of(name: str, rows: int, people: int, dice: Random) -> tuple[str, dict[str, Count]]:
    weights = [dice.random() ** dice.choice((1, 3, 8)) for _ in range(rows)]
    found = [0] * rows
    for row in dice.choices(range(rows), weights, k=people):
        found[row] += 1
    return name, {f"{name}{row}": Count(number) for row, number in enumerate(found)}


def _with_parts(
    name: str, people: int, tables: list[tuple[str, dict[str, Count]]], late: float, dice: Random
) -> Figure:
    """Return a figure whose parts have one sum in every table."""
    part = sum(dice.random() >= late for _ in range(people))
    listed = []
    for dimension, rows in tables:
        everyone = [code for code, it in rows.items() for _ in range(it.number)]
        in_time = set(dice.sample(range(len(everyone)), part))
        parts = dict.fromkeys(rows, 0)
        for place in in_time:
            parts[everyone[place]] += 1
        counted = {code: Count(it.number, parts[code]) for code, it in rows.items()}
        listed.append(FigureTable(dimension, counted))
    return Figure(name, Count(people, part), tuple(listed))


def random_history(seed: object) -> list[list[Figure]]:
    """Return one to three months."""
    dice = Random(str(seed))
    return [random_month(dice) for _ in range(dice.randint(1, 3))]


def documents(months: list[tuple[ShownFigure, ...]]) -> list[dict[str, Any]]:
    """Return months as the document that is handed out."""
    shown = [ShownMonth(FIRST_MONTH + place, it) for place, it in enumerate(months)]
    found: list[dict[str, Any]] = json.loads(as_json(shown))
    return found


def release_history(history: list[list[Figure]]) -> tuple[list[dict[str, Any]], ...]:
    """Return what staff and the public are given of months."""
    released = [release(month) for month in history]
    return documents([it.staff for it in released]), documents([it.published for it in released])


def primary_only(history: list[list[Figure]], fewest: int) -> list[dict[str, Any]]:
    """Return months in which only small numbers are left out: wrong, which must be noticed."""
    return documents([tuple(_primary(it, fewest) for it in month) for month in history])


def finest_bands(history: list[list[Figure]], fewest: int) -> list[dict[str, Any]]:
    """Return months as released, with a band for every row, compared with nothing: wrong."""
    months = []
    for month in history:
        shown = {it.name: it for it in release(month).staff}
        months.append(tuple(_add_bands(it, shown[it.name], fewest) for it in month))
    return documents(months)


def _primary(figure: Figure, fewest: int) -> ShownFigure:
    def show(count: Count | None) -> ShownCount | None:
        return None if count is None or count.number < fewest else ShownCount(count.number)

    tables = tuple(
        ShownTable(it.dimension, {code: show(count) for code, count in it.rows.items()})
        for it in figure.tables
    )
    return ShownFigure(figure.name, show(figure.total), tables)


def _add_bands(figure: Figure, shown: ShownFigure, fewest: int) -> ShownFigure:
    def add(count: Count | None, it: ShownCount | None) -> ShownCount | None:
        if it is None or count is None or count.part is None:
            return it
        return ShownCount(it.number, band_of(count.number, count.part, fewest))

    tables = tuple(
        ShownTable(
            table.dimension,
            {code: add(count, seen.rows[code]) for code, count in table.rows.items()},
        )
        for table, seen in zip(figure.tables, shown.tables, strict=True)
    )
    return msgspec.structs.replace(shown, tables=tables)
