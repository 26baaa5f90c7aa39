"""The desk in a browser, put together: what it must not import itself is handed down here."""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import select

from bot.app.texts import (
    build_consent,
    build_fact_source,
    build_phrasebook,
    build_reader,
    build_system_texts,
)
from bot.cases.evidence.image_sanitizer import ImageSanitizer
from bot.cases.queries import AnswerRenderer
from bot.clock import SystemClock
from bot.conversation import FlowRegistry
from bot.desks.web.app import build_app
from bot.desks.web.auth.sessions import DeskSessions
from bot.desks.web.auth.throttle import LoginThrottle
from bot.desks.web.auth.totp import SecondFactors
from bot.desks.web.command_client import CommandClient
from bot.desks.web.context import DeskContext
from bot.desks.web.live.event_log import EventLog
from bot.desks.web.live.watcher import EventStreams, EventWatcher
from bot.desks.web.read_pool import ReadPool
from bot.desks.web.server import serve
from bot.errors import CommitFailedError, HavenError
from bot.hotline.commands.texts import DISPOSITIONS
from bot.hotline.deadlines import CaseDeadlines
from bot.hotline.queue.sla import ReplyClocks
from bot.hotline.referrals.store import Referrals
from bot.hotline.staff.staff import Staff
from bot.languages import catalogue
from bot.mailbox.inbox import Inbox
from bot.places.registry import find_place
from bot.store.compiled import Prepared
from bot.store.database import DataDirectory
from bot.store.tables.main import heartbeats
from bot.vault import AuditLog
from bot.vault.keys.passwords import DEFAULT_COST
from bot.vault.keys.staff_keys import StaffKeys
from flows import ALL_FLOWS
from flows.phrasebook import GROUPS
from flows.titles import ROLE_TITLES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.types import ASGIApp

    from bot.clock import Clock
    from bot.settings import Settings
    from bot.store.database import Database
    from bot.vault import Vault
    from bot.vault.keys.passwords import PasswordCost

FAILURE_CHECK_SECONDS = 0.25
_LATEST_BOT = Prepared(
    lambda _: select(heartbeats.c.bot).order_by(heartbeats.c.alive_at.desc()).limit(1)
)
NO_BOT = (
    "no bot has run on these data yet, so the desk does not know whose people write here: start "
    "the bot first (haven start, or haven start --only bot)"
)


def find_bot_id(database: Database) -> int:
    """Return the number of the bot whose people write here.

    Raises:
        HavenError: none has run yet.
    """
    found = database.writer.run_sync(lambda work: work.rows(_LATEST_BOT))
    if not found:
        raise HavenError(NO_BOT)
    return int(found[0][0])


def build_desk_context(  # noqa: PLR0913 - the seams of time, place and price are handed in
    settings: Settings,
    database: Database,
    vault: Vault,
    *,
    bot_id: int,
    origin: str,
    root: str = "",
    clock: Clock | None = None,
    cost: PasswordCost = DEFAULT_COST,
) -> DeskContext:
    """Put a desk together around a database and a vault.

    Raises:
        HavenError: there is no key store.
    """
    if vault.keys is None:
        raise HavenError("without a key store nobody signs in at the desk")
    clock = clock or SystemClock()
    phrasing, book, audit = build_system_texts(settings), FlowRegistry(ALL_FLOWS), AuditLog(vault)
    place = find_place(settings.place)
    writer = database.writer

    return DeskContext(
        origin=origin,
        root=root,
        organisation=settings.organisation,
        contact=settings.contact,
        language=settings.staff_language,
        zone=settings.zone,
        bot_id=bot_id,
        database=database,
        vault=vault,
        clock=clock,
        read_pool=ReadPool(database),
        audit=audit,
        sessions=DeskSessions(writer, vault.keys),
        command_client=CommandClient(writer, Inbox(bot_id, vault), clock),
        streams=EventStreams(),
        throttle=LoginThrottle(),
        factors=SecondFactors(vault),
        staff=Staff(vault),
        staff_keys=StaffKeys(vault.keys, vault.prove, cost),
        reply_clocks=ReplyClocks(settings.response_minutes),
        referrals=Referrals(vault, audit, book, build_consent(settings, book, phrasing)),
        place=place,
        legal_deadlines=CaseDeadlines(vault, audit, place.deadline_rules),
        flow_registry=book,
        phrasebook=build_phrasebook(settings, phrasing),
        phrase_groups=GROUPS,
        titles=ROLE_TITLES,
        known_facts=build_fact_source(settings, escrow=lambda: vault.has_escrow),
        case_reader=partial(build_reader, settings, database, vault, book),
        answer_renderer=_answer_renderer(settings, book),
        dispositions=DISPOSITIONS,
        recipients={code: it.name for code, it in place.recipients.items()},
        files_dir=DataDirectory(settings.data).files,
        image_sanitizer=ImageSanitizer(),
    )


def _answer_renderer(settings: Settings, book: FlowRegistry) -> Callable[[str], AnswerRenderer]:
    def telling(language: str) -> AnswerRenderer:
        words, staff = catalogue(language), catalogue(language, "staff")
        return AnswerRenderer(book, words, staff, organisation=settings.organisation)

    return telling


@contextlib.asynccontextmanager
async def open_desk_app(front: DeskContext) -> AsyncIterator[ASGIApp]:
    """Give the application of a desk that hears what happens, while the context lasts."""
    await front.sessions.end_all()
    bells = EventLog(front.vault)
    watch = EventWatcher(
        front.read_pool,
        bells,
        front.streams,
        front.command_client,
        front.database.writer,
        front.clock,
        front.staff,
    )
    watching = asyncio.create_task(watch.run())
    try:
        yield build_app(front)
    finally:
        front.streams.end_all()
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        front.read_pool.close()


async def run_desk(front: DeskContext, settings: Settings) -> None:
    """Serve a desk until cancelled, or until nothing can be written down any more.

    Raises:
        StoreFailed: the disk refused a commit; restart after mending it.
        WrongSetting: its port is taken.
    """
    host, port = settings.desk_host_port
    writer = front.database.writer
    async with open_desk_app(front) as app, serve(app, host, port):
        # Not in a thread: whoever stops us would wait for it for ever.
        while not (writer.failed.is_set() or front.vault.has_failed):  # noqa: ASYNC110
            await asyncio.sleep(FAILURE_CHECK_SECONDS)
    raise CommitFailedError(
        f"a commit failed; {writer.failure_reason}; restart Haven after mending it"
    )


async def run_standalone_desk(settings: Settings, database: Database, vault: Vault) -> None:
    """Run the desk in a process of its own, beside a bot in another."""
    bot = await asyncio.to_thread(find_bot_id, database)
    front = build_desk_context(settings, database, vault, bot_id=bot, origin=settings.desk_url)
    await run_desk(front, settings)
