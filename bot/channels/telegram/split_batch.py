"""One answer of Telegram, cut into single updates without understanding them.

Every update keeps its own bytes exactly, whichever way it was cut: the inbox knows an update again
by a digest of them, and the same update may come once beside a broken one and once without.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from bot.errors import UnreadableUpdateError

FIRST_ID = 1
LAST_ID = 2**31 - 2
"""An update's number plus one has to be a number Telegram takes as an offset."""


class RawUpdate(msgspec.Struct, frozen=True, gc=False):
    """One update as it came."""

    update_id: int
    """Telegram's number for it; 0 when it had none that could be read."""
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
    """Return the updates of an answer to `getUpdates`, each with its own bytes.

    msgspec refuses a whole body for one lone surrogate, one broken byte or one nesting too deep;
    then the body is cut by its brackets alone, and only what still fails later is set aside.

    Raises:
        Unreadable: the body has no complete list of updates in it.
    """
    try:
        elements = [bytes(element) for element in _answer(body).result]
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        elements = None
    if elements is None:  # outside the handler: the first error may carry words along
        elements = _split_by_brackets(body)
    return [RawUpdate(_update_id(element), element) for element in elements]


def _update_id(element: bytes) -> int:
    try:
        update_id = _number(element).update_id
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        first = _NUMBER_FIRST.match(element)
        update_id = int(first[1]) if first else 0
    return update_id if -(2**63) <= update_id < 2**63 else 0


def is_usable(update_id: int) -> bool:
    """Say whether Telegram can have given this number, and takes the next one as an offset."""
    return FIRST_ID <= update_id <= LAST_ID


def unsplit_update(body: bytes) -> RawUpdate | None:
    """Return the first update of an answer that cannot be cut, with all that follows it.

    Its number is the one it begins with; else the one before the next that can be seen, since
    whatever lies below that is this. None when no list of updates begins there.
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
    """Return where the first update begins, with the tokens read up to there."""
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
    raise UnreadableUpdateError("the answer holds no list of updates")


MAX_UPDATES = 100
"""Updates Telegram gives at once."""
MAX_FAILURES = 3
"""Answers in a row after which it is no accident of the line."""


class BrokenBatchHandler:
    """Counts answers that cannot be cut, and says how to go on."""

    def __init__(self) -> None:
        self.limit = MAX_UPDATES
        """How many updates to ask for."""
        self._times = 0
        self._first = 0
        self._alone = b""
        self._aside = RawUpdate(0, b"")

    def note_success(self, *, empty: bool) -> None:
        """Note an answer that could be cut; an empty one has nothing left to get past."""
        self._times = self._first = 0
        if empty:
            self.limit = MAX_UPDATES

    def handle_failure(self, body: bytes) -> RawUpdate | None:
        """Note one that could not; return what is to be set aside, once nothing else helps."""
        update = unsplit_update(body)
        if update is None:  # no list of updates begins there: not Telegram's, or nothing of it
            return None
        if self.limit > 1:
            self._times += 1
            if self._times == MAX_FAILURES:
                self._times, self._first, self.limit = 0, update.update_id, 1
            return None
        if update.raw != self._alone:  # cut off on its way, perhaps; then it comes otherwise
            self._alone = update.raw
            return None
        return self._set_aside(update)

    def _set_aside(self, update: RawUpdate) -> RawUpdate:
        number = update.update_id or self._first
        if update.raw == self._aside.raw:  # it came again: its number was higher than it seemed
            number = max(number, self._aside.update_id + 1)
        self._aside = RawUpdate(number, update.raw)
        self._alone, self.limit = b"", MAX_UPDATES
        return self._aside
