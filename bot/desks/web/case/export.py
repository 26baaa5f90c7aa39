"""Export of one case for printing or as plain text, audited before it is sent.

Text of a person never starts a line: no spreadsheet reads it as a formula, and no reader as a
heading. Links are disabled, and control characters are shown.
"""

from __future__ import annotations

from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from bot.cases.escape_text import escape_line
from bot.cases.queries import REPORT_KIND_NAMES
from bot.cases.routing import queue_name
from bot.desks.web import texts
from bot.desks.web.auth.step_up import require_step_up, text_download
from bot.desks.web.case.file import CaseFile, load_case_file
from bot.desks.web.case.view import CaseView, load_case_view
from bot.desks.web.casework.export_lines import casework_sections
from bot.desks.web.casework.plan_view import load_plan_view
from bot.desks.web.interpreting.export_lines import INTERPRETED, given_line, rendering_lines
from bot.desks.web.record.load import load_record_view
from bot.desks.web.request import DeskRequest, NotFoundError, Response
from bot.desks.web.routes import Permission, get
from bot.desks.web.team.audit_view import audit_lines
from bot.desks.web.templates import defang, format_datetime
from bot.hotline.chat.messages import MessageSide

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from bot.desks.web.case.message_view import MessageView
    from bot.desks.web.team.audit_view import AuditLine
    from bot.hotline.interpreting.texts import SharedText
    from bot.text import Text

EXPORT_ACTION = "export"
BUNDLE_FORMAT, PROSECUTION = "bundle:", "prosecution"
"""What a court or a prosecutor is handed, and the use of the record that this is."""
QUOTE_PREFIX = "    | "


@get("/cases/{reference}/print", Permission.CASE)
async def _print_page(request: DeskRequest) -> Response:
    found = await load_case_view(request)
    if first := _step_up_first(request, found):
        return first
    file, at = await _export_file(request, found, "print"), _moments(request)
    summary = found.access.summary
    return request.render(
        "print.html", view=found, file=file, summary=summary, queue_name=queue_name(summary.queue),
        recipients=request.context.recipients, audit_text=audit_text,
        casework=casework_sections(request.locale, file.plan, file.duties, found.names),
        interpreted=INTERPRETED,
        given=lambda it: given_line(request.locale, it, found.interpreter_of(it), at),
        rendered=lambda it: rendering_lines(request.locale, it, found.interpreter_of(it), at),
    )  # fmt: skip


@get("/cases/{reference}/transcript", Permission.CASE)
async def _text_export(request: DeskRequest) -> Response:
    found = await load_case_view(request)
    if first := _step_up_first(request, found):
        return first
    text = await case_as_text(request, found, "transcript")
    return text_download(f"{found.access.summary.reference}-transcript.txt", text)


async def case_as_text(request: DeskRequest, found: CaseView, export_format: str) -> str:
    """Audit the export, then return the whole case as text."""
    file = await _export_file(request, found, export_format)
    use = PROSECUTION if export_format.startswith(BUNDLE_FORMAT) else ""
    return "\n".join(_lines(ExportWriter(request, found, use), file)) + "\n"


def _moments(request: DeskRequest) -> Callable[[int], str]:
    return partial(format_datetime, request.context.zone)


def _step_up_first(request: DeskRequest, found: CaseView) -> Response | None:
    """Return the redirect to the step-up page, or to the case if it may not be exported."""
    path = f"/cases/{found.access.summary.reference}"
    if found.consent_taken_back_at is not None:
        request.flash(texts.EXPORT_LOCKED, is_refused=True)
        return request.redirect(path)
    first = require_step_up(request, path)
    return first if found.is_readable else request.redirect(path)


async def _export_file(request: DeskRequest, found: CaseView, export_format: str) -> CaseFile:
    """Audit the export first; raise NotFoundError if a colleague has just claimed the case."""
    await request.audit(EXPORT_ACTION, found.access.case, export_format)
    file = await load_case_file(request, found)
    if not found.is_readable:
        raise NotFoundError("no access")
    file.record = await load_record_view(request, found.access.case, found.names)
    file.plan = await load_plan_view(request, found.access.case)
    file.audit_lines = await request.read(lambda work: audit_lines(work, request, file.audit_rows))
    return file


