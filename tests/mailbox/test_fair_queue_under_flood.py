"""A flood never shuts a person out: whoever writes at a human pace is answered first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.mailbox.letter import Author
from tests.support.drill_length import drill_length
from tests.support.harnesses.courier_harness import CourierHarness
from tests.support.people.flood_simulation import LONGEST, SENDING, TURNS, FloodPlan, simulate_flood

if TYPE_CHECKING:
    from pathlib import Path

SENDERS = drill_length(120, FloodPlan.senders)
SHORT = FloodPlan(seconds=3.5, pause=4.0, senders=SENDERS, slowness=FloodPlan.senders / SENDERS)
"""Twice as many messages as the machine can answer; a slower one is flooded by fewer senders."""


@pytest.mark.parametrize("flaw", ["", TURNS, SENDING])
def test_a_flood_of_many_senders_delays_others_only_in_a_single_queue(
    tmp_path: Path, flaw: str
) -> None:
    found = simulate_flood(replace(SHORT, flaw=flaw), tmp_path)
    assert found.sent == SHORT.senders * SHORT.each_second * SHORT.seconds
    assert found.asked > SHORT.people / 2
    assert found.unanswered == 0
    assert (found.p99 >= LONGEST) is bool(flaw)


def test_words_of_a_caseworker_are_found_behind_any_number_of_others(tmp_path: Path) -> None:
    round_ = CourierHarness(tmp_path)
    round_.courier._retries.pause_until = round_.loop.monotonic() + 60
    flooded = 5_000_000_001
    round_.passes(2)
    round_.leave(flooded, *(f"answer {number}" for number in range(700)))
    (said,) = round_.leave(5_000_000_002, "hello", author=Author.CASEWORKER, hand=False)
    round_.passes(63)
    assert round_.states()[said] == "sent"
    round_.close()
