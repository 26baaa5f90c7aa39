"""The queue, and one opened case, for people at a terminal."""

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
)
from bot.cases.consents import CONSENT_HEADING as AGREEMENTS
from bot.cases.queries import FILES_HEADING, REASONS_HEADING, REPORT_KIND_NAMES
from bot.cases.routing import queue_name
from bot.text import Text as Phrase

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from bot.cases.assessment import Assessment
    from bot.cases.queries import CaseDetails, QueuedCase, ServiceNotice
    from bot.text import Catalogue

DESK_BARRED = "desk_barred"
"""The notice of a group that does not let the bot in."""
STYLES = ("bold red", "red", "yellow", "default", "dim")
"""By priority, the most urgent first; the level stands in words beside it."""

COLUMNS = {"level": 2, "number": 6, "queue": 11, "state": 10, "answer": 6, "waits": 5, "kind": 8,
           "language": 7, "county": 6}  # fmt: skip
"""Of the queue, with the longest word each has to hold whole."""


def queue_table(waiting: list[QueuedCase], now: datetime) -> Table:
    """Return the queue as a table: who waits, what was promised, and who answers."""
    waits = sum(case.holder is None for case in waiting)
    held = f", held: {len(waiting) - waits}" if waits < len(waiting) else ""
    table = Table(
        title=f"Waiting: {waits}{held}", title_justify="left", expand=False, box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
    )  # fmt: skip
    for heading, longest_word in COLUMNS.items():
        table.add_column(heading, min_width=longest_word)
    for case in waiting:
        table.add_row(
            f"P{case.priority}",
            case.reference,
            queue_name(case.queue).source,
            _status_text(case),
            format_reply_due(case.due_at, now),
            format_duration(int((now - case.waiting_since).total_seconds())),
            kind_name(case.kind).source,
            case.language,
            case.county or "-",
            style=STYLES[case.priority],
        )
    return table


def _status_text(case: QueuedCase) -> str:
    """Return how a case stands; before anything else, that nobody may write to its person."""
    told = f"{case.status}: {case.holder}".replace("_", " ") if case.holder else case.status
    return f"compromised, {told}" if case.compromised else told


def format_reply_due(due_at: datetime | None, now: datetime) -> str:
    """Return how a promise stands, e.g. `due in 12 min`."""
    if due_at is None:
        return "given"
    left = int((due_at - now).total_seconds())
    return f"due in {format_duration(left)}" if left > 0 else f"late {format_duration(-left)}"


SIGN_IN_HINT = "What was sent is sealed; whoever may read it signs in with --as ID."


def case_view(opened: CaseDetails, staff: Catalogue, zone: ZoneInfo) -> Group:
    """Return an opened case: why it is urgent, what was sent, which files, what the law says."""
    case = opened.case
    head = Line(f"P{case.priority}  {case.reference}  {case.language}  {case.county or '-'}")
    head.stylize(STYLES[case.priority])
    parts: list[Line | Table] = [head]
    if not opened.is_decrypted:
        parts.append(Line(f"\n{SIGN_IN_HINT}"))
    if opened.reasons:
        parts.append(Line(f"\n{REASONS_HEADING.render(staff)}", style="bold"))
        parts += [Line(f"  {reason}") for reason in opened.reasons]
    for received in opened.reports:
        moment = received.sent_at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
        parts.append(Line(f"\n{kind_name(received.kind).render(staff)}  {moment}", style="bold"))
        table = Table(box=None, show_header=False, padding=(0, 2))
        for told in received.answers:
            table.add_row(Line(told.question, style="dim"), Line(told.answer))
        parts.append(table)
    if opened.files:
        parts.append(Line(f"\n{FILES_HEADING.render(staff)}", style="bold"))
        parts += [
            Line(f"  {file.kind}  {file.name or '-'}  {file.state}  {file.size}")
            for file in opened.files
        ]
    if opened.consents:
        parts.append(Line(f"\n{AGREEMENTS.render(staff)}", style="bold"))
        parts += [
            Line(f"  {it.text}  {it.at.astimezone(zone).strftime('%Y-%m-%d %H:%M')}  {it.language}")
            for it in opened.consents
        ]
    return Group(
        *parts, *_law_lines(opened.assessment, staff), *_indicator_lines(opened.assessment, staff)
    )


def _law_lines(grounds: Assessment, staff: Catalogue) -> Iterator[Line | Padding]:
    """Yield the bodies the law can mean, then what it asks where someone is under 18."""
    if grounds.authorities:
        yield Line(f"\n{AUTHORITIES_HEADING.render(staff)}", style="bold")
    for body in grounds.authorities:
        yield _indented(body.name)
        yield _indented(body.task, 4)
        yield _indented(body.condition, 4)
        yield from _article_lines(body.articles)
    if grounds.duties:
        yield Line(f"\n{DUTIES_HEADING.render(staff)}", style="bold")
        yield _indented(grounds.duties[0].condition)
    for duty in grounds.duties:
        yield _indented(duty.text)
        yield from _article_lines(duty.articles)


def _indicator_lines(grounds: Assessment, staff: Catalogue) -> Iterator[Line | Padding]:
    """Yield what was said beside its name in three vocabularies, and what is not known."""
    if not grounds.indicators and not grounds.unknown_topics:
        return
    yield Line(f"\n{INDICATORS_HEADING.render(staff)}", style="bold")
    yield _indented(NO_FINDING.render(staff), style="dim")
    if grounds.indicators:
        table = Table(box=None, padding=(0, 1))
        for heading in ("", *(it.render(staff) for it in VOCABULARIES)):
            table.add_column(heading, overflow="fold")
        for sign in grounds.indicators:
            codes = "\n".join(sign.htcds).replace("=", "=\n  ").replace(", ", ",\n")
            table.add_row(*map(Line, (sign.text, sign.ilo, "\n".join(sign.act), codes)))
        yield Padding(table, (0, 0, 0, 1))
    for what in grounds.unknown_topics:
        yield _indented(UNKNOWN_TOPIC.render(staff, {"what": what}))


def _article_lines(articles: tuple[str, ...]) -> Iterator[Padding]:
    for article in articles:
        yield _indented(article, 4, style="dim")


def _indented(words: str, by: int = 2, style: str = "") -> Padding:
    """Return words that stay indented where the line breaks."""
    return Padding(Line(words, style=style), (0, 0, 0, by))


def notice_line(notice: ServiceNotice, zone: ZoneInfo) -> Line:
    """Return what staff must know of a time in which something was not as it should be."""
    since, until = (
        moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")
        for moment in (notice.since, notice.until)
    )
    if notice.kind != DESK_BARRED:
        told = (
            f"Haven was away for more than 24 hours: what people wrote between {since} and {until} "
            "may never have arrived."
        )
    elif notice.until == notice.since:
        told = (
            f"Since {since} the bot may not write in the caseworkers' group, or has not the right "
            "to manage topics there; the queue goes on."
        )
    else:
        told = (
            f"Between {since} and {until} the bot could not write in the caseworkers' group; what "
            "had to wait was shown then."
        )
    return Line(told, style="bold red")


def kind_name(kind: str) -> Phrase:
    """Return what staff call a kind; one of another release is called by its code."""
    return REPORT_KIND_NAMES.get(kind) or Phrase(kind)


def format_duration(seconds: int) -> str:
    """Return a span as people say it, e.g. `2 h 5 min`."""
    minutes = max(seconds, 0) // 60
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
