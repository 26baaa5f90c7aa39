"""The forum desk as the dispatcher uses it: it reads what caseworkers do, and shows events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.desks.forum.command_handlers import RecentMessages, commands_of, parse_action
from bot.desks.forum.context import ForumContext, ForumGroup
from bot.desks.forum.event_view import EventRenderer
from bot.desks.forum.topics import current_group, store_migration, topic_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.hotline.commands.types import Command
    from bot.hotline.events import Event
    from bot.messages import Body, Update
    from bot.store.writer import Work

MIGRATED_TO, MIGRATED_FROM = "migrate_to_chat_id", "migrate_from_chat_id"


class ForumDesk:
    """A Telegram group with topics in which caseworkers answer."""

    def __init__(self, context: ForumContext) -> None:
        self.context = context
        self.group = ForumGroup(context.settings.desk_group)
        self._recent = RecentMessages()
        self._pending_replies: list[tuple[str, Body]] = []
        self._pending_work: Work | None = None

    def load_group(self, work: Work) -> None:
        """Load what the group has become; once, before anything is read."""
        self.group.current_id = current_group(work, self.group.configured_id)

    def is_ours(self, chat: int) -> bool:
        """Return whether a chat is the desk's group, or was before Telegram changed its id."""
        return chat in self.group

    def read(self, work: Work, update: Update, now: int) -> list[Command]:
        """Return the commands that were given in an update; none from those who may give none."""
        if update.detail == MIGRATED_TO:
            self.follow_migration(work, int(update.text or 0))
        if update.detail in {MIGRATED_TO, MIGRATED_FROM, "my_chat_member", "group"}:
            return []
        group = self.group.current_id
        action = parse_action(self.context, self._recent, work, update, group, now)
        if action is None:
            return []
        commands = commands_of(action)
        if action.topic is not None and action.replies:
            self.context.topics.store(work, group, action.topic)
        if self._pending_work is not work:  # replies of a unit of work that failed are dropped
            self._pending_replies, self._pending_work = [], work
        self._pending_replies += action.replies
        return commands

    def show(self, work: Work, events: Sequence[Event], now: int) -> list[tuple[bytes, int, Body]]:
        """Return letters that show events, and the replies to what was just read."""
        if events and work.dialect == "postgresql":
            self.load_group(work)  # another process may have read that its id has changed
        renderer = EventRenderer(self.context, self.group, work, now)
        if self._pending_work is work:
            renderer.bodies += self._pending_replies
        self._pending_replies, self._pending_work = [], None
        renderer.render(events)
        vault, group = self.context.vault, self.group
        return [
            (topic_key(vault, group.configured_id, case), group.current_id, body)
            for case, body in renderer.bodies
        ]

    def follow_migration(self, work: Work, to: int) -> None:
        """Follow the group to its new id."""
        if to < 0 and to != self.group.current_id:
            store_migration(work, self.group.configured_id, to)
            self.group.current_id = to
