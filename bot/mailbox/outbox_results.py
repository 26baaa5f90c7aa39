"""How letters end: what became of an attempt, and of all that waits for somebody who blocked us."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, select, update

from bot.mailbox.letter import Author, State
from bot.store.compiled import Prepared
from bot.store.tables.main import UNSENT, outbox
from bot.vault.erasure.retention import NUMBERS_KEPT, UNDELIVERED_KEPT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.mailbox.letter import Letter, Settled
    from bot.store.writer import Work


_SENT = Prepared(
    lambda _: (
        update(outbox)
        .where(outbox.c.id == bindparam("row"))
        .values(
            state=State.SENT.value,
            body=None,
            message=bindparam("message"),
            settled_at=bindparam("settled_at"),
        )
    ),
    "message",
    "settled_at",
    "row",
)


def change_of(*names: str, **always: Any) -> Prepared:
    """Return what changes a letter that has not ended, by its number, which comes last.

    Args:
        names: of the columns that are given.
        always: what the others become.
    """
    return Prepared(
        lambda _: (
            update(outbox)
            .where(UNSENT, outbox.c.id == bindparam("row"))
            .values(**always, **{name: bindparam(name) for name in names})
        ),
        *names,
        "row",
    )


_LATER = change_of("not_before", "fault", state=State.QUEUED.value, attempts=outbox.c.attempts + 1)
ENDED = change_of("state", "fault", "settled_at")
_OF_HUMANS = Prepared(
    lambda _: select(outbox.c.id).where(
        UNSENT,
        outbox.c.chat_key == bindparam("key"),
        outbox.c.state == State.QUEUED.value,
        outbox.c.author != Author.BOT.value,
    ),
    "key",
)
_BLOCK_CHAT = Prepared(
    lambda _: (
        update(outbox)
        .where(UNSENT, outbox.c.chat_key == bindparam("key"), outbox.c.state == State.QUEUED.value)
        .values(state=State.BLOCKED.value, settled_at=bindparam("settled_at"))
    ),
    "settled_at",
    "key",
)
_SENDING = change_of(state=State.SENDING.value)
_UNCERTAIN = Prepared(
    lambda _: (
        update(outbox)
        .where(UNSENT, outbox.c.state == State.SENDING.value)
        .values(state=State.UNCERTAIN.value, settled_at=bindparam("settled_at"))
    ),
    "settled_at",
)


class Endings:
    """What the outbox writes down of letters that are on their way, inside units of work."""

    def __init__(self) -> None:
        self.when_ended: Callable[[Work, Sequence[tuple[int, State]], int], None] | None = None
        """Told in the same unit of work how humans' letters ended, by number."""
        self.when_opened: Callable[[Work, Letter, int], None] | None = None
        """Told in the same unit of work that an opener has arrived in a chat."""

    def settle(self, work: Work, results: Sequence[Settled]) -> None:
        """Write down what became of letters.

        One that has ended already stays as it ended, unless it arrived: that is true whatever was
        thought of it meanwhile, and only by its number can it be deleted there.
        """
        sent, later, ended = [], [], []
        # One letter may be here twice, tried again and then sent: its last state is the true one.
        for result in {result.letter.id: result for result in results}.values():
            row = result.letter.id
            if result.state is State.SENT:
                sent.append((result.message, result.at, row))
            elif result.state is State.QUEUED:
                later.append((result.not_before, result.fault, row))
            else:
                ended.append(result)
        work.many(_SENT, sent)
        work.many(_LATER, later)
        told: list[tuple[int, State]] = [
            (result.letter.id, result.state)
            for result in results
            if result.state is State.SENT and result.letter.author != Author.BOT
        ]
        told += [(it.letter.id, it.state) for it in ended if self._ends(work, it)]
        if told:
            self._tell(work, told, max(result.at for result in results))
        if self.when_opened is not None:
            for result in results:
                if result.state is State.SENT and result.letter.author == Author.OPENER:
                    self.when_opened(work, result.letter, result.at)

    def _ends(self, work: Work, result: Settled) -> bool:
        """Write down how a letter ended; tell whether somebody is to be told of it."""
        letter = result.letter
        has_ended = work.run(ENDED, result.state.value, result.fault, result.at, letter.id)
        if result.state is State.BLOCKED:
            self.block(work, letter.chat_key, result.at)
        return bool(has_ended) and letter.author != Author.BOT

    def _tell(self, work: Work, ended: Sequence[tuple[int, State]], now: int) -> None:
        """Tell how letters ended that are not the bot's own answers."""
        if self.when_ended is not None and ended:
            self.when_ended(work, ended, now)

    def mark_sending(self, work: Work, letter: Letter) -> bool:
        """Write down that a human's letter is about to be sent; tell whether it still may be."""
        return bool(work.run(_SENDING, letter.id))

    def block(self, work: Work, chat_key: bytes, now: int) -> None:
        """Stop everything queued for a chat that blocked us."""
        stopped = [(int(row), State.BLOCKED) for (row,) in work.rows(_OF_HUMANS, chat_key)]
        work.run(_BLOCK_CHAT, now, chat_key)
        self._tell(work, stopped, now)

    def recover(self, work: Work, now: int) -> int:
        """After a start: humans' letters that were on their way are uncertain."""
        return work.run(_UNCERTAIN, now)


_EXPIRED = Prepared(
    lambda _: delete(outbox).where(
        outbox.c.id.in_(
            select(outbox.c.id)
            .where(outbox.c.state == "sent")
            .order_by(outbox.c.id)
            .limit(bindparam("most"))
        ),
        outbox.c.settled_at < bindparam("before"),
    ),
    "most",
    "before",
)
_UNDELIVERED = Prepared(
    lambda _: delete(outbox).where(
        outbox.c.id.in_(
            select(outbox.c.id)
            .where(outbox.c.settled_at.is_not(None))
            .order_by(outbox.c.id)
            .limit(bindparam("most"))
        ),
        outbox.c.settled_at < bindparam("before"),
    ),
    "most",
    "before",
)


def forget_settled(work: Work, now: int, most: int) -> int:
    """Forget what is old enough, so many of each at most; return how many rows went.

    Those that wait, for however long, and whatever lies in front of others are in nobody's way.
    """
    gone = work.run(_EXPIRED, most, now - NUMBERS_KEPT)
    return gone + work.run(_UNDELIVERED, most, now - UNDELIVERED_KEPT)
