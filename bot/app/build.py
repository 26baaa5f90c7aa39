"""The App: everything between the channel and the disk, put together from settings."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from bot.app.fact_checks import FactCheckFollower
from bot.app.retention import build_erasures, build_retention
from bot.app.roles import ProcessRole
from bot.app.roles.toasts import ToastSender
from bot.app.staff import StaffRuntime, build_forum, build_staff_runtime, retained_answers_filter
from bot.app.texts import build_push, build_turn_context
from bot.cases.intake import Intake
from bot.channels.smtp import SmtpServer
from bot.channels.telegram.webhook.order import HOLD_SECONDS
from bot.desks.forum.delivery import ForumDelivery
from bot.dispatch.batch import BatchProcessor, BatchResult
from bot.dispatch.chat_worker import ChatWorker
from bot.dispatch.contact_policy import ContactPolicy, record_opener_sent
from bot.dispatch.conversation_store import Conversations
from bot.dispatch.dispatcher import Dispatcher
from bot.dispatch.on_call import CallLetters, CallSenders, OnCallService
from bot.dispatch.passphrase_hashing import PassphraseHashing
from bot.dispatch.receiver import UpdateReceiver
from bot.dispatch.reminders.lost_files import LostFileNotice
from bot.exports.bodies_abroad import BodiesAbroad
from bot.hotline.erasure.requests import ErasureJob
from bot.hotline.events import Event, EventKind
from bot.hotline.figures.catalogue import CountedParts, all_sources
from bot.hotline.figures.months import FigureMonths
from bot.mailbox.canary import CanaryChannel
from bot.mailbox.courier import Courier, Mailbox
from bot.mailbox.inbox import Inbox
from bot.mailbox.outbox import Outbox, OutboxResults
from bot.mailbox.passphrase_jobs import PassphraseJobs
from bot.monitoring.canary import Canary
from bot.vault import AuditLog

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.app.options import BuildOptions
    from bot.clock import Clock
    from bot.desks.forum.desk import ForumDesk
    from bot.dispatch.batch import BatchResult
    from bot.dispatch.turn_services import TurnServices
    from bot.mailbox.delivery import Channel
    from bot.mailbox.letter import Letter
    from bot.settings import Settings
    from bot.store.database import Database
    from bot.store.writer import Work
    from bot.text import Text
    from bot.vault import Vault
    from bot.vault.erasure.retention import Retention


@dataclass(frozen=True)
class App:
    """A deployment in memory; `bot.app.run` runs its jobs."""

    database: Database
    inbox: Inbox
    outbox: Outbox
    conversations: Conversations
    setting: TurnServices
    dispatcher: Dispatcher
    courier: Courier
    vault: Vault
    clock: Clock
    staff: StaffRuntime
    retention: Retention
    gate: ContactPolicy
    erasure_job: ErasureJob
    mailbox: Mailbox
    passphrase_hashing: PassphraseHashing
    on_call: OnCallService
    fact_checks: FactCheckFollower
    canary: Canary
    figures: FigureMonths
    lost_files: LostFileNotice
    """Tells people of files that cannot be downloaded."""
    receiver: UpdateReceiver
    """Stores updates for workers, in a process that is a front and no worker."""
    chat_worker: ChatWorker
    """Answers what fronts have stored."""

    def tell_staff(self, work: Work, text: Text, values: Mapping[str, str]) -> list[Letter]:
        """Store and return the letters that tell all staff something about the service."""
        event = Event(EventKind.OVERDUE, text=text, values=values)
        return self.staff.service.show_events(work, [event], self.clock.now())


@dataclass
class RunningApp:
    """The App of this moment: another one is built once a full disk takes writes again."""

    app: App

    async def wake_dispatcher(self) -> None:
        """Have the dispatcher carry out stored commands now."""
        await self.app.dispatcher.resume()

    def follow_clocks(self, work: Work) -> None:
        """Go by the span of time that the other processes go by."""
        self.app.gate.follow_clocks(work)


def _open_forum(
    settings: Settings, database: Database, vault: Vault, services: TurnServices
) -> ForumDesk:
    """Return the desk in the Telegram group, with what it stored of that group."""
    forum = build_forum(settings, vault, services)
    database.writer.run_sync(forum.load_group)
    return forum


def build_figures(settings: Settings, staff: StaffRuntime, services: TurnServices) -> FigureMonths:
    """Return what counts and freezes the months of a deployment."""
    hotline = staff.service.hotline
    parts = CountedParts(
        hotline.consents, hotline.deadlines, hotline.plans, hotline.place.services,
        services.registry, services.offices.plan,
    )  # fmt: skip
    return FigureMonths(settings.zone, all_sources(parts))


def _hold(settings: Settings) -> float:
    """Return how long a front leaves a chat alone, in seconds: posts can arrive out of order."""
    return HOLD_SECONDS if settings.webhook_url else 0.0


def _build_results(
    staff: StaffRuntime, conversations: Conversations, services: TurnServices
) -> OutboxResults:
    """Return what stores how letters ended, and reports it."""
    opener_sent = partial(record_opener_sent, conversations, services.clock_monitor)
    return OutboxResults(staff.service.record_ended, opener_sent)


def _hand_over_of(
    options: BuildOptions, dispatcher: Dispatcher, channel: Channel
) -> Callable[[BatchResult], None]:
    """Return what does outside the database what follows from the batch of a worker."""
    if ProcessRole.LEADER in options.roles:
        return dispatcher.hand_over
    return ToastSender(channel).hand_over


def build(
    settings: Settings, database: Database, vault: Vault, channel: Channel, options: BuildOptions
) -> App:
    """Put an App together around a database, a vault and a channel."""
    clock = options.clock
    vault.rotate_epoch(clock.now())
    inbox, outbox = Inbox(options.bot_id, vault), Outbox(vault)
    conversations = Conversations(vault)
    services = build_turn_context(settings, vault, options)
    bodies = BodiesAbroad(vault, AuditLog(vault))
    fact_checks = FactCheckFollower(settings.zone, bodies, services.renderer.clear_blanks)
    database.writer.run_sync(fact_checks.follow)
    desks = options.desks
    if settings.desk_group:
        forum = _open_forum(settings, database, vault, services)
        channel, desks = ForumDelivery(forum, channel, database.writer, clock), (*desks, forum)
    canary_channel = CanaryChannel(channel)
    answer_filter = retained_answers_filter(settings, services)
    intake = Intake(vault, options.bot_id, services.service_hours, answer_filter, services.offices)
    staff = build_staff_runtime(settings, vault, outbox, intake, conversations, services, desks)
    results = _build_results(staff, conversations, services)
    mailbox = Mailbox(inbox, outbox, PassphraseJobs(vault), results)
    batches = BatchProcessor(
        mailbox=mailbox, conversations=conversations, intake=intake, services=services,
        parse=options.parse_update, staff_service=staff.service,
    )  # fmt: skip
    on_call = OnCallService(
        staff.service.on_call,
        CallLetters(outbox, vault, options.bot_id, settings.staff_language),
        CallSenders(SmtpServer.from_settings(settings), build_push(settings, vault)),
        batches, conversations, AuditLog(vault),
    )  # fmt: skip
    policy = ContactPolicy(conversations, services, staff.service, batches, clock)
    database.writer.run_sync(policy.check_clock)
    courier = Courier(mailbox, database.writer, canary_channel, clock, options.limits, policy)
    dispatcher = Dispatcher(
        mailbox=mailbox, commands=staff.service.commands, batches=batches, writer=database.writer,
        courier=courier, clock=clock,
    )  # fmt: skip
    hashing = PassphraseHashing(
        mailbox.passphrase_jobs, options.hasher, vault, database.writer, clock, dispatcher
    )
    receiver = UpdateReceiver(inbox, batches.chat_key_of, database.writer, clock, _hold(settings))
    inlet = dispatcher if ProcessRole.WORKER in options.roles else receiver
    hand_over = _hand_over_of(options, dispatcher, channel)
    erasures = build_erasures(settings, vault, outbox)
    return App(
        database, inbox, outbox, conversations, services, dispatcher, courier, vault, clock, staff,
        build_retention(settings, vault, erasures), policy, ErasureJob(erasures),
        mailbox, hashing, on_call, fact_checks,
        Canary(canary_channel, inlet, inbox, vault, database.writer, clock),
        build_figures(settings, staff, services), LostFileNotice(vault, conversations, batches),
        receiver, ChatWorker(inbox, batches, database.writer, clock, hand_over),
    )  # fmt: skip
