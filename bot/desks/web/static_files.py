"""What pages are made of: the stylesheet, scripts, an icon; and the language they are read in."""

from __future__ import annotations

import gzip
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import Response

from bot.desks.web.request import LANGUAGE_COOKIE, YEAR_SECONDS, NotFoundError
from bot.desks.web.routes import Permission, Route, form_fields
from bot.languages import STAFF_LANGUAGES

if TYPE_CHECKING:
    from bot.desks.web.request import DeskRequest

STATIC_DIR = Path(__file__).with_name("static")
MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@cache
def load_static_files() -> dict[str, tuple[bytes, bytes, str, str]]:
    """Return every file pages fetch, by name: its bytes, the same packed, its kind, its mark.

    Pages themselves are never packed: how long they were then would tell of what stands in them.
    """
    found = {}
    for path in sorted(STATIC_DIR.iterdir()):
        if path.suffix in MEDIA_TYPES:
            data = path.read_bytes()
            mark = blake2b(data, digest_size=8).hexdigest()
            packed = gzip.compress(data, mtime=0)
            found[path.name] = (data, packed, MEDIA_TYPES[path.suffix], f'"{mark}"')
    return found


async def static_file(request: DeskRequest) -> Response:
    """Return a file of the pages; one that the browser has already is not sent again."""
    found = load_static_files().get(request.param("name"))
    if found is None:
        raise NotFoundError("no such file")
    data, packed, kind, mark = found
    headers = {"cache-control": "no-cache", "etag": mark, "vary": "accept-encoding"}
    if request.http.headers.get("if-none-match") == mark:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.http.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        data = packed
    return Response(data, media_type=kind, headers=headers)


async def set_language(request: DeskRequest) -> Response:
    """Read the desk in another language from now on."""
    chosen = request.form.get("language", "")
    if chosen not in STAFF_LANGUAGES:
        raise NotFoundError("no such language")
    response = request.redirect(safe_path(request.form.get("back", "")))
    request.set_cookie(response, LANGUAGE_COOKIE, chosen, YEAR_SECONDS)
    return response


def safe_path(path: str) -> str:
    """Return a path of this desk; anything else leads to its beginning."""
    is_ours = path.startswith("/") and not path.startswith("//") and path.isascii()
    return path if is_ours and "\\" not in path and path.isprintable() else "/"


ROUTES = (
    Route("/static/{name}", static_file, Permission.PUBLIC, is_background=True),
    Route("/language", set_language, Permission.PUBLIC, "POST", form_fields("language", "back")),
)
