"""`haven staff`: caseworkers, their access and their passwords."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from bot.app.sign_in import (
    NO_KEY_HOLDER,
    ask_new_password,
    ask_secret,
    password_cost,
    rewrap_cases,
    staff_keys_of,
)
from bot.cases.routing import QUEUE_NAMES
from bot.cases.state_machine import Role
from bot.cli.deployment import Deployment, open_deployment
from bot.cli.options import (
    AsJson,
    NewPasswordFile,
    PasswordFile,
    SignedIn,
    one_of,
    printable_name,
)
from bot.cli.output import format_time, local_time, make_table, print_json, print_table
from bot.errors import HavenError
from bot.hotline.case_links import reference_of
from bot.hotline.queue.claims import Claims
from bot.hotline.queue.offers import SKILLS
from bot.hotline.queue.sealed_cases import names_of, who_has_to_open
from bot.hotline.queue.sla import ReplyClocks
from bot.hotline.staff.enrolment import Enrolment
from bot.hotline.staff.offices import Offices
from bot.hotline.staff.service_hours import ServiceHours
from bot.hotline.staff.staff import (
    MAX_CHATS,
    MAX_NAME_LENGTH,
    MAX_SKILLS_LENGTH,
    Caseworker,
    Staff,
    is_skill,
)
from bot.languages import LANGUAGES
from bot.store.writer import Work
from bot.vault.keys.key_requests import KeyRequest
from bot.vault.keys.passwords import PasswordCost
from bot.vault.keys.staff_keys import StaffKeys, may_open
from flows.texts.titles import ROLE_TITLES

staff_app = typer.Typer(no_args_is_help=True)

StaffId = Annotated[str, typer.Argument(metavar="ID")]
NewKey = Annotated[bool, typer.Option(
    "--new-key", help="Make a new key, if there is none or password and recovery key are lost."
)]  # fmt: skip
NOT_APPROVED = (
    "This key opens no case yet, and {who} is off duty until it is approved. A colleague whose key "
    "opens cases has to approve it, at the desk or with: haven staff approve {who} --as THEIR-ID"
)
LOSES_CASES = (
    "cases that no one could open without the key of {who}: {count}. Nothing was changed. First "
    "enrol someone else who serves the same queues (haven staff add), and have {who} approve their "
    "key (haven staff approve ID --as {who}); or make an escrow key (haven keys escrow --as {who}) "
    "and have {who} sign in. To lose these cases for good, add --lose-cases"
)
SEALED_CASE = (
    "{reference} waits, and no caseworker of its queue can open it yet: only {names}. One of them "
    "has to sign in at the desk, or have a page of it open; then it opens for the queue too"
)
MAX_ACCOUNT = 2**52  # telegram's limit for account numbers
FIND_ACCOUNT = (
    "they find it in Telegram on a computer (Telegram Desktop): Settings, Advanced, Experimental "
    "settings, Show Peer IDs in Profile; then it stands in their own profile"
)
"""The bot tells no one: in its chats staff are people like others."""


def account_number(text: str) -> int:
    """Return the number of a person's Telegram account, 0 for none; raise BadParameter if wrong."""
    if not re.fullmatch(r"-?[0-9]{1,20}", str(text)):
        raise typer.BadParameter(
            f"an account is named by its number, like 6000000001, not by @name or telephone; "
            f"{FIND_ACCOUNT}"
        )
    if not 0 <= int(text) < MAX_ACCOUNT:
        raise typer.BadParameter(
            f"an account has the number of a person, never a group's; {FIND_ACCOUNT}"
        )
    return int(text)


