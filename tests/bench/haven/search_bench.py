"""Words looked for in everything a caseworker may open: so many things, ten to a case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.cases.intake import CaseOpening, Intake, NewReport
from bot.cases.urgency import Priority
from bot.clock import MINUTE, SystemClock
from bot.hotline.chat.messages import (
    CaseMessage,
    CaseMessageContent,
    CaseMessageKind,
    CaseMessages,
    MessageSide,
)
from bot.hotline.search.search import Search
from bot.store.migrate import upgrade
from bot.vault.keys.staff_keys import StaffKeys
from tests.bench.haven import haven_parts
from tests.bench.scripted_conversation import UPDATES, press

if TYPE_CHECKING:
    from pathlib import Path

    from bot.cases.intake import NewCase
    from bot.store.writer import Work
    from tests.bench.scripted_conversation import Step

TO_A_CASE: Final = 10
"""One report and nine messages."""
SOUGHT: Final = "kunci gudang"
SAID: Final = "Mereka menyimpan paspor saya, dan kami tidak boleh keluar dari rumah itu. " * 3


class Searching:
    """Every update that is fed is one search through everything."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stored = 0
        self._searched = 0

    def press(self, person: int, step: Step) -> str:
        """Return what nobody looks at here."""
        return press(person, step)

    async def setup(self, stored: int) -> None:
        """Put so many things into an empty database."""
        self._store, self._stored = haven_parts.database(self._folder), stored
        upgrade(self._store)
        assert haven_parts.VAULT.keys is not None
        self._keyring = StaffKeys(haven_parts.VAULT.keys, haven_parts.VAULT.prove).unlock(
            *haven_parts.WHO
        )
        self._now = SystemClock().now()
        for first in range(0, stored // TO_A_CASE, 100):
            count = min(100, stored // TO_A_CASE - first)
            await self._store.writer.run(lambda work, n=count: self._put(work, n))

    def _put(self, work: Work, count: int) -> None:
        intake, exchanges = (
            Intake(haven_parts.VAULT, haven_parts.NUMBER),
            CaseMessages(haven_parts.VAULT),
        )
        opened: list[NewCase] = []
        for place in range(count):
            answers: dict[str, object] = {"what": SAID}
            opened.append(
                intake.open_case(
                    work,
                    CaseOpening(
                        "report",
                        "id",
                        haven_parts.VAULT.chat_key(1, place),
                        place,
                        answers,
                        Priority.STANDARD,
                        self._now,
                    ),
                )
            )
        reports = [NewReport(it.id, "report", "report", {"what": SAID}, self._now) for it in opened]
        intake.store(work, opened, reports)
        exchanges.store(
            work,
            [
                CaseMessage(
                    it.id,
                    MessageSide.PERSON,
                    CaseMessageKind.TEXT,
                    CaseMessageContent(text=SAID),
                    self._now + n * MINUTE,
                )
                for it in opened
                for n in range(TO_A_CASE - 1)
            ],
        )

    async def feed(self, _raw: bytes) -> None:
        """Look for words that stand nowhere: then everything is read."""
        found = await Search(self._store, haven_parts.VAULT).find(SOUGHT, self._keyring)
        if found.items != self._stored or found.hits:
            raise SystemExit(f"haven: {found.items} things were read, of {self._stored}.")
        self._searched += 1

    async def finished(self) -> int:
        """Return how many people's worth of searches there were."""
        return self._searched // UPDATES

    async def close(self) -> None:
        """Close the store."""
        await self._store.close()
