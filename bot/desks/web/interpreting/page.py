"""The interpreter's page: an invitation, or the one conversation that is open; and own hours.

Nothing here names a case: what is shown was sealed to the interpreter's own key, and the address is
the same for every conversation. After the end nothing opens, because the copies are deleted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException

from bot.cases.evidence.audio_sanitizer import MEDIA_TYPE
from bot.desks.web.case.actions import VALUE_PREFIX, respond
from bot.desks.web.interpreting.fees import FeeLine, fee_lines, month_of, month_span
from bot.desks.web.request import DeskRequest, NotFoundError, Response
from bot.desks.web.routes import Permission, Repetition, get, post
from bot.desks.web.security_headers import SANDBOX_CSP
from bot.errors import DecryptionError
from bot.hotline.commands.interpreting import NOTE
from bot.hotline.commands.permissions import CommandPermission
from bot.hotline.commands.registry import COMMANDS
from bot.hotline.commands.types import Command, Verb
from bot.hotline.interpreting.sessions import InterpretingSessions
from bot.hotline.interpreting.texts import SharedTexts
from bot.store.statements import select_one
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from bot.hotline.interpreting.sessions import InterpretingSession
    from bot.hotline.interpreting.texts import SharedText
    from bot.store.writer import Work
    from bot.vault.keys.keyring import Keyring

PAGE = "/interpreting"
INTERPRETER_VERBS = tuple(
    verb for verb, spec in COMMANDS.items() if spec.permission is CommandPermission.INTERPRETER
)
MAX_CODE, MAX_DIGITS = 64, 18
_LANGUAGE = select_one(cases, "language", by="id")
_SOUND_HEADERS = {
    "content-security-policy": SANDBOX_CSP, "cache-control": "no-store", "accept-ranges": "none",
}  # fmt: skip


@dataclass(slots=True)
class InterpreterView:
    """What an interpreter sees."""

    session: InterpretingSession | None = None
    language: str = ""
    """The person's; of the case nothing else is known."""
    texts: list[SharedText] = field(default_factory=list)
    is_sealed: bool = False
    """Whether this session of the browser cannot open the copies: they sign in again."""
    hours: list[FeeLine] = field(default_factory=list)
    """Of this month."""

    @property
    def is_running(self) -> bool:
        """Whether the conversation is open."""
        return self.session is not None and self.session.began_at is not None


@get(PAGE, Permission.INTERPRET)
async def _interpreting_page(request: DeskRequest) -> Response:
    return request.render("interpreting.html", view=await _load_view(request))


@get(PAGE + "/pane", Permission.INTERPRET, is_pane=True, is_background=True)
async def _interpreting_pane(request: DeskRequest) -> Response:
    return request.render("_interpreting.html", view=await _load_view(request))


@get(PAGE + "/texts/{text}/sound", Permission.INTERPRET, is_pane=True)
async def _shared_sound(request: DeskRequest) -> Response:
    """Return a recording that was shared, as sound alone."""
    text, keyring = request.param("text"), request.keyring()
    if keyring is None or not (text.isdecimal() and len(text) <= MAX_DIGITS):
        raise NotFoundError("no recording")

    def look(work: Work) -> bytes | None:
        session = _open_session(work, request)
        if session is None or not session.is_running(request.now):
            return None
        return SharedTexts.sound_of(work, session, int(text), keyring)

    sound = await request.read(look)
    if sound is None:
        raise NotFoundError("no recording")
    return Response(sound, media_type=MEDIA_TYPE, headers=_SOUND_HEADERS)


@post(
    PAGE + "/do/{verb}", Permission.INTERPRET, "code", "words", VALUE_PREFIX + NOTE,
    repetition=Repetition.SAME_RESULT,
)  # fmt: skip
async def _act(request: DeskRequest) -> Response:
    """Begin, leave, or send a rendering."""
    asked, code = request.param("verb"), request.form.get("code", "")
    verb = next((it for it in INTERPRETER_VERBS if it.value == asked), None)
    if verb is None or len(code) > MAX_CODE:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)
    session = await request.read(lambda work: _session_of(work, request, code))
    if session is None:
        raise NotFoundError("no such conversation")
    words = request.form.get("words", "").replace("\r\n", "\n")
    note = request.form.get(VALUE_PREFIX + NOTE, "").replace("\r\n", "\n")
    told = await request.context.command_client.send(
        Command(
            verb=verb, by=request.caseworker.id, case=session.case, code=code, text=words,
            values={NOTE: note} if verb is Verb.RENDER else {},
        ),
        request.sent_nonce,
    )  # fmt: skip
    return respond(request, told, PAGE)


def _session_of(work: Work, request: DeskRequest, code: str) -> InterpretingSession | None:
    """Return the session that a code names, if it is this interpreter's; ended or not."""
    number = code.partition(".")[0]
    found = InterpretingSessions.find(work, number) if number.isalnum() else None
    return found if found is not None and found.interpreter == request.caseworker.id else None


def _open_session(work: Work, request: DeskRequest) -> InterpretingSession | None:
    found = InterpretingSessions.open_of(work, request.caseworker.id, request.now)
    return found[0] if found else None


async def _load_view(request: DeskRequest) -> InterpreterView:
    keyring = request.keyring()

    def look(work: Work) -> InterpreterView:
        view = InterpreterView(_open_session(work, request), hours=_own_hours(work, request))
        if view.session is not None:
            view.language = str(work.rows(_LANGUAGE, view.session.case)[0][0])
            if view.session.is_running(request.now):
                _open_texts(work, view, view.session, keyring)
        return view

    return await request.read(look)


def _own_hours(work: Work, request: DeskRequest) -> list[FeeLine]:
    """Return this interpreter's sessions of this month."""
    zone, rules = request.context.zone, request.context.place.interpreter_fees
    found = InterpretingSessions.hours(work, *month_span(month_of(request.now, zone), zone))
    own = [it for it in found if it.interpreter == request.caseworker.id]
    return fee_lines(own, rules[:1], zone)


def _open_texts(
    work: Work, view: InterpreterView, session: InterpretingSession, keyring: Keyring | None
) -> None:
    view.is_sealed = keyring is None
    if keyring is not None:
        try:
            view.texts = SharedTexts.of_interpreter(work, session, keyring)
        except DecryptionError:  # sealed to an earlier key
            view.is_sealed = True
