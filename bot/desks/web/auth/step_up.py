"""What leaves the desk: only from a page of ours, for whoever has just shown a second factor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from bot.desks.web.request import NotThere
from bot.desks.web.security_headers import NOTHING

if TYPE_CHECKING:
    from bot.desks.web.request import Visit


def ask_first(visit: Visit, back: str) -> Response | None:
    """Return where the second factor is shown again; None for whoever has just done so.

    Args:
        visit: who asks.
        back: the page of the case they come from, and go back to.

    Raises:
        NotThere: a page of another site asks.
    """
    if visit.request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise NotThere("asked elsewhere")
    if visit.here.is_proved(visit.now):
        return None
    return visit.prove_first(back)


def as_text(name: str, text: str) -> Response:
    """Return a text to be saved, under a name of ours: nothing in it does anything here."""
    return Response(
        text.encode(), media_type="text/plain; charset=utf-8",
        headers={
            "content-disposition": f'attachment; filename="{name}"',
            "content-security-policy": NOTHING, "cache-control": "no-store",
        },
    )  # fmt: skip
