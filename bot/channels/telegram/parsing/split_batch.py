"""Splitting a response of Telegram into updates without parsing them.

Every update keeps its exact bytes, however the response was split: the inbox recognises an update
by a digest of them, and the same update may come once with a broken one and once without.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from bot.errors import UnreadableUpdateError

FIRST_ID = 1
LAST_ID = 2**31 - 2
"""An update's id plus one must be a valid offset."""


class RawUpdate(msgspec.Struct, frozen=True, gc=False):
    """One update as it arrived."""

    update_id: int
    """Telegram's id; 0 if it could not be read."""
    raw: bytes
    """Its JSON, byte for byte."""


class _UpdatesResponse(msgspec.Struct, gc=False):
    result: list[msgspec.Raw]


class _UpdateNumber(msgspec.Struct, gc=False):
    update_id: int = 0


_answer = msgspec.json.Decoder(_UpdatesResponse).decode
_number = msgspec.json.Decoder(_UpdateNumber).decode
_NUMBER_FIRST = re.compile(rb'\s*\{\s*"update_id"\s*:\s*(-?\d{1,18})\s*[,}]')
_NUMBER_LATER = re.compile(rb'[,\[]\s*\{\s*"update_id"\s*:\s*(\d{1,18})\s*[,}]')
_TOKENS = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[\[\]{},]', re.DOTALL)
_OPENS_LIST = re.compile(rb"\s*:\s*\[")


def split_updates(body: bytes) -> list[RawUpdate]:
    """Return the updates of a response to `getUpdates`, each with its own bytes.

    msgspec rejects a whole body for one lone surrogate, broken byte or nesting too deep; then the
    body is split by its brackets alone.

    Raises:
        UnreadableUpdateError: the body contains no complete list of updates.
    """
    try:
        elements = [bytes(element) for element in _answer(body).result]
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        elements = None
    if elements is None:  # outside the handler: the first error may quote the text
        elements = _split_by_brackets(body)
    return [RawUpdate(_update_id(element), element) for element in elements]


def read_update(body: bytes) -> RawUpdate:
    """Return the update that is the whole body of a post to a webhook, with the same bytes.

    Telegram writes an update there as in an answer to `getUpdates`, byte for byte.
    """
    raw = body.strip()
    return RawUpdate(_update_id(raw), raw)


def _update_id(element: bytes) -> int:
    try:
        update_id = _number(element).update_id
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        first = _NUMBER_FIRST.match(element)
        update_id = int(first[1]) if first else 0
    return update_id if -(2**63) <= update_id < 2**63 else 0


def is_usable(update_id: int) -> bool:
    """Tell whether Telegram can have assigned this id, and accepts the next one as an offset."""
    return FIRST_ID <= update_id <= LAST_ID


def unsplit_update(body: bytes) -> RawUpdate | None:
    """Return the first update of a response that cannot be split, with all that follows it.

    Its id is the one it begins with, otherwise the one before the next readable id. None if no list
    of updates begins in the body.
    """
    try:
        begin = _find_list(body, _TOKENS.finditer(body))
    except UnreadableUpdateError:
        return None
    first = body[begin:].strip()
    number = _update_id(first)
    if not number and (later := _NUMBER_LATER.search(first)):
        number = int(later[1]) - 1
    return RawUpdate(number, first) if first else None


def _split_by_brackets(body: bytes) -> list[bytes]:
    tokens = _TOKENS.finditer(body)
    begin = _find_list(body, tokens)
    elements = []
    depth = 0
    for token in tokens:
        mark = token[0]
        if mark in b"[{":
            depth += 1
        elif depth == 0 and mark in b",]":
            elements.append(body[begin : token.start()].strip())
            begin = token.end()
            if mark == b"]":
                return [] if elements == [b""] else elements
        elif mark in b"]}":
            depth -= 1
    raise UnreadableUpdateError("the list of updates has no end")


def _find_list(body: bytes, tokens: Any) -> int:
    """Return the position of the first update; `tokens` is read up to there."""
    depth = 0
    for token in tokens:
        mark = token[0]
        if mark in b"[{":
            depth += 1
        elif mark in b"]}":
            depth -= 1
        elif (
            depth == 1 and mark == b'"result"' and (opening := _OPENS_LIST.match(body, token.end()))
        ):
            next(tokens)
            return opening.end()
    raise UnreadableUpdateError("the response contains no list of updates")


MAX_UPDATES = 100
"""Updates Telegram returns at once."""
MAX_FAILURES = 3
"""Broken responses in a row that cannot be an accident of the connection."""


class BrokenBatchHandler:
    """Counts responses that cannot be split, and isolates the update that breaks them."""

    def __init__(self) -> None:
        self.limit = MAX_UPDATES
        self._times = 0
        self._first = 0
        self._alone = b""
        self._aside = RawUpdate(0, b"")

    def note_success(self, *, empty: bool) -> None:
        """Note a response that could be split; after an empty one the limit is lifted."""
        self._times = self._first = 0
        if empty:
            self.limit = MAX_UPDATES

    def handle_failure(self, body: bytes) -> RawUpdate | None:
        """Note one that could not; return the broken update once it is certain."""
        update = unsplit_update(body)
        if update is None:  # not a response of Telegram, or cut off too early
            return None
        if self.limit > 1:
            self._times += 1
            if self._times == MAX_FAILURES:
                self._times, self._first, self.limit = 0, update.update_id, 1
            return None
        if update.raw != self._alone:  # perhaps cut off on its way: request it once more
            self._alone = update.raw
            return None
        return self._set_aside(update)

    def _set_aside(self, update: RawUpdate) -> RawUpdate:
        number = update.update_id or self._first
        if update.raw == self._aside.raw:  # it came again, so its id is higher than it seemed
            number = max(number, self._aside.update_id + 1)
        self._aside = RawUpdate(number, update.raw)
        self._alone, self.limit = b"", MAX_UPDATES
        return self._aside
