"""The deployment a command works on: settings, database and vault, opened once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import typer

from bot.app.databases.upgrade import needs_upgrade
from bot.app.keys import load_host_key
from bot.app.sign_in import ask_secret, sign_in
from bot.app.storage import existing_database, open_database, open_vault
from bot.cases.queries import find_case_id
from bot.cases.state_machine import CASE_ROLES
from bot.clock import SystemClock
from bot.errors import HavenError
from bot.hotline.commands.permissions import reason_refusal
from bot.hotline.commands.types import Command
from bot.hotline.staff.staff import Caseworker, Staff
from bot.settings import Settings, load_settings
from bot.store.data_folder import require_data_or_room
from bot.store.database import Database
from bot.store.writer import Work
from bot.vault import AuditLog, Vault
from bot.vault.audit.log import OPERATOR
from bot.vault.keys.keyring import Keyring

T = TypeVar("T")
NO_REASON = (
    "a colleague of {by} has this case: {by} first says why, at the desk in the browser or with "
    "/reason in the topic of the case"
)


@dataclass(frozen=True)
class Deployment:
    """An open deployment."""

    settings: Settings
    database: Database
    vault: Vault
    audit: AuditLog

    def run(self, unit: Callable[[Work], T]) -> T:
        """Run a unit of work in one transaction, and return its result."""
        return self.database.writer.run_sync(unit)

    def read(self, reading: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine that reads, as the function of this name."""
        return read(self.database, reading)

    @staticmethod
    def now() -> int:
        """Return the moment (microseconds)."""
        return SystemClock().now()

    def record(self, work: Work, action: str, subject: str, detail: str = "") -> None:
        """Record in the audit log what the operator does."""
        self.audit.record(work, self.now(), OPERATOR, action, subject, detail)

    def sign_in(self, who: str, password_file: Path | None, reference: str = "") -> Keyring:
        """Sign a caseworker in; raise WrongPasswordError for a wrong password, or no access."""
        return sign_in(self.database, self.vault, who, ask_secret(password_file), reference)

    def require_decider(self, work: Work, who: str) -> Caseworker:
        """Return a caseworker who may decide about cases; raise HavenError if there is none."""
        found = Staff(self.vault).find(work, who)
        if found is None or not found.is_active or found.role not in CASE_ROLES:
            raise HavenError(f"{who} is not a caseworker who may do this; see haven staff list")
        return found

    def require_reason(self, work: Work, command: Command, by: Caseworker) -> None:
        """Raise HavenError for a supervisor who has not said why, of a colleague's case."""
        if reason_refusal(self.audit, work, command, by, self.now()):
            raise HavenError(NO_REASON.format(by=by.id))


def read(database: Database, reading: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that reads, and close the connections its event loop opened."""

    async def read_and_close() -> T:
        try:
            return await reading
        finally:
            await database.readers.dispose()

    return asyncio.run(read_and_close())


@contextmanager
def open_deployment(
    *, create: bool = False, settings: Settings | None = None
) -> Iterator[Deployment]:
    """Open the deployment of some settings, by default this process's, and close it afterwards.

    With `create` the database is created, and a new folder is announced; otherwise it must exist.
    Only a start and `haven upgrade` upgrade one.

    Raises:
        HavenError: settings, database, host key or key store cannot be used.
    """
    settings = settings or load_settings()
    if create:
        load_host_key(settings)  # without one, no database is created
        begins = require_data_or_room(settings)
    is_new = create and not needs_upgrade(settings)
    database = open_database(settings) if is_new else existing_database(settings)
    if create and begins:
        typer.echo(f"New data folder: {settings.data.absolute()} (HAVEN_DATA)", err=True)
    try:
        with closing(open_vault(settings, database)) as vault:
            yield Deployment(settings, database, vault, AuditLog(vault))
    finally:
        database.writer.close()


def require_case(work: Work, reference: str) -> str:
    """Return the id of the case with a reference; raise HavenError if there is none."""
    case = find_case_id(work, reference)
    if case is None:
        raise no_such_case(reference)
    return case


def no_such_case(reference: str) -> HavenError:
    """Return the error for a reference that no case has."""
    return HavenError(f"there is no case {reference}; haven cases list shows them")
