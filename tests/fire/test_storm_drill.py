"""All faults at once lose nothing and send nothing twice; the short drill.

The long one is `./run fire storm --long`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fire.drills.storm_drill import LETTERS, LINES, run

if TYPE_CHECKING:
    from pathlib import Path

CALM = 8.0
"""Seconds: a Haven that sends again and again is not waited for longer."""


async def test_all_faults_at_once_lose_nothing_and_send_nothing_twice(tmp_path: Path) -> None:
    found = await run(tmp_path, rounds=1)
    assert found.faults == {}
    assert (found.lines, found.letters) == (LINES, LETTERS)
    assert found.kills == found.unconfirmed == 1
    assert found.spoilt


async def test_the_drill_notices_a_haven_that_sends_and_stores_again(tmp_path: Path) -> None:
    found = await run(tmp_path, rounds=1, control="sent_again forgets", patience=CALM)
    assert found.sent_twice
    assert found.stored_twice
