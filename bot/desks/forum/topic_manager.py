"""The topics as they stand in the group: opened, found, renamed, closed, filled again."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

from bot.cases.state_machine import State
from bot.desks.forum.cards import card_rows, card_text, topic_name
from bot.desks.forum.topics import CLOSED, OPEN, Shown, Topic
from bot.errors import Barred, Gone, Moved, Refused
from bot.messages import CloseTopic, Edit, EditTopic, OpenTopic, ReopenTopic, Say

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.clock import Clock
    from bot.desks.case_summary import Glance
    from bot.desks.forum.cards import Rows
    from bot.desks.forum.context import Place, Setup
    from bot.messages import Body
    from bot.store.writer import Work, Writer

T = TypeVar("T")
SHUT = "topic_closed"
"""What is said of a topic that is there and closed to us."""
REMEMBERED = 4096
"""Topics whose numbers are known without asking."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A case and its topic, read in one unit of work."""

    glance: Glance
    topic: Topic
    name: str
    text: str
    rows: Rows

    @property
    def digest(self) -> bytes:
        """Return what tells this card from another."""
        return blake2b(repr((self.text, self.rows)).encode(), digest_size=8).digest()


class Threads:
    """Finds a case's topic, or opens it, and keeps it as its case is."""

    def __init__(
        self,
        setup: Setup,
        place: Place,
        say: Callable[[Body], Awaitable[int | None]],
        writer: Writer,
        clock: Clock,
    ) -> None:
        self._setup = setup
        self._place = place
        self._say = say
        self._writer = writer
        self._clock = clock
        self._known: dict[str, int] = {}

    async def send(
        self, case: str, put: Callable[[int], Awaitable[T]], *, under_its_card: bool = True
    ) -> T | None:
        """Put something into a case's topic, mending that first; None where the case is erased."""
        thread = await self.open(case, under_its_card=under_its_card)
        if not thread:
            return None
        try:
            return await put(thread)
        except Gone as gone:
            is_shut = gone.args[0] == SHUT
        if is_shut:
            await self._say(ReopenTopic(thread))
        else:
            await self._forget(case)
            thread = await self.open(case, under_its_card=under_its_card)
        return await put(thread) if thread else None  # erased meanwhile: 0 is where all look

    async def open(self, case: str, *, under_its_card: bool = True) -> int:
        """Return the number of a case's topic, opened if there is none; 0 for an erased case."""
        if case in self._known:
            return self._known[case]
        seen = await self.look(case)
        if seen is None:
            return 0
        thread = seen.topic.thread
        if not thread:
            thread = await self._say(OpenTopic(seen.name)) or 0
            await self.change(case, lambda topic: _opened(topic, thread or 0, seen.name))
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known[case] = thread
        if under_its_card and not seen.topic.thread:
            await self.draw_card(case)
        return thread

    async def look(self, case: str) -> Seen | None:
        """Return how a case stands now, with its topic."""
        now = self._clock.now()
        return await self._writer.run(lambda work: self._seen(work, case, now))

    def _seen(self, work: Work, case: str, now: int) -> Seen | None:
        glance = self._setup.glances.at(work, case)
        if glance is None:
            return None
        topic = self._setup.topics.of_case(work, self._place.now, case)
        is_held = topic.shown.is_held
        text = card_text(self._setup, work, glance, now, is_held=is_held)
        rows = card_rows(self._setup, glance, is_held=is_held)
        return Seen(glance, topic, topic_name(self._setup, glance), text, rows)

    async def change(self, case: str, change: Callable[[Topic], None]) -> None:
        """Write down what has become of a topic; the rest of its row stays as it is."""

        def unit(work: Work) -> None:
            if self._setup.glances.at(work, case) is None:
                return  # erased meanwhile
            topic = self._setup.topics.of_case(work, self._place.now, case)
            change(topic)
            self._setup.topics.keep(work, self._place.now, topic)

        await self._writer.run(unit)

    async def draw_card(self, case: str) -> None:
        """Let the card, the topic's name and its being open or closed say how the case stands."""
        await self.open(case, under_its_card=False)
        seen = await self.look(case)
        if seen is None:
            return
        if seen.name != seen.topic.shown.name:
            await self._alter(case, lambda thread: EditTopic(seen.name, thread))
        number = seen.topic.shown.card
        if not number or seen.digest != seen.topic.shown.drawn:
            number = await self._put_card(case, seen)
        await self.change(case, lambda topic: _drawn(topic, seen, number))
        await self._shut_or_open(case, seen)

    async def _put_card(self, case: str, seen: Seen) -> int:
        """Change the card where it stands, or put it at the end where it is not there any more."""
        if seen.topic.shown.card:
            try:
                await self._say(Edit(seen.topic.shown.card, seen.text, seen.rows))
            except (Barred, Moved):
                raise
            except Refused:
                pass
            else:
                return seen.topic.shown.card
        card = Say(seen.text, seen.rows)
        return await self._alter(case, lambda thread: replace(card, thread=thread)) or 0

    async def _alter(self, case: str, body: Callable[[int], Body]) -> int | None:
        """Do something to the topic itself: if it has to be opened anew, its card comes by us."""
        return await self.send(case, lambda thread: self._say(body(thread)), under_its_card=False)

    async def _shut_or_open(self, case: str, seen: Seen) -> None:
        is_over = seen.glance.state is State.CLOSED
        if is_over and seen.topic.state != CLOSED:
            await self._alter(case, CloseTopic)
            await self.change(case, lambda topic: _stands(topic, CLOSED))
        elif not is_over and seen.topic.state == CLOSED:
            await self._alter(case, ReopenTopic)
            await self.change(case, lambda topic: _stands(topic, OPEN))

    async def _forget(self, case: str) -> None:
        """Note that a topic is gone, and all that stood in it."""
        self._known.pop(case, None)
        await self.change(case, _gone)


def _opened(topic: Topic, thread: int, name: str) -> None:
    topic.thread, topic.state, topic.shown.name = thread, OPEN, name


def _drawn(topic: Topic, seen: Seen, number: int) -> None:
    topic.shown.card, topic.shown.drawn, topic.shown.name = number, seen.digest, seen.name


def _stands(topic: Topic, state: str) -> None:
    topic.state = state


def _gone(topic: Topic) -> None:
    topic.thread = None
    topic.shown = Shown(is_held=topic.shown.is_held)
