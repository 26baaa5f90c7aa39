"""Which organisation of the directory is which partner: only linked ones have a room to deliver to.

One partner may be several recipients (an organisation and its shelter); a recipient is one partner.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam

from bot.store.statements import delete_by, select_by, select_one, upsert
from bot.store.tables.deliveries import recipient_partners
from bot.store.tables.partners import partners

if TYPE_CHECKING:
    from bot.store.writer import Work
    from bot.vault import AuditLog

_SET = upsert(
    recipient_partners, "recipient", "partner_id", "linked_by", "linked_at", key="recipient"
)
_REMOVE = delete_by(recipient_partners, by="recipient")
_JOINED = recipient_partners.join(partners, partners.c.id == recipient_partners.c.partner_id)
_PARTNER = select_by(
    _JOINED, partners.c.id, partners.c.disabled_at,
    by=recipient_partners.c.recipient == bindparam("recipient"),
)  # fmt: skip
_ALL = select_by(
    _JOINED, recipient_partners.c.recipient, partners.c.id, partners.c.name,
    order_by=recipient_partners.c.recipient,
)  # fmt: skip
_RECIPIENTS = select_by(recipient_partners, "recipient", by="partner_id", order_by="recipient")
_NAME = select_one(partners, "name", by="id")
_IS_ACTIVE = select_by(
    partners, "id", by=(partners.c.id == bindparam("partner"), partners.c.disabled_at.is_(None))
)


class RecipientPartners:
    """The links between recipients and partners, changed with a row in the audit log."""

    def __init__(self, audit: AuditLog) -> None:
        self._audit = audit

    def link(self, work: Work, recipient: str, partner: int, by: str, now: int) -> bool:
        """Link a recipient to an active partner; tell whether there is such a partner.

        What was delivered to another partner and not opened goes back to the caseworker.
        """
        if not self.is_active(work, partner):
            return False
        work.run(_SET, recipient, partner, by, now)
        self._audit.record(work, now, by, "recipient_link", str(partner), recipient)
        return True

    def unlink(self, work: Work, recipient: str, by: str, now: int) -> bool:
        """Remove the link of a recipient; tell whether there was one."""
        if not work.run(_REMOVE, recipient):
            return False
        self._audit.record(work, now, by, "recipient_unlink", recipient, "")
        return True

    @staticmethod
    def partner_of(work: Work, recipient: str) -> tuple[int, bool] | None:
        """Return the partner of a recipient and whether it is active; None without a link."""
        rows = work.rows(_PARTNER, recipient)
        return (int(rows[0][0]), rows[0][1] is None) if rows else None

    @staticmethod
    def recipients_of(work: Work, partner: int) -> tuple[str, ...]:
        """Return the codes of the recipients that a partner is."""
        return tuple(str(code) for (code,) in work.rows(_RECIPIENTS, partner))

    @staticmethod
    def is_active(work: Work, partner: int) -> bool:
        """Tell whether a partner exists and is not disabled."""
        return bool(work.rows(_IS_ACTIVE, partner))

    @staticmethod
    def partner_name(work: Work, partner: int) -> str:
        """Return the name of a partner; its number if it is gone."""
        rows = work.rows(_NAME, partner)
        return str(rows[0][0]) if rows else str(partner)

    @staticmethod
    def all(work: Work) -> dict[str, tuple[int, str]]:
        """Return the number and the name of the partner, by recipient."""
        return {str(code): (int(number), str(name)) for code, number, name in work.rows(_ALL)}
