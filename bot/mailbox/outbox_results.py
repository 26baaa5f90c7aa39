"""How letters end: sent, refused, blocked, uncertain; and when their rows are deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select

from bot.mailbox.letter import Author, LetterState
from bot.store.statements import delete_by, select_by, update_by
from bot.store.tables.main import UNSENT, outbox
from bot.vault.erasure.retention import NUMBERS_KEPT, UNDELIVERED_KEPT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.mailbox.letter import DeliveryResult, Letter
    from bot.store.compiled import Prepared
    from bot.store.writer import Work

    OnEnded = Callable[[Work, Sequence[tuple[int, LetterState]], int], None]
    """Gets how letters ended that are not the bot's own, by id, in the same unit of work."""
    OnOpenerSent = Callable[[Work, Letter, int], None]
    """Gets an opener that has arrived in a chat, in the same unit of work."""


def update_statement(*columns: str, **constants: Any) -> Prepared:
    """Return an UPDATE of a letter that has not ended. Row: the columns' values, then the id."""
    return update_by(outbox, *columns, by=(UNSENT, "id"), constants=constants)


_UPDATE_SENT = update_by(
    outbox, "message", "settled_at", by="id",
    constants={"state": LetterState.SENT.value, "body": None},
)  # fmt: skip
_UPDATE_RETRY = update_statement(
    "not_before", "fault", state=LetterState.QUEUED.value, attempts=outbox.c.attempts + 1
)
UPDATE_ENDED = update_statement("state", "fault", "settled_at")
_MARK_SENDING = update_statement(state=LetterState.SENDING.value)
_MARK_UNCERTAIN = update_by(
    outbox,
    "settled_at",
    by=(UNSENT, outbox.c.state == LetterState.SENDING.value),
    constants={"state": LetterState.UNCERTAIN.value},
)
_QUEUED = (UNSENT, "chat_key", outbox.c.state == LetterState.QUEUED.value)
_HUMAN_LETTERS = select_by(outbox, "id", by=(*_QUEUED, outbox.c.author != Author.BOT.value))
_BLOCK_CHAT = update_by(
    outbox, "settled_at", by=_QUEUED, constants={"state": LetterState.BLOCKED.value}
)


class OutboxResults:
    """Stores what becomes of letters, inside units of work."""

    def __init__(
        self, on_ended: OnEnded | None = None, on_opener_sent: OnOpenerSent | None = None
    ) -> None:
        self._on_ended = on_ended
        self._on_opener_sent = on_opener_sent

    def store(self, work: Work, results: Sequence[DeliveryResult]) -> None:
        """Store what became of letters.

        A letter that has ended stays as it ended, unless it arrived: that is true whatever was
        stored meanwhile, and only by its message id can it be deleted from the chat.
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
        arrived = [result for result in results if result.state is LetterState.SENT]
        reported = [
            (result.letter.id, result.state)
            for result in arrived
            if result.letter.author != Author.BOT
        ]
        reported += [
            (result.letter.id, result.state) for result in ended if self._store_ended(work, result)
        ]
        if reported:
            self.notify_ended(work, reported, max(result.at for result in results))
        if self._on_opener_sent is not None:
            for result in arrived:
                if result.letter.author == Author.OPENER:
                    self._on_opener_sent(work, result.letter, result.at)

    def _store_ended(self, work: Work, result: DeliveryResult) -> bool:
        """Store how a letter ended; tell whether that has to be reported."""
        letter = result.letter
        has_ended = work.run(UPDATE_ENDED, result.state.value, result.fault, result.at, letter.id)
        if result.state is LetterState.BLOCKED:
            self.block_chat(work, letter.chat_key, result.at)
        return bool(has_ended) and letter.author != Author.BOT

    def notify_ended(self, work: Work, ended: Sequence[tuple[int, LetterState]], now: int) -> None:
        """Report how letters ended that are not the bot's own answers."""
        if self._on_ended is not None and ended:
            self._on_ended(work, ended, now)

    @staticmethod
    def mark_sending(work: Work, letter: Letter) -> bool:
        """Store that a human's letter is about to be sent; tell whether it still may be."""
        return bool(work.run(_MARK_SENDING, letter.id))

    def block_chat(self, work: Work, chat_key: bytes, now: int) -> None:
        """Stop every letter that waits for a chat that blocked us."""
        stopped = [
            (int(row), LetterState.BLOCKED) for (row,) in work.rows(_HUMAN_LETTERS, chat_key)
        ]
        work.run(_BLOCK_CHAT, now, chat_key)
        self.notify_ended(work, stopped, now)

    @staticmethod
    def mark_uncertain(work: Work, now: int) -> int:
        """After a start, mark humans' letters that were being sent; return how many."""
        return work.run(_MARK_UNCERTAIN, now)


def _expire_statement(*conditions: Any) -> Prepared:
    """Return a DELETE of old letters among the first. Row: how many, then the moment."""
    first = select(outbox.c.id).where(*conditions).order_by(outbox.c.id).limit(bindparam("most"))
    return delete_by(outbox, by=(outbox.c.id.in_(first), outbox.c.settled_at < bindparam("before")))


_EXPIRE_SENT = _expire_statement(outbox.c.state == "sent")
_EXPIRE_UNDELIVERED = _expire_statement(outbox.c.settled_at.is_not(None))


def expire_letters(work: Work, now: int, most: int) -> int:
    """Delete letters by age, so many of each kind at most; return how many rows.

    Letters that wait, for however long, do not keep the others from being found.
    """
    count = work.run(_EXPIRE_SENT, most, now - NUMBERS_KEPT)
    return count + work.run(_EXPIRE_UNDELIVERED, most, now - UNDELIVERED_KEPT)
