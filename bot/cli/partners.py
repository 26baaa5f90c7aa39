"""What an operator does about partners and the links they give out, at the command line."""

from __future__ import annotations

import asyncio
import contextlib
import json
from dataclasses import asdict
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.app.keys import load_host_key
from bot.clock import SystemClock
from bot.errors import HavenError
from bot.partners.campaigns import Campaigns, campaign_url, parse_code
from bot.partners.link_stats import MIN_SHOWN, LinkStats
from bot.partners.partners import MAX_NAME_LENGTH, Partners
from bot.settings import load_settings
from bot.vault import AuditLog
from bot.vault.audit.log import OPERATOR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.partners.campaigns import Campaign
    from bot.settings import Settings
    from bot.store.database import Database
    from bot.vault import Vault

partners_app = typer.Typer(no_args_is_help=True, help="Organisations that share our link.")
campaigns_app = typer.Typer(
    no_args_is_help=True, help="The links they give out, and how many came."
)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one document.")]
QR_SCALE, QR_BORDER = 10, 4
"""Pixels of a module, and modules of white around: what the standard asks for."""


@partners_app.command("add")
def add_partner(name: str) -> None:
    """Add an organisation; people who came by its link read this name when they ask who we are."""
    with _open_deployment() as (_settings, database, vault):
        name, now = _valid_name(name), SystemClock().now()
        add = Partners(AuditLog(vault)).add
        new = database.writer.run_sync(lambda work: add(work, name, OPERATOR, now))
    typer.echo(f"{new.id}  {new.name}")


@partners_app.command("list")
def list_partners(*, as_json: AsJson = False) -> None:
    """Print every partner there ever was."""
    with _open_deployment() as (_settings, database, _vault):
        found = database.writer.run_sync(Partners.all)
    _print_rows([asdict(each) for each in found], ("id", "name", "is_active"), as_json)


@partners_app.command("disable")
def disable_partner(number: int) -> None:
    """End all links of a partner: from now on they begin like any chat."""
    with _open_deployment() as (_settings, database, vault):
        disable, now = Partners(AuditLog(vault)).disable, SystemClock().now()
        gone = database.writer.run_sync(lambda work: disable(work, number, OPERATOR, now))
    if not gone:
        raise HavenError(f"there is no active partner {number}; haven partners list shows them")
    typer.echo(f"Partner {number}: none of their links means anything any more.")


@campaigns_app.command("add")
def add_campaign(
    name: str,
    partner: Annotated[str, typer.Option(help="The partner's name.")],
    language: Annotated[str, typer.Option(help="The first question is asked in it, e.g. vi.")],
) -> None:
    """Make a link for a partner, and print its code."""
    from bot.languages import LANGUAGES  # noqa: PLC0415 - each command pays for what it uses

    if language not in LANGUAGES:
        raise typer.BadParameter(f"--language {language} is none of: {', '.join(LANGUAGES)}")
    with _open_deployment() as (_settings, database, vault):
        name, now = _valid_name(name), SystemClock().now()
        add = Campaigns(AuditLog(vault)).add
        new = database.writer.run_sync(
            lambda work: add(work, name, partner, language, OPERATOR, now)
        )
    typer.echo(f"{new.code}  {new.name}: {new.partner}, {new.language}")
    typer.echo(f"The link and its picture: haven campaigns qr {new.code} FOLDER")


@campaigns_app.command("list")
def list_campaigns(*, as_json: AsJson = False) -> None:
    """Print every link there ever was."""
    with _open_deployment() as (_settings, database, _vault):
        found = database.writer.run_sync(Campaigns.all)
    columns = ("code", "name", "partner", "language", "is_active")
    _print_rows([asdict(each) for each in found], columns, as_json)


