"""What was done in a case, as the quiet lines of its timeline: from the audit log and the consents.

Both are stored in clear and hold no text of a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, or_, select

from bot.cases.consents import CONSENT_NAMES, GIVEN, NOT_GIVEN, ConsentRecords
from bot.cases.consents import REVOKED as TAKEN_BACK
from bot.cases.escape_text import escape_line
from bot.cases.intake import PERSON
from bot.desks.web import texts
from bot.desks.web.case.timeline import EntryKind, TimelineEntry, order_of
from bot.hotline.origins.model import CHANNEL_NAMES, OriginChannel
from bot.store.compiled import Prepared
from bot.store.statements import count
from bot.store.tables.main import audit, reports
from bot.vault import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.cases.consents import ConsentRecord
    from bot.desks.web.case.view import CaseView
    from bot.desks.web.request import DeskRequest
    from bot.store.writer import Work
    from bot.text import Text

WORK, CONFIRMED = "work", "confirmed"
"""The audit action of any work, and the detail that says that an identity was confirmed."""
SILENT_EVENTS = (WORK, "consent_revoke")
"""Actions without a sentence: another entry shows what became of them."""
ACTIONS = sorted({*SILENT_EVENTS, *(it.partition(":")[0] for it in texts.CASE_EVENTS)})
_ROWS = Prepared(
    lambda _: (
        select(*(audit.c[name] for name in ("id", "at", "actor", "deed", "detail")))
        .where(
            audit.c.subject == bindparam("case"),
            or_(*(audit.c.deed == name for name in ACTIONS)),
        )
        .order_by(audit.c.id)
    ),
    "case",
)
_COUNT_REPORTS = count(reports, by="case_id")


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """One thing that was done in a case."""

    id: int
    """Of its row in the audit log."""
    at: int
    actor: str
    action: str
    detail: str


def load_case_events(work: Work, case: str) -> list[CaseEvent]:
    """Return what was done in a case, oldest first; some of it has no sentence of its own."""
    return [CaseEvent(*row) for row in work.rows(_ROWS, case)]


def count_reports(work: Work, case: str) -> int:
    """Return how many reports a case has."""
    return int(work.rows(_COUNT_REPORTS, case)[0][0])


def event_text(it: CaseEvent) -> Text | None:
    """Return the sentence for an event, its blanks not filled in; None for one not shown."""
    if it.action in SILENT_EVENTS:
        is_confirmed = it.action == WORK and it.detail == CONFIRMED
        return texts.IDENTITY_CONFIRMED if is_confirmed else None
    known = texts.CASE_EVENTS
    reason = it.detail.rpartition(":")[2]  # may follow an id
    by_system, by_person, by_staff = (
        known.get(f"{it.action}:{reason}")
        or known.get(it.action)
        or known.get(f"{it.action}:{it.detail}")
        or (None, None, None)
    )
    if it.actor == SYSTEM:
        return by_system
    return by_person if it.actor == PERSON else by_staff


def event_entries(
    request: DeskRequest, view: CaseView, events: Iterable[CaseEvent]
) -> list[TimelineEntry]:
    """Return events as entries of the timeline, each a sentence."""
    found = []
    for it in events:
        text = event_text(it)
        if text is None:
            continue
        line = request.locale(text, **_blanks(request, view, it))
        found.append(
            TimelineEntry(
                f"event-{it.id}", EntryKind.EVENT, order_of(EntryKind.EVENT, it.at, it.id),
                (line, it.at), happened_at=it.at, is_own=it.actor == request.caseworker.id,
            )
        )  # fmt: skip
    return found


def _blanks(request: DeskRequest, view: CaseView, it: CaseEvent) -> dict[str, str]:
    code, context = it.detail.partition(":")[0], request.context
    recipient, outcome = context.recipients.get(code), context.dispositions.get(code)
    return {
        "name": _name(view.names, it.actor), "other": _name(view.names, code),
        "recipient": recipient.render(request.locale.flow_catalogue) if recipient else code,
        "origin": request.locale(CHANNEL_NAMES[OriginChannel(code)])
        if code in set(OriginChannel)
        else code,
        "outcome": request.locale(outcome) if outcome else code,
    }  # fmt: skip


def _name(names: Mapping[str, str], who: str) -> str:
    return escape_line(names.get(who, who))


def consent_entries(request: DeskRequest, view: CaseView, work: Work) -> list[TimelineEntry]:
    """Return what the person agreed to, refused and took back; one entry for each moment."""
    records = ConsentRecords(request.context.vault).of_case(work, view.access.case)
    lines = [
        *((it.at, True, _answer(it), it) for it in records if it.answer),
        *((it.revoked_at, False, TAKEN_BACK, it) for it in records if it.revoked_at is not None),
    ]
    lines.sort(key=lambda each: each[:1])
    found = []
    for (at, is_answer), group in groupby(lines, key=lambda each: each[:2]):
        answers = [
            (request.locale(CONSENT_NAMES[record.kind]), request.locale(status), status is GIVEN)
            for _at, _is_answer, status, record in group
        ]
        key = f"consent-{at}-{int(is_answer)}"
        order = order_of(EntryKind.CONSENT, at, int(not is_answer))
        found.append(TimelineEntry(key, EntryKind.CONSENT, order, (answers, at), happened_at=at))
    return found


def _answer(it: ConsentRecord) -> Text:
    return GIVEN if it.is_given and it.is_authentic else NOT_GIVEN
