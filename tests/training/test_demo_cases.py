"""A demo shows at once what a desk is for: cases in several states and languages."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from bot.training.scenarios import load_scenarios
from tests.browser.demo_process import DemoProcess

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE = 60.0
EXPECTED = {
    ("vi", "waiting", False),
    ("id", "waiting", False),
    ("km", "waiting", False),
    ("th", "open", True),
    ("zh_Hant", "open", True),
    ("fil", "closed", True),
}
"""Language and state of each case, and whether a caseworker has it."""


async def test_six_people_are_in_the_queue_and_staff_answered_some(tmp_path: Path) -> None:
    demo = await DemoProcess.started(tmp_path / "data", is_empty=False)
    try:
        async with asyncio.timeout(PATIENCE):
            while states_in(demo) != EXPECTED:  # noqa: ASYNC110 - another process fills it
                await asyncio.sleep(0.2)
    finally:
        assert await demo.stop() == 0
    assert {it.language for it in load_scenarios()} == {language for language, *_ in EXPECTED}


def states_in(demo: DemoProcess) -> set[tuple[str, str, bool]]:
    """Return language and state of every case of a demo, and whether a caseworker has it."""
    address = f"file:{demo.data / 'haven.db'}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as database:
        found = database.execute("SELECT language, status, holder IS NOT NULL FROM cases")
        return {(language, status, bool(is_held)) for language, status, is_held in found}
