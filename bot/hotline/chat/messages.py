"""Messages between a person and a caseworker, and notes: stored with the case, sealed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from bot.conversation import FileRef  # noqa: TC001 - msgspec reads the annotation
from bot.store import Work, insert, select_by, select_one, update_by
from bot.store.tables.main import exchanges
from bot.vault import Opener, Purpose, Vault

if TYPE_CHECKING:
    from collections.abc import Iterable


class MessageSide(StrEnum):
    """Who wrote a message."""

    PERSON = "person"
    CASEWORKER = "caseworker"
    NOTE = "note"
    """A caseworker, for colleagues."""


class CaseMessageKind(StrEnum):
    """What a message is."""

    TEXT = "words"
    FILES = "files"
    LOCATION = "place"
    EDIT = "edit"
    """A new text for the message `message`; the old one is kept as well."""
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
    """In an edit: the channel's number of a person's message, the outbox id of a caseworker's."""
    latitude: float | None = None
    longitude: float | None = None
    unconfirmed: bool = False
    """Whether it came in a quiet chat, so that it is unknown who wrote it."""


@dataclass(frozen=True, slots=True)
class CaseMessage:
    """One message or note."""

    case: str
    side: MessageSide
    kind: CaseMessageKind
    content: CaseMessageContent
    at: int
    author: str = ""
    letter: int | None = None
    """The outbox id of a caseworker's message."""
    state: str | None = None
    """How the letter ended if it did not arrive; None while it waits, or once it arrived."""
    id: int = 0


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(CaseMessageContent).decode
_NEW_COLUMNS = ("case_id", "side", "author", "kind", "sealed", "letter", "at")
_ADD = insert(exchanges, *_NEW_COLUMNS)
_OF_CASE = select_by(
    exchanges, "id", "side", "author", "kind", "sealed", "letter", "state", "at",
    by="case_id", order_by="id",
)  # fmt: skip
_SET_STATE = update_by(exchanges, "state", by="letter")
_BY_LETTER = select_one(exchanges, "case_id", "author", "kind", by="letter")


class CaseMessages:
    """The messages of cases, used inside units of work."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def store(self, work: Work, written: Iterable[CaseMessage]) -> None:
        """Store messages, sealed."""
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
        """Return the messages of a case, oldest first.

        Raises:
            DecryptionError: a row was altered or belongs to another case.
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
        """Record how a caseworker's letter ended; return its case and author."""
        found = work.rows(_BY_LETTER, letter)
        if not found:
            return None
        if state != "sent":
            work.run(_SET_STATE, state, letter)
        case, author, _kind = found[0]
        return case, author or ""

    @staticmethod
    def of_letter(work: Work, letter: int) -> tuple[str, str, CaseMessageKind] | None:
        """Return case, author and kind of a letter's message; None for the bot's own letters."""
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
    """Return the content of a message that was written at a moment.

    Raises:
        DecryptionError: it was altered, or is another case's.
    """
    return _decode(opener.open(Purpose.CASE, _associated_data(case, side, at), sealed))


def _associated_data(case: str, side: str, at: int) -> bytes:
    return f"{case}/exchange/{side}/{at}".encode()
