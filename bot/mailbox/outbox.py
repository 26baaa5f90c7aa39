"""What is to be said: every letter, sealed, and how far it has come."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import bindparam, func, select, text

from bot.errors import DecryptionError
from bot.mailbox.letter import Letter, LetterState
from bot.mailbox.outbox_results import UPDATE_ENDED, OutboxResults, expire_letters
from bot.messages import Body  # noqa: TC001 - msgspec reads the annotation
from bot.store.compiled import Prepared, insert_into
from bot.store.tables.main import UNSENT, exchanges, outbox
from bot.vault import Purpose

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bot.store.writer import Work
    from bot.vault import Vault


class LetterContent(msgspec.Struct, array_like=True, gc=False):
    """What is sealed of a letter."""

    chat: int
    body: Body


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(LetterContent).decode

_COLUMNS = (
    "id", "chat_key", "lane", "author", "state", "body", "not_before", "attempts", "created_at",
    "hold",
)  # fmt: skip
_INSERT = Prepared(
    lambda dialect: insert_into(dialect, outbox).values(
        {name: bindparam(name) for name in _COLUMNS}
    ),
    *_COLUMNS,
)
_LAST_ID = Prepared(
    lambda _: select(
        func.max(
            func.coalesce(select(func.max(outbox.c.id)).scalar_subquery(), 0),
            func.coalesce(select(func.max(exchanges.c.letter)).scalar_subquery(), 0),
        )
    )
)
"""SQLite gives the number of a row that is gone again; what caseworkers wrote is kept longer than
its letter, and must never be taken for another's."""
_NEW_IDS = Prepared(
    lambda _: text("SELECT nextval('outbox_id_seq') FROM generate_series(1, :count)").bindparams(
        bindparam("count")
    ),
    "count",
)
_WAITING_CHATS = (
    select(outbox.c.chat_key)
    .where(
        UNSENT,
        outbox.c.state == LetterState.QUEUED.value,
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
            outbox.c.state == LetterState.QUEUED.value,
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
        .where(UNSENT, outbox.c.state == LetterState.QUEUED.value, outbox.c.hold.is_(None))
        .limit(bindparam("most"))
    ),
    "most",
)


class Outbox(OutboxResults):
    """The outbox, used inside units of work."""

    def __init__(self, vault: Vault) -> None:
        super().__init__()
        self._vault = vault
        self._last = 0
        """The last number given in SQLite."""

    def new_ids(self, work: Work, count: int) -> range | list[int]:
        """Return numbers for new letters, in the order they are to be said."""
        if work.dialect == "postgresql":
            return [int(row[0]) for row in work.rows(_NEW_IDS, count)]
        # A letter that was erased may still be carried: its number is not given again.
        last = max(work.rows(_LAST_ID)[0][0], self._last)
        self._last = last + count
        return range(last + 1, last + 1 + count)

    def store(self, work: Work, letters: Sequence[Letter]) -> None:
        """Store letters, sealed."""
        work.many(
            _INSERT,
            [
                (
                    letter.id,
                    letter.chat_key,
                    letter.lane,
                    letter.author,
                    "queued",
                    self._seal_letter(letter),
                    letter.not_before,
                    letter.attempts,
                    letter.created_at,
                    letter.delay_reason,
                )
                for letter in letters
            ],
        )

    def load_due(
        self, work: Work, now: int, most: int, skip: Collection[int] = frozenset()
    ) -> list[Letter]:
        """Return letters that may be sent now, oldest first, without those that are known."""
        found: list[Letter] = []
        for row, key, sealed, lane, author, attempts, not_before, created, hold in work.rows(
            _DUE, now, most + len(skip)
        ):
            if row in skip:
                continue
            try:
                content = self.open(row, bytes(sealed or b""))
            except (DecryptionError, msgspec.MsgspecError) as error:
                # Visible as failed, and in nobody's way.
                work.run(UPDATE_ENDED, LetterState.FAILED.value, type(error).__name__, now, row)
                continue
            chat, body = content.chat, content.body
            found.append(
                Letter(
                    row, bytes(key), chat, body, lane, author, attempts, not_before, created, hold
                )
            )
        return found

    def load_queued(self, work: Work, most: int) -> list[tuple[int, bytes]]:
        """Return the numbers and chats of letters that wait, those that wait for later too."""
        return [(int(row), bytes(key)) for row, key in work.rows(_QUEUED, most)]

    @staticmethod
    def expire(work: Work, now: int, most: int = 2000) -> int:
        """Forget what is old enough; return how many rows went."""
        return expire_letters(work, now, most)

    def open(self, row: int, sealed: bytes) -> LetterContent:
        """Return what a letter holds, by its number.

        Raises:
            DoesNotOpen: it was altered, or is another letter's.
        """
        return _decode(self._vault.open(Purpose.OUTBOX, b"%d" % row, sealed))

    def seal(self, row: int, content: LetterContent) -> bytes:
        """Return what a letter holds, sealed for its row."""
        return self._vault.seal(Purpose.OUTBOX, b"%d" % row, _encode(content))

    def _seal_letter(self, letter: Letter) -> bytes:
        return self.seal(letter.id, LetterContent(letter.chat, letter.body))
