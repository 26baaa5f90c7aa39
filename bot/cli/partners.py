"""`haven partners` and `haven campaigns`: partner organisations and the links they give out."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import segno
import typer

from bot.channels.telegram.client import username_of
from bot.cli.deployment import open_deployment
from bot.cli.options import AsJson, one_of
from bot.cli.output import print_dataclasses, print_rows
from bot.cli.outreach.partner_members import add_member_commands
from bot.errors import HavenError
from bot.languages import LANGUAGES
from bot.partners.link_stats import MIN_SHOWN, LinkStats
from bot.partners.names import check_name
from bot.partners.partners import (
    Campaigns,
    NewCampaign,
    Partners,
    campaign_url,
    find_campaign,
)
from bot.vault.audit.log import OPERATOR

partners_app = typer.Typer(no_args_is_help=True)
campaigns_app = typer.Typer(no_args_is_help=True)
add_member_commands(partners_app)

QR_SCALE, QR_BORDER = 10, 4
"""Pixels of a module, and modules of white border; the standard asks for four."""


@partners_app.command("add")
def add_partner(name: str) -> None:
    """Add an organisation; people who come by its link read this name under *Who are you?*."""
    name = check_name(name)
    with open_deployment() as deployment:
        add, now = Partners(deployment.audit).add, deployment.now()
        new = deployment.run(lambda work: add(work, name, OPERATOR, now))
    typer.echo(f"{new.id}  {new.name}")


@partners_app.command("list")
def list_partners(*, as_json: AsJson = False) -> None:
    """List all partners, active or not."""
    with open_deployment() as deployment:
        partners = deployment.run(Partners.all)
    print_dataclasses(partners, ("id", "name", "is_active"), as_json=as_json)


@partners_app.command("disable")
def disable_partner(number: int) -> None:
    """End all links of a partner: chats that use them begin like any other."""
    with open_deployment() as deployment:
        disable, now = Partners(deployment.audit).disable, deployment.now()
        was_active = deployment.run(lambda work: disable(work, number, OPERATOR, now))
    if not was_active:
        raise HavenError(f"there is no active partner {number}; haven partners list shows them")
    typer.echo(f"Partner {number}: all their links have ended.")


@campaigns_app.command("add")
def add_campaign(
    name: str,
    partner: Annotated[str, typer.Option(help="The partner's number or name.")],
    language: Annotated[str, typer.Option(help="Language of the first question, e.g. vi.")],
) -> None:
    """Make a link for a partner, and print its code."""
    one_of("--language", language, LANGUAGES)
    name = check_name(name)
    with open_deployment() as deployment:
        add, now = Campaigns(deployment.audit).add, deployment.now()
        found = deployment.run(lambda work: Partners.find(work, partner))
        wanted = NewCampaign(name, found.name, language)
        new = deployment.run(lambda work: add(work, wanted, OPERATOR, now))
    typer.echo(f"{new.code}  {new.name}: {new.partner}, {new.language}")
    typer.echo(f"The link and its picture: haven campaigns qr {new.code} FOLDER")


@campaigns_app.command("list")
def list_campaigns(*, as_json: AsJson = False) -> None:
    """List all links, active or not."""
    with open_deployment() as deployment:
        campaigns = deployment.run(Campaigns.all)
    fields = ("id", "name", "partner", "code", "language", "is_active")
    rows = [{name: getattr(it, name) for name in fields} for it in campaigns]
    print_rows(rows, ("code", "name", "partner", "language", "is_active"), as_json=as_json)


@campaigns_app.command("revoke")
def revoke_campaign(code: str) -> None:
    """End a link: chats that use it begin like any other."""
    with open_deployment() as deployment:
        revoke, now = Campaigns(deployment.audit).revoke, deployment.now()
        campaign = deployment.run(lambda work: find_campaign(work, code))
        was_active = deployment.run(lambda work: revoke(work, campaign.code, OPERATOR, now))
    if not was_active:
        raise HavenError(f"{campaign.code} is revoked already")
    typer.echo(f"{campaign.code}: this link has ended.")


@campaigns_app.command("counts")
def count_campaigns(*, as_json: AsJson = False) -> None:
    """Print how many chats began by each link in past months; numbers below five are not shown."""
    with open_deployment() as deployment:
        stats, now = LinkStats(deployment.vault, deployment.settings.zone), deployment.now()
        counts = deployment.run(lambda work: stats.list_counts(work, now))
    few = None if as_json else f"fewer than {MIN_SHOWN}"
    rows = [
        {"month": f"{it.year}-{it.month:02}", "campaign": it.campaign,
         "chats": few if it.chats is None else it.chats}
        for it in counts
    ]  # fmt: skip
    print_rows(rows, ("month", "campaign", "chats"), as_json=as_json)


@campaigns_app.command("qr")
def draw_campaign(
    code: str,
    folder: Path,
    bot: Annotated[str, typer.Option(help="Name of the bot; without it, Telegram is asked.")] = "",
) -> None:
    """Print a link, and write its QR code as SVG and PNG into a folder."""
    with open_deployment() as deployment:
        campaign = deployment.run(lambda work: find_campaign(work, code))
        settings = deployment.settings
    if not campaign.is_active:
        raise HavenError(f"{campaign.code} is revoked: its link would do nothing")
    name = bot or asyncio.run(
        username_of(settings.token(), settings.telegram_api, settings.proxy())
    )
    url = campaign_url(name, campaign.code)
    typer.echo(url)
    for path in write_qr_codes(url, folder / campaign.code):
        typer.echo(str(path))


def write_qr_codes(url: str, path: Path) -> list[Path]:
    """Write a URL as SVG and PNG, never over a file; raise HavenError if one cannot be written."""
    code = segno.make(url, error="m", micro=False)
    written = []
    for kind in ("svg", "png"):
        picture = path.with_suffix(f".{kind}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with picture.open("xb") as file:
                code.save(file, kind=kind, scale=QR_SCALE, border=QR_BORDER)
        except OSError as error:
            raise HavenError(f"{picture} cannot be written: {error.strerror}") from None
        written.append(picture)
    return written
