"""The offline key of backups, made at the question for it."""

from __future__ import annotations

from pathlib import Path

import typer

from bot.errors import HavenError
from bot.vault.backup.offline_key import OfflineKey
from bot.vault.keys.host_key import is_inside

USUAL_FILE = "haven-backup.key"


def make_key(backups: Path) -> str:
    """Make a key in a file that is asked for, locked with a passphrase; return its public half.

    Raises:
        HavenError: the file exists, cannot be written, or would lie with the backups it opens.
    """
    typer.echo("A key is made now. Its private half opens every backup: it stays on this machine")
    typer.echo("only until you have copied it to places without backups.")
    asked = typer.prompt("File for the private half", default=str(Path.home() / USUAL_FILE))
    path = Path(str(asked).strip()).absolute()
    if is_inside(path, backups):
        raise HavenError(f"{path} would lie with the backups that it opens; name another file")
    passphrase = typer.prompt(
        "Passphrase that locks it", hide_input=True, confirmation_prompt="The same again"
    )
    key = OfflineKey.create(path, str(passphrase))
    typer.echo(f"Made {path}. Take two copies to places without backups, then delete it here.")
    typer.echo("Keep its passphrase too: a backup is restored with both.")
    typer.echo(f"Its public half, which stays here: {key.recipient}")
    return key.recipient
