"""The partners' room: its narrow context, and serving it next to the desk."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from bot.app.partner_room.deliveries import build_room_referrals
from bot.app.partner_room.services import DirectoryOfPartners
from bot.app.referral_recipients import deployment_place, find_recipients
from bot.channels.telegram.bot_name import BotName
from bot.clock import SECOND, Clock, SystemClock
from bot.desks.partner_room.app import build_room
from bot.desks.partner_room.context import RoomAgreement, RoomContext
from bot.hotline.deliveries.incoming import PartnerReferrals
from bot.hotline.deliveries.partner_links import RecipientPartners
from bot.hotline.directory.rules import known_codes
from bot.hotline.directory.store import ServiceDirectory
from bot.languages import LANGUAGES, catalogue
from bot.store.faults import ignore_store_errors
from bot.vault import AuditLog
from bot.vault.keys.passwords import DEFAULT_COST, PasswordCost
from flows.texts.counties import COUNTIES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from starlette.types import ASGIApp

    from bot.desks.partner_room.context import PracticeScene
    from bot.settings import Settings
    from bot.store.database import Database
    from bot.store.writer import Work
    from bot.vault import Vault

    RecipientsOfPartner = Callable[[Work, int], Sequence[str]]
    """Returns the codes of the recipients that a partner is."""

CLEANUP_SECONDS = 300.0


@dataclass(frozen=True, kw_only=True)
class RoomOptions:
    """How one partners' room differs from another with the same settings."""

    origin: str
    """Where browsers find it, e.g. `https://partners.example.org`."""
    root: str = ""
    clock: Clock = field(default_factory=SystemClock)
    password_cost: PasswordCost = DEFAULT_COST
    practice: Callable[[], Sequence[PracticeScene]] = lambda: ()
    """The scenes of the shared training, which lie above this layer."""
    recipients_of: RecipientsOfPartner = RecipientPartners.recipients_of


def build_room_context(
    settings: Settings, database: Database, vault: Vault, options: RoomOptions
) -> RoomContext:
    """Put the context of a partners' room together."""
    return RoomContext(
        origin=options.origin, root=options.root, organisation=settings.organisation,
        contact=settings.contact, language=settings.staff_language,
        link_languages=tuple(LANGUAGES), zone=settings.zone, clock=options.clock,
        database=database, audit=AuditLog(vault), vault=vault,
        password_cost=options.password_cost, find_username=BotName(settings).find,
        find_place=partial(deployment_place, settings),
        services=_own_services(settings, vault),
        agreements=PartnerAgreements(settings, options).of, practice=options.practice,
        referrals=build_room_referrals(settings, vault), incoming=PartnerReferrals(vault),
        counties=lambda: COUNTIES,
    )  # fmt: skip


def _own_services(settings: Settings, vault: Vault) -> DirectoryOfPartners:
    find_place = partial(deployment_place, settings)
    known = known_codes(find_place().services, COUNTIES)
    directory = ServiceDirectory(vault, AuditLog(vault), known)
    return DirectoryOfPartners(settings, directory, find_place)


class PartnerAgreements:
    """The agreements of a partner, as a recipient of the place's directory."""

    def __init__(self, settings: Settings, options: RoomOptions) -> None:
        self._settings, self._options = settings, options

    def of(self, work: Work, partner: int) -> list[RoomAgreement]:
        """Return those that are written down, whether they hold today or not."""
        now, settings = self._options.clock.now(), self._settings
        today = datetime.fromtimestamp(now / SECOND, settings.zone).date()
        known, words = find_recipients(settings), catalogue(settings.staff_language, "staff")
        found = []
        for code in self._options.recipients_of(work, partner):
            recipient = known.get(code)
            if recipient is not None and (agreed := recipient.agreement) is not None:
                name = recipient.name.render(words)
                is_lasting = recipient.is_offered(today)
                found.append(RoomAgreement(name, agreed.since, agreed.until, is_lasting))
        return found


@contextlib.asynccontextmanager
async def open_room(context: RoomContext) -> AsyncIterator[ASGIApp]:
    """Give the application of a room, while the context manager lasts."""
    cleaning = asyncio.create_task(_clean(context))
    try:
        yield build_room(context)
    finally:
        cleaning.cancel()
        await asyncio.gather(cleaning, return_exceptions=True)
        context.read_pool.close()


async def _clean(context: RoomContext) -> None:
    """Delete what has expired, at once and every few minutes, until cancelled."""
    while True:
        with ignore_store_errors():
            await context.sessions.clean(context.clock.now())
        await asyncio.sleep(CLEANUP_SECONDS)
