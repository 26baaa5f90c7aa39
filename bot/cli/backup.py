"""Backups, at the command line: a key that is kept elsewhere, archives made, archives put back."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from bot.clock import HOUR
from bot.errors import BackupError, HavenError, SettingError
from bot.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.settings import Settings
    from bot.vault import HostKey
    from bot.vault.backup.offline_key import OfflineKey, OfflinePublicKey
    from bot.vault.erasure.ledger import Ledger

LEDGER_HINT = (
    "Name another with --ledger: it lies beside the backups and beside every copy of them. Only if "
    "there is none anywhere, --without-ledger restores all the same"
)
NO_BACKUP_KEY = (
    "HAVEN_BACKUP_KEY is not set: make a key with haven keys backup, on another machine if any"
)


def new_backup_key(
    path: Path,
    *,
    passphrase: Annotated[bool, typer.Option(help="Seal the file with a passphrase.")] = True,
) -> None:
    """Make the offline key: its private half into a file to carry away, its public half printed."""
    from bot.vault.backup.offline_key import OfflineKey  # noqa: PLC0415 - each command pays for what it uses

    said = ""
    if passphrase:
        said = typer.prompt("Passphrase", hide_input=True, confirmation_prompt=True)
    key = OfflineKey.create(path, said)
    typer.echo(f"Made {path}. Carry it away, twice, to where no backup lies; then delete it here.")
    typer.echo(f"export HAVEN_BACKUP_KEY={key.public}")


def backup(
    into: Annotated[Path | None, typer.Argument(help="A folder; HAVEN_BACKUPS by itself.")] = None,
) -> None:
    """Make a backup while everything runs: two archives only the offline key opens."""
    from bot.app.build import open_vault  # noqa: PLC0415
    from bot.app.keys import open_key_store  # noqa: PLC0415
    from bot.cli.doctor import existing_database  # noqa: PLC0415
    from bot.clock import SystemClock  # noqa: PLC0415
    from bot.store.database import DataDirectory  # noqa: PLC0415
    from bot.vault import AuditLog  # noqa: PLC0415
    from bot.vault.audit.log import OPERATOR  # noqa: PLC0415
    from bot.vault.backup.create import Backup, delete_expired  # noqa: PLC0415
    from bot.vault.erasure.erase import Erasures  # noqa: PLC0415
    from bot.vault.erasure.ledger import write_ledger  # noqa: PLC0415

    settings = load_settings()
    folder = into or settings.backups
    if folder is None:
        raise typer.BadParameter("name a folder, or set HAVEN_BACKUPS")
    to, host = _read_public_key(settings), _load_host_key(settings)
    database, now = existing_database(settings), SystemClock().now()
    vault, keys = open_vault(settings, database), open_key_store(settings)
    audit = AuditLog(vault)
    try:
        with _progress_bar("packed") as tell:
            files = DataDirectory(settings.data).files
            made = Backup(folder, to, host).create(database, keys.database, files, now, tell)
        write_ledger(folder, database.writer.run_sync(Erasures.load_all), host, now)
        gone = delete_expired(folder, now)
        database.writer.run_sync(lambda work: audit.record(work, now, OPERATOR, "backup", "all"))
    finally:
        database.writer.close()
        vault.close()
        keys.close()
    for path in made.paths:
        typer.echo(path)
    typer.echo(f"Rows: {made.rows}. Files: {made.files}. Old archives removed: {gone}.")
    typer.echo("Copy them, and erased.ledger beside them, to another place; that one every hour.")


def restore(  # noqa: PLR0913, PLR0917 - what it is made of, and where it goes
    archives: Annotated[list[Path], typer.Argument(help="One archive main and one keys.")],
    to: Annotated[Path, typer.Option("--to", help="A folder that is not there yet.")],
    key: Annotated[Path, typer.Option("--key", help="The file of the offline key.")],
    ledger: Annotated[Path | None, typer.Option(help="An erased.ledger from elsewhere.")] = None,
    database: Annotated[str, typer.Option(help="An empty database, for PostgreSQL.")] = "",
    keys: Annotated[str, typer.Option(help="An empty key store, for PostgreSQL.")] = "",
    *,
    without_ledger: Annotated[
        bool, typer.Option("--without-ledger", help="What was erased since may come back.")
    ] = False,
) -> None:
    """Put a backup into a new folder; what was erased since does not come back."""
    from bot.clock import SystemClock  # noqa: PLC0415
    from bot.vault.backup.restore import Restore, RestoreTarget  # noqa: PLC0415

    settings = load_settings()
    host = _load_host_key(settings)
    if to.resolve() == settings.data.resolve():
        raise HavenError(f"{to} is HAVEN_DATA: a backup goes beside it, never over it")
    now = SystemClock().now()
    gone = _erased_ledger(settings, archives, ledger, host, now)
    blind = _check_ledger_age(gone, now, is_waived=without_ledger)
    opened = _read_offline_key(key)
    with _status_line() as tell:
        target = RestoreTarget(to, database, keys)
        done = Restore(opened, host, tell).restore_into(archives, target, gone.entries, now, blind)
    typer.echo(f"In {to}: {done.cases} cases, {done.files} files.")
    typer.echo(f"Erased since, and not restored: {done.erased} cases.")
    if done.missing:
        typer.echo(f"Files whose bytes were not in the backup: {done.missing}.")
    typer.echo(f"The audit log ends at {done.head}. Compare it with what was written down.")
    typer.echo(f"Look with HAVEN_DATA={to} haven doctor; then start with it.")


def _erased_ledger(
    settings: Settings, archives: list[Path], ledger: Path | None, host: HostKey, now: int
) -> Ledger:
    """Return what every ledger that can be found says was erased, together."""
    from bot.vault.erasure.ledger import LEDGER_NAME, Ledger, read_ledger  # noqa: PLC0415

    lying = [*archives, *([settings.backups / LEDGER_NAME] if settings.backups else [])]
    beside = {it.with_name(LEDGER_NAME) for it in lying if it.with_name(LEDGER_NAME).exists()}
    found = [read_ledger(path, host) for path in sorted(beside | ({ledger} if ledger else set()))]
    if live := _current_ledger(settings, archives, now):
        found.append(live)
    return Ledger(
        tuple(line for it in found for line in it.entries),
        max((it.until for it in found if it.until <= now + HOUR), default=0),
    )


def _current_ledger(settings: Settings, archives: list[Path], now: int) -> Ledger | None:
    """Return what the data of today say was erased; None where there are none.

    They know of everything until now, but where they begin after the archives were made: then they
    are those of another deployment, or of one that was begun anew.
    """
    from bot.cli.doctor import existing_database  # noqa: PLC0415
    from bot.vault.backup.create import list_archives  # noqa: PLC0415
    from bot.vault.backup.export_rows import deployed_since, load_erased, open_snapshot  # noqa: PLC0415
    from bot.vault.erasure.erase import LedgerEntry  # noqa: PLC0415
    from bot.vault.erasure.ledger import Ledger  # noqa: PLC0415

    try:
        database = existing_database(settings)
    except HavenError:
        return None
    made = [it.made_at for path in archives for it in list_archives(path.parent) if it.path == path]
    with open_snapshot(database) as seen:
        is_older = deployed_since(seen) < min(made, default=0)
        lines = tuple(LedgerEntry(bytes(it), at, why) for it, at, why in load_erased(seen))
    return Ledger(lines, now if is_older else 0)


def _check_ledger_age(gone: Ledger, now: int, *, is_waived: bool) -> str:
    """Say until when it is known what was erased; return a code where somebody goes on in the dark.

    Raises:
        BackupRefused: what was erased since would come back, and nobody said that it may.
    """
    from bot.log import log  # noqa: PLC0415

    hours = (now - gone.until) // HOUR
    known = f"what was erased is known until {hours} hours ago; what was erased later comes back"
    if not gone.is_old(now):
        typer.echo(f"Note: {known}.")
        return ""
    if not gone.until:
        known = "no ledger says what was erased after the archives were made: it comes back"
    if not is_waived:
        raise BackupError(f"{known}. {LEDGER_HINT}")
    log.warning("restored_without_ledger")
    typer.echo(f"Restored all the same: {known}.", err=True)
    return f"until:{gone.until}"


def _read_offline_key(path: Path) -> OfflineKey:
    from bot.vault.backup.offline_key import OfflineKey  # noqa: PLC0415

    return OfflineKey.load(path, lambda: typer.prompt("Passphrase", hide_input=True))


def _load_host_key(settings: Settings) -> HostKey:
    from bot.app.keys import load_host_key  # noqa: PLC0415

    return load_host_key(settings)


def _read_public_key(settings: Settings) -> OfflinePublicKey:
    from bot.vault.backup.offline_key import OfflinePublicKey  # noqa: PLC0415

    if not settings.backup_key:
        raise SettingError(NO_BACKUP_KEY)
    return OfflinePublicKey.parse(settings.backup_key)


@contextmanager
def _progress_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    with Progress(console=Console(stderr=True)) as bars:
        bar = bars.add_task(what, total=None)
        yield lambda done, total: bars.update(bar, with_message_ids=done, total=total)


@contextmanager
def _status_line() -> Iterator[Callable[[str], None]]:
    from rich.console import Console  # noqa: PLC0415

    with Console(stderr=True).status("reading") as status:
        yield status.update
