"""Fills a store with conversations that were there before: `python -m
tests.bench.haven.stored_conversations`.

In a process of its own, so that neither the migration nor the rows are in the memory of the one
that is measured. With them come the updates they were made of, as the inbox remembers them.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bot.clock import SystemClock
from bot.conversation import Position
from bot.conversation.state import Frame
from bot.dispatch.conversation_store import Conversation, ConversationRow, Conversations
from bot.mailbox.inbox import Arrival, Inbox
from bot.store.migrate import upgrade
from tests.bench import scripted_conversation
from tests.bench.haven.haven_parts import NUMBER, VAULT, database
from tests.bench.haven.scripted_flow import Welcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.store.writer import Work

_AT_ONCE: Final = 10_000
_FIRST_UPDATE: Final = 800_000_000
_MOST_UPDATES: Final = 700_000
"""What a busy week leaves in the inbox; more would only make the filling longer."""


async def fill(folder: Path, stored: int) -> None:
    """Make the database in `folder` and put so many conversations into it."""
    store = database(folder)
    upgrade(store)
    updates = min(stored * (scripted_conversation.STORED + 1), _MOST_UPDATES)
    for first in range(0, stored, _AT_ONCE):
        await store.writer.run(_conversations(range(first, min(first + _AT_ONCE, stored))))
    for first in range(0, updates, _AT_ONCE):
        await store.writer.run(_updates(range(first, min(first + _AT_ONCE, updates))))
    if store.dialect == "postgresql":  # as its autovacuum does within a minute
        with closing(store.connect()) as connection:
            connection.execute("ANALYZE")
    await store.close()


def _conversations(numbers: range) -> Callable[[Work], None]:
    now = SystemClock().now()
    keys = [
        VAULT.chat_key(NUMBER, scripted_conversation.STORED_PERSON + number) for number in numbers
    ]
    rows = [(key, ConversationRow(None, _conversation(now), 0)) for key in keys]
    return lambda work: Conversations(VAULT).store(work, rows)


def _conversation(now: int) -> Conversation:
    waits = scripted_conversation.STEPS[scripted_conversation.STORED].name
    frame = Frame(Welcome.name, waits, dict(scripted_conversation.stored_answers()))
    return Conversation(
        "id", Position([frame]), question_count=scripted_conversation.STORED + 1, touched_at=now
    )


def _updates(numbers: range) -> Callable[[Work], None]:
    arrivals = [Arrival.of(_FIRST_UPDATE + number, b"%d" % number) for number in numbers]
    now = SystemClock().now()
    return lambda work: Inbox(NUMBER, VAULT).store_handled(work, arrivals, now)


if __name__ == "__main__":
    asyncio.run(fill(Path(sys.argv[1]), int(sys.argv[2])))
