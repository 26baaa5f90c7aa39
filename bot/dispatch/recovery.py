"""After an absence: ask the open question again where a press may have been lost.

Telegram keeps a press for 150 seconds only. Whoever was in the middle of a question then waits for
an answer that will never come, so they are asked again; nothing is assumed. Only where the sitting
is still live: after half an hour nobody knows who holds the phone, and an unasked message could be
seen by the wrong eyes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, or_, select

from bot.clock import HOUR
from bot.dispatch.message_ids import trace
from bot.dispatch.session import SILENCE
from bot.dispatch.turn import Turning
from bot.log import log
from bot.mailbox.letter import Author, Letter
from bot.store.compiled import Prepared
from bot.store.tables.main import conversations
from bot.vault.erasure.retention import DRAFTS_KEPT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.cases.consents import Kind
    from bot.conversation import Answer, Outcome
    from bot.dispatch.conversation_store import Conversation, Conversations, Row
    from bot.dispatch.effects import Effects, Sending, Setting
    from bot.hotline.referrals.consent_dialog import Pressed
    from bot.mailbox.outbox import Outbox
    from bot.partners.campaigns import Campaign
    from bot.store.writer import Work

MOST = 500

_RECENT = Prepared(
    lambda _: (
        select(conversations.c.chat_key)
        .where(
            or_(
                conversations.c.touched_at >= bindparam("since"),
                conversations.c.touched_at.between(bindparam("first"), bindparam("last")),
            )
        )
        .limit(bindparam("most"))
    ),
    "since",
    "first",
    "last",
    "most",
)


def ask_again_after_absence(
    work: Work, kept: Conversations, outbox: Outbox, setting: Setting, now: int
) -> int:
    """Ask the open questions of live sittings again; return how many."""
    # Sittings that nothing shall outlive count from a day before: see `counts_from`.
    sitting = now - DRAFTS_KEPT - HOUR
    recent = work.rows(_RECENT, now - SILENCE - HOUR, sitting, sitting + SILENCE, MOST)
    keys = [bytes(row[0]) for row in recent]
    rows = kept.load(work, keys) if keys else {}
    told = [
        (key, row, effects)
        for key, row in rows.items()
        if (effects := _asked_again(setting, key, row, now)) is not None
    ]
    count = sum(len(effects.bodies) for _, _, effects in told)
    numbers = iter(outbox.numbers(work, count)) if count else iter(())
    letters: list[Letter] = []
    for key, row, effects in told:
        first, chat = len(letters), row.conversation.chat
        letters += [
            Letter(next(numbers), key, chat, body, author=Author.UNASKED, created_at=now)
            for body in effects.bodies
        ]
        row.conversation.fleeting += [letters[first + place].id for place in effects.fleeting]
        trace(row.conversation.traces, now).ours.extend(it.id for it in letters[first:])
    outbox.keep(work, letters)
    kept.store(work, [(key, row) for key, row, _ in told])
    return len(told)


def _asked_again(setting: Setting, key: bytes, row: Row, now: int) -> Effects | None:
    """Return what is said to a person in a live sitting, None where nothing is to be said."""
    if row.fault is not None or not _is_waiting(row.conversation, now):
        return None
    try:
        return Turning(setting, key, row.conversation, now, _Nothing()).again()
    except Exception as error:  # noqa: BLE001 - one conversation's failure is nobody else's
        log.error("turn_failed", error=type(error).__name__)
        return None


def _is_waiting(conversation: Conversation, now: int) -> bool:
    return now - conversation.touched_at <= SILENCE and bool(conversation.position.frames)


class _Nothing:
    """Asking again sends nothing and shows nothing of a case."""

    def send(self, _conversation: Conversation, _sending: Sending) -> str:
        return ""

    def told(self, _conversation: Conversation, _outcome: Outcome) -> dict[str, str]:
        return {}

    def agree(self, _conversation: Conversation, _answers: Mapping[str, Answer]) -> None:
        return None

    def end_check_in(self, _conversation: Conversation) -> None:
        return None

    def checks_in(self, _conversation: Conversation) -> bool:
        return False

    def hear(self, _words: str) -> tuple[list[str], int]:
        return [], 0

    def came_by(self, _code: str) -> Campaign | None:
        return None

    def number(self) -> str:
        return ""

    def receipt(self, _case: str, _number: str, _word: bytes) -> bool:
        return False

    def kept_until(self, _conversation: Conversation) -> str:
        return ""

    def take_back(self, _kind: Kind) -> None:
        return None

    def wish(self, _conversation: Conversation) -> None:
        return None

    def is_theirs(self, _conversation: Conversation) -> bool:
        return False

    def earlier(self) -> str:
        return ""

    def stands(self, _case: str) -> bool:
        return False

    def decide(self, _case: str, _pressed: Pressed) -> None:
        return None
