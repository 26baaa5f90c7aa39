"""How somebody at a terminal proves who they are: a password, asked or read, never on the line."""

from __future__ import annotations

import stat
import sys
from typing import TYPE_CHECKING

import typer

from bot.cases.queries import case_called
from bot.clock import SystemClock
from bot.errors import HavenError, NobodyCanOpen, WrongPassword
from bot.hotline.staff.staff import Staff
from bot.vault import Audit
from bot.vault.keys.passwords import DEAR, SHORTEST, Cost
from bot.vault.keys.staff_keys import StaffKeys
from bot.vault.keys.weak_passwords import is_guessable

if TYPE_CHECKING:
    from pathlib import Path

    from bot.store.database import Database
    from bot.store.writer import Work
    from bot.vault import Vault
    from bot.vault.keys.keyring import Keyring

NOBODY = (
    "nobody is enrolled who could open what people send: it would lie there and be lost. "
    "Enrol a caseworker with: haven staff add NAME --language TAG; or give one who is enrolled a "
    "key with: haven staff password ID --anew"
)


def keys_of(vault: Vault, cost: Cost = DEAR) -> StaffKeys:
    """Return the keys of the caseworkers of a deployment."""
    if vault.keys is None:
        raise HavenError("without a key store nobody has a key")
    return StaffKeys(vault.keys, vault.prove, cost)


def cost_of(context: typer.Context) -> Cost:
    """Return what a guess at a password is to cost; a test hands in a cheaper one."""
    return context.find_object(Cost) or DEAR


def asked(file: Path | None, what: str = "Password") -> str:
    """Return a secret from a file, or from whoever sits there.

    Raises:
        HavenError: nobody sits there, or others can read the file.
    """
    if file is not None:
        return _read(file)
    if not sys.stdin.isatty():
        raise HavenError(f"{what} is asked at a terminal; without one, name a file that holds it")
    return str(typer.prompt(what, hide_input=True))


def new_password(file: Path | None) -> str:
    """Return a new password, typed twice where it is typed.

    Raises:
        HavenError: it is too short, easy to guess, or was typed differently.
    """
    password = asked(file, "New password")
    if len(password) < SHORTEST:
        raise HavenError(f"a password has {SHORTEST} signs or more; several words are easiest")
    if is_guessable(password):
        raise HavenError("that is one of the first anybody would try; take words of your own")
    if file is None and asked(None, "The same again") != password:
        raise HavenError("that was another one; nothing was changed")
    return password


def sign_in(database: Database, vault: Vault, who: str, password: str, reads: str = "") -> Keyring:
    """Return what a caseworker can open; wrap what they can open to whoever may open it now.

    Args:
        database: of the cases.
        vault: theirs.
        who: the caseworker's id.
        password: theirs.
        reads: the reference of the case they want to read: that is written down.

    Raises:
        WrongPassword: it is not theirs, or they have no access.
    """
    colleague = database.writer.run_now(lambda work: Staff(vault).find(work, who))
    if colleague is None or not colleague.is_active:
        raise WrongPassword(
            f"there is no caseworker {who} with access; haven staff list shows them"
        )
    keyring = keys_of(vault).unlock(who, password)
    now = SystemClock().now()

    def settle(work: Work) -> None:
        vault.cases.custody.settle(work, keyring, now)
        case = case_called(work, reads) if reads else None
        Audit(vault).note(work, now, who, "read" if case else "sign_in", case or who)

    database.writer.run_now(settle)
    return keyring


def give_key(  # noqa: PLR0913, PLR0917 - whose, where they work, and under what
    database: Database, vault: Vault, who: str, role: str, queues: tuple[str, ...], password: str,
    cost: Cost,
) -> str:  # fmt: skip
    """Give a caseworker a key of their own; return what is printed once."""
    now = SystemClock().now()
    printed = keys_of(vault, cost).enrol(who, role, queues, password, now)
    database.writer.run_now(lambda work: vault.cases.custody.settle(work, None, now))
    return printed


def somebody_can_open(vault: Vault) -> None:
    """See that what people send can be opened by somebody.

    Raises:
        NobodyCanOpen: it would be lost.
    """
    if not vault.cases.custody.holders().teams:
        raise NobodyCanOpen(NOBODY)


def _read(file: Path) -> str:
    try:
        if stat.S_IMODE(file.stat().st_mode) & 0o077:
            raise HavenError(f"{file}: others can read it; chmod 0400 {file}")
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        raise HavenError(f"{file} cannot be read; it holds the secret in its first line") from None
    if not lines or not lines[0]:
        raise HavenError(f"{file} is empty; it holds the secret in its first line")
    return lines[0]
