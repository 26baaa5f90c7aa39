"""What is to be found on the disk and on the phones afterwards, and what is wrong with it."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import msgspec

from bot.cases.sealed_fields import decode_contents, report_associated_data
from bot.dispatch.conversation_store import Conversation
from bot.hotline.chat.messages import open_message
from bot.sandbox import BOT_ID
from bot.store.database import Database, DataDirectory
from bot.vault import HostKey, KeyStore, Purpose, Vault
from tests.fire.walkers.numbered_walkers import lines_in
from tests.support.database.key_store_fixtures import PASSWORD, staff_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from bot.sandbox import Phone
    from bot.vault import Keyring
    from tests.fire.walkers.numbered_walkers import NumberedWalker

REFERENCE, GONE = "######", "(deleted since)"


@dataclass
class DeliveryFindings:
    """What was found; everything that must be nothing comes first."""

    lost: int = 0
    """Lines written and found nowhere."""
    twice: int = 0
    """Times a line was found again."""
    out_of_order: int = 0
    """Neighbouring lines of a chat that changed places."""
    waiting: int = 0
    """Updates stored and not handled."""
    quarantined: int = 0
    unsent: int = 0
    """Letters that did not arrive."""
    replies_out_of_order: int = 0
    other_replies: int = 0
    """Chats that were answered otherwise than where nobody was killed."""
    damaged: int = 0
    """Whether SQLite finds fault with its own file."""
    stuck: int = 0
    """People who waited in vain."""
    lines: int = 0
    replies: int = 0
    repeated: int = 0
    """Replies that arrived once more."""
    displaced: list[str] = field(default_factory=list)
    """The chats of `out_of_order`, each with the numbers of its lines as they are kept."""

    @property
    def faults(self) -> dict[str, int]:
        """Everything that should not be."""
        found = asdict(self)
        return {
            name: number
            for name, number in found.items()
            if number and name not in {"lines", "replies", "repeated", "displaced"}
        }


@dataclass
class StoredChat:
    """All that was kept of one person."""

    asked: list[int] = field(default_factory=list)
    """Lines that answered a question, in the order they are kept."""
    beside: list[int] = field(default_factory=list)
    """Lines written beside the questions, in the order they are kept."""
    at_once: list[int] = field(default_factory=list)
    """Lines that staff read before a report was sent: messages of a case, apart from reports."""
    numbers: list[int] = field(default_factory=list)
    """Of the messages that were sent, in the order they were to be said."""

    @property
    def lines(self) -> list[int]:
        return self.asked + self.beside + self.at_once

    @property
    def out_of_order(self) -> int:
        return sum(map(_inversions, (self.asked, self.beside, self.at_once)))


class StoredDeployment:
    """The data of a deployment, seen from outside."""

    def __init__(
        self, data: Path, key: Path, database_url: str = "", keys_url: str = "", reader: str = ""
    ) -> None:
        """`reader` is a supervisor whose keys open the cases; nobody: no one is enrolled."""
        self._reader = reader
        self._database = Database(database_url or DataDirectory(data).database_url)
        self._keys_url, self._key = keys_url or DataDirectory(data).keys_url, key

    @cached_property
    def _vault(self) -> Vault:
        keys = KeyStore(Database(self._keys_url))
        return Vault(keys.load_root(HostKey.load(self._key), self._database, 0), keys)

    @cached_property
    def _keyring(self) -> Keyring | None:
        return staff_keys(self._vault).unlock(self._reader, PASSWORD) if self._reader else None

    def ask(self, sql: str, *values: object) -> list[Any]:
        """Return the rows of a question in SQLite's words."""
        connection = self._database.connect()
        if self._database.dialect != "sqlite":
            sql = sql.replace("?", "%s")
        try:
            return list(connection.execute(sql, values))
        finally:
            connection.close()

    @property
    def waiting(self) -> int:
        return self._count("SELECT count(*) FROM inbox WHERE state NOT IN ('done', 'quarantined')")

    @property
    def quarantined(self) -> int:
        return self._count("SELECT count(*) FROM inbox WHERE state = 'quarantined'")

    @property
    def unsent(self) -> int:
        return self._count("SELECT count(*) FROM outbox WHERE state <> 'sent'")

    @property
    def on_the_way(self) -> int:
        """Return how many letters wait or are being sent."""
        return self._count("SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending')")

    @property
    def damaged(self) -> int:
        """Return whether SQLite finds fault with its own file; PostgreSQL looks after its own."""
        is_sqlite = self._database.dialect == "sqlite"
        return int(is_sqlite and self.ask("PRAGMA integrity_check") != [("ok",)])

    def _count(self, sql: str) -> int:
        return int(self.ask(sql)[0][0])

    def references(self) -> list[str]:
        """Return the references of all cases."""
        return [str(row[0]) for row in self.ask("SELECT reference FROM cases")]

    def chat(self, phone: Phone) -> StoredChat:
        """Return what was kept of a person."""
        key = self._vault.chat_key(BOT_ID, phone.id)
        chat = StoredChat()
        for case, report, sealed in self.ask(
            "SELECT r.case_id, r.id, r.sealed FROM reports r JOIN cases c ON c.id = r.case_id "
            "WHERE c.chat_key = ? ORDER BY r.sent_at",
            key,
        ):
            opener = self._vault.cases.opener(case, self._keyring)
            plain = opener.open(Purpose.CASE, report_associated_data(case, report), sealed)
            _sort(chat, decode_contents(plain).answers)
        for (sealed,) in self.ask("SELECT state FROM conversations WHERE chat_key = ?", key):
            plain = self._vault.open(Purpose.CONVERSATION, key, sealed)
            kept = msgspec.msgpack.decode(plain, type=Conversation)
            for frame in kept.position.frames:
                _sort(chat, frame.answers)
            _sort(chat, {"also": tuple(kept.position.extra_texts)})
        chat.at_once = self._read_at_once(key, set(chat.lines))
        rows = self.ask("SELECT message FROM outbox WHERE chat_key = ? ORDER BY id", key)
        chat.numbers = [int(row[0]) for row in rows if row[0] is not None]
        return chat

    def _read_at_once(self, key: bytes, known: set[int]) -> list[int]:
        """Return the lines that are kept as messages of a case alone: staff read them at once."""
        found: list[int] = []
        for case, side, at, sealed in self.ask(
            "SELECT e.case_id, e.side, e.at, e.sealed FROM exchanges e JOIN cases c "
            "ON c.id = e.case_id WHERE c.chat_key = ? AND e.side = 'person' ORDER BY e.id",
            key,
        ):
            opener = self._vault.cases.opener(case, self._keyring)
            found += lines_in(open_message(opener, case, side, at, bytes(sealed)).text)
        return [line for line in found if line not in known]


