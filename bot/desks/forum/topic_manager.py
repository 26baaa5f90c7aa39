"""Topics in the group: opening, renaming, closing and repairing them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec.structs import replace

from bot.cases.state_machine import CaseState
from bot.desks.forum import texts
from bot.desks.forum.cards import ButtonRows, card_buttons, card_text, topic_name
from bot.desks.forum.topics import CLOSED, OPEN, ForumTopic, TopicContent
from bot.errors import GroupForbiddenError, GroupMovedError, LetterRefusedError, TopicGoneError
from bot.messages import Body, CloseTopic, EditText, EditTopic, OpenTopic, ReopenTopic, SendText

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.clock import Clock
    from bot.desks.case_summary import CaseSummary
    from bot.desks.forum.context import ForumContext, ForumGroup
    from bot.store.writer import Work, Writer

T = TypeVar("T")
TOPIC_CLOSED = "topic_closed"  # the error of a topic that exists and is closed
MAX_KNOWN_TOPICS = 4096


@dataclass(frozen=True, slots=True)
class TopicSnapshot:
    """A case and its topic, read in one unit of work."""

    summary: CaseSummary
    topic: ForumTopic
    name: str
    text: str
    rows: ButtonRows

    @property
    def digest(self) -> bytes:
        """Return a digest of the card."""
        return blake2b(repr((self.text, self.rows)).encode(), digest_size=8).digest()


@dataclass(eq=False)
class TopicManager:
    """Finds or opens the topic of a case, and keeps it up to date."""

    context: ForumContext
    group: ForumGroup
    put: Callable[[Body], Awaitable[int | None]]
    writer: Writer
    clock: Clock
    _thread_ids: dict[str, int] = field(default_factory=dict)

    async def send(
        self, case: str, post: Callable[[int], Awaitable[T]], *, with_card: bool = True
    ) -> T | None:
        """Post something in a case's topic, repairing it first; None for an erased case."""
        thread = await self.open(case, with_card=with_card)
        if not thread:
            return None
        try:
            return await post(thread)
        except TopicGoneError as gone:
            is_closed = gone.args[0] == TOPIC_CLOSED
        if is_closed:
            await self.put(ReopenTopic(thread))
        else:
            self._thread_ids.pop(case, None)
            await self.update(case, _set_deleted)
            thread = await self.open(case, with_card=with_card)
            if thread:
                line = self.context.locale(texts.TOPIC_WAS_LOST)
                await self.put(SendText(line, thread=thread))
        return await post(thread) if thread else None  # 0: erased meanwhile

    async def open(self, case: str, *, with_card: bool = True) -> int:
        """Return the number of a case's topic, opening one if needed; 0 for an erased case."""
        if case in self._thread_ids:
            return self._thread_ids[case]
        seen = await self.load_snapshot(case)
        if seen is None:
            return 0
        thread = seen.topic.thread
        if not thread:
            thread = await self.put(OpenTopic(seen.name)) or 0
            await self.update(case, partial(_set, thread=thread, state=OPEN, name=seen.name))
        if len(self._thread_ids) >= MAX_KNOWN_TOPICS:
            self._thread_ids.clear()
        self._thread_ids[case] = thread
        if with_card and not seen.topic.thread:
            await self.draw_card(case)
        return thread

    async def load_snapshot(self, case: str) -> TopicSnapshot | None:
        """Return the current status of a case, with its topic."""
        context, now = self.context, self.clock.now()

        def load(work: Work) -> TopicSnapshot | None:
            summary = context.summaries.find(work, case)
            if summary is None:
                return None
            topic = context.topics.of_case(work, self.group.current_id, case)
            is_held = topic.content.is_taken_over
            text = card_text(context, work, summary, now, is_taken_over=is_held)
            rows = card_buttons(context, summary, is_taken_over=is_held)
            return TopicSnapshot(summary, topic, topic_name(context, summary), text, rows)

        return await self.writer.run(load)

    async def update(self, case: str, change: Callable[[ForumTopic], None]) -> None:
        """Change a topic's row."""

        def unit(work: Work) -> None:
            if self.context.summaries.find(work, case) is None:
                return  # erased meanwhile
            topic = self.context.topics.of_case(work, self.group.current_id, case)
            change(topic)
            self.context.topics.store(work, self.group.current_id, topic)

        await self.writer.run(unit)

    async def draw_card(self, case: str) -> None:
        """Bring the card, the topic's name and whether it is closed up to date."""
        await self.open(case, with_card=False)
        seen = await self.load_snapshot(case)
        if seen is None:
            return
        if seen.name != seen.topic.content.name:
            await self._change_topic(case, lambda thread: EditTopic(seen.name, thread))
        number = seen.topic.content.card_message
        if not number or seen.digest != seen.topic.content.card_digest:
            number = await self._post_card(case, seen)
        await self.update(
            case, partial(_set, card_message=number, card_digest=seen.digest, name=seen.name)
        )
        await self._sync_open_state(case, seen)

    async def _post_card(self, case: str, seen: TopicSnapshot) -> int:
        if seen.topic.content.card_message:
            try:
                await self.put(EditText(seen.topic.content.card_message, seen.text, seen.rows))
            except (GroupForbiddenError, GroupMovedError):
                raise
            except LetterRefusedError:
                pass
            else:
                return seen.topic.content.card_message
        card = SendText(seen.text, seen.rows)
        return await self._change_topic(case, lambda thread: replace(card, thread=thread)) or 0

    async def _change_topic(self, case: str, body: Callable[[int], Body]) -> int | None:
        """Change the topic itself; if it has to be reopened, its card is posted by the caller."""
        return await self.send(case, lambda thread: self.put(body(thread)), with_card=False)

    async def _sync_open_state(self, case: str, seen: TopicSnapshot) -> None:
        is_over = seen.summary.state is CaseState.CLOSED
        if is_over and seen.topic.state != CLOSED:
            await self._change_topic(case, CloseTopic)
            await self.update(case, partial(_set, state=CLOSED))
        elif not is_over and seen.topic.state == CLOSED:
            await self._change_topic(case, ReopenTopic)
            await self.update(case, partial(_set, state=OPEN))


def _set(topic: ForumTopic, **values: Any) -> None:
    for name, value in values.items():
        setattr(topic if hasattr(topic, name) else topic.content, name, value)


def _set_deleted(topic: ForumTopic) -> None:
    topic.thread = None
    topic.content = TopicContent(is_taken_over=topic.content.is_taken_over)
