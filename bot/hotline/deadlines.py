"""The law's clocks of a case: what staff enter, sealed and only ever added to, and what runs.

The bot has to know when a time runs out, while nobody is signed in: so an event is sealed for the
bot, not for the case's team, and the audit log names the row and not what it says. A mistake is
struck by another row.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

import msgspec
from sqlalchemy import bindparam, or_, select

from bot.clock import DAY, HOUR, MINUTE
from bot.errors import DoesNotOpen
from bot.hotline.queue.case_status import IS_NOT_OVER
from bot.places.deadlines import Noted
from bot.store.compiled import Prepared, insert_of
from bot.store.tables.deadlines import clock_events, clock_marks, clocks
from bot.store.tables.main import cases
from bot.text import Text, _
from bot.vault import Purpose

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.places.deadlines import Clocks, Deadline
    from bot.store.writer import Work
    from bot.text import Catalogue
    from bot.vault import Audit, Vault

CONTACT: Final = "contact"
"""The clock that a person's word may set back, if staff say so."""
STRIKE: Final = "strike"
"""The event that takes back another: it was entered by mistake."""
EARLIEST: Final = date(2009, 6, 1)
"""Before the first law nothing of this can have happened."""
LATEST: Final = 5 * 366
"""Days ahead that a summons or a printed date may lie."""
MOST: Final = 100
"""Events of one case; cases in one look."""
NEVER: Final = 2**62
"""In place of a moment: nothing is waited for."""
LISTED: Final = 5
"""How many clocks a card shows."""

NO_SUCH_EVENT = _("Say what happened: {codes}.")
NO_SUCH_DAY = _("Say when, as 2026-11-25 or 2026-11-25 14:30.")
NOT_YET = _("That day has not come yet: enter it once it has happened.")
TOO_FAR = _("That day is too far away to be true.")
NO_SUCH_NUMBER = _("There is no event with that number that counts.")
TOO_MANY = _("A case has at most {most} events.")
ALTERED = _(
    "What was entered about the times the law gives in this case was altered and cannot be read. "
    "Nobody is reminded of them: look at each of them yourselves."
)
# Translators: {clocks} e.g. 2026-12-08: the time to object ends in 18 d; "how" and "reason" stand
# for what is typed there.
STILL_RUN = _(
    "Times the law gives still run in this case ({clocks}), and nobody is told of them once it is "
    "closed. Enter what has ended them (/clock), or close it again and say why (/close how reason)."
)


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """What is sealed of an event."""

    code: str
    day: str
    """By the calendar of the law's country, e.g. `2026-11-25`."""
    moment: int | None = None
    by: str
    strikes: int = 0
    """For `strike`: the number of the event that does not count."""


@dataclass(frozen=True, slots=True)
class Row:
    """One event as it stands in the case."""

    number: int
    happening: Happening
    entered_at: int
    is_struck: bool

    @property
    def noted(self) -> Noted:
        """Return it as rules read it."""
        it = self.happening
        return Noted(self.number, it.code, date.fromisoformat(it.day), it.moment)


