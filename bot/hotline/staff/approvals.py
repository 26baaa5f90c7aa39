"""What takes two people: one of the staff asks and says why, another who stands above agrees.

As with holds, nothing is allowed until a second person agrees, and nobody agrees to what they asked
for themselves. What was agreed to is done once, by whoever asked, within an hour.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, select, update

from bot.cases.state_machine import ABOVE, Role
from bot.clock import DAY, HOUR
from bot.errors import DoesNotOpen, NotAgreed
from bot.store.compiled import Prepared, insert_of
from bot.store.tables.team import desk_requests
from bot.vault import Purpose

if TYPE_CHECKING:
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work
    from bot.vault import Audit, Vault

ASKED_FOR, AGREED_FOR, KEPT = DAY, HOUR, 7 * DAY
LONGEST = 1000
"""Characters of a reason."""


class Kind(StrEnum):
    """What takes two."""

    EXPORT = "export"
    """A list of many cases leaves the desk."""
    IDENTITY = "identity"
    """Who it is that works here under a role."""


MAY_ASK = {Kind.EXPORT: ABOVE, Kind.IDENTITY: ABOVE | {Role.AUDITOR}}


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that was asked for."""

    id: str
    kind: Kind
    subject: str
    """A queue, or the id of a colleague; empty: every queue."""
    asked_by: str
    agreed_by: str
    """Empty: it allows nothing yet."""
    why: str
    asked_at: int
    until: int
    used_at: int | None

    def may_be_used(self, by: str, now: int) -> bool:
        """Tell whether somebody may do now what they asked for."""
        is_open = self.used_at is None and now < self.until
        return bool(self.agreed_by) and self.asked_by == by and is_open

    def waits_for(self, by: Caseworker, now: int) -> bool:
        """Tell whether somebody could agree to it."""
        is_another = self.asked_by != by.id and by.role in ABOVE
        return is_another and not self.agreed_by and now < self.until


_NAMES = ("id", "kind", "subject", "asked_by", "sealed", "asked_at", "until")
_COLUMNS = ("id", "kind", "subject", "asked_by", "agreed_by", "sealed", "asked_at", "until",
            "used_at")  # fmt: skip
_ASK = Prepared(
    lambda dialect: insert_of(dialect, desk_requests).values({n: bindparam(n) for n in _NAMES}),
    *_NAMES,
)
_ALL = Prepared(
    lambda _: (
        select(*(desk_requests.c[name] for name in _COLUMNS))
        .where(desk_requests.c.until > bindparam("since"))
        .order_by(desk_requests.c.until.desc(), desk_requests.c.id)
        .limit(100)
    ),
    "since",
)
_ONE = Prepared(
    lambda _: select(*(desk_requests.c[name] for name in _COLUMNS)).where(
        desk_requests.c.id == bindparam("request")
    ),
    "request",
)
_AGREE = Prepared(
    # Compare and set, like a claim: one agrees, and to what is still open.
    lambda _: (
        update(desk_requests)
        .where(
            desk_requests.c.id == bindparam("request"),
            desk_requests.c.agreed_by.is_(None),
            desk_requests.c.asked_by != bindparam("by"),
            desk_requests.c.until > bindparam("now"),
        )
        .values(agreed_by=bindparam("who"), until=bindparam("for_so_long"))
    ),
    "who",
    "for_so_long",
    "request",
    "by",
    "now",
)
_USE = Prepared(
    lambda _: (
        update(desk_requests)
        .where(
            desk_requests.c.id == bindparam("request"),
            desk_requests.c.asked_by == bindparam("by"),
            desk_requests.c.agreed_by.is_not(None),
            desk_requests.c.used_at.is_(None),
            desk_requests.c.until > bindparam("now"),
        )
        .values(used_at=bindparam("at"))
    ),
    "at",
    "request",
    "by",
    "now",
)
_FORGET = Prepared(
    lambda _: delete(desk_requests).where(desk_requests.c.until < bindparam("before")), "before"
)


class TwoPeople:
    """What was asked for and agreed to, inside units of work."""

    def __init__(self, vault: Vault, audit: Audit) -> None:
        self._vault = vault
        self._audit = audit

    def ask(  # noqa: PLR0913, PLR0917 - who asks, for what, and why
        self, work: Work, by: Caseworker, kind: Kind, subject: str, why: str, now: int
    ) -> str:
        """Ask for something; return the number of what was asked.

        Raises:
            NotAgreed: it is not theirs to ask for, or they do not say why.
        """
        if by.role not in MAY_ASK[kind] or not why.strip():
            raise NotAgreed("nobody asks for this without a reason, or in this role")
        number = secrets.token_hex(16)
        sealed = self._vault.seal(Purpose.DESK, _place(number), why.strip()[:LONGEST].encode())
        work.run(_ASK, number, kind.value, subject, by.id, sealed, now, now + ASKED_FOR)
        self._audit.note(work, now, by.id, "two_ask", number, f"{kind.value}:{subject}")
        return number

    def agree(self, work: Work, by: Caseworker, number: str, now: int) -> Asked:
        """Agree to what another asked for: they may do it once, within an hour.

        Raises:
            NotAgreed: it is their own, not theirs to agree to, over, or agreed to already.
        """
        found = self.find(work, number)
        if found is None or not found.waits_for(by, now):
            raise NotAgreed("it takes a second person, who stands above")
        if not work.run(_AGREE, by.id, now + AGREED_FOR, number, by.id, now):
            raise NotAgreed("somebody was first, or it is over")
        said = f"{found.kind.value}:{found.subject}"
        self._audit.note(work, now, by.id, "two_agree", number, said)
        return found

    def use(self, work: Work, by: Caseworker, number: str, now: int) -> Asked:
        """Take what was agreed to; it is gone with that.

        Raises:
            NotAgreed: nobody agreed, it was another's, or it is over.
        """
        found = self.find(work, number)
        if found is None or not work.run(_USE, now, number, by.id, now):
            raise NotAgreed("nobody agreed to this, or it is over")
        said = f"{found.kind.value}:{found.subject}"
        self._audit.note(work, now, by.id, "two_use", number, said)
        return found

    def find(self, work: Work, number: str) -> Asked | None:
        """Return one that was asked for."""
        rows = work.rows(_ONE, number)
        return self._opened(rows[0]) if rows else None

    def lately(self, work: Work, now: int) -> list[Asked]:
        """Return what was asked for and is open, or ended within a week; the newest first."""
        return [self._opened(row) for row in work.rows(_ALL, now - KEPT)]

    @staticmethod
    def forget(work: Work, now: int) -> None:
        """Forget what ended a week ago."""
        work.run(_FORGET, now - KEPT)

    def _opened(self, row: tuple[Any, ...]) -> Asked:
        number, kind, subject, asked_by, agreed_by, sealed, asked_at, until, used_at = row
        try:
            why = self._vault.open(Purpose.DESK, _place(str(number)), bytes(sealed)).decode()
        except DoesNotOpen:  # altered: nobody agrees to what they cannot read
            why = ""
        return Asked(
            str(number), Kind(kind), str(subject), str(asked_by), str(agreed_by or ""), why,
            asked_at, until, used_at,
        )  # fmt: skip


def _place(number: str) -> bytes:
    return f"request/{number}".encode()
