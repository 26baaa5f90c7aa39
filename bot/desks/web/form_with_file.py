"""Forms with a file: read into memory, because a temporary file on a disk is not sealed."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser

from bot.desks.web.security_headers import MAX_FORM_BYTES, MAX_UPLOAD_BYTES

if TYPE_CHECKING:
    from starlette.datastructures import FormData
    from starlette.requests import Request

    from bot.desks.web.routes import Route

FILE_FIELD = "file"


def max_form_bytes(route: Route) -> int:
    """Return how large the body of a request to a route may be."""
    return MAX_UPLOAD_BYTES if route.takes_file else MAX_FORM_BYTES


def is_multipart(http: Request) -> bool:
    """Return whether a form may have a file."""
    return http.headers.get("content-type", "").lower().startswith("multipart/form-data")


class _MemoryParser(MultiPartParser):
    spool_max_size = MAX_UPLOAD_BYTES  # a larger one would go to a disk, and is refused before


async def parse_form_with_file(http: Request, max_fields: int) -> FormData:
    """Return the fields of a form and one file at most.

    Raises:
        HTTPException: it is no such form.
    """
    parser = _MemoryParser(http.headers, http.stream(), max_files=1, max_fields=max_fields)
    try:
        return await parser.parse()
    except (MultiPartException, KeyError):  # KeyError: it names no boundary
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY) from None
