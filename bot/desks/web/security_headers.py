"""What every answer carries, and what is refused before anybody looks at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from http import HTTPStatus

    from starlette.datastructures import Headers
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import Message, Receive

    from bot.desks.web.context import DeskContext

MAX_FORM_BYTES = 96 * 1024
"""Bytes of a form: the longest message, and room."""
MAX_HEADER_BYTES = 16 * 1024
"""Bytes of names and values; browsers send two thousand."""
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
PAGE_CSP = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
SANDBOX_CSP = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
)
"""For what a person sent: whatever it is, it does nothing here."""
DISABLED_FEATURES = ", ".join(
    f"{name}=()"
    for name in (
        "accelerometer", "autoplay", "camera", "display-capture", "geolocation", "gyroscope",
        "microphone", "midi", "payment", "usb", "serial", "hid", "browsing-topics",
    )
)  # fmt: skip
SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # with none at all, browsers hide where a form came from
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "permissions-policy": DISABLED_FEATURES,
    "x-robots-tag": "noindex, nofollow",
    "x-frame-options": "DENY",
}


def add_security_headers(response: Response, context: DeskContext, nonce: str) -> Response:
    """Give an answer what every answer carries; what it brings itself stays."""
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("cache-control", "no-store")
    policy = (
        PAGE_CSP.format(nonce=nonce) if nonce else PAGE_CSP.replace("'nonce-{nonce}'", "'none'")
    )
    response.headers.setdefault("content-security-policy", policy)
    if context.is_secure:
        response.headers.setdefault("strict-transport-security", "max-age=63072000")
    return response


def has_own_host(request: Request, context: DeskContext) -> bool:
    """Tell whether a request names this desk, whatever a proxy or a stranger's name says."""
    return request.headers.get("host", "").lower() == context.origin.partition("://")[2]


def has_plain_framing(request: Request) -> bool:
    """Tell whether a request says in one way only where it ends, as browsers do.

    One that is cut into chunks can end elsewhere for whoever stands in front of the desk: what
    follows would be somebody else's request.
    """
    return "transfer-encoding" not in request.headers


def has_short_headers(request: Request) -> bool:
    """Tell whether a request's headers are as long as a browser's."""
    headers = request.headers.raw
    return sum(len(name) + len(value) for name, value in headers) <= MAX_HEADER_BYTES


def is_same_origin(request: Request, context: DeskContext) -> bool:
    """Tell whether a change comes from a page of this desk, as its browser swears."""
    headers: Headers = request.headers
    site = headers.get("sec-fetch-site", "same-origin")
    return headers.get("origin") == context.origin and site == "same-origin"


def is_form(request: Request) -> bool:
    """Tell whether what is sent is a form of a size a form has."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    length = request.headers.get("content-length", "")
    is_a_number = length.isdecimal() and len(length) <= len(str(MAX_FORM_BYTES))
    return kind in FORM_TYPES and is_a_number and int(length) <= MAX_FORM_BYTES


def limit_body(receive: Receive) -> Receive:
    """Return the same, cut off where it brings more than it said it would."""
    seen = 0

    async def receive_some() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > MAX_FORM_BYTES:
            return {"type": "http.disconnect"}
        return message

    return receive_some


def wrong_host() -> Response:
    """Return what is said to whoever names another desk."""
    return PlainTextResponse("Not here.\n", 404)


def close_connection(status: HTTPStatus) -> Response:
    """Return what is said to whoever sends what no browser does; nothing they send is read on."""
    return PlainTextResponse("Not like this.\n", status, headers={"connection": "close"})
