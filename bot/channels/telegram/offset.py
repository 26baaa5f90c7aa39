"""Where the next batch begins: Telegram forgets every update below the offset it is asked for.

The rule is the end of the last batch, never the highest number ever seen: after a quiet week
Telegram starts again at a random, possibly lower number, and everything below a higher offset would
be gone unread. For the same reason a start asks without an offset; what then comes twice is known
to the inbox.

An update whose number cannot be read must stop neither the others nor the offset. Telegram answers
with the lowest numbers it still holds, in order, so after k such updates on top of number n nothing
unseen can lie below n + 1 + k: asking for that forgets none of the others, and moves on.

A number so high that the next is no offset is not such a one: others may come below it for as long
as Telegram holds it, so it moves nothing, however often it comes again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from bot.channels.telegram.split_batch import LAST_ID, is_usable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.channels.telegram.split_batch import RawUpdate


class OffsetPolicy(Protocol):
    """Has a batch kept, and says where the next one begins."""

    async def settle(
        self,
        batch: Sequence[RawUpdate],
        asked: int | None,
        receive: Callable[[Sequence[RawUpdate]], Awaitable[None]],
    ) -> int | None:
        """Hand the batch over and return the offset to ask for next."""


class ConfirmAfterCommit:
    """The right way: nothing is confirmed before it is kept."""

    async def settle(
        self,
        batch: Sequence[RawUpdate],
        asked: int | None,
        receive: Callable[[Sequence[RawUpdate]], Awaitable[None]],
    ) -> int | None:
        """Return the end of the batch, once `receive` has returned after its commit."""
        await receive(batch)
        return next_offset(batch, asked)


def next_offset(batch: Sequence[RawUpdate], offset: int | None) -> int | None:
    """Return the offset behind a batch that began at the offset asked for, None if unknown."""
    end = offset
    for update in batch:
        if is_usable(update.update_id):
            end = update.update_id + 1
        elif end is not None and update.update_id <= LAST_ID:
            end = min(end + 1, LAST_ID + 1)
    return end
