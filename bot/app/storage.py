"""The databases and the vault of a deployment, opened from its settings."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer
from sqlalchemy import select

from bot.app.databases.moved import refuse_moved
from bot.app.databases.upgrade import upgrade_deployment
from bot.app.keys import load_host_key, open_key_store, opening
from bot.clock import SECOND, SystemClock
from bot.errors import AlreadyRunningError, CommitFailedError, HavenError, SettingError
from bot.log import log
from bot.store.compiled import Prepared
from bot.store.data_folder import require_data
from bot.store.database import Database, DataDirectory
from bot.store.faults import failure_reason, is_driver_error, is_store_error, opening_fault
from bot.store.findings import record_missing_data
from bot.store.migrate import (
    LATEST_REVISION,
    MIGRATIONS,
    check_complete,
    current_revision,
    upgrade,
)
from bot.store.patience import Patience, spread
from bot.store.releases import require_known
from bot.store.tables.main import heartbeats
from bot.vault import Vault
from bot.vault.keys.team_keys import number_teams

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from bot.settings import Settings
    from bot.store.postgresql.commit_history import MissingSpan
    from bot.store.writer import Work

FAILURE_CHECK_SECONDS = 0.25
SILENCE_CHECK_SECONDS = 0.5
_LATEST_BOT = Prepared(
    lambda _: select(heartbeats.c.bot).order_by(heartbeats.c.alive_at.desc()).limit(1)
)


def database_url(settings: Settings) -> str:
    """Return the URL of the deployment's database."""
    return settings.database_url or DataDirectory(settings.data).database_url


def upgrade_data(settings: Settings) -> None:
    """Upgrade data of an older release, and say so; raise SettingError if that fails."""
    with opening("database", "HAVEN_DATABASE_URL" if settings.database_url else "HAVEN_DATA"):
        upgrade_deployment(settings, lambda line: typer.echo(line, err=True))


def open_database(settings: Settings, patience: Patience | None = None) -> Database:
    """Open the database, created or upgraded if need be; raise SettingError if that fails."""
    DataDirectory(settings.data).create()
    database = Database(database_url(settings), patience)
    upgrade_data(settings)
    with opening("database", "HAVEN_DATABASE_URL" if settings.database_url else "HAVEN_DATA"):
        upgrade(database)
    return database


def existing_database(settings: Settings) -> Database:
    """Open the database as it is; raise HavenError if there is none of this release's schema.

    The original of a copy in PostgreSQL is refused.
    """
    refuse_moved(settings)
    require_data(settings)
    url = database_url(settings)
    if fault := fault_of(lambda: check_schema(url)):
        name = "HAVEN_DATABASE_URL" if settings.database_url else "HAVEN_DATA"
        raise HavenError(f"the database cannot be read: {fault} (set in {name})")
    return Database(url)


def check_schema(url: str) -> None:
    """Raise HavenError unless a database exists and has this release's schema."""
    database = database_at(url)
    revision = current_revision(database)
    require_known(revision, MIGRATIONS)
    if revision != LATEST_REVISION:
        raise HavenError(f"its schema is {revision}; haven start upgrades it to {LATEST_REVISION}")
    check_complete(database)


def database_at(url: str) -> Database:
    """Return the database at a URL; raise HavenError if a SQLite file is missing."""
    database = Database(url)
    if database.dialect == "sqlite" and not Path(str(database.url.database)).exists():
        raise HavenError(f"there is none at {Path(str(database.url.database)).absolute()}")
    return database


def open_vault(settings: Settings, database: Database, patience: Patience | None = None) -> Vault:
    """Open the vault of a database with this deployment's host key and key store.

    Raises:
        SettingError: the host key or the key store cannot be read.
        WrongHostKeyError: the host key belongs to another deployment.
        KeysMissingError: the key store is empty, or belongs to another deployment.
    """
    host_key = load_host_key(settings)
    keys, now = open_key_store(settings, patience), SystemClock().now()
    vault = Vault(keys.load_root(host_key, database, now), keys)
    keys.run(lambda work: number_teams(work, vault.prove, now))
    return vault


@contextlib.asynccontextmanager
async def open_storage(
    settings: Settings, patience: Patience | None = None, *, is_bot: bool = False
) -> AsyncIterator[tuple[Database, Vault]]:
    """Open database and vault of a long-running process, and close them afterwards.

    The database closes first: what it still has to write may need the key store.

    Raises:
        AlreadyRunningError: this process is the bot, and another bot uses the database.
    """
    database = open_database(settings, patience)
    vault = None
    try:
        if is_bot:
            database.claim_for_bot()
        vault = open_vault(settings, database, patience)
        _retire_earlier_keys(settings, vault)
        yield database, vault
    finally:
        await database.close()
        if vault is not None:
            vault.close()


def _retire_earlier_keys(settings: Settings, vault: Vault) -> None:
    """End the host keys before this one: now it is certain that a process runs with it."""
    if vault.keys is not None and (
        count := vault.keys.retire_earlier_keys(load_host_key(settings))
    ):
        log.info("host_keys_retired", count=count)


