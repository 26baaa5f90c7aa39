"""The offline key of backups, made at the question for it."""

from __future__ import annotations

import shlex
from contextlib import contextmanager
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import typer

from bot.app.sign_in import ask_again, require_strong
from bot.errors import HavenError
from bot.text import as_sentence
from bot.vault.backup.offline_key import OfflineKey
from bot.vault.keys.host_key import is_inside
from bot.vault.keys.passwords import MIN_LENGTH

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

USUAL_FILE = "haven-backup.key"
UNUSED = """
The key of backups that was made now stays in {path}. No backup is sealed for it. Run
haven setup again and give its public half at the key of backups:
{recipient}
or delete it: rm {quoted}"""


class MadeKey(NamedTuple):
    """A key that was made at its question."""

    path: Path
    recipient: str
    """Its public half."""


@contextmanager
def unused_keys_told(made: Iterable[MadeKey]) -> Iterator[None]:
    """Say where the keys lie that were made, if nothing is written for which they would be used.

    None is deleted: it may have been copied, and its public half given to another machine.
    """
    try:
        yield
    except BaseException:  # the last question is declined, or the terminal left before
        tell_unused(made)
        raise


def tell_unused(made: Iterable[MadeKey], used: str = "") -> None:
    """Say where keys lie that were made and are not among those of the answer."""
    for it in made:
        if it.recipient not in used:
            quoted = shlex.quote(str(it.path))
            typer.echo(UNUSED.format(path=it.path, recipient=it.recipient, quoted=quoted))


def make_key(backups: Path) -> MadeKey:
    """Make a key in a file that is asked for, locked with a passphrase.

    Raises:
        HavenError: the file exists, cannot be written, or would lie with the backups it opens.
    """
    typer.echo("A key is made now. Its private half opens every backup: it stays on this machine")
    typer.echo("only until you have copied it to places without backups.")
    asked = typer.prompt("File for the private half", default=str(_free_file()))
    path = Path(str(asked).strip()).absolute()
    if is_inside(path, backups):
        raise HavenError(f"{path} would lie with the backups that it opens; name another file")
    if not path.parent.is_dir():
        raise HavenError(f"there is no folder {path.parent}; make it, or name another file")
    if path.exists():
        raise HavenError(
            f"{path} exists: name another file, or give the public half (age1...) that was printed "
            "when it was made"
        )
    typer.echo(f"It is locked with a passphrase of {MIN_LENGTH} characters or more.")
    key = OfflineKey.create(path, _ask_passphrase())
    typer.echo(f"Made {path}. Take two copies to places without backups, then delete it here.")
    typer.echo("Keep its passphrase too: a backup is restored with both.")
    typer.echo(f"Its public half, which stays here: {key.recipient}")
    return MadeKey(path, key.recipient)


def _ask_passphrase() -> str:
    """Return a passphrase that was typed unseen, twice; a weak one is asked for again."""
    while True:
        typed = str(typer.prompt("Passphrase that locks it", hide_input=True))
        try:
            require_strong(typed, what="passphrase")
            ask_again(typed)
        except HavenError as error:
            typer.echo(as_sentence(f"{error}"))
        else:
            return typed


def _free_file() -> Path:
    """Return a file in the home folder that does not exist yet."""
    usual = Path.home() / USUAL_FILE
    numbered = (usual.with_stem(f"{usual.stem}-{number}") for number in count(2))
    return next(it for it in chain((usual,), numbered) if not it.exists())
