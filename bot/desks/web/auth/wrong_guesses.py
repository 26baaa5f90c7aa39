"""Wrong sign-ins, counted in the database, so that all desks slow a guesser down together.

They are counted by name for unknown browsers, and separately for each browser that has signed in
before: an attack on a colleague's password does not slow down that colleague. No account is ever
locked; the longest wait is five minutes. An attempt counts as wrong before it is checked, and stops
counting when it was right: so attempts that are made at once, at several desks, all count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from bot.clock import HOUR, SECOND
from bot.store.compiled import Prepared
from bot.store.statements import delete_by, select_one, upsert
from bot.store.tables.desk import desk_guesses

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.store.writer import Work, Writer

FREE_GUESSES = 3  # wrong attempts without a wait: everyone mistypes
MAX_WAIT, MAX_WAIT_KNOWN_BROWSER = 300, 30
"""Seconds, for an unknown and for a known browser."""
EXPIRES_AFTER = 12 * HOUR
MAX_ENTRIES = 20_000
MAX_COUNT = 1000
"""Beyond it the wait is the longest one anyway."""
KEY_LENGTH = 16

_FIND = select_one(desk_guesses, "wrong", "last_at", by="name", lock=True)
_LOOK = select_one(desk_guesses, "wrong", "last_at", by="name")
_BEGIN = upsert(
    desk_guesses, "name", "wrong", "last_at", key="name", update="last_at",
    on_conflict={"wrong": desk_guesses.c.wrong + 1},  # both of two that begin together
)  # fmt: skip
_COUNT = upsert(desk_guesses, "name", "wrong", "last_at", key="name")
_FORGET = delete_by(desk_guesses, "name")
_EXPIRE = delete_by(desk_guesses, desk_guesses.c.last_at < bindparam("before"))
_NTH_NEWEST = Prepared(
    lambda _: (
        select(desk_guesses.c.last_at).order_by(desk_guesses.c.last_at.desc()).limit(1)
        .offset(MAX_ENTRIES)
    )
)  # fmt: skip


class WrongGuesses:
    """Counts wrong attempts at the desks, or at the partners' rooms."""

    def __init__(self, writer: Writer, prove: Callable[[bytes], bytes], place: str) -> None:
        """Count for a place; `prove` makes keyed digests, so that a copy of the data names no one.

        People also type a password into the field for the name.
        """
        self._writer, self._prove, self._place = writer, prove, place

    def seconds_to_wait(self, work: Work, name: str, browser: str, now: int) -> int:
        """Return the seconds until the next attempt is allowed; 0 for now."""
        rows = work.rows(_LOOK, self._key(name, browser))
        if not rows:
            return 0
        count, last_at = rows[0]
        return wait_after(count, last_at, now, is_known=bool(browser))

    async def begin(self, name: str, browser: str, now: int) -> int:
        """Count an attempt that is about to be checked; or return the seconds it has to wait."""
        key, is_known = self._key(name, browser), bool(browser)

        def take(work: Work) -> int:
            rows = work.rows(_FIND, key)
            if not rows:
                work.run(_BEGIN, key, 1, now)
                return 0
            count, last_at = rows[0]
            if seconds := wait_after(count, last_at, now, is_known=is_known):
                return seconds
            is_old = now - last_at > EXPIRES_AFTER
            work.run(_COUNT, key, 1 if is_old else min(count + 1, MAX_COUNT), now)
            return 0

        return await self._writer.run(take)

    async def forgive(self, name: str, browser: str) -> None:
        """Reset the count of a name and browser: the attempt was right."""
        key = self._key(name, browser)
        await self._writer.run(lambda work: work.run(_FORGET, key))

    @staticmethod
    def expire(work: Work, now: int) -> None:
        """Delete old counts, and the oldest of too many."""
        work.run(_EXPIRE, now - EXPIRES_AFTER)
        if found := work.rows(_NTH_NEWEST):
            work.run(_EXPIRE, int(found[0][0]) + 1)

    def _key(self, name: str, browser: str) -> bytes:
        typed = f"guess|{self._place}|{name.casefold().strip()[:200]}\0{browser}"
        return self._prove(typed.encode())[:KEY_LENGTH]


def wait_after(count: int, last_at: int, now: int, *, is_known: bool) -> int:
    """Return the seconds to wait after so many wrong attempts, the last at a moment."""
    if count < FREE_GUESSES:
        return 0
    longest = MAX_WAIT_KNOWN_BROWSER if is_known else MAX_WAIT
    span = min(2 ** (count - FREE_GUESSES + 1), longest) * SECOND
    left = last_at + span - now
    return max(0, -(-left // SECOND)) if left <= span else 0
