"""`haven backup`, `haven restore`, and `haven keys backup`, which makes the offline key."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from bot.app.databases.moved import refuse_moved
from bot.app.file_storage.opening import checked_blobs, still_saved
from bot.app.keys import key_store_url, load_host_key, open_key_store
from bot.app.retention import require_outside
from bot.app.sign_in import ask_again, ask_secret, require_strong
from bot.app.storage import database_at, existing_database, fault_of
from bot.cli.deployment import Deployment, open_deployment
from bot.cli.output import count_of, format_time
from bot.clock import HOUR, MINUTE, SystemClock
from bot.errors import BackupError, HavenError, SettingError
from bot.log import log
from bot.settings import Settings, load_settings
from bot.settings.env_file import ENV_FILE, env_file_path
from bot.setup.credentials import RUNS_SYSTEMD
from bot.vault import HostKey
from bot.vault.backup.create import (
    Backup,
    StoredArchive,
    delete_expired,
    list_archives,
    newest_pair,
    stored_archive,
)
from bot.vault.backup.export_rows import (
    ArchivePart,
    deployed_since,
    load_erased,
    open_snapshot,
)
from bot.vault.backup.offline_key import BackupRecipients, OfflineKey, OfflineKeys
from bot.vault.backup.restore import (
    InspectedBackup,
    Restore,
    RestoreResult,
    RestoreTarget,
    check_target,
)
from bot.vault.erasure.erase import Erasures, LedgerEntry
from bot.vault.erasure.ledger import LEDGER_NAME, MAX_AGE, Ledger, read_ledger, write_ledger
from bot.vault.keys.key_store import host_key_mark, live_root
from bot.vault.keys.passwords import MIN_LENGTH

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from rich.status import Status

LEDGER_HINT = (
    "Name another with --ledger: one is stored with the backups and with every copy of them. Only "
    "if there is none anywhere, restore with --without-ledger"
)
NO_BACKUP_KEY = (
    "HAVEN_BACKUP_KEY is not set: make a key with haven keys backup, best on another machine"
)
FILES_RESTORED = (
    "The files are in {to}/files, not in HAVEN_FILES_URL. Unset it for this copy, or move them to "
    "an empty prefix: HAVEN_DATA={to} HAVEN_FILES_URL= haven files move --to s3://BUCKET/PREFIX"
)
MISSING_FILES = (
    "{count} files of cases are not in this backup: they are not in {where} (haven files where). "
    "Is HAVEN_FILES_URL right? Keep an older backup until it is"
)
NO_FOLDER = "HAVEN_BACKUPS is not set: name a folder there, or after haven backup"
NO_HOST_KEY = (
    "A restore needs the host key of the deployment, from the copy kept elsewhere: name it with "
    "--host-key; a new one does not open its backups"
)


def new_backup_key(
    path: Path,
    passphrase_file: Annotated[
        Path | None, typer.Option(help="File with the passphrase; without it, it is typed.")
    ] = None,
    *,
    passphrase: Annotated[bool, typer.Option(help="Lock the file with a passphrase.")] = True,
) -> None:
    """Make the offline key: the private half in a file to carry away, the public half printed."""
    typed = ""
    if passphrase:
        asked = f"Passphrase ({MIN_LENGTH} characters or more)"
        typed = ask_secret(passphrase_file, asked)
        require_strong(typed, what="passphrase")
        if passphrase_file is None:
            ask_again(typed)
    key = OfflineKey.create(path, typed)
    typer.echo(f"Made {path}. Take two copies to places without backups, then delete it here.")
    typer.echo(f"export HAVEN_BACKUP_KEY={key.recipient}")
    hint = "Where haven setup installed Haven, run it again: it asks for that line."
    typer.echo(hint, err=True)  # a script reads the line alone


def backup(
    into: Annotated[
        Path | None,
        typer.Argument(help="A folder; without it, HAVEN_BACKUPS.", readable=False),
    ] = None,
) -> None:
    """Make a backup while Haven runs: two archives that only an offline key opens."""
    with open_deployment() as deployment:
        folder = into or deployment.settings.backups
        if folder is None:
            raise SettingError(NO_FOLDER)
        make_backup(deployment, folder)


def make_backup(deployment: Deployment, folder: Path) -> None:
    """Make a backup of an open deployment in a folder, and say what was made.

    Raises:
        SettingError: no key is set to whom it would be encrypted.
        BackupError: it cannot be written, or another one is being made there; or files of cases are
            not where they should lie: then the archives of all the rest are made.
    """
    settings, mac = deployment.settings, deployment.vault.backup_mac
    if not settings.backup_key:
        raise SettingError(NO_BACKUP_KEY)
    require_outside(settings, folder)
    recipients = BackupRecipients.parse(settings.backup_key)
    packing, blobs = Backup(folder, recipients, mac), checked_blobs(settings)
    with packing.hold():  # before a bar is shown
        now = deployment.now()  # later than that of a backup that ended a moment ago
        with closing(open_key_store(settings)) as keys, _progress_bar("packed") as progress:
            made = packing.create(deployment.database, keys.database, blobs, now, progress)
        write_ledger(folder, deployment.run(Erasures.load_all), mac, now)
        expired = delete_expired(folder, now)
    deployment.run(lambda work: deployment.record(work, "backup", "all"))
    for path in made.paths:
        typer.echo(path)
    typer.echo(f"Rows: {made.rows}. Files: {made.files}. Expired archives deleted: {expired}.")
    typer.echo(f"Copy them and {LEDGER_NAME} to another place; the ledger every hour.")
    if missing := deployment.run(lambda work: still_saved(work, made.missing)):
        raise BackupError(MISSING_FILES.format(count=len(missing), where=blobs.where))


def restore(  # noqa: PLR0913 - each parameter is an option of the command
    archives: Annotated[
        list[Path],
        typer.Argument(help="A folder of backups, for its newest; or one main and one keys."),
    ],
    *,
    to: Annotated[Path, typer.Option("--to", help="A folder that does not exist yet.")],
    key: Annotated[
        list[Path], typer.Option("--key", help="A file of an offline key; several are all tried.")
    ],
    host_key: Annotated[
        list[Path] | None,
        typer.Option(
            "--host-key",
            help="The copy of the host key, on another machine; or one from before a rotation.",
        ),
    ] = None,
    ledger: Annotated[Path | None, typer.Option(help="An erased.ledger from elsewhere.")] = None,
    database: Annotated[str, typer.Option(help="An empty database, for PostgreSQL.")] = "",
    keys: Annotated[str, typer.Option(help="An empty key store, for PostgreSQL.")] = "",
    without_ledger: Annotated[
        bool, typer.Option("--without-ledger", help="Accept that erased cases may come back.")
    ] = False,
) -> None:
    """Restore a backup into a new folder, without the cases that were erased since."""
    settings, now = load_settings(), SystemClock().now()
    hosts = _host_keys(settings, host_key or [])
    if to.resolve() == settings.data.resolve():
        raise HavenError(f"{to} is HAVEN_DATA: restore into another folder, never over it")
    target = RestoreTarget(to, database, keys)
    check_target(target)
    paths = _named_archives(archives)
    live = _live_root(settings, hosts)
    status = Console(stderr=True).status("reading")
    restoring = Restore(_offline_keys(key, status), hosts, status.update, live)
    with status:
        found = restoring.inspect(paths, now)
    erased = _erased_ledger(settings, paths, ledger, found, live)
    waiver = _check_ledger_age(erased, now, is_waived=without_ledger)
    with status:
        done = restoring.restore_into(found, target, erased.entries, now, waiver)
    _tell_restored(done, to, settings.zone)
    _tell_key(hosts, found)
    _tell_next_steps(settings, target, host_key or [])
    if settings.files_url:
        typer.echo(FILES_RESTORED.format(to=to.absolute()))


def _offline_keys(files: list[Path], status: Status) -> OfflineKeys:
    """Return the offline keys of files; the status stops while a passphrase is asked for."""

    def ask(path: Path) -> str:
        status.stop()
        passphrase = _ask_passphrase(path)
        status.start()
        return passphrase

    return OfflineKeys.load(files, ask)


CHATS_BEGIN_AGAIN = """\
Chats are in no backup: who writes is answered as a new person. Their words are in the case, as not
confirmed, until a caseworker confirms who writes. Replies that had not been sent are gone."""


def _tell_restored(done: RestoreResult, to: Path, zone: ZoneInfo) -> None:
    typer.echo(f"In {to}: {count_of(done.cases, 'case')}, {count_of(done.files, 'file')}.")
    typer.echo(f"They are of {format_time(done.made_at, zone)}: what came later is not in them.")
    typer.echo(CHATS_BEGIN_AGAIN)
    typer.echo(f"Erased since, and not restored: {count_of(done.erased, 'case')}.")
    if done.missing:
        typer.echo(f"Files whose content was not in the backup: {done.missing}.")
    typer.echo(f"The audit log ends at {done.head}. Heads up to that number can be compared with")
    typer.echo("it (haven audit verify --head); a later one was recorded after the backup.")


def _tell_key(hosts: Sequence[HostKey], found: InspectedBackup) -> None:
    """Say that data open with this machine's host key, if that is not the one of the backup."""
    of_backup = {bytes(mark) for mark, *_rest in found.archives[ArchivePart.KEYS].roots}
    mark = host_key_mark(hosts[0])
    if of_backup and mark not in of_backup:
        typer.echo(
            f"Note: these data open with the host key of this machine (mark {mark.hex()}), and not "
            f"with the one of the backup ({', '.join(sorted(it.hex() for it in of_backup))}). If "
            "yours is the newer one, all is well. If it was retired in a rotation, rotate it here "
            "as well before anyone is answered (haven keys rotate).",
            err=True,
        )


