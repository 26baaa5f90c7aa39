"""Partner organisations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.errors import HavenError
from bot.store import Work, insert, select_by, update_by
from bot.store.tables.partners import partners

if TYPE_CHECKING:
    from bot.vault import AuditLog

MAX_NAME_LENGTH = 40
"""Characters of a partner's or a campaign's name, so that it fits into a message."""


@dataclass(frozen=True, slots=True)
class Partner:
    """One organisation."""

    id: int
    name: str
    """Shown to people who ask about the organisation."""
    is_active: bool


_ADD = insert(partners, "name", "added_at", unless_exists="name")
_ALL = select_by(partners, "id", "name", "disabled_at", order_by="id")
_DISABLE = update_by(partners, "disabled_at", by=("id", partners.c.disabled_at.is_(None)))


class Partners:
    """The partners of a deployment, changed in units of work with a row in the audit log."""

    def __init__(self, audit: AuditLog) -> None:
        self._audit = audit

    @staticmethod
    def all(work: Work) -> list[Partner]:
        """Return every partner, disabled ones included, the oldest first."""
        return [Partner(id_, name, gone is None) for id_, name, gone in work.rows(_ALL)]

    def add(self, work: Work, name: str, by: str, now: int) -> Partner:
        """Add a partner; HavenError if the name is taken."""
        if not work.run(_ADD, name, now):
            raise HavenError(f"there is a partner {name} already; haven partners list shows them")
        (new,) = [each for each in self.all(work) if each.name == name]
        self._audit.record(work, now, by, "partner_add", str(new.id), "")
        return new

    def disable(self, work: Work, partner: int, by: str, now: int) -> bool:
        """Disable a partner and so all its links; tell whether it was active."""
        if not work.run(_DISABLE, now, partner):
            return False
        self._audit.record(work, now, by, "partner_disable", str(partner), "")
        return True
