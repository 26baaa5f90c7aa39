"""Who is let in at the desk in a browser, and the process it runs in, at the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot.errors import HavenError
from bot.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from bot.app.build import App, ExtraJob
    from bot.hotline.staff.staff import Caseworker
    from bot.settings import Settings
    from bot.store.writer import Work
    from bot.vault import Vault

desk_app = typer.Typer(no_args_is_help=True, help="The caseworkers' desk in a browser.")


@desk_app.callback()
def _desk() -> None:
    """Keep `haven desk` a group, however few commands it has."""


@desk_app.command("invite")
def invite(
    who: Annotated[str, typer.Argument(help="The id of a caseworker, or a new one's name.")],
    role: Annotated[str, typer.Option(help="Of somebody new.")] = "administrator",
) -> None:
    """Print a link with which somebody chooses a second factor, and a password if they have none.

    For the first administrator, and for whoever has lost their telephone. It works once, for three
    days; hand it over in person.
    """
    from bot.app.build import open_database, open_vault  # noqa: PLC0415 - each command pays
    from bot.cases.state_machine import Role  # noqa: PLC0415
    from bot.clock import SystemClock  # noqa: PLC0415

    if role not in {each.value for each in Role}:
        raise typer.BadParameter(f"--role {role} is none of: {', '.join(Role)}")
    settings = load_settings()
    database = open_database(settings)
    try:
        vault = open_vault(settings, database)
        try:
            now = SystemClock().now()
            colleague, secret = database.writer.run_sync(
                lambda work: _create_invite(work, vault, who, role, now)
            )
        finally:
            vault.close()
    finally:
        database.writer.close()
    typer.echo(f"{colleague.id}  {colleague.name}: {colleague.role.value}")
    typer.echo(f"{settings.desk_url}/welcome/{secret}")


def _create_invite(
    work: Work, vault: Vault, who: str, role: str, now: int
) -> tuple[Caseworker, str]:
    """Return a caseworker, enrolled now if there is none of that id, and what their link ends with.

    Raises:
        HavenError: their access has ended.
    """
    from bot.cases.state_machine import Role  # noqa: PLC0415
    from bot.desks.web.auth.totp import SecondFactors  # noqa: PLC0415
    from bot.hotline.staff.staff import Staff  # noqa: PLC0415
    from bot.vault.audit.log import OPERATOR, AuditLog  # noqa: PLC0415

    staff, audit = Staff(vault), AuditLog(vault)
    found = staff.find(work, who)
    if found is None:
        if role not in {Role.ADMINISTRATOR, Role.AUDITOR}:
            raise HavenError(
                f"there is no caseworker {who}; whoever answers people is enrolled with: "
                "haven staff add NAME --language TAG"
            )
        found = staff.add(
            work, now, name=who, role=Role(role), title="caseworker", languages=(), queues=()
        )
        audit.record(work, now, OPERATOR, "staff_add", found.id, role)
    if not found.is_active:
        raise HavenError(f"{who} has no access any more; enrol them anew")
    audit.record(work, now, OPERATOR, "desk_invite", found.id)
    return found, SecondFactors(vault).create_invite(work, found.id, now)


def desk_job(settings: Settings) -> ExtraJob:
    """Return what runs the desk in the process of a bot.

    Raises:
        WrongSetting: nobody said under which name browsers find it.
    """
    origin = settings.desk_url

    def beside(house: App) -> Coroutine[None, None, None]:
        from bot.app.web_desk import build_desk_context, run_desk  # noqa: PLC0415 - a bot alone does without

        front = build_desk_context(
            settings, house.database, house.vault, bot_id=house.inbox.bot, origin=origin,
            clock=house.clock,
        )  # fmt: skip
        front.command_client.wake_dispatcher = house.dispatcher.resume
        return run_desk(front, settings)

    return beside


async def run_desk_only(settings: Settings) -> None:
    """Run the desk beside a bot that runs in another process.

    Raises:
        WrongSetting: a setting cannot be used.
        HavenError: no bot has run on these data yet.
    """
    from bot.app.build import open_database, open_vault  # noqa: PLC0415 - each command pays
    from bot.app.web_desk import run_standalone_desk  # noqa: PLC0415

    database = open_database(settings)
    try:
        vault = open_vault(settings, database)
        try:
            await run_standalone_desk(settings, database, vault)
        finally:
            vault.close()
    finally:
        await database.close()
