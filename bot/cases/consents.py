"""What a person agreed to, and to which words: kept in clear with the case, each row proven.

Nothing is agreed to by not answering. Whoever takes back that others may be told is not asked about
it again, even if nobody had asked before: that stands here as a row of its own. Each agreement
names, by its SHA-256, exactly the question and the choices that stood on the screen, in the
language they stood there, and the text about what is kept that was told then. Telling others has a
ledger of its own (`bot.hotline.referrals.store`): what stands here about that is only whether the
person would like to be asked.

A row that was changed or put in without the host key's secret agrees to nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import bindparam, select, update

from bot.clock import SECOND
from bot.store.compiled import Prepared, insert_into
from bot.store.tables.consents import agreements, wordings
from bot.text import Text, _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.store.writer import Work
    from bot.text import Catalogue
    from bot.vault import AuditLog, Vault


UNKNOWN_DIGEST = bytes(32)
"""In place of a digest: nobody asked, or an older release did and kept no words."""


class ConsentKind(StrEnum):
    """What can be agreed to, one step at a time."""

    CHAT = "chat"
    """That answers are kept until they are sent, for a day; else only while the chat goes on."""
    HOTLINE = "hotline"
    """That people of the hotline read and keep what was sent."""
    ALARM = "alarm"
    """That somebody is told at once that there is danger."""
    OTHERS = "others"
    """That others may be told: each is asked about again, by name."""
    STATISTICS = "statistics"
    """That it is counted."""


@dataclass(frozen=True, slots=True)
class ConsentQuestion:
    """A question by which a person agrees to something."""

    kind: ConsentKind
    yes_answers: frozenset[str]
    """Answers that are a yes; every other one, and none, is a no."""


CONSENT_QUESTIONS: Mapping[str, ConsentQuestion] = {
    "keep": ConsentQuestion(ConsentKind.CHAT, frozenset({"may"})),
    "tell": ConsentQuestion(ConsentKind.ALARM, frozenset({"now"})),
    "pass_on": ConsentQuestion(ConsentKind.OTHERS, frozenset({"may"})),
    "counting": ConsentQuestion(ConsentKind.STATISTICS, frozenset({"count"})),
    "send": ConsentQuestion(ConsentKind.HOTLINE, frozenset({"send"})),
}
"""By the name of their step in any flow."""
MAY_BE_ASKED = frozenset({"may", "ask_first"})
"""Answers about telling others after which a person may be asked, whatever was taken back."""
CONSENT_NAMES: Mapping[ConsentKind, Text] = {
    ConsentKind.CHAT: _("Keep the answers for a day before they are sent"),
    ConsentKind.HOTLINE: _("Read and keep what was sent"),
    ConsentKind.ALARM: _("Tell a caseworker of danger"),
    ConsentKind.OTHERS: _("Tell others (each is asked about again)"),
    ConsentKind.STATISTICS: _("Count it in statistics"),
}
"""What staff call them."""


class QuestionWording(msgspec.Struct, array_like=True, frozen=True):
    """A question as it stood on the screen."""

    digest: bytes
    """SHA-256 of the question and its choices."""
    language: str


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """One answer to one such question."""

    kind: ConsentKind
    answer: str
    """The code; empty where the question was left open."""
    is_given: bool
    wording_digest: bytes
    """What was shown; see `Shown.digest`."""
    notice_version: bytes
    """The version of what the person was told of what is kept."""
    language: str
    at: int
    revoked_at: int | None = None
    revoked_by: str = ""
    is_authentic: bool = True
    """Whether the row proves itself."""

    @property
    def is_active(self) -> bool:
        """Tell whether this is agreed to now."""
        return self.is_authentic and self.is_given and self.revoked_at is None


_COLUMNS = ("case_id", "kind", "answer", "given", "words", "notice", "language", "at", "revoked_at",
         "revoked_by", "mac")  # fmt: skip
_ADD = Prepared(
    lambda dialect: insert_into(dialect, agreements).values({n: bindparam(n) for n in _COLUMNS}),
    *_COLUMNS,
)
CONSENT_COLUMNS = (agreements.c.id, *(agreements.c[name] for name in _COLUMNS[1:]))
_OF_CASE = Prepared(
    lambda _: (
        select(*CONSENT_COLUMNS)
        .where(agreements.c.case_id == bindparam("case"))
        .order_by(agreements.c.id)
        .with_for_update()
    ),
    "case",
)
_REVOKE = Prepared(
    lambda _: (
        update(agreements)
        .where(agreements.c.id == bindparam("row"))
        .values(revoked_at=bindparam("moment"), revoked_by=bindparam("who"), mac=bindparam("proof"))
    ),
    "moment",
    "who",
    "proof",
    "row",
)
_WORDING_COLUMNS = ("digest", "language", "words", "since")
_ADD_WORDING = Prepared(
    lambda dialect: (
        insert_into(dialect, wordings)
        .values({name: bindparam(name) for name in _WORDING_COLUMNS})
        .on_conflict_do_nothing(index_elements=["digest"])
    ),
    *_WORDING_COLUMNS,
)
_FIND_WORDING = Prepared(
    lambda _: select(wordings.c.words).where(wordings.c.digest == bindparam("wanted")), "wanted"
)
_encode = msgspec.msgpack.Encoder().encode


def new_consent(
    step: str, answer: object, wording: QuestionWording | None, notice: bytes, at: int
) -> ConsentRecord:
    """Return what was agreed to at a step of `ASKED`, or was not."""
    asked = CONSENT_QUESTIONS[step]
    code = answer if isinstance(answer, str) else ""
    digest, language = (wording.digest, wording.language) if wording else (UNKNOWN_DIGEST, "")
    return ConsentRecord(
        asked.kind, code, code in asked.yes_answers, digest, notice or UNKNOWN_DIGEST, language, at
    )


class ConsentRecords:
    """What was agreed to in cases, used inside units of work."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def store(self, work: Work, agreed: Iterable[tuple[str, ConsentRecord]]) -> None:
        """Store agreements, each with its case."""
        rows = [(case, *_clear_columns(it), self._mac(case, it)) for case, it in agreed]
        work.many(_ADD, rows)

    def of_case(self, work: Work, case: str) -> list[ConsentRecord]:
        """Return everything a person was asked in a case, oldest first."""
        return [it for _, it in self._rows(work, case)]

    def from_row(self, case: str, row: Sequence[Any]) -> ConsentRecord:
        """Return an agreement from the columns `OF_CASE`, proven or not."""
        return self._verified(case, row[1:])

    def has_consent(self, work: Work, case: str, kind: ConsentKind) -> bool:
        """Tell whether something is agreed to now: by the newest answer, and by no silence."""
        newest = [it for it in self.of_case(work, case) if it.kind is kind][-1:]
        return any(it.is_active for it in newest)

    def no_sharing_since(self, work: Work, case: str) -> int | None:
        """Return since when nobody else is to be told, nor the person asked; None: they may be.

        A row that does not prove itself lets nobody be told either.
        """
        for it in reversed(self.of_case(work, case)):
            if it.kind is ConsentKind.OTHERS and (it.revoked_at is not None or not it.is_authentic):
                return it.revoked_at or it.at
            if it.kind is ConsentKind.OTHERS and it.answer in MAY_BE_ASKED:
                return None
        return None

    def revoke(  # noqa: PLR0913, PLR0917 - what, of which case, whose word, written down where
        self, work: Work, audit: AuditLog, case: str, kind: ConsentKind, by: str, now: int
    ) -> bool:
        """Take agreements of a kind back; tell whether anything is otherwise now."""
        held = [(row, it) for row, it in self._rows(work, case) if it.kind is kind and it.is_active]
        for row, it in held:
            self._revoke_row(work, case, row, it, by, now)
        is_new = kind is ConsentKind.OTHERS and self._forbid_sharing(work, case, by, now)
        if held or is_new:
            audit.record(work, now, by, "consent_revoke", case, kind.value)
        return bool(held) or is_new

    def revoke_all(self, work: Work, case: str, by: str, now: int) -> None:
        """Take everything back that was agreed to in a case: the person wants it back."""
        for row, it in self._rows(work, case):
            if it.is_active:
                self._revoke_row(work, case, row, it, by, now)
        self._forbid_sharing(work, case, by, now)

    @staticmethod
    def store_wordings(work: Work, shown: Iterable[tuple[QuestionWording, str]], now: int) -> None:
        """Keep the words questions were asked in, each once."""
        work.many(_ADD_WORDING, [(it.digest, it.language, words, now) for it, words in shown])

    @staticmethod
    def find_wording(work: Work, digest: bytes) -> str | None:
        """Return the words of a digest; None where they were not kept."""
        found = work.rows(_FIND_WORDING, digest)
        return str(found[0][0]) if found else None

    # --- rows --------------------------------------------------------------------------------

    def _rows(self, work: Work, case: str) -> list[tuple[int, ConsentRecord]]:
        return [(row[0], self._verified(case, row[1:])) for row in work.rows(_OF_CASE, case)]

    def _verified(self, case: str, row: Sequence[Any]) -> ConsentRecord:
        kind, answer, given, words, notice, language, at, revoked_at, revoked_by, mac = row
        found = ConsentRecord(
            ConsentKind(kind),
            answer,
            bool(given),
            bytes(words),
            bytes(notice),
            language,
            at,
            revoked_at,
            revoked_by,
        )
        is_sound = self._vault.is_same_mac(bytes(mac), self._mac(case, found))
        return found if is_sound else replace(found, is_authentic=False)

    def _forbid_sharing(self, work: Work, case: str, by: str, now: int) -> bool:
        """Write down that nobody else is to be told, where nothing that was taken back says so."""
        if self.no_sharing_since(work, case) is not None:
            return False
        said = ConsentRecord(
            ConsentKind.OTHERS,
            "",
            is_given=False,
            wording_digest=UNKNOWN_DIGEST,
            notice_version=UNKNOWN_DIGEST,
            language="",
            at=now,
            revoked_at=now,
            revoked_by=by,
        )
        self.store(work, [(case, said)])
        return True

    def _revoke_row(  # noqa: PLR0913, PLR0917 - one row, and who took it back when
        self, work: Work, case: str, row: int, it: ConsentRecord, by: str, now: int
    ) -> None:
        back = replace(it, revoked_at=now, revoked_by=by)
        work.run(_REVOKE, now, by, self._mac(case, back), row)

    def _mac(self, case: str, it: ConsentRecord) -> bytes:
        return self._vault.consent_mac(_encode((case, *_clear_columns(it))))


