"""Length of tests that go on as long as one likes: short in the suite, full in `./run fire states`.

A test that draws examples draws new ones every time, so that many short runs see what one long run
sees. A test that goes through a long list takes a part of it that is spread over the whole list.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pytest

T = TypeVar("T")
FULL_LENGTH = "HAVEN_FULL_LENGTH"
"""Set in the environment by `./run fire states`."""


def drill_length(short: int, full: int) -> int:
    """Return how many examples, steps or people a test takes."""
    return full if FULL_LENGTH in os.environ else short


def part_of(items: Iterable[T], short: int) -> list[T]:
    """Return `short` of the items, the first and the last among them; all of them in the drill."""
    whole = list(items)
    if FULL_LENGTH in os.environ or len(whole) <= short:
        return whole
    if short == 1:
        return whole[:1]
    return [whole[place * (len(whole) - 1) // (short - 1)] for place in range(short)]


def part_in_turn(items: Iterable[T], turn: int, short: int) -> list[T]:
    """Return `short` of the items, the next ones at each turn; all of them in the drill.

    Two lists that meet in a test cost their product. So each item of the one is tried with a few of
    the other, and over all turns each item of the other as well.
    """
    whole = list(items)
    if FULL_LENGTH in os.environ or len(whole) <= short:
        return whole
    return [whole[(turn * short + place) % len(whole)] for place in range(short)]


def left_to_the_drill(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """Return the tests that run in the drill alone: each names the shorter one of the suite."""
    if FULL_LENGTH in os.environ:
        return []
    return [item for item in items if item.get_closest_marker("full_length")]
