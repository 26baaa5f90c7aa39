"""The web desk: its context, its application, and the job that serves it."""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from typing import TYPE_CHECKING

from bot.app.options import DeskOptions
from bot.app.storage import latest_bot_id, open_storage, wait_for_failed_commit
from bot.app.texts import (
    build_consent,
    build_fact_source,
    build_phrasebook,
    build_reader,
    build_system_texts,
)
from bot.cases.evidence.image_sanitizer import ImageSanitizer
from bot.cases.queries import AnswerRenderer
from bot.conversation import FlowRegistry
from bot.desks.web.app import build_app, serve
from bot.desks.web.auth.sessions import DeskSessions
from bot.desks.web.auth.throttle import LoginThrottle
from bot.desks.web.auth.totp import SecondFactors
from bot.desks.web.command_client import CommandClient
from bot.desks.web.context import DeskContext
from bot.desks.web.live.event_log import EventLog
from bot.desks.web.live.watcher import EventStreams, EventWatcher
from bot.desks.web.read_pool import ReadPool
from bot.errors import HavenError
from bot.hotline.commands.texts import DISPOSITIONS
from bot.hotline.deadlines import CaseDeadlines
from bot.hotline.queue.sla import ReplyClocks
from bot.hotline.referrals.store import Referrals
from bot.hotline.staff.staff import Staff
from bot.languages import catalogue
from bot.places.registry import find_place
from bot.store.database import Database, DataDirectory
from bot.vault import AuditLog, Vault
from bot.vault.keys.staff_keys import StaffKeys
from flows import ALL_FLOWS
from flows.texts.phrasebook import GROUPS
from flows.texts.titles import ROLE_TITLES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine

    from starlette.types import ASGIApp

    from bot.app.build import App
    from bot.settings import Settings


def build_desk_context(
    settings: Settings, database: Database, vault: Vault, options: DeskOptions
) -> DeskContext:
    """Put the context of a web desk together; raise HavenError if there is no key store."""
    if vault.keys is None:
        raise HavenError("there is no key store, so no caseworker can sign in at the desk")
    texts, registry, audit = build_system_texts(settings), FlowRegistry(ALL_FLOWS), AuditLog(vault)
    place, writer, clock = find_place(settings.place), database.writer, options.clock
    return DeskContext(
        origin=options.origin,
        root=options.root,
        organisation=settings.organisation,
        contact=settings.contact,
        language=settings.staff_language,
        zone=settings.zone,
        bot_id=options.bot_id,
        database=database,
        vault=vault,
        clock=clock,
        read_pool=ReadPool(database),
        audit=audit,
        sessions=DeskSessions(writer, vault.keys),
        command_client=CommandClient(writer, vault, clock, options.wake_dispatcher),
        streams=EventStreams(),
        throttle=LoginThrottle(),
        factors=SecondFactors(vault),
        staff=Staff(vault),
        staff_keys=StaffKeys(vault.keys, vault.prove, options.password_cost),
        reply_clocks=ReplyClocks(settings.response_minutes),
        referrals=Referrals(vault, audit, registry, build_consent(settings, registry, texts)),
        place=place,
        legal_deadlines=CaseDeadlines(vault, audit, place.deadline_rules),
        flow_registry=registry,
        phrasebook=build_phrasebook(settings, texts),
        phrase_groups=GROUPS,
        titles=ROLE_TITLES,
        known_facts=build_fact_source(settings, escrow=lambda: vault.has_escrow),
        case_reader=partial(build_reader, settings, database, vault, registry),
        answer_renderer=partial(_answer_renderer, settings, registry),
        dispositions=DISPOSITIONS,
        recipients={code: it.name for code, it in place.recipients.items()},
        files_dir=DataDirectory(settings.data).files,
        image_sanitizer=ImageSanitizer(),
    )


def _answer_renderer(settings: Settings, registry: FlowRegistry, language: str) -> AnswerRenderer:
    words, staff = catalogue(language), catalogue(language, "staff")
    return AnswerRenderer(registry, words, staff, organisation=settings.organisation)


@contextlib.asynccontextmanager
async def open_desk_app(context: DeskContext) -> AsyncIterator[ASGIApp]:
    """Give the application of a desk that shows events, while the context manager lasts."""
    await context.sessions.end_all()
    watcher = EventWatcher(
        context.read_pool, EventLog(context.vault), context.streams, context.command_client,
        context.database.writer, context.clock, context.staff,
    )  # fmt: skip
    watching = asyncio.create_task(watcher.run())
    try:
        yield build_app(context)
    finally:
        context.streams.end_all()
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        context.read_pool.close()


async def run_desk(context: DeskContext, settings: Settings) -> None:
    """Serve a desk until cancelled, or until a commit fails.

    Raises:
        CommitFailedError: the disk refused a commit; repair it, then restart.
        SettingError: the port is taken.
    """
    host, port = settings.desk_host_port
    async with open_desk_app(context) as app, serve(app, host, port):
        await wait_for_failed_commit(context.database, context.vault)


def desk_job(settings: Settings) -> Callable[[App], Coroutine[None, None, None]]:
    """Return the job that serves the desk in a bot's process; raise SettingError without origin."""
    origin = settings.desk_url

    def job(app: App) -> Coroutine[None, None, None]:
        options = DeskOptions(
            bot_id=app.inbox.bot, origin=origin, clock=app.clock,
            wake_dispatcher=app.dispatcher.resume,
        )  # fmt: skip
        return run_desk(build_desk_context(settings, app.database, app.vault, options), settings)

    return job


async def run_standalone_desk(settings: Settings) -> None:
    """Serve the desk in a process of its own; the bot runs in another.

    Raises:
        SettingError: a setting cannot be used.
        HavenError: no bot has run on these data yet.
    """
    async with open_storage(settings) as (database, vault):
        bot_id = await database.writer.run(latest_bot_id)
        options = DeskOptions(bot_id=bot_id, origin=settings.desk_url)
        await run_desk(build_desk_context(settings, database, vault, options), settings)
