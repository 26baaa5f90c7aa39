"""`haven keys`: the host key, escrow, and who can open cases."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.app.databases.moved import refuse_moved
from bot.app.databases.rotation_lock import rotation_lock
from bot.app.keys import load_host_key, open_key_store
from bot.app.sign_in import (
    ask_again,
    ask_secret,
    opens_no_case,
    password_cost,
    rewrap_cases,
)
from bot.app.storage import existing_database
from bot.cli.backup import new_backup_key
from bot.cli.deployment import Deployment, open_deployment
from bot.cli.options import PasswordFile, SignedIn
from bot.cli.output import local_time, print_words
from bot.cli.rescue import rescue_cases
from bot.clock import SECOND, SystemClock
from bot.errors import HavenError, SettingError
from bot.hotline.staff.staff import Staff
from bot.private_file import give_as_its_folder
from bot.settings import Settings, load_settings
from bot.settings.missing import CREDENTIAL
from bot.setup.credentials import (
    RUNS_SYSTEMD,
    CredentialFolder,
    decrypt_command,
    is_handed_over,
)
from bot.setup.files import MACHINE
from bot.setup.service_files import services_that_run
from bot.store.database import Database
from bot.store.writer import Work
from bot.vault import OPERATOR, HostKey, KeyStore, Vault
from bot.vault.backup.create import Backup
from bot.vault.backup.export_rows import ARCHIVE_RETENTION, ArchivePart
from bot.vault.backup.offline_key import BackupRecipients
from bot.vault.keys.escrow import RetiredEscrow
from bot.vault.keys.host_key import is_inside
from bot.vault.keys.key_store import WHAT_A_MARK_IS, host_key_mark, live_root, open_rotation
from bot.vault.keys.keyring import Keyring
from bot.vault.keys.passwords import PasswordCost

keys_app = typer.Typer(no_args_is_help=True)
keys_app.command("backup")(new_backup_key)
keys_app.command("rescue")(rescue_cases)
LOCKED_CREDENTIAL = (
    "a service cannot type a passphrase: name a file that holds it in HAVEN_PASSPHRASE_FILE "
    "(/etc/haven/haven.env) first, or make the new key without one"
)
NO_STAFF_TO_OPEN = (
    "no caseworker has a key that opens cases, so the parts can give access to no one. Nothing was "
    "changed. First enrol one (haven staff add), then: haven keys escrow --open"
)
REPLACES = (
    "There is an escrow key, made on {day}. A new one replaces it: its three parts open nothing "
    "afterwards, and are to be destroyed. Replace it?"
)
PartFile = Annotated[
    list[Path] | None,
    typer.Option(
        "--part-file", help="File with one printed part; give two. Without, both are asked for."
    ),
]
PassphraseFile = Annotated[
    Path | None, typer.Option(help="File with the passphrase that locks the new key.")
]
Lock = Annotated[bool, typer.Option("--lock", help="Ask for a passphrase that locks the key.")]


@keys_app.command("new")
def new_key(
    context: typer.Context,
    path: Path,
    passphrase_file: PassphraseFile = None,
    *,
    lock: Lock = False,
) -> None:
    """Write a new host key into a file outside the data folder."""
    with suppress(SettingError):  # of settings that are still to be made
        _refuse_inside(path, load_settings())
    passphrase = _ask_passphrase(passphrase_file, lock=lock)
    HostKey.create(path, passphrase, password_cost(context))
    typer.echo(f"Made {path}. Keep a copy in another place: without it no bot starts, and no")
    typer.echo("backup is restored.")
    if passphrase:
        typer.echo("Its passphrase is asked at every start, or read from HAVEN_PASSPHRASE_FILE.")
        typer.echo("It cannot be recovered: keep it elsewhere, and apart from that copy.")


@keys_app.command("rotate")
def rotate_key(
    context: typer.Context,
    path: Path,
    passphrase_file: PassphraseFile = None,
    *,
    lock: Lock = False,
    discard_unused: Annotated[
        bool,
        typer.Option(
            "--discard-unused", help="First end a key that was made before and is lost, unused."
        ),
    ] = False,
) -> None:
    """Make another host key; once Haven has started with it, the old one opens no data."""
    settings = load_settings()
    _refuse_inside(path, settings)
    database = existing_database(settings)
    database.writer.close()
    with rotation_lock(settings):
        _rotate(
            settings, database, path, lambda: _ask_passphrase(passphrase_file, lock=lock),
            password_cost(context), discard_unused=discard_unused,
        )  # fmt: skip


def _rotate(
    settings: Settings,
    database: Database,
    path: Path,
    ask_passphrase: Callable[[], str],
    cost: PasswordCost,
    *,
    discard_unused: bool,
) -> None:
    """Make another host key in a file, and say what to do with both; `rotation_lock` is held."""
    now = SystemClock().now()
    with closing(open_key_store(settings)) as keys:
        old = load_host_key(settings)
        if discard_unused:
            typer.echo(f"Host keys that open no data any more: {keys.discard_unused_keys(old)}.")
        if not path.exists() and (fault := open_rotation(keys.host_key_marks(), old)):
            raise HavenError(f"the host key was rotated before: {fault}")
        passphrase = ask_passphrase()
        credentials = _credentials_in_use(settings)
        if credentials is not None and passphrase and settings.passphrase_file is None:
            raise HavenError(LOCKED_CREDENTIAL)
        if path.exists():  # an earlier run was interrupted after it made the file
            new = HostKey.load(path, settings.data, lambda: passphrase, named="PATH")
        else:
            new = HostKey.create(path, passphrase, cost)
        if new == old:
            raise HavenError(
                f"{path} is the host key in use already; restart Haven, if an earlier one still "
                "opens the data (haven keys status), or name a file that does not exist"
            )
        keys.add_host_key(old, new, now)
        root = live_root(keys.database, [new])
        made = _back_up_keys(settings, database, keys, root, now) if root else None
    typer.echo(f"The new key has the mark {host_key_mark(new).hex()}: {WHAT_A_MARK_IS}.")
    if credentials is None:
        kept = _tell_setting(settings, path)
    else:
        kept = _replace_credential(credentials, path, now)
    encrypted = credentials is not None and credentials.is_encrypted
    _explain_earlier_key(settings, EarlierKey(old, kept, is_encrypted=encrypted), made, now)


def _refuse_inside(path: Path, settings: Settings) -> None:
    """Raise HavenError for a key that would be made in the folder of the data."""
    if is_inside(path, settings.data):
        raise HavenError(
            f"{path} is inside HAVEN_DATA ({settings.data}): a copy of the data would include the "
            "key; name a file in another folder"
        )


def _credentials_in_use(settings: Settings) -> CredentialFolder | None:
    """Return the credentials of this machine, if the host key is one that `haven setup` wrote."""
    path = settings.host_key_file
    return CredentialFolder.of(MACHINE) if path is not None and is_handed_over(path) else None


def _tell_setting(settings: Settings, path: Path) -> Path | None:
    """Say how Haven gets the new host key; return where the earlier one is.

    The file belongs to whom the earlier one belongs, where this user may give it away.
    """
    earlier = settings.host_key_file or settings.host_key_credential()
    if earlier is not None and not os.geteuid():
        with suppress(OSError):  # a stick that knows no owners
            os.chown(path, earlier.stat().st_uid, earlier.stat().st_gid)
    if settings.host_key_file is None:
        typer.echo(f"Both keys open now. Put {path} in the place of the credential {earlier}")
        typer.echo(
            "(LoadCredential in the unit names its file), keep the old one, and start Haven:"
        )
    else:
        typer.echo(f"Both keys open now. Set HAVEN_HOST_KEY_FILE={path} and start Haven:")
    typer.echo("from then on the old key opens no data. Keep a copy of the new one elsewhere.")
    return earlier


def _replace_credential(credentials: CredentialFolder, path: Path, now: int) -> Path:
    """Put the new host key in the place of the credential; return where the earlier one is."""
    text, day = path.read_text(encoding="ascii").strip(), datetime.fromtimestamp(now / SECOND, UTC)
    kept = credentials.replace(CREDENTIAL, text, day.date())
    typer.echo(f"Both keys open now. {credentials.target.at(credentials.path(CREDENTIAL))} is the")
    typer.echo("new one. Restart Haven: from then on the old key opens no data.")
    if RUNS_SYSTEMD.is_dir():
        typer.echo(f"    systemctl restart {' '.join(services_that_run(MACHINE))}")
    typer.echo(f"{path} is a copy of the new key: take it to another place, and delete it here.")
    return kept


def _back_up_keys(
    settings: Settings, database: Database, keys: KeyStore, root: HostKey, now: int
) -> Path | None:
    """Back up the keys, so that the new host key alone restores earlier archives of data."""
    if settings.backups is None or not settings.backup_key:
        return None
    try:
        recipients = BackupRecipients.parse(settings.backup_key)
        backup = Backup(settings.backups, recipients, Vault(root).backup_mac)
        made = backup.create_keys(database, keys.database, now)
    except HavenError as error:
        typer.echo(
            f"The keys were not backed up: {error}. Repair that, then: haven backup", err=True
        )
        return None
    give_as_its_folder(made)
    return made


@dataclass(frozen=True)
class EarlierKey:
    """The host key before a rotation."""

    key: HostKey
    path: Path | None
    """Where it is kept."""
    is_encrypted: bool
    """Whether that file is a credential that only this machine decrypts."""


def _explain_earlier_key(
    settings: Settings, earlier: EarlierKey, made: Path | None, now: int
) -> None:
    """Print until when the earlier key is needed, and for what."""
    until = local_time(now + ARCHIVE_RETENTION[ArchivePart.KEYS], settings.zone).date()
    if made is None:
        typer.echo("Make a backup now (haven backup): it is restored with the new key alone.")
    else:
        typer.echo(f"Made {made}: with it, the new key alone restores every")
        typer.echo("backup of the past 30 days. Copy it to where your backups are copied.")
    mark, named = host_key_mark(earlier.key).hex(), earlier.path
    typer.echo(f"Keep the old key, {named} (mark {mark}), until {until}, apart")
    typer.echo("from the backups: archives of keys made before now open with it alone")
    if earlier.is_encrypted and named is not None:
        typer.echo(f"    {decrypt_command(named, 'OLD.key')}")
        typer.echo("    haven restore --host-key OLD.key")
        typer.echo("Then destroy both.")
    else:
        typer.echo(f"(haven restore --host-key {named}). Then destroy it.")


@keys_app.command("escrow")
def escrow_keys(
    part_file: PartFile = None,
    signed_in: SignedIn = "",
    password_file: PasswordFile = None,
    *,
    open_cases: Annotated[
        bool, typer.Option("--open", help="With two parts, give staff access to all cases again.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Replace a present key without asking.")
    ] = False,
) -> None:
    """Make an escrow key, printed in three parts of which any two open every case to come.

    While anyone has a key that opens cases, one of them signs in for it. The audit log records when
    it was made, replaced and used.
    """
    with open_deployment() as deployment:
        if open_cases:
            _open_with_parts(deployment, part_file or [])
            return
        keyring = _require_holder(deployment, signed_in, password_file)
        escrow, made_at = deployment.vault.escrow, deployment.vault.escrow.made_at()
        if made_at and not yes:
            day = local_time(made_at, deployment.settings.zone).date()
            typer.confirm(REPLACES.format(day=day), abort=True)
        # The audit row comes first: an interrupted run has made no key that is not recorded.
        action = "escrow_replaced" if made_at else "escrow_made"
        _record_escrow(deployment, action, signed_in or OPERATOR)
        for number, part in escrow.create(deployment.now()).items():
            typer.echo(f"Part {number} of 3: {part}")
        retired = _retire_earlier(deployment, keyring) if made_at else None
    typer.echo("Printed this once and stored nowhere. Two of them together open every case that")
    typer.echo("comes from now on, and older ones once a caseworker who may open them signs in.")
    typer.echo("Give them to three people, in different organisations or countries.")
    typer.echo("The privacy notice mentions the escrow key within a minute; people in the middle")
    typer.echo("of a conversation are asked again whether they want to go on.")
    if retired is not None:
        _tell_retired(retired)


def _retire_earlier(deployment: Deployment, keyring: Keyring | None) -> RetiredEscrow:
    """Wrap what a keyring opens to the new escrow key, and end the one before."""
    wraps, now = deployment.vault.cases.wraps, deployment.now()

    def retire(work: Work) -> RetiredEscrow:
        if keyring is not None:
            wraps.rewrap_all(work, keyring, now)
        return deployment.vault.escrow.retire_earlier(wraps.known_cases(work))

    return deployment.run(retire)


def _tell_retired(retired: RetiredEscrow) -> None:
    if retired.waiting:
        typer.echo(f"Cases that the new parts do not open yet: {retired.waiting}. They do once a")
        typer.echo("caseworker who may open them signs in.")
    if not retired.kept:
        typer.echo("The parts of before open nothing any more. Have all three destroyed: with a")
        typer.echo("backup of the past 7 days they would still open its cases.")
        return
    typer.echo(f"Cases that only the parts of before open: {retired.kept}. Give staff access with")
    typer.echo("them (haven keys escrow --open), then have a caseworker sign in and make an escrow")
    typer.echo("key once more. Until then the parts of before are needed; then destroy them.")


@keys_app.command("status")
def show_status() -> None:
    """Print which keys there are, and who can open new cases."""
    with open_deployment() as deployment:
        vault = deployment.vault
        holders = vault.cases.wraps.holders()
        typer.echo(f"host keys that open: {vault.count_host_keys()}")
        marks = vault.keys.host_key_marks() if vault.keys else []
        if fault := open_rotation(marks, load_host_key(deployment.settings)):
            typer.echo(f"A rotation is open: {fault}.")
        typer.echo(f"keys of days (epochs) that still open: {vault.count_epochs()}")
        print_words(f"caseworkers with a key: {', '.join(sorted(holders.present)) or 'none'}")
        print_words(f"teams that open: {', '.join(sorted(holders.teams)) or 'none'}")
        typer.echo(f"escrow: {'two of three parts' if holders.escrow else 'none'}")


def has_escrow(settings: Settings) -> bool:
    """Tell whether there is an escrow key; before the first start there is none."""
    refuse_moved(settings)
    try:
        existing_database(settings).writer.close()
    except HavenError:
        return False
    with open_deployment() as deployment:
        return deployment.vault.has_escrow


def _open_with_parts(deployment: Deployment, files: list[Path]) -> None:
    """Wrap all cases to staff by two printed parts, and say to how many of them.

    Raises:
        HavenError: no caseworker has a key that could open them.
    """
    if not deployment.vault.cases.wraps.holders().present:
        raise HavenError(NO_STAFF_TO_OPEN)
    count = _rewrap_cases(deployment, files)
    present = len(deployment.vault.cases.wraps.holders().present)
    typer.echo(f"Cases whose keys were re-wrapped to staff: {count}.")
    typer.echo(f"Caseworkers whose keys open cases: {present}.")


def _rewrap_cases(deployment: Deployment, files: list[Path]) -> int:
    if len(files) not in {0, 2}:
        raise HavenError("--part-file is given twice, for two of the three parts, or not at all")
    asked = ("A part", "Another part")
    parts = [ask_secret(file) for file in files] or [ask_secret(None, what) for what in asked]
    keyring = deployment.vault.escrow.keyring(parts)
    _record_escrow(deployment, "escrow_opened", OPERATOR)
    return rewrap_cases(deployment.database, deployment.vault, keyring, deployment.now())


def _require_holder(deployment: Deployment, who: str, password_file: Path | None) -> Keyring | None:
    """Return the keyring of a present key holder, who signs in; None if there is none.

    Raises:
        HavenError: no one was named, or their key opens no case.
    """
    present = deployment.vault.cases.wraps.holders().present
    if not present:
        return None
    if not who:
        raise HavenError(
            "an escrow key opens every case, so a caseworker or supervisor whose key opens cases "
            "signs in for it: name one with --as ID (haven staff list)"
        )
    if who not in present:
        found = deployment.run(lambda work: Staff(deployment.vault).find(work, who))
        raise opens_no_case(who, None if found is None else found.role, present)
    return deployment.sign_in(who, password_file)


def _record_escrow(deployment: Deployment, action: str, by: str) -> None:
    deployment.run(
        lambda work: deployment.audit.record(work, deployment.now(), by, action, "escrow")
    )


def _ask_passphrase(file: Path | None, *, lock: bool) -> str:
    if file is None and not lock:
        return ""
    passphrase = ask_secret(file, "Passphrase")
    if file is None:
        ask_again(passphrase)
    return passphrase