@staff_app.command("add")
def add_staff(  # noqa: PLR0913, PLR0917 - each parameter is an option of the command
    context: typer.Context,
    name: str,
    role: Annotated[str, typer.Option(help="What they may do.")] = Role.CASEWORKER.value,
    title: Annotated[str, typer.Option(help="What people are told they are.")] = "caseworker",
    language: Annotated[
        list[str] | None, typer.Option(help="Language they write; repeat for more.")
    ] = None,
    queue: Annotated[
        list[str] | None, typer.Option(help="Queue they serve; without it, all of them.")
    ] = None,
    skill: Annotated[
        list[str] | None,
        typer.Option(
            help="A skill; cases of its queue are offered to them first: " + ", ".join(SKILLS) + "."
        ),
    ] = None,
    office: Annotated[
        list[str] | None,
        typer.Option(help="Office they work for, by id or name; without it, all of them."),
    ] = None,
    max_chats: Annotated[int, typer.Option(help="Chats at once.", min=1, max=MAX_CHATS)] = 3,
    account: Annotated[
        int,
        typer.Option(
            parser=account_number,
            help=f"Their Telegram account number, 0 for none: {FIND_ACCOUNT}.",
        ),
    ] = 0,
    password_file: NewPasswordFile = None,
) -> None:
    """Enrol a caseworker with a key; their recovery key is printed once."""
    queues = [each.value for each in QUEUE_NAMES]
    agreed = {
        "name": printable_name(name, MAX_NAME_LENGTH),
        "role": Role(one_of("--role", role, [each.value for each in Role])),
        "title": one_of("--title", title, ROLE_TITLES),
        "languages": _some_of("--language", language or [], LANGUAGES),
        "queues": _some_of("--queue", queue or queues, queues),
        "skills": _valid_skills(skill or []),
        "most": max_chats,
        "account": account,
        "offices": _offices_of(office) if office else [],
    }
    password = ask_new_password(password_file) if may_open(role) else ""
    with open_deployment(create=True) as deployment:
        new, recovery_key = enrol(deployment, agreed, password, password_cost(context))
        waits = _waits(deployment, new.id)
    typer.echo(f"{new.id}  {new.name}: {new.role.value}, {' '.join(new.languages)}")
    if recovery_key:
        print_recovery_key(recovery_key)
    if waits:
        typer.echo(NOT_APPROVED.format(who=new.id))


def enrol(
    deployment: Deployment, agreed: dict[str, Any], password: str, cost: PasswordCost
) -> tuple[Caseworker, str]:
    """Enrol a caseworker and store their key; if one fails, neither remains.

    The key store is a database of its own. Its part is committed inside the transaction that
    enrols, and removed again if that transaction fails.

    `agreed` is what `Staff.add` takes. A role that opens no cases has no password, and gets
    neither a key nor a recovery key, which is returned with the caseworker.
    """
    keys, now = staff_keys_of(deployment.vault, cost), deployment.now()
    with_key: list[str] = []

    def store(work: Work) -> tuple[Caseworker, str]:
        new = _enrolment(deployment).enrol(work, now, **agreed)
        if not password:
            return new, ""
        with_key.append(new.id)
        return new, _store_key(deployment, work, new, password, keys)

    try:
        return deployment.run(store)
    except Exception:
        for who in with_key:
            keys.remove(who, now)
        raise


@staff_app.command("account")
def set_account(
    who: StaffId,
    account: Annotated[
        int,
        typer.Argument(
            metavar="ACCOUNT",
            parser=account_number,
            help=f"The number of their account, 0 for none: {FIND_ACCOUNT}.",
        ),
    ],
) -> None:
    """Say which Telegram account a caseworker has, by which they are called and answer."""
    with open_deployment() as deployment:

        def store(work: Work) -> Caseworker:
            staff = Staff(deployment.vault)
            found = staff.find(work, who)
            if found is None or not found.is_active:
                raise _no_such_caseworker(who)
            staff.set_account(work, found, account)
            deployment.record(work, "staff_change", who, "account")
            return found

        caseworker = deployment.run(store)
    typer.echo(f"{caseworker.name} has {'this' if account else 'no'} Telegram account now.")


@staff_app.command("password")
def change_password(
    context: typer.Context,
    who: StaffId,
    password_file: NewPasswordFile = None,
    old_file: Annotated[
        Path | None, typer.Option("--old-password-file", help="File with the current password.")
    ] = None,
    *,
    new_key: NewKey = False,
) -> None:
    """Change a caseworker's password; a new recovery key is printed."""
    with open_deployment() as deployment:
        caseworker = _require_active(deployment, who)
        keys = staff_keys_of(deployment.vault, password_cost(context))
        if new_key:
            password = ask_new_password(password_file)
            recovery_key = deployment.run(
                lambda work: _store_key(deployment, work, caseworker, password, keys)
            )
        else:
            opened = keys.unlock_pair(who, ask_secret(old_file, "Current password"))
            recovery_key = keys.change_password(who, opened, ask_new_password(password_file))
        waits = _waits(deployment, who)
    print_recovery_key(recovery_key)
    if waits:
        typer.echo(NOT_APPROVED.format(who=who))


@staff_app.command("recover")
def recover_password(
    context: typer.Context,
    who: StaffId,
    password_file: NewPasswordFile = None,
    recovery_file: Annotated[
        Path | None, typer.Option("--recovery-file", help="File with the recovery key.")
    ] = None,
) -> None:
    """Set a new password with the printed recovery key; another recovery key is printed."""
    with open_deployment() as deployment:
        _require_active(deployment, who)
        keys = staff_keys_of(deployment.vault, password_cost(context))
        opened = keys.recover_pair(who, ask_secret(recovery_file, "Recovery key"))
        recovery_key = keys.change_password(who, opened, ask_new_password(password_file))
    print_recovery_key(recovery_key)


