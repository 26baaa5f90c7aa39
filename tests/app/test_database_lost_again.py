"""A PostgreSQL that goes away again while Haven is going on from the last time."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
from sqlalchemy import make_url
from structlog.testing import capture_logs

from bot.app import run
from bot.app.run import RunOptions, run_bot
from bot.channels.telegram.poller import ConflictDetector
from tests.support.content.offered_languages import offered_languages
from tests.support.database import postgres_server
from tests.support.database_fixtures import database_settings
from tests.support.harnesses.live_deployment import QUICK_PATIENCE, evening

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from bot.app.build import App
    from tests.support.harnesses.live_deployment import LiveDeployment

TIMES = 3
PATIENCE = 30.0


@dataclass(frozen=True)
class ClosableDatabase:
    """The database of a deployment, as its server sees it."""

    address: str

    def close(self) -> None:
        """End every connection, and let no one in."""
        self._say("ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        self._say(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'"
        )

    def open(self) -> None:
        self._say("ALTER DATABASE {name} ALLOW_CONNECTIONS true")

    def _say(self, sql: str) -> None:
        said = sql.format(name=make_url(self.address).database)
        with psycopg.connect(postgres_server.url("postgres"), autocommit=True) as server:
            server.execute(said.encode())


async def lose_once(night: LiveDeployment, database: ClosableDatabase, logs: list[Any]) -> None:
    """Close the database until it is noticed; return once the bot has begun again."""
    await asyncio.to_thread(database.close)
    await night.until(lambda: "commit_failed" in [it["event"] for it in logs], "a loss")
    await asyncio.to_thread(database.open)
    await night.until(lambda: [it["event"] for it in logs].count("started") == 2, "a beginning")


async def test_a_database_that_is_lost_again_while_haven_goes_on_is_waited_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = database_settings("postgresql")
    database, sound, built = ClosableDatabase(given["database_url"]), run.build, 0

    def build(*parts: Any) -> App:
        nonlocal built
        built += 1
        if not 1 < built <= 1 + TIMES:
            return sound(*parts)
        database.close()
        try:
            return sound(*parts)
        finally:
            database.open()

    monkeypatch.setattr(run, "build", build)
    async with evening(tmp_path, checks_calls=False, **given) as night:
        with capture_logs() as logs:
            await night.start()
            await lose_once(night, database, logs)
        await night.add_person("Sari", "id").arrives()
    losses = [it for it in logs if it["event"] == "commit_failed"]
    assert (built, len(losses)) == (2 + TIMES, 1 + TIMES)


async def test_a_bot_that_polls_again_after_a_loss_is_as_old_as_its_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else another program that polls with its token could end it."""
    given, sound = database_settings("postgresql"), run.build_source
    sources: list[Any] = []

    def build_source(*parts: Any) -> Any:
        sources.append(sound(*parts))
        return sources[-1]

    monkeypatch.setattr(run, "build_source", build_source)
    async with evening(tmp_path, checks_calls=False, **given) as night:
        with capture_logs() as logs:
            await night.start()
            await lose_once(night, ClosableDatabase(given["database_url"]), logs)
            await night.add_person("Sari", "id").arrives()
        began_at = night.clock.monotonic()
        first, second = sources
        assert second.conflicts is first.conflicts
        assert second.conflicts.should_yield(began_at)
        assert not second.conflicts.should_yield(began_at + ConflictDetector.YOUNG_SECONDS)


async def test_a_process_that_stands_by_waits_for_a_database_lost_as_it_takes_the_lead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = database_settings("postgresql")
    database, sound, waited = ClosableDatabase(given["database_url"]), run.wait_for_lead, 0

    async def wait_for_lead(*parts: Any) -> None:
        nonlocal waited
        waited += 1
        if waited == 1 + TIMES:
            await asyncio.to_thread(database.open)
        await sound(*parts)
        if waited == 1:
            await asyncio.to_thread(database.close)

    monkeypatch.setattr(run, "wait_for_lead", wait_for_lead)
    monkeypatch.setattr(run, "STANDBY_PAUSE", 0.01)
    async with evening(tmp_path, checks_calls=False, **given) as night:
        ready = asyncio.Event()
        options = RunOptions(
            clock=night.clock, patience=QUICK_PATIENCE, ready=ready, is_standby=True,
            offer=offered_languages(night.settings.languages),
        )  # fmt: skip
        with capture_logs() as logs:
            standby = asyncio.create_task(run_bot(night.settings, options))
            leads = asyncio.create_task(ready.wait())
            await asyncio.wait(
                {standby, leads}, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED
            )
        leads.cancel()
        assert not standby.done(), standby.exception()
        assert ready.is_set()
        standby.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await standby
    assert [it["event"] for it in logs].count("lead_not_taken") == TIMES
