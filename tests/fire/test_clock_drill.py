"""A wrong clock silences no caseworker, and everybody concerned is told; the short drill.

The long one is `./run fire clock --long`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fire.drills.clock_drill import LINES, SHORT, run

if TYPE_CHECKING:
    from pathlib import Path


async def test_with_a_wrong_clock_staff_reach_people_and_are_told(tmp_path: Path) -> None:
    found = await run(SHORT, tmp_path)
    assert found.faults == {}
    assert found.letters == LINES * len(SHORT)


async def test_the_drill_notices_a_haven_that_doubts_every_line(tmp_path: Path) -> None:
    found = await run(SHORT, tmp_path, lines=1, has_alarm=False, control=True)
    assert found.not_arrived
