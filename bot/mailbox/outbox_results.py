"""How letters end: what became of an attempt, and of all that waits for somebody who blocked us."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, select, update

from bot.mailbox.letter import Author, LetterState
from bot.store.compiled import Prepared
from bot.store.tables.main import UNSENT, outbox
from bot.vault.erasure.retention import NUMBERS_KEPT, UNDELIVERED_KEPT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.mailbox.letter import DeliveryResult, Letter
    from bot.store.writer import Work


_UPDATE_SENT = Prepared(
    lambda _: (
        update(outbox)
        .where(outbox.c.id == bindparam("row"))
        .values(
            state=LetterState.SENT.value,
            body=None,
            message=bindparam("message"),
            settled_at=bindparam("settled_at"),
        )
    ),
    "message",
    "settled_at",
    "row",
)


def update_statement(*names: str, **always: Any) -> Prepared:
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


_UPDATE_RETRY = update_statement(
    "not_before", "fault", state=LetterState.QUEUED.value, attempts=outbox.c.attempts + 1
)
UPDATE_ENDED = update_statement("state", "fault", "settled_at")
_HUMAN_LETTERS = Prepared(
    lambda _: select(outbox.c.id).where(
        UNSENT,
        outbox.c.chat_key == bindparam("key"),
        outbox.c.state == LetterState.QUEUED.value,
        outbox.c.author != Author.BOT.value,
    ),
    "key",
)
_BLOCK_CHAT = Prepared(
    lambda _: (
        update(outbox)
        .where(
            UNSENT,
            outbox.c.chat_key == bindparam("key"),
            outbox.c.state == LetterState.QUEUED.value,
        )
        .values(state=LetterState.BLOCKED.value, settled_at=bindparam("settled_at"))
    ),
    "settled_at",
    "key",
)
_MARK_SENDING = update_statement(state=LetterState.SENDING.value)
_MARK_UNCERTAIN = Prepared(
    lambda _: (
        update(outbox)
        .where(UNSENT, outbox.c.state == LetterState.SENDING.value)
        .values(state=LetterState.UNCERTAIN.value, settled_at=bindparam("settled_at"))
    ),
    "settled_at",
)


class OutboxResults:
    """What the outbox writes down of letters that are on their way, inside units of work."""

    def __init__(self) -> None:
        self.on_ended: Callable[[Work, Sequence[tuple[int, LetterState]], int], None] | None = None
        """Told in the same unit of work how humans' letters ended, by number."""
        self.on_opener_sent: Callable[[Work, Letter, int], None] | None = None
        """Told in the same unit of work that an opener has arrived in a chat."""

    def store_results(self, work: Work, results: Sequence[DeliveryResult]) -> None:
        """Write down what became of letters.

        One that has ended already stays as it ended, unless it arrived: that is true whatever was
        thought of it meanwhile, and only by its number can it be deleted there.
        """
        sent, later, ended = [], [], []
        # One letter may be here twice, tried again and then sent: its last state is the true one.
        for result in {result.letter.id: result for result in results}.values():
            row = result.letter.id
            if result.state is LetterState.SENT:
                sent.append((result.message_id, result.at, row))
            elif result.state is LetterState.QUEUED:
                later.append((result.not_before, result.fault, row))
            else:
                ended.append(result)
        work.many(_UPDATE_SENT, sent)
        work.many(_UPDATE_RETRY, later)
        told: list[tuple[int, LetterState]] = [
            (result.letter.id, result.state)
            for result in results
            if result.state is LetterState.SENT and result.letter.author != Author.BOT
        ]
        told += [(it.letter.id, it.state) for it in ended if self._store_ended(work, it)]
        if told:
            self._notify_ended(work, told, max(result.at for result in results))
        if self.on_opener_sent is not None:
            for result in results:
                if result.state is LetterState.SENT and result.letter.author == Author.OPENER:
                    self.on_opener_sent(work, result.letter, result.at)

    def _store_ended(self, work: Work, result: DeliveryResult) -> bool:
        """Write down how a letter ended; tell whether somebody is to be told of it."""
        letter = result.letter
        has_ended = work.run(UPDATE_ENDED, result.state.value, result.fault, result.at, letter.id)
        if result.state is LetterState.BLOCKED:
            self.block_chat(work, letter.chat_key, result.at)
        return bool(has_ended) and letter.author != Author.BOT

    def _notify_ended(self, work: Work, ended: Sequence[tuple[int, LetterState]], now: int) -> None:
        """Tell how letters ended that are not the bot's own answers."""
        if self.on_ended is not None and ended:
            self.on_ended(work, ended, now)

    def mark_sending(self, work: Work, letter: Letter) -> bool:
        """Write down that a human's letter is about to be sent; tell whether it still may be."""
        return bool(work.run(_MARK_SENDING, letter.id))

    def block_chat(self, work: Work, chat_key: bytes, now: int) -> None:
        """Stop everything queued for a chat that blocked us."""
        stopped = [
            (int(row), LetterState.BLOCKED) for (row,) in work.rows(_HUMAN_LETTERS, chat_key)
        ]
        work.run(_BLOCK_CHAT, now, chat_key)
        self._notify_ended(work, stopped, now)

    def mark_uncertain(self, work: Work, now: int) -> int:
        """After a start: humans' letters that were on their way are uncertain."""
        return work.run(_MARK_UNCERTAIN, now)


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
_EXPIRE_UNDELIVERED = Prepared(
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


def expire_letters(work: Work, now: int, most: int) -> int:
    """Forget what is old enough, so many of each at most; return how many rows went.

    Those that wait, for however long, and whatever lies in front of others are in nobody's way.
    """
    gone = work.run(_EXPIRED, most, now - NUMBERS_KEPT)
    return gone + work.run(_EXPIRE_UNDELIVERED, most, now - UNDELIVERED_KEPT)
