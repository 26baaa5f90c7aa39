"""What is counted when a month is frozen: from counters, and from the clear columns of cases.

A source returns figures of one month. Others can be added: each is given to `FigureMonths`.

Codes of a row come from fixed lists, never from what occurred: a row that appears only when someone
is in it would say that someone is. What is in no list counts as `OTHER`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import bindparam

from bot.cases.consents import CONSENT_COLUMNS, ConsentKind, ConsentRecords
from bot.cases.offices import OfficePlan
from bot.cases.routing import Queue
from bot.errors import DecryptionError
from bot.hotline.commands.texts import DISPOSITIONS
from bot.hotline.figures.counters import (
    ANSWERS,
    ANSWERS_IN_TIME,
    HOUR_BANDS,
    TOTAL,
)
from bot.hotline.figures.model import Count, Figure, FigureTable
from bot.hotline.figures.session_counts import NO_QUESTION, SENT, SESSIONS
from bot.hotline.referrals.model import RecipientReply
from bot.languages import LANGUAGES
from bot.store.statements import select_by, select_in
from bot.store.tables.case_extras import agreements, clock_events
from bot.store.tables.main import CASE_IS_CLOSED, cases, referrals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from bot.hotline.deadlines import CaseDeadlines
    from bot.hotline.figures.counters import CountKey
    from bot.places.deadlines import LegalEvent
    from bot.store.writer import Work

OTHER, OFFICE = "other", "office"
KINDS = ("danger", "report", "request", "talk", "story")
"""Kinds of reports that open a case."""
NO_REPLY = "none"
"""The recipient of a referral has not answered yet."""
MILESTONES = ("identified", "returned")
"""Legal events that happen to a person once."""
QUEUES = tuple(it.value for it in Queue)


@dataclass(frozen=True, slots=True)
class CountedMonth:
    """One month, and what its counters hold."""

    month: int
    since: int
    until: int
    """Microseconds; the first moment that is not in it."""
    counts: Mapping[CountKey, int]


class MonthSource(Protocol):
    """Counts something of a month."""

    def count(self, work: Work, span: CountedMonth) -> Iterable[Figure]:
        """Return its figures."""


@dataclass(frozen=True, slots=True)
class SessionSource:
    """How many wrote, in which language, and where they left the conversation."""

    steps: Sequence[str]
    """`flow.step` of every question, in the order of the flows."""

    def count(self, _work: Work, span: CountedMonth) -> Iterable[Figure]:
        """Return the sessions that began."""
        total = max(span.counts.get((SESSIONS, TOTAL, ""), 0), 0)
        codes = {"language": (*LANGUAGES, OTHER), "step": (*self.steps, SENT, NO_QUESTION, OTHER)}
        tables = [
            _balanced(it, total)
            for it in (_counter_table(span, SESSIONS, *each) for each in codes.items())
        ]
        return [Figure(SESSIONS, Count(total), tuple(tables))]


class AnswerSource:
    """First answers of caseworkers, and how many of them were in time."""

    @staticmethod
    def count(_work: Work, span: CountedMonth) -> Iterable[Figure]:
        """Return the first answers that were given."""
        codes = {"language": (*LANGUAGES, OTHER), "queue": (*QUEUES, OTHER), "hour": HOUR_BANDS}
        given = [_counter_table(span, ANSWERS, *each) for each in codes.items()]
        in_time = [_counter_table(span, ANSWERS_IN_TIME, *each) for each in codes.items()]
        tables = [_with_part(*each) for each in zip(given, in_time, strict=True)]
        total = Count(span.counts.get((ANSWERS, TOTAL, ""), 0))
        part = span.counts.get((ANSWERS_IN_TIME, TOTAL, ""), 0)
        return [Figure(ANSWERS, Count(total.number, part), tuple(tables))]


_OPENED = select_by(
    cases, "kind", "language", "queue", "office",
    by=(cases.c.opened_at >= bindparam("since"), cases.c.opened_at < bindparam("until")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CaseSource:
    """How many reported: cases that were opened, whether they are closed by now or not."""

    offices: Callable[[Work], OfficePlan] = lambda _work: OfficePlan()

    def count(self, work: Work, span: CountedMonth) -> Iterable[Figure]:
        """Return the cases that were opened; by office, if there are any."""
        rows = work.rows(_OPENED, span.since, span.until)
        codes = {"kind": KINDS, "language": tuple(LANGUAGES), "queue": QUEUES}
        if offices := tuple(it.id for it in self.offices(work)):
            codes[OFFICE] = offices
        tables = [
            code_table(name, (*listed, OTHER), Counter(row[place] for row in rows))
            for place, (name, listed) in enumerate(codes.items())
        ]
        return [Figure("cases", Count(len(rows)), tuple(tables))]


_CLOSED = select_by(
    cases, "id", "disposition",
    by=(
        CASE_IS_CLOSED, cases.c.closed_at >= bindparam("since"),
        cases.c.closed_at < bindparam("until"),
    ),
)  # fmt: skip
_REFERRED = select_by(
    referrals, "case_id", "reply",
    by=(referrals.c.sent_at >= bindparam("since"), referrals.c.sent_at < bindparam("until")),
)  # fmt: skip
_EVENTS = select_by(
    clock_events, "case_id",
    by=(clock_events.c.at >= bindparam("since"), clock_events.c.at < bindparam("until")),
)  # fmt: skip
_AGREEMENTS = select_in(
    agreements, "case_id", *CONSENT_COLUMNS, among="case_id",
    by=agreements.c.kind == ConsentKind.STATISTICS.value,
)  # fmt: skip


def agreed_cases(work: Work, consents: ConsentRecords, listed: Iterable[str]) -> frozenset[str]:
    """Return those of some cases whose person agrees now that they are counted."""
    newest: dict[str, Sequence[object]] = {}
    for case, *row in work.rows_in(_AGREEMENTS, list(dict.fromkeys(listed))):
        if case not in newest or row[0] > newest[case][0]:
            newest[case] = row
    return frozenset(case for case, row in newest.items() if consents.from_row(case, row).is_active)


@dataclass(frozen=True, slots=True)
class OutcomeSource:
    """How cases ended and were referred, of people who agreed to be counted."""

    consents: ConsentRecords

    def count(self, work: Work, span: CountedMonth) -> Iterable[Figure]:
        """Return cases that were closed, and referrals that were sent."""
        closed = work.rows(_CLOSED, span.since, span.until)
        sent = work.rows(_REFERRED, span.since, span.until)
        agreed = agreed_cases(work, self.consents, (case for case, _ in (*closed, *sent)))
        endings = Counter(code for case, code in closed if case in agreed)
        replies = Counter(code or NO_REPLY for case, code in sent if case in agreed)
        listed = (*(it.value for it in RecipientReply), NO_REPLY)
        return [
            one_table("outcomes", "outcome", (*DISPOSITIONS, OTHER), endings),
            one_table("referrals", "reply", (*listed, OTHER), replies),
        ]


def _new_codes(entered: Iterable[tuple[LegalEvent, bool]]) -> frozenset[str]:
    """Return the codes of a month's events, each with whether it is of the month."""
    listed = list(entered)
    earlier = {it.code for it, is_new in listed if not is_new and it.code in MILESTONES}
    return frozenset(it.code for it, is_new in listed if is_new and it.code not in earlier)


