"""A caseworker's letter arrives once and in order, whatever Telegram answers; the short drill.

The long one is `./run fire letters --long`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.fire.drills.letters_drill import SHORT, LettersPlan, run

if TYPE_CHECKING:
    from pathlib import Path

TRIES = 4
FLAWED = {
    "sent_again": (LettersPlan(faults=("502 after",), spoilt=1, parts=()), "twice"),
    "overtakes": (LettersPlan(faults=(), parts=("release",)), "out_of_order"),
    "many_forms": (LettersPlan(faults=(), parts=("forms",)), "twice"),
}
"""What each control must meet, and the fault by which it is found."""


async def test_a_letter_arrives_once_and_in_order_whatever_is_answered(tmp_path: Path) -> None:
    found = await run(LettersPlan(faults=SHORT, parts=("forms", "release")), tmp_path)
    assert found.faults == {}
    assert found.letters == len(SHORT) + 4
    assert found.forms > found.letters


@pytest.mark.parametrize("control", FLAWED)
async def test_the_drill_notices_a_haven_that_does_it_wrong(tmp_path: Path, control: str) -> None:
    plan, fault = FLAWED[control]
    seen: list[str] = []
    for number in range(TRIES):  # on a busy machine a letter may miss the moment to overtake
        folder = tmp_path / str(number)
        folder.mkdir()
        seen += (await run(replace(plan, control=control), folder)).faults
        if seen:
            break
    assert fault in seen
