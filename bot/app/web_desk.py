"""The desk in a browser, put together: what it must not import itself is handed down here."""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import select

from bot.app.texts import consent_of, facts_of, phrasebook_of, phrasing_of, reader_of
from bot.cases.evidence.image_sanitizer import Cleaning
from bot.cases.queries import Telling
from bot.clock import SystemClock
from bot.conversation import Book
from bot.desks.web.app import build
from bot.desks.web.auth.sessions import Sessions
from bot.desks.web.auth.throttle import Guesses
from bot.desks.web.auth.totp import Passes
from bot.desks.web.command_client import Post
from bot.desks.web.context import Front
from bot.desks.web.live.event_log import Bells
from bot.desks.web.live.watcher import Streams, Watch
from bot.desks.web.read_pool import Reads
from bot.desks.web.server import serving
from bot.errors import HavenError, StoreFailed
from bot.hotline.commands.texts import DISPOSITIONS
from bot.hotline.deadlines import CaseClocks
from bot.hotline.queue.sla import Promises
from bot.hotline.referrals.store import Referrals
from bot.hotline.staff.staff import Staff
from bot.languages import catalogue
from bot.mailbox.inbox import Inbox
from bot.places.registry import place_named
from bot.store.compiled import Prepared
from bot.store.database import DataDirectory
from bot.store.tables.main import heartbeats
from bot.vault import Audit
from bot.vault.keys.passwords import DEAR
from bot.vault.keys.staff_keys import StaffKeys
from flows import ALL
from flows.phrasebook import GROUPS
from flows.titles import TITLES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.types import ASGIApp

    from bot.clock import Clock
    from bot.settings import Settings
    from bot.store.database import Database
    from bot.vault import Vault
    from bot.vault.keys.passwords import Cost

WATCH_EVERY = 0.25
_BOT = Prepared(lambda _: select(heartbeats.c.bot).order_by(heartbeats.c.alive_at.desc()).limit(1))
NO_BOT = (
    "no bot has run on these data yet, so the desk does not know whose people write here: start "
    "the bot first (haven start, or haven start --only bot)"
)


def bot_of(database: Database) -> int:
    """Return the number of the bot whose people write here.

    Raises:
        HavenError: none has run yet.
    """
    found = database.writer.run_now(lambda work: work.rows(_BOT))
    if not found:
        raise HavenError(NO_BOT)
    return int(found[0][0])


def front_of(  # noqa: PLR0913 - the seams of time, place and price are handed in
    settings: Settings,
    database: Database,
    vault: Vault,
    *,
    bot: int,
    origin: str,
    root: str = "",
    clock: Clock | None = None,
    cost: Cost = DEAR,
) -> Front:
    """Put a desk together around a database and a vault.

    Raises:
        HavenError: there is no key store.
    """
    if vault.keys is None:
        raise HavenError("without a key store nobody signs in at the desk")
    clock = clock or SystemClock()
    phrasing, book, audit = phrasing_of(settings), Book(ALL), Audit(vault)
    place = place_named(settings.place)
    writer = database.writer

    return Front(
        origin=origin, root=root, organisation=settings.organisation, contact=settings.contact,
        language=settings.staff_language, zone=settings.zone, bot=bot,
        database=database, vault=vault, clock=clock, reads=Reads(database), audit=audit,
        sessions=Sessions(writer, vault.keys), post=Post(writer, Inbox(bot, vault), clock),
        streams=Streams(), guesses=Guesses(), passes=Passes(vault), staff=Staff(vault),
        keys=StaffKeys(vault.keys, vault.prove, cost), promises=Promises(settings.promised),
        referrals=Referrals(vault, audit, book, consent_of(settings, book, phrasing)),
        place=place, clocks=CaseClocks(vault, audit, place.clocks), book=book,
        phrasebook=phrasebook_of(settings, phrasing), groups=GROUPS, titles=TITLES,
        known=facts_of(settings, escrow=lambda: vault.has_escrow),
        reader=partial(reader_of, settings, database, vault, book),
        telling=_telling_of(settings, book), dispositions=DISPOSITIONS,
        recipients={code: it.name for code, it in place.recipients.items()},
        files=DataDirectory(settings.data).files, cleaning=Cleaning(),
    )  # fmt: skip


def _telling_of(settings: Settings, book: Book) -> Callable[[str], Telling]:
    def telling(language: str) -> Telling:
        words, staff = catalogue(language), catalogue(language, "staff")
        return Telling(book, words, staff, organisation=settings.organisation)

    return telling


@contextlib.asynccontextmanager
async def opened(front: Front) -> AsyncIterator[ASGIApp]:
    """Give the application of a desk that hears what happens, while the context lasts."""
    await front.sessions.begin_anew()
    bells = Bells(front.vault)
    watch = Watch(
        front.reads, bells, front.streams, front.post, front.database.writer, front.clock,
        front.staff,
    )  # fmt: skip
    watching = asyncio.create_task(watch.run())
    try:
        yield build(front)
    finally:
        front.streams.end()
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        front.reads.close()


async def run_desk(front: Front, settings: Settings) -> None:
    """Serve a desk until cancelled, or until nothing can be written down any more.

    Raises:
        StoreFailed: the disk refused a commit; restart after mending it.
        WrongSetting: its port is taken.
    """
    host, port = settings.desk_place
    writer = front.database.writer
    async with opened(front) as app, serving(app, host, port):
        # Not in a thread: whoever stops us would wait for it for ever.
        while not (writer.failed.is_set() or front.vault.has_failed):  # noqa: ASYNC110
            await asyncio.sleep(WATCH_EVERY)
    raise StoreFailed(f"a commit failed; {writer.why}; restart Haven after mending it")


async def run_desk_alone(settings: Settings, database: Database, vault: Vault) -> None:
    """Run the desk in a process of its own, beside a bot in another."""
    bot = await asyncio.to_thread(bot_of, database)
    front = front_of(settings, database, vault, bot=bot, origin=settings.desk_address)
    await run_desk(front, settings)
