"""The offset of the next batch: Telegram deletes every update below the offset of a request.

The offset is the end of the last batch, never the highest id ever seen: after a quiet week Telegram
starts again at a random, possibly lower id, and everything below a higher offset would be lost. For
the same reason the first request has no offset; the inbox recognises what arrives twice.

An update whose id cannot be read must stop neither the others nor the offset. Telegram returns the
lowest ids it still has, in order, so after k such updates that follow id n, nothing unseen can be
below n + 1 + k: that offset loses no other update and moves on.

An id so high that the next one is no valid offset does not move the offset, however often it comes:
lower ids may still arrive.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from bot.channels.telegram.parsing.split_batch import LAST_ID, is_usable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.channels.telegram.parsing.split_batch import RawUpdate


class OffsetPolicy(Protocol):
    """Stores a batch and decides the next offset."""

    async def settle(
        self,
        batch: Sequence[RawUpdate],
        asked: int | None,
        receive: Callable[[Sequence[RawUpdate]], Awaitable[None]],
    ) -> int | None:
        """Pass the batch to `receive` and return the next offset."""


class ConfirmAfterCommit:
    """Confirms nothing before it is committed."""

    async def settle(
        self,
        batch: Sequence[RawUpdate],
        asked: int | None,
        receive: Callable[[Sequence[RawUpdate]], Awaitable[None]],
    ) -> int | None:
        """Return the end of the batch after `receive` has committed it."""
        await receive(batch)
        return next_offset(batch, asked)


def next_offset(batch: Sequence[RawUpdate], offset: int | None) -> int | None:
    """Return the offset after a batch that was requested with `offset`; None if unknown."""
    end = offset
    for update in batch:
        if is_usable(update.update_id):
            end = update.update_id + 1
        elif end is not None and update.update_id <= LAST_ID:
            end = min(end + 1, LAST_ID + 1)
    return end
