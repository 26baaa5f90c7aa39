"""What pages are made of: the stylesheet, scripts, an icon; and the language they are read in."""

from __future__ import annotations

import gzip
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import Response

from bot.desks.web.request import LANGUAGE, YEAR, NotThere
from bot.desks.web.routes import Door, May, fields
from bot.languages import STAFF_LANGUAGES

if TYPE_CHECKING:
    from bot.desks.web.request import Visit

STATIC = Path(__file__).with_name("static")
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@cache
def still_files() -> dict[str, tuple[bytes, bytes, str, str]]:
    """Return every file pages fetch, by name: its bytes, the same packed, its kind, its mark.

    Pages themselves are never packed: how long they were then would tell of what stands in them.
    """
    found = {}
    for path in sorted(STATIC.iterdir()):
        if path.suffix in KINDS:
            data = path.read_bytes()
            mark = blake2b(data, digest_size=8).hexdigest()
            packed = gzip.compress(data, mtime=0)
            found[path.name] = (data, packed, KINDS[path.suffix], f'"{mark}"')
    return found


async def still(visit: Visit) -> Response:
    """Return a file of the pages; one that the browser has already is not sent again."""
    found = still_files().get(visit.param("name"))
    if found is None:
        raise NotThere("no such file")
    data, packed, kind, mark = found
    headers = {"cache-control": "no-cache", "etag": mark, "vary": "accept-encoding"}
    if visit.request.headers.get("if-none-match") == mark:
        return Response(status_code=304, headers=headers)
    if "gzip" in visit.request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        data = packed
    return Response(data, media_type=kind, headers=headers)


async def language(visit: Visit) -> Response:
    """Read the desk in another language from now on."""
    chosen = visit.form.get("language", "")
    if chosen not in STAFF_LANGUAGES:
        raise NotThere("no such language")
    response = visit.go(inside(visit.form.get("back", "")))
    visit.set_cookie(response, LANGUAGE, chosen, YEAR)
    return response


def inside(path: str) -> str:
    """Return a path of this desk; anything else leads to its beginning."""
    is_ours = path.startswith("/") and not path.startswith("//") and path.isascii()
    return path if is_ours and "\\" not in path and path.isprintable() else "/"


DOORS = (
    Door("/static/{name}", still, May.ANYBODY, is_watched=True),
    Door("/language", language, May.ANYBODY, "POST", fields("language", "back")),
)
