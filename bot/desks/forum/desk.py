"""The forum desk as the dispatcher knows it: it reads what caseworkers do, and shows events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.desks.forum.command_handlers import ForumCommandReader
from bot.desks.forum.context import ForumGroup
from bot.desks.forum.event_view import EventRenderer
from bot.desks.forum.topics import current_group, store_migration, topic_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.desks.forum.context import ForumContext
    from bot.hotline.commands.types import Command
    from bot.hotline.events import Event
    from bot.messages import Body, Update
    from bot.store.writer import Work

MIGRATED_TO, MIGRATED_FROM = "migrate_to_chat_id", "migrate_from_chat_id"


class ForumDesk:
    """A Telegram group with topics in which caseworkers answer."""

    def __init__(self, context: ForumContext) -> None:
        self.context = context
        self.group = ForumGroup(context.group_id)
        self._command_reader = ForumCommandReader(context)
        self._pending_replies: list[tuple[str, Body]] = []
        self._pending_work: Work | None = None

    def load_group(self, work: Work) -> None:
        """Learn where the group stands now; once, before anything is read."""
        self.group.current_id = current_group(work, self.group.configured_id)

    def is_ours(self, chat: int) -> bool:
        """Tell whether the desk stands in this group, or stood there before it became another."""
        return chat in self.group

    def read(self, work: Work, update: Update, now: int) -> list[Command]:
        """Return what was done there; nothing, when whoever did it may do nothing."""
        if update.detail == MIGRATED_TO:
            self.follow_migration(work, int(update.text or 0))
        if update.detail in {MIGRATED_TO, MIGRATED_FROM, "my_chat_member", "group"}:
            return []
        asked = self._command_reader.parse_action(work, update, self.group.current_id, now)
        if asked is None:
            return []
        commands = self._command_reader.commands(asked)
        if asked.topic is not None and asked.replies:
            self.context.topics.store(work, self.group.current_id, asked.topic)
        if (
            self._pending_work is not work
        ):  # what a unit of work that failed left is nobody's answer
            self._pending_replies, self._pending_work = [], work
        self._pending_replies += asked.replies
        return commands

    def show(self, work: Work, events: Sequence[Event], now: int) -> list[tuple[bytes, int, Body]]:
        """Return letters that show events, and the answers to what was just read."""
        showing = EventRenderer(self.context, self.group, work, now)
        if self._pending_work is work:
            showing.bodies += self._pending_replies
        self._pending_replies, self._pending_work = [], None
        showing.render(events)
        return [
            (self._order_key(case), self.group.current_id, body) for case, body in showing.bodies
        ]

    def follow_migration(self, work: Work, to: int) -> None:
        """Go where the group went."""
        if to < 0 and to != self.group.current_id:
            store_migration(work, self.group.configured_id, to)
            self.group.current_id = to

    def _order_key(self, case: str) -> bytes:
        return topic_key(self.context.vault, self.group.configured_id, case)
