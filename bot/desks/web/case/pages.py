"""Page of one case, and its panes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.cases.routing import queue_name
from bot.clock import HOUR, MINUTE
from bot.desks.web import texts
from bot.desks.web.auth.step_up import take_interrupted, typed_before_step_up
from bot.desks.web.case.actions import ActionInput, flash_result, send_command
from bot.desks.web.case.conversation import (
    ShownConversation,
    Window,
    load_conversation,
    load_words,
)
from bot.desks.web.case.file import fillable_questions, load_case_file
from bot.desks.web.case.looks import MAX_DIGITS
from bot.desks.web.case.view import (
    CaseView,
    load_case_page_view,
    may_record,
    take_back_words,
)
from bot.desks.web.exports.refused import DOCUMENTS_MISSING, typed_for
from bot.desks.web.request import DeskRequest, NotFoundError, Response
from bot.desks.web.routes import ROLES, Permission, get, post
from bot.errors import CaseNotReadableError
from bot.hotline.chat.case_progress import mark_read
from bot.hotline.chat.messages import CaseMessageContent
from bot.hotline.chat.phrase_reviews import STAFF_TEXT_IS_OLDER, WARNINGS, TextState, phrase_text
from bot.hotline.chat.phrasebook import TIME
from bot.hotline.commands.permissions import BREAK_GLASS
from bot.hotline.commands.texts import BREAK_GLASS_NOTE
from bot.hotline.commands.types import Verb
from bot.places.deadlines import DeadlineRules, start_of_day

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.cases.queries import CaseDetails
    from bot.store.writer import Work
    from bot.text import Text

REREAD_AFTER = 15 * MINUTE  # after this time another view of a case is audited again
PANES = {
    "head": "_case_header.html", "conversation": "_conversation.html", "write": "_compose.html",
    "file": "_case_file.html", "answer": "_use_answer.html",
}  # fmt: skip
PANES_WITH_CONTENT = frozenset({"conversation", "file", "answer"})
"""Panes with text of a person: fetching one is audited as reading."""
ERASE_PATH = f"/do/{Verb.ERASE.value}"
MAX_PHRASES = 200
MORNING = 9 * HOUR
SNOOZE_HOURS = ((HOUR, texts.IN_AN_HOUR), (4 * HOUR, texts.IN_FOUR_HOURS))
SNOOZE_DAYS = ((1, texts.TOMORROW), (7, texts.IN_A_WEEK))
FOLLOW_UP_DAYS = ((1, texts.TOMORROW), (7, texts.IN_A_WEEK), (28, texts.IN_FOUR_WEEKS))


@dataclass(frozen=True, slots=True)
class PhraseView:
    """One phrase."""

    code: str
    chosen: str
    """What the form sends: the code, and of which edit."""
    text: str
    person_text: str
    state: TextState
    """Whether someone has reviewed what the person reads."""
    is_staff_text_older: bool
    """Whether what the caseworker reads may say something else."""
    replies: tuple[tuple[str, str], ...]
    """Buttons of the person: as staff and as the person read them."""
    blanks: tuple[tuple[str, str, bool], ...]
    """The name of each, what it is, and whether it is a moment."""


@get("/cases/{reference}", Permission.CASE)
async def _case_page(request: DeskRequest) -> Response:
    """Show a case; the reading is audited first."""
    view = await load_case_page_view(request)
    values = _page_values(request, view)
    if view.access.needs_reason:
        return request.render("break_glass.html", **values)
    await audit_read(request, view)
    await take_back_words(request, view)
    file = await load_case_file(request, view)
    talk = await _load_conversation(request, view, Window(is_first=True), file.opened)
    waits = take_interrupted(request, f"/cases/{view.access.summary.reference}")
    erasing = typed_before_step_up(waits, ERASE_PATH)
    return request.render(
        "case.html", file=file, talk=talk, words="", goes_on=None if erasing else waits,
        erasing=erasing, **values,
    )  # fmt: skip


@get("/cases/{reference}/panes/{pane}", Permission.CASE, is_pane=True, is_background=True)
async def _case_pane(request: DeskRequest) -> Response:
    view, name = await load_case_page_view(request), request.param("pane")
    if name not in PANES:
        raise NotFoundError(name)
    if name in PANES_WITH_CONTENT:
        await audit_read(request, view)
    values = _page_values(request, view)
    if name == "file":
        values["file"] = await load_case_file(request, view)
    elif name == "write":
        await take_back_words(request, view)
    elif name == "answer":
        values["words"] = await _words_of(request, view)
    elif name == "conversation":
        values["talk"] = await _load_conversation(request, view, Window.of(request))
    return request.render(PANES[name], **values)


async def _words_of(request: DeskRequest, view: CaseView) -> str:
    """Return the words of the message that a query names; empty for none."""
    message = request.http.query_params.get("message", "")
    if not (view.is_readable and message.isdecimal() and len(message) <= MAX_DIGITS):
        return ""
    return await load_words(request, view, int(message))


async def _load_conversation(
    request: DeskRequest, view: CaseView, window: Window, opened: CaseDetails | None = None
) -> ShownConversation:
    if view.is_readable:
        try:
            return await load_conversation(request, view, window, opened)
        except CaseNotReadableError:  # a colleague has just claimed it
            view.is_sealed = True
    return ShownConversation()


@post("/cases/{reference}/panes/phrases", Permission.CASE, "words", is_pane=True)
async def _phrase_pane(request: DeskRequest) -> Response:
    """Show phrases that match a search.

    The search text is sent as a form and is no part of the address: it may repeat what a person
    wrote, and addresses appear in the logs of proxies.
    """
    view = await load_case_page_view(request)
    summary, query = view.access.summary, request.form.get("words", "")[:100]
    groups = await asyncio.to_thread(_search_phrases, request, summary.language, query)
    return request.render(
        "_phrases.html", groups=groups, summary=summary, warnings=WARNINGS,
        staff_text_is_older=STAFF_TEXT_IS_OLDER,
        may_edit=request.caseworker.role in ROLES[Permission.TEAM],
    )  # fmt: skip


def _search_phrases(
    request: DeskRequest, language: str, query: str
) -> list[tuple[str, list[PhraseView]]]:
    """Return phrases with all words of the query, by group; `language` is the person's."""
    phrasebook, words = request.context.phrasebook, request.locale.flow_catalogue
    found: dict[str, list[PhraseView]] = {}

    def both(code: str) -> tuple[str, str]:
        content = CaseMessageContent(code=code)
        staff_text = phrasebook.text_for_staff(content, request.locale.language)
        return staff_text, phrasebook.text_for_staff(content, language)

    for it in phrasebook.search(query, request.locale.language)[:MAX_PHRASES]:
        group, values = request.context.phrase_groups.get(it.group), dict.fromkeys(it.blanks, "…")
        view = PhraseView(
            it.code, phrasebook.chosen_code(it.code),
            phrasebook.preview(it.code, values, request.locale.language),
            phrasebook.preview(it.code, values, language),
            phrase_text(phrasebook, it, language).state,
            phrase_text(phrasebook, it, request.locale.language).state is TextState.OLDER,
            tuple(both(f"{it.code}.{reply}") for reply in it.replies),
            tuple(
                (name, meaning.render(words), name == TIME) for name, meaning in it.blanks.items()
            ),
        )  # fmt: skip
        found.setdefault(group.render(words) if group else it.group, []).append(view)
    return list(found.items())


