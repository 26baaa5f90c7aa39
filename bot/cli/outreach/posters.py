"""`haven posters`: posters, wallet cards, tiles and stickers for the links of partners."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from bot.app.referral_recipients import deployment_place
from bot.channels.telegram.client import username_of
from bot.cli.deployment import open_deployment
from bot.clock import SECOND
from bot.documents.content import PrintFormat
from bot.errors import HavenError
from bot.partners.partners import Campaign, find_campaign
from bot.posters.content import PosterSender
from bot.posters.maker import PosterMaker
from bot.posters.order import Openness, PosterChoice, PosterKind, PosterOrder, plan_order
from bot.settings import Settings
from bot.store.writer import Work

posters_app = typer.Typer(no_args_is_help=True)


@posters_app.callback()
def _posters() -> None:
    """Make the Typer a group, although it has one command."""


@posters_app.command("make")
def make_posters(  # noqa: PLR0913, PLR0917 - one argument an option
    codes: Annotated[
        list[str], typer.Argument(help="One link for all languages, or one for each language.")
    ],
    out: Annotated[Path, typer.Option(help="Folder for the files; none is replaced.")],
    kinds: Annotated[
        list[PosterKind] | None, typer.Option("--kind", help="May be given several times.")
    ] = None,
    openness: Annotated[
        Openness, typer.Option(help="How much it says to someone who only passes.")
    ] = Openness.DISCREET,
    languages: Annotated[
        str, typer.Option(help="Tags, e.g. id,vi; without it, those of the links.")
    ] = "",
    forms: Annotated[
        list[PrintFormat] | None, typer.Option("--format", help="May be given several times.")
    ] = None,
    bot: Annotated[str, typer.Option(help="Name of the bot; without it, Telegram is asked.")] = "",
) -> None:
    """Make posters, wallet cards, tiles or stickers, in up to ten languages each."""
    with open_deployment() as deployment:
        campaigns = deployment.run(lambda work: _find_campaigns(work, codes))
        settings, now = deployment.settings, deployment.now()
    wanted = tuple(it.strip() for it in languages.split(",") if it.strip())
    orders = [
        plan_order(campaigns, PosterChoice(kind, openness, wanted, form))
        for kind in kinds or [PosterKind.A4]
        for form in forms or [PrintFormat.PDF]
    ]
    maker = PosterMaker()
    maker.check()
    _require_free_names(orders, out)
    sender = PosterSender(
        bot or _ask_username(settings), settings.organisation, deployment_place(settings),
        datetime.fromtimestamp(now / SECOND, settings.zone).date(),
    )  # fmt: skip
    for path in asyncio.run(_make_all(maker, orders, sender, out)):
        typer.echo(str(path))


def _find_campaigns(work: Work, codes: Sequence[str]) -> list[Campaign]:
    return [find_campaign(work, it) for it in dict.fromkeys(codes)]


def _ask_username(settings: Settings) -> str:
    return asyncio.run(username_of(settings.token(), settings.telegram_api, settings.proxy()))


def _require_free_names(orders: Sequence[PosterOrder], folder: Path) -> None:
    for order in orders:
        if (path := folder / order.file_name).exists():
            raise HavenError(f"{path} is there already: move it, or name another folder by --out")


async def _make_all(
    maker: PosterMaker, orders: Sequence[PosterOrder], sender: PosterSender, folder: Path
) -> list[Path]:
    """Make each file and write it, never over another one."""
    console = Console(stderr=True)
    steps = track(orders, "Setting", console=console, disable=len(orders) == 1, transient=True)
    return [_write(folder / it.file_name, await maker.make(it, sender)) for it in steps]


def _write(path: Path, data: bytes) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(data)
    except OSError as error:
        raise HavenError(f"{path} cannot be written: {error.strerror}") from None
    return path
