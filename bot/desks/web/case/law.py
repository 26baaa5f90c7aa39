"""What the law says to one case: clocks that run, what there is by law, papers for offices."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.clock import DAY
from bot.desks.web.auth.case_access import sight
from bot.desks.web.auth.step_up import as_text, ask_first
from bot.desks.web.request import NotThere
from bot.desks.web.routes import Door, May
from bot.errors import DoesNotOpen, NotYours
from bot.hotline.deadlines import STRIKE, line_of
from bot.hotline.form_data import OFFICE_READS, days, standing, told_in
from bot.places.entitlements import entitled
from bot.places.forms import filled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from bot.desks.web.auth.case_access import Sight
    from bot.desks.web.request import Visit
    from bot.hotline.deadlines import Row
    from bot.places.deadlines import Deadline
    from bot.places.entitlements import Entitled
    from bot.places.forms import Paper, Papers
    from bot.store.writer import Work

SOON = 3 * DAY
AMOUNTS = "amounts"


@dataclass(frozen=True, slots=True)
class Running:
    """One clock that runs, as staff read it."""

    stands: str
    """`help may end in 19 h (72-hour contact rule)`."""
    nearness: str
    """How near its end is, as a class of the stylesheet."""
    last_day: str
    """The last day, or the hour; empty for what only counts."""
    opens_on: str
    must: str
    articles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Happened:
    """One event as it was entered."""

    number: int
    when: str
    what: str
    by: str
    """The id of whoever entered it."""
    counts: bool


@dataclass(slots=True)
class Lawful:
    """What the law says to a case, as far as staff have entered what happened."""

    running: list[Running] = field(default_factory=list)
    events: list[Happened] = field(default_factory=list)
    kinds: Mapping[str, str] = field(default_factory=dict)
    """What can be entered, and which day of it counts."""
    today: str = ""
    is_altered: bool = False
    """Whether a row of it does not open: then nothing is computed from the others either."""
    entitled: list[Entitled] = field(default_factory=list)
    source: str = ""
    """Where the amounts were read."""
    papers: tuple[str, ...] = ()


def lawful(work: Work, visit: Visit, case: str) -> Lawful:
    """Return what the law says to a case, for somebody who may read it."""
    front, tongue = visit.front, visit.tongue
    clocks, place = front.clocks, front.place
    today = clocks.law.day_of(visit.now)
    found = Lawful(
        kinds={it.code: tongue(it.text) for it in clocks.law.kinds.values()},
        today=today.isoformat(),
        papers=tuple(place.papers.kinds) if place.papers else (),
    )
    try:
        rows = clocks.rows(work, case)
    except DoesNotOpen:
        found.is_altered = True
        return found
    standing_ = {row.happening.code for row in rows if not row.is_struck}
    found.running = [_running(visit, it) for it in clocks.running(work, case)]
    found.events = [_happened(visit, row) for row in rows if row.happening.code != STRIKE]
    found.entitled = entitled(place, standing_, today, tongue.staff, tongue.flows)
    found.source = place.chapters[AMOUNTS].source if found.entitled else ""
    return found


def _running(visit: Visit, deadline: Deadline) -> Running:
    tongue, left = visit.tongue, deadline.left(visit.now)
    nearness = "fine"
    if (left is not None and left < 0) or deadline.is_due:
        nearness = "late"
    elif left is not None and left < SOON:
        nearness = "soon"
    clock = deadline.clock
    return Running(
        line_of(deadline, tongue.staff, visit.now),
        nearness,
        _end(visit, deadline),
        deadline.opens_on.isoformat() if deadline.opens_on else "",
        tongue(clock.must),
        tuple(it.read_in(tongue.staff) for it in clock.articles),
    )


def _end(visit: Visit, deadline: Deadline) -> str:
    """Return the last day; where the law counts hours, the hour."""
    if deadline.ends_at is None or deadline.last_day is None:
        return ""
    if deadline.since.at is None or not deadline.clock.counts_hours:
        return deadline.last_day.isoformat()
    return visit.front.clocks.law.hour_of(deadline.ends_at)


def _happened(visit: Visit, row: Row) -> Happened:
    it, law = row.happening, visit.front.clocks.law
    kind = law.kinds.get(it.code)
    when = it.day if it.moment is None else law.hour_of(it.moment)
    what = visit.tongue(kind.text) if kind else it.code
    return Happened(row.number, when, what, it.by, not row.is_struck)


# --- papers for offices ----------------------------------------------------------------------


async def draft(visit: Visit) -> Response:
    """Hand over a draft of a paper; that it was made is in the audit log before anybody has it."""
    front, papers = visit.front, visit.front.place.papers
    paper = papers.kinds.get(visit.param("paper")) if papers else None
    reference = visit.param("reference")
    if papers is None or paper is None:
        raise NotThere("no such paper")
    seen = await front.reads.run(lambda work: _readable(work, visit, reference))
    if first := ask_first(visit, f"/cases/{reference}"):
        return first
    text = await _drafted(visit, seen, papers, paper)
    return as_text(f"{seen.glance.reference}-{paper.code}.txt", text)


def _readable(work: Work, visit: Visit, reference: str) -> Sight:
    seen = sight(work, visit, reference)
    if not seen.may_read:
        raise NotThere("not theirs")
    return seen


async def _drafted(visit: Visit, seen: Sight, papers: Papers, paper: Paper) -> str:
    front, keyring, now = visit.front, visit.keyring(), visit.now
    try:
        opened = await front.reader(OFFICE_READS).open(seen.glance.reference, keyring)
    except NotYours:
        raise NotThere("not theirs") from None
    if opened is None or not opened.is_open:
        raise NotThere("not theirs")

    def note(work: Work) -> dict[str, str]:
        front.audit.note(work, now, visit.by.id, "draft", seen.case, paper.code)
        return days(work, front.clocks, papers, paper, seen.case)

    helps = standing(
        papers, opened, organisation=front.organisation, contact=front.contact, zone=front.zone,
        now=now,
    )  # fmt: skip
    known = {**await front.database.writer.run(note), **helps}
    return filled(papers, paper, known, told_in(opened) if paper.tells else [])


DOORS = (Door("/cases/{reference}/drafts/{paper}", draft, May.CASE),)