def _clear_columns(it: ConsentRecord) -> tuple[object, ...]:
    return (
        it.kind.value,
        it.answer,
        int(it.is_given),
        it.wording_digest,
        it.notice_version,
        it.language,
        it.at,
        it.revoked_at,
        it.revoked_by,
    )


GIVEN, NOT_GIVEN, REVOKED = _("agreed"), _("not agreed"), _("taken back")
CONSENT_HEADING = _("What the person agreed to")


@dataclass(frozen=True, slots=True)
class ConsentView:
    """What a person was asked to agree to, and what they said; nothing of what they wrote."""

    kind: str
    text: str
    """What that is, and whether it holds, in the reader's language."""
    is_active: bool
    language: str
    at: datetime
    wording_digest: str
    """The SHA-256 of what stood on the screen."""
    notice_version: str
    """The version of what they were told of what is kept."""
    revoked_at: datetime | None = None


async def load_consents(
    connection: AsyncConnection, records: ConsentRecords, case: str, staff: Catalogue
) -> tuple[ConsentView, ...]:
    """Return everything a person was asked in a case, oldest first."""
    wanted = (
        select(*CONSENT_COLUMNS)
        .where(agreements.c.case_id == case)
        .order_by(agreements.c.at, agreements.c.id)
    )
    rows = (await connection.execute(wanted)).all()
    return tuple(_consent_view(records.from_row(case, row), staff) for row in rows)


def _consent_view(it: ConsentRecord, staff: Catalogue) -> ConsentView:
    how = GIVEN if it.is_active else REVOKED if it.revoked_at else NOT_GIVEN
    told = f"{CONSENT_NAMES[it.kind].render(staff)}: {how.render(staff)}"
    revoked = None if it.revoked_at is None else _to_utc(it.revoked_at)
    return ConsentView(
        it.kind.value,
        told,
        it.is_active,
        it.language,
        _to_utc(it.at),
        it.wording_digest.hex(),
        it.notice_version.hex(),
        revoked,
    )


def _to_utc(moment: int) -> datetime:
    return datetime.fromtimestamp(moment / SECOND, UTC)
