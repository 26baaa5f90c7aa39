"""A database with a vault before it, and what staff see of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.cases.intake import CaseOpening, Intake, NewCase, NewReport
from bot.cases.queries import AnswerRenderer, CaseReader
from bot.cases.sealed_fields import keep_everything
from bot.cases.urgency import Priority
from bot.places.taiwan.authorities import LAW
from bot.store.database import Database
from tests.support.content.catalogue_files import read_in
from tests.support.database_fixtures import query
from tests.support.harnesses.hotline_harness import BOT, KEEPER, VAULT
from tests.support.moved_clock import MIDDAY
from tests.support.people.flow_answers import BOOK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.cases.queries import CaseDetails
    from bot.conversation import Answer

CHAT = 5_000_000_001
CHAT_KEY = VAULT.chat_key(BOT, CHAT)


@dataclass
class CaseStoreHarness:
    """Cases are put in at one side and read at the other."""

    url: str
    database: Database = field(init=False)
    intake: Intake = field(init=False)

    def __post_init__(self) -> None:
        self.database = Database(self.url)
        self.intake = Intake(VAULT, BOT, answer_filter=keep_everything)

    def opens(
        self,
        answers: Mapping[str, Answer],
        *,
        flow: str = "report",
        kind: str = "report",
        language: str = "id",
        at: int = MIDDAY,
        at_most: Priority = Priority.STANDARD,
    ) -> NewCase:
        def unit(work: Any) -> NewCase:
            case = self.intake.open_case(
                work, CaseOpening(kind, language, CHAT_KEY, CHAT, answers, at_most, at)
            )
            self.intake.store(work, [case], [NewReport(case.id, kind, flow, dict(answers), at)])
            return case

        return self.database.writer.run_sync(unit)

    def adds(
        self, case: NewCase, answers: Mapping[str, Answer], flow: str = "report",
        kind: str = "addition", at: int = MIDDAY + 1,
    ) -> None:  # fmt: skip
        report = NewReport(case.id, kind, flow, dict(answers), at)
        self.database.writer.run_sync(lambda work: self.intake.store(work, [], [report]))

    def raises(
        self, case: NewCase, answers: Mapping[str, Answer], at_most: Priority = Priority.STANDARD,
        at: int = MIDDAY + 1,
    ) -> bool:  # fmt: skip
        return self.database.writer.run_sync(
            lambda work: self.intake.raise_priority(work, case.id, answers, at_most, at)
        )

    def writes(self, sql: str) -> None:
        """Change rows from outside."""
        connection = self.database.connect()
        connection.cursor().execute(sql)
        connection.close()

    def of(self, case: NewCase, *columns: str) -> Any:
        """Return what stands in a case's row: one value, or several."""
        sql = f"SELECT {', '.join(columns)} FROM cases WHERE id = '{case.id}'"  # noqa: S608 - ours
        (row,) = query(self.database, sql)
        return row if len(columns) > 1 else row[0]

    async def reads(self, reference: str, language: str = "en") -> CaseDetails:
        words, staff = read_in(language), read_in(language, "staff")
        reader = CaseReader(self.database, VAULT, AnswerRenderer(BOOK, words, staff), law=LAW)
        opened = await reader.open(reference, KEEPER)
        assert opened is not None
        return opened

    def told(self, opened: CaseDetails) -> dict[str, tuple[str, str]]:
        """Return question and answer by step, of everything that was sent."""
        return {t.step: (t.question, t.answer) for sent in opened.reports for t in sent.answers}
