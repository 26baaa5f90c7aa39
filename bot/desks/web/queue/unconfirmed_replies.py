"""Cases in which a reply waits for the caseworker, who has to confirm who writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.dispatch.conversation_store import Conversations, suspended_sessions
from bot.errors import DecryptionError
from bot.store.statements import select_in
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.store.writer import Work
    from bot.vault import Vault

_CHATS = select_in(cases, "reference", "id", "chat_key", among="reference")


def unconfirmed_replies(work: Work, vault: Vault, held: Collection[str]) -> frozenset[str]:
    """Return those of the cases with held replies whose opening question was answered.

    The reply does not wait for the person then, but until a caseworker confirms who answered.
    """
    rows = work.rows_in(_CHATS, sorted(held)) if held else ()
    conversations = Conversations(vault)
    return frozenset(
        str(reference)
        for reference, case, key in rows
        if key is not None and _has_answered(work, conversations, str(case), bytes(key))
    )


def _has_answered(work: Work, conversations: Conversations, case: str, key: bytes) -> bool:
    """Tell whether someone answered the opener of a chat that went quiet."""
    try:
        conversation = conversations.peek(work, key)
    except DecryptionError:
        return False
    takeovers = (it.takeover for it in suspended_sessions(conversation)) if conversation else ()
    return any(it is not None and it.case == case and bool(it.answered_at) for it in takeovers)
