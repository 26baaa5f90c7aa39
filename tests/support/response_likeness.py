"""What an answer says to whoever compares answers: all of it but what is new each time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from httpx import Response

_NEW = re.compile(r"(?<=nonce[-=])\"?[\w-]{22}\"?|(?<=data-csrf=\")[0-9a-f]{32}"
                  r"|(?<=name=\"csrf\" value=\")[0-9a-f]{32}"
                  r"|(?<=name=\"nonce\" value=\")[0-9a-f]{24}")  # fmt: skip

Likeness = tuple[int, tuple[tuple[str, str], ...], str]


def normalised_response(said: Response) -> Likeness:
    """Return an answer's number, headers and words without nonces and marks of forms."""
    headers = sorted((name, _NEW.sub("", value)) for name, value in said.headers.multi_items())
    return said.status_code, tuple(headers), _NEW.sub("", said.text)
