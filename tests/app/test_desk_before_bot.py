"""A desk that is started before the first bot waits for it, and says so."""

from __future__ import annotations

import asyncio
from contextlib import closing
from typing import TYPE_CHECKING

from structlog.testing import capture_logs

from bot.app import web_desk
from bot.store.database import Database
from bot.store.processes.heartbeat import record_heartbeat
from tests.support.database_fixtures import migrated_url, on_both_databases
from tests.support.harnesses.hotline_harness import BOT

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


@on_both_databases
async def test_a_desk_waits_for_the_first_bot_and_says_so_once(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_desk, "BOT_LOOK_SECONDS", 0.01)
    database = Database(migrated_url(kind, tmp_path))
    with closing(database.writer) as writer, capture_logs() as said:
        waiting = asyncio.create_task(web_desk._first_bot_id(database))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        await writer.run(lambda work: record_heartbeat(work, BOT, 1))
        assert await waiting == BOT
    assert [it["event"] for it in said] == ["desk_waits_for_bot"]
