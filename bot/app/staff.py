"""The staff side of the App: commands, the queue's clocks, the forum desk."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from bot.app.partner_room.deliveries import build_delivery_desk
from bot.app.referral_recipients import DeploymentRecipients, deployment_place
from bot.app.texts import build_roster
from bot.cases.consents import ConsentRecords
from bot.cases.sealed_fields import keep_codes, keep_everything
from bot.channels.telegram.parsing.parse import parse_group
from bot.clock import MINUTE, Clock
from bot.desks.forum.context import ForumContext
from bot.desks.forum.desk import ForumDesk
from bot.dispatch.reminders.check_in_scheduler import CheckInScheduler
from bot.dispatch.reminders.deadline_reminders import DeadlineReminders
from bot.dispatch.reminders.reminder_letters import ReminderLetters
from bot.dispatch.staff_service import StaffService
from bot.hotline.chat.messages import CaseMessages
from bot.hotline.check_ins.store import CheckIns
from bot.hotline.commands.context import HotlineServices
from bot.hotline.commands.store import StaffCommands, begin_due
from bot.hotline.deadlines import CaseDeadlines
from bot.hotline.deliveries.delivering import DeliveryReturns
from bot.hotline.directory.alerts import DirectoryAlerts
from bot.hotline.directory.freshness import freshness_of
from bot.hotline.directory.rules import known_codes
from bot.hotline.directory.store import ServiceDirectory
from bot.hotline.duties import CaseDuties
from bot.hotline.figures.counters import FigureCounters
from bot.hotline.interpreting.follow import InterpretingFollower
from bot.hotline.on_call.alarms import OnCallAlarms
from bot.hotline.place_records import connections_of, records_of
from bot.hotline.queue.alerts import AlertLimits, QueueMonitor
from bot.hotline.queue.claims import Claims
from bot.hotline.queue.sla import ReplyClocks
from bot.hotline.referrals.store import Referrals
from bot.hotline.services.store import ServicePlans
from bot.hotline.staff.shift_duty import ShiftDuty
from bot.hotline.staff.staff import Staff
from bot.hotline.stale_facts import StaleFactAlerts
from bot.log import log
from bot.places.registry import find_place
from bot.vault.audit.log import AuditLog
from flows.texts.counties import COUNTIES
from flows.texts.phrasebook import GROUPS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.cases.intake import Intake
    from bot.cases.sealed_fields import AnswerFilter
    from bot.dispatch.conversation_store import Conversations
    from bot.dispatch.dispatcher import Dispatcher
    from bot.dispatch.turn_services import TurnServices
    from bot.hotline.events import Desk
    from bot.mailbox.courier import Courier
    from bot.mailbox.letter import Letter
    from bot.mailbox.outbox import Outbox
    from bot.settings import Settings
    from bot.store.writer import Work, Writer
    from bot.vault import Vault

COMMAND_POLL_SECONDS = 0.5
"""Seconds between two checks for commands stored by another process."""
LONG_POLL_SECONDS = 30.0
"""The same while nothing is stored."""
ALERT_CHECK_SECONDS, IDLE_CHECK_SECONDS = 5.0, 15.0
"""Seconds between two checks of what is due or overdue: after something was stored, and while
nothing is. A call has to arrive within 60."""


@dataclass(frozen=True)
class StaffRuntime:
    """The staff side of an App."""

    service: StaffService
    alerts: QueueMonitor
    stale_facts: StaleFactAlerts
    directory: DirectoryAlerts
    shifts: ShiftDuty
    returns: DeliveryReturns

    def check_due(self, work: Work, now: int) -> list[Letter]:
        """Check every clock once; return the letters that alert staff."""
        begin_due(work, now)  # what a desk that has stopped since delayed
        released = self.shifts.check(work, now)  # first: alerts go to those on duty
        due = self.service.deadline_reminders.run_due(work, now)
        lapsed = self.service.interpreting.end_lapsed(work, now)
        stale = (*self.stale_facts.check(work, now), *self.directory.check(work, now))
        events = [
            *self.alerts.check(work, now), *due.events, *stale, *self.returns.check(work, now),
        ]  # fmt: skip
        if events:
            log.info("hotline_alerts", count=len(events))
        return [*due.letters, *self.service.show_events(work, [*released, *lapsed, *events], now)]

    async def run(
        self, writer: Writer, dispatcher: Dispatcher, courier: Courier, clock: Clock,
        also_due: Callable[[Work, int], list[Letter]],
    ) -> None:  # fmt: skip
        """Carry out commands stored by other processes, and check the clocks, until cancelled.

        `also_due` is checked with them, in the same unit of work.
        """

        def check(work: Work) -> list[Letter]:
            now = clock.now()
            return [*self.check_due(work, now), *also_due(work, now)]

        checked_at = clock.monotonic() - IDLE_CHECK_SECONDS
        resumed_at, may_wait, period = clock.monotonic(), True, IDLE_CHECK_SECONDS
        while True:
            seen = writer.changes.count
            if may_wait or clock.monotonic() - resumed_at >= LONG_POLL_SECONDS:
                resumed_at = clock.monotonic()
                await dispatcher.resume()
            if clock.monotonic() - checked_at >= period:
                checked_at, period = clock.monotonic(), IDLE_CHECK_SECONDS
                courier.enqueue(await writer.run(check))
            rest = checked_at + period - clock.monotonic()
            longest = max(COMMAND_POLL_SECONDS, rest)
            may_wait = await writer.changes.wait(seen, COMMAND_POLL_SECONDS, longest)
            if may_wait:
                period = ALERT_CHECK_SECONDS


def build_staff_runtime(  # noqa: PLR0913, PLR0917 - what staff share with the rest of the App
    settings: Settings, vault: Vault, outbox: Outbox, intake: Intake, conversations: Conversations,
    setting: TurnServices, desks: Sequence[Desk],
) -> StaffRuntime:  # fmt: skip
    """Put the staff side of an App together."""
    staff, audit, place = Staff(vault), AuditLog(vault), find_place(settings.place)
    reply_clocks = ReplyClocks(setting.service_hours, FigureCounters(settings.zone))
    deadlines = CaseDeadlines(vault, audit, place.deadline_rules)
    hotline = HotlineServices(
        vault=vault, audit=audit, staff=staff, reply_clocks=reply_clocks,
        claims=Claims(audit, reply_clocks, settings.zone), phrasebook=setting.phrasebook,
        intake=intake, registry=setting.registry,
        deadlines=deadlines, duties=CaseDuties(vault, deadlines, setting.casework.duties),
        check_ins=CheckIns(vault, audit), consents=ConsentRecords(vault),
        referrals=Referrals(vault, audit, setting.registry, setting.consent),
        deliveries=build_delivery_desk(settings, vault, setting.consent),
        recipients=DeploymentRecipients(settings),
        record_entries=records_of(vault, place), plans=ServicePlans(vault, audit), place=place,
        connections=connections_of(vault, place, settings), offices=setting.offices,
    )  # fmt: skip
    alerts = QueueMonitor(
        staff, hotline.claims, reply_clocks.times, audit,
        AlertLimits(
            claim_timeout=settings.claim_lapses_minutes * MINUTE,
            silence=settings.silence_minutes * MINUTE,
            has_group=settings.desk_group != 0,
        ),
    )  # fmt: skip
    letters = ReminderLetters(hotline, outbox, conversations, setting)
    scheduler = CheckInScheduler(
        hotline.check_ins, hotline.deadlines, reply_clocks, intake, letters
    )
    reminders = DeadlineReminders(hotline.deadlines, letters, scheduler)
    service = StaffService(
        hotline, StaffCommands(vault), CaseMessages(vault), outbox, intake, desks, parse_group,
        reminders,
        OnCallAlarms(
            build_roster(settings, vault), staff, audit, vault.cases.wraps.staff_shut_out,
            reply_clocks.times,
        ),
        InterpretingFollower(vault, audit, hotline.consents),
    )  # fmt: skip
    stale_facts = StaleFactAlerts(partial(find_place, settings.place), staff, settings.zone)
    directory = DirectoryAlerts(
        ServiceDirectory(vault, audit, known_codes(place.services, COUNTIES)),
        freshness_of(settings), staff, settings.zone,
    )  # fmt: skip
    returns = DeliveryReturns(hotline.deliveries, hotline.referrals, staff, reply_clocks, audit)
    shifts = ShiftDuty(vault, staff, hotline.claims, audit)
    return StaffRuntime(service, alerts, stale_facts, directory, shifts, returns)


def retained_answers_filter(settings: Settings, setting: TurnServices) -> AnswerFilter:
    """Return which answers the bot can read for a day: codes only, unless a group shows text."""
    group_shows_text = settings.desk_group and settings.desk_mode == "content"
    return keep_everything if group_shows_text else keep_codes(setting.registry)


def build_forum(settings: Settings, vault: Vault, setting: TurnServices) -> ForumDesk:
    """Return the desk in the caseworkers' Telegram group."""
    return ForumDesk(
        ForumContext(
            settings=settings, vault=vault, find_place=partial(deployment_place, settings),
            phrasebook=setting.phrasebook, flow_registry=setting.registry,
            titles=setting.texts.titles, phrase_groups=GROUPS, username=setting.username,
        )
    )  # fmt: skip
