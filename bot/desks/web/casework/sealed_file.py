"""Files that a caseworker gave to a case: their ids, and how one is opened for its page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeVar

from bot.desks.web.auth.case_access import check_readable
from bot.desks.web.form_nonces import digest_of
from bot.desks.web.request import DeskRequest, NotFoundError
from bot.desks.web.security_headers import SANDBOX_CSP
from bot.errors import CaseNotReadableError, DecryptionError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.store.writer import Work
    from bot.vault import Opener

Found = TypeVar("Found")
ID_LENGTH: Final = 32
_ID = re.compile("[0-9a-f]{32}")
FILE_HEADERS: Mapping[str, str] = {
    "content-security-policy": SANDBOX_CSP, "cache-control": "no-store", "accept-ranges": "none",
}  # fmt: skip


def upload_id(request: DeskRequest) -> str:
    """Return the id of the file in a form: the same when the same form arrives again."""
    return digest_of(request.sent_nonce, request.uploaded).hex()[:ID_LENGTH]


async def open_file(
    request: DeskRequest, find: Callable[[Work, str, Opener, str], Found | None]
) -> Found:
    """Return the file of an address; `find` gets the case, what opens it, and the file's id.

    Raises:
        NotFoundError: the file is forbidden, missing or altered.
    """
    site = request.http.headers.get("sec-fetch-site", "same-origin")
    file, keyring, vault = request.param("file"), request.keyring(), request.context.vault
    if site != "same-origin" or keyring is None or not _ID.fullmatch(file):
        raise NotFoundError("no file")

    def look(work: Work) -> Found | None:
        case = check_readable(work, request, request.param("reference")).case
        return find(work, case, vault.cases.opener(case, keyring), file)

    try:
        found = await request.read(look)
    except (CaseNotReadableError, DecryptionError):
        found = None
    if found is None:
        raise NotFoundError("no file")
    return found
