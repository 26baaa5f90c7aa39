"""Build everything and run it: what lower floors must not import is handed down from here."""

from __future__ import annotations

import asyncio
import gc
from dataclasses import dataclass, fields
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.cases.intake import Intake
from bot.cases.keeping import FileKeeper
from bot.channels.telegram.commands import menus, offer
from bot.channels.telegram.connect import bot_for
from bot.channels.telegram.files import fetch
from bot.channels.telegram.offset import end_of
from bot.channels.telegram.parse import parse
from bot.channels.telegram.poller import Poller
from bot.channels.telegram.sender import Sender
from bot.clock import MINUTE, SECOND, Clock, SystemClock
from bot.conversation import CONTROLS, Book
from bot.desks.forum.mirror import Mirror
from bot.dispatch import tokens
from bot.dispatch.batch import Batches
from bot.dispatch.conversations import Conversations
from bot.dispatch.dispatcher import Dispatcher
from bot.dispatch.effects import Setting
from bot.dispatch.phrasing import Phrasing
from bot.dispatch.returning import ask_again_after_absence
from bot.dispatch.screens import Screens
from bot.errors import HavenError, StoreFailed, WrongSetting
from bot.hotline import trail
from bot.hotline.consent import Consent, Words
from bot.hotline.hours import EVERY_DAY, Hours
from bot.hotline.phrasebook import Phrasebook
from bot.languages import LANGUAGES, catalogue
from bot.log import log
from bot.mailbox.courier import Courier
from bot.mailbox.inbox import Arrival, Inbox
from bot.mailbox.limits import Limits
from bot.mailbox.outbox import Outbox
from bot.places.recipients import RECIPIENTS
from bot.places.taiwan import IN_DANGER
from bot.shift import forum_of, shift_of
from bot.store.database import Database, DataDirectory
from bot.store.heartbeat import beat, return_from_absence
from bot.store.upgrade import upgrade
from bot.vault import HostKey, Vault
from flows import ALL, hotline, opening, phrases
from flows.alarms import alarms
from flows.phrasebook import GROUPS, PHRASES
from flows.titles import TITLES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence

    from bot.channels.telegram.connect import SilentBot
    from bot.channels.telegram.split import Raw
    from bot.hotline.desk import Desk
    from bot.mailbox.courier import Channel
    from bot.messages import Update
    from bot.settings import Settings
    from bot.shift import Shift
    from bot.store.writer import Work
    from bot.text import Catalogue

TIDY_EVERY = 600.0
BEAT_EVERY = 30.0
WATCH_EVERY = 0.25
UNSTAFFED_KINDS = frozenset({"police", "immigration"})
"""Organisations whose people are officers: what they must do differs, and people are told."""


@dataclass(frozen=True)
class House:
    """Everything between the channel and the disk, put together."""

    database: Database
    inbox: Inbox
    outbox: Outbox
    conversations: Conversations
    setting: Setting
    dispatcher: Dispatcher
    courier: Courier
    vault: Vault
    clock: Clock
    shift: Shift


def open_database(settings: Settings) -> Database:
    """Open the deployment's database, at this release's schema.

    Raises:
        WrongSetting: there is no database that can be opened.
    """
    directory = DataDirectory(settings.data)
    directory.make()
    database = Database(settings.database_url or directory.database_url)
    try:
        upgrade(database)
    except HavenError:
        raise
    except Exception as error:
        name = "HAVEN_DATABASE_URL" if settings.database_url else "HAVEN_DATA"
        raise WrongSetting(
            f"{name}: the database cannot be opened ({type(error).__name__}); haven doctor says why"
        ) from error
    return database


def open_vault(settings: Settings) -> Vault:
    """Open the vault with the host key of this deployment."""
    return Vault(HostKey.read(settings.key_file(), settings.data))


def phrasing_of(settings: Settings) -> Phrasing:
    """Return what is said when no flow is speaking, with this deployment's own blanks."""
    return Phrasing(
        controls=CONTROLS,
        labels=[label for flow in ALL for step in flow.steps for label in step.phrases()],
        danger=phrases.DANGER,
        stop=phrases.STOP,
        stale=phrases.STALE,
        pressed_already=phrases.PRESSED_ALREADY,
        polite_no=phrases.POLITE_NO,
        received_contact=phrases.RECEIVED_CONTACT,
        received_change=phrases.RECEIVED_CHANGE,
        too_large=phrases.TOO_LARGE,
        nothing_lost=phrases.NOTHING_LOST,
        with_you=hotline.WITH_YOU,
        with_another=hotline.WITH_ANOTHER,
        has_left=hotline.HAS_LEFT,
        somebody_reads=hotline.SOMEBODY_READS,
        titles=TITLES,
        trail=trail.Words(
            received=hotline.RECEIVED, read=hotline.READ, not_read=hotline.NOT_READ,
            responsible=hotline.RESPONSIBLE, nobody_yet=hotline.NOBODY_YET,
            try_by=hotline.TRY_BY, late=hotline.LATE, next=hotline.NEXT, titles=TITLES,
        ),
        blanks=lambda read_in: _blanks(settings, read_in),
        alarms=alarms,
    )  # fmt: skip