@staff_app.command("list")
def list_staff(*, as_json: AsJson = False) -> None:
    """List all caseworkers who were ever enrolled."""
    with open_deployment() as deployment:
        caseworkers = deployment.run(Staff(deployment.vault).all)
    if as_json:
        print_json([_caseworker_as_json(each) for each in caseworkers])
        return
    headings = ("id", "name", "role", "title", "languages", "queues", "skills", "chats", "now")
    rows = [
        (each.id, each.name, each.role.value, _shown_title(each), each.languages, each.queues,
         each.skills, each.most, _duty_status(each))
        for each in caseworkers
    ]  # fmt: skip
    print_table(make_table(f"Staff: {len(caseworkers)}", headings, rows))


def _shown_title(each: Caseworker) -> str:
    """Return what people are told a colleague is; nothing of someone who never writes to them."""
    return each.title if may_open(each.role) else ""


@staff_app.command("requests")
def list_requests(*, as_json: AsJson = False) -> None:
    """List the keys that wait until a colleague approves them."""
    with open_deployment() as deployment:
        waiting = staff_keys_of(deployment.vault).requests()
        names = {it.id: it.name for it in deployment.run(Staff(deployment.vault).all)}
    if as_json:
        zone = deployment.settings.zone
        print_json([_request_as_json(each, names, zone) for each in waiting])
        return
    headings = ("id", "name", "role", "queues", "asked by", "asked at")
    rows = [
        (each.staff_id, names.get(each.staff_id, ""), each.role, each.queues, each.asked_by,
         format_time(each.asked_at, deployment.settings.zone))
        for each in waiting
    ]  # fmt: skip
    print_table(make_table(f"Keys that wait for approval: {len(waiting)}", headings, rows))


@staff_app.command("approve")
def approve_key(who: StaffId, signed_in: SignedIn, password_file: PasswordFile = None) -> None:
    """Approve a colleague's key, signed in as a supervisor, or a caseworker if none has a key."""
    with open_deployment() as deployment:
        keyring = deployment.sign_in(signed_in, password_file)
        keys, now = staff_keys_of(deployment.vault), deployment.now()

        def approve(work: Work) -> None:
            deployment.audit.record(work, now, signed_in, "key_approve", who)
            keys.approve(keyring, who, now)

        deployment.run(approve)
        rewrap_cases(deployment.database, deployment.vault, keyring, now)
    typer.echo(f"The key of {who} is approved: it opens cases now.")


@staff_app.command("refuse")
def refuse_key(who: StaffId, signed_in: SignedIn, password_file: PasswordFile = None) -> None:
    """Refuse a colleague's key, signed in as a supervisor, or a caseworker if none has a key."""
    with open_deployment() as deployment:
        keyring = deployment.sign_in(signed_in, password_file)
        keys, now = staff_keys_of(deployment.vault), deployment.now()

        def refuse(work: Work) -> None:
            deployment.audit.record(work, now, signed_in, "key_refuse", who)
            keys.refuse(keyring, who)

        deployment.run(refuse)
    typer.echo(f"The key of {who} is refused: it opens no more than before.")


@staff_app.command("disable")
def disable_staff(
    who: StaffId,
    *,
    lose_cases: Annotated[
        bool, typer.Option("--lose-cases", help="Also if no one can open some cases afterwards.")
    ] = False,
) -> None:
    """End a caseworker's access; their cases return to the queue."""
    with open_deployment() as deployment:
        now = deployment.now()
        if not lose_cases and (count := deployment.run(partial(_lost_without, deployment, who))):
            raise HavenError(LOSES_CASES.format(who=who, count=count))
        returned = deployment.run(lambda work: _enrolment(deployment).disable(work, now, who))
        # Also without access: an earlier run that was interrupted may have left the key.
        had_key = staff_keys_of(deployment.vault).remove(who, now)
        has_key_holder = bool(deployment.vault.cases.wraps.holders().teams)
        sealed = deployment.run(partial(_sealed_lines, deployment, returned or []))
    if returned is None and not had_key:
        raise _no_such_caseworker(who)
    if not has_key_holder:
        typer.echo(NO_KEY_HOLDER, err=True)
    typer.echo(f"{who} has no access now. Cases returned to the queue: {len(returned or ())}.")
    for line in sealed:
        typer.echo(line)


