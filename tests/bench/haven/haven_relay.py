"""People who write to a caseworker: each update is kept with its case and shown at the desks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from bot.cases.intake import CaseOpening, Intake
from bot.cases.urgency import Priority
from bot.clock import SECOND
from bot.conversation import Position
from bot.dispatch.conversation_store import Conversation, ConversationRow, Conversations
from bot.hotline.chat.takeover import OpenerState, TakeoverState
from bot.mailbox.inbox import Arrival
from bot.store.compiled import Prepared
from bot.store.tables.main import exchanges
from tests.bench import scripted_conversation
from tests.bench.haven import haven_parts
from tests.bench.haven.haven_turns import Haven
from tests.bench.update_feed import FIRST_UPDATE

if TYPE_CHECKING:
    from pathlib import Path

    from bot.store.writer import Work
    from tests.bench.scripted_conversation import Step

_WORDS: Final = (
    b'{"update_id":%d,"message":{"message_id":%d,"date":%d,"text":"%b",'
    b'"chat":{"id":%d,"type":"private"},"from":{"id":%d,"is_bot":false,"first_name":"Sari"}}}'
)
_SAYS: Final = b"He keeps my passport and says that I still owe him money for the journey."
_WRITTEN: Final = Prepared(lambda _: select(func.count()).select_from(exchanges))
_TURNS: Final = 1 + len(scripted_conversation.STEPS)
"""Updates of one walk."""


class HavenRelay(Haven):
    """The same people and as many updates, but a caseworker holds every conversation."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._unknown: set[int] = set()
        self._number = FIRST_UPDATE

    def press(self, person: int, step: Step) -> str:
        """Take note of the person: what they press does not matter here."""
        self._unknown.add(person)
        return step.answer

    async def feed(self, raw: bytes) -> None:
        """Take words of the same person; return when the caseworker has them for good."""
        if self._unknown:
            people, self._unknown = sorted(self._unknown), set()
            await self._store.writer.run(lambda work: _hold(work, people))
        person = self.person_of(raw)
        self._number += 1
        number = self._number
        words = _WORDS % (number, number, haven_parts.CLOCK.now() // SECOND, _SAYS, person, person)
        await self._dispatcher.receive([Arrival.of(number, words)], number + 1)

    async def finished(self) -> int:
        """Return how many people's words all lie with their cases."""
        written = await self._store.writer.run(lambda work: int(work.rows(_WRITTEN)[0][0]))
        return written // _TURNS


def _hold(work: Work, people: list[int]) -> None:
    now = haven_parts.CLOCK.now()
    intake = Intake(haven_parts.VAULT, haven_parts.NUMBER)
    rows, opened = [], []
    for person in people:
        key = haven_parts.VAULT.chat_key(haven_parts.NUMBER, person)
        case = intake.open_case(
            work, CaseOpening("talk", "id", key, person, {}, Priority.STANDARD, now)
        )
        holding = TakeoverState(
            case.id, "mei", "caseworker", "any_time", now, opener_state=OpenerState.ANSWERED
        )
        conversation = Conversation(
            "id", Position(), person, touched_at=now, takeover=holding, last_seen_at=now
        )
        rows.append((key, ConversationRow(None, conversation, 0)))
        opened.append(case)
    intake.store(work, opened, [])
    Conversations(haven_parts.VAULT).store(work, rows)
