"""Passphrases: trying them, and freezing a case after a duress passphrase.

The bot answers a wrong passphrase, a duress passphrase and any passphrase in a chat that has none
in the same way; only this module tells them apart. After three wrong tries no passphrase is
accepted for a day. That locks no one out: a caseworker can confirm the person at any time.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, select, union_all

from bot.cases.intake import PERSON
from bot.clock import DAY
from bot.store import Prepared, Work, select_by, update_by, upsert
from bot.store.tables.case_extras import check_ins, words
from bot.store.tables.main import cases
from bot.vault.passphrase_hash import is_same_digest

if TYPE_CHECKING:
    from bot.vault import AuditLog

MAX_TRIES: Final = 3
TRIES_WINDOW: Final = DAY
"""How long wrong tries are counted."""


class PassphraseResult(StrEnum):
    """The result of trying a passphrase."""

    RIGHT = "right"
    WRONG = "wrong"
    DURESS = "duress"
    TOO_MANY_TRIES = "too_often"
    """Any passphrase, after three wrong ones."""
    RIGHT_AFTER_LIMIT = "right_too_late"
    """The right passphrase, after three wrong ones."""


@dataclass(frozen=True, slots=True)
class PassphraseAttempt:
    """A passphrase that was tried in a chat that has one."""

    result: PassphraseResult
    case: str
    reference: str
    tries: int
    """Wrong tries within a day, this one included."""


@dataclass(frozen=True, slots=True)
class CasePassphrases:
    """The passphrases of one case."""

    case: str
    reference: str
    safe: bytes
    duress: bytes | None
    tries: int
    tried_at: int

    def tries_within(self, now: int) -> int:
        """Return how many wrong tries still count."""
        return self.tries if now - self.tried_at <= TRIES_WINDOW else 0

    def tries_after(self, result: PassphraseResult, now: int) -> int | None:
        """Return how many wrong tries count from now on; None: unchanged, until the day is over."""
        tries = self.tries_within(now)
        if tries >= MAX_TRIES:
            return None
        return 0 if result is PassphraseResult.RIGHT else tries + 1


_OF_CHAT = select_by(
    words.join(cases, cases.c.id == words.c.case_id), words.c.case_id, cases.c.reference,
    words.c.safe, words.c.duress, words.c.tries, words.c.tried_at,
    by=words.c.chat_key == bindparam("key"), order_by=cases.c.opened_at.desc(),
)  # fmt: skip
_SET_PASSPHRASE = upsert(
    words, "case_id", "chat_key", "safe", key="case_id", update="safe",
    constants={"tries": 0, "tried_at": 0}, on_conflict={"duress": None},
)  # fmt: skip
_SET_DURESS_PASSPHRASE = update_by(
    words, "duress", by=("case_id", words.c.safe != bindparam("digest"))
)
_SET_TRIES = update_by(words, "tries", "tried_at", by="case_id")
_FREEZE = update_by(words, "frozen_at", by="case_id")
_FREEZE_CHECK_IN = update_by(check_ins, "frozen_at", by="case_id")
_FROZEN_AT = Prepared(
    lambda _: union_all(
        select(words.c.frozen_at).where(words.c.case_id == bindparam("case")),
        select(check_ins.c.frozen_at).where(check_ins.c.case_id == bindparam("other")),
    ), "case", "other",
)  # fmt: skip
"""A case is frozen by its duress passphrase, or by that of its check-in."""


class Passphrases:
    """The passphrases of people, used inside units of work."""

    @staticmethod
    def set_passphrase(work: Work, case: str, chat_key: bytes, digest: bytes) -> None:
        """Store the passphrase of a case; an earlier one and its duress passphrase are deleted."""
        work.run(_SET_PASSPHRASE, case, chat_key, digest)

    @staticmethod
    def set_duress_passphrase(work: Work, case: str, digest: bytes) -> bool:
        """Store the duress passphrase; return whether it differs from the passphrase."""
        return bool(work.run(_SET_DURESS_PASSPHRASE, digest, case, digest))

    @staticmethod
    def try_passphrase(
        work: Work, audit: AuditLog, chat_key: bytes, digest: bytes, now: int
    ) -> PassphraseAttempt | None:
        """Try a passphrase; return None in a chat that has none.

        Wrong tries are counted for each case separately. Otherwise a person who holds the phone
        could try three passphrases, open a case with one of their own, and learn from its refusal
        that there is another case.
        """
        rows = [CasePassphrases(*row) for row in work.rows(_OF_CHAT, chat_key)]
        if not rows:
            return None
        results = [(compare_passphrase(it.safe, it.duress, digest), it) for it in rows]
        matches = [each for each in results if each[0] is not PassphraseResult.WRONG]
        for result, each in results:
            if result is PassphraseResult.DURESS:
                work.run(_FREEZE, now, each.case)
                audit.record(work, now, PERSON, "freeze", each.case)
            if (tries := each.tries_after(result, now)) is not None:
                work.run(_SET_TRIES, tries, now, each.case)
        attempt = _attempt_of(*(matches or results)[0], now)
        if attempt.result is not PassphraseResult.DURESS:  # that is the audit row of the freeze
            audit.record(work, now, PERSON, "passphrase", attempt.case, attempt.result.value)
        return attempt

    @staticmethod
    def is_frozen(work: Work, case: str) -> bool:
        """Return whether a case is frozen: nothing may be written to its person."""
        return bool(Passphrases.frozen_at(work, case))

    @staticmethod
    def frozen_at(work: Work, case: str) -> int:
        """Return when a case was last frozen; 0 if it is not."""
        return max((at or 0 for (at,) in work.rows(_FROZEN_AT, case, case)), default=0)

    @staticmethod
    def freeze(work: Work, case: str, now: int) -> None:
        """Freeze a case: no message goes to the person, because another reads along."""
        work.run(_FREEZE, now, case)
        work.run(_FREEZE_CHECK_IN, now, case)

    @staticmethod
    def confirm_identity(work: Work, case: str, now: int) -> None:
        """Unfreeze a case whose person a caseworker has confirmed."""
        work.run(_FREEZE, None, case)
        work.run(_FREEZE_CHECK_IN, None, case)
        work.run(_SET_TRIES, 0, now, case)


def _attempt_of(result: PassphraseResult, chosen: CasePassphrases, now: int) -> PassphraseAttempt:
    tries = chosen.tries_within(now)
    if tries < MAX_TRIES or result is PassphraseResult.DURESS:
        tries += result is not PassphraseResult.RIGHT
        return PassphraseAttempt(result, chosen.case, chosen.reference, tries)
    late = PassphraseResult.TOO_MANY_TRIES
    if result is PassphraseResult.RIGHT:
        late = PassphraseResult.RIGHT_AFTER_LIMIT
    return PassphraseAttempt(late, chosen.case, chosen.reference, tries)


def compare_passphrase(safe: bytes, duress: bytes | None, digest: bytes) -> PassphraseResult:
    """Return the result for one case; both digests are always compared."""
    is_safe, is_duress = is_same_digest(safe, digest), is_same_digest(duress, digest)
    if is_duress:
        return PassphraseResult.DURESS
    return PassphraseResult.RIGHT if is_safe else PassphraseResult.WRONG
