"""Entries of records in the database: sealed to their case, and only ever added."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import msgspec

from bot.cases.record.catalogue import FIELDS
from bot.cases.record.entries import EntryContent, RecordEntry
from bot.cases.record.from_answers import SentAnswers, entries_from
from bot.cases.record.record import CaseRecord, fold_entries
from bot.cases.sealed_fields import (
    decode_contents,
    entry_associated_data,
    report_associated_data,
)
from bot.store import Work, count, insert, select_by
from bot.store.tables.main import reports
from bot.store.tables.record import record_entries
from bot.vault import Opener, Purpose, Vault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.cases.record.fields import RecordField

ID_LENGTH = 16
"""Characters of the id of an entry."""
MAX_ENTRIES = 3000
"""Entries of one case: more than any case will have, and few enough to be read at once."""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(EntryContent).decode
_ADD = insert(record_entries, "case_id", "entry", "sealed", "at")
_OF_CASE = select_by(record_entries, "id", "entry", "sealed", "at", by="case_id", order_by="id")
_COUNT = count(record_entries, by="case_id")
_REPORTS = select_by(reports, "id", "sealed", "sent_at", by="case_id", order_by=("sent_at", "id"))


class RecordEntries:
    """The entries of cases, used inside units of work."""

    def __init__(
        self, vault: Vault, fields: Mapping[str, RecordField] = FIELDS, country: str = ""
    ) -> None:
        """Use the fields of a place (`catalogue.with_place_fields`), and its country.

        Telephone numbers without a prefix are of that country (ISO 3166 alpha-2).
        """
        self._vault = vault
        self.fields, self.country = fields, country

    def add(self, work: Work, case: str, contents: Sequence[EntryContent], now: int) -> list[str]:
        """Store entries, sealed, in the order given; return their ids.

        Raises:
            DecryptionError: the key of the case is missing or altered.
        """
        sealer = self._vault.case_sealer(work, case)
        ids = [secrets.token_hex(ID_LENGTH // 2) for _ in contents]
        work.many(
            _ADD,
            [
                (case, entry, sealer.seal(
                    Purpose.CASE, entry_associated_data(case, entry, now), _encode(it)
                ), now)
                for entry, it in zip(ids, contents, strict=True)
            ],
        )  # fmt: skip
        return ids

    @staticmethod
    def count(work: Work, case: str) -> int:
        """Return how many entries a case has."""
        return int(work.rows(_COUNT, case)[0][0])

    @staticmethod
    def of_case(work: Work, case: str, opener: Opener) -> list[RecordEntry]:
        """Return the stored entries of a case, in the order in which they were added.

        Raises:
            DecryptionError: a row was altered or belongs to another case.
        """
        return [
            RecordEntry(entry, at, _decode(opener.open(
                Purpose.CASE, entry_associated_data(case, entry, at), bytes(sealed)
            )), number)
            for number, entry, sealed, at in work.rows(_OF_CASE, case)
        ]  # fmt: skip

    def load(self, work: Work, case: str, opener: Opener) -> CaseRecord:
        """Return the record of a case: what was entered, and what its reports already say.

        Raises:
            DecryptionError: a row was altered or belongs to another case.
        """
        answered = entries_from(
            SentAnswers(report, sent_at, decode_contents(opener.open(
                Purpose.CASE, report_associated_data(case, report), bytes(sealed)
            )).answers)
            for report, sealed, sent_at in work.rows(_REPORTS, case)
        )  # fmt: skip
        return fold_entries([*answered, *self.of_case(work, case, opener)], self.fields)
