"""Pages on which a caseworker opens a case while someone is on the phone or at the door.

First the person's language is chosen, then one page has every question to read aloud. What is typed
is kept as a draft that only this caseworker can read, until the case is open or refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException

from bot.desks.web import texts
from bot.desks.web.case.actions import ActionInput, flash_result, send_command
from bot.desks.web.form_nonces import NONCE_FIELD
from bot.desks.web.middleware import CSRF_FIELD
from bot.desks.web.opening.drafts import delete_opening, load_opening, store_opening
from bot.desks.web.opening.question_views import (
    ABOUT,
    ASKED_FIRST,
    SAFE,
    THEY_SAFE,
    SpokenPage,
    SpokenQuestion,
    field_names,
    merged_values,
)
from bot.desks.web.request import DeskRequest, NotFoundError, Response
from bot.desks.web.routes import CHECKED_BY_HANDLER, Permission, Repetition, get, post
from bot.hotline.commands.types import Verb
from bot.hotline.origins.model import CHANNEL_NAMES, STAFF_CHANNELS
from bot.hotline.origins.opening import (
    AGREED,
    CHANNEL,
    CONSENT,
    IF_OTHER,
    KEEP,
    LANGUAGE,
    MINE,
    NUMBER,
    TELLER,
    TELLER_AT,
    TIMES,
    WORDING,
)
from bot.languages import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

WORDS = "words"
MAX_WORDS = 12_000
_PLAIN_FIELDS = (CHANNEL, CONSENT, KEEP, NUMBER, TELLER, TELLER_AT)
_OTHER_FIELDS = frozenset({CSRF_FIELD, NONCE_FIELD, WORDS, *_PLAIN_FIELDS})


@dataclass(frozen=True, slots=True)
class OpeningPage:
    """Everything that is read aloud on the page of one language."""

    spoken: SpokenPage
    first: dict[str, SpokenQuestion]
    call: tuple[SpokenQuestion, ...]
    """How the person is called back."""
    more: tuple[SpokenQuestion, ...]

    @property
    def asked(self) -> tuple[SpokenQuestion, ...]:
        """Return every question with fields of its own."""
        return (*self.first.values(), *self.call, *self.more)


def _page_of(request: DeskRequest, language: str) -> OpeningPage:
    spoken, words = SpokenPage(request, language), request.context.spoken
    report = spoken.of_report()
    call = (
        spoken.ask(TIMES, words.times_question, words.times, takes_words=True),
        spoken.ask(IF_OTHER, words.if_other_question, words.if_other, takes_words=True),
    )
    more = tuple(it for step, it in report.items() if step not in ASKED_FIRST)
    first = {step: report[step] for step in (ABOUT, SAFE, THEY_SAFE)}
    return OpeningPage(spoken, first, call, more)


def _language(request: DeskRequest) -> str:
    language = request.param("language")
    if language not in LANGUAGES:
        raise NotFoundError(language)
    return language


@get("/new-case", Permission.OPEN)
async def _choose_language(request: DeskRequest) -> Response:
    """Ask for the language of the person: everything else is read aloud in it."""
    draft = await _draft(request)
    return request.render("new_case.html", languages=LANGUAGES, draft=draft.get(LANGUAGE, ""))


@get("/new-case/{language}", Permission.OPEN)
async def _opening_page(request: DeskRequest) -> Response:
    language = _language(request)
    return _render(request, language, await _draft(request))


@post("/new-case/{language}/draft", Permission.OPEN, *CHECKED_BY_HANDLER, is_pane=True)
async def _keep_draft(request: DeskRequest) -> Response:
    """Keep what is typed, while it is typed."""
    language = _language(request)
    fields = _checked_fields(request, _page_of(request, language))
    await _store_draft(request, fields | {LANGUAGE: language})
    return request.json()


@post(
    "/new-case/{language}", Permission.OPEN, *CHECKED_BY_HANDLER,
    repetition=Repetition.SAME_RESULT,
)  # fmt: skip
async def _open_case(request: DeskRequest) -> Response:
    """Open the case; if that is refused, the page comes back with all that was typed."""
    language = _language(request)
    page = _page_of(request, language)
    fields = _checked_fields(request, page)
    told = await send_command(
        request, "", Verb.OPEN_CASE,
        ActionInput(text=fields.get(WORDS, ""), values=_values(request, page, fields, language)),
    )  # fmt: skip
    if told is not None and told.is_refused:
        await _store_draft(request, fields | {LANGUAGE: language})
        why = request.locale(told.text, **told.values)
        return _render(request, language, fields, why, HTTPStatus.CONFLICT)
    await request.write(lambda work: delete_opening(work, request.caseworker.id))
    if told is None:
        request.flash(texts.COMMAND_STORED)
        return request.redirect("/queue/mine")
    flash_result(request, told)
    is_mine = fields.get(KEEP, MINE) == MINE
    reference = told.values.get("reference", "")
    return request.redirect(f"/cases/{reference}" if is_mine else "/queue/waiting")


@post("/new-case/{language}/refused", Permission.OPEN)
async def _keep_nothing(request: DeskRequest) -> Response:
    """Delete the draft, because the person did not agree, and show what may still be said."""
    language = _language(request)
    await request.write(lambda work: delete_opening(work, request.caseworker.id))
    return request.redirect(f"/new-case/{language}/refused")


@get("/new-case/{language}/refused", Permission.OPEN)
async def _refused_page(request: DeskRequest) -> Response:
    language = _language(request)
    spoken, words = SpokenPage(request, language), request.context.spoken
    return request.render(
        "new_case_refused.html", language=language, not_kept=spoken.say(words.not_kept),
        numbers=spoken.say(words.danger_numbers),
    )  # fmt: skip


def _checked_fields(request: DeskRequest, page: OpeningPage) -> dict[str, str]:
    """Return the fields of the form; raise HTTPException for one that it does not have."""
    if set(request.form) - _OTHER_FIELDS - field_names(page.asked):
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)
    left_out = {CSRF_FIELD, NONCE_FIELD}
    return {name: value for name, value in request.form.items() if name not in left_out}


def _values(
    request: DeskRequest, page: OpeningPage, fields: Mapping[str, str], language: str
) -> dict[str, str]:
    """Return the fields of the command; the words of consent are those that stand on the page."""
    plain = {name: fields[name] for name in _PLAIN_FIELDS if fields.get(name, "").strip()}
    values = merged_values(fields, page.asked) | plain | {LANGUAGE: language}
    if values.get(CONSENT) == AGREED:
        values[WORDING] = request.context.person_text(request.context.spoken.consent, language)
    return values


async def _draft(request: DeskRequest) -> dict[str, str]:
    keyring = request.keyring()
    if keyring is None:
        return {}
    return await request.read(lambda work: load_opening(work, keyring))


async def _store_draft(request: DeskRequest, fields: Mapping[str, str]) -> None:
    keyring = request.keyring()
    if keyring is not None:
        await request.write(lambda work: store_opening(work, fields, keyring, request.now))


def _render(
    request: DeskRequest, language: str, given: Mapping[str, str], why: str = "", status: int = 200
) -> Response:
    page, words = _page_of(request, language), request.context.spoken
    shown: dict[str, Any] = {
        "opening": page.spoken.say(words.opening), "what": page.spoken.say(words.what),
        "number": page.spoken.say(words.number), "consent": page.spoken.say(words.consent),
        "numbers": page.spoken.say(words.danger_numbers),
    }  # fmt: skip
    return request.render(
        "new_case_form.html", status=status, language=language, page=page, given=given, why=why,
        channels=[(it.value, CHANNEL_NAMES[it]) for it in STAFF_CHANNELS], max_words=MAX_WORDS,
        **shown,
    )  # fmt: skip
