"""`haven desk invite`: a link with which someone sets up access to the web desk."""

from __future__ import annotations

from collections.abc import Sequence
from shlex import quote
from typing import Annotated

import typer

from bot.cases.state_machine import Role
from bot.cli.deployment import open_deployment
from bot.cli.options import one_of, printable_name
from bot.desks.web.auth.totp import SecondFactors
from bot.errors import HavenError
from bot.hotline.staff.find_colleague import closest_colleagues, find_colleagues, looks_like_id
from bot.hotline.staff.staff import MAX_NAME_LENGTH, Caseworker, Staff
from bot.store.writer import Work
from bot.vault import Vault
from bot.vault.audit.log import OPERATOR, AuditLog

desk_app = typer.Typer(no_args_is_help=True)
CREATED_HERE = (Role.ADMINISTRATOR.value, Role.AUDITOR.value)


@desk_app.callback()
def _desk() -> None:
    """Keep `haven desk` a group although it has one command."""


@desk_app.command("invite")
def invite(
    who: Annotated[
        str, typer.Argument(help="Id or name of a colleague; with --role, the name of a new one.")
    ],
    role: Annotated[
        str, typer.Option(help="Creates a new colleague: administrator or auditor.")
    ] = "",
) -> None:
    """Print a link for setting up a second factor, and a password if there is none.

    For a colleague who lost their phone; with --role for the first administrator, or an auditor.
    The link works once, within three days; hand it over in person.
    """
    if role:
        one_of("--role", role, list(Role))
    name = printable_name(who, MAX_NAME_LENGTH)
    with open_deployment() as deployment:
        caseworker, secret = deployment.run(
            lambda work: create_invite(work, deployment.vault, name, role, deployment.now())
        )
    typer.echo(f"{caseworker.id}  {caseworker.name}: {caseworker.role.value}")
    typer.echo(f"{deployment.settings.desk_url}/welcome/{secret}")


def create_invite(
    work: Work, vault: Vault, who: str, role: str, now: int
) -> tuple[Caseworker, str]:
    """Return a colleague, and the secret their link ends with.

    With a `role`, a name that no one has creates an administrator or an auditor.

    Raises HavenError if no one matches and there is no role, if several match, if the one who does
    has no access or another role, and if a new name looks like an id.
    """
    audit = AuditLog(vault)
    everyone = Staff(vault).all(work)
    found = find_colleagues(everyone, who)
    caseworker = _require_one(found, who, role) if found else _create(work, vault, who, role, now)
    audit.record(work, now, OPERATOR, "desk_invite", caseworker.id)
    return caseworker, SecondFactors(vault).create_invite(work, caseworker.id, now)


def _require_one(found: Sequence[Caseworker], who: str, role: str) -> Caseworker:
    active = [each for each in found if each.is_active]
    if not active:
        raise HavenError(f"{who} no longer has access; enrol them as a new caseworker")
    if len(active) > 1:
        raise HavenError(f"{who} may be one of {_listed(active)}; type the id")
    (caseworker,) = active
    if role and role != caseworker.role:
        raise HavenError(
            f"{caseworker.name} ({caseworker.id}) is enrolled already, as {caseworker.role.value}; "
            "leave --role out to invite them"
        )
    return caseworker


def _create(work: Work, vault: Vault, who: str, role: str, now: int) -> Caseworker:
    everyone = Staff(vault).all(work)
    if not role or looks_like_id(everyone, who):
        raise HavenError(_unknown(everyone, who))
    if role not in CREATED_HERE:
        raise HavenError(
            f"there is no caseworker {who}; enrol one who answers people with: "
            "haven staff add NAME --language TAG"
        )
    new = Staff(vault).add(
        work, now, name=who, role=Role(role), title="caseworker", languages=(), queues=()
    )
    AuditLog(vault).record(work, now, OPERATOR, "staff_add", new.id, role)
    return new


def _unknown(everyone: Sequence[Caseworker], who: str) -> str:
    if looks_like_id(everyone, who):
        fix = "haven staff list shows all"
    else:
        fix = f"to create them: haven desk invite {quote(who)} --role administrator (or auditor)"
    active = [each for each in everyone if each.is_active]
    closest = _listed(closest_colleagues(active, who))
    return f"there is no colleague {who}; {f'did you mean {closest}? ' if closest else ''}{fix}"


def _listed(found: Sequence[Caseworker]) -> str:
    return ", ".join(f"{each.name} ({each.id})" for each in found)
