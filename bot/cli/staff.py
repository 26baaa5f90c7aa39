"""What an operator does about staff and about the audit log, at the command line."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from bot.app.keys import load_host_key
from bot.app.sign_in import (
    NO_KEY_HOLDER,
    ask_new_password,
    ask_secret,
    give_key,
    password_cost,
    staff_keys_of,
)
from bot.clock import SystemClock
from bot.errors import HavenError
from bot.settings import load_settings
from bot.vault.keys.staff_keys import may_open

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from rich.table import Table

    from bot.hotline.staff.enrolment import Enrolment
    from bot.hotline.staff.staff import Caseworker
    from bot.settings import Settings
    from bot.store.database import Database
    from bot.store.writer import Work
    from bot.vault import Vault
    from bot.vault.audit.log import AuditHead
    from bot.vault.keys.passwords import PasswordCost

T = TypeVar("T")
PasswordFile = Annotated[
    Path | None, typer.Option(help="Holds the new password; without it, it is asked.")
]
staff_app = typer.Typer(no_args_is_help=True, help="Caseworkers: who they are, what they may do.")
audit_app = typer.Typer(no_args_is_help=True, help="Who did what, in a log nobody can rewrite.")

LONGEST_NAME = 80
LONGEST_SKILLS = 160
LARGEST_ACCOUNT = 2**52
"""Telegram's own limit for the numbers of its accounts."""
MOST_CHATS = 20
HEAD_FILE = "audit.head"
"""The file in the data folder that holds the last head that was asked for."""
ROW_FAULTS = {
    "missing": "was taken out",
    "inserted": "does not belong there: no row has that number",
    "altered": "is not what was written there: it was changed, moved or put in",
    "cut": "and all that followed were cut off",
    "too_old": "lies before what is kept for two years: a newer head must be written down",
    "replaced": "is not the one the head was taken of: the end was cut off, and others followed",
}


# --- Staff -----------------------------------------------------------------------------------


@staff_app.command("add")
def add_staff(  # noqa: PLR0913, PLR0917 - what is agreed with a new colleague
    context: typer.Context,
    name: str,
    role: Annotated[str, typer.Option(help="What they may do.")] = "caseworker",
    title: Annotated[str, typer.Option(help="What people are told they are.")] = "caseworker",
    language: Annotated[list[str] | None, typer.Option(help="They write; again for more.")] = None,
    queue: Annotated[list[str] | None, typer.Option(help="They serve; none: all of them.")] = None,
    skill: Annotated[list[str] | None, typer.Option(help="A word, e.g. children.")] = None,
    max_chats: Annotated[int, typer.Option(help="Chats at once.", min=1, max=MOST_CHATS)] = 3,
    account: Annotated[int, typer.Option(help="Their Telegram number; 0: none yet.")] = 0,
    password_file: PasswordFile = None,
) -> None:
    """Enrol a caseworker; the desk knows them by their account from their next message on."""
    from bot.cases.routing import QUEUE_NAMES  # noqa: PLC0415
    from bot.cases.state_machine import Role  # noqa: PLC0415 - each command pays for what it uses
    from bot.languages import LANGUAGES  # noqa: PLC0415
    from flows.titles import ROLE_TITLES  # noqa: PLC0415

    queues = [each.value for each in QUEUE_NAMES]
    agreed = {
        "name": _valid_name(name),
        "role": Role(_one_of("--role", role, [each.value for each in Role])),
        "title": _one_of("--title", title, ROLE_TITLES),
        "languages": _some_of("--language", language or [], LANGUAGES),
        "queues": _some_of("--queue", queue or queues, queues),
        "skills": _valid_skills(skill or []),
        "most": max_chats,
        "account": _valid_account(account),
    }
    password = ask_new_password(password_file) if may_open(role) else ""
    new = _change_staff(lambda work, enrolment, now: enrolment.enrol(work, now, **agreed))
    typer.echo(f"{new.id}  {new.name}: {new.role.value}, {' '.join(new.languages)}")
    if password:
        _give_key(new, password, password_cost(context))


@staff_app.command("password")
def change_password(
    context: typer.Context,
    who: str,
    password_file: PasswordFile = None,
    old_file: Annotated[
        Path | None, typer.Option("--old-password-file", help="Holds the one until now.")
    ] = None,
    *,
    new_key: Annotated[
        bool,
        typer.Option(help="A new key for whoever has none, or lost password and printed key."),
    ] = False,
) -> None:
    """Change a caseworker's password; a new recovery key is printed."""
    with _active_caseworker(who) as (vault, colleague):
        if new_key:
            password = ask_new_password(password_file)
        else:
            pair = staff_keys_of(vault).unlock_pair(who, ask_secret(old_file, "Password until now"))
            password = ask_new_password(password_file)
            _print_key(
                staff_keys_of(vault, password_cost(context)).change_password(who, pair, password)
            )
    if new_key:
        _give_key(colleague, password, password_cost(context))


