"""After an absence: ask the open question again where a press may have been lost.

Telegram keeps a press for 150 seconds only. Whoever was in the middle of a question then waits for
an answer that will never come, so they are asked again; nothing is assumed. Only where the sitting
is still live: after half an hour nobody knows who holds the phone, and an unasked message could be
seen by the wrong eyes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from bot.clock import HOUR
from bot.dispatch.turning import SILENCE, Turning
from bot.mailbox.outbox import Letter, Outbox
from bot.store.prepared import Prepared
from bot.store.tables import conversations

if TYPE_CHECKING:
    from bot.dispatch.conversations import Conversation, Conversations, Row
    from bot.dispatch.effects import Sending, Setting
    from bot.store.writer import Work

MOST = 500

_RECENT = Prepared(
    lambda _: (
        select(conversations.c.chat_key)
        .where(conversations.c.touched_at >= bindparam("since"))
        .limit(bindparam("most"))
    ),
    "since",
    "most",
)


def ask_again_after_absence(
    work: Work, kept: Conversations, outbox: Outbox, setting: Setting, now: int
) -> int:
    """Ask the open questions of live sittings again; return how many."""
    keys = [bytes(row[0]) for row in work.rows(_RECENT, now - SILENCE - HOUR, MOST)]
    rows = kept.load(work, keys) if keys else {}
    live = {key: row for key, row in rows.items() if _is_waiting(row.conversation, now)}
    letters: list[Letter] = []
    for key, row in live.items():
        letters += _letters(setting, key, row, now)
    numbers = outbox.numbers(work, len(letters)) if letters else []
    for number, letter in zip(numbers, letters, strict=True):
        letter.id = number
    outbox.keep(work, letters)
    kept.store(work, live.items())
    return len(live)


def _is_waiting(conversation: Conversation, now: int) -> bool:
    return now - conversation.touched_at <= SILENCE and bool(conversation.position.frames)


def _letters(setting: Setting, key: bytes, row: Row, now: int) -> list[Letter]:
    effects = Turning(setting, key, row.conversation, now, _nothing_is_sent).again()
    return [Letter(0, key, row.conversation.chat, body, created_at=now) for body in effects.bodies]


def _nothing_is_sent(_conversation: Conversation, _sending: Sending) -> str:
    return ""
