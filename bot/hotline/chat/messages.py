"""What a person and a caseworker write to each other, and notes: kept with the case, sealed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import bindparam, select, update

from bot.conversation import FileRef  # noqa: TC001 - msgspec reads the annotation
from bot.store.compiled import Prepared, insert_into
from bot.store.tables.main import exchanges
from bot.vault import Purpose

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.store.writer import Work
    from bot.vault import Vault
    from bot.vault.keys.case_keys import Opener


class MessageSide(StrEnum):
    """Who wrote it."""

    PERSON = "person"
    CASEWORKER = "caseworker"
    NOTE = "note"
    """A caseworker, for colleagues."""


class CaseMessageKind(StrEnum):
    """What it is."""

    TEXT = "words"
    FILES = "files"
    LOCATION = "place"
    EDIT = "edit"
    """New words for the message `message`; the old ones stay where they are."""
    PHRASE = "phrase"
    """A sentence of the phrasebook: `code` and `values`; each side reads its own language."""
    REPLY = "reply"
    """A button under such a sentence: `code` is `phrase.reply`."""


class CaseMessageContent(msgspec.Struct, frozen=True, kw_only=True):
    """What was written. Sealed."""

    text: str = ""
    files: tuple[FileRef, ...] = ()
    code: str = ""
    values: dict[str, str] = {}
    message: int = 0
    """The channel's number of the person's message; the outbox's of a caseworker's, in an edit."""
    latitude: float | None = None
    longitude: float | None = None
    unconfirmed: bool = False
    """Whether nobody knows that it was the person: it came in a quiet chat."""


@dataclass(frozen=True, slots=True)
class CaseMessage:
    """One thing written by one side."""

    case: str
    side: MessageSide
    kind: CaseMessageKind
    content: CaseMessageContent
    at: int
    author: str = ""
    letter: int | None = None
    """The outbox's number of a caseworker's words."""
    state: str | None = None
    """How those words ended, when not well; none while they wait or once they arrived."""
    id: int = 0


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(CaseMessageContent).decode
_NEW_COLUMNS = ("case_id", "side", "author", "kind", "sealed", "letter", "at")
_ADD = Prepared(
    lambda dialect: insert_into(dialect, exchanges).values(
        {name: bindparam(name) for name in _NEW_COLUMNS}
    ),
    *_NEW_COLUMNS,
)
_OF_CASE = Prepared(
    lambda _: (
        select(
            exchanges.c.id, exchanges.c.side, exchanges.c.author, exchanges.c.kind,
            exchanges.c.sealed, exchanges.c.letter, exchanges.c.state, exchanges.c.at,
        )
        .where(exchanges.c.case_id == bindparam("of_case"))
        .order_by(exchanges.c.id)
    ),
    "of_case",
)  # fmt: skip
_SET_STATE = Prepared(
    lambda _: (
        update(exchanges)
        .where(exchanges.c.letter == bindparam("row"))
        .values(state=bindparam("state"))
    ),
    "state",
    "row",
)
_BY_LETTER = Prepared(
    lambda _: select(exchanges.c.case_id, exchanges.c.author, exchanges.c.kind).where(
        exchanges.c.letter == bindparam("row")
    ),
    "row",
)


class CaseMessages:
    """What was written in cases, used inside units of work."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def store(self, work: Work, written: Iterable[CaseMessage]) -> None:
        """Store what was written, sealed."""
        work.many(
            _ADD,
            [
                (it.case, it.side.value, it.author or None, it.kind.value, self._seal(work, it),
                 it.letter, it.at)
                for it in written
            ],
        )  # fmt: skip

    @staticmethod
    def of_case(work: Work, case: str, opener: Opener) -> list[CaseMessage]:
        """Return what was written in a case, oldest first.

        Args:
            work: the unit of work.
            case: its id.
            opener: of whoever may open it.

        Raises:
            DoesNotOpen: a row was altered or belongs to another case.
        """
        return [
            CaseMessage(
                case, MessageSide(side), CaseMessageKind(kind),
                open_message(opener, case, side, at, bytes(sealed)), at, author or "", letter,
                state, row,
            )
            for row, side, author, kind, sealed, letter, state, at in work.rows(_OF_CASE, case)
        ]  # fmt: skip

    def record_delivery(self, work: Work, letter: int, state: str) -> tuple[str, str] | None:
        """Note how a caseworker's letter ended; return its case and author, None if it is none."""
        found = work.rows(_BY_LETTER, letter)
        if not found:
            return None
        if state != "sent":
            work.run(_SET_STATE, state, letter)
        case, author, _kind = found[0]
        return case, author or ""

    @staticmethod
    def of_letter(work: Work, letter: int) -> tuple[str, str, CaseMessageKind] | None:
        """Return the case, the author and the sort of what a letter carries; None for a bot's."""
        found = work.rows(_BY_LETTER, letter)
        return None if not found else (found[0][0], found[0][1] or "", CaseMessageKind(found[0][2]))

    def _seal(self, work: Work, it: CaseMessage) -> bytes:
        sealer = self._vault.case_sealer(work, it.case)
        return sealer.seal(
            Purpose.CASE, _associated_data(it.case, it.side, it.at), _encode(it.content)
        )


def open_message(
    opener: Opener, case: str, side: str, at: int, sealed: bytes
) -> CaseMessageContent:
    """Return what was written; `at` is when.

    Raises:
        DoesNotOpen: it was altered, or is another case's.
    """
    return _decode(opener.open(Purpose.CASE, _associated_data(case, side, at), sealed))


def _associated_data(case: str, side: str, at: int) -> bytes:
    return f"{case}/exchange/{side}/{at}".encode()