@dataclass(frozen=True, slots=True)
class Refused:
    """Why nothing was entered."""

    text: Text
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Mark:
    """A warning that was given."""

    what: str
    letter: int | None
    at: int


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Happening).decode
_KEPT = ("case_id", "sealed", "at")
_ADD = Prepared(
    lambda dialect: insert_of(dialect, clock_events).values(
        {name: bindparam(name) for name in _KEPT}
    ),
    *_KEPT,
)
_EVENTS = Prepared(
    lambda _: (
        select(clock_events.c.sealed, clock_events.c.at)
        .where(clock_events.c.case_id == bindparam("case"))
        .order_by(clock_events.c.id)
    ),
    "case",
)
_NEXT = Prepared(
    lambda dialect: (
        put := insert_of(dialect, clocks).values(
            case_id=bindparam("case_id"),
            next_at=bindparam("next_at"),
            looked_at=bindparam("looked_at"),
            soon_at=bindparam("soon_at"),
        )
    ).on_conflict_do_update(
        index_elements=["case_id"],
        set_={
            "next_at": put.excluded.next_at,
            "looked_at": put.excluded.looked_at,
            "soon_at": put.excluded.soon_at,
        },
    ),
    "case_id",
    "next_at",
    "looked_at",
    "soon_at",
)
_DUE = Prepared(
    lambda _: (
        select(clocks.c.case_id)
        .join(cases, cases.c.id == clocks.c.case_id)
        .where(
            or_(clocks.c.next_at <= bindparam("now"), clocks.c.looked_at > bindparam("at")),
            IS_NOT_OVER,
        )
        .order_by(clocks.c.next_at)
        .limit(bindparam("most"))
    ),
    "now",
    "at",
    "most",
)
_MARK = Prepared(
    lambda dialect: insert_of(dialect, clock_marks).values(
        case_id=bindparam("case_id"),
        sealed=bindparam("sealed"),
        letter=bindparam("letter"),
        at=bindparam("at"),
    ),
    "case_id",
    "sealed",
    "letter",
    "at",
)
_MARKS = Prepared(
    lambda _: (
        select(clock_marks.c.sealed, clock_marks.c.letter, clock_marks.c.at)
        .where(clock_marks.c.case_id == bindparam("case"), clock_marks.c.at <= bindparam("now"))
        .order_by(clock_marks.c.id)
    ),
    "case",
    "now",
)
"""What a clock that was ahead has marked has not happened yet."""
_CARRIED = Prepared(
    lambda _: select(clock_marks.c.case_id).where(clock_marks.c.letter == bindparam("letter")),
    "letter",
)