def audit_text(row: AuditLine) -> str:
    """Return a row of the audit log in words; a code without words stays as it is stored."""
    details = ", ".join(it.stored if it.is_code else it.text for it in row.details)
    line = f"{row.actor.text}: {row.action.text}"
    return escape_line(f"{line} ({details})" if details else line)


class ExportWriter:
    """Formats one case in the language of the caseworker."""

    def __init__(self, request: DeskRequest, view: CaseView, use: str = "") -> None:
        """Leave out values of the record whose `use` (of `catalogue.USES`) the person refused."""
        self.request, self.view, self.say, self.use = request, view, request.locale, use
        self.at = _moments(request)

    def name(self, who: str) -> str:
        """Return the name of a member of staff."""
        return escape_line(self.view.names.get(who, who))


def _lines(to: ExportWriter, file: CaseFile) -> Iterator[str]:
    summary, request = to.view.access.summary, to.request
    yield f"{summary.reference}  {request.locale.priority_name(summary.priority)}"
    yield to.say(texts.EXPORTED, name=to.name(request.caseworker.id), at=to.at(request.now))
    yield to.say(texts.STATES[summary.state.value])
    yield request.locale.contact_rule(summary.contact_rule)
    if to.view.consent_taken_back_at is not None:
        yield to.say(texts.CONSENT_TAKEN_BACK, date=to.at(to.view.consent_taken_back_at))
    yield from _submissions(to, file)
    yield from _record(to, file)
    yield from _referrals(to, file)
    for title, lines in casework_sections(to.say, file.plan, file.duties, to.view.names):
        yield from ("", f"# {title}", *lines)
    yield from _heading(to, texts.CONVERSATION)
    for message in to.view.messages:
        yield from _message(to, message)
    yield from _interpreted(to)
    yield from _heading(to, texts.CASE_LOG)
    for row in reversed(file.audit_lines):
        yield f"{to.at(row.at)}  {audit_text(row)}"


def _heading(to: ExportWriter, text: Text) -> Iterator[str]:
    yield ""
    yield f"# {to.say(text)}"


def _submissions(to: ExportWriter, file: CaseFile) -> Iterator[str]:
    opened = file.opened
    if opened is None:
        return
    for sent in file.reports:
        kind = REPORT_KIND_NAMES.get(sent.kind)
        yield ""
        at = sent.sent_at.astimezone(to.request.context.zone)
        yield f"# {to.say(kind) if kind else sent.kind}  {at:%Y-%m-%d %H:%M}"
        for part in sent.answers:
            yield f"{escape_line(part.question)}:"
            yield from _quote(part.answer)
    yield from _heading(to, texts.CONSENT)
    for it in opened.consents:
        at = (it.revoked_at or it.at).astimezone(to.request.context.zone)
        yield f"{at:%Y-%m-%d %H:%M}  {escape_line(it.text)}"


def _record(to: ExportWriter, file: CaseFile) -> Iterator[str]:
    """Yield every value with its source; what was corrected or withdrawn is marked."""
    subjects = file.record.subjects if file.record else ()
    if subjects:
        yield from _heading(to, texts.RECORD)
    for subject in subjects:
        yield escape_line(f"{subject.title}  {subject.name}".strip())
        for field in subject.fields:
            yield f"  {field.label}:"
            for it in reversed(field.history):
                marks = [it.parsed, it.source, it.by, to.at(it.at), it.reason]
                if not it.is_standing:
                    marks.insert(0, to.say(texts.NOT_STANDING))
                text = it.text or to.say(texts.WITHDRAWN_VALUE)
                is_left_out = to.use in it.refused_uses
                yield from _quote(to.say(texts.USE_REFUSED) if is_left_out else text)
                if is_left_out:
                    continue
                yield "    " + escape_line("; ".join(mark for mark in marks if mark))


