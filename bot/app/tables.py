"""The queue, and one opened case, for people at a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text as Line

from bot.cases.assessment import BODIES, DUTIES, NO_FINDING, NOT_KNOWN, SIGNS, VOCABULARIES
from bot.cases.consents import HEADING as AGREEMENTS
from bot.cases.queries import ATTACHED, KINDS, REASONS
from bot.cases.routing import name_of
from bot.text import Text as Phrase

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from bot.cases.assessment import Grounds
    from bot.cases.queries import Notice, Opened, Waiting
    from bot.text import Catalogue

DESK_BARRED = "desk_barred"
"""The notice of a group that does not let the bot in."""
STYLES = ("bold red", "red", "yellow", "default", "dim")
"""By priority, the most urgent first; the level stands in words beside it."""

COLUMNS = {"level": 2, "number": 6, "queue": 11, "state": 10, "answer": 6, "waits": 5, "kind": 8,
           "language": 7, "county": 6}  # fmt: skip
"""Of the queue, with the longest word each has to hold whole."""


def queue_table(waiting: list[Waiting], now: datetime) -> Table:
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
            name_of(case.queue).source,
            _state(case),
            promise_in_words(case.due_at, now),
            span_in_words(int((now - case.waiting_since).total_seconds())),
            called(case.kind).source,
            case.language,
            case.county or "-",
            style=STYLES[case.priority],
        )
    return table


def _state(case: Waiting) -> str:
    """Return how a case stands; before anything else, that nobody may write to its person."""
    told = f"{case.status}: {case.holder}".replace("_", " ") if case.holder else case.status
    return f"compromised, {told}" if case.compromised else told


def promise_in_words(due_at: datetime | None, now: datetime) -> str:
    """Return how a promise stands, e.g. `due in 12 min`."""
    if due_at is None:
        return "given"
    left = int((due_at - now).total_seconds())
    return f"due in {span_in_words(left)}" if left > 0 else f"late {span_in_words(-left)}"


SIGN_IN = "What was sent is sealed; whoever may read it signs in with --as ID."


def case_view(opened: Opened, staff: Catalogue, zone: ZoneInfo) -> Group:
    """Return an opened case: why it is urgent, what was sent, which files, what the law says."""
    case = opened.case
    head = Line(f"P{case.priority}  {case.reference}  {case.language}  {case.county or '-'}")
    head.stylize(STYLES[case.priority])
    parts: list[Line | Table] = [head]
    if not opened.is_open:
        parts.append(Line(f"\n{SIGN_IN}"))
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
    if opened.agreed:
        parts.append(Line(f"\n{AGREEMENTS.read_in(staff)}", style="bold"))
        parts += [
            Line(f"  {it.told}  {it.at.astimezone(zone).strftime('%Y-%m-%d %H:%M')}  {it.language}")
            for it in opened.agreed
        ]
    return Group(*parts, *_law(opened.grounds, staff), *_signs(opened.grounds, staff))


def _law(grounds: Grounds, staff: Catalogue) -> Iterator[Line | Padding]:
    """Yield the bodies the law can mean, then what it asks where someone is under 18."""
    if grounds.bodies:
        yield Line(f"\n{BODIES.read_in(staff)}", style="bold")
    for body in grounds.bodies:
        yield _inside(body.body)
        yield _inside(body.does, 4)
        yield _inside(body.condition, 4)
        yield from _cited(body.articles)
    if grounds.duties:
        yield Line(f"\n{DUTIES.read_in(staff)}", style="bold")
        yield _inside(grounds.duties[0].condition)
    for duty in grounds.duties:
        yield _inside(duty.duty)
        yield from _cited(duty.articles)


def _signs(grounds: Grounds, staff: Catalogue) -> Iterator[Line | Padding]:
    """Yield what was said beside its name in three vocabularies, and what is not known."""
    if not grounds.signs and not grounds.not_known:
        return
    yield Line(f"\n{SIGNS.read_in(staff)}", style="bold")
    yield _inside(NO_FINDING.read_in(staff), style="dim")
    if grounds.signs:
        table = Table(box=None, padding=(0, 1))
        for heading in ("", *(it.read_in(staff) for it in VOCABULARIES)):
            table.add_column(heading, overflow="fold")
        for sign in grounds.signs:
            codes = "\n".join(sign.htcds).replace("=", "=\n  ").replace(", ", ",\n")
            table.add_row(*map(Line, (sign.told, sign.ilo, "\n".join(sign.act), codes)))
        yield Padding(table, (0, 0, 0, 1))
    for what in grounds.not_known:
        yield _inside(NOT_KNOWN.read_in(staff, {"what": what}))


def _cited(articles: tuple[str, ...]) -> Iterator[Padding]:
    for article in articles:
        yield _inside(article, 4, style="dim")


def _inside(words: str, by: int = 2, style: str = "") -> Padding:
    """Return words that stay indented where the line breaks."""
    return Padding(Line(words, style=style), (0, 0, 0, by))


def notice_line(notice: Notice, zone: ZoneInfo) -> Line:
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
