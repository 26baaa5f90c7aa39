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
from bot.store.compiled import Prepared, insert_of
from bot.store.tables.consents import agreements, wordings
from bot.text import Text, _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.store.writer import Work
    from bot.text import Catalogue
    from bot.vault import Audit, Vault


UNKNOWN = bytes(32)
"""In place of a digest: nobody asked, or an older release did and kept no words."""


class Kind(StrEnum):
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
class Asked:
    """A question by which a person agrees to something."""

    kind: Kind
    agrees: frozenset[str]
    """Answers that are a yes; every other one, and none, is a no."""


ASKED: Mapping[str, Asked] = {
    "keep": Asked(Kind.CHAT, frozenset({"may"})),
    "tell": Asked(Kind.ALARM, frozenset({"now"})),
    "pass_on": Asked(Kind.OTHERS, frozenset({"may"})),
    "counting": Asked(Kind.STATISTICS, frozenset({"count"})),
    "send": Asked(Kind.HOTLINE, frozenset({"send"})),
}
"""By the name of their step in any flow."""
ASK_AGAIN = frozenset({"may", "ask_first"})
"""Answers about telling others after which a person may be asked, whatever was taken back."""
NAMES: Mapping[Kind, Text] = {
    Kind.CHAT: _("Keep the answers for a day before they are sent"),
    Kind.HOTLINE: _("Read and keep what was sent"),
    Kind.ALARM: _("Tell a caseworker of danger"),
    Kind.OTHERS: _("Tell others (each is asked about again)"),
    Kind.STATISTICS: _("Count it in statistics"),
}
"""What staff call them."""


class Shown(msgspec.Struct, array_like=True, frozen=True):
    """A question as it stood on the screen."""

    digest: bytes
    """SHA-256 of the question and its choices."""
    language: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """One answer to one such question."""

    kind: Kind
    answer: str
    """The code; empty where the question was left open."""
    is_given: bool
    words: bytes
    """What was shown; see `Shown.digest`."""
    notice: bytes
    """The version of what the person was told of what is kept."""
    language: str
    at: int
    revoked_at: int | None = None
    revoked_by: str = ""
    is_sound: bool = True
    """Whether the row proves itself."""

    @property
    def holds(self) -> bool:
        """Tell whether this is agreed to now."""
        return self.is_sound and self.is_given and self.revoked_at is None


_KEPT = ("case_id", "kind", "answer", "given", "words", "notice", "language", "at", "revoked_at",
         "revoked_by", "mac")  # fmt: skip
