"""Cases that are closed, kept, held and erased: all a case can consist of, before a clock."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from bot.cases.intake import CaseOpening, Intake, NewReport
from bot.cases.receipts import Receipts, new_number
from bot.cases.state_machine import CaseAction, Role
from bot.cases.urgency import Priority
from bot.clock import DAY, HOUR, SECOND, SystemClock
from bot.conversation import FileRef, Position
from bot.desks.forum.topics import TopicStore
from bot.dispatch.conversation_store import Conversation, ConversationRow, Conversations
from bot.hotline.chat.messages import (
    CaseMessage,
    CaseMessageContent,
    CaseMessageKind,
    CaseMessages,
    MessageSide,
)
from bot.hotline.erasure.legal_holds import LegalHolds
from bot.mailbox.letter import Letter
from bot.mailbox.outbox import Outbox
from bot.messages import SendText
from bot.store.blobs.folder import FolderBlobs
from bot.store.database import Database
from bot.vault import KeyStore, Purpose, Vault
from bot.vault.erasure.erase import ErasureReason, Erasures
from bot.vault.erasure.retention import Retention
from tests.support.cli_runner import written
from tests.support.database.key_store_fixtures import empty_keyring, migrated_keys
from tests.support.database_fixtures import migrated_url, query
from tests.support.harnesses.hotline_harness import BOT, ROOT
from tests.support.harnesses.queue_harness import CHAT, QueueHarness
from tests.support.moved_clock import MIDDAY

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bot.store.blobs.protocol import Blobs
    from bot.store.writer import Work
    from bot.vault.erasure.delete_rows import AlsoErase
    from bot.vault.purpose import Opener

WORDS = "Dia menyimpan paspor saya."
KEPT = 90
GROUP, THREAD = -1_000_000_000_001, 7


def vault_in(folder: Path) -> Vault:
    """Return a vault whose key store lies in a folder, as another process would open it."""
    path = folder / "keys.db"
    if not path.exists():
        path.write_bytes(migrated_keys())
    vault = Vault(ROOT, KeyStore(Database(f"sqlite:///{path}")))
    vault.rotate_epoch(MIDDAY)
    return vault


class RetentionHarness(QueueHarness):
    """A hotline's cases over months; `now` is what its clock says, `passed` what really passed."""

    def __init__(
        self, url: str, folder: Path, beside: Sequence[AlsoErase] = (), *, is_new: bool = True
    ) -> None:
        super().__init__(url)
        self.vault = vault_in(folder)
        self.intake = Intake(self.vault, BOT)
        self.folder = folder / "files"
        self.folder.mkdir(exist_ok=True)
        self.blobs: Blobs = FolderBlobs(self.folder)
        self.passed = 0.0
        self._beside = (Conversations(self.vault).erase_case, *beside)
        self.outbox, self.exchanges = Outbox(self.vault), CaseMessages(self.vault)
        self.holds = LegalHolds(self.staff, self.audit)
        self.restarts()
        if is_new:
            self.mei = self.add_caseworker("Mei", role=Role.SUPERVISOR)
            self.jun = self.add_caseworker("Jun")
            self.ida = self.add_caseworker("Ida", role=Role.AUDITOR)

    @classmethod
    def reopened(cls, folder: Path) -> RetentionHarness:
        """Open what lies in a folder, as another process would."""
        return cls(f"sqlite:///{folder / 'haven.db'}", folder, is_new=False)

    def restarts(self) -> None:
        """Begin a process that remembers nothing."""
        self.erasures = Erasures(self.vault, self.audit, self.blobs, self._beside)
        self.retention = Retention(self.erasures, KEPT)

    @property
    def keys(self) -> Database:
        """Return the database of the key store."""
        assert self.vault.keys is not None
        return self.vault.keys.database

    def close(self) -> None:
        self.database.writer.close()
        self.vault.close()

    # --- A clock of two hands ----------------------------------------------------------------

    def goes_by(self, span: int, *, rounds_every: int = 6 * HOUR) -> int:
        """Let time pass with the bot at work; return how many cases went."""
        gone = 0
        for _ in range(max(span // rounds_every, 1)):
            self.now += min(span, rounds_every)
            self.passed += min(span, rounds_every) / SECOND
            gone += self.round()
        return gone

    def round(self) -> int:
        """Hold one round, and tidy up as the house does."""
        now = self.now
        self.run(
            lambda work: Conversations(self.vault).expire(work, now) + Outbox.expire(work, now)
        )
        return asyncio.run(self.retention.run_once(self.database, _RetentionClock(self)))

    # --- Cases -------------------------------------------------------------------------------

    def opens(self) -> str:
        """Open a case that has a row in every table that a case can have one in."""
        return self.run(self._opened)

    def _opened(self, work: Work) -> str:
        self._people += 1
        chat = CHAT + self._people
        key = self.vault.chat_key(BOT, chat)
        case = self.intake.open_case(
            work, CaseOpening("report", "id", key, chat, {}, Priority.STANDARD, self.now)
        )
        report = NewReport(case.id, "report", "report", {"what": WORDS}, self.now)
        self.intake.store(work, [case], [report])
        (number,) = self.outbox.new_ids(work, 1)
        self.outbox.store(work, [Letter(number, key, chat, SendText(WORDS), created_at=self.now)])
        content = CaseMessageContent(text=WORDS)
        self.exchanges.store(
            work,
            [
                CaseMessage(case.id, MessageSide.PERSON, CaseMessageKind.TEXT, content, self.now),
                CaseMessage(
                    case.id,
                    MessageSide.CASEWORKER,
                    CaseMessageKind.TEXT,
                    content,
                    self.now + 1,
                    author=self.mei.id,
                    letter=number,
                ),
            ],
        )
        self._add_topic(work, case.id)
        Receipts(self.vault, self.audit).issue(work, case.id, new_number(), bytes(32), self.now)
        kept = Conversation("id", Position(), chat=chat, touched_at=self.now, case=case.id)
        Conversations(self.vault).store(work, [(key, ConversationRow(None, kept, 0))])
        return case.id

    def _add_topic(self, work: Work, case: str) -> None:
        topics = TopicStore(self.vault)
        topic = topics.of_case(work, GROUP, case)
        topic.thread = THREAD + self._people
        topics.store(work, GROUP, topic)

    def has_file(self, case: str, plain: bytes = b"sealed bytes") -> str:
        """Put a sealed file of a case onto the disk."""
        note = FileRef("handle", "photo", len(plain))
        self.run(lambda work: self.intake.store_files(work, case, [note], self.now))
        ((name,),) = query(self.database, f"SELECT id FROM files WHERE case_id = '{case}'")  # noqa: S608
        sealer = self.run(lambda work: self.vault.case_sealer(work, case))
        (self.folder / name).write_bytes(sealer.seal(Purpose.FILE, f"{name}/0/1".encode(), plain))
        return str(name)

    def closed(self, days_ago: float = 0) -> str:
        """Open a case and close it, as long ago as that."""
        at, self.now = self.now, self.now - int(days_ago * DAY)
        case = self.opens()
        self.closes(case)
        self.now = at
        return case

    def closes(self, case: str) -> None:
        self.claims_this(self.mei, case)
        self.moves(self.mei, case, CaseAction.CLOSE, detail="helped")

    def erases(
        self, case: str, why: ErasureReason = ErasureReason.WITHDRAWN
    ) -> tuple[str, ...] | None:
        return asyncio.run(self.erasures.erase(self.database, case, why, self.mei.id, self.now))

    # --- What is there -----------------------------------------------------------------------

    def cases(self) -> set[str]:
        return {case for (case,) in query(self.database, "SELECT id FROM cases")}

    def says(self, case: str) -> list[str]:
        """Return what can be read of a case by whoever may open it."""
        return [it.content.text for it in self.run(lambda work: self._read(work, case))]

    def _read(self, work: Work, case: str) -> list[CaseMessage]:
        return CaseMessages.of_case(work, case, self.opener(case))

    def opener(self, case: str) -> Opener:
        """Return what opens a case: the house itself, for nobody is enrolled."""
        return self.vault.cases.opener(case, empty_keyring(self.vault))

    def count(self, table: str) -> int:
        ((found,),) = query(self.database, f"SELECT count(*) FROM {table}")  # noqa: S608 - ours
        return int(found)

    def ledger(self) -> list[Any]:
        return self.run(self.erasures.load_all)


class _RetentionClock:
    """The shelf's time, as the house reads it."""

    def __init__(self, shelf: RetentionHarness) -> None:
        self._shelf = shelf

    def now(self) -> int:
        return self._shelf.now

    def monotonic(self) -> float:
        return self._shelf.passed


def deployed_in(folder: Path) -> RetentionHarness:
    """Return what lies in a folder as a deployment, at which commands can be typed."""
    data = folder / "data"
    data.mkdir()
    written(folder / "host.key", bytes(range(32)).hex())
    made = RetentionHarness(migrated_url("sqlite", data), data)
    made.now = SystemClock().now()
    return made