@post("/cases/{reference}/break-glass", Permission.CHANGE, "reason")
async def _break_glass(request: DeskRequest) -> Response:
    """Open a colleague's case with a reason, which is audited and saved as a note."""
    view = await load_case_page_view(request)
    reason, case = request.form.get("reason", "").strip(), view.access.case
    if view.access.needs_reason and reason:
        await request.audit(BREAK_GLASS, case)
        request.current_session.break_glass_cases.add(case)  # once it is written down
        note = request.locale(BREAK_GLASS_NOTE, reason=reason)
        told = await send_command(request, case, Verb.GIVE_REASON, ActionInput(text=note))
        if told is None or told.is_refused:  # then the colleague reads no reason
            flash_result(request, told)
    return request.redirect(f"/cases/{request.param('reference')}")


async def audit_read(request: DeskRequest, view: CaseView) -> None:
    """Audit that the caseworker reads the case, at most once in 15 minutes."""
    case, session = view.access.case, request.current_session
    who, now, log = request.caseworker.id, request.now, request.context.audit

    def note(work: Work) -> None:
        log.record(work, now, who, "read", case, "web")
        mark_read(work, case, now)  # the person may ask whether anyone has read it

    async with session.audit_lock:  # the panes of one page are fetched in parallel
        if view.is_readable and request.now - session.read_cases.get(case, 0) >= REREAD_AFTER:
            before = dict(session.read_cases)
            session.read_cases[case] = request.now
            try:
                await request.audit_and_keep(note)
            except BaseException:
                session.read_cases = before  # there is no row: it is tried again
                raise


def _page_values(request: DeskRequest, view: CaseView) -> dict[str, Any]:
    summary, context = view.access.summary, request.context
    viewers = context.streams.viewers(summary.case) - {request.caseworker.id}
    return {
        "view": view, "summary": summary, "queue_name": queue_name(summary.queue),
        "other_viewers": ", ".join(sorted(view.names.get(who, who) for who in viewers)),
        "dispositions": context.dispositions, "recipients": context.recipients,
        "fillable": fillable_questions(request, view),
        "typed": typed_for(request, f"/cases/{summary.reference}"),
        "documents_missing": ""
        if context.typesetter.is_available
        else request.locale(DOCUMENTS_MISSING),
        "may_record": view.is_readable and may_record(request, view),
        **_call_back_values(request, view),
        **snooze_options(context.legal_deadlines.law, request.now),
    }  # fmt: skip


def _call_back_values(request: DeskRequest, view: CaseView) -> dict[str, str]:
    """Return when and how the person is called back, in words for staff."""
    if view.origin is None:
        return {"call_times": "", "call_cover": ""}
    spoken, words = request.context.spoken, request.locale.flow_catalogue
    call_back = view.origin.call_back

    def read(typed: str, known: Mapping[str, Text]) -> str:
        return known[typed].render(words) if typed in known else typed

    return {
        "call_times": read(call_back.times, spoken.times),
        "call_cover": read(call_back.if_other, spoken.if_other),
    }


def snooze_options(law: DeadlineRules, now: int) -> dict[str, Any]:
    """Return suggested times to snooze until and suggested follow-up days, as they are typed."""
    today = law.date_of(now)

    def morning(days: int) -> int:
        return start_of_day(today + timedelta(days=days), law.zone) + MORNING

    return {
        "snooze_options": [
            *((law.format_time(now + span), label) for span, label in SNOOZE_HOURS),
            *((law.format_time(morning(days)), label) for days, label in SNOOZE_DAYS),
        ],
        "follow_up_options": [
            ((today + timedelta(days=days)).isoformat(), label) for days, label in FOLLOW_UP_DAYS
        ],
    }