@dataclass(frozen=True, slots=True)
class LegalSource:
    """Legal events and deadlines, of people who agreed to be counted."""

    consents: ConsentRecords
    deadlines: CaseDeadlines

    def count(self, work: Work, span: CountedMonth) -> Iterable[Figure]:
        """Return in how many cases each event was entered, and how many deadlines were kept.

        What is true of a person once (`MILESTONES`) is counted where it was entered first, and has
        a figure of its own, which is equal to its row: so the two of them say no more than one.
        """
        touched = [str(case) for (case,) in work.rows(_EVENTS, span.since, span.until)]
        seen: Counter[str] = Counter()
        ended: Counter[str] = Counter()
        kept: Counter[str] = Counter()
        for case in sorted(agreed_cases(work, self.consents, touched)):
            entered = self._entered(work, case, span)
            seen.update(_new_codes(entered))
            for code, is_kept in self._ended(entered):
                ended[code] += 1
                kept[code] += is_kept
        law = self.deadlines.law
        events = code_table("event", tuple(law.event_kinds), seen)
        rules = {it.code: Count(ended[it.code], kept[it.code]) for it in law.rules}
        return [
            *(Figure(it, Count(seen[it])) for it in MILESTONES if it in law.event_kinds),
            Figure("law", None, (events,)),
            Figure("deadlines", Count(ended.total(), kept.total()), (FigureTable("rule", rules),)),
        ]

    def _entered(self, work: Work, case: str, span: CountedMonth) -> list[tuple[LegalEvent, bool]]:
        """Return the events of a case until the end of the month, each with whether it is of it."""
        try:
            rows = self.deadlines.events(work, case)
        except DecryptionError:  # altered; the page of the case says so
            return []
        return [
            (it.rule_input, it.entered_at >= span.since)
            for it in rows
            if not it.is_struck
            and it.entered_at < span.until
            and it.event.code in self.deadlines.law.event_kinds
        ]

    def _ended(self, entered: Sequence[tuple[LegalEvent, bool]]) -> Iterable[tuple[str, bool]]:
        """Yield the rule of every deadline that an event of the month ended, and if it was kept."""
        law, events = self.deadlines.law, [it for it, _ in entered]
        for place, (event, is_new) in enumerate(entered):
            if not is_new:
                continue
            after = {
                (it.rule.code, it.start.number) for it in law.open_deadlines(events[: place + 1])
            }
            for it in law.open_deadlines(events[:place]):
                is_over = event.code in it.rule.ended_by
                if is_over and it.ends_at and (it.rule.code, it.start.number) not in after:
                    yield it.rule.code, event.time(law.zone) < it.ends_at


