"""What `haven fleet status` shows of one deployment: read in its own process, handed on as JSON.

Numbers and states only: nothing about a person, a case or a caseworker leaves that process.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import typer
from sqlalchemy import func, or_, select

from bot.app.databases.standbys import FollowedDatabase, keys_fault, load_standbys
from bot.app.databases.upgrade import UpgradePart, load_parts
from bot.app.storage import existing_database
from bot.cases.urgency import Priority
from bot.clock import SECOND, SystemClock
from bot.errors import HavenError
from bot.mailbox.inbox import IN_QUEUE, WAITING
from bot.mailbox.letter import LetterState
from bot.monitoring.readings import read_database
from bot.release import installed_release
from bot.settings import Settings, load_settings
from bot.store.compiled import Prepared
from bot.store.faults import failure_reason, is_driver_error
from bot.store.processes.running import STANDS_BY, load_processes
from bot.store.replication import Durability
from bot.store.statements import select_by
from bot.store.tables.keys import key_stores
from bot.store.tables.main import NOT_DONE, UNSENT, inbox, outbox
from bot.vault.backup.create import MAX_BACKUP_AGE, list_archives
from bot.vault.backup.export_rows import ArchivePart

if TYPE_CHECKING:
    from bot.store.database import Database
    from bot.store.work import Work

_COUNTS = Prepared(
    lambda _: select(
        select(func.count())
        .select_from(inbox)
        .where(NOT_DONE, or_(inbox.c.state == WAITING, inbox.c.state == IN_QUEUE))
        .scalar_subquery(),
        select(func.count())
        .select_from(outbox)
        .where(UNSENT, outbox.c.state == LetterState.QUEUED.value, outbox.c.hold.is_(None))
        .scalar_subquery(),
    )
)
_IDENTITY = (
    "SELECT c.system_identifier || '/' || d.oid FROM pg_control_system() c, pg_database d"
    " WHERE d.datname = current_database()"
)
_STORES = select_by(key_stores, "store")
URGENT = (Priority.EMERGENCY, Priority.WITHIN_A_DAY)


class DeploymentReport(msgspec.Struct, kw_only=True):
    """What is known of a deployment at one moment; spans are seconds."""

    release: str
    schema: str = ""
    roles: str = ""
    waiting: int = 0
    """Updates and letters that wait."""
    oldest: float = 0.0
    """How long the one waits that has waited longest."""
    overdue: int = 0
    """Replies to people in danger that are overdue."""
    standby: str = ""
    lag: float = 0.0
    backup: float | None = None
    """The age of the newest backup; None where there is none."""
    databases: list[str] = []
    """By what data and key store are known to be another's, too, or a copy of it."""
    faults: list[str] = []


def load_report(settings: Settings) -> DeploymentReport:
    """Return what is known; what cannot be read is among the faults."""
    report = DeploymentReport(release=installed_release())
    try:
        parts = load_parts(settings)
        report.schema = _schema(parts)
        report.databases = [it for part in parts if (it := _identity(part.database))]
        _read_standbys(report, settings)
        if not any(part.steps for part in parts):
            _read_data(report, settings)
    except HavenError as error:
        report.faults.append(str(error))
    except Exception as error:
        if not is_driver_error(error):
            raise
        report.faults.append(failure_reason(error))
    _read_backups(report, settings)
    return report


def _schema(parts: tuple[UpgradePart, UpgradePart]) -> str:
    """Return the revisions of data and keys, and whether they are to be upgraded."""
    if parts[0].revision is None:
        raise HavenError("there are no data: haven setup or haven staff add begin them")
    found = "/".join(part.revision or "none" for part in parts)
    return f"{found}, to upgrade" if any(part.steps for part in parts) else found


def _identity(database: Database) -> str:
    if database.dialect == "sqlite":
        found = Path(str(database.url.database)).stat()
        return f"{found.st_dev}/{found.st_ino}"
    with closing(database.connect_briefly()) as connection:
        try:
            return str(connection.execute(_IDENTITY).fetchone()[0])
        except Exception as error:
            if not is_driver_error(error):
                raise
            return ""  # a managed service may have taken the function away


def _read_standbys(report: DeploymentReport, settings: Settings) -> None:
    data, keys = load_standbys(settings)
    report.standby = _standby_text(data)
    report.lag = max(data.found.seconds_behind, keys.found.seconds_behind)
    found = dict.fromkeys(it for it in (data.fault, keys.fault, keys_fault(data, keys)) if it)
    report.faults += found


def _standby_text(data: FollowedDatabase) -> str:
    if data.found.durability is Durability.ALONE:
        return "none"
    return data.found.durability.value


def _read_data(report: DeploymentReport, settings: Settings) -> None:
    now = SystemClock().now()

    def look(work: Work) -> None:
        found = read_database(work, now)
        ((updates, letters),) = work.rows(_COUNTS)
        report.waiting = updates + letters
        report.oldest = max(found.oldest_update, found.oldest_letter) / SECOND
        report.databases += [f"key store {store.hex()}" for (store,) in work.rows(_STORES)]
        report.roles = _roles(work, now)
        report.overdue = sum(found.overdue[it] for it in URGENT)

    with closing(existing_database(settings).writer) as writer:
        writer.run_sync(look)
    if not report.roles:
        report.faults.append("no bot runs: haven start")


def _roles(work: Work, now: int) -> str:
    """Return what runs, and where: roles and machine of each process that lives."""
    living = [it for it in load_processes(work) if it.is_alive(now)]
    return "; ".join(
        f"{it.roles} on {it.host}{' (stands by)' if it.state == STANDS_BY else ''}" for it in living
    )


def _read_backups(report: DeploymentReport, settings: Settings) -> None:
    if settings.backups is None:
        return
    newest = {it.part: it.made_at for it in list_archives(settings.backups)}  # oldest first
    if set(newest) == set(ArchivePart):
        report.backup = (SystemClock().now() - min(newest.values())) / SECOND
    if report.backup is None or report.backup * SECOND > MAX_BACKUP_AGE:
        report.faults.append("the newest backup is older than 26 hours, or there is none")


def print_report() -> None:
    """Print, as one JSON document, what fleet status shows of the deployment of these settings."""
    typer.echo(msgspec.json.encode(load_report(load_settings())).decode())
