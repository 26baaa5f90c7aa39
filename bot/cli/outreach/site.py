"""`haven site`: the public pages, made of the texts of the chat."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from bot.app.databases.moved import refuse_moved
from bot.app.fact_checks import use_stored_checks
from bot.app.storage import existing_database
from bot.app.texts import load_place, use_offered_languages
from bot.channels.telegram.client import username_of
from bot.cli.deployment import open_deployment
from bot.cli.output import local_time
from bot.clock import SystemClock
from bot.errors import HavenError, SettingError, SiteError
from bot.hotline.staff.service_hours import ServiceHours, ServicePlan, plan_of_settings
from bot.partners.partners import Campaigns, parse_code
from bot.settings import Settings, load_settings
from bot.site.build import EXIT_TO, SiteOptions, build_site
from bot.site.numbers import first_to_expire
from bot.site.output_folder import write_files
from bot.site.posters import read_posters
from bot.site.wording import BOT_NAME, SiteSource
from bot.store.writer import Work

site_app = typer.Typer(no_args_is_help=True)

BotName = Annotated[
    str, typer.Option("--bot", help="Name of the bot; without it, Telegram is asked.")
]
LinkCodes = Annotated[
    list[str] | None,
    typer.Option(
        "--code", help="Code of a link, so that chats are counted; once for each language."
    ),
]
WEB_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d+)?(?:/[!-;=?-~]*)?")


@site_app.callback()
def _site() -> None:
    """Make the Typer a group, although it has one command."""


@site_app.command("build")
def build(
    folder: Path,
    *,
    bot: BotName = "",
    posters: Annotated[Path | None, typer.Option(help="Folder of posters to offer.")] = None,
    codes: LinkCodes = None,
    exit_to: Annotated[
        str, typer.Option("--exit", help="The page that “Leave this page” shows.")
    ] = EXIT_TO,
) -> None:
    """Make the public pages in every offered language; a folder of an earlier build is renewed."""
    if not WEB_ADDRESS.fullmatch(exit_to):
        raise SiteError("--exit is no address of a page, like https://www.google.com/")
    source, languages = load_source(bot, codes or [])
    found = read_posters(posters) if posters else ()
    with progress_bar("languages") as on_built:
        files = build_site(source, SiteOptions(languages, found, exit_to), on_built)
    with progress_bar("files") as on_written:
        removed = write_files(folder, files, on_written)
    largest = max(len(content) for name, content in files.items() if name.endswith(".html"))
    typer.echo(f"{folder}: {len(files)} files in {len(languages)} languages for {source.handle}")
    typer.echo(f"The largest page has {-(-largest // 1024)} KB. Removed: {removed} files of before")
    print_expiry(source)


def load_source(bot: str, codes: Sequence[str]) -> tuple[SiteSource, tuple[str, ...]]:
    """Return what pages are made of, and the languages that are offered.

    Raises:
        HavenError: a setting, the bot's name or a code cannot be used.
    """
    settings = load_settings()
    settings.public_identity()
    name = _bot_name(bot, settings)
    load_place(settings)
    offer = use_offered_languages(settings)
    for tag in offer.refused:
        typer.echo(f"left out: {tag} is incomplete (haven languages status)", err=True)
    use_stored_checks(settings)
    plan, has_escrow, found = _stored(settings, codes)
    today = local_time(SystemClock().now(), settings.zone).date()
    return SiteSource(settings, plan, name, today, has_escrow, found), offer.tags


def print_expiry(source: SiteSource) -> None:
    """Say until when the numbers may be shown."""
    until = first_to_expire(source.place, source.today)
    if until is None:
        typer.echo("No number is shown: none was verified in time (haven directory todo)", err=True)
    else:
        typer.echo(f"Make it again each week, and before {until}: then the first number expires.")


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar, and give what moves it on."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        bar = bars.add_task(label, total=None)
        yield lambda done, total: bars.update(bar, completed=done, total=total)


def _bot_name(given: str, settings: Settings) -> str:
    """Return the bot's name; a wrong one would lead people to an account of someone else."""
    name = given.removeprefix("@")
    if not given:
        try:
            token = settings.token()
        except SettingError as error:
            raise SettingError(f"{error}; or name the bot: --bot NAME") from None
        name = asyncio.run(username_of(token, settings.telegram_api, settings.proxy()))
    if not BOT_NAME.fullmatch(name) or not name.lower().endswith("bot"):
        raise SiteError(
            "--bot needs the name of a bot as Telegram shows it: 5 to 32 of a-z, 0-9 and _, with "
            "bot at its end, e.g. --bot garden_of_light_bot"
        )
    return name


def _stored(
    settings: Settings, codes: Sequence[str]
) -> tuple[ServicePlan, bool, tuple[tuple[str, str], ...]]:
    """Return the hours, whether there is an escrow key, and languages with their link codes."""
    refuse_moved(settings)
    try:
        existing_database(settings).writer.close()
    except HavenError as error:
        if codes:
            raise SiteError(f"--code needs the database of the links: {error}") from None
        return plan_of_settings(settings), False, ()
    with open_deployment(settings=settings) as deployment:
        plan = deployment.run(ServiceHours(settings, deployment.vault).plan)
        found = deployment.run(lambda work: tuple(_link(work, code) for code in codes))
        has_escrow = deployment.vault.has_escrow
    if len(dict(found)) < len(found):
        raise SiteError("two links of one language: name one --code for each language")
    return plan, has_escrow, found


def _link(work: Work, typed: str) -> tuple[str, str]:
    campaign = Campaigns.by_code(work, parse_code(typed) or "")
    if campaign is None:
        raise SiteError("--code is of no link in use; haven campaigns list shows them")
    return campaign.language, campaign.code