@staff_app.command("recover")
def recover_password(
    context: typer.Context,
    who: str,
    password_file: PasswordFile = None,
    printed_file: Annotated[
        Path | None, typer.Option("--recovery-file", help="Holds the printed key.")
    ] = None,
) -> None:
    """Set a new password with the recovery key that was printed; another one is printed."""
    with _active_caseworker(who) as (vault, _):
        pair = staff_keys_of(vault).recover_pair(who, ask_secret(printed_file, "Recovery key"))
        password = ask_new_password(password_file)
        _print_key(
            staff_keys_of(vault, password_cost(context)).change_password(who, pair, password)
        )


@staff_app.command("list")
def list_staff(
    *, as_json: Annotated[bool, typer.Option("--json", help="Print JSON, one document.")] = False
) -> None:
    """Print everybody who was ever enrolled."""
    from bot.hotline.staff.staff import Staff  # noqa: PLC0415

    settings, database = _load_deployment()
    with _open_vault(settings, database) as vault:
        everybody = database.writer.run_sync(Staff(vault).all)
    if as_json:
        typer.echo(
            json.dumps(
                [_caseworker_as_json(each) for each in everybody], ensure_ascii=False, indent=2
            )
        )
        return
    from rich.console import Console  # noqa: PLC0415

    Console().print(_table(everybody))


@staff_app.command("disable")
def disable_staff(who: str) -> None:
    """End a caseworker's access; what they held waits in the queue again."""
    back = _change_staff(lambda work, enrolment, now: enrolment.disable(work, now, who))
    settings, database = _load_deployment()
    with _open_vault(settings, database) as vault:
        # Without access too: whatever ended the run before this one may have left the key.
        had_key = staff_keys_of(vault).remove(who, SystemClock().now())
        left = vault.cases.wraps.holders().teams
    if back is None and not had_key:
        raise HavenError(f"there is no caseworker {who} with access; haven staff list shows them")
    if not left:
        typer.echo(NO_KEY_HOLDER, err=True)
    typer.echo(f"{who} has no access any more. Cases that wait again: {len(back or ())}.")


def _give_key(new: Caseworker, password: str, cost: PasswordCost) -> None:
    """Give somebody who is enrolled a key of their own, and print the other way to it once."""
    settings, database = _load_deployment()
    with _open_vault(settings, database) as vault:
        role, queues = new.role.value, new.queues
        _print_key(give_key(database, vault, new.id, role, queues, password, cost))


def _print_key(printed: str) -> None:
    typer.echo(f"Recovery key, printed this once: {printed}")
    typer.echo("Keep it on paper, locked up: it opens what the password opens.")


@contextlib.contextmanager
def _active_caseworker(who: str) -> Iterator[tuple[Vault, Caseworker]]:
    """Give the vault, and a caseworker who has access."""
    from bot.hotline.staff.staff import Staff  # noqa: PLC0415

    settings, database = _load_deployment()
    with _open_vault(settings, database) as vault:
        found = database.writer.run_sync(lambda work: Staff(vault).find(work, who))
        if found is None or not found.is_active:
            raise HavenError(
                f"there is no caseworker {who} with access; haven staff list shows them"
            )
        yield vault, found


def _change_staff(change: Callable[[Work, Enrolment, int], T]) -> T:
    """Change staff in one unit of work, with its row in the audit log."""
    from bot.app.build import open_database  # noqa: PLC0415
    from bot.hotline.queue.claims import Claims  # noqa: PLC0415
    from bot.hotline.queue.sla import ReplyClocks  # noqa: PLC0415
    from bot.hotline.staff.enrolment import Enrolment  # noqa: PLC0415
    from bot.hotline.staff.staff import Staff  # noqa: PLC0415
    from bot.vault import AuditLog  # noqa: PLC0415

    settings = load_settings()
    load_host_key(settings)  # before a database is made
    database = open_database(settings)
    with _open_vault(settings, database) as vault:
        audit, now = AuditLog(vault), SystemClock().now()
        enrolment = Enrolment(
            Staff(vault), Claims(audit, ReplyClocks(settings.response_minutes)), audit
        )
        return database.writer.run_sync(lambda work: change(work, enrolment, now))


def _valid_name(name: str) -> str:
    found = " ".join(name.split())
    if not found or len(found) > LONGEST_NAME or not found.isprintable():
        raise typer.BadParameter(f"NAME has 1 to {LONGEST_NAME} signs that can be printed")
    return found


def _one_of(option: str, given: str, offered: Collection[str]) -> str:
    if given not in offered:
        raise typer.BadParameter(f"{option} {given} is none of: {', '.join(offered)}")
    return given