def _blanks(settings: Settings, read_in: Catalogue) -> Mapping[str, str]:
    today = datetime.now(settings.zone).date()
    # Somebody in danger is never shown an empty card: an old number is better than none, and
    # `haven doctor` says that it has to be read again.
    numbers = [entry for entry in IN_DANGER if entry.is_shown(today)] or IN_DANGER
    return {
        "organisation": settings.organisation,
        "contact": settings.contact,
        "hours": _hours_in_words(settings, read_in),
        "keep_days": str(settings.keep_days),
        "numbers": "\n".join(f"{e.number} - {e.answers.read_in(read_in)}" for e in numbers),
    }


def phrasebook_of(phrasing: Phrasing) -> Phrasebook:
    """Return the phrasebook with the deployment's own blanks, danger and stop below its buttons."""
    ways_out = {tokens.DANGER: phrasing.danger, tokens.STOP: phrasing.stop}
    return Phrasebook(PHRASES, phrasing.blanks, groups=GROUPS, below=ways_out)


def consent_of(book: Book, phrasing: Phrasing) -> Consent:
    """Return what asks people whether something may be told to others."""
    words = Words(**{each.name: hotline.REFERRAL[each.name] for each in fields(Words)})
    ways_out = {tokens.DANGER: phrasing.danger, tokens.STOP: phrasing.stop}
    return Consent(book, RECIPIENTS, words, below=ways_out)


def _hours_in_words(settings: Settings, read_in: Catalogue) -> str:
    """Return when people read, as a person reads it."""
    if not settings.hours:
        return opening.NO_HOURS.read_in(read_in)
    first, last = (opening.DAYS[int(day)].read_in(read_in) for day in settings.weekdays.split("-"))
    said = opening.EVERY_DAY if settings.days == EVERY_DAY else opening.SOME_DAYS
    words = said.read_in(read_in, {"first": first, "last": last, "span": settings.hours})
    return opening.NOT_ON_HOLIDAYS.read_in(read_in, {"when": words}) if settings.holidays else words