def _referrals(to: ExportWriter, file: CaseFile) -> Iterator[str]:
    if file.referrals:
        yield from _heading(to, texts.REFERRALS)
    known = to.request.context.recipients
    for it, parts in file.referrals:
        catalogue = to.request.locale.flow_catalogue
        name = known[it.recipient].render(catalogue) if it.recipient in known else "?"
        stage = to.say(texts.REFERRAL_STAGES[it.stage.value])
        yield f"{to.at(it.sent_at or it.offered_at)}  {escape_line(name)}: {stage}"
        for part in parts:
            yield f"{escape_line(part.question)}:"
            yield from _quote(part.answer)


def _message_head(to: ExportWriter, it: MessageView) -> str:
    """Return the line that says when a message was seen, who wrote it, and what became of it."""
    is_person = it.side == MessageSide.PERSON.value
    who = to.say(texts.THE_PERSON) if is_person else escape_line(it.author)
    if it.is_automatic:
        who = to.say(texts.THE_BOT)
    elif it.side == MessageSide.NOTE.value:
        kind = texts.FILLED_IN if it.is_filled_in else texts.NOTE
        who = f"{to.say(kind)} ({who})"
    state = texts.DELIVERY_STATES.get(it.delivery_state)
    marks = [to.say(state)] if state else []
    if it.is_later:
        marks.append(to.say(texts.WRITTEN_AT, time=to.at(it.at)))
    if it.edited_at is not None:
        marks.append(to.say(texts.EDITED_AT, time=to.at(it.edited_at)))
    if it.is_unconfirmed:
        marks.append(to.say(texts.NOT_CONFIRMED))
    return "  ".join([to.at(it.seen_at), who, *(f"({mark})" for mark in marks)])


def _message(to: ExportWriter, it: MessageView) -> Iterator[str]:
    yield ""
    yield _message_head(to, it)
    if it.question:
        asked = to.say(texts.BOT_ASKED, question=it.question)
        yield f"{it.question}:" if it.is_filled_in else asked
    if it.answered:
        yield from _quote(to.say(texts.IN_REPLY_TO, name=it.answered.who, words=it.answered.words))
    if it.text or it.label:
        yield from _quote(f"{it.label} {it.text}".strip())
    if it.told:
        yield from _quote(f"{to.say(texts.WHAT_WE_TOLD)}: {it.told}")
    if it.person_text:
        yield to.say(texts.PERSON_READS)
        yield from _quote(it.person_text)
    lost = (to.say(texts.LOST_EDIT, words=words) for words in it.lost_edits)
    yield from chain.from_iterable(map(_quote, lost))
    for old in it.earlier_texts:
        yield f"{to.say(texts.BEFORE_EDIT)}:"
        yield from _quote(old)
    yield from _renderings(to, it.shared, it.edited_at or 0)
    for file in it.files:
        yield to.say(texts.FILE, kind=file.kind)
    if it.location:
        yield to.say(texts.LOCATION, point=it.location)


def _interpreted(to: ExportWriter) -> Iterator[str]:
    """Yield words that are no message, with what was rendered of them."""
    if to.view.interpreted:
        yield from _heading(to, INTERPRETED)
    for it in to.view.interpreted:
        yield ""
        yield given_line(to.say, it, to.view.interpreter_of(it), to.at)
        yield from _quote(it.words.text)
        yield from _renderings(to, (it,))


def _renderings(
    to: ExportWriter, shared: Iterable[SharedText], edited_at: int = 0
) -> Iterator[str]:
    for it in shared:
        if it.at < edited_at:
            yield to.say(texts.RENDERS_EARLIER)
        for mark, words in rendering_lines(to.say, it, to.view.interpreter_of(it), to.at):
            yield mark
            yield from _quote(words)


def _quote(text: str) -> Iterator[str]:
    yield from (QUOTE_PREFIX + line for line in defang(text).splitlines() or [""])
