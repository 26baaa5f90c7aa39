"""`haven desk invite`: a link with which someone sets up access to the web desk."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cases.state_machine import Role
from bot.cli.deployment import open_deployment
from bot.cli.options import one_of
from bot.desks.web.auth.totp import SecondFactors
from bot.errors import HavenError
from bot.hotline.staff.staff import Caseworker, Staff
from bot.store.writer import Work
from bot.vault import Vault
from bot.vault.audit.log import OPERATOR, AuditLog

desk_app = typer.Typer(no_args_is_help=True)


@desk_app.callback()
def _desk() -> None:
    """Keep `haven desk` a group although it has one command."""


@desk_app.command("invite")
def invite(
    who: Annotated[str, typer.Argument(help="Id of a caseworker, or the name of a new one.")],
    role: Annotated[
        str, typer.Option(help="Of a new one: administrator or auditor.")
    ] = "administrator",
) -> None:
    """Print a link for setting up a second factor, and a password if there is none.

    For the first administrator, and for caseworkers who lost their phone. The link works once,
    within three days; hand it over in person.
    """
    one_of("--role", role, list(Role))
    with open_deployment(create=True) as deployment:
        caseworker, secret = deployment.run(
            lambda work: create_invite(work, deployment.vault, who, role, deployment.now())
        )
    typer.echo(f"{caseworker.id}  {caseworker.name}: {caseworker.role.value}")
    typer.echo(f"{deployment.settings.desk_url}/welcome/{secret}")


def create_invite(
    work: Work, vault: Vault, who: str, role: str, now: int
) -> tuple[Caseworker, str]:
    """Return a caseworker, enrolled now if no id matches, and the secret their link ends with.

    Raises HavenError if they have no access, or a new one would need languages and a password.
    """
    staff, audit = Staff(vault), AuditLog(vault)
    caseworker = staff.find(work, who)
    if caseworker is None:
        if role not in {Role.ADMINISTRATOR, Role.AUDITOR}:
            raise HavenError(
                f"there is no caseworker {who}; enrol one who answers people with: "
                "haven staff add NAME --language TAG"
            )
        caseworker = staff.add(
            work, now, name=who, role=Role(role), title="caseworker", languages=(), queues=()
        )
        audit.record(work, now, OPERATOR, "staff_add", caseworker.id, role)
    if not caseworker.is_active:
        raise HavenError(f"{who} no longer has access; enrol them as a new caseworker")
    audit.record(work, now, OPERATOR, "desk_invite", caseworker.id)
    return caseworker, SecondFactors(vault).create_invite(work, caseworker.id, now)
