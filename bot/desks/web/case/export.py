"""One case on paper, or as plain text: an export, and written down as one before anybody has it.

Nothing a person wrote begins a line of the text: no table takes it for a formula, no reader for a
heading. Addresses cannot be followed, and what is not seen is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.cases.escape_text import escape_line
from bot.cases.queries import REPORT_KIND_NAMES
from bot.cases.routing import queue_name
from bot.clock import SECOND
from bot.desks.web.auth.step_up import require_step_up, text_download
from bot.desks.web.case import texts as words
from bot.desks.web.case.file import load_case_file
from bot.desks.web.case.view import load_case_view
from bot.desks.web.request import NotFoundError
from bot.desks.web.routes import Permission, Route
from bot.desks.web.templates import safe_text
from bot.hotline.chat.messages import MessageSide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.responses import Response

    from bot.desks.web.case.file import CaseFile
    from bot.desks.web.case.messages import MessageView
    from bot.desks.web.case.view import CaseView
    from bot.desks.web.request import DeskRequest
    from bot.store.writer import Work
    from bot.text import Text

EXPORT_ACTION = "export"
"""What the audit log calls it; how it left is the detail."""
QUOTE_PREFIX = "    | "
"""What every line begins with that somebody wrote."""


async def print_page(request: DeskRequest) -> Response:
    """Show a case as it is printed: no buttons, nothing that moves."""
    found = await load_case_view(request, request.param("reference"))
    if first := _step_up_first(request, found):
        return first
    file = await _export_file(request, found, "print")
    return request.render(
        "print.html", view=found, file=file, Side=MessageSide, **_page_values(request, found)
    )


async def text_export(request: DeskRequest) -> Response:
    """Hand a case over as plain text."""
    found = await load_case_view(request, request.param("reference"))
    if first := _step_up_first(request, found):
        return first
    file = await _export_file(request, found, "transcript")
    text = "\n".join(_lines(ExportWriter(request, found), file)) + "\n"
    return text_download(f"{found.access.summary.reference}-transcript.txt", text)


def _step_up_first(request: DeskRequest, found: CaseView) -> Response | None:
    """Return where somebody goes first: to the case they may not read, or to show a factor."""
    reference = found.access.summary.reference
    first = require_step_up(request, f"/cases/{reference}")
    return first if found.is_readable else request.redirect(f"/cases/{reference}")


async def _export_file(request: DeskRequest, found: CaseView, how: str) -> CaseFile:
    """Return the file of a case that is taken out, once that is written down.

    Raises:
        NotThere: somebody else has claimed it a moment ago.
    """
    now, case = request.now, found.access.case

    def note(work: Work) -> None:
        request.context.audit.record(work, now, request.caseworker.id, EXPORT_ACTION, case, how)

    await request.context.database.writer.run(note)
    file = await load_case_file(request, found)
    if not found.is_readable:
        raise NotFoundError("not theirs")
    return file


def _page_values(request: DeskRequest, found: CaseView) -> dict[str, Any]:
    glance = found.access.summary
    return {
        "glance": glance,
        "queue_name": queue_name(glance.queue),
        "stamp": lambda at: format_datetime(request, at),
        "recipients": request.context.recipients,
    }


def format_datetime(request: DeskRequest, at: int) -> str:
    """Return a moment in full: paper is read on another day."""
    return f"{datetime.fromtimestamp(at / SECOND, request.context.zone):%Y-%m-%d %H:%M}"


@dataclass(frozen=True, slots=True)
class ExportWriter:
    """Says one case in the language of whoever takes it out."""

    visit: DeskRequest
    view: CaseView

    def say(self, text: Text, **values: str) -> str:
        """Return a phrase."""
        return self.visit.locale(text, **values)

    def at(self, moment: int) -> str:
        """Return a moment in full."""
        return format_datetime(self.visit, moment)

    def name(self, who: str) -> str:
        """Return what a colleague is called."""
        return escape_line(self.view.names.get(who, who))


def _lines(to: ExportWriter, file: CaseFile) -> Iterator[str]:
    glance, visit = to.view.access.summary, to.visit
    yield f"{glance.reference}  {visit.locale.priority_name(glance.priority)}"
    yield to.say(words.EXPORTED, name=to.name(visit.caseworker.id), at=to.at(visit.now))
    yield to.say(words.STATES[glance.state.value])
    yield visit.locale.contact_rule(glance.contact_rule)
    yield from _submissions(to, file)
    yield from _referrals(to, file)
    yield from _heading(to, words.CONVERSATION)
    for bubble in to.view.messages:
        yield from _message(to, bubble)
    yield from _heading(to, words.CASE_LOG)
    for row in reversed(file.audit_rows):
        yield f"{to.at(row.at)}  {to.name(row.actor)}: {row.action} {row.detail}".rstrip()


def _heading(to: ExportWriter, text: Text) -> Iterator[str]:
    yield ""
    yield f"# {to.say(text)}"


def _submissions(to: ExportWriter, file: CaseFile) -> Iterator[str]:
    opened = file.opened
    if opened is None:
        return
    for sent in opened.reports:
        kind = REPORT_KIND_NAMES.get(sent.kind)
        yield ""
        at = sent.sent_at.astimezone(to.visit.context.zone)
        yield f"# {to.say(kind) if kind else sent.kind}  {at:%Y-%m-%d %H:%M}"
        for told in sent.answers:
            yield f"{escape_line(told.question)}:"
            yield from _quote(told.answer)
    yield from _heading(to, words.CONSENT)
    for it in opened.consents:
        yield f"{it.at.astimezone(to.visit.context.zone):%Y-%m-%d %H:%M}  {escape_line(it.text)}"


def _referrals(to: ExportWriter, file: CaseFile) -> Iterator[str]:
    """Yield who was told, or was to be, and exactly what where the person agreed to it."""
    if file.referrals:
        yield from _heading(to, words.REFERRALS)
    for passed in file.referrals:
        it, known = passed.referral, to.visit.context.recipients
        name = (
            known[it.recipient].render(to.visit.locale.flow_catalogue)
            if it.recipient in known
            else "?"
        )
        stage = to.say(words.REFERRAL_STAGES[it.stage.value])
        yield f"{to.at(it.sent_at or it.offered_at)}  {escape_line(name)}: {stage}"
        for told in passed.parts:
            yield f"{escape_line(told.question)}:"
            yield from _quote(told.answer)


def _message(to: ExportWriter, it: MessageView) -> Iterator[str]:
    who = (
        to.say(words.THE_PERSON) if it.side == MessageSide.PERSON.value else escape_line(it.author)
    )
    if it.side == MessageSide.NOTE.value:
        who = f"{to.say(words.NOTE)} ({who})"
    marks = (
        [to.say(words.DELIVERY_STATES[it.delivery_state])]
        if it.delivery_state in words.DELIVERY_STATES
        else []
    )
    if it.is_unconfirmed:
        marks.append(to.say(words.NOT_CONFIRMED))
    yield ""
    yield "  ".join([to.at(it.at), who, *(f"({mark})" for mark in marks)])
    if it.text or it.label:
        yield from _quote(f"{it.label} {it.text}".strip())
    if it.person_text:
        yield to.say(words.PERSON_READS)
        yield from _quote(it.person_text)
    for old in it.earlier_texts:
        yield f"{to.say(words.BEFORE_EDIT)}:"
        yield from _quote(old)
    for file in it.files:
        yield to.say(words.FILE, kind=file.kind)
    if it.location:
        yield to.say(words.LOCATION, point=it.location)


def _quote(written: str) -> Iterator[str]:
    yield from (QUOTE_PREFIX + line for line in safe_text(written).splitlines() or [""])


ROUTES = (
    Route("/cases/{reference}/print", print_page, Permission.CASE),
    Route("/cases/{reference}/transcript", text_export, Permission.CASE),
)
