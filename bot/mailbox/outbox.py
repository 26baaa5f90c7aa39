"""The outbox: every letter, sealed, until it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import bindparam, func, select, text

from bot.errors import DecryptionError
from bot.mailbox.letter import Letter, LetterState
from bot.mailbox.outbox_results import UPDATE_ENDED, expire_letters
from bot.messages import Body  # noqa: TC001 - msgspec reads the annotation
from bot.store.compiled import Prepared
from bot.store.statements import insert, select_by
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

_INSERT = insert(
    outbox,
    "id", "chat_key", "lane", "author", "state", "body", "not_before", "hold", "attempts",
    "created_at",
)  # fmt: skip
_LAST_ID = Prepared(
    lambda _: select(
        func.max(
            func.coalesce(select(func.max(outbox.c.id)).scalar_subquery(), 0),
            func.coalesce(select(func.max(exchanges.c.letter)).scalar_subquery(), 0),
        )
    )
)
"""SQLite reuses the id of a deleted row; but messages of caseworkers are kept longer than their
letters, and must never be taken for another's."""
_NEW_IDS = Prepared(
    lambda _: text("SELECT nextval('outbox_id_seq') FROM generate_series(1, :count)").bindparams(
        bindparam("count")
    ),
    "count",
)
_QUEUED = (UNSENT, outbox.c.state == LetterState.QUEUED.value)
_RETRYING_CHATS = (
    select(outbox.c.chat_key)
    .where(*_QUEUED, outbox.c.not_before > bindparam("now"), outbox.c.hold.is_(None))
    .correlate(None)
)
"""Chats whose next letter is tried again later: the letters behind it wait too."""
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
            *_QUEUED,
            outbox.c.not_before <= bindparam("now"),
            outbox.c.chat_key.not_in(_RETRYING_CHATS),
        )
        .order_by(outbox.c.id)
        .limit(bindparam("most"))
    ),
    "now",
    "most",
)
_LOAD_QUEUED = select_by(
    outbox, "id", "chat_key", by=(*_QUEUED, outbox.c.hold.is_(None)), limit=bindparam("most")
)


class Outbox:
    """The letters that wait, used inside units of work."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._last = 0
        """The last id given in SQLite."""

    def new_ids(self, work: Work, count: int) -> range | list[int]:
        """Return ids for new letters, in the order they are sent."""
        if work.dialect == "postgresql":
            return [int(row[0]) for row in work.rows(_NEW_IDS, count)]
        # A letter that was erased may still be on its way: its id is not given again.
        last = max(work.rows(_LAST_ID)[0][0], self._last)
        self._last = last + count
        return range(last + 1, last + 1 + count)

    def store(self, work: Work, letters: Sequence[Letter]) -> None:
        """Store letters, sealed."""
        rows = [
            (
                letter.id,
                letter.chat_key,
                letter.lane,
                letter.author,
                "queued",
                self.seal(letter.id, LetterContent(letter.chat, letter.body)),
                letter.not_before,
                letter.delay_reason,
                letter.attempts,
                letter.created_at,
            )
            for letter in letters
        ]
        work.many(_INSERT, rows)

    def load_due(
        self, work: Work, now: int, most: int, skip: Collection[int] = frozenset()
    ) -> list[Letter]:
        """Return letters that may be sent now, oldest first, without those to skip."""
        due: list[Letter] = []
        for row, key, sealed, lane, author, attempts, not_before, created, hold in work.rows(
            _DUE, now, most + len(skip)
        ):
            if row in skip:
                continue
            try:
                content = self.open(row, bytes(sealed or b""))
            except (DecryptionError, msgspec.MsgspecError) as error:
                # It is seen as failed, and holds up no other.
                work.run(UPDATE_ENDED, LetterState.FAILED.value, type(error).__name__, now, row)
                continue
            chat, body = content.chat, content.body
            due.append(
                Letter(
                    row, bytes(key), chat, body, lane, author, attempts, not_before, created, hold
                )
            )
        return due

    @staticmethod
    def load_queued(work: Work, most: int) -> list[tuple[int, bytes]]:
        """Return the ids and chats of letters that wait, those to be tried later included."""
        return [(int(row), bytes(key)) for row, key in work.rows(_LOAD_QUEUED, most)]

    @staticmethod
    def expire(work: Work, now: int, most: int = 2000) -> int:
        """Delete letters by age; return how many rows."""
        return expire_letters(work, now, most)

    def open(self, row: int, sealed: bytes) -> LetterContent:
        """Return what a letter holds, by its id.

        Raises:
            DecryptionError: it was altered, or is another letter's.
        """
        return _decode(self._vault.open(Purpose.OUTBOX, b"%d" % row, sealed))

    def seal(self, row: int, content: LetterContent) -> bytes:
        """Return what a letter holds, sealed for its row."""
        return self._vault.seal(Purpose.OUTBOX, b"%d" % row, _encode(content))
