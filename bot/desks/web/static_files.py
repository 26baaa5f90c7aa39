"""Stylesheet, scripts, icons and manifest of the pages, and the choice of a language."""

from __future__ import annotations

import gzip
from functools import cache
from hashlib import blake2b
from pathlib import Path

from bot.desks.web.request import (
    LANGUAGE_COOKIE,
    YEAR_SECONDS,
    DeskRequest,
    NotFoundError,
    Response,
)
from bot.desks.web.routes import Permission, get, post
from bot.languages import STAFF_LANGUAGES

STATIC_DIR = Path(__file__).with_name("static")
MEDIA_TYPES = {
    ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".png": "image/png",
    ".webmanifest": "application/manifest+json",
}  # fmt: skip


@cache
def load_static_files() -> dict[str, tuple[bytes, bytes, str, str]]:
    """Return bytes, compressed bytes, media type and ETag of each file, by name.

    Pages themselves are never compressed: their length would reveal something of their content.
    """
    found = {}
    for path in sorted(STATIC_DIR.iterdir()):
        if path.suffix in MEDIA_TYPES:
            data = path.read_bytes()
            etag = f'"{blake2b(data, digest_size=8).hexdigest()}"'
            found[path.name] = (data, gzip.compress(data, mtime=0), MEDIA_TYPES[path.suffix], etag)
    return found


@get("/static/{name}", Permission.PUBLIC, is_background=True)
async def _static_file(request: DeskRequest) -> Response:
    found = load_static_files().get(request.param("name"))
    if found is None:
        raise NotFoundError("no such file")
    data, compressed, media_type, etag = found
    headers = {"cache-control": "no-cache", "etag": etag, "vary": "accept-encoding"}
    if request.http.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.http.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        data = compressed
    return Response(data, media_type=media_type, headers=headers)


@post("/language", Permission.PUBLIC, "language", "back")
async def _set_language(request: DeskRequest) -> Response:
    chosen = request.form.get("language", "")
    if chosen not in STAFF_LANGUAGES:
        raise NotFoundError("no such language")
    response = request.redirect(safe_path(request.form.get("back", "")))
    request.set_cookie(response, LANGUAGE_COOKIE, chosen, YEAR_SECONDS)
    return response


def safe_path(path: str) -> str:
    """Return the path if it stays on this desk, else the home page."""
    is_local = path.startswith("/") and not path.startswith("//") and path.isascii()
    return path if is_local and "\\" not in path and path.isprintable() else "/"
