"""Partners: organisations that share our link."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select, update

from bot.errors import HavenError
from bot.store.compiled import Prepared, insert_into
from bot.store.tables.partners import partners

if TYPE_CHECKING:
    from bot.store.writer import Work
    from bot.vault import AuditLog

MAX_NAME_LENGTH = 40
"""Signs of a partner's or a campaign's name: a message has room for it."""


@dataclass(frozen=True, slots=True)
class Partner:
    """One organisation."""

    id: int
    name: str
    """As people read it who ask who we are."""
    is_active: bool


_ADD = Prepared(
    lambda dialect: (
        insert_into(dialect, partners)
        .values(name=bindparam("name"), added_at=bindparam("at"))
        .on_conflict_do_nothing(index_elements=["name"])
    ),
    "name",
    "at",
)
_ALL = Prepared(
    lambda _: select(partners.c.id, partners.c.name, partners.c.disabled_at).order_by(partners.c.id)
)
_DISABLE = Prepared(
    lambda _: (
        update(partners)
        .where(partners.c.id == bindparam("partner"), partners.c.disabled_at.is_(None))
        .values(disabled_at=bindparam("at"))
    ),
    "at",
    "partner",
)


class Partners:
    """The partners of a deployment, changed inside units of work, with a row in the audit log."""

    def __init__(self, audit: AuditLog) -> None:
        self._audit = audit

    @staticmethod
    def all(work: Work) -> list[Partner]:
        """Return every partner there ever was, the first one first."""
        return [Partner(it, name, gone is None) for it, name, gone in work.rows(_ALL)]

    def add(self, work: Work, name: str, by: str, now: int) -> Partner:
        """Add a partner.

        Raises:
            HavenError: there is one of that name.
        """
        if not work.run(_ADD, name, now):
            raise HavenError(f"there is a partner {name} already; haven partners list shows them")
        (new,) = [each for each in self.all(work) if each.name == name]
        self._audit.record(work, now, by, "partner_add", str(new.id), "")
        return new

    def disable(self, work: Work, partner: int, by: str, now: int) -> bool:
        """End a partner's links, all at once; tell whether there was anything to end."""
        if not work.run(_DISABLE, now, partner):
            return False
        self._audit.record(work, now, by, "partner_disable", str(partner), "")
        return True
