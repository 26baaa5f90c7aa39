"""The web desk: its context, its application, and the job that serves it."""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from typing import TYPE_CHECKING

from bot.app.fact_checks import FactCheckFollower, keep_following
from bot.app.file_storage.opening import require_place
from bot.app.hours_text import hours_text
from bot.app.jobs import run_together
from bot.app.options import DeskOptions
from bot.app.partner_room.deliveries import build_delivery_desk
from bot.app.partner_room.room import RoomOptions, build_room_context, open_room
from bot.app.referral_recipients import deployment_place
from bot.app.roles import ProcessRole
from bot.app.roles.presence import Presence
from bot.app.storage import (
    keep_store_open,
    latest_bot_id,
    open_storage,
    watch_history,
    watch_silence,
)
from bot.app.texts import (
    build_consent,
    build_fact_source,
    build_phrasebook,
    build_reader,
    build_spoken_texts,
    build_system_texts,
)
from bot.cases.queries import AnswerRenderer
from bot.channels.telegram.bot_name import BotName
from bot.conversation import FlowRegistry
from bot.desks.web.app import build_app, serve
from bot.desks.web.context import DeskContext
from bot.desks.web.live.event_log import EventLog
from bot.desks.web.live.watcher import EventWatcher
from bot.dispatch.rendering import Renderer
from bot.exports.bodies_abroad import BodiesAbroad
from bot.hotline.chat.phrase_edits import PhraseEdits
from bot.hotline.referrals.store import Referrals
from bot.hotline.staff.service_hours import ServiceHours
from bot.languages import catalogue
from bot.log import log
from bot.monitoring.activity import StandaloneDesk
from bot.store.faults import ignore_store_errors
from bot.vault import AuditLog, Vault
from flows import ALL_FLOWS
from flows.texts.counties import COUNTIES
from flows.texts.phrasebook import GROUPS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Sequence

    from starlette.types import ASGIApp

    from bot.desks.partner_room.context import PracticeScene

    PracticeScenes = Callable[[], Sequence[PracticeScene]]
    from bot.app.build import RunningApp
    from bot.clock import Clock
    from bot.settings import Settings
    from bot.store.database import Database

BOT_LOOK_SECONDS = 2.0
"""Seconds between two looks whether a bot has run on these data."""


def build_desk_context(
    settings: Settings, database: Database, vault: Vault, options: DeskOptions
) -> DeskContext:
    """Put the context of a web desk together; raise HavenError if there is no key store."""
    hours, phrase_edits = ServiceHours(settings, vault), PhraseEdits(vault)
    texts, registry = build_system_texts(settings, lambda: hours.latest), FlowRegistry(ALL_FLOWS)
    consent = build_consent(settings, registry, texts)
    return DeskContext(
        settings=settings, origin=options.origin, root=options.root, database=database,
        vault=vault, clock=options.clock, password_cost=options.password_cost,
        wake_dispatcher=options.wake_dispatcher, rehearsal=options.rehearsal,
        find_place=partial(deployment_place, settings), find_username=BotName(settings).find,
        follow_fact_checks=FactCheckFollower(
            settings.zone, BodiesAbroad(vault, AuditLog(vault))
        ).follow,
        flow_registry=registry, referrals=Referrals(vault, AuditLog(vault), registry, consent),
        deliveries=build_delivery_desk(settings, vault, consent),
        phrasebook=build_phrasebook(settings, texts, phrase_edits), phrase_edits=phrase_edits,
        phrase_groups=GROUPS,
        counties=COUNTIES, service_hours=hours,
        hours_in_words=lambda plan, day, tag: hours_text(plan, day, catalogue(tag)),
        known_facts=build_fact_source(
            settings, escrow=lambda: vault.has_escrow, plan=lambda: hours.latest
        ),
        spoken=build_spoken_texts(), person_text=Renderer(texts).text,
        case_reader=partial(build_reader, settings, database, vault, registry),
        answer_renderer=partial(_answer_renderer, settings, registry),
    )  # fmt: skip


def _answer_renderer(settings: Settings, registry: FlowRegistry, language: str) -> AnswerRenderer:
    words, staff = catalogue(language), catalogue(language, "staff")
    return AnswerRenderer(registry, words, staff, organisation=settings.organisation)


