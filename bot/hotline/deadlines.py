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
from bot.errors import DecryptionError
from bot.hotline.queue.case_status import IS_NOT_CLOSED
from bot.places.deadlines import LegalEvent
from bot.store.compiled import Prepared, insert_into
from bot.store.tables.deadlines import clock_events, clock_marks, clocks
from bot.store.tables.main import cases
from bot.text import Text, _
from bot.vault import Purpose

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.places.deadlines import Deadline, DeadlineRules
    from bot.store.writer import Work
    from bot.text import Catalogue
    from bot.vault import AuditLog, Vault

CONTACT: Final = "contact"
"""The clock that a person's word may set back, if staff say so."""
STRIKE: Final = "strike"
"""The event that takes back another: it was entered by mistake."""
EARLIEST: Final = date(2009, 6, 1)
"""Before the first law nothing of this can have happened."""
MAX_DAYS_AHEAD: Final = 5 * 366
"""Days ahead that a summons or a printed date may lie."""
MAX_EVENTS: Final = 100
"""Events of one case; cases in one look."""
NEVER: Final = 2**62
"""In place of a moment: nothing is waited for."""
MAX_LISTED: Final = 5
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
DEADLINES_RUNNING = _(
    "Times the law gives still run in this case ({clocks}), and nobody is told of them once it is "
    "closed. Enter what has ended them (/clock), or close it again and say why (/close how reason)."
)


class DeadlineEvent(msgspec.Struct, frozen=True, kw_only=True):
    """What is sealed of an event."""

    code: str
    day: str
    """By the calendar of the law's country, e.g. `2026-11-25`."""
    moment: int | None = None
    by: str
    strikes: int = 0
    """For `strike`: the number of the event that does not count."""


@dataclass(frozen=True, slots=True)
class DeadlineEventRow:
    """One event as it stands in the case."""

    number: int
    event: DeadlineEvent
    entered_at: int
    is_struck: bool

    @property
    def rule_input(self) -> LegalEvent:
        """Return it as rules read it."""
        it = self.event
        return LegalEvent(self.number, it.code, date.fromisoformat(it.day), it.moment)


