"""Duties to report in a case: how each stands, and the record of what was reported or decided.

How a duty stands is kept with the legal deadlines, for the bot has to know it. What was reported to
whom, under which number, and why there is no duty are sealed to the case. Nothing is ever sent from
here: a human reports, and records it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from bot.errors import DecryptionError
from bot.hotline.duty_proofs import DutyProof  # noqa: TC001 - msgspec reads the annotation
from bot.places.duties import DutyState
from bot.store import insert, select_by
from bot.store.tables.services import duty_records
from bot.vault import Purpose

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.hotline.deadlines import CaseDeadlines
    from bot.places.duties import ReportDuty
    from bot.store.writer import Work
    from bot.vault import Vault
    from bot.vault.purpose import Opener

MAX_RECORDS: Final = 100
"""Records of one case."""


class DutyRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one person recorded about one duty."""

    duty: str
    state: DutyState
    by: str
    moment: str = ""
    """When it was reported, in the time zone of the law, e.g. `2026-11-25 14:30`."""
    to: str = ""
    """The office, and who took it there."""
    way: str = ""
    """A key of `WAYS`."""
    number: str = ""
    """The number under which the authority keeps it, or another proof."""
    note: str = ""
    """What was said, or why there is no duty."""
    proof: DutyProof | None = None
    """A file that shows it."""
    is_added: bool = False
    """Whether it only adds a proof to a report that was recorded before."""


@dataclass(frozen=True, slots=True)
class DutyStatus:
    """How one duty stands in a case."""

    duty: ReportDuty
    state: DutyState
    asked_by: str = ""
    """Who decided that there is no duty, while a second person has to agree."""

    @property
    def is_open(self) -> bool:
        """Return whether it still has to be reported, or decided."""
        return self.state in {DutyState.OPEN, DutyState.ASKED}


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(DutyRecord).decode
_ADD = insert(duty_records, "case_id", "sealed", "at")
_OF_CASE = select_by(duty_records, "sealed", "at", by="case_id", order_by="id")


class CaseDuties:
    """The duties to report of the cases of a deployment, used inside units of work."""

    def __init__(
        self, vault: Vault, deadlines: CaseDeadlines, duties: Iterable[ReportDuty]
    ) -> None:
        self._vault = vault
        self._deadlines = deadlines
        self.duties = {it.code: it for it in duties}

    def of_case(self, work: Work, case: str) -> list[DutyStatus]:
        """Return how each duty of this organisation stands in a case.

        Raises:
            DecryptionError: an event of the legal deadlines was altered.
        """
        events = self._deadlines.standing(work, case)
        codes = [it.code for it in events]
        found = []
        for duty in self.duties.values():
            asked = [it.by for it in events if it.code == duty.asked]
            found.append(DutyStatus(duty, duty.state(codes), asked[-1] if asked else ""))
        return found

    def find(self, work: Work, case: str, code: str) -> DutyStatus | None:
        """Return how one duty stands; None if this organisation does not have it."""
        return next((it for it in self.of_case(work, case) if it.duty.code == code), None)

    def begin(self, work: Work, case: str, duty: ReportDuty, by: str, now: int) -> None:
        """Begin a duty: its time runs from now."""
        self._deadlines.add_now(work, case, duty.noticed, by, now)

    def begin_by_answers(
        self, work: Work, case: str, begun: Mapping[str, ReportDuty], by: str, now: int
    ) -> None:
        """Begin duties after answers, each unless someone has begun or decided it before."""
        try:
            known = self.of_case(work, case)
        except DecryptionError:  # staff are alerted to it: the deadlines of the case say so
            return
        for it in known:
            if it.state is DutyState.UNDECIDED and it.duty.code in begun:
                self.begin(work, case, it.duty, by, now)

    def record(self, work: Work, case: str, record: DutyRecord, now: int) -> None:
        """Seal what was recorded to the case, and enter what follows for the deadlines."""
        duty = self.duties[record.duty]
        events = {
            DutyState.TOLD: duty.told, DutyState.ASKED: duty.asked,
            DutyState.NO_DUTY: duty.no_duty,
        }  # fmt: skip
        number = len(work.rows(_OF_CASE, case)) + 1
        sealer = self._vault.case_sealer(work, case)
        sealed = sealer.seal(Purpose.CASE, _data(case, number), _encode(record))
        work.run(_ADD, case, sealed, now)
        if not record.is_added:
            self._deadlines.add_now(work, case, events[record.state], record.by, now)

    @staticmethod
    def is_full(work: Work, case: str) -> bool:
        """Return whether a case can take no more records."""
        return len(work.rows(_OF_CASE, case)) >= MAX_RECORDS

    @staticmethod
    def records(work: Work, case: str, opener: Opener) -> list[tuple[DutyRecord, int]]:
        """Return the records of a case, each with the moment of its entry, oldest first.

        Raises:
            DecryptionError: a record was altered or moved.
        """
        return [
            (_decode(opener.open(Purpose.CASE, _data(case, number), bytes(sealed))), at)
            for number, (sealed, at) in enumerate(work.rows(_OF_CASE, case), 1)
        ]


def _data(case: str, number: int) -> bytes:
    return f"{case}/duty/{number}".encode()
