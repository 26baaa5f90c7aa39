"""Clearing a chat: what is not said any more, and which messages go in which call, newest first.

What lies on top of a chat is what the next glance falls on, so it goes before what has to be
scrolled to. A call takes a hundred; between two of them the channel may ask us to wait, and what
was done before is not done again.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, or_, select, update

from bot.errors import LetterRefusedError
from bot.mailbox.letter import Author, DeliveryResult, Letter, LetterState
from bot.messages import ClearChat, DeleteMessages
from bot.store.compiled import Prepared
from bot.store.tables.main import UNSENT, outbox

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Awaitable, Callable, Iterable, Iterator

    from bot.mailbox.delivery import Channel
    from bot.store.writer import Work

WITHDRAWN = "withdrawn"
"""The fault of a letter nobody wants any more."""
MAX_PER_CALL = 100
"""Messages in one call."""

_STAFF_LETTERS = Prepared(
    lambda _: select(outbox.c.id).where(
        UNSENT,
        outbox.c.chat_key == bindparam("key"),
        outbox.c.state == LetterState.QUEUED.value,
        or_(outbox.c.author == Author.CASEWORKER.value, outbox.c.author == Author.OPENER.value),
    ),
    "key",
)


def _drop_statement(*whose: Author) -> Prepared:
    return Prepared(
        lambda _: (
            update(outbox)
            .where(
                UNSENT,
                outbox.c.chat_key == bindparam("key"),
                outbox.c.state == LetterState.QUEUED.value,
                or_(*(outbox.c.author == each.value for each in whose)),
            )
            .values(state=LetterState.REFUSED.value, fault=WITHDRAWN, settled_at=bindparam("at"))
        ),
        "at",
        "key",
    )


_DROP_BOT = _drop_statement(Author.BOT, Author.UNSOLICITED)
_DROP_STAFF = _drop_statement(Author.CASEWORKER, Author.OPENER)


def drop_bot_letters(work: Work, chat_key: bytes, now: int) -> None:
    """Say nothing of the bot's any more that waits in a chat that is about to be wiped."""
    work.run(_DROP_BOT, now, chat_key)


def drop_staff_letters(work: Work, chat_key: bytes, now: int) -> list[int]:
    """Send nothing of a caseworker's any more that waits in a chat; return those letters."""
    letters = [int(row) for (row,) in work.rows(_STAFF_LETTERS, chat_key)]
    work.run(_DROP_STAFF, now, chat_key)
    return letters


def drop_waiting(waiting: deque[Letter], now: int, *, is_in_flight: bool) -> list[DeliveryResult]:
    """Drop what waits in a chat that is about to be wiped: it would only be deleted again.

    Args:
        waiting: the letters of the chat; changed.
        now: the moment.
        is_in_flight: whether the first of them is on the wire; then it stays.
    """
    first = [waiting.popleft()] if is_in_flight else []
    dropped = [
        DeliveryResult(letter, LetterState.REFUSED, now, fault=WITHDRAWN) for letter in waiting
    ]
    waiting.clear()
    waiting.extend(first)
    return dropped


def newest_first(messages: Iterable[int]) -> tuple[int, ...]:
    """Return each number once; a chat counts both sides' messages together, upwards."""
    return tuple(sorted(set(messages), reverse=True))


def split_calls(messages: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Yield what goes in each call, and what is left after it."""
    for begin in range(0, len(messages), MAX_PER_CALL):
        end = begin + MAX_PER_CALL
        yield messages[begin:end], messages[end:]


async def clear_chat(
    letter: Letter,
    message_ids: Iterable[int],
    channel: Channel,
    ready: Callable[[], Awaitable[None]],
) -> None:
    """Take everything out of a chat, in as many calls as it takes; what is done stays done.

    Raises:
        DeliveryError: as the channel does; the letter then says what is left.
    """
    for piece, rest in split_calls(newest_first(message_ids)):
        await ready()
        with suppress(LetterRefusedError):  # too old, or gone already: the rest is not
            await channel.deliver(letter.chat, DeleteMessages(piece))
        letter.body = ClearChat(rest)
