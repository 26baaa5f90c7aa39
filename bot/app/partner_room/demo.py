"""A partner of the demo, with links, figures of past months and a member who signs in.

Everything here is made up. The counts are written directly: no one came.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from bot.app.partner_room.room import RoomOptions, build_room_context, open_room
from bot.clock import DAY
from bot.errors import HavenError
from bot.hotline.deliveries.partner_links import RecipientPartners
from bot.partners.link_stats import month_number
from bot.partners.partners import Campaigns, NewCampaign, Partners
from bot.store.statements import insert, update_by
from bot.store.tables.partners import campaign_counts, campaigns
from bot.vault.audit.log import OPERATOR
from bot.vault.keys.browser_key import new_session_secret, secret_digest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from bot.desks.partner_room.context import PracticeScene, RoomContext
    from bot.desks.web.context import DeskContext
    from bot.partners.members import Member
    from bot.sandbox import Sandbox
    from bot.store.writer import Work
    from bot.vault.keys.keyring import Keyring

PARTNERS_PATH = "/partners"
PARTNER, MEMBER = "Harbour Chaplaincy", "Rosa"
RECIPIENT = "stella_maris"
"""The organisation of the directory that it is."""
LINKS = {
    "Fishing harbour, pier 3": ("id", (14, 11, 19, 23, 9, 17)),
    "Sunday market": ("vi", (6, 8, 5, 12, 3, 10)),
    "Clinic waiting room": ("fil", (2, 0, 4, 7, 1, 6)),
}
"""Links by name: the language, and counts of the last months, the oldest first."""
_ADD_COUNT = insert(campaign_counts, "campaign_id", "month", "times")
_BACKDATE = update_by(campaigns, "added_at", by="id")
_MONTH = 31 * DAY


@contextlib.asynccontextmanager
async def open_demo_room(
    sandbox: Sandbox, desk: DeskContext, practice: Callable[[], Sequence[PracticeScene]]
) -> AsyncIterator[RoomContext]:
    """Serve the partners' room on the sandbox's address."""
    options = RoomOptions(
        origin=desk.origin, root=PARTNERS_PATH, clock=desk.clock, password_cost=desk.password_cost,
        practice=practice,
    )  # fmt: skip
    room = build_room_context(desk.settings, desk.database, desk.vault, options)
    async with open_room(room) as app:
        sandbox.mounted_apps[PARTNERS_PATH] = app
        desk.partner_room_url = f"{desk.origin}{PARTNERS_PATH}"
        try:
            yield room
        finally:
            sandbox.mounted_apps.pop(PARTNERS_PATH, None)


async def create_room_link(room: RoomContext, approver: Keyring, password: str) -> dict[str, str]:
    """Add the partner unless it is there; return a link that signs its member in."""
    now = room.clock.now()

    def add(work: Work) -> Member:
        known = [it for it in room.members.all(work) if it.name == MEMBER and it.may_sign_in]
        return known[0] if known else _add_partner(work, room, approver, password, now)

    member = await room.database.writer.run(add)
    secret = new_session_secret()
    room.demo_links[secret_digest(secret)] = (member.id, password)
    return {f"{member.name}, {member.partner}": f"{PARTNERS_PATH}/demo/{secret.hex()}"}


def _add_partner(
    work: Work, room: RoomContext, approver: Keyring, password: str, now: int
) -> Member:
    with contextlib.suppress(HavenError):  # of an earlier run
        Partners(room.audit).add(work, PARTNER, OPERATOR, now)
        _add_links(work, room, now)
        found = next(it for it in Partners.all(work) if it.name == PARTNER)
        RecipientPartners(room.audit).link(work, RECIPIENT, found.id, OPERATOR, now)
    member, link = room.members.invite(work, PARTNER, MEMBER, OPERATOR, now)
    chosen = room.access.choose(member, password)
    room.access.enrol(work, member, bytes.fromhex(link), chosen, ("", 0), now)
    return room.members.approve(work, approver, member.id, now)


def _add_links(work: Work, room: RoomContext, now: int) -> None:
    this_month = month_number(now, room.zone)
    for name, (language, counts) in LINKS.items():
        new = NewCampaign(name, PARTNER, language)
        link = Campaigns(room.audit).add(work, new, OPERATOR, now)
        work.run(_BACKDATE, now - len(counts) * _MONTH, link.id)
        for ago, times in enumerate(reversed(counts), start=1):
            if times:
                work.run(_ADD_COUNT, link.id, this_month - ago, times)
