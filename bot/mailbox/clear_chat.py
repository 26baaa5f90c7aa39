"""Clearing a chat: which letters are dropped, and which messages are deleted in which call.

Newest first: what is on top of a chat is seen first. A call takes a hundred messages; between two
calls the channel may ask us to wait, and what is done is not done again.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from sqlalchemy import or_

from bot.errors import LetterRefusedError
from bot.mailbox.letter import WITHDRAWN, Author, DeliveryResult, Letter, LetterState
from bot.messages import ClearChat, DeleteMessages
from bot.store.statements import select_by, update_by
from bot.store.tables.main import UNSENT, outbox

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Awaitable, Callable, Iterable, Iterator

    from sqlalchemy import ColumnElement

    from bot.mailbox.delivery import Channel
    from bot.store.compiled import Prepared
    from bot.store.writer import Work

MAX_PER_CALL = 100
"""Messages in one call."""

_QUEUED = ("chat_key", UNSENT, outbox.c.state == LetterState.QUEUED.value)
_IS_STAFF = or_(*(outbox.c.author == it.value for it in (Author.CASEWORKER, Author.OPENER)))
_IS_BOT = or_(*(outbox.c.author == it.value for it in (Author.BOT, Author.UNSOLICITED)))


def _drop_statement(is_theirs: ColumnElement[bool]) -> Prepared:
    return update_by(
        outbox,
        "settled_at",
        by=(*_QUEUED, is_theirs),
        constants={"state": LetterState.REFUSED.value, "fault": WITHDRAWN},
    )


_STAFF_LETTERS = select_by(outbox, "id", by=(*_QUEUED, _IS_STAFF))
_DROP_STAFF = _drop_statement(_IS_STAFF)
_DROP_BOT = _drop_statement(_IS_BOT)


def drop_bot_letters(work: Work, chat_key: bytes, now: int) -> None:
    """Send no letter of the bot that waits in a chat that is about to be cleared."""
    work.run(_DROP_BOT, now, chat_key)


def drop_staff_letters(work: Work, chat_key: bytes, now: int) -> list[int]:
    """Send no letter of a caseworker that waits in a chat; return those letters."""
    letters = [int(row) for (row,) in work.rows(_STAFF_LETTERS, chat_key)]
    work.run(_DROP_STAFF, now, chat_key)
    return letters


def drop_waiting(waiting: deque[Letter], now: int, *, is_in_flight: bool) -> list[DeliveryResult]:
    """Drop letters that wait in a chat that is about to be cleared.

    Args:
        waiting: the letters of the chat; changed.
        now: the moment.
        is_in_flight: whether the first is being sent; then it stays.
    """
    first = [waiting.popleft()] if is_in_flight else []
    dropped = [
        DeliveryResult(letter, LetterState.REFUSED, now, fault=WITHDRAWN) for letter in waiting
    ]
    waiting.clear()
    waiting.extend(first)
    return dropped


def newest_first(messages: Iterable[int]) -> tuple[int, ...]:
    """Return each id once; a chat counts both sides' messages together, upwards."""
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
    """Delete messages from a chat, in as many calls as needed; `ready` is awaited before each.

    Raises:
        DeliveryError: as the channel does; the letter then says what is left.
    """
    for piece, rest in split_calls(newest_first(message_ids)):
        await ready()
        with suppress(LetterRefusedError):  # too old, or deleted already: the rest is not
            await channel.deliver(letter.chat, DeleteMessages(piece))
        letter.body = ClearChat(rest)
