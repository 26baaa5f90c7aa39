"""Who read what in a week, from the audit log: whose eyes were where, and no word of any case."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, select

from bot.cases.state_machine import Role
from bot.clock import DAY
from bot.desks.web import texts
from bot.desks.web.routes import Door, May
from bot.store.compiled import Prepared
from bot.store.tables.main import audit, cases

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.responses import Response

    from bot.desks.web.request import Visit
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work

WEEK = 7 * DAY
WEEKS = 104
"""How far back: the log is kept for two years."""
READ, GLASS = "read", "break_glass"
OUT = ("draft", "export", "evidence_exported", "receipt_print", "two_use")
LAST_RESORT = ("escrow_made", "escrow_replaced", "escrow_opened")
"""What is done with a key that opens every case."""
DEEDS = (READ, GLASS, *OUT, *LAST_RESORT)
"""What counts as reading: a case opened, opened against its holder, something of it taken out."""
MOST = 50_000
SHOWN = 60
"""Cases named beside one colleague."""

_ENDS = Prepared(lambda _: select(func.min(audit.c.id), func.max(audit.c.id)))
_AT = Prepared(
    lambda _: (
        select(audit.c.id, audit.c.at)
        .where(audit.c.id >= bindparam("number"))
        .order_by(audit.c.id)
        .limit(1)
    ),
    "number",
)
_BETWEEN = Prepared(
    lambda _: (
        select(audit.c.actor, audit.c.deed, audit.c.subject)
        .where(
            audit.c.id >= bindparam("first"),
            audit.c.id < bindparam("last"),
            audit.c.deed.in_([bindparam(f"deed_{place}") for place in range(len(DEEDS))]),
        )
        .limit(bindparam("most"))
    ),
    "first",
    "last",
    *(f"deed_{place}" for place in range(len(DEEDS))),
    "most",
)
_REFERENCE = Prepared(
    lambda _: select(cases.c.reference).where(cases.c.id == bindparam("case")), "case"
)


@dataclass(slots=True)
class Reader:
    """One of the staff, and what they read in a week."""

    who: str
    cases: Counter[str] = field(default_factory=Counter)
    """How often each case."""
    with_reason: Counter[str] = field(default_factory=Counter)
    """Those that were a colleague's."""
    taken_out: int = 0
    last_resort: int = 0


def gathered(rows: Iterable[tuple[str, str, str]]) -> list[Reader]:
    """Return who read what, whoever read most cases first.

    Args:
        rows: of the log: who, what, to what.
    """
    found: dict[str, Reader] = {}
    for actor, deed, subject in rows:
        reader = found.setdefault(actor, Reader(actor))
        if deed == READ:
            reader.cases[subject] += 1
        elif deed == GLASS:
            reader.with_reason[subject] += 1
        elif deed in LAST_RESORT:
            reader.last_resort += 1
        else:
            reader.taken_out += 1
    return sorted(found.values(), key=lambda it: (-len(it.cases), it.who))


def first_since(work: Work, moment: int) -> int:
    """Return the number of the first row since a moment; numbers and moments grow together."""
    low, high = (int(it or 0) for it in work.rows(_ENDS)[0])
    high += 1
    while low < high:
        middle = (low + high) // 2
        row = work.rows(_AT, middle)
        if row and row[0][1] < moment:
            low = row[0][0] + 1
        else:
            high = middle
    return low


def in_week(work: Work, now: int, back: int) -> list[Reader]:
    """Return who read what in the seven days that ended so many weeks ago."""
    until = now - back * WEEK
    first, last = first_since(work, until - WEEK), first_since(work, until + 1)
    return gathered(work.rows(_BETWEEN, first, last, *DEEDS, MOST))


async def who_read(visit: Visit) -> Response:
    """Show who read what in a week."""
    asked = visit.request.query_params.get("back", "0")
    is_number = asked.isascii() and asked.isdecimal() and len(asked) <= 3  # noqa: PLR2004
    back = min(int(asked), WEEKS) if is_number else 0
    now = visit.now

    def look(work: Work) -> tuple[list[Reader], dict[str, str], list[Caseworker]]:
        found = in_week(work, now, back)
        named = {it for each in found for it in [*each.cases, *each.with_reason]}
        references = {it: str(row[0][0]) for it in named if (row := work.rows(_REFERENCE, it))}
        return found, references, visit.front.staff.all(work)

    found, references, staff = await visit.front.reads.run(look)
    until = now - back * WEEK
    return visit.page(
        "who_read.html", readers=found, references=references, called=called(visit, staff),
        back=back, weeks=WEEKS, shown=SHOWN, since=visit.tongue.clock(until - WEEK, now),
        until=visit.tongue.clock(until, now),
    )  # fmt: skip


def called(visit: Visit, staff: Iterable[Caseworker]) -> dict[str, str]:
    """Return what the staff are called by whoever looks: to an auditor, by role and number."""
    is_told = visit.by.role is not Role.AUDITOR
    return {
        it.id: (is_told and it.name) or f"{visit.tongue(texts.ROLES[it.role.value])} {it.id}"
        for it in staff
    }


DOORS = (Door("/audit/reads", who_read, May.AUDIT),)
