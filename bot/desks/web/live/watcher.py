"""Open desks hear that something changed: names on a stream, never a word.

What rings is looked for ten times a second, whatever came of the look before. A browser that does
not read its stream loses it and draws everything anew; whoever lost their session hears that, and
nothing after it.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.desks.web.case import drafts
from bot.desks.web.live.alerts import RINGS, concerned
from bot.desks.web.live.event_log import GONE, Bells, Numbers
from bot.hotline.events import Happened
from bot.hotline.staff.approvals import TwoPeople
from bot.hotline.staff.shift_notes import Handover
from bot.log import log

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from bot.clock import Clock
    from bot.desks.web.command_client import Post
    from bot.desks.web.live.event_log import Ring
    from bot.desks.web.read_pool import Reads
    from bot.hotline.staff.staff import Staff
    from bot.store.writer import Work, Writer


LOOK_EVERY = 0.1
BEAT_EVERY = 20.0
"""Seconds without anything after which a stream says that it lives: proxies cut what is silent."""
TIDY_EVERY = 300.0
WAITING = 32
"""Events a slow reader may leave lying."""
QUEUE, CASE, HEARD, WAITS, ALL, ENDED = "queue", "case", "heard", "waits", "all", "ended"
"""What is on a stream: the queue changed; this case did; its person wrote; something waits for
whoever listens; look at everything anew; whoever listens is not signed in any more."""
MOVES_THE_QUEUE = frozenset({GONE, *Happened}) - {
    Happened.NOTED, Happened.ANSWERED, Happened.SETTLED, Happened.HELD, Happened.KEPT_BACK,
}  # fmt: skip


@dataclass(eq=False, slots=True)
class Stream:
    """One open page."""

    who: str
    case: str
    """The case it shows; empty for none."""
    events: asyncio.Queue[str] = field(default_factory=lambda: asyncio.Queue(WAITING))

    def put(self, event: str) -> None:
        """Put an event on the stream, once however often it happened; too many are one: all."""
        waiting = list(self.events._queue)  # type: ignore[attr-defined]  # noqa: SLF001 - to look
        if event in waiting or ALL in waiting:
            return
        try:
            self.events.put_nowait(event)
        except asyncio.QueueFull:
            while not self.events.empty():
                self.events.get_nowait()
            self.events.put_nowait(ALL)


class Streams:
    """Every open page of this desk."""

    def __init__(self) -> None:
        self._open: set[Stream] = set()

    @contextlib.contextmanager
    def listening(self, who: str, case: str) -> Iterator[Stream]:
        """Give a stream that fills while the context lasts."""
        stream = Stream(who, case)
        self._open.add(stream)
        self._tell_about(case, who)
        try:
            yield stream
        finally:
            self._open.discard(stream)
            self._tell_about(case, who)

    def _tell_about(self, case: str, who: str) -> None:
        """Let colleagues who look at the same case know that somebody came or went."""
        for stream in self._open:
            if case and stream.case == case and stream.who != who:
                stream.put(CASE)

    def count(self, who: str) -> int:
        """Return how many pages somebody has open."""
        return sum(stream.who == who for stream in self._open)

    def looking(self, case: str) -> set[str]:
        """Return who looks at a case now."""
        return {stream.who for stream in self._open if stream.case == case}

    def ring(self, ring: Ring) -> None:
        """Tell every page what it shows has changed."""
        for stream in self._open:
            if ring.case and stream.case == ring.case:
                stream.put(HEARD if ring.what == Happened.HEARD else CASE)
            elif ring.what == GONE and stream.case:
                stream.put(CASE)
            if ring.what in MOVES_THE_QUEUE:
                stream.put(QUEUE)

    def tell(self, who: frozenset[str]) -> None:
        """Tell these that something waits for them."""
        for stream in self._open:
            if stream.who in who:
                stream.put(WAITS)

    def end(self) -> None:
        """Send everybody home."""
        for stream in self._open:
            stream.put(ENDED)


class Watch:
    """Looks for what rang, and tells pages and whoever waits for an answer."""

    def __init__(  # noqa: PLR0913, PLR0917 - what it looks at and whom it tells
        self, reads: Reads, bells: Bells, streams: Streams, post: Post, writer: Writer,
        clock: Clock, staff: Staff,
    ) -> None:  # fmt: skip
        self._reads = reads
        self._bells = bells
        self._streams = streams
        self._post = post
        self._writer = writer
        self._clock = clock
        self._staff = staff
        self._numbers: Numbers | None = None
        self._tidied = clock.monotonic()

    async def run(self) -> None:
        """Look until cancelled: a look that fails is followed by the next."""
        is_deaf = False
        while True:
            try:
                await self.look()
                await self._tidy_at_times()
            except Exception as error:  # noqa: BLE001 - whatever it was, the next may go
                if not is_deaf:  # said once, not ten times a second
                    log.error("desk_deaf", error=type(error).__name__)
                is_deaf = True
            else:
                if is_deaf:
                    log.info("desk_hears")
                is_deaf = False
            await asyncio.sleep(LOOK_EVERY)

    async def _tidy_at_times(self) -> None:
        if self._clock.monotonic() - self._tidied > TIDY_EVERY:
            self._tidied = self._clock.monotonic()
            await self._writer.run(lambda work: tidy(work, self._clock.now()))

    async def look(self) -> None:
        """Look once."""
        if self._numbers is None:
            self._numbers = Numbers(await self._reads.run(Bells.newest))
            return
        numbers, now = self._numbers, self._clock.monotonic()
        last, missing = numbers.last, numbers.missing(now)
        for ring, who in await self._reads.run(lambda work: self._since(work, last, missing)):
            numbers.tell(ring.number, now)
            if who:
                self._streams.tell(who)
            if ring.told is not None and ring.ticket:
                self._post.answered(ring.ticket, ring.told)
            else:
                self._streams.ring(ring)

    def _since(
        self, work: Work, last: int, missing: list[int]
    ) -> list[tuple[Ring, frozenset[str]]]:
        """Return what rang since, each with whom something waits for now."""
        now, nobody = self._clock.now(), frozenset[str]()
        return [
            (ring, concerned(work, self._staff, ring.case, now) if ring.what in RINGS else nobody)
            for ring in self._bells.since(work, last, missing)
        ]


async def stream_of(
    stream: Stream, is_still_in: Callable[[], Awaitable[bool]]
) -> AsyncIterator[bytes]:
    """Yield a stream as a browser reads it: `event: queue`, and nothing beside the name.

    Args:
        stream: what is told.
        is_still_in: tells whether whoever listens is signed in, and may see what the page shows.
    """
    yield b"retry: 2000\nevent: here\ndata: .\n\n"
    while True:
        try:
            async with asyncio.timeout(BEAT_EVERY):
                event = await stream.events.get()
        except TimeoutError:
            event = ""
        if event == ENDED or not await is_still_in():
            yield b"event: ended\ndata: .\n\n"
            return
        yield f"event: {event}\ndata: .\n\n".encode() if event else b"event: beat\ndata: .\n\n"


def tidy(work: Work, now: int) -> None:
    """Forget what rang, was begun and never sent, was read by the next shift, or took two."""
    Bells.forget(work, now)
    drafts.forget(work, now)
    Handover.forget(work, now)
    TwoPeople.forget(work, now)
