"""What is to be said: every letter, sealed, and how far it has come."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import bindparam, func, select, text, update

from bot.errors import DoesNotOpen
from bot.mailbox.forgetting import forget_settled
from bot.messages import Body  # noqa: TC001 - msgspec reads the annotation
from bot.store.prepared import Prepared, PreparedList, insert_of
from bot.store.tables import UNSENT, exchanges, outbox
from bot.vault import Purpose

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from bot.store.writer import Work
    from bot.vault import Vault


class State(StrEnum):
    """How far a letter has come."""

    QUEUED = "queued"
    SENDING = "sending"
    """A human's letter is on its way; after a crash nobody knows."""
    SENT = "sent"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    BLOCKED = "blocked"
    REFUSED = "refused"


class Lane(IntEnum):
    """Who is served first."""

    WIPE = -1
    PERSON = 0
    STAFF = 1
    CROWD = 2
    """People to whom much was said just now: nobody waits behind a flood. No letter is stored so;
    the courier finds it when it lines a chat up."""


class Author(StrEnum):
    """Whose words a letter carries; all but the first go by the person's contact rule."""

    BOT = "bot"
    """The bot's, in answer to something the person sent: that goes whatever their rule."""
    CASEWORKER = "caseworker"
    OPENER = "opener"
    """The neutral question a caseworker's words wait for."""
    UNASKED = "unasked"
    """The bot's own, though the person sent nothing just now."""
    REMINDER = "reminder"
    """The same neutral question, because a time the law gives runs out."""


ONCE = frozenset({Author.CASEWORKER, Author.UNASKED, Author.REMINDER})
"""Whose letters are never sent again when nobody knows whether they arrived."""


@dataclass(slots=True)
class Letter:
    """One message on its way to one chat."""

    id: int
    chat_key: bytes
    chat: int
    body: Body
    lane: int = Lane.PERSON
    author: str = Author.BOT
    attempts: int = 0
    not_before: int = 0
    created_at: int = 0
    hold: str | None = None
    """Why it waits, when it is not for the network: nobody's other letters wait behind it."""


@dataclass(slots=True)
class Settled:
    """What became of an attempt to deliver a letter."""

    letter: Letter
    state: State
    at: int
    message: int | None = None
    fault: str | None = None
    not_before: int = 0
    """For QUEUED: when to try again."""
    hold: str | None = None
    """For QUEUED: why it was held back; that is in the store already."""


class Content(msgspec.Struct, array_like=True, gc=False):
    """What is sealed of a letter."""

    chat: int
    body: Body


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Content).decode

_KEPT = (
    "id", "chat_key", "lane", "author", "state", "body", "not_before", "attempts", "created_at",
    "hold",
)  # fmt: skip
_KEEP = Prepared(
    lambda dialect: insert_of(dialect, outbox).values({name: bindparam(name) for name in _KEPT}),
    *_KEPT,
)
_LAST = Prepared(
    lambda _: select(
        func.max(
            func.coalesce(select(func.max(outbox.c.id)).scalar_subquery(), 0),
            func.coalesce(select(func.max(exchanges.c.letter)).scalar_subquery(), 0),
        )
    )
)
"""SQLite gives the number of a row that is gone again; what caseworkers wrote is kept longer than
its letter, and must never be taken for another's."""
_NUMBERS = Prepared(
    lambda _: text("SELECT nextval('outbox_id_seq') FROM generate_series(1, :count)").bindparams(
        bindparam("count")
    ),
    "count",
)
_WAITING_CHATS = (
    select(outbox.c.chat_key)
    .where(
        UNSENT,
        outbox.c.state == State.QUEUED.value,
        outbox.c.not_before > bindparam("now"),
        outbox.c.hold.is_(None),
    )
    .correlate(None)
)
"""Chats whose next letter is tried again later: whatever comes behind it waits too."""
_DUE = Prepared(
    lambda _: (
        select(
            outbox.c.id,
            outbox.c.chat_key,
            outbox.c.body,
            outbox.c.lane,
            outbox.c.author,
            outbox.c.attempts,
            outbox.c.not_before,
            outbox.c.created_at,
            outbox.c.hold,
        )
        .where(
            UNSENT,
            outbox.c.state == State.QUEUED.value,
            outbox.c.not_before <= bindparam("now"),
            outbox.c.chat_key.not_in(_WAITING_CHATS),
        )
        .order_by(outbox.c.id)
        .limit(bindparam("most"))
    ),
    "now",
    "most",
)
_QUEUED = Prepared(
    lambda _: (
        select(outbox.c.id, outbox.c.chat_key)
        .where(UNSENT, outbox.c.state == State.QUEUED.value, outbox.c.hold.is_(None))
        .limit(bindparam("most"))
    ),
    "most",
)
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
_LATER = Prepared(
    lambda _: (
        update(outbox)
        .where(UNSENT, outbox.c.id == bindparam("row"))
        .values(
            state=State.QUEUED.value,
            attempts=outbox.c.attempts + 1,
            not_before=bindparam("not_before"),
            fault=bindparam("fault"),
        )
    ),
    "not_before",
    "fault",
    "row",
)
ENDED = Prepared(
    lambda _: (
        update(outbox)
        .where(UNSENT, outbox.c.id == bindparam("row"))
        .values(
            state=bindparam("state"), fault=bindparam("fault"), settled_at=bindparam("settled_at")
        )
    ),
    "state",
    "fault",
    "settled_at",
    "row",
)
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
_SENDING = Prepared(
    lambda _: update(outbox).where(UNSENT, outbox.c.id == bindparam("row")).values(state="sending"),
    "row",
)
_UNCERTAIN = Prepared(
    lambda _: (
        update(outbox)
        .where(UNSENT, outbox.c.state == State.SENDING.value)
        .values(state=State.UNCERTAIN.value, settled_at=bindparam("settled_at"))
    ),
    "settled_at",
)
_MESSAGES = PreparedList(
    lambda values: select(outbox.c.id, outbox.c.message).where(
        outbox.c.id.in_(values), outbox.c.message.is_not(None)
    )
)


