"""Consent records: what a person agreed to and the exact wording they saw, with a MAC per row.

Rows are stored in clear with the case. An open question is never consent. Each record names, by
SHA-256, the question and choices as they stood on the screen, their language, and the privacy
notice of that moment. A person who revokes sharing is not asked about it again, even if they were
never asked before: that is a row of its own. Sharing itself has its own records
(`bot.hotline.referrals.store`); here stands only whether the person may be asked.

A row that was changed or added without the host key's secret counts as no consent.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from secrets import compare_digest
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import select

from bot.clock import to_utc
from bot.store import Work, insert, select_by, select_in, select_one, update_by
from bot.store.tables.case_extras import agreements, wordings
from bot.text import Catalogue, Text, _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.vault import AuditLog, Vault


UNKNOWN_DIGEST = bytes(32)
"""Stands for a wording that was not stored, or a question that was not asked."""


class ConsentKind(StrEnum):
    """The purposes a person can agree to, one question each."""

    CHAT = "chat"
    """Keep unsent answers for a day; otherwise only while the session lasts."""
    HOTLINE = "hotline"
    """The hotline's staff may read and keep what was sent."""
    ALARM = "alarm"
    """Alert a caseworker at once that there is danger."""
    OTHERS = "others"
    """The person may be asked about sharing with others, each by name."""
    STATISTICS = "statistics"
    READING = "reading"
    """Staff may read what the person writes from then on, in the same session."""


@dataclass(frozen=True, slots=True)
class ConsentQuestion:
    """A question that asks for consent."""

    kind: ConsentKind
    yes_answers: frozenset[str]
    """Answers that give consent; every other one refuses it."""
    undecided_answers: frozenset[str] = frozenset()
    """Answers that put the decision off: they are no record."""


CONSENT_QUESTIONS: Mapping[str, ConsentQuestion] = {
    "keep": ConsentQuestion(ConsentKind.CHAT, frozenset({"may"})),
    "tell": ConsentQuestion(ConsentKind.ALARM, frozenset({"now"})),
    "pass_on": ConsentQuestion(ConsentKind.OTHERS, frozenset({"may"})),
    "counting": ConsentQuestion(ConsentKind.STATISTICS, frozenset({"count"})),
    "send": ConsentQuestion(ConsentKind.HOTLINE, frozenset({"send"}), frozenset({"more"})),
    "send_all": ConsentQuestion(ConsentKind.HOTLINE, frozenset({"send"})),
    "give": ConsentQuestion(ConsentKind.HOTLINE, frozenset({"give"})),
    "spoken": ConsentQuestion(ConsentKind.HOTLINE, frozenset({"agreed"})),
}
"""By step name, in any flow."""
HELD_ON = (ConsentKind.HOTLINE, ConsentKind.ALARM)
"""On which consents staff have the words of a case: that to what was sent or, where the person was
in danger and sent nothing else, that to the alarm. The first that was given decides."""
READING_STEPS = frozenset({"tell", "send", "send_all", "give"})
"""Questions that also ask whether staff may read what follows: the reply to a yes says so."""
MAY_BE_ASKED = frozenset({"may", "ask_first"})
"""Answers about sharing after which a person may be asked, even if they revoked before."""
CONSENT_NAMES: Mapping[ConsentKind, Text] = {
    ConsentKind.CHAT: _("Keep the answers for a day before they are sent"),
    ConsentKind.HOTLINE: _("Read and keep what was sent"),
    ConsentKind.ALARM: _("Alert a caseworker to danger"),
    ConsentKind.OTHERS: _("Share with others (asked again for each one)"),
    ConsentKind.STATISTICS: _("Use for statistics"),
    ConsentKind.READING: _("Read what is written from then on"),
}


class QuestionWording(msgspec.Struct, array_like=True, frozen=True):
    """A question as it stood on the screen."""

    digest: bytes
    """SHA-256 of the question and its choices."""
    language: str


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """One answer to one consent question."""

    kind: ConsentKind
    answer: str
    """The code; empty where the question was left open."""
    is_given: bool
    wording_digest: bytes
    notice_version: bytes
    """The version of the privacy notice that was shown."""
    language: str
    at: int
    revoked_at: int | None = None
    revoked_by: str = ""
    heard_by: str = ""
    """The caseworker who read the words aloud and heard the answer; empty: a button was pressed."""
    is_authentic: bool = True
    """Whether the row's MAC is valid."""

    @property
    def is_active(self) -> bool:
        """Whether the person agrees to this now."""
        return self.is_authentic and self.is_given and self.revoked_at is None


