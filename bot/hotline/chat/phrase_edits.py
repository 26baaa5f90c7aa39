"""What was changed in the phrasebook at the desk: kept as a list, and never taken back from it.

The list is read in each unit of work, so a change holds at once in every process. A message names
the last edit before it was sent, so that a case shows a phrase as the person read it. An edit that
was changed in the database does not open, and counts as not made.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import func

from bot.errors import DecryptionError
from bot.languages import FALLBACK
from bot.store import insert, select_by
from bot.store.tables.phrases import phrase_edits
from bot.vault import Purpose

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.store.writer import Work
    from bot.vault import Vault


class EditKind(StrEnum):
    """What an edit does."""

    CREATED = "new"
    """A phrase of this organisation, with its English text."""
    WRITTEN = "text"
    """The text in one language."""
    SHIPPED = "shipped"
    """Back to the text of the release, in one language."""
    REVIEWED = "reviewed"
    """The text in one language was read and found right."""
    WITHDRAWN = "withdrawn"
    RESTORED = "restored"


class PhraseEdit(msgspec.Struct, frozen=True, omit_defaults=True):
    """One edit. Sealed."""

    kind: EditKind
    text: str = ""
    """As written, or as reviewed."""
    english: str = ""
    """What the English text was then; a translation or a review is of that."""
    group: str = ""


@dataclass(frozen=True, slots=True)
class StoredEdit:
    """An edit, and who made it when."""

    number: int
    """Later edits have higher numbers, of all phrases together."""
    code: str
    language: str
    """Empty: it is of the phrase in all languages."""
    edit: PhraseEdit
    by: str
    at: int


@dataclass(frozen=True, slots=True)
class WrittenPhrase:
    """A phrase that was written at the desk."""

    code: str
    group: str
    english: str


class EditedPhrases:
    """All edits up to a moment, and what they come to. It never changes."""

    def __init__(self, edits: Iterable[StoredEdit] = ()) -> None:
        self._texts: dict[tuple[str, str], list[StoredEdit]] = {}
        self._reviews: dict[tuple[str, str], list[StoredEdit]] = {}
        self._groups: dict[str, str] = {}
        self._withdrawn: dict[str, StoredEdit] = {}
        self._written: dict[str, WrittenPhrase] = {}
        self.newest = 0
        """The number of the last edit; 0 for none."""
        for it in edits:
            self._add(it)
        for code, group in self._groups.items():
            english = self._texts[code, FALLBACK][-1].edit.text
            self._written[code] = WrittenPhrase(code, group, english)

    def _add(self, it: StoredEdit) -> None:
        self.newest = max(self.newest, it.number)
        match it.edit.kind:
            case EditKind.WITHDRAWN:
                self._withdrawn[it.code] = it
            case EditKind.RESTORED:
                self._withdrawn.pop(it.code, None)
            case EditKind.REVIEWED:
                self._reviews.setdefault((it.code, it.language), []).append(it)
            case _:
                if it.edit.kind is EditKind.CREATED:
                    self._groups.setdefault(it.code, it.edit.group)
                self._texts.setdefault((it.code, it.language), []).append(it)

    def find_text(self, code: str, language: str, until: int | None = None) -> StoredEdit | None:
        """Return who wrote the text that holds, or held at an edit; None for the shipped one."""
        known = self._texts.get((code, language), ())
        held = [it for it in known if until is None or it.number <= until]
        return None if not held or held[-1].edit.kind is EditKind.SHIPPED else held[-1]

    def find_review(self, code: str, language: str, text: str, english: str) -> StoredEdit | None:
        """Return the last review of exactly this text and exactly this English."""
        known = self._reviews.get((code, language), ())
        right = [it for it in known if (it.edit.text, it.edit.english) == (text, english)]
        return right[-1] if right else None

    def last_edit(self, code: str, language: str) -> int:
        """Return the number of the last edit of a text; 0 if it was never edited."""
        known = self._texts.get((code, language), ())
        return known[-1].number if known else 0

    def last_edit_of(self, code: str) -> int:
        """Return the number of the last edit of a phrase's texts; 0 if none was edited."""
        edits = (known[-1].number for (it, _), known in self._texts.items() if it == code)
        return max(edits, default=0)

    def withdrawn(self, code: str) -> StoredEdit | None:
        """Return who withdrew a phrase; None for one that can be sent."""
        return self._withdrawn.get(code)

    def written(self) -> Mapping[str, WrittenPhrase]:
        """Return the phrases that were written at the desk, by code, oldest first."""
        return self._written


_ADD = insert(phrase_edits, "code", "language", "sealed", "set_by", "set_at")
_ALL = select_by(
    phrase_edits, "id", "code", "language", "sealed", "set_by", "set_at", order_by="id"
)
_NEWEST = select_by(phrase_edits, func.max(phrase_edits.c.id), func.count())
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(PhraseEdit).decode


class PhraseEdits:
    """The edits of a deployment, used inside units of work."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._last: tuple[object, EditedPhrases] = ((None, 0), EditedPhrases())
        self._seen_by: Work | None = None
        """The unit of work that has read them last: once for all its turns."""

    @property
    def latest(self) -> EditedPhrases:
        """What was read last in this process."""
        return self._last[1]

    def load(self, work: Work) -> EditedPhrases:
        """Return what holds now."""
        if self._seen_by is work:
            return self._last[1]
        (stamp,) = (tuple(it) for it in work.rows(_NEWEST))
        known, edited = self._last
        if stamp != known:
            edited = EditedPhrases(self._read(work))
            self._last = (stamp, edited)
        self._seen_by = work
        return edited

    @staticmethod
    def expect(work: Work) -> None:
        """Let the database look up what `load` will ask for."""
        work.expect(_NEWEST)

    def add(self, work: Work, code: str, language: str, edit: PhraseEdit, by: str, at: int) -> None:
        """Store one more edit."""
        self._seen_by = None
        sealed = self._vault.seal(Purpose.STAFF, _associated_data(code, language), _encode(edit))
        work.run(_ADD, code, language, sealed, by, at)

    def _read(self, work: Work) -> Iterable[StoredEdit]:
        for number, code, language, sealed, by, at in work.rows(_ALL):
            try:
                data = _associated_data(code, language)
                edit = _decode(self._vault.open(Purpose.STAFF, data, bytes(sealed)))
            except (DecryptionError, msgspec.MsgspecError):
                continue
            yield StoredEdit(number, code, language, edit, by, at)


def _associated_data(code: str, language: str) -> bytes:
    return f"phrase_edits/{code}/{language}".encode()
