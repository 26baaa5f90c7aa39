"""What leaves the desk: only from a page of ours, for whoever has just shown a second factor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from bot.desks.web.request import NotFoundError
from bot.desks.web.security_headers import SANDBOX_CSP

if TYPE_CHECKING:
    from bot.desks.web.request import DeskRequest


def require_step_up(request: DeskRequest, back: str) -> Response | None:
    """Return where the second factor is shown again; None for whoever has just done so.

    Args:
        request: who asks.
        back: the page of the case they come from, and go back to.

    Raises:
        NotThere: a page of another site asks.
    """
    if request.http.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise NotFoundError("asked elsewhere")
    if request.current_session.has_stepped_up(request.now):
        return None
    return request.redirect_to_step_up(back)


def text_download(name: str, text: str) -> Response:
    """Return a text to be saved, under a name of ours: nothing in it does anything here."""
    return Response(
        text.encode(), media_type="text/plain; charset=utf-8",
        headers={
            "content-disposition": f'attachment; filename="{name}"',
            "content-security-policy": SANDBOX_CSP, "cache-control": "no-store",
        },
    )  # fmt: skip
