"""Delivery into topics, between the courier and the channel.

A letter names its case; its topic is found when it is delivered. A topic that was deleted is opened
again with its card, one that was closed is reopened, and a group whose id changed is followed.
While the group bars the bot, letters wait as long as the courier tries, and staff are told once.
"""

from __future__ import annotations

import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bot.clock import SECOND
from bot.desks.forum import texts
from bot.desks.forum.event_view import CARD, NEWEST_SUBMISSION
from bot.desks.forum.message_view import PERSON_MESSAGE, submission_text
from bot.desks.forum.topic_manager import TopicManager
from bot.desks.forum.topics import ForumTopic, add_barred_notice, end_barred_notice
from bot.errors import (
    GroupForbiddenError,
    GroupMovedError,
    LetterRefusedError,
    RetryLaterError,
    TopicGoneError,
)
from bot.log import log
from bot.messages import Body, CopyMessage, DeleteTopic, OpenTopic, RenderPost, SendFile, SendText

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from bot.clock import Clock
    from bot.desks.forum.desk import ForumDesk
    from bot.mailbox.delivery import Channel
    from bot.store.writer import Writer

BARRED_RETRY_SECONDS = (5.0, 60.0)
"""Least and most seconds until a letter is tried again: half of what the absence has lasted."""
MAX_PART_LENGTH = 2000
"""Characters of one part: in Telegram's units that is never more than 4,096."""
COMBINING_CATEGORIES = frozenset({"Mn", "Me", "Mc", "Cf", "Lm"})
"""Characters that belong to the one before them."""
TopicMessage = SendText | SendFile | CopyMessage


@dataclass(eq=False)
class ForumDelivery:
    """A channel that delivers into the topics of one forum, and passes on everything else."""

    forum: ForumDesk
    channel: Channel
    writer: Writer
    clock: Clock

    def __post_init__(self) -> None:
        self._topics = TopicManager(
            self.forum.context, self.forum.group, self._send, self.writer, self.clock
        )
        self._barred_since = 0

    async def deliver(self, chat: int, body: Body) -> int | None:
        """Deliver, into the topic of a case; raise `RetryLaterError` while the bot is barred."""
        if chat not in self.forum.group:
            return await self.channel.deliver(chat, body)
        try:
            number = await self._deliver_following_migration(body)
        except GroupForbiddenError as barred:
            await self._note_barred(str(barred.args[0]))
            raise RetryLaterError(self._retry_seconds()) from None
        await self._note_unbarred()
        return number

    async def _deliver_following_migration(self, body: Body) -> int | None:
        try:
            return await self._deliver_to_group(body)
        except GroupMovedError as moved:
            to = moved.chat
        await self.writer.run(lambda work: self.forum.follow_migration(work, to))
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
            with suppress(TopicGoneError):  # it was deleted already
                await self._send(body)
            return None
        if isinstance(body, SendText | SendFile | CopyMessage) and body.topic:
            return await self._post(body)
        return await self._send(body)

    async def _send(self, body: Body) -> int | None:
        return await self.channel.deliver(self.forum.group.current_id, body)

    async def _post(self, body: TopicMessage) -> int | None:
        try:
            return await self._post_parts(body)
        except (GroupForbiddenError, GroupMovedError, TopicGoneError):
            raise
        except LetterRefusedError:
            if isinstance(body, SendText):
                raise
        text = self.forum.context.locale(texts.FILE_UNAVAILABLE)
        return await self._post_parts(SendText(text, topic=body.topic, post_kind=body.post_kind))

    async def _post_parts(self, body: TopicMessage) -> int | None:
        number, case = None, body.topic
        for part in split_message(body):

            def send(thread: int, part: TopicMessage = part) -> Awaitable[int | None]:
                return self._send(replace(part, thread=thread))

            number = await self._topics.send(case, send)
            if number and body.post_kind:
                await self._topics.update(case, partial(_remember_post, number, body))
        return number

    async def _render(self, post: RenderPost) -> None:
        if post.part == CARD:
            await self._topics.draw_card(post.topic)
            return
        now = self.clock.now()
        sent = await self.writer.run(
            lambda work: self.forum.context.summaries.submissions(work, post.topic)
        )
        for it in sent[-1:] if post.part == NEWEST_SUBMISSION else sent:
            text = submission_text(self.forum.context, it, now)
            await self._post_parts(SendText(text, topic=post.topic, post_kind=PERSON_MESSAGE))

    async def _note_barred(self, reason: str) -> None:
        """Tell staff, once, that the group bars the bot."""
        if self._barred_since:
            return
        self._barred_since = since = self.clock.now()
        log.error("forum_access_lost", error=reason)
        await self.writer.run(lambda work: add_barred_notice(work, since))

    def _retry_seconds(self) -> float:
        least, most = BARRED_RETRY_SECONDS
        return min(max((self.clock.now() - self._barred_since) / SECOND / 2, least), most)

    async def _note_unbarred(self) -> None:
        if not self._barred_since:
            return
        since, now = self._barred_since, self.clock.now()
        self._barred_since = 0
        log.info("forum_access_restored", seconds=(now - since) / 1_000_000)
        await self.writer.run(lambda work: end_barred_notice(work, since, now))


def _remember_post(number: int, body: TopicMessage, topic: ForumTopic) -> None:
    content, is_of_person = topic.content, body.post_kind == PERSON_MESSAGE
    if is_of_person:
        content.person_messages.append(number)
    if body.post_of:
        posts = content.person_posts if is_of_person else content.letter_posts
        posts.append((body.post_of, number))


def split_message(body: TopicMessage) -> list[TopicMessage]:
    """Return a message that can be replied to in parts; others as they are."""
    if not isinstance(body, SendText) or not body.post_kind or len(body.text) <= MAX_PART_LENGTH:
        return [body]
    *before, last = split_into_parts(body.text)
    first: list[TopicMessage] = [replace(body, text=text, rows=()) for text in before]
    return [*first, replace(body, text=last)]


def split_into_parts(text: str) -> list[str]:
    """Return the parts of a text, without loss."""
    parts = []
    while len(text) > MAX_PART_LENGTH:
        end = _split_position(text)
        parts.append(text[:end])
        text = text[end:]
    return [*parts, text]


def _split_position(text: str) -> int:
    for sign in ("\n", " "):
        found = text.rfind(sign, MAX_PART_LENGTH // 2, MAX_PART_LENGTH)
        if found > 0:
            return found + 1
    end = MAX_PART_LENGTH
    while end > MAX_PART_LENGTH // 2 and unicodedata.category(text[end]) in COMBINING_CATEGORIES:
        end -= 1
    return end
