"""Shared texts and renderings: sealed to the case, with a copy sealed to the interpreter's key.

Both are sealed where the text is known: the key of the case is never wrapped to an interpreter. The
copies of the interpreter are deleted when the session ends.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import msgspec

from bot.cases.state_machine import Role
from bot.errors import DecryptionError
from bot.store.statements import insert, select_by, select_in, select_one
from bot.store.tables.interpreting import interpreter_copies, interpreter_texts, renderings
from bot.store.tables.main import exchanges
from bot.vault import Purpose
from bot.vault.keys.hpke import pad, seal_to
from bot.vault.keys.keyring import own_associated_data

if TYPE_CHECKING:
    from bot.hotline.interpreting.sessions import InterpretingSession
    from bot.store.writer import Work
    from bot.vault import Opener, Vault
    from bot.vault.keys.keyring import Keyring


class Direction(StrEnum):
    """For whom a text is rendered."""

    FROM_PERSON = "from_person"
    """Words of the person, for the caseworker."""
    TO_PERSON = "to_person"
    """Words of the caseworker, for the person; only the caseworker sends the rendering."""


class CopyKind(StrEnum):
    """What a copy of the interpreter is."""

    TEXT = "text"
    SOUND = "sound"
    RENDERING = "rendering"


class InterpretedWords(msgspec.Struct, frozen=True):
    """A text or its rendering. Sealed."""

    text: str = ""
    note: str = ""
    """Of a rendering: what the interpreter adds for the caseworker; no one said it."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """One rendering of a text."""

    words: InterpretedWords
    at: int
    id: int = 0


@dataclass(frozen=True, slots=True)
class SharedText:
    """A text that was shared with an interpreter, with its renderings, the newest last."""

    id: int
    session: str
    direction: Direction
    message: int | None
    """The id of the message of the case; None for words that are no message."""
    has_sound: bool
    at: int
    words: InterpretedWords
    written_at: int | None = None
    """When the message was written; None for words that are no message, and where not read."""
    renderings: list[Rendering] = field(default_factory=list)

    @property
    def newest(self) -> Rendering | None:
        """Return the rendering that holds; None while there is none."""
        return self.renderings[-1] if self.renderings else None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewText:
    """A text to be shared."""

    direction: Direction
    text: str
    message: int | None = None
    sound: bytes = b""
    """A recording as sound alone; empty for none."""


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(InterpretedWords).decode
_TEXT_COLUMNS = ("id", "session_id", "direction", "message", "has_sound", "at")
_ADD_TEXT = insert(
    interpreter_texts, "session_id", "case_id", "direction", "message", "has_sound", "sealed", "at",
    returning="id",
)  # fmt: skip
_ADD_RENDERING = insert(renderings, "text_id", "case_id", "sealed", "at")
_ADD_COPY = insert(interpreter_copies, "session_id", "case_id", "text_id", "kind", "sealed", "at")
_OF_CASE = select_by(interpreter_texts, *_TEXT_COLUMNS, "sealed", by="case_id", order_by="id")
_OF_SESSION = select_by(interpreter_texts, *_TEXT_COLUMNS, by="session_id", order_by="id")
_ONE = select_one(interpreter_texts, *_TEXT_COLUMNS, by=("id", "session_id"))
_OF_MESSAGE = select_by(interpreter_texts, "id", by=("session_id", "message"), limit=1)
_WRITTEN = select_in(exchanges, "id", "at", among="id")
_RENDERINGS = select_by(renderings, "id", "text_id", "sealed", "at", by="case_id", order_by="id")
_COPIES = select_by(
    interpreter_copies, "text_id", "kind", "sealed", "at",
    by=("session_id", interpreter_copies.c.kind != CopyKind.SOUND.value), order_by="id",
)  # fmt: skip
_SOUND = select_by(
    interpreter_copies, "sealed", "at", by=("session_id", "text_id", "kind"), limit=1
)


class SharedTexts:
    """Shared texts and renderings as rows, used inside units of work."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def share(self, work: Work, session: InterpretingSession, new: NewText, now: int) -> int:
        """Share a text with the interpreter of an open session; return its id.

        Raises:
            DecryptionError: the interpreter has no key, or the case has none.
        """
        words = InterpretedWords(new.text)
        data = _case_data(session.case, session.id, new.direction.value, now)
        sealed = self._vault.case_sealer(work, session.case).seal(
            Purpose.CASE, data, _encode(words)
        )
        rows = work.rows(
            _ADD_TEXT, session.id, session.case, new.direction.value, new.message,
            int(bool(new.sound)), sealed, now,
        )  # fmt: skip
        number = int(rows[0][0])
        self._add_copy(work, session, number, CopyKind.TEXT, _encode(words), now)
        if new.sound:
            self._add_copy(work, session, number, CopyKind.SOUND, new.sound, now)
        return number

    def render(
        self, work: Work, session: InterpretingSession, text: int, words: InterpretedWords, now: int
    ) -> None:
        """Store a rendering of a text of this session, after those it has already."""
        sealed = self._vault.case_sealer(work, session.case).seal(
            Purpose.CASE, _rendering_data(session.case, text, now), _encode(words)
        )
        work.run(_ADD_RENDERING, text, session.case, sealed, now)
        self._add_copy(work, session, text, CopyKind.RENDERING, _encode(words), now)

    @staticmethod
    def has(work: Work, session: InterpretingSession, text: int) -> bool:
        """Return whether a text was shared in this session."""
        return bool(work.rows(_ONE, text, session.id))

    @staticmethod
    def is_shared(work: Work, session: InterpretingSession, message: int) -> bool:
        """Return whether a message of the case was shared in this session."""
        return bool(work.rows(_OF_MESSAGE, session.id, message))

    def of_case(self, work: Work, case: str, opener: Opener) -> list[SharedText]:
        """Return every text of a case that was shared, with its renderings, oldest first.

        Raises:
            DecryptionError: a row was altered or belongs to another case.
        """
        found = {}
        for *head, sealed in work.rows(_OF_CASE, case):
            _number, session, direction, *_rest, at = head
            data = _case_data(case, session, direction, at)
            words = _decode(opener.open(Purpose.CASE, data, bytes(sealed)))
            found[int(head[0])] = _shared(head, words)
        for number, text, sealed, at in work.rows(_RENDERINGS, case) if found else ():
            data = _rendering_data(case, text, at)
            words = _decode(opener.open(Purpose.CASE, data, bytes(sealed)))
            found[int(text)].renderings.append(Rendering(words, at, number))
        return list(found.values())

    @staticmethod
    def of_interpreter(
        work: Work, session: InterpretingSession, keyring: Keyring
    ) -> list[SharedText]:
        """Return what the interpreter of a session may read, opened with their own key.

        Raises:
            DecryptionError: a copy was altered, or sealed to another key.
        """
        words: dict[int, InterpretedWords] = {}
        rendered: dict[int, list[Rendering]] = {}
        for text, kind, sealed, at in work.rows(_COPIES, session.id):
            opened = _decode(
                keyring.open_own(_copy_data(session.id, text, kind, at), bytes(sealed))
            )
            if kind == CopyKind.TEXT:
                words[text] = opened
            else:
                rendered.setdefault(text, []).append(Rendering(opened, at))
        rows = [row for row in work.rows(_OF_SESSION, session.id) if row[0] in words]
        messages = [row[3] for row in rows if row[3] is not None]
        written = dict(work.rows_in(_WRITTEN, messages)) if messages else {}
        found = [_shared(row, words[row[0]], written.get(row[3])) for row in rows]
        for each in found:
            each.renderings.extend(rendered.get(each.id, ()))
        return found

    @staticmethod
    def sound_of(
        work: Work, session: InterpretingSession, text: int, keyring: Keyring
    ) -> bytes | None:
        """Return the recording of a shared text; None if there is none."""
        for sealed, at in work.rows(_SOUND, session.id, text, CopyKind.SOUND.value):
            data = _copy_data(session.id, text, CopyKind.SOUND.value, at)
            return keyring.open_own(data, bytes(sealed))
        return None

    def _add_copy(
        self, work: Work, session: InterpretingSession, text: int, kind: CopyKind, plain: bytes,
        now: int,
    ) -> None:  # fmt: skip
        holder, public = self._key_of(session.interpreter)
        data = own_associated_data(holder, _copy_data(session.id, text, kind.value, now))
        sealed = seal_to(public, data, pad(plain))
        work.run(_ADD_COPY, session.id, session.case, text, kind.value, sealed, now)

    def _key_of(self, interpreter: str) -> tuple[str, bytes]:
        member = self._vault.cases.wraps.holders().members.get(interpreter)
        if member is None or member.role != Role.INTERPRETER:
            raise DecryptionError("this interpreter has no key to seal to")
        return member.holder.name, member.holder.public


def _shared(row: Any, words: InterpretedWords, written_at: int | None = None) -> SharedText:
    number, session, direction, message, has_sound, at = row
    return SharedText(
        int(number), session, Direction(direction), message, bool(has_sound), at, words, written_at
    )


def _case_data(case: str, session: str, direction: str, at: int) -> bytes:
    return f"{case}/interpreting/{session}/{direction}/{at}".encode()


def _rendering_data(case: str, text: int, at: int) -> bytes:
    return f"{case}/rendering/{text}/{at}".encode()


def _copy_data(session: str, text: int, kind: str, at: int) -> bytes:
    return f"interpreting/{session}/{text}/{kind}/{at}".encode()