def facts_of(settings: Settings, *, rehearsal: bool = False) -> Callable[[int], frozenset[str]]:
    """Return what is known at a moment: rehearsal, police, staffed."""
    always = {"rehearsal"} if rehearsal else set()
    if settings.organisation_kind in UNSTAFFED_KINDS:
        always.add("police")
    hours = Hours.of(settings)

    @lru_cache(maxsize=2)
    def known_in(minute: int) -> frozenset[str]:
        staffed = {"staffed"} if hours.is_open(minute * MINUTE) else set()
        return frozenset(always | staffed)

    return lambda now: known_in(now // MINUTE)


def build(  # noqa: PLR0913 - the seams of time, channel and limits are handed in
    settings: Settings,
    database: Database,
    vault: Vault,
    channel: Channel,
    *,
    bot: int,
    username: str = "",
    clock: Clock | None = None,
    limits: Limits | None = None,
    rehearsal: bool = False,
    read: Callable[[bytes], Update] = parse,
    desks: Sequence[Desk] = (),
) -> House:
    """Put a house together around a database and a channel."""
    clock = clock or SystemClock()
    phrasing = phrasing_of(settings)
    inbox, outbox, kept = Inbox(bot, vault), Outbox(vault), Conversations(vault)
    book = Book(ALL)
    setting = Setting(
        book,
        Screens(phrasing),
        phrasing,
        vault,
        facts_of(settings, rehearsal=rehearsal),
        phrasebook_of(phrasing),
        consent_of(book, phrasing),
        settings.zone,
        username,
    )
    if settings.desk_group:
        forum = forum_of(settings, vault, setting)
        database.writer.run_now(forum.settle_in)
        channel = Mirror(forum, channel, database.writer, clock)
        desks = (*desks, forum)
    intake = Intake(vault, bot, settings.promised)
    shift = shift_of(settings, vault, outbox, intake, setting, RECIPIENTS, desks)
    batches = Batches(
        inbox=inbox,
        outbox=outbox,
        conversations=kept,
        intake=intake,
        setting=setting,
        vault=vault,
        parse=read,
        staff=shift.side,
    )
    courier = Courier(outbox, database.writer, channel, clock, limits or Limits())
    dispatcher = Dispatcher(
        inbox=inbox,
        outbox=outbox,
        batches=batches,
        writer=database.writer,
        courier=courier,
        clock=clock,
    )
    return House(database, inbox, outbox, kept, setting, dispatcher, courier, vault, clock, shift)


async def wake(house: House) -> None:
    """Come back to work: notice an absence, finish what was stored, ask again what was lost."""
    now = house.clock.now()
    bot = house.inbox.bot
    absence = await house.database.writer.run(lambda work: return_from_absence(work, bot, now))
    if absence.lost_messages:
        log.error("loss_window", seconds=(absence.until - absence.since) / SECOND)
    await house.dispatcher.resume()
    if absence.lost_presses:
        asked = await house.database.writer.run(
            lambda work: ask_again_after_absence(
                work, house.conversations, house.outbox, house.setting, now
            )
        )
        log.info("recovered", count=asked)


async def run_bot(
    settings: Settings,
    *,
    clock: Clock | None = None,
    limits: Limits | None = None,
    rehearsal: bool = False,
    ready: asyncio.Event | None = None,
) -> None:
    """Run the bot until cancelled.

    Raises:
        AlreadyRunning: another bot uses the data, or the token.
        StoreFailed: the disk refused a commit; restart after mending it.
        WrongSetting: a setting cannot be used.
    """
    directory = DataDirectory(settings.data)
    directory.make()
    directory.lock()
    database = None
    try:
        database = open_database(settings)
        bot = bot_for(settings.token(), settings.telegram_api)
        vault = open_vault(settings)
        async with bot:
            house = build(
                settings, database, vault, Sender(bot), bot=bot.id, username=bot.username,
                clock=clock, limits=limits, rehearsal=rehearsal,
            )  # fmt: skip
            await wake(house)
            await offer(bot, menus(phrases.COMMANDS, {tag: catalogue(tag) for tag in LANGUAGES}))
            if ready is not None:
                ready.set()
            await _work(house, bot, directory)
    finally:
        if database is not None:
            await database.close()
        directory.unlock()


def settle_memory() -> None:
    """Spare the garbage collector what was made at the start and lasts to the end.

    Without this it walks half a million objects of the libraries again and again: a tenth of the
    cost of a turn, and pauses of its own.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


async def _work(house: House, bot: SilentBot, directory: DataDirectory) -> None:
    keeper = FileKeeper(
        house.database.writer, house.vault, _FilesOf(bot), directory.files, house.clock
    )
    poller = Poller(
        bot,
        _receiver(house),
        expected=house.inbox.bot,
        clock=house.clock,
        returned=lambda: wake(house),
    )
    jobs = [
        poller.run(),
        house.courier.run(),
        keeper.run(),
        _look_after(house, poller),
        house.shift.run(house.database.writer, house.dispatcher, house.courier, house.clock),
        _watch(house),
    ]
    tasks = [asyncio.create_task(job) for job in jobs]
    log.info("started")
    settle_memory()
    try:
        await asyncio.gather(*tasks)
    finally:
        poller.stop()
        for task in tasks:
            if not task.cancelling():  # whoever is told twice does not put its things in order
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        log.info("stopped")


def _receiver(house: House) -> Callable[[Sequence[Raw]], Awaitable[None]]:
    async def receive(batch: Sequence[Raw]) -> None:
        arrivals = [Arrival.of(raw.update_id, raw.raw) for raw in batch]
        await house.dispatcher.receive(arrivals, end_of(batch, None))

    return receive


@dataclass(frozen=True)
class _FilesOf:
    """Files of one bot, by handle."""

    bot: SilentBot

    def fetch(self, handle: str) -> AsyncIterator[bytes]:
        return fetch(self.bot, handle)


async def _look_after(house: House, poller: Poller) -> None:
    """Say when Telegram last answered, and forget what is old enough."""
    tidied = house.clock.monotonic()
    while True:
        await house.database.writer.run(lambda work: _beat(house, poller, work))
        if house.clock.monotonic() - tidied > TIDY_EVERY:
            tidied = house.clock.monotonic()
            await house.database.writer.run(lambda work: _tidy(house, work))
        await asyncio.sleep(BEAT_EVERY)


def _beat(house: House, poller: Poller, work: Work) -> None:
    now = house.clock.now()
    # Not now: a bot that runs and cannot be reached loses what people send as well.
    beat(work, house.inbox.bot, now - int((house.clock.monotonic() - poller.reached) * SECOND))
    house.inbox.note_progress(work, now)


def _tidy(house: House, work: Work) -> None:
    now = house.clock.now()
    gone = house.inbox.tidy(work, now) + house.outbox.tidy(work, now)
    gone += house.conversations.expire(work, now)
    log.info("tidied", count=gone)


async def _watch(house: House) -> None:
    """Stop the process once the disk has refused a commit."""
    # Not in a thread: it could not be called back, and whoever stops us would wait for it for ever.
    while not house.database.writer.failed.is_set():  # noqa: ASYNC110 - a thread's event
        await asyncio.sleep(WATCH_EVERY)
    log.error("store_failed")
    raise StoreFailed("a commit failed; the disk may be full; restart Haven after mending it")
