"""Legal deadlines of cases: the events that staff enter, and the deadlines that run from them.

Events are sealed and never changed; a mistake is struck out by another row. The bot has to know
when a deadline ends while no caseworker is signed in, so events are sealed for the bot, not for the
case's team. The audit log names the row, not its content.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from gettext import NullTranslations
from typing import TYPE_CHECKING, Final

import msgspec
from sqlalchemy import bindparam, or_

from bot.clock import DAY, HOUR, MINUTE
from bot.errors import DecryptionError
from bot.hotline.queue.case_status import IS_NOT_CLOSED
from bot.places.deadlines import Deadline, DeadlineRules, LegalEvent
from bot.store import Work, insert, select_by, select_one, upsert
from bot.store.tables.case_extras import clock_events, clock_marks, clocks
from bot.store.tables.main import cases
from bot.text import Catalogue, Text, _
from bot.vault import AuditLog, Purpose, Vault

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


CONTACT: Final = "contact"
"""The event that a message of the person may be, if staff say so."""
STRIKE: Final = "strike"
"""The event that strikes out another one as a mistake."""
EARLIEST: Final = date(2009, 6, 1)
"""The day of the first law: no event can be earlier."""
MAX_DAYS_AHEAD: Final = 5 * 366
"""How far ahead a summons or a printed date may be."""
MAX_EVENTS: Final = 100
"""Events of one case; cases in one check."""
NEVER: Final = 2**62
"""In place of a moment: no check is needed."""
MAX_LISTED: Final = 5
"""Deadlines that a card shows."""
MINUTES, HOURS, DAYS = _("{n} min"), _("{n} h"), _("{n} d")
IN_ENGLISH: Final = NullTranslations()
"""For events, which are told in more than one language."""

NO_SUCH_EVENT = _("Say what happened: {codes}.")
NO_SUCH_DAY = _("Say when, as 2026-11-25 or 2026-11-25 14:30.")
NOT_YET = _("That day has not come yet: enter it once it has happened.")
TOO_FAR = _("That day is too far away to be true.")
NO_SUCH_NUMBER = _("There is no event with that number that counts.")
TOO_MANY = _("A case has at most {most} events.")
ALTERED = _(
    "The events for the legal deadlines of this case were altered and cannot be read. There are no "
    "reminders: check each deadline yourselves."
)
# Translators: {clocks} e.g. 2026-12-08: the time to object ends in 18 d.
DEADLINES_RUNNING = _(
    "Legal deadlines still run in this case ({clocks}), and there are no reminders once it is "
    "closed. Record what has ended them, or close it again and say why."
)


class DeadlineEvent(msgspec.Struct, frozen=True, kw_only=True):
    """The sealed part of an event."""

    code: str
    day: str
    """In the time zone of the law, e.g. `2026-11-25`."""
    moment: int | None = None
    by: str
    strikes: int = 0
    """For `strike`: the number of the event that no longer counts."""


@dataclass(frozen=True, slots=True)
class DeadlineEventRow:
    """One event of a case."""

    number: int
    event: DeadlineEvent
    entered_at: int
    is_struck: bool

    @property
    def rule_input(self) -> LegalEvent:
        """Return the event as the rules read it."""
        it = self.event
        return LegalEvent(self.number, it.code, date.fromisoformat(it.day), it.moment)


@dataclass(frozen=True, slots=True)
class DeadlineRefusal:
    """Why an event was not entered."""

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
_ADD = insert(clock_events, *_NEW_COLUMNS)
_EVENTS = select_by(clock_events, "sealed", "at", by="case_id", order_by="id")
_SCHEDULE_CHECK = upsert(clocks, "case_id", "next_at", "looked_at", "soon_at", key="case_id")
_IS_DUE = or_(clocks.c.next_at <= bindparam("now"), clocks.c.looked_at > bindparam("at"))
_DUE = select_by(
    clocks.join(cases, cases.c.id == clocks.c.case_id), clocks.c.case_id,
    by=(_IS_DUE, IS_NOT_CLOSED), order_by=clocks.c.next_at, limit=bindparam("most"),
)  # fmt: skip
_ADD_WARNING = insert(clock_marks, "case_id", "sealed", "letter", "at")
_WARNINGS = select_by(
    clock_marks, "sealed", "letter", "at", by=("case_id", clock_marks.c.at <= bindparam("now")),
    order_by="id",
)  # fmt: skip
"""Only warnings until now: a clock that was ahead may have dated some in the future."""
_CASE_OF_LETTER = select_one(clock_marks, "case_id", by="letter")


class CaseDeadlines:
    """The legal deadlines of cases, used inside units of work."""

    def __init__(self, vault: Vault, audit: AuditLog, law: DeadlineRules) -> None:
        self.vault = vault
        self._audit = audit
        self.law = law

    def add_event(
        self, work: Work, case: str, code: str, typed: str, by: str, now: int
    ) -> int | DeadlineRefusal:
        """Add an event; return its number, or why it was refused.

        `typed` is the day, with the hour where it is known; empty means now.
        """
        kind = self.law.typed_kinds.get(code)
        if kind is None:
            return DeadlineRefusal(NO_SUCH_EVENT, {"codes": ", ".join(self.law.typed_kinds)})
        parsed = self.law.parse_time(typed) if typed.strip() else (self.law.date_of(now), now)
        if parsed is None:
            return DeadlineRefusal(NO_SUCH_DAY, {})
        day, moment = parsed
        ahead = (day - self.law.date_of(now)).days
        if day < EARLIEST or ahead > MAX_DAYS_AHEAD:
            return DeadlineRefusal(TOO_FAR, {})
        if not kind.may_be_future and (ahead > 0 or (moment or 0) > now):
            return DeadlineRefusal(NOT_YET, {})
        event = DeadlineEvent(code=code, day=day.isoformat(), moment=moment, by=by)
        return self._add(work, case, event, now)

    def add_now(self, work: Work, case: str, code: str, by: str, now: int) -> int | DeadlineRefusal:
        """Add an event that happens now and that no one enters by hand; return its number."""
        day = self.law.date_of(now).isoformat()
        return self._add(work, case, DeadlineEvent(code=code, day=day, moment=now, by=by), now)

    def standing(self, work: Work, case: str) -> list[DeadlineEvent]:
        """Return the events of a case that count, in the order in which they were entered.

        Raises:
            DecryptionError: a row was altered, or belongs to another case.
        """
        return [row.event for row in self.events(work, case) if not row.is_struck]

    def strike_event(
        self, work: Work, case: str, number: str, by: str, now: int
    ) -> int | DeadlineRefusal:
        """Strike out an event by adding a row; return the number of that row."""
        standing = {
            str(row.number)
            for row in self.events(work, case)
            if not row.is_struck and row.event.code in self.law.typed_kinds
        }
        if number not in standing:
            return DeadlineRefusal(NO_SUCH_NUMBER, {})
        day = self.law.date_of(now).isoformat()
        event = DeadlineEvent(code=STRIKE, day=day, moment=now, by=by, strikes=int(number))
        return self._add(work, case, event, now)

    def _add(self, work: Work, case: str, event: DeadlineEvent, now: int) -> int | DeadlineRefusal:
        number = len(work.rows(_EVENTS, case)) + 1
        if number > MAX_EVENTS:
            return DeadlineRefusal(TOO_MANY, {"most": str(MAX_EVENTS)})
        work.run(_ADD, case, self._seal(f"{case}/clock/{now}", _encode(event)), now)
        # Until the next check, in seconds, the event may have a deadline that is near.
        work.run(_SCHEDULE_CHECK, case, 0, now, now)
        self._audit.record(work, now, event.by, "clock", case, str(number))
        return number

    def events(self, work: Work, case: str) -> list[DeadlineEventRow]:
        """Return all events of a case, in the order in which they were entered.

        Raises:
            DecryptionError: a row was altered, or belongs to another case.
        """
        events = [
            (_decode(self._open(f"{case}/clock/{at}", sealed)), at)
            for sealed, at in work.rows(_EVENTS, case)
        ]
        struck = {it.strikes for it, _at in events}
        return [
            DeadlineEventRow(number, it, at, number in struck or it.code == STRIKE)
            for number, (it, at) in enumerate(events, 1)
        ]

    def _seal(self, data: str, plain: bytes) -> bytes:
        return self.vault.seal(Purpose.LEGAL_DEADLINE, data.encode(), plain)

    def _open(self, data: str, sealed: bytes) -> bytes:
        return self.vault.open(Purpose.LEGAL_DEADLINE, data.encode(), bytes(sealed))

    def running(self, work: Work, case: str) -> list[Deadline]:
        """Return the running deadlines of a case, the one that ends first at the top."""
        return self.law.open_deadlines(
            row.rule_input
            for row in self.events(work, case)
            if not row.is_struck and row.event.code in self.law.event_kinds
        )

    def running_if_readable(self, work: Work, case: str) -> list[Deadline]:
        """Return the running deadlines; none where a row was altered, which the case page shows."""
        try:
            return self.running(work, case)
        except DecryptionError:
            return []

    def upcoming(self, work: Work, case: str, now: int) -> tuple[Deadline, ...]:
        """Return the running deadlines that have not ended, and every open duty to report."""
        running = self.running_if_readable(work, case)
        return tuple(it for it in running if it.is_duty or (it.time_left(now) or 0) > 0)

    def near(self, work: Work, case: str, now: int) -> list[Deadline]:
        """Return the running deadlines that are near enough for the queue to show."""
        return [it for it in self.running(work, case) if it.is_near(now)][:MAX_LISTED]

    @staticmethod
    def due(work: Work, now: int) -> list[str]:
        """Return the open cases whose deadlines have to be checked now.

        A case whose last check lies in the future is one of them: the clock was wrong.
        """
        return [str(case) for (case,) in work.rows(_DUE, now, now, MAX_EVENTS)]

    @staticmethod
    def schedule_check(work: Work, case: str, at: int, now: int, soon: int | None = None) -> None:
        """Store when a case has to be checked again.

        `soon` is when the nearest deadline ends that the queue shows.
        """
        work.run(_SCHEDULE_CHECK, case, at, now, soon)

    def add_warning(
        self, work: Work, case: str, what: str, letter: int | None, now: int
    ) -> DeadlineWarning:
        """Store that a warning was given, and return it."""
        sealed = self._seal(f"{case}/clock_mark/{now}", what.encode())
        work.run(_ADD_WARNING, case, sealed, letter, now)
        return DeadlineWarning(what, letter, now)

    def warnings(self, work: Work, case: str, now: int) -> list[DeadlineWarning]:
        """Return the warnings that were given in a case."""
        return [
            DeadlineWarning(self._open(f"{case}/clock_mark/{at}", sealed).decode(), letter, at)
            for sealed, letter, at in work.rows(_WARNINGS, case, now)
        ]

    @staticmethod
    def case_of_letter(work: Work, letter: int) -> str:
        """Return the case whose warning a letter carries; empty for none."""
        found = work.rows(_CASE_OF_LETTER, letter)
        return str(found[0][0]) if found else ""


def deadline_text(
    deadline: Deadline, now: int, words: Catalogue = IN_ENGLISH
) -> tuple[Text, dict[str, str]]:
    """Return a deadline as staff read it, and its blanks: `help may end in 19 h (...)`."""
    rule, left = deadline.rule, deadline.time_left(now)
    span = str(deadline.times) if left is None else format_span(abs(left), words)
    text = rule.overdue_text if left is not None and left < 0 else rule.soon_text
    return text, {"left": span, "ago": span}


def deadline_line(deadline: Deadline, words: Catalogue, now: int) -> str:
    """Return a deadline in one language."""
    text, values = deadline_text(deadline, now, words)
    return text.render(words, values)


def deadlines_line(running: Iterable[Deadline], words: Catalogue, now: int) -> str:
    """Return deadlines in a line, each after its last day: `2026-12-08: the time to object ...`."""
    return "; ".join(f"{it.last_day}: {deadline_line(it, words, now)}" for it in running)


def format_span(span: int, words: Catalogue) -> str:
    """Return a span (microseconds) in its largest whole unit, rounded down, in one language."""
    if span >= 3 * DAY:
        return DAYS.render(words, {"n": str(span // DAY)})
    text, unit = (HOURS, HOUR) if span >= HOUR else (MINUTES, MINUTE)
    return text.render(words, {"n": str(span // unit)})
