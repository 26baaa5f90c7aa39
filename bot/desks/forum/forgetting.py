"""What a case leaves in the group goes with it: its topic, and what is on its way there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, select

from bot.desks.forum.topics import key_of
from bot.mailbox.letter import Lane, Letter
from bot.messages import DeleteTopic
from bot.store.prepared import Prepared
from bot.store.tables import outbox, topics

if TYPE_CHECKING:
    from bot.mailbox.outbox import Outbox
    from bot.store.writer import Work
    from bot.vault import Vault

_TOPIC = Prepared(
    lambda _: select(topics.c.desk, topics.c.thread).where(
        topics.c.case_id == bindparam("case"), topics.c.thread.is_not(None)
    ),
    "case",
)
_LETTERS = Prepared(lambda _: delete(outbox).where(outbox.c.chat_key == bindparam("key")), "key")


class TopicEraser:
    """Has the topic of a case that is being erased deleted, in the same unit of work.

    Args:
        vault: names the letters of a topic.
        outbox: takes the letter that deletes it; the bot's process carries it, whoever erases.
        group: the group as the settings name it.
    """

    def __init__(self, vault: Vault, outbox: Outbox, group: int) -> None:
        self._vault = vault
        self._outbox = outbox
        self._group = group

    def forget(self, work: Work, _key: bytes, case: str, now: int) -> int:
        """Drop what was on its way to a case's topic, then let that be deleted."""
        key = key_of(self._vault, self._group, case)
        topic = work.rows(_TOPIC, case)
        numbers = self._outbox.numbers(work, len(topic)) if topic else []
        gone = work.run(_LETTERS, key)
        letters = [
            Letter(number, key, desk, DeleteTopic(thread), Lane.STAFF, not_before=now,
                   created_at=now)
            for number, (desk, thread) in zip(numbers, topic, strict=True)
        ]  # fmt: skip
        self._outbox.keep(work, letters)
        return gone
