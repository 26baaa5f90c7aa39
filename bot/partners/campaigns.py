"""Campaigns: a link that was given out, where, and in which language it begins."""

from __future__ import annotations

import re
import secrets
from base64 import b32encode
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select, update

from bot.errors import HavenError
from bot.store.compiled import Prepared, insert_into
from bot.store.tables.partners import campaigns, partners

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.store.writer import Work
    from bot.vault import AuditLog

CODE_BYTES = 10
"""80 bits: whoever tries a million codes a second for a million years finds none of a thousand."""
CODE = re.compile(r"[A-Z2-7]{16}")


@dataclass(frozen=True, slots=True)
class Campaign:
    """One link."""

    id: int
    name: str
    partner: str
    code: str
    language: str
    is_active: bool
    """Neither revoked nor of a partner that was disabled."""


_FIELDS = (
    campaigns.c.id,
    campaigns.c.name,
    partners.c.name,
    campaigns.c.code,
    campaigns.c.language,
    campaigns.c.revoked_at,
    partners.c.disabled_at,
)
_JOINED = campaigns.join(partners, partners.c.id == campaigns.c.partner_id)
_IS_ACTIVE = campaigns.c.revoked_at.is_(None) & partners.c.disabled_at.is_(None)
_ALL = Prepared(lambda _: select(*_FIELDS).select_from(_JOINED).order_by(campaigns.c.id))
_BY_CODE = Prepared(
    lambda _: (
        select(*_FIELDS)
        .select_from(_JOINED)
        .where(campaigns.c.code == bindparam("code"), _IS_ACTIVE)
    ),
    "code",
)
_PARTNER_NAME = Prepared(
    lambda _: (
        select(partners.c.name)
        .select_from(_JOINED)
        .where(campaigns.c.id == bindparam("campaign"), _IS_ACTIVE)
    ),
    "campaign",
)
_ACTIVE_PARTNER = Prepared(
    lambda _: select(partners.c.id).where(
        partners.c.name == bindparam("name"), partners.c.disabled_at.is_(None)
    ),
    "name",
)
_ADD = Prepared(
    lambda dialect: (
        insert_into(dialect, campaigns)
        .values(
            partner_id=bindparam("partner"), name=bindparam("name"), code=bindparam("code"),
            language=bindparam("language"), added_at=bindparam("at"),
        )
        .on_conflict_do_nothing(index_elements=["name"])
    ),
    "partner",
    "name",
    "code",
    "language",
    "at",
)  # fmt: skip
_REVOKE = Prepared(
    lambda _: (
        update(campaigns)
        .where(campaigns.c.code == bindparam("code"), campaigns.c.revoked_at.is_(None))
        .values(revoked_at=bindparam("at"))
    ),
    "at",
    "code",
)


def parse_code(payload: str) -> str | None:
    """Return the code in what came with a link; None for what cannot be one of ours."""
    code = payload.strip().upper()
    return code if len(payload) <= 2 * CODE_BYTES and CODE.fullmatch(code) else None


def campaign_url(username: str, code: str) -> str:
    """Return the address that is given out."""
    return f"https://t.me/{username.removeprefix('@')}?start={code}"


class Campaigns:
    """The links of a deployment, changed inside units of work, with a row in the audit log."""

    def __init__(
        self, audit: AuditLog, random_bytes: Callable[[int], bytes] = secrets.token_bytes
    ) -> None:
        self._audit = audit
        self._random_bytes = random_bytes

    @staticmethod
    def all(work: Work) -> list[Campaign]:
        """Return every campaign there ever was, the first one first."""
        return [_campaign(row) for row in work.rows(_ALL)]

    @staticmethod
    def by_code(work: Work, code: str) -> Campaign | None:
        """Return the campaign whose link somebody used; None for a code that means nothing."""
        found = work.rows(_BY_CODE, code)
        return _campaign(found[0]) if found else None

    @staticmethod
    def partner_name(work: Work, campaign: int) -> str:
        """Return the name of the partner who gave a link out; empty when it is revoked by now."""
        found = work.rows(_PARTNER_NAME, campaign)
        return str(found[0][0]) if found else ""

    def add(  # noqa: PLR0913, PLR0917 - what a link is made of
        self, work: Work, name: str, partner: str, language: str, by: str, now: int
    ) -> Campaign:
        """Make a link for a partner.

        Raises:
            HavenError: there is no such partner, or a campaign of that name already.
        """
        found = work.rows(_ACTIVE_PARTNER, partner)
        if not found:
            raise HavenError(f"there is no partner {partner}; haven partners list shows them")
        code = b32encode(self._random_bytes(CODE_BYTES)).decode()
        if not work.run(_ADD, found[0][0], name, code, language, now):
            raise HavenError(f"there is a campaign {name} already; haven campaigns list shows them")
        (new,) = [each for each in self.all(work) if each.code == code]
        self._audit.record(work, now, by, "campaign_add", str(new.id), language)
        return new

    def revoke(self, work: Work, code: str, by: str, now: int) -> bool:
        """End a link; tell whether there was one to end."""
        if not work.run(_REVOKE, now, code):
            return False
        (gone,) = [each for each in self.all(work) if each.code == code]
        self._audit.record(work, now, by, "campaign_revoke", str(gone.id), "")
        return True


def _campaign(row: tuple[object, ...]) -> Campaign:
    number, name, partner, code, language, revoked, disabled = row
    is_active = revoked is None and disabled is None
    return Campaign(int(str(number)), str(name), str(partner), str(code), str(language), is_active)