def _tell_next_steps(settings: Settings, target: RestoreTarget, named: Sequence[Path]) -> None:
    """Print the command that checks what was restored, as it can be typed here, and the next."""
    places = (
        ("HAVEN_DATABASE_URL", target.database_url, settings.database_url),
        ("HAVEN_KEYS_URL", target.keys_url, settings.keys_url),
        ("HAVEN_FILES_URL", "", settings.files_url),
    )
    names = {"HAVEN_DATA": str(target.folder.absolute())}
    # An empty one takes back what the settings of this machine say.
    names |= {name: given for name, given, usual in places if given or usual}
    has_key = settings.host_key_file is not None or settings.host_key_credential() is not None
    if not has_key and named:
        names["HAVEN_HOST_KEY_FILE"] = str(named[0].absolute())
    words = " ".join(f"{name}={shlex.quote(it)}" for name, it in names.items())
    typer.echo(f"Check it:\n    {words} haven doctor")
    if env_file_path() == ENV_FILE:
        stop = "systemctl stop haven.service" if RUNS_SYSTEMD.is_dir() else "stop Haven"
        typer.echo(f"To use it: {stop}, then haven setup: among the other")
        typer.echo("details it asks for the folder of the data, and gives it to the service.")
    elif has_key:
        typer.echo("To use it: haven start, with the same in front.")
    else:
        typer.echo("Until haven setup has run, that finds no token and no organisation.")