class CaseClocks:
    """The law's clocks of cases, used inside units of work."""

    def __init__(self, vault: Vault, audit: Audit, law: Clocks) -> None:
        self.vault = vault
        self._audit = audit
        self.law = law

    # --- what staff enter ----------------------------------------------------------------------

    def enter(  # noqa: PLR0913, PLR0917 - what happened, when, and who says so
        self, work: Work, case: str, code: str, typed: str, by: str, now: int
    ) -> int | Refused:
        """Add an event; return its number, or why it is none.

        Args:
            work: the unit of work.
            case: whose.
            code: what happened.
            typed: the day, with the hour where it is known; empty: this moment.
            by: the caseworker who says so.
            now: the moment.
        """
        kind = self.law.kinds.get(code)
        if kind is None:
            return Refused(NO_SUCH_EVENT, {"codes": ", ".join(self.law.kinds)})
        read = self.law.read(typed) if typed.strip() else (self.law.day_of(now), now)
        if read is None:
            return Refused(NO_SUCH_DAY, {})
        day, moment = read
        ahead = (day - self.law.day_of(now)).days
        if day < EARLIEST or ahead > LATEST:
            return Refused(TOO_FAR, {})
        if not kind.may_come and (ahead > 0 or (moment or 0) > now):
            return Refused(NOT_YET, {})
        happening = Happening(code=code, day=day.isoformat(), moment=moment, by=by)
        return self._add(work, case, happening, now)

    def strike(self, work: Work, case: str, number: str, by: str, now: int) -> int | Refused:
        """Take back an event that was entered by mistake; return the number of the row that does.

        Nothing is changed: a row is added that says so.
        """
        standing = {str(row.number) for row in self.rows(work, case) if not row.is_struck}
        if number not in standing:
            return Refused(NO_SUCH_NUMBER, {})
        day = self.law.day_of(now).isoformat()
        happening = Happening(code=STRIKE, day=day, moment=now, by=by, strikes=int(number))
        return self._add(work, case, happening, now)

    def _add(self, work: Work, case: str, happening: Happening, now: int) -> int | Refused:
        number = len(work.rows(_EVENTS, case)) + 1
        if number > MOST:
            return Refused(TOO_MANY, {"most": str(MOST)})
        sealed = self.vault.seal(Purpose.CLOCK, _place(case, now), _encode(happening))
        work.run(_ADD, case, sealed, now)
        # Until somebody has looked, in seconds, whatever was entered may be near.
        work.run(_NEXT, case, 0, now, now)
        self._audit.note(work, now, happening.by, "clock", case, str(number))
        return number

    # --- what runs -----------------------------------------------------------------------------

    def rows(self, work: Work, case: str) -> list[Row]:
        """Return everything that was entered in a case, as it was entered.

        Raises:
            DoesNotOpen: a row was altered, or belongs to another case.
        """
        found = [
            (_decode(self.vault.open(Purpose.CLOCK, _place(case, at), bytes(sealed))), at)
            for sealed, at in work.rows(_EVENTS, case)
        ]
        struck = {it.strikes for it, _at in found}
        return [
            Row(number, it, at, number in struck or it.code == STRIKE)
            for number, (it, at) in enumerate(found, 1)
        ]

    def running(self, work: Work, case: str) -> list[Deadline]:
        """Return every clock of a case that runs, the one that ends first before the others."""
        return self.law.running(
            row.noted
            for row in self.rows(work, case)
            if not row.is_struck and row.happening.code in self.law.kinds
        )

    def legible(self, work: Work, case: str) -> list[Deadline]:
        """Return what runs as far as anybody can tell: nothing, where a row was altered.

        The page of the case says so; what is done meanwhile does not wait for it.
        """
        try:
            return self.running(work, case)
        except DoesNotOpen:
            return []

    def ahead(self, work: Work, case: str, now: int) -> tuple[Deadline, ...]:
        """Return those of them whose end is still to come."""
        return tuple(it for it in self.legible(work, case) if (it.left(now) or 0) > 0)

    def near(self, work: Work, case: str, now: int) -> list[Deadline]:
        """Return those of them that whoever looks at the queue should see."""
        return [it for it in self.running(work, case) if it.is_near(now)][:LISTED]

    # --- who was told --------------------------------------------------------------------------

    @staticmethod
    def due(work: Work, now: int) -> list[str]:
        """Return the open cases at whose clocks somebody has to look now.

        One at which we looked at a moment that has not come yet is among them: the clock was wrong.
        """
        return [str(case) for (case,) in work.rows(_DUE, now, now, MOST)]

    @staticmethod
    def look_again(work: Work, case: str, at: int, now: int, soon: int | None = None) -> None:
        """Write down when somebody has to look again.

        Args:
            work: the unit of work.
            case: whose clocks.
            at: when.
            now: the moment of this look.
            soon: when the nearest clock runs out that whoever looks at the queue should see.
        """
        work.run(_NEXT, case, at, now, soon)

    def mark(self, work: Work, case: str, what: str, letter: int | None, now: int) -> Mark:
        """Write down that a warning was given, and return it."""
        sealed = self.vault.seal(Purpose.CLOCK, _marked(case, now), what.encode())
        work.run(_MARK, case, sealed, letter, now)
        return Mark(what, letter, now)

    def marks(self, work: Work, case: str, now: int) -> list[Mark]:
        """Return the warnings that were given in a case."""
        return [
            Mark(self.vault.open(Purpose.CLOCK, _marked(case, at), bytes(it)).decode(), letter, at)
            for it, letter, at in work.rows(_MARKS, case, now)
        ]

    @staticmethod
    def carried(work: Work, letter: int) -> str:
        """Return the case whose warning a letter carries; empty for none."""
        found = work.rows(_CARRIED, letter)
        return str(found[0][0]) if found else ""


def text_of(deadline: Deadline, now: int) -> tuple[Text, dict[str, str]]:
    """Return how a clock stands, as staff read it, and its blanks: `help may end in 19 h (...)`."""
    clock, left = deadline.clock, deadline.left(now)
    told = str(deadline.times) if left is None else span_of(abs(left))
    text = clock.passed if left is not None and left < 0 else clock.soon
    return text, {"left": told, "ago": told}


def line_of(deadline: Deadline, words: Catalogue, now: int) -> str:
    """Return how a clock stands in one language."""
    text, values = text_of(deadline, now)
    return text.read_in(words, values)


def dated(running: Iterable[Deadline], words: Catalogue, now: int) -> str:
    """Return clocks in a line, each behind its last day: `2026-12-08: the time to object ...`."""
    return "; ".join(f"{it.last_day}: {line_of(it, words, now)}" for it in running)


def span_of(span: int) -> str:
    """Return a span in its largest whole unit: 19 h may be nearly 20, and never less."""
    if span >= 3 * DAY:
        return f"{span // DAY} d"
    return f"{span // HOUR} h" if span >= HOUR else f"{span // MINUTE} min"


def _place(case: str, at: int) -> bytes:
    return f"{case}/clock/{at}".encode()


def _marked(case: str, at: int) -> bytes:
    return f"{case}/clock_mark/{at}".encode()
