"""Exports that fail: what was typed for them stays, and what is missing is said beforehand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.clock import HOUR
from bot.desks.web.auth.step_up import asked_export
from bot.text import Text, _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.desks.web.request import DeskRequest, Response

TYPED_FOR = HOUR
"""How long what was typed for an export that failed stands in its form."""
DOCUMENTS_MISSING = _(
    "PDF files cannot be made here: a part of Haven is not installed. Ask an administrator."
)


def refuse_export(request: DeskRequest, page: str, text: Text, /, **values: str) -> Response:
    """Say on a page why nothing was exported, and keep what was typed for it."""
    request.current_session.refused_export = asked_export(request, page)
    request.flash(text, is_refused=True, **values)
    return request.redirect(page)


def refuse_without_documents(request: DeskRequest, page: str) -> Response | None:
    """Return the refusal of an export with a PDF where none can be made; None where it can."""
    if request.context.typesetter.is_available:
        return None
    return refuse_export(request, page, DOCUMENTS_MISSING)


def typed_for(request: DeskRequest, page: str) -> Mapping[str, Mapping[str, str]]:
    """Return what was typed on a page for an export that failed, by the last part of its path."""
    refused = request.current_session.refused_export
    if refused is None or refused.back.partition("#")[0] != page:
        return {}
    is_recent = 0 <= request.now - refused.asked_at <= TYPED_FOR
    return {refused.path.rpartition("/")[2]: refused.fields} if is_recent else {}


def forget_typed(request: DeskRequest) -> None:
    """Drop what was typed for an export that failed: another has left the desk."""
    request.current_session.refused_export = None
