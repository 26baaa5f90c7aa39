"""Service plans as rows, used inside units of work.

Two parts of an entry are sealed apart. The bot opens codes, days and numbers: it decides what is
possible next, what is left of a ceiling, and what the person may read. Providers, places, names and
words are sealed to the case, so that only those who may open it read them.

Why no column says which service it is: a list of cases with their services would be a list of who
was hurt or has a child. The figures of a month open the entries of that month instead (`entered`).
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Final

import msgspec
from sqlalchemy import bindparam

from bot.errors import DecryptionError
from bot.hotline.services.model import NO_WORDS, CasePlan, PlanEntry, PlanWords, build_plan
from bot.store import Work, insert, select_by, select_in
from bot.store.tables.services import plan_entries
from bot.vault import AuditLog, Purpose, Vault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.vault.purpose import Opener

MAX_ENTRIES: Final = 500
"""Entries of one plan."""
AUDIT_ACTION: Final = "plan"

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(PlanEntry).decode
_decode_words = msgspec.msgpack.Decoder(PlanWords).decode
_ADD = insert(plan_entries, "case_id", "sealed", "words", "at")
_OF_CASE = select_by(plan_entries, "sealed", "at", by="case_id", order_by="id")
_OF_CASES = select_in(plan_entries, "case_id", "id", "sealed", "at", among="case_id")
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
        return self._build(case, work.rows(_OF_CASE, case))

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
        sealed = seal_entry(self._vault, case, number, entry)
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

    @staticmethod
    def cases_between(work: Work, since: int, until: int) -> list[str]:
        """Return the cases with entries of a span, each once."""
        return list(dict.fromkeys(str(it) for (it,) in work.rows(_CASES_BETWEEN, since, until)))

    def entered(
        self, work: Work, since: int, until: int, cases: Sequence[str]
    ) -> Iterator[tuple[str, PlanEntry]]:
        """Yield the entries of a span that stand in some cases, each with its case, for figures.

        An entry that was struck out, also later, is left out; a plan that was altered is too.
        """
        rows = sorted(work.rows_in(_OF_CASES, cases), key=itemgetter(0, 1))
        for case, found in groupby(rows, itemgetter(0)):
            try:
                plan = self._build(case, [(sealed, at) for _c, _id, sealed, at in found])
            except DecryptionError:  # the page of the case says so
                continue
            for it in plan.entries:
                if since <= it.entered_at < until and not it.is_struck:
                    yield str(case), it.entry

    def _build(self, case: str, rows: Iterable[tuple[bytes, int]]) -> CasePlan:
        return build_plan(
            (_decode(self._open(case, number, sealed)), at)
            for number, (sealed, at) in enumerate(rows, 1)
        )

    def _open(self, case: str, number: int, sealed: bytes) -> bytes:
        return self._vault.open(Purpose.SERVICE_PLAN, _data(case, number), bytes(sealed))

    def _seal_words(self, work: Work, case: str, number: int, words: PlanWords) -> bytes:
        sealer = self._vault.case_sealer(work, case)
        return sealer.seal(Purpose.CASE, _words_data(case, number), _encode(words))


def seal_entry(vault: Vault, case: str, number: int, entry: PlanEntry) -> bytes:
    """Return the stored form of an entry, which opens only as this number of this case."""
    return vault.seal(Purpose.SERVICE_PLAN, _data(case, number), _encode(entry))


def _data(case: str, number: int) -> bytes:
    return f"{case}/plan/{number}".encode()


def _words_data(case: str, number: int) -> bytes:
    return f"{case}/plan/{number}/words".encode()
