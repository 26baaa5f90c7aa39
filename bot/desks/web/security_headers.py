"""Security headers of every answer, and checks of a request before anything else looks at it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import Message, Receive

MAX_FORM_BYTES = 192 * 1024
"""Enough for the longest draft: 9 bytes for each Chinese character, as forms encode it."""
MAX_UPLOAD_BYTES = 10 * 1024 * 1024
"""Bytes of a form with a file; Telegram takes pictures of at most 10 MB."""
MAX_LENGTH_DIGITS = 15
"""Digits of a length that a browser sends for any file there is."""
MAX_HEADER_BYTES = 16 * 1024
"""Names and values together; browsers send about two thousand bytes."""
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
PAGE_CSP = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self'; "
    "media-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
WORKER_CSP = (
    PAGE_CSP.replace("trusted-types 'none'", "trusted-types haven-worker") + "; worker-src 'self'"
)
"""For the one page that installs the script which shows calls."""
SANDBOX_CSP = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
)
"""For files a person sent: nothing in them can run."""
DISABLED_FEATURES = ", ".join(
    f"{name}=()"
    for name in (
        "accelerometer", "autoplay", "camera", "display-capture", "geolocation", "gyroscope",
        "microphone", "midi", "payment", "usb", "serial", "hid", "browsing-topics",
    )
)  # fmt: skip
SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # "no-referrer" would also hide the origin of forms
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "permissions-policy": DISABLED_FEATURES,
    "x-robots-tag": "noindex, nofollow",
    "x-frame-options": "DENY",
}


class Site(Protocol):
    """What is served at an address of its own: the desk, or the partners' room."""

    @property
    def origin(self) -> str:
        """Return its address in browsers."""

    @property
    def is_secure(self) -> bool:
        """Tell whether browsers connect by TLS."""


def add_security_headers(response: Response, context: Site, nonce: str) -> Response:
    """Add the security headers an answer does not have yet; without a nonce no script may run."""
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


def has_own_host(request: Request, context: Site) -> bool:
    """Whether the Host header names this desk; headers of proxies are not trusted."""
    return request.headers.get("host", "").lower() == context.origin.partition("://")[2]


def has_plain_framing(request: Request) -> bool:
    """Whether the request says in one way only where it ends, as browsers do.

    A proxy may see another end in a chunked request: the rest would be taken for the request of
    another caseworker (request smuggling).
    """
    return "transfer-encoding" not in request.headers


def has_short_headers(request: Request) -> bool:
    """Whether the headers are no longer than those of a browser."""
    return sum(len(name) + len(value) for name, value in request.headers.raw) <= MAX_HEADER_BYTES


def is_same_origin(request: Request, context: Site) -> bool:
    """Whether the browser says that a page of this desk made the request."""
    site = request.headers.get("sec-fetch-site", "same-origin")
    return request.headers.get("origin") == context.origin and site == "same-origin"


def is_form(request: Request, max_bytes: int = MAX_FORM_BYTES) -> bool:
    """Whether the body is a form of an allowed size."""
    length = _form_length(request)
    return length is not None and length <= max_bytes


def is_too_large(request: Request, max_bytes: int = MAX_FORM_BYTES) -> bool:
    """Whether the body is a form that says that it is longer than it may be."""
    length = _form_length(request)
    return length is not None and length > max_bytes


def _form_length(request: Request) -> int | None:
    """Return how long a form says that it is; None for what is no form or does not say it."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    length = request.headers.get("content-length", "")
    is_a_number = length.isascii() and length.isdecimal() and len(length) <= MAX_LENGTH_DIGITS
    return int(length) if kind in FORM_TYPES and is_a_number else None


def limit_body(receive: Receive, max_bytes: int = MAX_FORM_BYTES) -> Receive:
    """Return a `receive` that ends the connection when the body exceeds the limit."""
    seen = 0

    async def receive_some() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > max_bytes:
            return {"type": "http.disconnect"}
        return message

    return receive_some
