"""`haven backup`, `haven restore`, and `haven keys backup`, which makes the offline key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from bot.app.keys import load_host_key, open_key_store
from bot.app.storage import existing_database
from bot.cli.deployment import open_deployment
from bot.clock import HOUR, SystemClock
from bot.errors import BackupError, HavenError, SettingError
from bot.log import log
from bot.settings import Settings, load_settings
from bot.store.database import DataDirectory
from bot.vault import HostKey
from bot.vault.backup.create import Backup, delete_expired, list_archives
from bot.vault.backup.export_rows import deployed_since, load_erased, open_snapshot
from bot.vault.backup.offline_key import OfflineKey, OfflinePublicKey
from bot.vault.backup.restore import Restore, RestoreTarget
from bot.vault.erasure.erase import Erasures, LedgerEntry
from bot.vault.erasure.ledger import LEDGER_NAME, Ledger, read_ledger, write_ledger

LEDGER_HINT = (
    "Name another with --ledger: one is stored with the backups and with every copy of them. Only "
    "if there is none anywhere, restore with --without-ledger"
)
NO_BACKUP_KEY = (
    "HAVEN_BACKUP_KEY is not set: make a key with haven keys backup, best on another machine"
)


def new_backup_key(
    path: Path,
    *,
    passphrase: Annotated[bool, typer.Option(help="Lock the file with a passphrase.")] = True,
) -> None:
    """Make the offline key: the private half in a file to carry away, the public half printed."""
    typed = ""
    if passphrase:
        typed = typer.prompt("Passphrase", hide_input=True, confirmation_prompt=True)
    key = OfflineKey.create(path, typed)
    typer.echo(f"Made {path}. Take two copies to places without backups, then delete it here.")
    typer.echo(f"export HAVEN_BACKUP_KEY={key.public}")


def backup(
    into: Annotated[
        Path | None, typer.Argument(help="A folder; without it, HAVEN_BACKUPS.")
    ] = None,
) -> None:
    """Make a backup while Haven runs: two archives that only the offline key opens."""
    with open_deployment() as deployment:
        settings, now = deployment.settings, deployment.now()
        folder = into or settings.backups
        if folder is None:
            raise typer.BadParameter("name a folder, or set HAVEN_BACKUPS")
        if not settings.backup_key:
            raise SettingError(NO_BACKUP_KEY)
        public_key, host_key = OfflinePublicKey.parse(settings.backup_key), load_host_key(settings)
        files = DataDirectory(settings.data).files
        with closing(open_key_store(settings)) as keys, _progress_bar("packed") as progress:
            made = Backup(folder, public_key, host_key).create(
                deployment.database, keys.database, files, now, progress
            )
        write_ledger(folder, deployment.run(Erasures.load_all), host_key, now)
        expired = delete_expired(folder, now)
        deployment.run(lambda work: deployment.record(work, "backup", "all"))
    for path in made.paths:
        typer.echo(path)
    typer.echo(f"Rows: {made.rows}. Files: {made.files}. Expired archives deleted: {expired}.")
    typer.echo(f"Copy them and {LEDGER_NAME} to another place; the ledger every hour.")


def restore(  # noqa: PLR0913 - each parameter is an option of the command
    archives: Annotated[list[Path], typer.Argument(help="One main and one keys archive.")],
    to: Annotated[Path, typer.Option("--to", help="A folder that does not exist yet.")],
    key: Annotated[Path, typer.Option("--key", help="The file of the offline key.")],
    ledger: Annotated[Path | None, typer.Option(help="An erased.ledger from elsewhere.")] = None,
    database: Annotated[str, typer.Option(help="An empty database, for PostgreSQL.")] = "",
    keys: Annotated[str, typer.Option(help="An empty key store, for PostgreSQL.")] = "",
    *,
    without_ledger: Annotated[
        bool, typer.Option("--without-ledger", help="Accept that erased cases may come back.")
    ] = False,
) -> None:
    """Restore a backup into a new folder, without the cases that were erased since."""
    settings, now = load_settings(), SystemClock().now()
    host_key = load_host_key(settings)
    if to.resolve() == settings.data.resolve():
        raise HavenError(f"{to} is HAVEN_DATA: restore into another folder, never over it")
    erased = _erased_ledger(settings, archives, ledger, host_key, now)
    waiver = _check_ledger_age(erased, now, is_waived=without_ledger)
    offline_key = OfflineKey.load(key, lambda: typer.prompt("Passphrase", hide_input=True))
    with Console(stderr=True).status("reading") as status:
        done = Restore(offline_key, host_key, status.update).restore_into(
            archives, RestoreTarget(to, database, keys), erased.entries, now, waiver
        )
    typer.echo(f"In {to}: {done.cases} cases, {done.files} files.")
    typer.echo(f"Erased since, and not restored: {done.erased} cases.")
    if done.missing:
        typer.echo(f"Files whose content was not in the backup: {done.missing}.")
    typer.echo(f"The audit log ends at {done.head}. Compare it with the head you recorded.")
    typer.echo(f"Check it with HAVEN_DATA={to} haven doctor; then start with it.")


def _erased_ledger(
    settings: Settings, archives: list[Path], ledger: Path | None, host_key: HostKey, now: int
) -> Ledger:
    folders = {settings.backups, *(path.parent for path in archives)}
    paths = {path for it in folders if it and (path := it / LEDGER_NAME).exists()}
    paths |= {ledger} if ledger else set()
    found = [read_ledger(path, host_key) for path in sorted(paths)]
    if current := _current_ledger(settings, archives, now):
        found.append(current)
    return Ledger(
        tuple(entry for it in found for entry in it.entries),
        max((it.until for it in found if it.until <= now + HOUR), default=0),
    )


def _current_ledger(settings: Settings, archives: list[Path], now: int) -> Ledger | None:
    """Return what the current data say was erased; None if there are no data.

    They are complete until now, unless they begin after the archives were made: then they belong
    to another deployment, or to one that was started from scratch.
    """
    try:
        database = existing_database(settings)
    except HavenError:
        return None
    made = [it.made_at for path in archives for it in list_archives(path.parent) if it.path == path]
    with open_snapshot(database) as snapshot:
        is_complete = deployed_since(snapshot) < min(made, default=0)
        entries = tuple(LedgerEntry(bytes(it), at, why) for it, at, why in load_erased(snapshot))
    return Ledger(entries, now if is_complete else 0)


def _check_ledger_age(erased: Ledger, now: int, *, is_waived: bool) -> str:
    """Return a code for the audit log if the ledger is old; raise BackupError unless waived."""
    hours = (now - erased.until) // HOUR
    known = f"erasures are known until {hours} hours ago; cases erased later come back"
    if not erased.is_old(now):
        typer.echo(f"Note: {known}.")
        return ""
    if not erased.until:
        known = "no ledger says what was erased after the archives were made: it comes back"
    if not is_waived:
        raise BackupError(f"{known}. {LEDGER_HINT}")
    log.warning("restored_without_ledger")
    typer.echo(f"Restored all the same: {known}.", err=True)
    return f"until:{erased.until}"


@contextmanager
def _progress_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    with Progress(console=Console(stderr=True)) as bars:
        bar = bars.add_task(label, total=None)
        yield lambda done, total: bars.update(bar, completed=done, total=total)
