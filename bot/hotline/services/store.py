"""Service plans as rows, used inside units of work.

Two parts of an entry are sealed apart. The bot opens codes, days and numbers: it decides what is
possible next, what is left of a ceiling, and what the person may read. Providers, places, names and
words are sealed to the case, so that only those who may open it read them.

Why no column says which service it is: a list of cases with their services would be a list of who
was hurt or has a child. The figures of a month open the entries of that month instead (`entered`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from sqlalchemy import bindparam

from bot.errors import DecryptionError
from bot.hotline.services.model import NO_WORDS, CasePlan, PlanEntry, PlanWords, build_plan
from bot.store import Work, insert, select_by
from bot.store.tables.services import plan_entries
from bot.vault import AuditLog, Purpose, Vault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.vault.purpose import Opener

MAX_ENTRIES: Final = 500
"""Entries of one plan."""
AUDIT_ACTION: Final = "plan"

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(PlanEntry).decode
_decode_words = msgspec.msgpack.Decoder(PlanWords).decode
_ADD = insert(plan_entries, "case_id", "sealed", "words", "at")
_OF_CASE = select_by(plan_entries, "sealed", "at", by="case_id", order_by="id")
_WORDS = select_by(plan_entries, "words", by="case_id", order_by="id")
_CASES_BETWEEN = select_by(
    plan_entries, "case_id",
    by=(plan_entries.c.at >= bindparam("since"), plan_entries.c.at < bindparam("until")),
    order_by=("case_id", "id"),
)  # fmt: skip


class ServicePlans:
    """The service plans of a deployment."""

    def __init__(self, vault: Vault, audit: AuditLog) -> None:
        self._vault = vault
        self._audit = audit

    def of_case(self, work: Work, case: str) -> CasePlan:
        """Return the plan of a case, without words.

        Raises:
            DecryptionError: an entry was altered, moved, or taken out from between others.
        """
        return build_plan(
            (_decode(self._open(case, number, sealed)), at)
            for number, (sealed, at) in enumerate(work.rows(_OF_CASE, case), 1)
        )

    def if_readable(self, work: Work, case: str) -> CasePlan:
        """Return the plan of a case; an empty one where an entry was altered."""
        try:
            return self.of_case(work, case)
        except DecryptionError:
            return CasePlan()

    def add(
        self, work: Work, case: str, entry: PlanEntry, now: int, words: PlanWords = NO_WORDS
    ) -> int:
        """Add an entry, which the caller found possible; return its number.

        The audit log names the number, not the service.
        """
        number = len(work.rows(_OF_CASE, case)) + 1
        sealed = self._vault.seal(Purpose.SERVICE_PLAN, _data(case, number), _encode(entry))
        locked = None if words.is_empty else self._seal_words(work, case, number, words)
        work.run(_ADD, case, sealed, locked, now)
        self._audit.record(work, now, entry.by, AUDIT_ACTION, case, str(number))
        return number

    @staticmethod
    def words(work: Work, case: str, opener: Opener) -> dict[int, PlanWords]:
        """Return the words of a plan by the number of the entry, for those who may open the case.

        Raises:
            DecryptionError: words were altered or moved.
        """
        return {
            number: _decode_words(
                opener.open(Purpose.CASE, _words_data(case, number), bytes(sealed))
            )
            for number, (sealed,) in enumerate(work.rows(_WORDS, case), 1)
            if sealed is not None
        }

    def entered(self, work: Work, since: int, until: int) -> Iterator[tuple[str, PlanEntry]]:
        """Yield the entries of a span that stand, each with its case, for figures.

        An entry that was struck out later is left out; one that cannot be opened is too.
        """
        for case in dict.fromkeys(str(case) for (case,) in work.rows(_CASES_BETWEEN, since, until)):
            for it in self.if_readable(work, case).entries:
                if since <= it.entered_at < until and not it.is_struck:
                    yield case, it.entry

    def _open(self, case: str, number: int, sealed: bytes) -> bytes:
        return self._vault.open(Purpose.SERVICE_PLAN, _data(case, number), bytes(sealed))

    def _seal_words(self, work: Work, case: str, number: int, words: PlanWords) -> bytes:
        sealer = self._vault.case_sealer(work, case)
        return sealer.seal(Purpose.CASE, _words_data(case, number), _encode(words))


def _data(case: str, number: int) -> bytes:
    return f"{case}/plan/{number}".encode()


def _words_data(case: str, number: int) -> bytes:
    return f"{case}/plan/{number}/words".encode()