_ADD = Prepared(
    lambda dialect: insert_of(dialect, agreements).values({n: bindparam(n) for n in _KEPT}), *_KEPT
)
OF_CASE = (agreements.c.id, *(agreements.c[name] for name in _KEPT[1:]))
_OF_CASE = Prepared(
    lambda _: (
        select(*OF_CASE)
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
_WORDS = ("digest", "language", "words", "since")
_REMEMBER = Prepared(
    lambda dialect: (
        insert_of(dialect, wordings)
        .values({name: bindparam(name) for name in _WORDS})
        .on_conflict_do_nothing(index_elements=["digest"])
    ),
    *_WORDS,
)
_WORDING = Prepared(
    lambda _: select(wordings.c.words).where(wordings.c.digest == bindparam("wanted")), "wanted"
)
_canonical = msgspec.msgpack.Encoder().encode


def agreement(step: str, answer: object, shown: Shown | None, notice: bytes, at: int) -> Agreement:
    """Return what was agreed to at a step of `ASKED`, or was not."""
    asked = ASKED[step]
    code = answer if isinstance(answer, str) else ""
    digest, language = (shown.digest, shown.language) if shown else (UNKNOWN, "")
    return Agreement(
        asked.kind, code, code in asked.agrees, digest, notice or UNKNOWN, language, at
    )


class Agreements:
    """What was agreed to in cases, used inside units of work."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def keep(self, work: Work, agreed: Iterable[tuple[str, Agreement]]) -> None:
        """Store agreements, each with its case."""
        rows = [(case, *_clear(it), self._proof(case, it)) for case, it in agreed]
        work.many(_ADD, rows)

    def of_case(self, work: Work, case: str) -> list[Agreement]:
        """Return everything a person was asked in a case, oldest first."""
        return [it for _, it in self._rows(work, case)]

    def read(self, case: str, row: Sequence[Any]) -> Agreement:
        """Return an agreement from the columns `OF_CASE`, proven or not."""
        return self._opened(case, row[1:])

    def may(self, work: Work, case: str, kind: Kind) -> bool:
        """Tell whether something is agreed to now: by the newest answer, and by no silence."""
        newest = [it for it in self.of_case(work, case) if it.kind is kind][-1:]
        return any(it.holds for it in newest)

    def nobody_since(self, work: Work, case: str) -> int | None:
        """Return since when nobody else is to be told, nor the person asked; None: they may be.

        A row that does not prove itself lets nobody be told either.
        """
        for it in reversed(self.of_case(work, case)):
            if it.kind is Kind.OTHERS and (it.revoked_at is not None or not it.is_sound):
                return it.revoked_at or it.at
            if it.kind is Kind.OTHERS and it.answer in ASK_AGAIN:
                return None
        return None

    def revoke(  # noqa: PLR0913, PLR0917 - what, of which case, whose word, written down where
        self, work: Work, audit: Audit, case: str, kind: Kind, by: str, now: int
    ) -> bool:
        """Take agreements of a kind back; tell whether anything is otherwise now."""
        held = [(row, it) for row, it in self._rows(work, case) if it.kind is kind and it.holds]
        for row, it in held:
            self._take_back(work, case, row, it, by, now)
        is_new = kind is Kind.OTHERS and self._tell_nobody(work, case, by, now)
        if held or is_new:
            audit.note(work, now, by, "consent_revoke", case, kind.value)
        return bool(held) or is_new

    def withdraw(self, work: Work, case: str, by: str, now: int) -> None:
        """Take everything back that was agreed to in a case: the person wants it back."""
        for row, it in self._rows(work, case):
            if it.holds:
                self._take_back(work, case, row, it, by, now)
        self._tell_nobody(work, case, by, now)

    @staticmethod
    def remember(work: Work, shown: Iterable[tuple[Shown, str]], now: int) -> None:
        """Keep the words questions were asked in, each once."""
        work.many(_REMEMBER, [(it.digest, it.language, words, now) for it, words in shown])

    @staticmethod
    def wording(work: Work, digest: bytes) -> str | None:
        """Return the words of a digest; None where they were not kept."""
        found = work.rows(_WORDING, digest)
        return str(found[0][0]) if found else None

    # --- rows --------------------------------------------------------------------------------

    def _rows(self, work: Work, case: str) -> list[tuple[int, Agreement]]:
        return [(row[0], self._opened(case, row[1:])) for row in work.rows(_OF_CASE, case)]

    def _opened(self, case: str, row: Sequence[Any]) -> Agreement:
        kind, answer, given, words, notice, language, at, revoked_at, revoked_by, mac = row
        found = Agreement(
            Kind(kind), answer, bool(given), bytes(words), bytes(notice), language, at, revoked_at,
            revoked_by,
        )  # fmt: skip
        is_sound = self._vault.same(bytes(mac), self._proof(case, found))
        return found if is_sound else replace(found, is_sound=False)

    def _tell_nobody(self, work: Work, case: str, by: str, now: int) -> bool:
        """Write down that nobody else is to be told, where nothing that was taken back says so."""
        if self.nobody_since(work, case) is not None:
            return False
        said = Agreement(
            Kind.OTHERS, "", is_given=False, words=UNKNOWN, notice=UNKNOWN, language="", at=now,
            revoked_at=now, revoked_by=by,
        )  # fmt: skip
        self.keep(work, [(case, said)])
        return True

    def _take_back(  # noqa: PLR0913, PLR0917 - one row, and who took it back when
        self, work: Work, case: str, row: int, it: Agreement, by: str, now: int
    ) -> None:
        back = replace(it, revoked_at=now, revoked_by=by)
        work.run(_REVOKE, now, by, self._proof(case, back), row)

    def _proof(self, case: str, it: Agreement) -> bytes:
        return self._vault.agreed(_canonical((case, *_clear(it))))


def _clear(it: Agreement) -> tuple[object, ...]:
    return (
        it.kind.value, it.answer, int(it.is_given), it.words, it.notice, it.language, it.at,
        it.revoked_at, it.revoked_by,
    )  # fmt: skip


AGREED, NOT_AGREED, TAKEN_BACK = _("agreed"), _("not agreed"), _("taken back")
HEADING = _("What the person agreed to")


@dataclass(frozen=True, slots=True)
class Agreed:
    """What a person was asked to agree to, and what they said; nothing of what they wrote."""

    kind: str
    told: str
    """What that is, and whether it holds, in the reader's language."""
    holds: bool
    language: str
    at: datetime
    words: str
    """The SHA-256 of what stood on the screen."""
    notice: str
    """The version of what they were told of what is kept."""
    revoked_at: datetime | None = None


async def agreed_in(
    connection: AsyncConnection, ledger: Agreements, case: str, staff: Catalogue
) -> tuple[Agreed, ...]:
    """Return everything a person was asked in a case, oldest first."""
    wanted = (
        select(*OF_CASE)
        .where(agreements.c.case_id == case)
        .order_by(agreements.c.at, agreements.c.id)
    )
    rows = (await connection.execute(wanted)).all()
    return tuple(_told(ledger.read(case, row), staff) for row in rows)


def _told(it: Agreement, staff: Catalogue) -> Agreed:
    how = AGREED if it.holds else TAKEN_BACK if it.revoked_at else NOT_AGREED
    told = f"{NAMES[it.kind].read_in(staff)}: {how.read_in(staff)}"
    revoked = None if it.revoked_at is None else _when(it.revoked_at)
    return Agreed(
        it.kind.value, told, it.holds, it.language, _when(it.at), it.words.hex(), it.notice.hex(),
        revoked,
    )  # fmt: skip


def _when(moment: int) -> datetime:
    return datetime.fromtimestamp(moment / SECOND, UTC)
