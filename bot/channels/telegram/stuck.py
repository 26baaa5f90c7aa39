"""Getting past an answer of Telegram that cannot be cut into updates.

An answer that is cut off on its way, or is not Telegram's, is waited out. One whose list of updates
never ends, and comes again and again, would keep everybody waiting behind the one update that
spoils it. So updates are then asked for one at a time: the others are kept as always, and the one
that cannot be cut even alone is handed on as it is, to be set aside like any that cannot be read.
"""

from __future__ import annotations

from bot.channels.telegram.split import Raw, uncut

MOST = 100
"""Updates Telegram gives at once."""
TRIES = 3
"""Answers in a row after which it is no accident of the line."""


class Stuck:
    """Counts answers that cannot be cut, and says how to go on."""

    def __init__(self) -> None:
        self.limit = MOST
        """How many updates to ask for."""
        self._times = 0
        self._first = 0
        self._alone = b""
        self._aside = Raw(0, b"")

    def passed(self, *, empty: bool) -> None:
        """Note an answer that could be cut; an empty one has nothing left to get past."""
        self._times = self._first = 0
        if empty:
            self.limit = MOST

    def failed(self, body: bytes) -> Raw | None:
        """Note one that could not; return what is to be set aside, once nothing else helps."""
        update = uncut(body)
        if update is None:  # no list of updates begins there: not Telegram's, or nothing of it
            return None
        if self.limit > 1:
            self._times += 1
            if self._times == TRIES:
                self._times, self._first, self.limit = 0, update.update_id, 1
            return None
        if update.raw != self._alone:  # cut off on its way, perhaps; then it comes otherwise
            self._alone = update.raw
            return None
        return self._set_aside(update)

    def _set_aside(self, update: Raw) -> Raw:
        number = update.update_id or self._first
        if update.raw == self._aside.raw:  # it came again: its number was higher than it seemed
            number = max(number, self._aside.update_id + 1)
        self._aside = Raw(number, update.raw)
        self._alone, self.limit = b"", MOST
        return self._aside