def _host_keys(settings: Settings, named: Sequence[Path]) -> list[HostKey]:
    """Return the host keys to try: that of this machine, if it has one, first."""
    found = [_named_key(path) for path in named]
    if found and settings.host_key_file is None and settings.host_key_credential() is None:
        return found
    try:
        return [load_host_key(settings), *found]
    except SettingError as error:
        raise SettingError(f"{error}. {NO_HOST_KEY}") from None


def _named_key(path: Path) -> HostKey:
    if not path.exists():
        raise BackupError(
            f"there is no file {path}: name the copy of the host key with --host-key, from where "
            "it is kept; after a rotation, the earlier one"
        )
    return HostKey.load(path, ask=lambda: _ask_passphrase(path), named="--host-key")


def _named_archives(named: Sequence[Path]) -> tuple[Path, ...]:
    """Return the archives to restore: of a folder, or of several nights, the newest that match.

    Raises:
        BackupError: one is missing, or there is no pair.
    """
    stored: list[StoredArchive] = []
    for path in named:
        if not path.exists():
            raise BackupError(
                f"there is no {path}: name a folder that holds copies of the backups, or one "
                "archive haven-main-....age and one haven-keys-....age"
            )
        found = list_archives(path) if path.is_dir() else filter(None, [stored_archive(path)])
        stored += found
    if not any(path.is_dir() for path in named) and len(stored) < len(named):
        return tuple(named)  # under names of their own
    pair = newest_pair(stored, ", ".join(str(path) for path in named))
    typer.echo(f"Restoring {' and '.join(path.name for path in pair)}.")
    _note_other_moments(pair, stored)
    return pair