_COLUMNS = (
    "case_id", "kind", "answer", "given", "words", "notice", "language", "at", "revoked_at",
    "revoked_by", "heard_by", "mac",
)  # fmt: skip
_ADD = insert(agreements, *_COLUMNS)
CONSENT_COLUMNS = (agreements.c.id, *(agreements.c[name] for name in _COLUMNS[1:]))
_OF_CASE = select_by(agreements, *CONSENT_COLUMNS, by="case_id", order_by="id", lock=True)
_OF_CASES = select_in(agreements, "case_id", *CONSENT_COLUMNS, among="case_id")
_REVOKE = update_by(agreements, "revoked_at", "revoked_by", "mac", by="id")
_ADD_WORDING = insert(wordings, "digest", "language", "words", "since", unless_exists="digest")
_FIND_WORDING = select_one(wordings, "words", by="digest")
_encode = msgspec.msgpack.Encoder().encode


def new_consent(
    step: str, answer: object, wording: QuestionWording | None, notice: bytes, at: int
) -> ConsentRecord:
    """Return the record of an answer to one of the `CONSENT_QUESTIONS`."""
    question = CONSENT_QUESTIONS[step]
    code = answer if isinstance(answer, str) else ""
    is_given = code in question.yes_answers
    digest, language = (wording.digest, wording.language) if wording else (UNKNOWN_DIGEST, "")
    notice = notice or UNKNOWN_DIGEST
    return ConsentRecord(question.kind, code, is_given, digest, notice, language, at)


