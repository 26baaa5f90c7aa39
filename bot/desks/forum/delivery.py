"""Stands between the courier and the channel: puts letters into topics, and mends what is broken.

A letter names its case; which topic that is, and whether it is still there, is found out when it is
delivered. A topic that was deleted is opened again under its card, one that was closed is reopened,
a group that became another is followed. Where we are barred letters wait, for as long as the
courier tries, and staff are told once.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bot.desks.forum import texts
from bot.desks.forum.event_view import CARD, NEWEST_SUBMISSION
from bot.desks.forum.message_view import PERSON_MESSAGE, submission_text
from bot.desks.forum.split_text import split_message
from bot.desks.forum.topic_manager import TopicManager
from bot.desks.forum.topics import add_barred_notice, end_barred_notice
from bot.errors import (
    GroupForbiddenError,
    GroupMovedError,
    LetterRefusedError,
    RetryLaterError,
    TopicGoneError,
)
from bot.log import log
from bot.messages import CopyMessage, DeleteTopic, OpenTopic, RenderPost, SendFile, SendText

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.desks.forum.desk import ForumDesk
    from bot.desks.forum.topics import ForumTopic
    from bot.mailbox.delivery import Channel
    from bot.messages import Body
    from bot.store.writer import Writer

BARRED_RETRY_SECONDS = 60.0
"""Seconds a group that bars us is left alone before the next letter is tried."""


class ForumDelivery:
    """A channel that knows the topics of one forum; everything else goes through untouched."""

    def __init__(self, forum: ForumDesk, channel: Channel, writer: Writer, clock: Clock) -> None:
        self._forum = forum
        self._context = forum.context
        self._group = forum.group
        self._channel = channel
        self._writer = writer
        self._clock = clock
        self._topics = TopicManager(forum.context, forum.group, self._send, writer, clock)
        self._barred_since = 0

    async def deliver(self, chat: int, body: Body) -> int | None:
        """Deliver, into a topic where the letter belongs into one.

        Raises:
            DeliveryError: what the channel raises; where we are barred, that it is tried later.
        """
        if chat not in self._group:
            return await self._channel.deliver(chat, body)
        try:
            number = await self._deliver_following_migration(body)
        except GroupForbiddenError as barred:
            await self._note_barred(str(barred.args[0]))
        else:
            await self._note_unbarred()
            return number
        raise RetryLaterError(BARRED_RETRY_SECONDS)

    async def _deliver_following_migration(self, body: Body) -> int | None:
        """Deliver to the group, or to what it has become."""
        try:
            return await self._deliver_to_group(body)
        except GroupMovedError as moved:
            to = moved.chat
        await self._writer.run(lambda work: self._forum.follow_migration(work, to))
        log.warning("forum_group_moved")
        return await self._deliver_to_group(body)

    async def _deliver_to_group(self, body: Body) -> int | None:
        if isinstance(body, OpenTopic) and body.topic:
            await self._topics.open(body.topic, with_card=False)
            return None
        if isinstance(body, RenderPost):
            await self._render(body)
            return None
        if isinstance(body, DeleteTopic):
            with suppress(TopicGoneError):  # whoever deleted it before us did what was wanted
                await self._send(body)
            return None
        if isinstance(body, SendText | SendFile | CopyMessage) and body.topic:
            return await self._post(body)
        return await self._send(body)

    async def _send(self, body: Body) -> int | None:
        return await self._channel.deliver(self._group.current_id, body)

    # --- into a topic ------------------------------------------------------------------------

    async def _post(self, body: SendText | SendFile | CopyMessage) -> int | None:
        try:
            return await self._post_parts(body)
        except (GroupForbiddenError, GroupMovedError, TopicGoneError):
            raise
        except LetterRefusedError:
            if isinstance(body, SendText):
                raise
        text = self._context.locale(texts.FILE_UNAVAILABLE)
        return await self._post_parts(SendText(text, topic=body.topic, post_kind=body.post_kind))

    async def _post_parts(self, body: SendText | SendFile | CopyMessage) -> int | None:
        """Put a message into its case's topic, in parts where it is long, and remember it."""
        number, case = None, body.topic
        for part in split_message(body):
            number = await self._topics.send(case, partial(self._send_in_thread, part))
            if number and body.post_kind == PERSON_MESSAGE:
                await self._topics.update(case, partial(_remember_message, number))
        return number

    async def _send_in_thread(
        self, body: SendText | SendFile | CopyMessage, thread: int
    ) -> int | None:
        return await self._send(replace(body, thread=thread))

    async def _render(self, draw: RenderPost) -> None:
        """Write something about a case as it is now."""
        if draw.part == CARD:
            await self._topics.draw_card(draw.topic)
            return
        now = self._clock.now()
        sent = await self._writer.run(
            lambda work: self._context.summaries.submissions(work, draw.topic)
        )
        for it in sent[-1:] if draw.part == NEWEST_SUBMISSION else sent:
            text = submission_text(self._context, it, now)
            await self._post_parts(SendText(text, topic=draw.topic, post_kind=PERSON_MESSAGE))

    # --- barred ------------------------------------------------------------------------------

    async def _note_barred(self, reason: str) -> None:
        """Tell staff, once, that nothing can be shown in the group."""
        if self._barred_since:
            return
        self._barred_since = since = self._clock.now()
        log.error("forum_access_lost", error=reason)
        await self._writer.run(lambda work: add_barred_notice(work, since))

    async def _note_unbarred(self) -> None:
        if not self._barred_since:
            return
        since, now = self._barred_since, self._clock.now()
        self._barred_since = 0
        log.info("forum_access_restored", seconds=(now - since) / 1_000_000)
        await self._writer.run(lambda work: end_barred_notice(work, since, now))


def _remember_message(number: int, topic: ForumTopic) -> None:
    topic.content.person_messages.append(number)