def _note_other_moments(pair: tuple[Path, Path], stored: Sequence[StoredArchive]) -> None:
    """Say what is not in the archives: they are of two nights, or newer data have no keys."""
    made = {it.path: it.made_at for it in stored}
    main, keys = pair
    if made[keys] - made[main] > MAX_AGE:  # a new host key has its keys backed up by themselves
        typer.echo(
            f"Note: {main.name} is older than {keys.name}: what came after it is not restored. "
            "Is a newer archive of data elsewhere?",
            err=True,
        )
    newest = max((it for it in stored if it.part is ArchivePart.MAIN), key=lambda it: it.made_at)
    if newest.path != main:
        typer.echo(
            f"Note: {newest.path.name} is left out: no archive of keys here is as new.", err=True
        )


def _ask_passphrase(path: Path) -> str:
    return str(typer.prompt(f"Passphrase of {path}", hide_input=True))


def _live_root(settings: Settings, hosts: Sequence[HostKey]) -> HostKey | None:
    """Return the root of the present key store; None if there is none, or it cannot be opened."""
    found: list[HostKey | None] = []
    with suppress(HavenError):
        database = database_at(key_store_url(settings))
        fault_of(lambda: found.append(live_root(database, hosts)))  # it may be what was lost
    return found[0] if found else None


def _erased_ledger(
    settings: Settings, archives: Sequence[Path], ledger: Path | None, found: InspectedBackup,
    live: HostKey | None,
) -> Ledger:  # fmt: skip
    """Return what all ledgers say was erased, and until when the newest is complete."""
    if ledger is not None and not ledger.exists():
        raise BackupError(f"there is no file {ledger}: name a copy of {LEDGER_NAME} with --ledger")
    folders = {settings.backups, *(path.parent for path in archives)}
    paths = {path for it in folders if it and (path := it / LEDGER_NAME).exists()}
    paths |= {ledger} if ledger else set()
    ledgers = [read_ledger(path, found.vault.backup_mac) for path in sorted(paths)]
    made_at, now = min(it.info.made_at for it in found.archives.values()), SystemClock().now()
    if live == found.root and (current := _current_ledger(settings, made_at, now)):
        ledgers.append(current)
    return Ledger(
        tuple(entry for it in ledgers for entry in it.entries),
        max((it.until for it in ledgers if it.until <= now + HOUR), default=0),
    )


def _current_ledger(settings: Settings, made_at: int, now: int) -> Ledger | None:
    """Return what the present data say was erased; None if there are no data.

    They are complete until now, unless they begin after the archives were made: then they were
    started from scratch.

    Raises:
        SettingError: the present data are in a copy in PostgreSQL, which the settings do not name.
    """
    refuse_moved(settings)
    try:
        database = existing_database(settings)
    except HavenError:
        return None
    with open_snapshot(database) as snapshot:
        is_complete = deployed_since(snapshot) < made_at
        entries = tuple(LedgerEntry(bytes(it), at, why) for it, at, why in load_erased(snapshot))
    return Ledger(entries, now if is_complete else 0)


def _check_ledger_age(erased: Ledger, now: int, *, is_waived: bool) -> str:
    """Return a code for the audit log if the ledger is old; raise BackupError unless waived."""
    known = (
        f"erasures are known until {_ago(max(0, now - erased.until))}; a case erased after that "
        "comes back"
    )
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


def _ago(time: int) -> str:
    """Return a time in minutes or, from two hours on, in hours; a backup may be seconds old."""
    if time < 2 * HOUR:
        minutes = max(1, time // MINUTE)
        return f"{minutes} minute{'s' * (minutes > 1)} ago"
    return f"{time // HOUR} hours ago"


@contextmanager
def _progress_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    with Progress(console=Console(stderr=True)) as bars:
        bar = bars.add_task(label, total=None)
        yield lambda done, total: bars.update(bar, completed=done, total=total)
