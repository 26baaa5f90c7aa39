"""`haven partners`: who signs in to the partners' room, and whose key opens referrals."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.deployment import Deployment, open_deployment
from bot.cli.options import AsJson, PasswordFile, SignedIn
from bot.cli.output import print_dataclasses
from bot.errors import HavenError
from bot.partners.members import PartnerMembers
from bot.partners.partners import Partners
from bot.settings import Settings
from bot.vault.audit.log import OPERATOR

Number = Annotated[int, typer.Argument(metavar="NUMBER", help="Number of the member.")]
NO_ROOM = (
    "HAVEN_PARTNER_ROOM_LISTEN is not set, so there is no room to sign in to. Set it, and "
    "HAVEN_PARTNER_ROOM_ORIGIN, and start again; until then this link leads nowhere."
)


def invite_member(partner: str, name: str) -> None:
    """Invite someone of a partner to the partners' room; the link is printed once."""
    with open_deployment() as deployment:
        members, now = _members_of(deployment), deployment.now()
        of = deployment.run(lambda work: Partners.find(work, partner)).name
        new, link = deployment.run(lambda work: members.invite(work, of, name, OPERATOR, now))
        settings = deployment.settings
    typer.echo(f"{new.id}  {new.name}, {new.partner}")
    _print_link(settings, link)


def invite_member_again(number: Number) -> None:
    """Make a new link for someone who has not used theirs; the earlier one ends."""
    with open_deployment() as deployment:
        members, now = _members_of(deployment), deployment.now()
        link = deployment.run(lambda work: members.invite_again(work, number, OPERATOR, now))
        settings = deployment.settings
    _print_link(settings, link)


def list_members(*, as_json: AsJson = False) -> None:
    """List who signs in for which partner, and whose key waits for approval."""
    with open_deployment() as deployment:
        members = deployment.run(_members_of(deployment).all)
    print_dataclasses(members, ("id", "name", "partner", "state", "invited_by"), as_json=as_json)


def approve_member(number: Number, signed_in: SignedIn, password_file: PasswordFile = None) -> None:
    """Let a member's key open referrals, signed in as a caseworker whose key opens cases."""
    with open_deployment() as deployment:
        keyring = deployment.sign_in(signed_in, password_file)
        members, now = _members_of(deployment), deployment.now()
        approved = deployment.run(lambda work: members.approve(work, keyring, number, now))
    typer.echo(f"The key of {approved.name}, {approved.partner}, opens referrals now.")


def end_member(number: Number) -> None:
    """End a member's access at once; what was sealed to their key opens no more."""
    with open_deployment() as deployment:
        members, now = _members_of(deployment), deployment.now()
        had_access = deployment.run(lambda work: members.disable(work, number, OPERATOR, now))
    if not had_access:
        raise HavenError(f"there is no member {number} with access; see haven partners members")
    typer.echo(f"Member {number}: access has ended.")


def add_member_commands(app: typer.Typer) -> None:
    """Add these commands to `haven partners`."""
    app.command("invite")(invite_member)
    app.command("invite-again")(invite_member_again)
    app.command("members")(list_members)
    app.command("approve")(approve_member)
    app.command("end-access")(end_member)


def _members_of(deployment: Deployment) -> PartnerMembers:
    return PartnerMembers(deployment.vault, deployment.audit)


def _print_link(settings: Settings, link: str) -> None:
    address = settings.partner_room_url
    typer.echo(f"{address}/welcome/{link}")
    typer.echo("It works once, for three days. Hand it over in person, or by a call you made.")
    if not address:
        typer.echo(NO_ROOM, err=True)
