"""Knowing a person again: the words they chose, three tries, and a case nobody may write to.

Right, wrong and under duress are told apart here and nowhere else: whoever typed the word reads the
same after the last two, whether or not there is any word in the chat. After three wrong words a
word opens nothing for a day; that is no lock: a caseworker decides, who can say at any time that it
is the person.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, select, union_all, update

from bot.cases.intake import PERSON
from bot.clock import DAY
from bot.store.compiled import Prepared, insert_into
from bot.store.tables.check_ins import check_ins
from bot.store.tables.main import cases
from bot.store.tables.passphrases import words
from bot.vault.passphrase_hash import is_same_digest

if TYPE_CHECKING:
    from bot.store.writer import Work
    from bot.vault import AuditLog

MAX_TRIES: Final = 3
TRIES_WINDOW: Final = DAY
"""How long wrong tries are counted."""


class PassphraseResult(StrEnum):
    """What a word came to."""

    RIGHT = "right"
    WRONG = "wrong"
    DURESS = "duress"
    TOO_MANY_TRIES = "too_often"
    """Whatever it was: three wrong ones came before."""
    RIGHT_AFTER_LIMIT = "right_too_late"
    """It was right, and three wrong ones came before."""


@dataclass(frozen=True, slots=True)
class PassphraseAttempt:
    """A word that was tried in a chat that has words."""

    result: PassphraseResult
    case: str
    reference: str
    tries: int
    """Wrong ones within a day, this one included."""


@dataclass(frozen=True, slots=True)
class CasePassphrases:
    """The words of one case."""

    case: str
    reference: str
    safe: bytes
    duress: bytes | None
    tries: int
    tried_at: int

    def tries_within(self, now: int) -> int:
        """Return how many wrong ones count still."""
        return self.tries if now - self.tried_at <= TRIES_WINDOW else 0

    def tries_after(self, result: PassphraseResult, now: int) -> int | None:
        """Return how many count from now on; None: as many as before, so that a day ends them."""
        tries = self.tries_within(now)
        if tries >= MAX_TRIES:
            return None
        return 0 if result is PassphraseResult.RIGHT else tries + 1


_OF_CHAT = Prepared(
    lambda _: (
        select(
            words.c.case_id, cases.c.reference, words.c.safe, words.c.duress, words.c.tries,
            words.c.tried_at,
        )
        .join(cases, cases.c.id == words.c.case_id)
        .where(words.c.chat_key == bindparam("key"))
        .order_by(cases.c.opened_at.desc())
    ),
    "key",
)  # fmt: skip
_SET_PASSPHRASE = Prepared(
    lambda dialect: (
        put := insert_into(dialect, words).values(
            case_id=bindparam("case_id"), chat_key=bindparam("chat_key"), safe=bindparam("safe"),
            tries=0, tried_at=0,
        )
    ).on_conflict_do_update(
        index_elements=["case_id"], set_={"safe": put.excluded.safe, "duress": None}
    ),
    "case_id",
    "chat_key",
    "safe",
)  # fmt: skip
_SET_DURESS_PASSPHRASE = Prepared(
    lambda _: (
        update(words)
        .where(words.c.case_id == bindparam("case"), words.c.safe != bindparam("digest"))
        .values(duress=bindparam("duress"))
    ),
    "duress",
    "case",
    "digest",
)
_SET_TRIES = Prepared(
    lambda _: (
        update(words)
        .where(words.c.case_id == bindparam("case"))
        .values(tries=bindparam("tries"), tried_at=bindparam("tried_at"))
    ),
    "tries",
    "tried_at",
    "case",
)
_FREEZE = Prepared(
    lambda _: (
        update(words).where(words.c.case_id == bindparam("case")).values(frozen_at=bindparam("at"))
    ),
    "at",
    "case",
)
_FREEZE_CHECK_IN = Prepared(
    lambda _: (
        update(check_ins)
        .where(check_ins.c.case_id == bindparam("case"))
        .values(frozen_at=bindparam("at"))
    ),
    "at",
    "case",
)
_FROZEN_AT = Prepared(
    lambda _: union_all(
        select(words.c.frozen_at).where(words.c.case_id == bindparam("case")),
        select(check_ins.c.frozen_at).where(check_ins.c.case_id == bindparam("other")),
    ),
    "case",
    "other",
)
"""Either second word freezes a case: that of a secret, or that of an agreed hour."""


class Passphrases:
    """Words of people, used inside units of work."""

    @staticmethod
    def set_passphrase(work: Work, case: str, chat_key: bytes, digest: bytes) -> None:
        """Keep the word of a case; one of before, and its second, are forgotten."""
        work.run(_SET_PASSPHRASE, case, chat_key, digest)

    @staticmethod
    def set_duress_passphrase(work: Work, case: str, digest: bytes) -> bool:
        """Keep the word that is written under duress; tell whether it is another than the first."""
        return bool(work.run(_SET_DURESS_PASSPHRASE, digest, case, digest))

    @staticmethod
    def try_passphrase(
        work: Work, audit: AuditLog, chat_key: bytes, digest: bytes, now: int
    ) -> PassphraseAttempt | None:
        """Try a word; None where no word was ever chosen.

        Wrong tries are counted for each case alone. Otherwise whoever tries three words, opens a
        case with a word of their own and finds it refused would know of the other case.
        """
        rows = [CasePassphrases(*row) for row in work.rows(_OF_CHAT, chat_key)]
        if not rows:
            return None
        found = [(_compare(each, digest), each) for each in rows]
        answers = [each for each in found if each[0] is not PassphraseResult.WRONG]
        for what, each in found:
            if what is PassphraseResult.DURESS:
                work.run(_FREEZE, now, each.case)
                audit.record(work, now, PERSON, "freeze", each.case)
            if (tries := each.tries_after(what, now)) is not None:
                work.run(_SET_TRIES, tries, now, each.case)
        what, chosen = (answers or found)[0]
        tries = chosen.tries_within(now)
        if tries < MAX_TRIES or what is PassphraseResult.DURESS:
            return PassphraseAttempt(
                what, chosen.case, chosen.reference, tries + (what is not PassphraseResult.RIGHT)
            )
        late = (
            PassphraseResult.RIGHT_AFTER_LIMIT
            if what is PassphraseResult.RIGHT
            else PassphraseResult.TOO_MANY_TRIES
        )
        return PassphraseAttempt(late, chosen.case, chosen.reference, tries)

    @staticmethod
    def is_frozen(work: Work, case: str) -> bool:
        """Tell whether a case was compromised: nothing may be written to its person."""
        return bool(Passphrases.frozen_at(work, case))

    @staticmethod
    def frozen_at(work: Work, case: str) -> int:
        """Return when a case was compromised last; 0: it is not."""
        return max((at or 0 for (at,) in work.rows(_FROZEN_AT, case, case)), default=0)

    @staticmethod
    def freeze(work: Work, case: str, now: int) -> None:
        """Let nothing of a caseworker's go to a person any more: somebody else reads along."""
        work.run(_FREEZE, now, case)
        work.run(_FREEZE_CHECK_IN, now, case)

    @staticmethod
    def confirm_identity(work: Work, case: str, now: int) -> None:
        """Let a case go on that a caseworker made sure of."""
        work.run(_FREEZE, None, case)
        work.run(_FREEZE_CHECK_IN, None, case)
        work.run(_SET_TRIES, 0, now, case)


def _compare(chosen: CasePassphrases, digest: bytes) -> PassphraseResult:
    """Return what a word is to a case; both its words are compared, whatever comes of it."""
    is_safe, is_duress = is_same_digest(chosen.safe, digest), is_same_digest(chosen.duress, digest)
    if is_duress:
        return PassphraseResult.DURESS
    return PassphraseResult.RIGHT if is_safe else PassphraseResult.WRONG
