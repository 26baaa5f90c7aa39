"""Addresses of the stylesheet, scripts, icons and manifest, and the choice of a language."""

from __future__ import annotations

from bot.desks.web.assets import VERSION, load_static_files
from bot.desks.web.request import (
    LANGUAGE_COOKIE,
    YEAR_SECONDS,
    DeskRequest,
    NotFoundError,
    Response,
)
from bot.desks.web.routes import Permission, get, post
from bot.languages import STAFF_LANGUAGES


@get("/static/{name}", Permission.PUBLIC, is_background=True)
async def _static_file(request: DeskRequest) -> Response:
    found = load_static_files().get(request.param("name"))
    if found is None:
        raise NotFoundError("no such file")
    data, compressed, media_type, digest = found
    etag = f'"{digest}"'
    is_named = request.http.query_params.get(VERSION) == digest
    keeping = f"public, max-age={YEAR_SECONDS}, immutable" if is_named else "no-cache"
    headers = {"cache-control": keeping, "etag": etag, "vary": "accept-encoding"}
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
