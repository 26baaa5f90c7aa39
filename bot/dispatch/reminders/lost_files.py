"""What a person is told when a file that they sent cannot be downloaded, which was said to be kept.

It is said only in a live session of the case, and sent only while the person is present: later it
is not known who holds the phone. Who has left or cleared the chat is told nothing. Staff see at the
case that a file is missing, in any event.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.dispatch.conversation_store import SESSION_TIMEOUT
from bot.errors import DecryptionError
from bot.hotline.chat.passphrases import Passphrases
from bot.hotline.chat.takeover import SayFileLost
from bot.hotline.commands.context import find_contact

if TYPE_CHECKING:
    from bot.dispatch.batch import BatchProcessor
    from bot.dispatch.conversation_store import Conversation, Conversations
    from bot.store.writer import Work
    from bot.vault import Vault


@dataclass(frozen=True, slots=True)
class LostFileNotice:
    """Tells people of files that are lost, inside the unit of work that records the loss."""

    vault: Vault
    conversations: Conversations
    batches: BatchProcessor

    def tell(self, work: Work, case: str, now: int) -> None:
        """Tell the person of a case, if they are in their session, that a file did not arrive."""
        with contextlib.suppress(DecryptionError):  # of a case without its key no chat is known
            self._tell(work, case, now)

    def _tell(self, work: Work, case: str, now: int) -> None:
        contact = find_contact(self.vault, work, case)
        if contact is None or not contact.has_chat or Passphrases.is_frozen(work, case):
            return
        row = self.conversations.load(work, [contact.chat_key]).get(contact.chat_key)
        if row is None or row.fault is not None:
            return
        if _is_in_session(row.conversation, case, now):
            self.batches.perform(work, contact, SayFileLost(case), now)


def _is_in_session(conversation: Conversation, case: str, now: int) -> bool:
    """Tell whether the live session of a chat is one of this case."""
    takeover = conversation.takeover
    known = {conversation.case, *conversation.cases, takeover.case if takeover else ""}
    return case in known and now - conversation.touched_at <= SESSION_TIMEOUT