def _some_of(option: str, given: Iterable[str], offered: Collection[str]) -> list[str]:
    found = [_one_of(option, each, offered) for each in given]
    if not found:
        raise typer.BadParameter(f"{option} wants at least one of: {', '.join(offered)}")
    return found


def _valid_skills(given: list[str]) -> list[str]:
    for skill in given:
        if not (skill.isascii() and skill.replace("_", "").isalnum()):
            raise typer.BadParameter(f"--skill {skill!r} is no word of letters, digits and _")
    if len(" ".join(given)) > LONGEST_SKILLS:
        raise typer.BadParameter(f"--skill: together they have at most {LONGEST_SKILLS} letters")
    return given


def _valid_account(number: int) -> int:
    if not 0 <= number < LARGEST_ACCOUNT:
        raise typer.BadParameter("--account is the number of a person's account, never a group's")
    return number


def _caseworker_as_json(each: Caseworker) -> dict[str, Any]:
    return {
        "id": each.id,
        "name": each.name,
        "role": each.role.value,
        "title": each.title,
        "languages": list(each.languages),
        "queues": list(each.queues),
        "skills": list(each.skills),
        "most": each.most,
        "has_access": each.is_active,
        "has_account": bool(each.account),
        "is_on_duty": each.is_on_duty,
    }


def _table(everybody: list[Caseworker]) -> Table:
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text as Line  # noqa: PLC0415

    table = Table(title=f"Staff: {len(everybody)}", title_justify="left", expand=False)
    for heading in ("id", "name", "role", "title", "languages", "queues", "skills", "most", "now"):
        table.add_column(heading)
    for each in everybody:
        codes = (each.languages, each.queues, each.skills)
        row = (each.id, each.name, each.role.value, each.title, *map(" ".join, codes))
        table.add_row(
            *map(Line, (*row, str(each.most), _duty_status(each))),
            style=None if each.is_active else "dim",
        )
    return table


def _duty_status(each: Caseworker) -> str:
    if not each.is_active:
        return "no access"
    if not each.account:
        return "no account"
    return "on duty" if each.is_on_duty else "off duty"


# --- The audit log ---------------------------------------------------------------------------


@audit_app.command("verify")
def verify_audit(
    head: Annotated[str, typer.Option(help="As haven audit head printed it.")] = "",
) -> None:
    """Look for the first row of the audit log that was changed, taken out, put in or moved."""
    found = _verify_log(_parse_head(head) if head else [])
    typer.echo(f"The log holds: {found.number} rows, up to {found}.")


@audit_app.command("head")
def audit_head() -> None:
    """Print where the log ends, to be kept elsewhere: what lies before can no longer be cut off."""
    from bot.store.database import DataDirectory  # noqa: PLC0415

    found = _verify_log([])
    settings = load_settings()
    DataDirectory(settings.data).create()
    unfinished = settings.data / f"{HEAD_FILE}.part"
    unfinished.write_text(f"{found}\n", encoding="ascii")
    unfinished.replace(_head_path(settings))
    typer.echo(str(found))


def _verify_log(heads: list[AuditHead]) -> AuditHead:
    """Return where the log ends.

    Raises:
        HavenError: it does not hold; the text names the first row.
    """
    from bot.vault import AuditLog  # noqa: PLC0415
    from bot.vault.audit.log import AuditHead, iter_rows  # noqa: PLC0415

    settings, database = _load_deployment()
    path = _head_path(settings)
    if path.exists():
        heads = heads + _parse_head(path.read_text(encoding="ascii", errors="replace"), str(path))
    with _open_vault(settings, database) as vault:
        found = AuditLog(vault).verify(iter_rows(database.writer), heads)
    if not isinstance(found, AuditHead):
        raise HavenError(f"row {found.number} {ROW_FAULTS[found.fault]}")
    return found


def _parse_head(head: str, where: str = "--head") -> list[AuditHead]:
    from bot.vault.audit.log import AuditHead  # noqa: PLC0415

    found = AuditHead.parse(head)
    if found is None:
        raise HavenError(
            f"{where}: a head is a row's number and 16 digits, like 1842:9f3c2a1b77e05d10"
        )
    return [found]


def _head_path(settings: Settings) -> Path:
    return settings.data / HEAD_FILE


@contextlib.contextmanager
def _open_vault(settings: Settings, database: Database) -> Iterator[Vault]:
    """Give the vault of a database, and close both afterwards."""
    from bot.app.build import open_vault  # noqa: PLC0415

    try:
        vault = open_vault(settings, database)
        try:
            yield vault
        finally:
            vault.close()
    finally:
        database.writer.close()


def _load_deployment() -> tuple[Settings, Database]:
    from bot.cli.doctor import existing_database  # noqa: PLC0415

    settings = load_settings()
    return settings, existing_database(settings)
