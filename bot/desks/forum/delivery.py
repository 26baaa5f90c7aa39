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
from bot.desks.forum.event_view import CARD, NEWEST
from bot.desks.forum.message_view import WORDS, sent_told
from bot.desks.forum.split_text import in_parts
from bot.desks.forum.topic_manager import Threads
from bot.desks.forum.topics import tell_barred, tell_mended
from bot.errors import Barred, Gone, Moved, Refused, TryLater
from bot.log import log
from bot.messages import Copy, DeleteTopic, Draw, Enclose, OpenTopic, Say

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.desks.forum.desk import Forum
    from bot.desks.forum.topics import Topic
    from bot.mailbox.delivery import Channel
    from bot.messages import Body
    from bot.store.writer import Writer

REST = 60.0
"""Seconds a group that bars us is left alone before the next letter is tried."""


class Mirror:
    """A channel that knows the topics of one forum; everything else goes through untouched."""

    def __init__(self, forum: Forum, channel: Channel, writer: Writer, clock: Clock) -> None:
        self._forum = forum
        self._setup = forum.setup
        self._place = forum.place
        self._channel = channel
        self._writer = writer
        self._clock = clock
        self._threads = Threads(forum.setup, forum.place, self._say, writer, clock)
        self._barred_since = 0

    async def deliver(self, chat: int, body: Body) -> int | None:
        """Deliver, into a topic where the letter belongs into one.

        Raises:
            DeliveryError: what the channel raises; where we are barred, that it is tried later.
        """
        if chat not in self._place:
            return await self._channel.deliver(chat, body)
        try:
            number = await self._follow(body)
        except Barred as barred:
            await self._is_barred(str(barred.args[0]))
        else:
            await self._is_let_in()
            return number
        raise TryLater(REST)

    async def _follow(self, body: Body) -> int | None:
        """Deliver to the group, or to what it has become."""
        try:
            return await self._into_the_group(body)
        except Moved as moved:
            to = moved.to
        await self._writer.run(lambda work: self._forum.moved(work, to))
        log.warning("desk_moved")
        return await self._into_the_group(body)

    async def _into_the_group(self, body: Body) -> int | None:
        if isinstance(body, OpenTopic) and body.topic:
            await self._threads.open(body.topic, under_its_card=False)
            return None
        if isinstance(body, Draw):
            await self._draw(body)
            return None
        if isinstance(body, DeleteTopic):
            with suppress(Gone):  # whoever deleted it before us did what was wanted
                await self._say(body)
            return None
        if isinstance(body, Say | Enclose | Copy) and body.topic:
            return await self._put(body)
        return await self._say(body)

    async def _say(self, body: Body) -> int | None:
        return await self._channel.deliver(self._place.now, body)

    # --- into a topic ------------------------------------------------------------------------

    async def _put(self, body: Say | Enclose | Copy) -> int | None:
        try:
            return await self._put_parts(body)
        except (Barred, Moved, Gone):
            raise
        except Refused:
            if isinstance(body, Say):
                raise
        text = self._setup.tongue(texts.FILE_GONE)
        return await self._put_parts(Say(text, topic=body.topic, mark=body.mark))

    async def _put_parts(self, body: Say | Enclose | Copy) -> int | None:
        """Put a message into its case's topic, in parts where it is long, and remember it."""
        number, case = None, body.topic
        for part in in_parts(body):
            number = await self._threads.send(case, partial(self._say_in, part))
            if number and body.mark == WORDS:
                await self._threads.change(case, partial(_remember, number))
        return number

    async def _say_in(self, body: Say | Enclose | Copy, thread: int) -> int | None:
        return await self._say(replace(body, thread=thread))

    async def _draw(self, draw: Draw) -> None:
        """Write something about a case as it is now."""
        if draw.what == CARD:
            await self._threads.draw_card(draw.topic)
            return
        now = self._clock.now()
        sent = await self._writer.run(lambda work: self._setup.glances.sent(work, draw.topic))
        for it in sent[-1:] if draw.what == NEWEST else sent:
            text = sent_told(self._setup, it, now)
            await self._put_parts(Say(text, topic=draw.topic, mark=WORDS))

    # --- barred ------------------------------------------------------------------------------

    async def _is_barred(self, reason: str) -> None:
        """Tell staff, once, that nothing can be shown in the group."""
        if self._barred_since:
            return
        self._barred_since = since = self._clock.now()
        log.error("desk_barred", error=reason)
        await self._writer.run(lambda work: tell_barred(work, since))

    async def _is_let_in(self) -> None:
        if not self._barred_since:
            return
        since, now = self._barred_since, self._clock.now()
        self._barred_since = 0
        log.info("desk_mended", seconds=(now - since) / 1_000_000)
        await self._writer.run(lambda work: tell_mended(work, since, now))


def _remember(number: int, topic: Topic) -> None:
    topic.shown.words.append(number)
