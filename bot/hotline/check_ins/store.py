"""Check-ins as rows, used inside units of work.

What the person wants done if they do not answer is not stored here: it was sent to the case.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec
from sqlalchemy import bindparam, or_, select

from bot.cases.intake import PERSON
from bot.hotline.chat.passphrases import PassphraseResult, Passphrases, compare_passphrase
from bot.hotline.check_ins.model import MAX_ANSWER_LENGTH, CheckIn, next_at
from bot.store import Prepared, Work, select_by, select_one, update_by, upsert
from bot.store.tables.case_extras import check_ins
from bot.store.tables.main import cases
from bot.vault import SYSTEM, AuditLog, Purpose, Vault

if TYPE_CHECKING:
    from collections.abc import Iterable
    from zoneinfo import ZoneInfo


ANSWER, DURESS, TRIED = "answer", "second", "tried"
"""What a word is to a check-in: its answer, its duress answer, or one that is to be compared."""
NEVER: Final = 2**62
"""In place of a moment: no check is needed."""
AUDIT_ACTION: Final = "check_in"
MAX_CASES: Final = 100
"""Cases in one check."""


@dataclass(frozen=True, slots=True)
class CheckInRow:
    """The check-in of one case, and its chat."""

    case: str
    chat_key: bytes
    check_in: CheckIn


@dataclass(frozen=True, slots=True)
class CheckInAnswer:
    """A word that was compared with the answers of a check-in."""

    row: CheckInRow
    result: PassphraseResult
    was_only: bool
    """Whether it was the only word of this round, and no reply was due to the person before."""


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(CheckIn).decode
HAS_CHECK_IN = check_ins.c.sealed.is_not(None)
"""The condition of a check-in that has not ended."""
_COLUMNS = ("case_id", "chat_key", "sealed")
_SET_ANSWER = upsert(
    check_ins, "case_id", "chat_key", "answer", key="case_id", update="answer",
    constants={"next_at": NEVER, "looked_at": 0}, on_conflict={"duress": None},
)  # fmt: skip
_SET_DURESS = update_by(
    check_ins, "duress", by=("case_id", check_ins.c.answer != bindparam("digest"))
)
_SCHEDULE = upsert(
    check_ins, *_COLUMNS, "looked_at", key="case_id", update=("sealed", "looked_at"),
    constants={"next_at": 0}, on_conflict={"next_at": 0, "letter": None},
)  # fmt: skip
_STORE = update_by(check_ins, "sealed", "next_at", "looked_at", by="case_id")
_SET_LETTER = update_by(check_ins, "letter", by="case_id")
_END = update_by(
    check_ins, by=("case_id", HAS_CHECK_IN),
    constants={"sealed": None, "answer": None, "duress": None, "letter": None, "next_at": NEVER},
)  # fmt: skip
_ONE = select_one(check_ins, *_COLUMNS, by=("case_id", HAS_CHECK_IN))
_OF_CHAT = select_by(check_ins, *_COLUMNS, by=("chat_key", HAS_CHECK_IN))
_CHATS = Prepared(lambda _: select(check_ins.c.chat_key).where(HAS_CHECK_IN).distinct())
_IS_DUE = or_(check_ins.c.next_at <= bindparam("now"), check_ins.c.looked_at > bindparam("at"))
_DUE = select_by(
    check_ins, *_COLUMNS, by=(HAS_CHECK_IN, _IS_DUE), order_by="next_at", limit=bindparam("most")
)
_PASSPHRASES = select_one(check_ins, "answer", "duress", by="case_id")
_BY_LETTER = select_one(check_ins, *_COLUMNS, by=("letter", HAS_CHECK_IN))
_IS_REPLY_DUE = select_one(cases, cases.c.due_at.is_not(None), by="id")


class CheckIns:
    """The check-ins of a deployment."""

    def __init__(self, vault: Vault, audit: AuditLog) -> None:
        self._vault = vault
        self._audit = audit
        self._active_chats: set[bytes] | None = None
        """Chats that may have a check-in, so that turns of all others need no query."""
        self._known_to: Work | None = None
        """The unit of work they hold for: on PostgreSQL another process may agree on one."""

    def note_active(self, work: Work, chats: Iterable[bytes]) -> None:
        """Take over which of all chats of a unit of work have a check-in."""
        self._known_to, self._active_chats = work, set(chats)

    @staticmethod
    def set_passphrase(work: Work, case: str, chat_key: bytes, digest: bytes, which: str) -> bool:
        """Store the answer or the duress answer; return whether they differ."""
        if which == DURESS:
            return bool(work.run(_SET_DURESS, digest, case, digest))
        work.run(_SET_ANSWER, case, chat_key, digest)
        return True

    def schedule(  # noqa: PLR0913, PLR0917 - what was agreed, with whom, and when
        self, work: Work, case: str, chat_key: bytes, hour: int, plan: str, now: int,
        zone: ZoneInfo, *, is_daily: bool,
    ) -> None:  # fmt: skip
        """Begin a check-in at the next such hour."""
        due_at = next_at(hour, now, zone)
        it = CheckIn(hour=hour, is_daily=is_daily, plan=plan, agreed_at=now, due_at=due_at)
        work.run(_SCHEDULE, case, chat_key, self._seal(case, it), now)
        if (active := self._known_chats(work)) is not None:
            active.add(chat_key)
        self._audit.record(work, now, PERSON, AUDIT_ACTION, case, "agreed")

    def end(self, work: Work, case: str, by: str, now: int) -> bool:
        """End the check-in; return whether there was one."""
        if not work.run(_END, case):
            return False
        self._audit.record(work, now, by, AUDIT_ACTION, case, "ended")
        return True

    def of_case(self, work: Work, case: str) -> CheckInRow | None:
        """Return the check-in of a case; None if there is none.

        Raises:
            DecryptionError: it was altered.
        """
        rows = work.rows(_ONE, case) if case else []
        return self._row(*rows[0]) if rows else None

    def due(self, work: Work, now: int) -> list[CheckInRow]:
        """Return the check-ins that have to be checked now, also after a clock was set back."""
        return [self._row(*row) for row in work.rows(_DUE, now, now, MAX_CASES)]

    def store(self, work: Work, row: CheckInRow, at: int, now: int) -> None:
        """Store a check-in, and when it has to be checked again."""
        work.run(_STORE, self._seal(row.case, row.check_in), at, now, row.case)

    @staticmethod
    def set_question_letter(work: Work, case: str, letter: int) -> None:
        """Record which letter carries the question."""
        work.run(_SET_LETTER, letter, case)

    def of_letter(self, work: Work, letter: int) -> CheckInRow | None:
        """Return the check-in for which a letter asks; None for any other letter."""
        rows = work.rows(_BY_LETTER, letter)
        return self._row(*rows[0]) if rows else None

    def note_alarm(self, work: Work, case: str, why: str, now: int) -> None:
        """Record that staff were alerted."""
        self._audit.record(work, now, SYSTEM, "alert", case, f"{AUDIT_ACTION}:{why}")

    def freeze(self, work: Work, case: str, now: int) -> None:
        """Freeze a case whose person is made to write."""
        Passphrases.freeze(work, case, now)
        self._audit.record(work, now, PERSON, "freeze", case)

    def accepting(self, work: Work, chat_key: bytes, now: int) -> list[CheckInRow]:
        """Return the check-ins of a chat that would compare a word that comes now."""
        active = self._known_chats(work)
        if active is not None and chat_key not in active:
            return []
        rows = [self._row(*row) for row in work.rows(_OF_CHAT, chat_key)]
        return [row for row in rows if row.check_in.accepts_answer(now)]

    def record_answer(self, work: Work, chat_key: bytes, text: str, now: int) -> list[CheckInRow]:
        """Count a word that came in a chat; return the check-ins to which it may be the answer."""
        if not 0 < len(text) <= MAX_ANSWER_LENGTH:
            return []
        accepting = self.accepting(work, chat_key, now)
        for row in accepting:
            check_in = row.check_in
            if not check_in.heard:
                check_in.was_due = bool(work.rows(_IS_REPLY_DUE, row.case)[0][0])
            check_in.heard += 1
            check_in.on_their_way += 1
            self.store(work, row, check_in.due_at, now)
        return accepting

    def check_answer(self, work: Work, case: str, digest: bytes, now: int) -> CheckInAnswer | None:
        """Compare a word with the answers; return None when its round is over."""
        row = self.of_case(work, case)
        if row is None or not row.check_in.heard:
            return None
        answer, duress = work.rows(_PASSPHRASES, case)[0]
        result, check_in = compare_passphrase(answer, duress, digest), row.check_in
        check_in.on_their_way = max(0, check_in.on_their_way - 1)
        was_only = check_in.heard == 1 and not check_in.was_due
        if result is not PassphraseResult.WRONG:
            check_in.answered_at = check_in.answered_at or now
        if result is PassphraseResult.RIGHT:
            check_in.right_at = now
            self._audit.record(work, now, PERSON, AUDIT_ACTION, case, "answered")
        self.store(work, row, check_in.due_at, now)
        return CheckInAnswer(row, result, was_only)

    def _known_chats(self, work: Work) -> set[bytes] | None:
        """Return the chats that may have a check-in; None if that is not known here."""
        if work.dialect != "sqlite":
            return self._active_chats if self._known_to is work else None
        if self._active_chats is None:
            self._active_chats = {bytes(key) for (key,) in work.rows(_CHATS)}
        return self._active_chats

    def _row(self, case: str, chat_key: bytes, sealed: bytes) -> CheckInRow:
        plain = self._vault.open(Purpose.LEGAL_DEADLINE, _associated_data(case), bytes(sealed))
        return CheckInRow(case, bytes(chat_key), _decode(plain))

    def _seal(self, case: str, it: CheckIn) -> bytes:
        return self._vault.seal(Purpose.LEGAL_DEADLINE, _associated_data(case), _encode(it))


def salt_and_pepper(vault: Vault, chat_key: bytes) -> tuple[bytes, bytes]:
    """Return the salt and pepper of check-in answers, which differ from those of passphrases."""
    return vault.passphrase_salts(b"check_in/%b" % chat_key)


def _associated_data(case: str) -> bytes:
    return f"{case}/check_in".encode()
