"""Passwords at the terminal, signing in with one, and new caseworker keys."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING

import typer

from bot.cases.queries import find_case_id
from bot.cases.state_machine import Role
from bot.clock import SystemClock
from bot.errors import HavenError, NoKeyHolderError, WrongPasswordError
from bot.hotline.chat.case_progress import mark_read
from bot.hotline.staff.staff import Staff
from bot.private_file import read_private_line
from bot.vault import AuditLog, Vault
from bot.vault.keys.passwords import DEFAULT_COST, MIN_LENGTH, PasswordCost
from bot.vault.keys.staff_keys import StaffKeys
from bot.vault.keys.weak_passwords import is_guessable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from bot.store.database import Database
    from bot.store.writer import Work
    from bot.vault.keys.keyring import Keyring

NO_KEY_HOLDER = (
    "no caseworker has a key that could open what people send: it waits unread, locked with the "
    "host key alone. Enrol one with: haven staff add NAME --language TAG; or give an enrolled "
    "caseworker a key with: haven staff password ID --new-key"
)


def staff_keys_of(vault: Vault, cost: PasswordCost = DEFAULT_COST) -> StaffKeys:
    """Return the keys of the caseworkers of a deployment."""
    if vault.keys is None:
        raise HavenError("there is no key store, so no caseworker has a key")
    return StaffKeys(vault.keys, vault.prove, cost)


def password_cost(context: typer.Context) -> PasswordCost:
    """Return what hashing a password costs; tests pass a cheaper one as the context's object."""
    return context.find_object(PasswordCost) or DEFAULT_COST


def ask_secret(file: Path | None, what: str = "Password") -> str:
    """Return a secret from a file or the terminal; raise HavenError if there is neither."""
    if file is not None:
        return read_private_line(file)
    if not sys.stdin.isatty():
        raise HavenError(f"{what}: there is no terminal to ask at; name a file that holds it")
    return str(typer.prompt(what, hide_input=True))


def ask_new_password(file: Path | None) -> str:
    """Return a new password, typed twice at the terminal; raise HavenError if it is too weak."""
    password = ask_secret(file, f"New password ({MIN_LENGTH} characters or more)")
    require_strong(password)
    if file is None:
        ask_again(password)
    return password


def require_strong(secret: str, related: tuple[str, ...] = (), what: str = "password") -> None:
    """Raise HavenError for a secret that is too short, or easy to guess from words around it."""
    if len(secret) < MIN_LENGTH:
        raise HavenError(f"a {what} needs {MIN_LENGTH} characters; several words are easiest")
    if is_guessable(secret, related):
        raise HavenError(f"this {what} is easy to guess; choose words of your own")


def ask_again(secret: str) -> None:
    """Ask for a secret a second time; raise HavenError if it differs, or there is no terminal."""
    if ask_secret(None, "The same again") != secret:
        raise HavenError("the two are different; nothing was changed")


def sign_in(
    database: Database, vault: Vault, who: str, password: str, reference: str = ""
) -> Keyring:
    """Return a caseworker's keyring, and re-wrap the case keys it opens to those who may open them.

    The audit log records it, as a reading if they name a case.

    Raises:
        WrongPasswordError: the password is wrong, or there is no such caseworker with access.
    """
    caseworker = database.writer.run_sync(lambda work: Staff(vault).find(work, who))
    if caseworker is None or not caseworker.is_active:
        raise WrongPasswordError(
            f"there is no caseworker {who} with access; haven staff list shows them"
        )
    keyring = staff_keys_of(vault).unlock(who, password)
    now = SystemClock().now()

    def record(work: Work) -> None:
        case = find_case_id(work, reference) if reference else None
        AuditLog(vault).record(work, now, who, "read" if case else "sign_in", case or who)
        if case:
            mark_read(work, case, now)

    rewrap_cases(database, vault, keyring, now)
    database.writer.run_sync(record)
    return keyring


def rewrap_cases(database: Database, vault: Vault, keyring: Keyring, now: int) -> int:
    """Wrap what a keyring opens for everyone who may open it now; return the changes.

    Some cases a transaction, so that a bot that runs meanwhile does not wait for all of them.
    """
    wraps, done, after = vault.cases.wraps, 0, ""
    while True:
        look = partial(wraps.rewrap_next, keyring=keyring, now=now, after=after)
        changes, after = database.writer.run_sync(look)
        done += changes
        if not after:
            return done


def opens_no_case(who: str, role: Role | None, others: Iterable[str]) -> HavenError:
    """Return the error for one whose key opens no case; `others` are ids of those whose key does.

    A key that an administrator makes serves to sign in only, so none is advised.
    """
    why = (
        f"{who} is an administrator, whose key opens no case"
        if role is Role.ADMINISTRATOR
        else f"{who} has no key that opens cases"
    )
    return HavenError(f"{why}; name someone else with --as: {', '.join(sorted(others)) or 'none'}")


def require_key_holder(vault: Vault) -> None:
    """Raise NoKeyHolderError if no caseworker can open what people send."""
    if not vault.cases.wraps.holders().teams:
        raise NoKeyHolderError(NO_KEY_HOLDER)
