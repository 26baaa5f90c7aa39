"""A start needs no Telegram: the desk works, and polling follows its healing; the short drill.

The long one is `./run fire start --long`, which also measures what a start costs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fire.drills.start_drill import CONTROL, SHORT, run

if TYPE_CHECKING:
    from pathlib import Path


async def test_the_desk_works_without_telegram_and_polling_follows(tmp_path: Path) -> None:
    found = await run(SHORT, tmp_path, is_forked=True)
    assert found.faults.keys() - {"slow"} == set()
    assert found.starts == 1 + len(SHORT)
    assert len(found.cpu) == len(SHORT)
    assert len(found.healed_after) == found.starts


async def test_the_drill_notices_a_start_that_asks_telegram_first(tmp_path: Path) -> None:
    found = await run(SHORT, tmp_path, CONTROL, is_forked=True)
    assert found.faults.keys() >= {"ended", "no_desk", "own_faults"}
