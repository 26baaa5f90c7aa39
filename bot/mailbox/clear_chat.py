"""Clearing a chat: what is not said any more, and which messages go in which call, newest first.

What lies on top of a chat is what the next glance falls on, so it goes before what has to be
scrolled to. A call takes a hundred; between two of them the channel may ask us to wait, and what
was done before is not done again.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, or_, select, update

from bot.errors import Refused
from bot.mailbox.letter import Author, Letter, Settled, State
from bot.messages import Remove, Wipe
from bot.store.compiled import Prepared
from bot.store.tables.main import UNSENT, outbox

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Awaitable, Callable, Iterable, Iterator

    from bot.mailbox.delivery import Channel
    from bot.store.writer import Work

WITHDRAWN = "withdrawn"
"""The fault of a letter nobody wants any more."""
AT_ONCE = 100
"""Messages in one call."""

_OF_CASEWORKERS = Prepared(
    lambda _: select(outbox.c.id).where(
        UNSENT,
        outbox.c.chat_key == bindparam("key"),
        outbox.c.state == State.QUEUED.value,
        or_(outbox.c.author == Author.CASEWORKER.value, outbox.c.author == Author.OPENER.value),
    ),
    "key",
)


def _dropped(*whose: Author) -> Prepared:
    return Prepared(
        lambda _: (
            update(outbox)
            .where(
                UNSENT,
                outbox.c.chat_key == bindparam("key"),
                outbox.c.state == State.QUEUED.value,
                or_(*(outbox.c.author == each.value for each in whose)),
            )
            .values(state=State.REFUSED.value, fault=WITHDRAWN, settled_at=bindparam("at"))
        ),
        "at",
        "key",
    )


_CLEAR = _dropped(Author.BOT, Author.UNASKED)
_TAKE_BACK = _dropped(Author.CASEWORKER, Author.OPENER)


def clear(work: Work, chat_key: bytes, now: int) -> None:
    """Say nothing of the bot's any more that waits in a chat that is about to be wiped."""
    work.run(_CLEAR, now, chat_key)


def take_back(work: Work, chat_key: bytes, now: int) -> list[int]:
    """Send nothing of a caseworker's any more that waits in a chat; return those letters."""
    letters = [int(row) for (row,) in work.rows(_OF_CASEWORKERS, chat_key)]
    work.run(_TAKE_BACK, now, chat_key)
    return letters


def make_way(waiting: deque[Letter], now: int, *, is_flying: bool) -> list[Settled]:
    """Drop what waits in a chat that is about to be wiped: it would only be deleted again.

    Args:
        waiting: the letters of the chat; changed.
        now: the moment.
        is_flying: whether the first of them is on the wire; then it stays.
    """
    first = [waiting.popleft()] if is_flying else []
    dropped = [Settled(letter, State.REFUSED, now, fault=WITHDRAWN) for letter in waiting]
    waiting.clear()
    waiting.extend(first)
    return dropped


def newest_first(messages: Iterable[int]) -> tuple[int, ...]:
    """Return each number once; a chat counts both sides' messages together, upwards."""
    return tuple(sorted(set(messages), reverse=True))


def pieces(messages: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Yield what goes in each call, and what is left after it."""
    for begin in range(0, len(messages), AT_ONCE):
        end = begin + AT_ONCE
        yield messages[begin:end], messages[end:]


async def wipe(
    letter: Letter, numbers: Iterable[int], channel: Channel, ready: Callable[[], Awaitable[None]]
) -> None:
    """Take everything out of a chat, in as many calls as it takes; what is done stays done.

    Raises:
        DeliveryError: as the channel does; the letter then says what is left.
    """
    for piece, rest in pieces(newest_first(numbers)):
        await ready()
        with suppress(Refused):  # too old, or gone already: the rest is not
            await channel.deliver(letter.chat, Remove(piece))
        letter.body = Wipe(rest)
