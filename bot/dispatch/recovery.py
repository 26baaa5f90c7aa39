"""After downtime: ask the open question again where a press may have been lost.

Telegram keeps a press for 150 seconds only. A person in the middle of a question then waits for a
reply that will never come, so the question is asked again; nothing is assumed. Only in a live
session: after half an hour it is not known who holds the phone, and a message that comes unasked
could be seen by the wrong eyes. And only where the bot talks: a caseworker who has taken over
silences it, and someone who is near would see what comes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, or_

from bot.clock import HOUR
from bot.dispatch.conversation_store import SESSION_TIMEOUT, ids_of_hour
from bot.dispatch.turn.turn import TurnHandler
from bot.log import log
from bot.mailbox.letter import Author, Letter
from bot.store.statements import select_by
from bot.store.tables.main import conversations
from bot.vault.erasure.retention import DRAFTS_KEPT

if TYPE_CHECKING:
    from bot.dispatch.conversation_store import Conversation, ConversationRow, Conversations
    from bot.dispatch.effects import Effects
    from bot.dispatch.turn_services import TurnServices
    from bot.mailbox.outbox import Outbox
    from bot.store.writer import Work

MAX_CHATS = 500

_RECENT = select_by(
    conversations,
    "chat_key",
    by=or_(
        conversations.c.touched_at >= bindparam("since"),
        conversations.c.touched_at.between(bindparam("first"), bindparam("last")),
    ),
    limit=MAX_CHATS,
)


def ask_again_after_downtime(
    work: Work, store: Conversations, outbox: Outbox, services: TurnServices, now: int
) -> int:
    """Ask the open questions of live sessions again; return how many."""
    # Sessions that nothing may outlive count from a day before: see `Conversation.retention_start`.
    first = now - DRAFTS_KEPT - HOUR
    recent = work.rows(_RECENT, now - SESSION_TIMEOUT - HOUR, first, first + SESSION_TIMEOUT)
    rows = store.load(work, [bytes(key) for (key,) in recent]) if recent else {}
    turn = TurnHandler(services)
    asked = [
        (key, row, effects)
        for key, row in rows.items()
        if (effects := _repeat_question(turn, key, row, now)) is not None
    ]
    count = sum(len(effects.bodies) for _, _, effects in asked)
    ids = iter(outbox.new_ids(work, count)) if count else iter(())
    letters: list[Letter] = []
    for key, row, effects in asked:
        conversation = row.conversation
        own = [
            Letter(
                next(ids), key, conversation.chat, body, author=Author.UNSOLICITED, created_at=now
            )
            for body in effects.bodies
        ]
        conversation.fleeting_letters += [own[place].id for place in effects.fleeting]
        ids_of_hour(conversation.message_ids, now).letters.extend(letter.id for letter in own)
        letters += own
    outbox.store(work, letters)
    store.store(work, [(key, row) for key, row, _ in asked])
    return len(asked)


def _repeat_question(
    turn: TurnHandler, key: bytes, row: ConversationRow, now: int
) -> Effects | None:
    """Return what is said to a person in a live session; None where nothing is to be said."""
    if row.fault is not None or not _waits_for_bot(row.conversation, now):
        return None
    try:
        return turn.repeat_after_downtime(key, row.conversation, now)
    except Exception as error:  # noqa: BLE001 - it must not keep others from being asked
        log.error("turn_failed", error=type(error).__name__)
        return None


def _waits_for_bot(conversation: Conversation, now: int) -> bool:
    """Tell whether a person waits for the bot: in a live session that no caseworker holds.

    Who has left or wrote that someone is near waits for nothing: others may see the phone.
    """
    is_live = now - conversation.touched_at <= SESSION_TIMEOUT
    is_asked = bool(conversation.position.frames) and conversation.takeover is None
    is_safe = not (conversation.has_left or conversation.wants_silence)
    return is_live and is_asked and is_safe