def one_table(name: str, dimension: str, codes: Sequence[str], found: Counter[str]) -> Figure:
    """Return a figure with one table, whose rows have its sum."""
    return Figure(name, Count(found.total()), (code_table(dimension, codes, found),))


def code_table(dimension: str, codes: Sequence[str], found: Mapping[str, int]) -> FigureTable:
    """Return a table with a row for every code; what has none counts as the last one."""
    rows = {code: found.get(code, 0) for code in codes}
    rows[codes[-1]] += sum(number for code, number in found.items() if code not in rows)
    return FigureTable(dimension, {code: Count(number) for code, number in rows.items()})


def _counter_table(
    span: CountedMonth, figure: str, dimension: str, codes: Sequence[str]
) -> FigureTable:
    found = {
        code: times
        for (name, by, code), times in span.counts.items()
        if (name, by) == (figure, dimension)
    }
    return code_table(dimension, codes, found)


def _with_part(given: FigureTable, parts: FigureTable) -> FigureTable:
    rows = {code: Count(it.number, parts.rows[code].number) for code, it in given.rows.items()}
    return FigureTable(given.dimension, rows)


def _balanced(table: FigureTable, total: int) -> FigureTable:
    """Return a table without negative rows whose rows have this sum.

    A session that crosses the end of a month lowers a row of the next one. What is too much then
    is taken from the largest row.
    """
    rows = {code: max(it.number, 0) for code, it in table.rows.items()}
    largest = max(rows, key=lambda code: rows[code])
    rows[largest] += total - sum(rows.values())
    return FigureTable(table.dimension, {code: Count(number) for code, number in rows.items()})