def _sort(chat: StoredChat, answers: dict[str, Any]) -> None:
    for step, answer in answers.items():
        for words in answer if isinstance(answer, tuple) else (answer,):
            if isinstance(words, str):
                (chat.beside if step == "also" else chat.asked).extend(lines_in(words))


def judge(disk: StoredDeployment, walkers: Sequence[NumberedWalker]) -> DeliveryFindings:
    """Compare what people wrote and saw with what is on the disk."""
    found = DeliveryFindings(
        waiting=disk.waiting,
        quarantined=disk.quarantined,
        unsent=disk.unsent,
        damaged=disk.damaged,
    )
    for walker in walkers:
        chat = disk.chat(walker.phone)
        written, kept = Counter(walker.written), Counter(chat.lines)
        found.lines += len(walker.written)
        found.lost += (written - kept).total()
        found.twice += (kept - written).total()
        found.out_of_order += chat.out_of_order
        if chat.out_of_order:
            kept_as = f"asked {chat.asked}, beside {chat.beside}, at once {chat.at_once}"
            found.displaced.append(f"{walker.phone.id}: {kept_as}")
        found.replies_out_of_order += _inversions(chat.numbers)
        found.replies += len(chat.numbers)
        found.repeated += len(walker.phone.bot_texts()) - len(chat.numbers)
        found.stuck += not walker.is_there
    return found


def replies(disk: StoredDeployment, phone: Phone) -> list[str]:
    """Return what a person was answered, each letter once, without the references."""
    messages = phone.chat.messages
    numbers = disk.chat(phone).numbers
    said = [str(messages[number]["text"]) if number in messages else GONE for number in numbers]
    for reference in disk.references():
        said = [text.replace(reference, REFERENCE) for text in said]
    return said


def _inversions(numbers: Iterable[int]) -> int:
    return sum(later < earlier for earlier, later in pairwise(numbers))