def numbers_of(work: Work, letters: Sequence[int]) -> dict[int, int]:
    """Return the channel's numbers of letters that were sent."""
    return {int(row): int(number) for row, number in work.rows_in(_MESSAGES, letters)}


class Outbox:
    """The outbox, used inside units of work."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._last = 0
        """The last number given in SQLite."""
        self.when_ended: Callable[[Work, Sequence[tuple[int, State]], int], None] | None = None
        """Told in the same unit of work how humans' letters ended, by number."""
        self.when_opened: Callable[[Work, Letter, int], None] | None = None
        """Told in the same unit of work that an opener has arrived in a chat."""

    def numbers(self, work: Work, count: int) -> range | list[int]:
        """Return numbers for new letters, in the order they are to be said."""
        if work.dialect == "postgresql":
            return [int(row[0]) for row in work.rows(_NUMBERS, count)]
        # A letter that was erased may still be carried: its number is not given again.
        last = max(work.rows(_LAST)[0][0], self._last)
        self._last = last + count
        return range(last + 1, last + 1 + count)

    def keep(self, work: Work, letters: Sequence[Letter]) -> None:
        """Store letters, sealed."""
        work.many(
            _KEEP,
            [
                (
                    letter.id,
                    letter.chat_key,
                    letter.lane,
                    letter.author,
                    "queued",
                    self._sealed(letter),
                    letter.not_before,
                    letter.attempts,
                    letter.created_at,
                    letter.hold,
                )
                for letter in letters
            ],
        )

    def due(
        self, work: Work, now: int, most: int, known: Collection[int] = frozenset()
    ) -> list[Letter]:
        """Return letters that may be sent now, oldest first, without those that are known."""
        found: list[Letter] = []
        for row, key, sealed, lane, author, attempts, not_before, created, hold in work.rows(
            _DUE, now, most + len(known)
        ):
            if row in known:
                continue
            try:
                content = self.open(row, bytes(sealed or b""))
            except (DoesNotOpen, msgspec.MsgspecError) as error:
                # Visible as failed, and in nobody's way.
                work.run(ENDED, State.FAILED.value, type(error).__name__, now, row)
                continue
            chat, body = content.chat, content.body
            found.append(
                Letter(
                    row, bytes(key), chat, body, lane, author, attempts, not_before, created, hold
                )
            )
        return found

    def queued(self, work: Work, most: int) -> list[tuple[int, bytes]]:
        """Return the numbers and chats of letters that wait, those that wait for later too."""
        return [(int(row), bytes(key)) for row, key in work.rows(_QUEUED, most)]

    def settle(self, work: Work, results: Sequence[Settled]) -> None:
        """Write down what became of letters; one that has ended already stays as it ended."""
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

    @staticmethod
    def tidy(work: Work, now: int, most: int = 2000) -> int:
        """Forget what is old enough; return how many rows went."""
        return forget_settled(work, now, most)

    def open(self, row: int, sealed: bytes) -> Content:
        """Return what a letter holds, by its number.

        Raises:
            DoesNotOpen: it was altered, or is another letter's.
        """
        return _decode(self._vault.open(Purpose.OUTBOX, b"%d" % row, sealed))

    def seal(self, row: int, content: Content) -> bytes:
        """Return what a letter holds, sealed for its row."""
        return self._vault.seal(Purpose.OUTBOX, b"%d" % row, _encode(content))

    def _sealed(self, letter: Letter) -> bytes:
        return self.seal(letter.id, Content(letter.chat, letter.body))
