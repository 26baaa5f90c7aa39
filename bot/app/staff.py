"""What runs for caseworkers beside the conversation: orders, the clocks of the queue, desks."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.cases.consents import Agreements
from bot.cases.queries import Telling
from bot.cases.sealed_fields import codes_in, everything
from bot.channels.telegram.parse_group import parse_group
from bot.clock import MINUTE
from bot.desks.forum.context import Setup
from bot.desks.forum.desk import Forum
from bot.desks.locale import Tongue
from bot.dispatch.check_in_scheduler import Checking
from bot.dispatch.deadline_reminders import Reminding
from bot.dispatch.staff_service import StaffSide
from bot.hotline.chat.messages import Exchanges
from bot.hotline.check_ins.store import CheckIns
from bot.hotline.commands.confirm_identity import SURENESS, MakingSure
from bot.hotline.commands.deadlines import Clocking
from bot.hotline.commands.erasure import WANTED, Wanting
from bot.hotline.commands.handlers import Orders
from bot.hotline.commands.links import LINKED, Linking
from bot.hotline.commands.referrals import TOLD_ON, Referring
from bot.hotline.commands.snooze import PUT_OFF, PuttingOff
from bot.hotline.commands.texts import DISPOSITIONS
from bot.hotline.deadlines import CaseClocks
from bot.hotline.queue.alerts import Watch
from bot.hotline.queue.claims import Claims
from bot.hotline.queue.sla import Promises
from bot.hotline.referrals.revoke import TakingBack
from bot.hotline.referrals.store import Referrals
from bot.hotline.staff.staff import Staff
from bot.hotline.stale_facts import Rereading
from bot.log import log
from bot.places.registry import place_named
from bot.vault.audit.log import Audit
from flows.phrasebook import GROUPS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.cases.intake import Intake
    from bot.cases.sealed_fields import Keep
    from bot.clock import Clock
    from bot.dispatch.conversation_store import Conversations
    from bot.dispatch.dispatcher import Dispatcher
    from bot.dispatch.effects import Setting
    from bot.hotline.events import Desk
    from bot.mailbox.courier import Courier
    from bot.mailbox.letter import Letter
    from bot.mailbox.outbox import Outbox
    from bot.settings import Settings
    from bot.store.writer import Work, Writer
    from bot.vault import Vault

COMMANDS_EVERY = 0.5
"""Seconds between two looks for what caseworkers did in another process."""
WATCH_EVERY = 5.0
"""Seconds between two looks at the clocks of everybody who waits."""


@dataclass(frozen=True)
class Shift:
    """The caseworkers' half of a house."""

    side: StaffSide
    watch: Watch
    rereading: Rereading

    def look(self, work: Work, now: int) -> list[Letter]:
        """Look at every clock once; return the letters that tell staff what is late."""
        looked = self.side.reminding.look(work, now)
        events = [*self.watch.look(work, now), *looked.events, *self.rereading.look(work, now)]
        if events:
            log.info("hotline_alerts", count=len(events))
        return [*looked.letters, *self.side.show(work, events, now)]

    async def run(
        self, writer: Writer, dispatcher: Dispatcher, courier: Courier, clock: Clock
    ) -> None:
        """Carry out what other processes wrote down, and watch the clocks, until cancelled."""
        looked = clock.monotonic() - WATCH_EVERY
        while True:
            await dispatcher.resume()
            if clock.monotonic() - looked >= WATCH_EVERY:
                looked = clock.monotonic()
                courier.hand(await writer.run(lambda work: self.look(work, clock.now())))
            await asyncio.sleep(COMMANDS_EVERY)


def shift_of(  # noqa: PLR0913, PLR0917 - what staff share with the rest of the house
    settings: Settings,
    vault: Vault,
    outbox: Outbox,
    intake: Intake,
    conversations: Conversations,
    setting: Setting,
    desks: Sequence[Desk],
) -> Shift:
    """Put the caseworkers' half of a house together."""
    staff, audit = Staff(vault), Audit(vault)
    promises = Promises(settings.promised)
    claims = Claims(audit, promises, settings.zone)
    referrals = Referrals(vault, audit, setting.book, setting.consent)
    place = place_named(settings.place)
    clocks = CaseClocks(vault, audit, place.clocks)
    check_ins = CheckIns(vault, audit)
    clocking = Clocking(clocks, check_ins)
    referring = Referring(claims, referrals, Agreements(vault), place.recipients)
    orders = Orders(
        vault=vault,
        staff=staff,
        claims=claims,
        promises=promises,
        phrasebook=setting.phrasebook,
        clocking=clocking,
        exchanges=Exchanges(vault),
        beside={
            **dict.fromkeys(WANTED, Wanting(audit, TakingBack(vault, audit, referrals)).carry_out),
            **dict.fromkeys(TOLD_ON, referring.carry_out),
            **dict.fromkeys(SURENESS, MakingSure(claims, audit).carry_out),
            **dict.fromkeys(PUT_OFF, PuttingOff(claims, clocks).carry_out),
            **dict.fromkeys(LINKED, Linking(claims, audit, clocking).carry_out),
        },
    )
    watch = Watch(
        staff, claims, promises, audit,
        lapses=settings.claim_lapses_minutes * MINUTE,
        silence=settings.silence_minutes * MINUTE,
    )  # fmt: skip
    checking = Checking(
        check_ins, clocks, promises, orders, staff, intake, outbox, conversations, setting
    )
    reminding = Reminding(clocks, orders, staff, outbox, conversations, setting, checking)
    side = StaffSide(
        orders, Exchanges(vault), outbox, intake, referrals, desks, parse_group, reminding,
        check_ins,
    )  # fmt: skip
    return Shift(side, watch, Rereading(place, staff, settings.zone))


def kept_for_desks(settings: Settings, setting: Setting) -> Keep:
    """Return what of a report the bot keeps open for a day: its codes, or what a group shows."""
    shows_words = settings.desk_group and settings.desk_mode == "content"
    return everything if shows_words else codes_in(setting.book)


def forum_of(settings: Settings, vault: Vault, setting: Setting) -> Forum:
    """Return the desk in the caseworkers' Telegram group."""
    tongue = Tongue(settings.staff_language, settings.zone)
    place = place_named(settings.place)
    return Forum(
        Setup(
            group=settings.desk_group,
            shows_words=settings.desk_mode == "content",
            tongue=tongue,
            vault=vault,
            staff=Staff(vault),
            audit=Audit(vault),
            phrasebook=setting.phrasebook,
            book=setting.book,
            telling=Telling(
                setting.book, tongue.flows, tongue.staff, organisation=settings.organisation
            ),
            titles=setting.phrasing.titles,
            groups=GROUPS,
            dispositions=DISPOSITIONS,
            recipients=place.recipients,
            clocks=CaseClocks(vault, Audit(vault), place.clocks),
            check_ins=CheckIns(vault, Audit(vault)),
            username=setting.username,
        )
    )
