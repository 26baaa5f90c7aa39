"""Page on which a caseworker reads a code aloud, and chooses the phone that shows the right words.

The code is stored as a digest only, so the page shows it once; after that a new one has to be made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.desks.web import texts
from bot.desks.web.auth.case_access import access_case
from bot.desks.web.case.actions import respond, send_command
from bot.desks.web.case.view import load_case_page_view
from bot.desks.web.opening.question_views import ReadAloud, SpokenPage
from bot.desks.web.routes import Permission, Repetition, get, post
from bot.hotline.commands.types import Verb

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.desks.web.case.view import CaseView
    from bot.desks.web.request import DeskRequest, Response
    from bot.hotline.origins.join_codes import JoinRequest


@dataclass(frozen=True, slots=True)
class PhoneView:
    """A phone that asks to join, and the two words that it shows."""

    id: int
    at: int
    words: tuple[ReadAloud, ReadAloud]


def phone_views(
    request: DeskRequest, language: str, asked: Sequence[JoinRequest]
) -> list[PhoneView]:
    """Return the phones that ask to join, with their words in both languages."""
    spoken, words = SpokenPage(request, language), request.context.spoken.words
    return [
        PhoneView(it.id, it.at, (spoken.say(words[it.words[0]]), spoken.say(words[it.words[1]])))
        for it in asked
    ]


@post("/cases/{reference}/join-code", Permission.CHANGE, repetition=Repetition.SAME_RESULT)
async def _make_code(request: DeskRequest) -> Response:
    """Make a code and show it, once."""
    seen = await access_case(request)
    told = await send_command(request, seen.case, Verb.MAKE_JOIN_CODE)
    if told is None or told.is_refused or "code" not in told.values:
        return respond(request, told, f"/cases/{seen.summary.reference}")
    return _render(request, await load_case_page_view(request), told.values["code"])


@get("/cases/{reference}/join-code", Permission.CASE)
async def _code_page(request: DeskRequest) -> Response:
    view = await load_case_page_view(request)
    return _render(request, view, "") if _is_own(view) else _to_case(request, view)


@get("/cases/{reference}/join-code/phones", Permission.CASE, is_pane=True, is_background=True)
async def _phones_pane(request: DeskRequest) -> Response:
    view = await load_case_page_view(request)
    if not _is_own(view):
        return _to_case(request, view)
    return request.render("_join_phones.html", **_values(request, view))


def _is_own(view: CaseView) -> bool:
    """Return whether the caseworker looks after the case: only they hear the words."""
    return view.is_readable and view.access.is_mine


def _to_case(request: DeskRequest, view: CaseView) -> Response:
    return request.redirect(f"/cases/{view.access.summary.reference}")


def _values(request: DeskRequest, view: CaseView) -> dict[str, Any]:
    summary = view.access.summary
    return {
        "view": view, "summary": summary, "language": summary.language,
        "phones": phone_views(request, summary.language, view.join_requests),
    }  # fmt: skip


def _render(request: DeskRequest, view: CaseView, code: str) -> Response:
    spoken = SpokenPage(request, view.access.summary.language)
    return request.render(
        "join_code.html", code=code, aloud=spoken.say(request.context.spoken.join_code),
        shown_once=texts.CODE_SHOWN_ONCE, **_values(request, view),
    )  # fmt: skip