class ConsentRecords:
    """The consent records of cases, used inside units of work."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def store(self, work: Work, records: Iterable[tuple[str, ConsentRecord]]) -> None:
        """Store records, each with its case."""
        rows = [
            (case, *_clear_columns(it), it.heard_by or None, self._mac(case, it))
            for case, it in records
        ]
        work.many(_ADD, rows)

    def of_case(self, work: Work, case: str) -> list[ConsentRecord]:
        """Return the records of a case, oldest first."""
        return [record for _, record in self._rows(work, case)]

    def from_row(self, case: str, row: Sequence[Any]) -> ConsentRecord:
        """Return the record of a row of `CONSENT_COLUMNS`, authentic or not."""
        kind, answer, given, words, notice, language, at, revoked_at, revoked_by, heard_by, mac = (
            row[1:]
        )
        record = ConsentRecord(
            ConsentKind(kind), answer, bool(given), bytes(words), bytes(notice), language, at,
            revoked_at, revoked_by, heard_by or "",
        )  # fmt: skip
        is_authentic = compare_digest(bytes(mac), self._mac(case, record))
        return record if is_authentic else replace(record, is_authentic=False)

    def has_consent(self, work: Work, case: str, kind: ConsentKind) -> bool:
        """Tell whether the newest record of a kind gives consent."""
        newest = [it for it in self.of_case(work, case) if it.kind is kind][-1:]
        return any(it.is_active for it in newest)

    def no_sharing_since(self, work: Work, case: str) -> int | None:
        """Return since when sharing is forbidden and must not be asked about; None: it may be.

        A record that is not authentic forbids it too.
        """
        return _no_sharing_since(self.of_case(work, case))

    def taken_back_at(self, work: Work, case: str) -> int | None:
        """Return when the person took back that others read or share the case; None: never.

        A person who agrees again later has not taken it back any more.
        """
        return _taken_back_at(self.of_case(work, case))

    def reading_taken_back_at(self, work: Work, case: str) -> int | None:
        """Return when the person took back that staff read the case; None: never, or not now."""
        return _held_no_more_since(self.of_case(work, case))

    def reading_on_ended_at(self, work: Work, case: str) -> int | None:
        """Return when the person ended that staff read what follows; None: never, or not now."""
        newest = [it for it in self.of_case(work, case) if it.kind is ConsentKind.READING][-1:]
        return newest[0].revoked_at if newest else None

    def taken_back_in(self, work: Work, cases: Iterable[str]) -> dict[str, int]:
        """Return `taken_back_at` of those of the cases that have it."""
        found: dict[str, list[Sequence[Any]]] = {}
        for case, *row in work.rows_in(_OF_CASES, list(cases)):
            found.setdefault(case, []).append(row)
        moments = {
            case: _taken_back_at([self.from_row(case, row) for row in sorted(rows, key=_row_id)])
            for case, rows in found.items()
        }
        return {case: at for case, at in moments.items() if at is not None}

    def revoke(
        self, work: Work, audit: AuditLog, case: str, kind: ConsentKind, by: str, now: int
    ) -> bool:
        """Revoke consent of one kind; tell whether that changed anything."""
        is_changed = self._revoke_active(work, case, [kind], by, now)
        if kind is ConsentKind.OTHERS:
            is_changed |= self._forbid_sharing(work, case, by, now)
        if is_changed:
            audit.record(work, now, by, "consent_revoke", case, kind.value)
        return is_changed

    def revoke_all(self, work: Work, case: str, by: str, now: int) -> None:
        """Revoke every consent of a case, because the person withdraws."""
        self._revoke_active(work, case, list(ConsentKind), by, now)
        self._forbid_sharing(work, case, by, now)

    @staticmethod
    def store_wordings(work: Work, shown: Iterable[tuple[QuestionWording, str]], now: int) -> None:
        """Store the wordings of questions, each once."""
        work.many(_ADD_WORDING, [(it.digest, it.language, words, now) for it, words in shown])

    @staticmethod
    def find_wording(work: Work, digest: bytes) -> str | None:
        """Return the wording with a digest; None where it was not stored."""
        found = work.rows(_FIND_WORDING, digest)
        return str(found[0][0]) if found else None

    def _rows(self, work: Work, case: str) -> list[tuple[int, ConsentRecord]]:
        return [(row[0], self.from_row(case, row)) for row in work.rows(_OF_CASE, case)]

    def _revoke_active(
        self, work: Work, case: str, kinds: Sequence[ConsentKind], by: str, at: int
    ) -> bool:
        active = [it for it in self._rows(work, case) if it[1].is_active and it[1].kind in kinds]
        for row, record in active:
            revoked = replace(record, revoked_at=at, revoked_by=by)
            work.run(_REVOKE, at, by, self._mac(case, revoked), row)
        return bool(active)

    def _forbid_sharing(self, work: Work, case: str, by: str, now: int) -> bool:
        """Record that nothing may be shared, where no earlier record says so."""
        if self.no_sharing_since(work, case) is not None:
            return False
        open_question = new_consent("pass_on", None, None, b"", now)
        self.store(work, [(case, replace(open_question, revoked_at=now, revoked_by=by))])
        return True

    def _mac(self, case: str, it: ConsentRecord) -> bytes:
        heard = (it.heard_by,) if it.heard_by else ()  # records of buttons keep their MAC
        return self._vault.consent_mac(_encode((case, *_clear_columns(it), *heard)))


def _row_id(row: Sequence[Any]) -> int:
    return int(row[0])


def _no_sharing_since(records: Sequence[ConsentRecord]) -> int | None:
    for it in reversed(records):
        if it.kind is ConsentKind.OTHERS and (it.revoked_at is not None or not it.is_authentic):
            return it.revoked_at or it.at
        if it.kind is ConsentKind.OTHERS and it.answer in MAY_BE_ASKED:
            return None
    return None


def _held_no_more_since(records: Sequence[ConsentRecord]) -> int | None:
    for kind in HELD_ON:
        given = [it for it in records if it.kind is kind and it.is_given]
        if given:
            return given[-1].revoked_at
    return None


def _taken_back_at(records: Sequence[ConsentRecord]) -> int | None:
    moments = [_no_sharing_since(records), _held_no_more_since(records)]
    return max((at for at in moments if at is not None), default=None)


def _clear_columns(it: ConsentRecord) -> tuple[object, ...]:
    return (
        it.kind.value, it.answer, int(it.is_given), it.wording_digest, it.notice_version,
        it.language, it.at, it.revoked_at, it.revoked_by,
    )  # fmt: skip


GIVEN, NOT_GIVEN, REVOKED = _("agreed"), _("not agreed"), _("withdrawn")
CONSENT_HEADING = _("What the person agreed to")


@dataclass(frozen=True, slots=True)
class ConsentView:
    """One consent record for staff, without anything the person wrote."""

    kind: str
    text: str
    """Its name and whether it is given, in the reader's language."""
    is_active: bool
    language: str
    at: datetime
    wording_digest: str
    """SHA-256 in hexadecimal digits."""
    notice_version: str
    revoked_at: datetime | None = None
    heard_by: str = ""
    """The id of the caseworker who heard it spoken; empty: a button was pressed."""


async def load_consents(
    connection: AsyncConnection, records: ConsentRecords, case: str, staff: Catalogue
) -> tuple[ConsentView, ...]:
    """Return the consent records of a case, oldest first."""
    query = select(*CONSENT_COLUMNS).where(agreements.c.case_id == case)
    rows = await connection.execute(query.order_by(agreements.c.at, agreements.c.id))
    return tuple(_consent_view(records.from_row(case, row), staff) for row in rows.all())


def _consent_view(it: ConsentRecord, staff: Catalogue) -> ConsentView:
    status = GIVEN if it.is_active else REVOKED if it.revoked_at else NOT_GIVEN
    text = f"{CONSENT_NAMES[it.kind].render(staff)}: {status.render(staff)}"
    revoked = None if it.revoked_at is None else to_utc(it.revoked_at)
    digest, notice = it.wording_digest.hex(), it.notice_version.hex()
    return ConsentView(
        it.kind.value,
        text,
        it.is_active,
        it.language,
        to_utc(it.at),
        digest,
        notice,
        revoked,
        it.heard_by,
    )
