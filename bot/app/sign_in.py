"""How somebody at a terminal proves who they are: a password, asked or read, never on the line."""

from __future__ import annotations

import stat
import sys
from typing import TYPE_CHECKING

import typer

from bot.cases.queries import find_case_id
from bot.clock import SystemClock
from bot.errors import HavenError, NoKeyHolderError, WrongPasswordError
from bot.hotline.staff.staff import Staff
from bot.vault import AuditLog
from bot.vault.keys.passwords import DEFAULT_COST, MIN_LENGTH, PasswordCost
from bot.vault.keys.staff_keys import StaffKeys
from bot.vault.keys.weak_passwords import is_guessable

if TYPE_CHECKING:
    from pathlib import Path

    from bot.store.database import Database
    from bot.store.writer import Work
    from bot.vault import Vault
    from bot.vault.keys.keyring import Keyring

NO_KEY_HOLDER = (
    "nobody is enrolled who could open what people send: it would lie there and be lost. "
    "Enrol a caseworker with: haven staff add NAME --language TAG; or give one who is enrolled a "
    "key with: haven staff password ID --anew"
)


def staff_keys_of(vault: Vault, cost: PasswordCost = DEFAULT_COST) -> StaffKeys:
    """Return the keys of the caseworkers of a deployment."""
    if vault.keys is None:
        raise HavenError("without a key store nobody has a key")
    return StaffKeys(vault.keys, vault.prove, cost)


def password_cost(context: typer.Context) -> PasswordCost:
    """Return what a guess at a password is to cost; a test hands in a cheaper one."""
    return context.find_object(PasswordCost) or DEFAULT_COST


def ask_secret(file: Path | None, what: str = "Password") -> str:
    """Return a secret from a file, or from whoever sits there.

    Raises:
        HavenError: nobody sits there, or others can read the file.
    """
    if file is not None:
        return _read_secret(file)
    if not sys.stdin.isatty():
        raise HavenError(f"{what} is asked at a terminal; without one, name a file that holds it")
    return str(typer.prompt(what, hide_input=True))


def ask_new_password(file: Path | None) -> str:
    """Return a new password, typed twice where it is typed.

    Raises:
        HavenError: it is too short, easy to guess, or was typed differently.
    """
    password = ask_secret(file, "New password")
    if len(password) < MIN_LENGTH:
        raise HavenError(f"a password has {MIN_LENGTH} signs or more; several words are easiest")
    if is_guessable(password):
        raise HavenError("that is one of the first anybody would try; take words of your own")
    if file is None and ask_secret(None, "The same again") != password:
        raise HavenError("that was another one; nothing was changed")
    return password


def sign_in(
    database: Database, vault: Vault, who: str, password: str, reference: str = ""
) -> Keyring:
    """Return what a caseworker can open; wrap what they can open to whoever may open it now.

    Args:
        database: of the cases.
        vault: theirs.
        who: the caseworker's id.
        password: theirs.
        reference: the reference of the case they want to read: that is written down.

    Raises:
        WrongPassword: it is not theirs, or they have no access.
    """
    colleague = database.writer.run_sync(lambda work: Staff(vault).find(work, who))
    if colleague is None or not colleague.is_active:
        raise WrongPasswordError(
            f"there is no caseworker {who} with access; haven staff list shows them"
        )
    keyring = staff_keys_of(vault).unlock(who, password)
    now = SystemClock().now()

    def settle(work: Work) -> None:
        vault.cases.wraps.rewrap_all(work, keyring, now)
        case = find_case_id(work, reference) if reference else None
        AuditLog(vault).record(work, now, who, "read" if case else "sign_in", case or who)

    database.writer.run_sync(settle)
    return keyring


def give_key(  # noqa: PLR0913, PLR0917 - whose, where they work, and under what
    database: Database, vault: Vault, who: str, role: str, queues: tuple[str, ...], password: str,
    cost: PasswordCost,
) -> str:  # fmt: skip
    """Give a caseworker a key of their own; return what is printed once."""
    now = SystemClock().now()
    printed = staff_keys_of(vault, cost).enrol(who, role, queues, password, now)
    database.writer.run_sync(lambda work: vault.cases.wraps.rewrap_all(work, None, now))
    return printed


def require_key_holder(vault: Vault) -> None:
    """See that what people send can be opened by somebody.

    Raises:
        NobodyCanOpen: it would be lost.
    """
    if not vault.cases.wraps.holders().teams:
        raise NoKeyHolderError(NO_KEY_HOLDER)


def _read_secret(file: Path) -> str:
    try:
        if stat.S_IMODE(file.stat().st_mode) & 0o077:
            raise HavenError(f"{file}: others can read it; chmod 0400 {file}")
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        raise HavenError(f"{file} cannot be read; it holds the secret in its first line") from None
    if not lines or not lines[0]:
        raise HavenError(f"{file} is empty; it holds the secret in its first line")
    return lines[0]
