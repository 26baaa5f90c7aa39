"""A case with a record and a plan at the desk: every update that is fed opens its page once.

The page of the same case without either shows what the two add. Each is read when its part of the
file is opened, so it is measured by itself: the page and that part, one after the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.cases.record.entries import EntrySource, entry_for
from bot.clock import DAY
from bot.hotline.chat.messages import (
    CaseMessage,
    CaseMessageContent,
    CaseMessageKind,
    CaseMessages,
    MessageSide,
)
from bot.hotline.services.model import PlanAction, PlanEntry, PlanWords
from bot.hotline.services.store import ServicePlans
from bot.vault import AuditLog
from tests.bench.haven import haven_parts
from tests.bench.haven.web_desk_bench import SAID, DeskQueue

if TYPE_CHECKING:
    from bot.cases.record.entries import EntryContent
    from bot.store.writer import Work

MESSAGES: Final = 40
SUSPECTS: Final = 4
PERSON: Final = {
    "name": "Siti Aminah", "born": "1995-05-03", "nationality": "Indonesia", "language": "id",
    "mobile": "0912 345 678", "passport": "C4418823", "street": "No. 88, Fuguo Road",
    "city": "Zhongli", "county": "Taoyuan", "gender": "Feminine",
}  # fmt: skip
SUSPECT: Final = {
    "name": "Pak Budi", "alias": "Om Bud", "phone": "0912 345 670", "account": "line: budi88",
    "role": "Exploiter", "company": "PT Maju", "looks": "short, a scar",
}  # fmt: skip
SERVICES: Final = ("doctor", "counsellor", "lawyer", "place", "home")
"""Each offered, accepted and given, with an appointment: twenty entries."""


class OpeningCase(DeskQueue):
    """Opens the page of a case that has forty values and five services."""

    async def setup(self, stored: int) -> None:
        """Put the case among so many others, and open the desk to the one who holds it."""
        await super().setup(stored)
        self._path = f"/cases/{self.cases[0].reference}"
        await self._store.writer.run(self._work_on_it)

    def _work_on_it(self, work: Work) -> None:
        case, now = self.cases[0].id, self._clock.now()
        sides = (MessageSide.PERSON, MessageSide.CASEWORKER)
        written = [
            CaseMessage(
                case, sides[it % 2], CaseMessageKind.TEXT, CaseMessageContent(text=f"{SAID} {it}"),
                now - (MESSAGES - it) * 60_000_000, self.who if it % 2 else "",
            )
            for it in range(MESSAGES)
        ]  # fmt: skip
        CaseMessages(haven_parts.VAULT).store(work, written)
        self._add_casework(work, case, now)

    def _add_casework(self, work: Work, case: str, now: int) -> None:
        self.front.record_entries.add(work, case, self._values(), now)
        plans = ServicePlans(haven_parts.VAULT, AuditLog(haven_parts.VAULT))
        for service in SERVICES:
            for action in (PlanAction.OFFER, PlanAction.ACCEPT, PlanAction.GIVE):
                entry = PlanEntry(action=action, service=service, by=self.who, day="2026-11-25")
                plans.add(work, case, entry, now, PlanWords(provider="Hope House", note=SAID))
            booked = PlanEntry(
                action=PlanAction.BOOK, service=service, by=self.who, moment=now + 3 * DAY
            )
            plans.add(work, case, booked, now, PlanWords(place="Room 4", companion="Ms Chen"))

    def _values(self) -> list[EntryContent]:
        """Return ten values about the person, seven about each suspect, and a debt."""
        about = [("person", "person", PERSON)]
        about += [(f"suspect:{it}", "suspect", SUSPECT) for it in range(SUSPECTS)]
        about += [("payment:1", "payment", {"type": "debt", "amount": "NT$90,000"})]
        fields = self.front.record_entries.fields
        return [
            entry_for(
                fields[f"{kind}.{name}"], subject, value, EntrySource.SPOKEN, by=self.who,
                region="TW",
            )
            for subject, kind, values in about
            for name, value in values.items()
        ]  # fmt: skip

    async def feed(self, _raw: bytes) -> None:
        """Open the page."""
        self._done += 1
        await self.wire.get(self._path)


class OpeningBareCase(OpeningCase):
    """Opens the page of the same case with no record and no plan."""

    def _add_casework(self, work: Work, case: str, now: int) -> None:
        """Leave both empty."""


class OpeningRecord(OpeningCase):
    """Opens the page and the record in it."""

    async def feed(self, _raw: bytes) -> None:
        """Open the page, then the part."""
        await super().feed(_raw)
        await self.wire.get(f"{self._path}/record/pane")


class OpeningPlan(OpeningCase):
    """Opens the page and the plan in it."""

    async def feed(self, _raw: bytes) -> None:
        """Open the page, then the part."""
        await super().feed(_raw)
        await self.wire.get(f"{self._path}/plan/pane")