async def wait_for_failed_commit(database: Database, vault: Vault) -> NoReturn:
    """Raise CommitFailedError once one fails."""
    writer = database.writer
    # Polled: a thread that waits for the event could not be cancelled.
    while not (writer.failed.is_set() or vault.has_failed):  # noqa: ASYNC110
        await asyncio.sleep(FAILURE_CHECK_SECONDS)
    raise CommitFailedError(
        f"a commit failed; {writer.failure_reason}; restart Haven after repairing it"
    )


async def wait_until_writable(
    database: Database, vault: Vault, error: BaseException | None = None
) -> None:
    """Return once the database takes writes again, which is tried every few seconds.

    `error` is what ended the jobs, where no commit failed.

    Raises:
        CommitFailedError: something else than a refused write failed; only a restart helps.
        AlreadyRunningError: another bot has taken the database over.
    """
    writers = [it for it in (vault.writer, database.writer) if it is not None]
    since = min((it.failed_at for it in writers if it.failed_at), default=SystemClock().now())
    why = next((it.failure_reason for it in writers if it.failed_at), failure_reason(error))
    log.error("commit_failed", state=why)
    while all(it.can_reopen for it in writers):
        await asyncio.sleep(spread(database.patience.reopen))
        with contextlib.suppress(CommitFailedError):
            for writer in writers:
                await writer.reopen()
            seconds = (SystemClock().now() - since) / SECOND
            if database.dialect == "sqlite":
                log.info("disk_writable", seconds=seconds)
            else:
                log.info("database_writable", seconds=seconds)
            return
    for writer in writers:
        if isinstance(writer.failure, AlreadyRunningError):
            raise writer.failure
    raise CommitFailedError(f"a commit failed; {why}; restart Haven after repairing it")


async def watch_silence(database: Database, vault: Vault, mark: Path | None = None) -> NoReturn:
    """Log when a database stores nothing for some seconds, and when it does again.

    Meanwhile a file, which `haven doctor` looks for, says since when: microseconds since 1970.
    """
    writers = [it for it in (vault.writer, database.writer) if it is not None]
    since = 0
    try:
        while True:
            before, since = since, max(it.stalled_since for it in writers)
            since = min(before, since) if before else since  # of one time without answers
            if since and not before:
                log.error("database_silent", seconds=(SystemClock().now() - since) / SECOND)
                _set_mark(mark, since)
            elif before and not since:
                log.info("database_answers", seconds=(SystemClock().now() - before) / SECOND)
                _set_mark(mark, 0)
            await asyncio.sleep(SILENCE_CHECK_SECONDS)
    finally:
        _set_mark(mark, 0)


def is_opening_refused(error: BaseException) -> bool:
    """Tell whether the store was not there; opening it says so with the name of a setting."""
    cause = error.__cause__ if isinstance(error, SettingError) else None
    return is_store_error(cause or error)


async def watch_history(database: Database, vault: Vault) -> NoReturn:
    """Store for desk and doctor that a database lost what this process had stored in it.

    The key store counts too: without the keys of that time, what was sealed with them is lost.
    """
    writers = [it for it in (vault.writer, database.writer) if it is not None]
    waiting: list[MissingSpan] = []
    while True:
        waiting += [missing for it in writers if (missing := it.take_missing()) is not None]
        if waiting and await _store_missing(database, waiting):
            waiting.clear()
        await asyncio.sleep(SILENCE_CHECK_SECONDS)


async def _store_missing(database: Database, missing: Sequence[MissingSpan]) -> bool:
    """Store what is missing; tell whether that succeeded. If not, the store is away again."""
    since, until = min(it.since for it in missing), max(it.until for it in missing)
    now = SystemClock().now()
    try:
        await database.writer.run(lambda work: record_missing_data(work, since, until, now))
    except Exception as error:
        if not is_store_error(error):
            raise
        return False
    return True


def _set_mark(mark: Path | None, since: int) -> None:
    if mark is not None:
        with contextlib.suppress(OSError):  # a full disk may be what is wrong
            if since:
                mark.write_text(str(since), encoding="ascii")
            else:
                mark.unlink(missing_ok=True)


async def keep_store_open(database: Database, vault: Vault) -> NoReturn:
    """Open the store again whenever the disk had refused a write.

    Raises:
        CommitFailedError: only a restart helps.
    """
    while True:
        with contextlib.suppress(CommitFailedError):
            await wait_for_failed_commit(database, vault)
        await wait_until_writable(database, vault)


def latest_bot_id(work: Work) -> int | None:
    """Return the id of the bot that ran last, which people write to; None if none has run yet."""
    rows = work.rows(_LATEST_BOT)
    return int(rows[0][0]) if rows else None


def fault_of(check: Callable[[], object]) -> str | None:
    """Run a check and return what it found wrong; None if nothing."""
    try:
        check()
    except HavenError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - a check that cannot run has failed
        if is_driver_error(error):
            return opening_fault(error)
        return f"{type(error).__name__}: {error}"
    return None
