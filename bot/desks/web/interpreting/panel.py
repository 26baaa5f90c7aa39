"""Interpreting in a case: who can be invited and what speaks against it, and what is shared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.cases.state_machine import Role
from bot.desks.web import texts
from bot.desks.web.auth.case_access import check_readable
from bot.desks.web.case.actions import ActionInput, respond, send_command
from bot.desks.web.case.conversation import load_words
from bot.desks.web.case.evidence import clean_sound
from bot.desks.web.case.file import shown_reports
from bot.desks.web.case.looks import MAX_DIGITS
from bot.desks.web.case.view import load_case_page_view
from bot.desks.web.interpreting.names import pseudonyms
from bot.desks.web.request import DeskRequest, NotFoundError, Response
from bot.desks.web.routes import Permission, Repetition, get, post
from bot.errors import CaseNotReadableError
from bot.hotline.chat.messages import CaseMessages
from bot.hotline.commands.interpreting import DIRECTION, NO_SUCH_TEXT, VOICE_NEEDS_NAMES
from bot.hotline.commands.types import Verb
from bot.hotline.interpreting.profiles import Conflicts, InterpreterProfiles
from bot.hotline.interpreting.sessions import SESSION_MINUTES, InterpretingSessions
from bot.hotline.interpreting.texts import Direction
from bot.messages import OutgoingFile

if TYPE_CHECKING:
    from bot.cases.queries import CaseDetails
    from bot.desks.web.case.view import CaseView
    from bot.store.writer import Work
    from bot.text import Text


@dataclass(frozen=True, slots=True)
class InterpreterChoice:
    """One interpreter who can be invited, as the caseworker sees them: without a name."""

    id: str
    pseudonym: str
    languages: tuple[str, ...]
    speaks: bool
    """Whether they speak the language of the person."""
    is_present: bool
    """Whether they have a page of the desk open."""
    is_busy: bool
    conflicts: Conflicts
    matches: tuple[str, ...]
    """What is written down about them and stands in this case, too."""


@get("/cases/{reference}/interpreter", Permission.CASE)
async def _invitation_page(request: DeskRequest) -> Response:
    """Show the interpreters with what may be a conflict; only the holder can invite."""
    view = await load_case_page_view(request)
    if not view.is_readable or not view.access.is_mine:
        return request.redirect(f"/cases/{view.access.summary.reference}")
    choices = await _load_choices(request, view)
    return request.render(
        "interpreter_invitation.html", view=view, summary=view.access.summary, choices=choices,
        lengths=SESSION_MINUTES, fields=texts.CONFLICT_FIELDS,
    )  # fmt: skip


async def _load_choices(request: DeskRequest, view: CaseView) -> list[InterpreterChoice]:
    summary, context = view.access.summary, request.context
    written = await _written_in(request, view)

    def look(work: Work) -> list[InterpreterChoice]:
        names = pseudonyms(work, request.locale)
        known = InterpreterProfiles(context.vault).all(work)
        busy = {it.interpreter for it in InterpretingSessions.all_open(work, request.now)}
        found = []
        for it in context.staff.all(work):
            if not it.is_active or it.role is not Role.INTERPRETER:
                continue
            conflicts = known.get(it.id, Conflicts())
            found.append(InterpreterChoice(
                it.id, names.get(it.id, it.id), it.languages, summary.language in it.languages,
                bool(context.streams.count(it.id)), it.id in busy, conflicts,
                tuple(conflicts.found_in(written)),
            ))  # fmt: skip
        return sorted(found, key=_rank)

    return await request.read(look)


def _rank(it: InterpreterChoice) -> tuple[bool, bool, bool, bool, str]:
    return bool(it.matches), not it.speaks, it.is_busy, not it.is_present, it.pseudonym


async def _written_in(request: DeskRequest, view: CaseView) -> list[str]:
    """Return what stands in a case: what was written, and the answers."""
    case, keyring = view.access.case, request.keyring()

    def look(work: Work) -> list[str]:
        opener = request.context.vault.cases.opener(case, keyring)
        return [it.content.text for it in CaseMessages.of_case(work, case, opener)]

    opened = await _open_case(request, view)
    answers = [part.answer for it in shown_reports(opened) for part in it.answers] if opened else []
    return [*answers, *await request.read(look)]


async def _open_case(request: DeskRequest, view: CaseView) -> CaseDetails | None:
    reader = request.context.case_reader(request.locale.language)
    try:
        return await reader.open(view.access.summary.reference, request.keyring())
    except CaseNotReadableError:
        raise NotFoundError("no access") from None


@post(
    "/cases/{reference}/interpreter/share", Permission.CHANGE, "message", "part", "words",
    "direction", "file", repetition=Repetition.SAME_RESULT,
)  # fmt: skip
async def _share(request: DeskRequest) -> Response:
    """Share a message, words of a report, or words that were typed; with a recording if asked."""
    view, form = await load_case_page_view(request), request.form
    seen = view.access
    path = f"/cases/{seen.summary.reference}"
    if not view.is_readable:
        return request.redirect(path)
    text, refusal = await _text_to_share(request, view)
    sound: tuple[OutgoingFile, ...] = ()
    if refusal is None and form.get("file"):
        refusal, sound = await _sound_to_share(request)
    if refusal is not None:
        return _refuse(request, refusal, path)
    message = form.get("message", "")
    direction = form.get("direction") or Direction.FROM_PERSON.value
    given = ActionInput(message, text, {DIRECTION: direction}, uploads=sound)
    return respond(request, await send_command(request, seen.case, Verb.SHARE_TEXT, given), path)


async def _text_to_share(request: DeskRequest, view: CaseView) -> tuple[str, Text | None]:
    """Return the text of a form: of a message, of a report, or typed."""
    form = request.form
    message, part = form.get("message", ""), form.get("part", "")
    if message:
        if not (message.isdecimal() and len(message) <= MAX_DIGITS):
            return "", NO_SUCH_TEXT
        return await load_words(request, view, int(message)), None
    if part:
        opened = await _open_case(request, view)
        return _words_of_report(opened, part), None
    return form.get("words", "").replace("\r\n", "\n"), None


def _words_of_report(opened: CaseDetails | None, part: str) -> str:
    """Return the person's own words in a report; `part` is its number and the step, `1.story`."""
    number, _dot, step = part.partition(".")
    reports = shown_reports(opened) if opened else []
    if not number.isdecimal() or not 0 < int(number[:6]) <= len(reports):
        return ""
    answers = reports[int(number[:6]) - 1].answers
    return next((it.answer for it in answers if it.is_own_words and it.step == step), "")


async def _sound_to_share(request: DeskRequest) -> tuple[Text | None, tuple[OutgoingFile, ...]]:
    """Return a recording as sound alone; a voice is shared only with names."""

    def look(work: Work) -> bool:
        seen = check_readable(work, request, request.param("reference"))
        session = InterpretingSessions.open_in(work, seen.case, request.now)
        return session is not None and session.sees_names

    if not await request.read(look):
        return VOICE_NEEDS_NAMES, ()
    number = request.form["file"]
    clean = await clean_sound(request, number)
    if clean is None:
        return texts.FILE_NOT_READABLE, ()
    return None, (OutgoingFile(f"{request.sent_nonce[:24]}", "voice", "sound", clean),)


def _refuse(request: DeskRequest, reason: Text, path: str) -> Response:
    if request.is_fetched:
        return request.json(told=request.locale(reason), refused=True, go="")
    request.flash(reason, is_refused=True)
    return request.redirect(path)
