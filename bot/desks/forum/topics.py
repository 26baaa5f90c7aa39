"""Which topic shows which case, and what of it can still be answered: rows of `topics`, `desks`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import bindparam, delete, select, update

from bot.errors import DecryptionError
from bot.mailbox.letter import Lane, Letter
from bot.messages import DeleteTopic
from bot.store.compiled import Prepared, insert_into
from bot.store.tables.main import desks, notices, outbox, topics
from bot.vault import Purpose

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import ClauseElement

    from bot.mailbox.outbox import Outbox
    from bot.store.writer import Work
    from bot.vault import Vault


WANTED, OPEN, CLOSED = "wanted", "open", "closed"
"""A topic that is to be opened, stands open, or was closed with its case."""
MAX_MESSAGES = 200
"""Messages of a topic that are known for what they are; older ones can no longer be answered."""


class TopicContent(msgspec.Struct, array_like=True):
    """What a topic shows. Sealed: when somebody wrote is nobody's business."""

    name: str = ""
    card_message: int = 0
    """The number of the message at its head."""
    card_digest: bytes = b""
    """A digest of what the card says now."""
    person_messages: list[int] = []
    """Messages that hold words of the person: an answer to one of them is said to the person."""
    pending_letters: list[tuple[int, int]] = []
    """Letters of caseworkers whose end is not known, each with the message that asked for it."""
    is_taken_over: bool = False
    """Whether a caseworker holds the conversation."""
    editable_letters: list[tuple[int, int]] = []
    """Letters of caseworkers that can still be changed, each with the message it came from."""

    def letter_of(self, message: int) -> int:
        """Return the letter a caseworker's message became; 0 for none that is known."""
        return next((letter for letter, number in self.editable_letters if number == message), 0)


class ForumTopic:
    """The topic of one case."""

    __slots__ = ("case", "content", "state", "thread")

    def __init__(self, case: str, thread: int | None, state: str, content: TopicContent) -> None:
        self.case = case
        self.thread = thread
        self.state = state
        self.content = content


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(TopicContent).decode
_COLUMNS = (topics.c.case_id, topics.c.thread, topics.c.state, topics.c.shown)
_OF_CASE = Prepared(
    lambda _: select(*_COLUMNS).where(
        topics.c.case_id == bindparam("case"), topics.c.desk == bindparam("desk")
    ),
    "case",
    "desk",
)
_BY_THREAD = Prepared(
    lambda _: select(*_COLUMNS).where(
        topics.c.desk == bindparam("desk"), topics.c.thread == bindparam("thread")
    ),
    "desk",
    "thread",
)
_NAMES = ("case_id", "desk", "thread", "state", "shown")


def _upsert(dialect: str) -> ClauseElement:
    new = insert_into(dialect, topics).values({name: bindparam(name) for name in _NAMES})
    return new.on_conflict_do_update(
        index_elements=["case_id"],
        set_={name: new.excluded[name] for name in _NAMES[1:]},
    )


_UPSERT = Prepared(_upsert, *_NAMES)
_CURRENT_GROUP = Prepared(
    lambda _: select(desks.c.stands).where(desks.c.named == bindparam("named")), "named"
)


def _upsert_group(dialect: str) -> ClauseElement:
    new = insert_into(dialect, desks).values(named=bindparam("named"), stands=bindparam("stands"))
    return new.on_conflict_do_update(index_elements=["named"], set_={"stands": new.excluded.stands})


_UPSERT_GROUP = Prepared(_upsert_group, "named", "stands")
_INSERT_NOTICE = Prepared(
    lambda dialect: insert_into(dialect, notices).values(
        kind=bindparam("kind"), since=bindparam("since"), until=bindparam("until")
    ),
    "kind",
    "since",
    "until",
)
_EXTEND_NOTICE = Prepared(
    lambda _: (
        update(notices)
        .where(notices.c.kind == bindparam("wanted"), notices.c.since == bindparam("begun"))
        .values(until=bindparam("until"))
    ),
    "until",
    "wanted",
    "begun",
)
BARRED_NOTICE = "desk_barred"
"""The notice that the group could not be written to, and for how long."""


