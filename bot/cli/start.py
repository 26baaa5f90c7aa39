"""`haven start`, and how a command runs until a signal stops it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import Coroutine
from typing import Annotated, Any

import typer

from bot.app.databases.standbys import require_synchronous
from bot.app.jobs import run_together
from bot.app.retention import check_backup_settings
from bot.app.roles import BOT_ROLES, ProcessRole
from bot.app.roles.role import ONLY, require_shared_store
from bot.app.run import RunOptions, run_bot
from bot.app.sign_in import require_key_holder
from bot.app.storage import open_database, open_vault, upgrade_data
from bot.app.web_desk import desk_job, run_standalone_desk
from bot.asgi_server import listen_for
from bot.channels.telegram.bot_name import BotName
from bot.channels.telegram.system_proxy import unused_proxy
from bot.languages.availability import checked_bot_names, load_offer
from bot.log import configure
from bot.mailbox.known_bots import refuse_other_bot
from bot.settings import Settings, load_settings
from bot.store.data_folder import require_data
from bot.store.database import DataDirectory
from bot.training.shared_scenes import shared_scenes

ONLY_HELP = (
    "front, worker, leader, desk, or bot for the first three; without it, all in one process."
)
STANDBY_HELP = "Wait while another process leads, and go on when it ends."

NAME_SECONDS = 10.0
"""Seconds between two questions for the bot's name, while Telegram does not say it."""


def start(
    only: Annotated[str, typer.Option(help=ONLY_HELP)] = "",
    standby: Annotated[bool, typer.Option("--standby", help=STANDBY_HELP)] = False,
    replaces: Annotated[
        int, typer.Option(help="Number of an earlier bot that is gone for good; once is enough.")
    ] = 0,
) -> None:
    """Run the bot and the caseworkers' web desk until stopped."""
    if only not in ONLY:
        raise typer.BadParameter(f"--only {only} is none of: {', '.join(it for it in ONLY if it)}")
    settings, roles = load_settings(), ONLY[only]
    require_shared_store(settings, only, is_standby=standby)
    settings.public_identity()
    check_backup_settings(settings)
    if only != "desk":
        settings.token()
        settings.proxy()
    if not roles & {ProcessRole.LEADER, ProcessRole.DESK}:
        DataDirectory(settings.data).create()  # on a machine of its own, where nothing is kept
    require_data(settings)
    if ProcessRole.LEADER in roles and not standby:
        DataDirectory(settings.data).refuse_running()  # before its ports are taken for a program's
    if only != "desk" and (line := unused_proxy(settings)):
        typer.echo(line, err=True)
    configure(for_person=sys.stderr.isatty())
    require_synchronous(settings)  # before anything is stored: a commit could wait for ever
    upgrade_data(settings)
    if only == "desk":
        _tell_running(settings, has_desk=True)
        run_until_signal(run_standalone_desk(settings, shared_scenes))
        return
    checked_bot_names(settings)
    _check_data(settings, replaces)
    _check_ports(settings, has_desk=not only)
    offer = load_offer(settings)
    for refusal in offer.refusals():
        typer.echo(refusal, err=True)
    desk = desk_job(settings, shared_scenes) if ProcessRole.DESK in roles else None
    options = RunOptions(
        extra_job=desk, offer=offer, roles=roles & BOT_ROLES, is_standby=standby,
        ready=asyncio.Event(),
    )  # fmt: skip
    run_until_signal(run_together(run_bot(settings, options), _tell_when_ready(settings, options)))


async def _tell_when_ready(settings: Settings, options: RunOptions) -> None:
    """Tell a person at a terminal what runs, once it does, and which bot, once Telegram says it."""
    if not sys.stdout.isatty() or options.ready is None:
        return
    await options.ready.wait()
    _tell_running(settings, has_desk=options.extra_job is not None)
    asked = BotName(settings)
    while not (name := await asked.find()):  # noqa: ASYNC110 - it is asked of Telegram
        await asyncio.sleep(NAME_SECONDS)
    typer.echo(f"The bot is @{name}: https://t.me/{name}")


def _tell_running(settings: Settings, *, has_desk: bool) -> None:
    """Tell a person at a terminal that Haven runs, where the desk is, and how to end it."""
    if not sys.stdout.isatty():
        return
    typer.echo("Haven runs until you press Ctrl+C.")
    if has_desk:
        typer.echo(f"The desk is at {settings.desk_url}")
    if has_desk and settings.partner_room_url:
        typer.echo(f"The partners' room is at {settings.partner_room_url}")


def _check_ports(settings: Settings, *, has_desk: bool) -> None:
    """Raise SettingError for a port that is taken, before the bot fetches anything."""
    taken = {"HAVEN_WATCH_LISTEN": settings.watch_host_port}
    if has_desk:
        taken["HAVEN_DESK_LISTEN"] = settings.desk_host_port
        taken["HAVEN_PARTNER_ROOM_LISTEN"] = settings.partner_room_host_port
    for setting, address in taken.items():
        if address is not None:
            listen_for(setting, *address, 1).close()


def _check_data(settings: Settings, replaced: int) -> None:
    """Raise HavenError if no caseworker has a key, or the chats are another bot's."""
    database = open_database(settings)
    with (
        contextlib.closing(database.writer),
        contextlib.closing(open_vault(settings, database)) as vault,
    ):
        require_key_holder(vault)
        database.writer.run_sync(
            lambda work: refuse_other_bot(work, settings.bot_number(), replaced)
        )


def run_until_signal(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine; SIGINT, SIGTERM or SIGHUP cancels it."""
    with contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError):
        asyncio.run(_cancel_on_signal(work))


async def _cancel_on_signal(work: Coroutine[Any, Any, None]) -> None:
    task = asyncio.create_task(work)
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # under nohup, SIGHUP stays ignored
            asyncio.get_running_loop().add_signal_handler(number, _cancel_once, task)
    await task


def _cancel_once(task: asyncio.Task[None]) -> None:
    """Cancel a task; a second cancellation would interrupt its clean-up."""
    if not task.cancelling():
        task.cancel()