@contextlib.asynccontextmanager
async def open_desk_app(context: DeskContext) -> AsyncIterator[ASGIApp]:
    """Give the application of a desk that shows events, while the context manager lasts."""
    with ignore_store_errors():
        await context.sessions.clean()
    watcher = EventWatcher(
        context.read_pool, EventLog(context.vault), context.streams, context.command_client,
        context.database.writer, context.clock, context.staff, context.sessions,
    )  # fmt: skip
    await context.read_pool.run(context.follow_fact_checks)
    following = keep_following(
        context.follow_fact_checks, context.read_pool.run, context.database.writer.changes
    )
    jobs = [asyncio.create_task(it) for it in (watcher.run(), context.seen_marks.run(), following)]
    try:
        yield build_app(context)
    finally:
        context.streams.end_all()
        for it in jobs:
            it.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)
        context.read_pool.close()


async def run_desk(
    context: DeskContext, settings: Settings, practice: PracticeScenes = lambda: ()
) -> None:
    """Serve a desk until cancelled, and the partners' room if one is set.

    Raises:
        SettingError: a port is taken.
    """
    host, port = settings.desk_host_port
    async with contextlib.AsyncExitStack() as stack:
        app = await stack.enter_async_context(open_desk_app(context))
        await stack.enter_async_context(serve(app, host, port))
        if (address := settings.partner_room_host_port) is not None:
            options = RoomOptions(
                origin=settings.partner_room_url, clock=context.clock, practice=practice
            )
            rooms = build_room_context(settings, context.database, context.vault, options)
            room = await stack.enter_async_context(open_room(rooms))
            named = "HAVEN_PARTNER_ROOM_LISTEN"
            await stack.enter_async_context(serve(room, *address, setting=named))
        log.info("desk_open")
        await asyncio.Event().wait()


def desk_job(
    settings: Settings, practice: PracticeScenes = lambda: ()
) -> Callable[[RunningApp], Coroutine[None, None, None]]:
    """Return the job that serves the desk in a bot's process; raise SettingError without origin."""
    origin = settings.desk_url

    def job(running: RunningApp) -> Coroutine[None, None, None]:
        app = running.app
        options = DeskOptions(
            bot_id=app.inbox.bot, origin=origin, clock=app.clock,
            wake_dispatcher=running.wake_dispatcher,
        )  # fmt: skip
        context = build_desk_context(settings, app.database, app.vault, options)
        return run_desk(context, settings, practice)

    return job


async def run_standalone_desk(settings: Settings, practice: PracticeScenes = lambda: ()) -> None:
    """Serve the desk in a process of its own; the bot runs in another.

    Raises:
        SettingError: a setting cannot be used.
        FileStorageError: the files were moved to a place that the settings do not name.
    """
    async with open_storage(settings) as (database, vault):
        await database.writer.run(partial(require_place, settings))
        bot_id = await _first_bot_id(database)
        options = DeskOptions(bot_id=bot_id, origin=settings.desk_url)
        context = build_desk_context(settings, database, vault, options)
        presence = Presence(database, frozenset({ProcessRole.DESK}), options.clock)
        await presence.begin()
        await run_together(
            presence.run(),
            run_desk(context, settings, practice),
            keep_store_open(database, vault),
            watch_silence(database, vault),
            watch_history(database, vault),
            *_watch_pages(settings, StandaloneDesk(database, vault), options.clock),
        )


async def _first_bot_id(database: Database) -> int:
    """Return the id of the bot that people write to, once one has run on these data."""
    bot_id = await database.writer.run(latest_bot_id)
    if bot_id is None:
        log.warning("desk_waits_for_bot")
    while bot_id is None:
        await asyncio.sleep(BOT_LOOK_SECONDS)
        bot_id = await database.writer.run(latest_bot_id)
    return bot_id


def _watch_pages(
    settings: Settings, desk: StandaloneDesk, clock: Clock
) -> list[Coroutine[None, None, None]]:
    if (address := settings.watch_host_port) is None:
        return []
    # Memory that is not needed without the port.
    from bot.monitoring.server import WatchPages, serve_until_cancelled  # noqa: PLC0415

    pages = WatchPages(lambda: desk, clock, settings.backups)
    return [serve_until_cancelled(pages, *address)]