@dataclass(frozen=True, slots=True)
class DeadlineRefusal:
    """Why nothing was entered."""

    text: Text
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DeadlineWarning:
    """A warning that was given."""

    what: str
    letter: int | None
    at: int


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(DeadlineEvent).decode
_NEW_COLUMNS = ("case_id", "sealed", "at")
_ADD = Prepared(
    lambda dialect: insert_into(dialect, clock_events).values(
        {name: bindparam(name) for name in _NEW_COLUMNS}
    ),
    *_NEW_COLUMNS,
)
_EVENTS = Prepared(
    lambda _: (
        select(clock_events.c.sealed, clock_events.c.at)
        .where(clock_events.c.case_id == bindparam("case"))
        .order_by(clock_events.c.id)
    ),
    "case",
)
_SCHEDULE_CHECK = Prepared(
    lambda dialect: (
        put := insert_into(dialect, clocks).values(
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
            IS_NOT_CLOSED,
        )
        .order_by(clocks.c.next_at)
        .limit(bindparam("most"))
    ),
    "now",
    "at",
    "most",
)
_ADD_WARNING = Prepared(
    lambda dialect: insert_into(dialect, clock_marks).values(
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
_WARNINGS = Prepared(
    lambda _: (
        select(clock_marks.c.sealed, clock_marks.c.letter, clock_marks.c.at)
        .where(clock_marks.c.case_id == bindparam("case"), clock_marks.c.at <= bindparam("now"))
        .order_by(clock_marks.c.id)
    ),
    "case",
    "now",
)
"""What a clock that was ahead has marked has not happened yet."""
_CASE_OF_LETTER = Prepared(
    lambda _: select(clock_marks.c.case_id).where(clock_marks.c.letter == bindparam("letter")),
    "letter",
)


class CaseDeadlines:
    """The law's clocks of cases, used inside units of work."""

    def __init__(self, vault: Vault, audit: AuditLog, law: DeadlineRules) -> None:
        self.vault = vault
        self._audit = audit
        self.law = law

    # --- what staff enter ----------------------------------------------------------------------

    def add_event(
        self, work: Work, case: str, code: str, typed: str, by: str, now: int
    ) -> int | DeadlineRefusal:
        """Add an event; return its number, or why it is none.

        Args:
            work: the unit of work.
            case: whose.
            code: what happened.
            typed: the day, with the hour where it is known; empty: this moment.
            by: the caseworker who says so.
            now: the moment.
        """
        kind = self.law.event_kinds.get(code)
        if kind is None:
            return DeadlineRefusal(NO_SUCH_EVENT, {"codes": ", ".join(self.law.event_kinds)})
        read = self.law.parse_time(typed) if typed.strip() else (self.law.date_of(now), now)
        if read is None:
            return DeadlineRefusal(NO_SUCH_DAY, {})
        day, moment = read
        ahead = (day - self.law.date_of(now)).days
        if day < EARLIEST or ahead > MAX_DAYS_AHEAD:
            return DeadlineRefusal(TOO_FAR, {})
        if not kind.may_be_future and (ahead > 0 or (moment or 0) > now):
            return DeadlineRefusal(NOT_YET, {})
        happening = DeadlineEvent(code=code, day=day.isoformat(), moment=moment, by=by)
        return self._add(work, case, happening, now)

    def strike_event(
        self, work: Work, case: str, number: str, by: str, now: int
    ) -> int | DeadlineRefusal:
        """Take back an event that was entered by mistake; return the number of the row that does.

        Nothing is changed: a row is added that says so.
        """
        standing = {str(row.number) for row in self.events(work, case) if not row.is_struck}
        if number not in standing:
            return DeadlineRefusal(NO_SUCH_NUMBER, {})
        day = self.law.date_of(now).isoformat()
        happening = DeadlineEvent(code=STRIKE, day=day, moment=now, by=by, strikes=int(number))
        return self._add(work, case, happening, now)

    def _add(
        self, work: Work, case: str, happening: DeadlineEvent, now: int
    ) -> int | DeadlineRefusal:
        number = len(work.rows(_EVENTS, case)) + 1
        if number > MAX_EVENTS:
            return DeadlineRefusal(TOO_MANY, {"most": str(MAX_EVENTS)})
        sealed = self.vault.seal(
            Purpose.LEGAL_DEADLINE, _event_associated_data(case, now), _encode(happening)
        )
        work.run(_ADD, case, sealed, now)
        # Until somebody has looked, in seconds, whatever was entered may be near.
        work.run(_SCHEDULE_CHECK, case, 0, now, now)
        self._audit.record(work, now, happening.by, "clock", case, str(number))
        return number

    # --- what runs -----------------------------------------------------------------------------

    def events(self, work: Work, case: str) -> list[DeadlineEventRow]:
        """Return everything that was entered in a case, as it was entered.

        Raises:
            DoesNotOpen: a row was altered, or belongs to another case.
        """
        found = [
            (
                _decode(
                    self.vault.open(
                        Purpose.LEGAL_DEADLINE, _event_associated_data(case, at), bytes(sealed)
                    )
                ),
                at,
            )
            for sealed, at in work.rows(_EVENTS, case)
        ]
        struck = {it.strikes for it, _at in found}
        return [
            DeadlineEventRow(number, it, at, number in struck or it.code == STRIKE)
            for number, (it, at) in enumerate(found, 1)
        ]

    def running(self, work: Work, case: str) -> list[Deadline]:
        """Return every clock of a case that runs, the one that ends first before the others."""
        return self.law.open_deadlines(
            row.rule_input
            for row in self.events(work, case)
            if not row.is_struck and row.event.code in self.law.event_kinds
        )

    def running_if_readable(self, work: Work, case: str) -> list[Deadline]:
        """Return what runs as far as anybody can tell: nothing, where a row was altered.

        The page of the case says so; what is done meanwhile does not wait for it.
        """
        try:
            return self.running(work, case)
        except DecryptionError:
            return []

    def upcoming(self, work: Work, case: str, now: int) -> tuple[Deadline, ...]:
        """Return those of them whose end is still to come."""
        return tuple(
            it for it in self.running_if_readable(work, case) if (it.time_left(now) or 0) > 0
        )

    def near(self, work: Work, case: str, now: int) -> list[Deadline]:
        """Return those of them that whoever looks at the queue should see."""
        return [it for it in self.running(work, case) if it.is_near(now)][:MAX_LISTED]

    # --- who was told --------------------------------------------------------------------------

    @staticmethod
    def due(work: Work, now: int) -> list[str]:
        """Return the open cases at whose clocks somebody has to look now.

        One at which we looked at a moment that has not come yet is among them: the clock was wrong.
        """
        return [str(case) for (case,) in work.rows(_DUE, now, now, MAX_EVENTS)]

    @staticmethod
    def schedule_check(work: Work, case: str, at: int, now: int, soon: int | None = None) -> None:
        """Write down when somebody has to look again.

        Args:
            work: the unit of work.
            case: whose clocks.
            at: when.
            now: the moment of this look.
            soon: when the nearest clock runs out that whoever looks at the queue should see.
        """
        work.run(_SCHEDULE_CHECK, case, at, now, soon)

    def add_warning(
        self, work: Work, case: str, what: str, letter: int | None, now: int
    ) -> DeadlineWarning:
        """Write down that a warning was given, and return it."""
        sealed = self.vault.seal(
            Purpose.LEGAL_DEADLINE, _warning_associated_data(case, now), what.encode()
        )
        work.run(_ADD_WARNING, case, sealed, letter, now)
        return DeadlineWarning(what, letter, now)

    def warnings(self, work: Work, case: str, now: int) -> list[DeadlineWarning]:
        """Return the warnings that were given in a case."""
        return [
            DeadlineWarning(
                self.vault.open(
                    Purpose.LEGAL_DEADLINE, _warning_associated_data(case, at), bytes(it)
                ).decode(),
                letter,
                at,
            )
            for it, letter, at in work.rows(_WARNINGS, case, now)
        ]

    @staticmethod
    def case_of_letter(work: Work, letter: int) -> str:
        """Return the case whose warning a letter carries; empty for none."""
        found = work.rows(_CASE_OF_LETTER, letter)
        return str(found[0][0]) if found else ""


def deadline_text(deadline: Deadline, now: int) -> tuple[Text, dict[str, str]]:
    """Return how a clock stands, as staff read it, and its blanks: `help may end in 19 h (...)`."""
    clock, left = deadline.rule, deadline.time_left(now)
    told = str(deadline.times) if left is None else format_span(abs(left))
    text = clock.overdue_text if left is not None and left < 0 else clock.soon_text
    return text, {"left": told, "ago": told}


def deadline_line(deadline: Deadline, words: Catalogue, now: int) -> str:
    """Return how a clock stands in one language."""
    text, values = deadline_text(deadline, now)
    return text.render(words, values)


def deadlines_line(running: Iterable[Deadline], words: Catalogue, now: int) -> str:
    """Return clocks in a line, each behind its last day: `2026-12-08: the time to object ...`."""
    return "; ".join(f"{it.last_day}: {deadline_line(it, words, now)}" for it in running)


def format_span(span: int) -> str:
    """Return a span in its largest whole unit: 19 h may be nearly 20, and never less."""
    if span >= 3 * DAY:
        return f"{span // DAY} d"
    return f"{span // HOUR} h" if span >= HOUR else f"{span // MINUTE} min"


def _event_associated_data(case: str, at: int) -> bytes:
    return f"{case}/clock/{at}".encode()


def _warning_associated_data(case: str, at: int) -> bytes:
    return f"{case}/clock_mark/{at}".encode()
