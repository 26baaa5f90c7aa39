"""The queue, and one opened case, for people at a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text as Line

from bot.cases.reading import ATTACHED, KINDS, REASONS
from bot.text import Text as Phrase

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from bot.cases.reading import Notice, Opened, Waiting
    from bot.text import Catalogue

STYLES = ("bold red", "red", "yellow", "default", "dim")
"""By priority, the most urgent first; the level stands in words beside it."""


def queue_table(waiting: list[Waiting], now: datetime) -> Table:
    """Return the queue as a table."""
    table = Table(title=f"Waiting: {len(waiting)}", title_justify="left", expand=False)
    for heading in ("level", "number", "waits", "kind", "language", "county"):
        table.add_column(heading)
    for case in waiting:
        table.add_row(
            f"P{case.priority}",
            case.reference,
            span_in_words(int((now - case.waiting_since).total_seconds())),
            called(case.kind).source,
            case.language,
            case.county or "-",
            style=STYLES[case.priority],
        )
    return table


def case_view(opened: Opened, staff: Catalogue, zone: ZoneInfo) -> Group:
    """Return an opened case: why it is urgent, what was sent, which files."""
    case = opened.case
    head = Line(f"P{case.priority}  {case.reference}  {case.language}  {case.county or '-'}")
    head.stylize(STYLES[case.priority])
    parts: list[Line | Table] = [head]
    if opened.reasons:
        parts.append(Line(f"\n{REASONS.read_in(staff)}", style="bold"))
        parts += [Line(f"  {reason}") for reason in opened.reasons]
    for received in opened.received:
        moment = received.sent_at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
        parts.append(Line(f"\n{called(received.kind).read_in(staff)}  {moment}", style="bold"))
        table = Table(box=None, show_header=False, padding=(0, 2))
        for told in received.told:
            table.add_row(Line(told.question, style="dim"), Line(told.answer))
        parts.append(table)
    if opened.files:
        parts.append(Line(f"\n{ATTACHED.read_in(staff)}", style="bold"))
        parts += [
            Line(f"  {file.kind}  {file.name or '-'}  {file.state}  {file.size}")
            for file in opened.files
        ]
    return Group(*parts)


def notice_line(notice: Notice, zone: ZoneInfo) -> Line:
    """Return what staff must know of a time in which messages may have been lost."""
    since, until = (
        moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")
        for moment in (notice.since, notice.until)
    )
    return Line(
        f"Haven was away for more than 24 hours: what people wrote between {since} and {until} "
        "may never have arrived.",
        style="bold red",
    )


def called(kind: str) -> Phrase:
    """Return what staff call a kind; one of another release is called by its code."""
    return KINDS.get(kind) or Phrase(kind)


def span_in_words(seconds: int) -> str:
    """Return a span as people say it, e.g. `2 h 5 min`."""
    minutes = max(seconds, 0) // 60
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