def _sealed_lines(deployment: Deployment, returned: Iterable[str], work: Work) -> list[str]:
    """Return a line for each case that only colleagues who are not of its queue can open."""
    vault, now = deployment.vault, deployment.now()
    staff, found = Staff(vault).all(work), []
    for case in returned:
        needed = who_has_to_open(work, vault.cases.wraps, staff, case, now)
        if needed:
            found.append(
                SEALED_CASE.format(reference=reference_of(work, case), names=names_of(needed))
            )
    return found


def _lost_without(deployment: Deployment, who: str, work: Work) -> int:
    """Return how many cases open now and would open for no one without this caseworker's key."""
    wraps = deployment.vault.cases.wraps
    return len(wraps.unopened(work, who) - wraps.unopened(work))


def _enrolment(deployment: Deployment) -> Enrolment:
    clocks = ReplyClocks(ServiceHours(deployment.settings, deployment.vault))
    claims = Claims(deployment.audit, clocks)
    return Enrolment(deployment.vault, claims, deployment.audit)


def _store_key(
    deployment: Deployment, work: Work, caseworker: Caseworker, password: str, keys: StaffKeys
) -> str:
    """Store a new key for a caseworker, wrap to it what they may open; return the recovery key."""
    now = deployment.now()
    recovery_key = keys.enrol(
        caseworker.id, caseworker.role.value, caseworker.queues, password, now
    )
    deployment.vault.cases.wraps.rewrap_all(work, None, now)
    _enrolment(deployment).end_duty_until_approved(work, now, caseworker.id)
    return recovery_key


def _waits(deployment: Deployment, who: str) -> bool:
    """Tell whether a key waits for a colleague's approval."""
    return any(it.staff_id == who for it in staff_keys_of(deployment.vault).requests())


def _request_as_json(each: KeyRequest, names: Mapping[str, str], zone: ZoneInfo) -> dict[str, Any]:
    return {
        "id": each.staff_id, "name": names.get(each.staff_id, ""), "role": each.role,
        "queues": list(each.queues), "asked_by": each.asked_by,
        "asked_at": local_time(each.asked_at, zone).isoformat(),
    }  # fmt: skip


def print_recovery_key(recovery_key: str) -> None:
    """Print a recovery key, and what to do with it."""
    typer.echo(f"Recovery key, printed this once: {recovery_key}")
    typer.echo("Keep it on paper, locked up: it opens what the password opens.")


def _require_active(deployment: Deployment, who: str) -> Caseworker:
    caseworker = deployment.run(lambda work: Staff(deployment.vault).find(work, who))
    if caseworker is None or not caseworker.is_active:
        raise _no_such_caseworker(who)
    return caseworker


def _no_such_caseworker(who: str) -> HavenError:
    return HavenError(f"there is no caseworker {who} with access; haven staff list shows them")


def _some_of(option: str, given: Iterable[str], offered: Collection[str]) -> list[str]:
    found = [one_of(option, each, offered) for each in given]
    if not found:
        raise typer.BadParameter(f"{option} needs at least one of: {', '.join(offered)}")
    return found


def _offices_of(given: Iterable[str]) -> list[str]:
    """Return the ids of offices that are named by their id or a name."""
    with open_deployment() as deployment:
        store = Offices(deployment.vault, ServiceHours(deployment.settings, deployment.vault))
        plan = list(deployment.run(store.plan))
    known = {name: it.id for it in plan for name in (*it.names.values(), it.id)}
    if not known:
        raise typer.BadParameter(
            "--office: there is no office yet; an administrator makes one at the desk"
        )
    return [known[one_of("--office", each, known)] for each in given]


def _valid_skills(given: list[str]) -> list[str]:
    for skill in given:
        if not is_skill(skill):
            raise typer.BadParameter(f"--skill {skill!r} may have letters, digits and _ only")
    if len(" ".join(given)) > MAX_SKILLS_LENGTH:
        raise typer.BadParameter(f"--skill: together at most {MAX_SKILLS_LENGTH} characters")
    return given


def _caseworker_as_json(each: Caseworker) -> dict[str, Any]:
    return {
        "id": each.id, "name": each.name, "role": each.role.value, "title": each.title,
        "languages": list(each.languages), "queues": list(each.queues),
        "skills": list(each.skills), "max_chats": each.most, "has_access": each.is_active,
        "has_account": bool(each.account), "is_on_duty": each.is_on_duty,
    }  # fmt: skip


def _duty_status(each: Caseworker) -> str:
    if not each.is_active:
        return "no access"
    if not each.account:
        return "no Telegram account"
    return "on duty" if each.is_on_duty else "off duty"
