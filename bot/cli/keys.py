"""What an operator does about keys, at the command line: made, rotated, escrowed, looked at."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.app.sign_in import ask_secret, password_cost
from bot.clock import SystemClock
from bot.errors import HavenError
from bot.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.settings import Settings
    from bot.store.database import Database
    from bot.vault import Vault

keys_app = typer.Typer(no_args_is_help=True, help="The secret of this host, and who opens cases.")
PartFile = Annotated[
    list[Path] | None,
    typer.Option("--part-file", help="Holds one printed part; twice. Without it, both are asked."),
]


PassphraseFile = Annotated[
    Path | None, typer.Option(help="Holds the passphrase the new key is locked with.")
]
Lock = Annotated[bool, typer.Option("--lock", help="Lock it with a passphrase, which is asked.")]


@keys_app.command("new")
def new_key(
    context: typer.Context,
    path: Path,
    passphrase_file: PassphraseFile = None,
    *,
    lock: Lock = False,
) -> None:
    """Write a new host key into a file of its own, outside the data folder."""
    from bot.vault import HostKey  # noqa: PLC0415

    passphrase = _ask_passphrase(passphrase_file, lock=lock)
    HostKey.create(path, passphrase, password_cost(context))
    typer.echo(f"Made {path}. Keep a copy in another place: without it no bot starts, and no")
    typer.echo("backup is restored.")
    if passphrase:
        typer.echo("Its passphrase is asked at every start, or read from HAVEN_PASSPHRASE_FILE.")
        typer.echo("Nobody can find it again: keep it elsewhere, and not beside that copy.")


@keys_app.command("rotate")
def rotate_key(
    context: typer.Context,
    path: Path,
    passphrase_file: PassphraseFile = None,
    *,
    lock: Lock = False,
) -> None:
    """Make another host key; the old one opens nothing once Haven was started with the new."""
    from bot.app.keys import load_host_key, open_key_store  # noqa: PLC0415
    from bot.vault import HostKey  # noqa: PLC0415

    settings = load_settings()
    with _open_database(settings):
        keys = open_key_store(settings)
        try:
            old = load_host_key(settings)
            # A run that was ended after it had made the file goes on with that.
            passphrase = _ask_passphrase(passphrase_file, lock=lock)
            new = (
                HostKey.load(path, settings.data, lambda: passphrase)
                if path.exists()
                else HostKey.create(path, passphrase, password_cost(context))
            )
            keys.add_host_key(old, new, SystemClock().now())
        finally:
            keys.close()
    typer.echo(f"Both keys open now. Set HAVEN_HOST_KEY_FILE={path} and start Haven:")
    typer.echo("from then on the old key opens nothing. Keep a copy of the new one elsewhere.")


@keys_app.command("escrow")
def escrow_keys(
    part_file: PartFile = None,
    *,
    open_cases: Annotated[
        bool, typer.Option("--open", help="Give the cases back to staff, with two parts.")
    ] = False,
) -> None:
    """Make a key of last resort, printed in three parts of which two open every case to come.

    That it was made, in the place of another too, and that it was used, stands in the audit log.
    """
    settings = load_settings()
    with _open_database(settings) as database, _open_vault(settings, database) as vault:
        if open_cases:
            count = _rewrap_cases(database, vault, part_file or [])
            typer.echo(f"Cases that were wrapped to whoever may open them now: {count}.")
            return
        # First the row, then the key: whoever ends this in between has made none.
        _log_escrow(database, vault, "escrow_replaced" if vault.has_escrow else "escrow_made")
        for number, printed in vault.escrow.create(SystemClock().now()).items():
            typer.echo(f"Part {number} of 3: {printed}")
        typer.echo("Printed this once and kept nowhere. Two of them together open every case that")
        typer.echo("comes from now on, and older ones once somebody who may open them signs in.")
        typer.echo("Give them to three people, in different organisations or countries.")
        typer.echo("People are told within a minute that there is a spare key; whoever is")
        typer.echo("answering questions is asked once more whether to go on.")


@keys_app.command("status")
def show_status() -> None:
    """Print which keys there are, and who could open what comes."""
    settings = load_settings()
    with _open_database(settings) as database, _open_vault(settings, database) as vault:
        holders = vault.cases.wraps.holders()
        typer.echo(f"host keys that open: {vault.count_host_keys()}")
        typer.echo(f"epochs alive: {vault.count_epochs()}")
        typer.echo(f"caseworkers with a key: {', '.join(sorted(holders.members)) or 'nobody'}")
        typer.echo(f"teams that open: {', '.join(sorted(holders.teams)) or 'none'}")
        typer.echo(f"escrow: {'two of three parts' if holders.escrow else 'none'}")


def has_escrow(settings: Settings) -> bool:
    """Tell whether there is a key of last resort; before the first start there is none."""
    from bot.cli.doctor import existing_database  # noqa: PLC0415

    try:
        existing_database(settings)
    except HavenError:
        return False
    with _open_database(settings) as database, _open_vault(settings, database) as vault:
        return vault.has_escrow


def _rewrap_cases(database: Database, vault: Vault, files: list[Path]) -> int:
    """Wrap every case the escrow key opens to whoever may open it now; return how many changed."""
    if len(files) not in {0, 2}:
        raise HavenError("--part-file is given twice, for two of the three parts, or not at all")
    parts = [ask_secret(file) for file in files] or [
        ask_secret(None, "A part"),
        ask_secret(None, "Another part"),
    ]
    keyring = vault.escrow.keyring(parts)
    _log_escrow(database, vault, "escrow_opened")
    now = SystemClock().now()
    return database.writer.run_sync(lambda work: vault.cases.wraps.rewrap_all(work, keyring, now))


def _log_escrow(database: Database, vault: Vault, action: str) -> None:
    """Write down what is done with the key of last resort: it opens every case."""
    from bot.vault.audit.log import OPERATOR, AuditLog  # noqa: PLC0415

    now = SystemClock().now()
    database.writer.run_sync(
        lambda work: AuditLog(vault).record(work, now, OPERATOR, action, "escrow")
    )


def _ask_passphrase(file: Path | None, *, lock: bool) -> str:
    """Return what a new key is locked with; empty where it is not locked."""
    if file is None and not lock:
        return ""
    passphrase = ask_secret(file, "Passphrase")
    if file is None and ask_secret(None, "The same again") != passphrase:
        raise HavenError("that was another one; nothing was changed")
    return passphrase


@contextlib.contextmanager
def _open_database(settings: Settings) -> Iterator[Database]:
    from bot.cli.doctor import existing_database  # noqa: PLC0415

    database = existing_database(settings)
    try:
        yield database
    finally:
        database.writer.close()


@contextlib.contextmanager
def _open_vault(settings: Settings, database: Database) -> Iterator[Vault]:
    from bot.app.build import open_vault  # noqa: PLC0415

    vault = open_vault(settings, database)
    try:
        yield vault
    finally:
        vault.close()
