"""Rich tables: the queue, and one opened case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text as Line

from bot.cases.assessment import (
    AUTHORITIES_HEADING,
    DUTIES_HEADING,
    INDICATORS_HEADING,
    NO_FINDING,
    UNKNOWN_TOPIC,
    VOCABULARIES,
    Assessment,
)
from bot.cases.consents import CONSENT_HEADING as AGREEMENTS
from bot.cases.queries import FILES_HEADING, REASONS_HEADING, REPORT_KIND_NAMES
from bot.cases.routing import queue_name
from bot.text import Text as Phrase

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from bot.cases.queries import CaseDetails, QueuedCase, ServiceNotice
    from bot.text import Catalogue

DESK_BARRED = "desk_barred"
STYLES = ("bold red", "red", "yellow", "default", "dim")
"""By priority, the most urgent first; the level is also written in the row."""
COLUMNS = {"level": 2, "number": 6, "queue": 11, "state": 10, "answer": 6, "waits": 5, "kind": 8,
           "language": 7, "county": 6}  # fmt: skip
SIGN_IN_HINT = "What was sent is encrypted; a caseworker who may read it signs in with --as ID."


def queue_table(waiting: list[QueuedCase], now: datetime) -> Table:
    """Return the queue as a table: who waits, when a reply is due, who holds the case."""
    waits = sum(case.holder is None for case in waiting)
    held = f", held: {len(waiting) - waits}" if waits < len(waiting) else ""
    table = Table(
        title=f"Waiting: {waits}{held}", title_justify="left", expand=False, box=SIMPLE_HEAD,
        padding=(0, 0, 0, 0), show_edge=False,
    )  # fmt: skip
    for heading, longest_word in COLUMNS.items():
        table.add_column(heading, min_width=longest_word)
    for case in waiting:
        status = f"{case.status}: {case.holder}".replace("_", " ") if case.holder else case.status
        # First: staff must not write to a person whose phone is in other hands.
        status = f"compromised, {status}" if case.compromised else status
        waits_for = format_duration(int((now - case.waiting_since).total_seconds()))
        table.add_row(
            f"P{case.priority}", case.reference, queue_name(case.queue).source, status,
            _reply_due(case.due_at, now), waits_for, _kind_name(case.kind).source, case.language,
            case.county or "-", style=STYLES[case.priority],
        )  # fmt: skip
    return table


def _reply_due(due_at: datetime | None, now: datetime) -> str:
    if due_at is None:
        return "given"
    left = int((due_at - now).total_seconds())
    return f"due in {format_duration(left)}" if left > 0 else f"late {format_duration(-left)}"


def case_view(opened: CaseDetails, staff: Catalogue, zone: ZoneInfo) -> Group:
    """Return a case: why it is urgent, what was sent, files, consents, authorities, indicators."""
    case = opened.case
    head = Line(f"P{case.priority}  {case.reference}  {case.language}  {case.county or '-'}")
    head.stylize(STYLES[case.priority])
    parts: list[Line | Table] = [head]
    if not opened.is_decrypted:
        parts.append(Line(f"\n{SIGN_IN_HINT}"))
    if opened.reasons:
        parts.append(_heading(REASONS_HEADING, staff))
        parts += [Line(f"  {reason}") for reason in opened.reasons]
    for report in opened.reports:
        name, sent_at = _kind_name(report.kind).render(staff), _local_time(report.sent_at, zone)
        parts.append(Line(f"\n{name}  {sent_at}", style="bold"))
        table = Table(box=None, show_header=False, padding=(0, 2))
        for answer in report.answers:
            table.add_row(Line(answer.question, style="dim"), Line(answer.answer))
        parts.append(table)
    if opened.files:
        parts.append(_heading(FILES_HEADING, staff))
        parts += [
            Line(f"  {it.kind}  {it.name or '-'}  {it.state}  {it.size}") for it in opened.files
        ]
    if opened.consents:
        parts.append(_heading(AGREEMENTS, staff))
        parts += [
            Line(f"  {it.text}  {_local_time(it.at, zone)}  {it.language}")
            for it in opened.consents
        ]
    found = opened.assessment
    return Group(*parts, *_authority_lines(found, staff), *_indicator_lines(found, staff))


def _heading(text: Phrase, staff: Catalogue) -> Line:
    return Line(f"\n{text.render(staff)}", style="bold")


def _authority_lines(assessment: Assessment, staff: Catalogue) -> Iterator[Line | Padding]:
    if assessment.authorities:
        yield _heading(AUTHORITIES_HEADING, staff)
    for authority in assessment.authorities:
        yield _indented(authority.name)
        yield _indented(authority.task, 4)
        yield _indented(authority.condition, 4)
        yield from _article_lines(authority.articles)
    if assessment.duties:
        yield _heading(DUTIES_HEADING, staff)
        yield _indented(assessment.duties[0].condition)
    for duty in assessment.duties:
        yield _indented(duty.text)
        yield from _article_lines(duty.articles)


def _indicator_lines(assessment: Assessment, staff: Catalogue) -> Iterator[Line | Padding]:
    if not assessment.indicators and not assessment.unknown_topics:
        return
    yield _heading(INDICATORS_HEADING, staff)
    yield _indented(NO_FINDING.render(staff), style="dim")
    if assessment.indicators:
        table = Table(box=None, padding=(0, 1))
        for heading in ("", *(name.render(staff) for name in VOCABULARIES)):
            table.add_column(heading, overflow="fold")
        for indicator in assessment.indicators:
            codes = "\n".join(indicator.htcds).replace("=", "=\n  ").replace(", ", ",\n")
            act = "\n".join(indicator.act)
            table.add_row(*map(Line, (indicator.text, indicator.ilo, act, codes)))
        yield Padding(table, (0, 0, 0, 1))
    for what in assessment.unknown_topics:
        yield _indented(UNKNOWN_TOPIC.render(staff, {"what": what}))


def _article_lines(articles: tuple[str, ...]) -> Iterator[Padding]:
    return (_indented(article, 4, style="dim") for article in articles)


def _indented(words: str, by: int = 2, style: str = "") -> Padding:
    """Return text that stays indented where a line breaks."""
    return Padding(Line(words, style=style), (0, 0, 0, by))


def notice_line(notice: ServiceNotice, zone: ZoneInfo) -> Line:
    """Return what staff must know about a time in which something did not work."""
    since, until = _local_time(notice.since, zone), _local_time(notice.until, zone)
    if notice.kind != DESK_BARRED:
        text = (
            f"Haven was away for more than 24 hours: what people wrote between {since} and {until} "
            "may never have arrived."
        )
    elif notice.until == notice.since:
        text = (
            f"Since {since} the bot may not write in the caseworkers' group, or may not manage "
            "topics there; the queue goes on."
        )
    else:
        text = (
            f"Between {since} and {until} the bot could not write in the caseworkers' group; what "
            "waited was shown then."
        )
    return Line(text, style="bold red")


def _local_time(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _kind_name(kind: str) -> Phrase:
    return REPORT_KIND_NAMES.get(kind) or Phrase(kind)


def format_duration(seconds: int) -> str:
    """Return a duration like `2 h 5 min`."""
    hours, minutes = divmod(max(seconds, 0) // 60, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
