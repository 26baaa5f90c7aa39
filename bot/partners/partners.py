"""Partner organisations, the links (campaigns) they give out, and the language of each link."""

from __future__ import annotations

import re
import secrets
from base64 import b32encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam

from bot.errors import HavenError
from bot.partners.names import check_name
from bot.store import Work, insert, select_by, select_one, update_by
from bot.store.tables.partners import campaigns, partners

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.vault import AuditLog


@dataclass(frozen=True, slots=True)
class Partner:
    """One organisation."""

    id: int
    name: str
    """Shown to people who ask about the organisation."""
    is_active: bool


_ADD_PARTNER = insert(partners, "name", "added_at", unless_exists="name")
_ALL_PARTNERS = select_by(partners, "id", "name", "disabled_at", order_by="id")
_ACTIVE_PARTNER = select_one(partners, "id", by=("name", partners.c.disabled_at.is_(None)))
_DISABLE = update_by(partners, "disabled_at", by=("id", partners.c.disabled_at.is_(None)))


class Partners:
    """The partners of a deployment, changed in units of work with a row in the audit log."""

    def __init__(self, audit: AuditLog) -> None:
        self._audit = audit

    @staticmethod
    def all(work: Work) -> list[Partner]:
        """Return every partner, disabled ones included, the oldest first."""
        return [Partner(id_, name, gone is None) for id_, name, gone in work.rows(_ALL_PARTNERS)]

    @staticmethod
    def find(work: Work, typed: str) -> Partner:
        """Return the active partner with a number or a name.

        Raises:
            HavenError: there is none; or one has as its name what is the number of another.
        """
        found = [it for it in Partners.all(work) if it.is_active and typed in {str(it.id), it.name}]
        if not found:
            raise HavenError(f"there is no partner {typed}; haven partners list shows them")
        if len(found) > 1:
            both = " and ".join(f"{it.id} ({it.name})" for it in found)
            raise HavenError(f"{typed} means two partners, {both}: type the other of the two")
        return found[0]

    def add(self, work: Work, name: str, by: str, now: int) -> Partner:
        """Add a partner; HavenError if the name is taken, or must not be printed."""
        name = check_name(name)
        if not work.run(_ADD_PARTNER, name, now):
            raise HavenError(f"there is a partner {name} already; haven partners list shows them")
        ((number,),) = work.rows(_ACTIVE_PARTNER, name)
        self._audit.record(work, now, by, "partner_add", str(number), "")
        return Partner(number, name, is_active=True)

    def disable(self, work: Work, partner: int, by: str, now: int) -> bool:
        """Disable a partner and so all its links; tell whether it was active."""
        if not work.run(_DISABLE, now, partner):
            return False
        self._audit.record(work, now, by, "partner_disable", str(partner), "")
        return True


CODE_BYTES = 10
"""80 bits: at a million guesses a second, a million years find none of a thousand codes."""
CODE = re.compile(r"[A-Z2-7]{16}")


class CampaignNameTakenError(HavenError):
    """Another link of the same partner has this name."""


@dataclass(frozen=True, slots=True)
class NewCampaign:
    """A campaign before it has a code."""

    name: str
    partner: str
    language: str


@dataclass(frozen=True, slots=True)
class Campaign:
    """One link."""

    id: int
    name: str
    partner: str
    code: str
    language: str
    is_active: bool
    """False once it is revoked or its partner is disabled."""
    partner_id: int = 0
    added_at: int = 0
    revoked_at: int | None = None


_FIELDS = (
    campaigns.c.id, campaigns.c.label, partners.c.name, campaigns.c.code, campaigns.c.language,
    campaigns.c.revoked_at, partners.c.disabled_at, campaigns.c.partner_id, campaigns.c.added_at,
)  # fmt: skip
_JOINED = campaigns.join(partners, partners.c.id == campaigns.c.partner_id)
_IS_ACTIVE = campaigns.c.revoked_at.is_(None) & partners.c.disabled_at.is_(None)
_ALL = select_by(_JOINED, *_FIELDS, order_by=campaigns.c.id)
_BY_CODE = select_by(_JOINED, *_FIELDS, by=(campaigns.c.code == bindparam("code"), _IS_ACTIVE))
_WITH_CODE = select_by(_JOINED, *_FIELDS, by=campaigns.c.code == bindparam("code"))
_PARTNER_NAME = select_by(
    _JOINED, partners.c.name, by=(campaigns.c.id == bindparam("campaign"), _IS_ACTIVE)
)
_ADD = insert(
    campaigns, "partner_id", "label", "name", "code", "language", "added_at",
    unless_exists=("partner_id", "label"),
)  # fmt: skip
_REVOKE = update_by(campaigns, "revoked_at", by=("code", campaigns.c.revoked_at.is_(None)))
_OF_PARTNER = select_by(
    _JOINED, *_FIELDS, by=campaigns.c.partner_id == bindparam("partner"), order_by=campaigns.c.id
)
_SAME_NAME = select_by(campaigns, "id", by=("partner_id", "label"))
_RENAME = update_by(campaigns, "label", by=("id", "partner_id"))