class TopicStore:
    """The topics of one desk, used inside units of work."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def of_case(self, work: Work, group: int, case: str) -> ForumTopic:
        """Return the topic of a case; one that is to be opened where there is none."""
        rows = work.rows(_OF_CASE, case, group)
        return self._parse_row(rows[0]) if rows else ForumTopic(case, None, WANTED, TopicContent())

    def by_thread(self, work: Work, group: int, thread: int) -> ForumTopic | None:
        """Return the topic with a number; None for one that shows no case."""
        rows = work.rows(_BY_THREAD, group, thread) if thread else []
        return self._parse_row(rows[0]) if rows else None

    def store(self, work: Work, group: int, topic: ForumTopic) -> None:
        """Write down how a topic stands."""
        shown = topic.content
        shown.person_messages, shown.pending_letters = (
            shown.person_messages[-MAX_MESSAGES:],
            shown.pending_letters[-MAX_MESSAGES:],
        )
        shown.editable_letters = shown.editable_letters[-MAX_MESSAGES:]
        # Numbers alone, needed as long as the case is open: the host's own key.
        sealed = self._vault.seal(
            Purpose.TOPIC_MESSAGES, _associated_data(topic.case), _encode(shown)
        )
        work.run(_UPSERT, topic.case, group, topic.thread, topic.state, sealed)

    def _parse_row(self, row: tuple[str, int | None, str, bytes | None]) -> ForumTopic:
        case, thread, state, sealed = row
        try:
            plain = self._decrypt(case, bytes(sealed or b""))
        except DecryptionError:  # what it showed is forgotten; the case itself lies elsewhere
            return ForumTopic(case, thread, state, TopicContent())
        return ForumTopic(case, thread, state, _decode(plain))

    def _decrypt(self, case: str, sealed: bytes) -> bytes:
        return self._vault.open(Purpose.TOPIC_MESSAGES, _associated_data(case), sealed)


def topic_key(vault: Vault, group_id: int, case: str) -> bytes:
    """Return what the letters of one case's topic keep their order by."""
    return vault.chat_key(group_id, int.from_bytes(case.encode(), "big"))


def current_group(work: Work, configured_id: int) -> int:
    """Return the group a desk stands in: the one of the settings, or what that has become."""
    rows = work.rows(_CURRENT_GROUP, configured_id)
    return int(rows[0][0]) if rows else configured_id


def store_migration(work: Work, configured_id: int, to: int) -> None:
    """Write down that a group has become another."""
    work.run(_UPSERT_GROUP, configured_id, to)


def add_barred_notice(work: Work, since: int) -> None:
    """Leave a notice for staff that the group cannot be written to."""
    work.run(_INSERT_NOTICE, BARRED_NOTICE, since, since)


def end_barred_notice(work: Work, since: int, now: int) -> None:
    """Write down until when it could not."""
    work.run(_EXTEND_NOTICE, now, BARRED_NOTICE, since)


def _associated_data(case: str) -> bytes:
    return f"{case}/topic".encode()


_TOPIC = Prepared(
    lambda _: select(topics.c.desk, topics.c.thread).where(
        topics.c.case_id == bindparam("case"), topics.c.thread.is_not(None)
    ),
    "case",
)
_LETTERS = Prepared(lambda _: delete(outbox).where(outbox.c.chat_key == bindparam("key")), "key")


class TopicEraser:
    """Has the topic of a case that is being erased deleted, in the same unit of work.

    Args:
        vault: names the letters of a topic.
        outbox: takes the letter that deletes it; the bot's process carries it, whoever erases.
        group: the group as the settings name it.
    """

    def __init__(self, vault: Vault, outbox: Outbox, group_id: int) -> None:
        self._vault = vault
        self._outbox = outbox
        self._group_id = group_id

    def erase(self, work: Work, _key: bytes, case: str, now: int) -> int:
        """Drop what was on its way to a case's topic, then let that be deleted."""
        key = topic_key(self._vault, self._group_id, case)
        topic = work.rows(_TOPIC, case)
        numbers = self._outbox.new_ids(work, len(topic)) if topic else []
        gone = work.run(_LETTERS, key)
        letters = [
            Letter(number, key, desk, DeleteTopic(thread), Lane.STAFF, not_before=now,
                   created_at=now)
            for number, (desk, thread) in zip(numbers, topic, strict=True)
        ]  # fmt: skip
        self._outbox.store(work, letters)
        return gone