@campaigns_app.command("revoke")
def revoke_campaign(code: str) -> None:
    """End a link: from now on it begins like any chat."""
    with _open_deployment() as (_settings, database, vault):
        known, now = _find_campaign(database, code), SystemClock().now()
        revoke = Campaigns(AuditLog(vault)).revoke
        gone = database.writer.run_sync(lambda work: revoke(work, known.code, OPERATOR, now))
    if not gone:
        raise HavenError(f"{known.code} is revoked already")
    typer.echo(f"{known.code}: this link means nothing any more.")


@campaigns_app.command("counts")
def count_campaigns(*, as_json: AsJson = False) -> None:
    """Print how many chats began by each link in months that are over; never fewer than five."""
    with _open_deployment() as (settings, database, vault):
        counting, now = LinkStats(vault, settings.zone), SystemClock().now()
        found = database.writer.run_sync(lambda work: counting.list_counts(work, now))
    rows = [
        {
            "month": f"{it.year}-{it.month:02}",
            "campaign": it.campaign,
            "chats": it.chats if as_json or it.chats is not None else f"fewer than {MIN_SHOWN}",
        }
        for it in found
    ]
    _print_rows(rows, ("month", "campaign", "chats"), as_json)


@campaigns_app.command("qr")
def draw_campaign(
    code: str,
    folder: Path,
    bot: Annotated[str, typer.Option(help="The bot's name; else Telegram is asked.")] = "",
) -> None:
    """Print a link, and draw its QR code as SVG and PNG into a folder."""
    with _open_deployment() as (settings, database, _vault):
        known = _find_campaign(database, code)
    if not known.is_active:
        raise HavenError(f"{known.code} is revoked: its picture would lead nobody anywhere")
    address = campaign_url(bot or _username(settings), known.code)
    typer.echo(address)
    for path in write_qr_codes(address, folder / known.code):
        typer.echo(str(path))


def write_qr_codes(address: str, path: Path) -> list[Path]:
    """Draw an address as SVG and PNG beside each other; what is there already stays.

    Raises:
        HavenError: a picture cannot be written.
    """
    import segno  # noqa: PLC0415 - each command pays for what it uses

    code = segno.make(address, error="m", micro=False)
    made = []
    for kind in ("svg", "png"):
        picture = path.with_suffix(f".{kind}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with picture.open("xb") as file:
                code.save(file, kind=kind, scale=QR_SCALE, border=QR_BORDER)
        except OSError as error:
            raise HavenError(f"{picture} cannot be written: {error.strerror}") from None
        made.append(picture)
    return made


def _username(settings: Settings) -> str:
    from bot.channels.telegram.client import username_of  # noqa: PLC0415

    return asyncio.run(username_of(settings.token(), settings.telegram_api))


def _find_campaign(database: Database, code: str) -> Campaign:
    found = parse_code(code)
    for each in database.writer.run_sync(Campaigns.all):
        if each.code == found:
            return each
    raise HavenError("there is no campaign with this code; haven campaigns list shows them")


def _valid_name(name: str) -> str:
    found = " ".join(name.split())
    if not found or len(found) > MAX_NAME_LENGTH or not found.isprintable():
        raise typer.BadParameter(f"NAME has 1 to {MAX_NAME_LENGTH} signs that can be printed")
    return found


@contextlib.contextmanager
def _open_deployment() -> Iterator[tuple[Settings, Database, Vault]]:
    """Give settings, database and vault, and close what was opened."""
    from bot.app.build import open_database, open_vault  # noqa: PLC0415

    settings = load_settings()
    load_host_key(settings)  # before a database is made
    database = open_database(settings)
    try:
        vault = open_vault(settings, database)
        try:
            yield settings, database, vault
        finally:
            vault.close()
    finally:
        database.writer.close()


def _print_rows(rows: list[dict[str, Any]], columns: tuple[str, ...], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text as Line  # noqa: PLC0415

    table = Table(*columns, box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for row in rows:
        table.add_row(*(Line(str(row[column])) for column in columns))
    Console().print(table)