def parse_code(payload: str) -> str | None:
    """Return the code in the payload of a link; None if it cannot be one."""
    code = payload.strip().upper()
    return code if len(payload) <= 2 * CODE_BYTES and CODE.fullmatch(code) else None


def campaign_url(username: str, code: str) -> str:
    """Return the link to give out."""
    return f"https://t.me/{username.removeprefix('@')}?start={code}"


class Campaigns:
    """The campaigns of a deployment, changed in units of work with a row in the audit log."""

    def __init__(
        self, audit: AuditLog, random_bytes: Callable[[int], bytes] = secrets.token_bytes
    ) -> None:
        self._audit = audit
        self._random_bytes = random_bytes

    @staticmethod
    def all(work: Work) -> list[Campaign]:
        """Return every campaign, revoked ones included, the oldest first."""
        return [_campaign(row) for row in work.rows(_ALL)]

    @staticmethod
    def by_code(work: Work, code: str) -> Campaign | None:
        """Return the active campaign with a code; None if there is none."""
        found = work.rows(_BY_CODE, code)
        return _campaign(found[0]) if found else None

    @staticmethod
    def partner_name(work: Work, campaign: int) -> str:
        """Return the partner of an active campaign; empty for any other."""
        found = work.rows(_PARTNER_NAME, campaign)
        return str(found[0][0]) if found else ""

    def add(self, work: Work, new: NewCampaign, by: str, now: int) -> Campaign:
        """Create a link for a partner.

        Raises:
            HavenError: there is no such partner.
            CampaignNameTakenError: another link of this partner has this name.
            NameRefusedError: the name must not be printed.
        """
        name, found = check_name(new.name), work.rows(_ACTIVE_PARTNER, new.partner)
        if not found:
            raise HavenError(f"there is no partner {new.partner}; haven partners list shows them")
        code = b32encode(self._random_bytes(CODE_BYTES)).decode()
        if not work.run(_ADD, found[0][0], name, code, code, new.language, now):
            raise CampaignNameTakenError(
                f"there is a campaign {name} of {new.partner} already; "
                "haven campaigns list shows them"
            )
        (campaign,) = [_campaign(row) for row in work.rows(_WITH_CODE, code)]
        self._audit.record(work, now, by, "campaign_add", str(campaign.id), new.language)
        return campaign

    @staticmethod
    def of_partner(work: Work, partner_id: int) -> list[Campaign]:
        """Return the campaigns of one partner, revoked ones included, the oldest first."""
        return [_campaign(row) for row in work.rows(_OF_PARTNER, partner_id)]

    def rename(self, work: Work, campaign: Campaign, name: str, by: str, now: int) -> None:
        """Give a link another name; its code and its counts stay.

        Raises:
            CampaignNameTakenError: another link of this partner has this name.
            NameRefusedError: the name must not be printed.
        """
        name = check_name(name)
        if [it for (it,) in work.rows(_SAME_NAME, campaign.partner_id, name) if it != campaign.id]:
            raise CampaignNameTakenError(f"another link is called {name}")
        work.run(_RENAME, name, campaign.id, campaign.partner_id)
        self._audit.record(work, now, by, "campaign_rename", str(campaign.id), "")

    def revoke(self, work: Work, code: str, by: str, now: int) -> bool:
        """Revoke a link; tell whether there was one to revoke."""
        if not work.run(_REVOKE, now, code):
            return False
        ((number, *_rest),) = work.rows(_WITH_CODE, code)
        self._audit.record(work, now, by, "campaign_revoke", str(number), "")
        return True


def _campaign(row: Sequence[Any]) -> Campaign:
    number, name, partner, code, language, revoked, disabled, partner_id, added_at = row
    is_active = revoked is None and disabled is None
    return Campaign(number, name, partner, code, language, is_active, partner_id, added_at, revoked)


def find_campaign(work: Work, code: str) -> Campaign:
    """Return a campaign, active or not, by its code as someone typed it.

    Raises:
        HavenError: there is none with this code.
    """
    wanted = parse_code(code)
    found = next((it for it in Campaigns.all(work) if it.code == wanted), None)
    if found is None:
        raise HavenError("there is no campaign with this code; haven campaigns list shows them")
    return found
