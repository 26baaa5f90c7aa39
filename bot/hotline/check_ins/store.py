"""Hours at which people want to be heard from, as rows: kept over restarts, used in units of work.

What the person wants done in silence is no row of this: it was sent to the case like anything else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec
from sqlalchemy import bindparam, or_, select, update

from bot.cases.intake import PERSON
from bot.hotline.chat.passphrases import PassphraseResult, Passphrases
from bot.hotline.check_ins.model import MAX_ANSWER_LENGTH, CheckIn, next_at
from bot.store.compiled import Prepared, insert_into
from bot.store.tables.check_ins import check_ins
from bot.store.tables.main import cases
from bot.vault import Purpose
from bot.vault.audit.log import SYSTEM
from bot.vault.passphrase_hash import is_same_digest

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from bot.store.writer import Work
    from bot.vault import AuditLog, Vault

ANSWER, DURESS, TRIED = "answer", "second", "tried"
"""What a word is to an hour: chosen as its answer, as the second, or written when it had come."""
NEVER: Final = 2**62
"""In place of a moment: nobody has to look."""
AUDIT_ACTION: Final = "check_in"
MAX_CASES: Final = 100
"""Cases in one look."""


@dataclass(frozen=True, slots=True)
class CheckInRow:
    """One agreement and where its person is."""

    case: str
    chat_key: bytes
    check_in: CheckIn


@dataclass(frozen=True, slots=True)
class CheckInAnswer:
    """A word that came at its hour."""

    row: CheckInRow
    result: PassphraseResult
    was_only: bool
    """Whether nothing else came in this round, and nobody owed the person an answer before."""


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(CheckIn).decode
_SET_ANSWER = Prepared(
    lambda dialect: (
        put := insert_into(dialect, check_ins).values(
            case_id=bindparam("case_id"), chat_key=bindparam("chat_key"),
            answer=bindparam("answer"), next_at=NEVER, looked_at=0,
        )
    ).on_conflict_do_update(
        index_elements=["case_id"], set_={"answer": put.excluded.answer, "duress": None}
    ),
    "case_id",
    "chat_key",
    "answer",
)  # fmt: skip
_SET_DURESS = Prepared(
    lambda _: (
        update(check_ins)
        .where(check_ins.c.case_id == bindparam("case"), check_ins.c.answer != bindparam("digest"))
        .values(duress=bindparam("duress"))
    ),
    "duress",
    "case",
    "digest",
)
_SCHEDULE = Prepared(
    lambda dialect: (
        put := insert_into(dialect, check_ins).values(
            case_id=bindparam("case_id"), chat_key=bindparam("chat_key"),
            sealed=bindparam("sealed"), next_at=0, looked_at=bindparam("looked_at"),
        )
    ).on_conflict_do_update(
        index_elements=["case_id"],
        set_={
            "sealed": put.excluded.sealed, "next_at": 0, "looked_at": put.excluded.looked_at,
            "letter": None,
        },
    ),
    "case_id",
    "chat_key",
    "sealed",
    "looked_at",
)  # fmt: skip
_STORE = Prepared(
    lambda _: (
        update(check_ins)
        .where(check_ins.c.case_id == bindparam("case"))
        .values(
            sealed=bindparam("sealed"), next_at=bindparam("next_at"),
            looked_at=bindparam("looked_at"),
        )
    ),
    "sealed",
    "next_at",
    "looked_at",
    "case",
)  # fmt: skip
_SET_LETTER = Prepared(
    lambda _: (
        update(check_ins)
        .where(check_ins.c.case_id == bindparam("case"))
        .values(letter=bindparam("number"))
    ),
    "number",
    "case",
)
_END = Prepared(
    lambda _: (
        update(check_ins)
        .where(check_ins.c.case_id == bindparam("case"), check_ins.c.sealed.is_not(None))
        .values(sealed=None, answer=None, duress=None, letter=None, next_at=NEVER)
    ),
    "case",
)
_COLUMNS = (check_ins.c.case_id, check_ins.c.chat_key, check_ins.c.sealed)
_ONE = Prepared(
    lambda _: select(*_COLUMNS).where(
        check_ins.c.case_id == bindparam("case"), check_ins.c.sealed.is_not(None)
    ),
    "case",
)
_OF_CHAT = Prepared(
    lambda _: select(*_COLUMNS).where(
        check_ins.c.chat_key == bindparam("key"), check_ins.c.sealed.is_not(None)
    ),
    "key",
)
_CHATS = Prepared(
    lambda _: select(check_ins.c.chat_key).where(check_ins.c.sealed.is_not(None)).distinct()
)
_DUE = Prepared(
    lambda _: (
        select(*_COLUMNS)
        .where(
            check_ins.c.sealed.is_not(None),
            or_(check_ins.c.next_at <= bindparam("now"), check_ins.c.looked_at > bindparam("at")),
        )
        .order_by(check_ins.c.next_at)
        .limit(bindparam("most"))
    ),
    "now",
    "at",
    "most",
)
_PASSPHRASES = Prepared(
    lambda _: select(check_ins.c.answer, check_ins.c.duress).where(
        check_ins.c.case_id == bindparam("case")
    ),
    "case",
)
_BY_LETTER = Prepared(
    lambda _: select(*_COLUMNS).where(
        check_ins.c.letter == bindparam("number"), check_ins.c.sealed.is_not(None)
    ),
    "number",
)
_IS_REPLY_DUE = Prepared(
    lambda _: select(cases.c.due_at.is_not(None)).where(cases.c.id == bindparam("case")), "case"
)


class CheckIns:
    """What is agreed in the cases of one house."""

    def __init__(self, vault: Vault, audit: AuditLog) -> None:
        self._vault = vault
        self._audit = audit
        self._active_chats: set[bytes] | None = None
        """Chats in which something may be agreed: all others cost a turn nothing."""

    # --- what a person chose -------------------------------------------------------------------

    @staticmethod
    def set_passphrase(work: Work, case: str, chat_key: bytes, digest: bytes, which: str) -> bool:
        """Keep the word of an answer, or the second; tell whether it could be kept."""
        if which == DURESS:
            return bool(work.run(_SET_DURESS, digest, case, digest))
        work.run(_SET_ANSWER, case, chat_key, digest)
        return True

    def schedule(  # noqa: PLR0913, PLR0917 - what was agreed, whose it is, and when
        self, work: Work, case: str, chat_key: bytes, hour: int, plan: str, now: int,
        zone: ZoneInfo, *, is_daily: bool,
    ) -> None:  # fmt: skip
        """Wait for a person from the next such hour on."""
        due_at = next_at(hour, now, zone)
        it = CheckIn(hour=hour, is_daily=is_daily, plan=plan, agreed_at=now, due_at=due_at)
        work.run(_SCHEDULE, case, chat_key, self._seal(case, it), now)
        self._load_active_chats(work).add(chat_key)
        self._audit.record(work, now, PERSON, AUDIT_ACTION, case, "agreed")

    def end(self, work: Work, case: str, by: str, now: int) -> bool:
        """Ask no more; tell whether anything was agreed."""
        if not work.run(_END, case):
            return False
        self._audit.record(work, now, by, AUDIT_ACTION, case, "ended")
        return True

    # --- how it stands -------------------------------------------------------------------------

    def of_case(self, work: Work, case: str) -> CheckInRow | None:
        """Return what is agreed in a case; None for nothing.

        Raises:
            DoesNotOpen: it was altered.
        """
        rows = work.rows(_ONE, case) if case else []
        return self._row(*rows[0]) if rows else None

    def due(self, work: Work, now: int) -> list[CheckInRow]:
        """Return those at which somebody has to look; also after a clock was set back."""
        return [self._row(*row) for row in work.rows(_DUE, now, now, MAX_CASES)]

    def store(self, work: Work, row: CheckInRow, at: int, now: int) -> None:
        """Write down how one stands, and when to look again."""
        work.run(_STORE, self._seal(row.case, row.check_in), at, now, row.case)

    @staticmethod
    def set_question_letter(work: Work, case: str, letter: int) -> None:
        """Note which letter asks."""
        work.run(_SET_LETTER, letter, case)

    def of_letter(self, work: Work, letter: int) -> CheckInRow | None:
        """Return what a letter asks for; None for any other letter."""
        rows = work.rows(_BY_LETTER, letter)
        return self._row(*rows[0]) if rows else None

    def note_alarm(self, work: Work, case: str, why: str, now: int) -> None:
        """Note that staff were called."""
        self._audit.record(work, now, SYSTEM, "alert", case, f"{AUDIT_ACTION}:{why}")

    def freeze(self, work: Work, case: str, now: int) -> None:
        """Note that the person is made to write: nothing of a caseworker's may go there."""
        Passphrases.freeze(work, case, now)
        self._audit.record(work, now, PERSON, "freeze", case)

    # --- what comes ----------------------------------------------------------------------------

    def record_answer(self, work: Work, chat_key: bytes, text: str, now: int) -> list[CheckInRow]:
        """Take note that somebody wrote; return the hours to which it may be the answer."""
        if chat_key not in self._load_active_chats(work) or not 0 < len(text) <= MAX_ANSWER_LENGTH:
            return []
        found = [self._row(*row) for row in work.rows(_OF_CHAT, chat_key)]
        open_ = [kept for kept in found if kept.check_in.accepts_answer(now)]
        for kept in open_:
            it = kept.check_in
            if not it.heard:
                it.was_due = bool(work.rows(_IS_REPLY_DUE, kept.case)[0][0])
            it.heard += 1
            it.on_their_way += 1
            self.store(work, kept, it.due_at, now)
        return open_

    def check_answer(self, work: Work, case: str, digest: bytes, now: int) -> CheckInAnswer | None:
        """Return what a word came to; None where it is none of an open round's any more."""
        kept = self.of_case(work, case)
        if kept is None or not kept.check_in.heard:
            return None
        answer, duress = work.rows(_PASSPHRASES, case)[0]
        is_duress, is_right = is_same_digest(duress, digest), is_same_digest(answer, digest)
        found = (
            PassphraseResult.DURESS
            if is_duress
            else PassphraseResult.RIGHT
            if is_right
            else PassphraseResult.WRONG
        )
        it = kept.check_in
        it.on_their_way = max(0, it.on_their_way - 1)
        was_only = it.heard == 1 and not it.was_due
        if found is not PassphraseResult.WRONG:
            it.answered_at = it.answered_at or now
        self.store(work, kept, it.due_at, now)  # whoever looks next decides
        return CheckInAnswer(kept, found, was_only)

    # --- inside --------------------------------------------------------------------------------

    def _load_active_chats(self, work: Work) -> set[bytes]:
        if self._active_chats is None:
            self._active_chats = {bytes(key) for (key,) in work.rows(_CHATS)}
        return self._active_chats

    def _row(self, case: str, chat_key: bytes, sealed: bytes) -> CheckInRow:
        plain = self._vault.open(Purpose.LEGAL_DEADLINE, _associated_data(case), bytes(sealed))
        return CheckInRow(case, bytes(chat_key), _decode(plain))

    def _seal(self, case: str, it: CheckIn) -> bytes:
        return self._vault.seal(Purpose.LEGAL_DEADLINE, _associated_data(case), _encode(it))


def salt_and_pepper(vault: Vault, chat_key: bytes) -> tuple[bytes, bytes]:
    """Return salt and pepper of the words of an hour: others than those of the secret word."""
    return vault.passphrase_salts(b"check_in/%b" % chat_key)


def _associated_data(case: str) -> bytes:
    return f"{case}/check_in".encode()
