"""What a partner can compute from all looks at its figures. Shares no code with Haven.

A look is what one page told: numbers, each of a set of cells, a cell being one link in one month. A
reader keeps every look, in any order, and subtracts what is contained from what contains it, again
and again. They may also compare two looks at the same cells.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Cell = tuple[int, str]
"""A link, by its number, and a month."""
Told = tuple[frozenset[Cell], int | None]
"""Cells that were added, and their number; None: it was left out."""
MOST_NUMBERS = 400
"""Numbers a reader keeps: more are never derived from the few links of a history."""


def find_few(
    looks: Iterable[Iterable[Told]], people: Mapping[Cell, frozenset[int]], fewest: int
) -> list[str]:
    """Return, in words, what is about fewer than `fewest` people; nothing if all is well.

    `people` is who really came by each link in each month, which no reader knows.
    """
    numbers: dict[frozenset[Cell], int] = {}
    hidden: set[frozenset[Cell]] = set()
    found: list[str] = []
    for look in looks:
        for cells, number in look:
            if number is None:
                hidden.add(cells)
            elif numbers.setdefault(cells, number) != number:
                found.append(f"{_named(cells)}: {numbers[cells]} and {number} in two looks")
    found += [f"{_named(it)}: shown and left out" for it in hidden & numbers.keys()]
    for cells, number in _derived(numbers).items():
        behind = frozenset[int]().union(*(people.get(it, frozenset()) for it in cells))
        if number and len(behind) < fewest:
            found.append(f"{_named(cells)}: {number} tells of {len(behind)} people")
    return found


def _derived(numbers: Mapping[frozenset[Cell], int]) -> dict[frozenset[Cell], int]:
    """Return all numbers and all differences of one that contains another."""
    known = dict(numbers)
    fresh = set(known)
    while fresh and len(known) < MOST_NUMBERS:
        added: dict[frozenset[Cell], int] = {}
        for one, other in combinations(known, 2):
            small, large = sorted((one, other), key=len)
            if small < large and (one in fresh or other in fresh):
                added.setdefault(large - small, known[large] - known[small])
        fresh = set(added) - set(known)
        known |= {it: added[it] for it in fresh}
    return known


def _named(cells: frozenset[Cell]) -> str:
    return ", ".join(f"link {link} in {month}" for link, month in sorted(cells))
