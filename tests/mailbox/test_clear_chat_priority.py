"""A chat is cleared before anything is said to anybody else, whatever waited in it before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.mailbox.letter import Lane
from bot.mailbox.rate_limit import RateLimits
from bot.messages import ClearChat, DeleteMessages
from tests.support.harnesses.courier_harness import CourierHarness

if TYPE_CHECKING:
    from pathlib import Path

A, OTHERS = 5_000_000_001, range(5_000_000_100, 5_000_000_120)
ONE_A_SECOND = RateLimits(1.0, 100.0, 100.0, 100.0, 100.0, in_flight=8)


@pytest.mark.parametrize("is_crowd", [False, True])
def test_a_wipe_in_the_place_of_what_waited_comes_before_everybody_else(
    tmp_path: Path, *, is_crowd: bool
) -> None:
    round_ = CourierHarness(tmp_path, limits=ONE_A_SECOND)
    round_.mailbox.fair_queue.is_flooding = lambda chat, _now: is_crowd and chat == A
    for other in OTHERS:
        round_.leave(other, "one of many")
    round_.passes(3.5)
    round_.leave(A, "somebody must not read this")
    before = len(round_.post.arrived)
    round_.leave(A, ClearChat((7, 8)), lane=Lane.WIPE)
    round_.passes(1.1)
    assert 0 < before < len(OTHERS)
    assert round_.post.arrived[before] == (A, DeleteMessages((8, 7)))
    round_.settle()
    assert len(round_.post.arrived) == len(OTHERS) + 1
    assert round_.arrivals(A) == []
    round_.close()
