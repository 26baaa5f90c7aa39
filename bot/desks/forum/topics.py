"""Which topic shows which case, and what of it can still be answered: rows of `topics`, `desks`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import bindparam, delete, select, update

from bot.errors import DoesNotOpen
from bot.mailbox.letter import Lane, Letter
from bot.messages import DeleteTopic
from bot.store.compiled import Prepared, insert_of
from bot.store.tables.main import desks, notices, outbox, topics
from bot.vault import Purpose

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import ClauseElement

    from bot.mailbox.outbox import Outbox
    from bot.store.writer import Work
    from bot.vault import Vault


WANTED, OPEN, CLOSED = "wanted", "open", "closed"
"""A topic that is to be opened, stands open, or was closed with its case."""
MOST = 200
"""Messages of a topic that are known for what they are; older ones can no longer be answered."""


class Shown(msgspec.Struct, array_like=True):
    """What a topic shows. Sealed: when somebody wrote is nobody's business."""

    name: str = ""
    card: int = 0
    """The number of the message at its head."""
    drawn: bytes = b""
    """A digest of what the card says now."""
    words: list[int] = []
    """Messages that hold words of the person: an answer to one of them is said to the person."""
    waiting: list[tuple[int, int]] = []
    """Letters of caseworkers whose end is not known, each with the message that asked for it."""
    is_held: bool = False
    """Whether a caseworker holds the conversation."""
    said: list[tuple[int, int]] = []
    """Letters of caseworkers that can still be changed, each with the message it came from."""

    def letter_of(self, message: int) -> int:
        """Return the letter a caseworker's message became; 0 for none that is known."""
        return next((letter for letter, number in self.said if number == message), 0)


class Topic:
    """The topic of one case."""

    __slots__ = ("case", "shown", "state", "thread")

    def __init__(self, case: str, thread: int | None, state: str, shown: Shown) -> None:
        self.case = case
        self.thread = thread
        self.state = state
        self.shown = shown


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Shown).decode
_COLUMNS = (topics.c.case_id, topics.c.thread, topics.c.state, topics.c.shown)
_OF_CASE = Prepared(
    lambda _: select(*_COLUMNS).where(
        topics.c.case_id == bindparam("case"), topics.c.desk == bindparam("desk")
    ),
    "case",
    "desk",
)
_AT = Prepared(
    lambda _: select(*_COLUMNS).where(
        topics.c.desk == bindparam("desk"), topics.c.thread == bindparam("thread")
    ),
    "desk",
    "thread",
)
_NAMES = ("case_id", "desk", "thread", "state", "shown")


def _keep(dialect: str) -> ClauseElement:
    new = insert_of(dialect, topics).values({name: bindparam(name) for name in _NAMES})
    return new.on_conflict_do_update(
        index_elements=["case_id"],
        set_={name: new.excluded[name] for name in _NAMES[1:]},
    )


_KEEP = Prepared(_keep, *_NAMES)
_WHERE = Prepared(
    lambda _: select(desks.c.stands).where(desks.c.named == bindparam("named")), "named"
)


def _move(dialect: str) -> ClauseElement:
    new = insert_of(dialect, desks).values(named=bindparam("named"), stands=bindparam("stands"))
    return new.on_conflict_do_update(index_elements=["named"], set_={"stands": new.excluded.stands})


_MOVE = Prepared(_move, "named", "stands")
_TELL = Prepared(
    lambda dialect: insert_of(dialect, notices).values(
        kind=bindparam("kind"), since=bindparam("since"), until=bindparam("until")
    ),
    "kind",
    "since",
    "until",
)
_LATEST = Prepared(
    lambda _: (
        update(notices)
        .where(notices.c.kind == bindparam("wanted"), notices.c.since == bindparam("begun"))
        .values(until=bindparam("until"))
    ),
    "until",
    "wanted",
    "begun",
)
BARRED = "desk_barred"
"""The notice that the group could not be written to, and for how long."""


class Topics:
    """The topics of one desk, used inside units of work."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def of_case(self, work: Work, desk: int, case: str) -> Topic:
        """Return the topic of a case; one that is to be opened where there is none."""
        rows = work.rows(_OF_CASE, case, desk)
        return self._read(work, rows[0]) if rows else Topic(case, None, WANTED, Shown())

    def at(self, work: Work, desk: int, thread: int) -> Topic | None:
        """Return the topic with a number; None for one that shows no case."""
        rows = work.rows(_AT, desk, thread) if thread else []
        return self._read(work, rows[0]) if rows else None

    def keep(self, work: Work, desk: int, topic: Topic) -> None:
        """Write down how a topic stands."""
        shown = topic.shown
        shown.words, shown.waiting = shown.words[-MOST:], shown.waiting[-MOST:]
        shown.said = shown.said[-MOST:]
        # Numbers alone, needed as long as the case is open: the host's own key.
        sealed = self._vault.seal(Purpose.DESK, _place(topic.case), _encode(shown))
        work.run(_KEEP, topic.case, desk, topic.thread, topic.state, sealed)

    def _read(self, work: Work, row: tuple[str, int | None, str, bytes | None]) -> Topic:
        case, thread, state, sealed = row
        try:
            plain = self._opened(work, case, bytes(sealed or b""))
        except DoesNotOpen:  # what it showed is forgotten; the case itself lies elsewhere
            return Topic(case, thread, state, Shown())
        return Topic(case, thread, state, _decode(plain))

    def _opened(self, work: Work, case: str, sealed: bytes) -> bytes:
        try:
            return self._vault.open(Purpose.DESK, _place(case), sealed)
        except DoesNotOpen:
            old = self._vault.cases.old(work, case)
            if old is None:
                raise
            return old.open(Purpose.CASE, _place(case), sealed)


def key_of(vault: Vault, named: int, case: str) -> bytes:
    """Return what the letters of one case's topic keep their order by."""
    return vault.chat_key(named, int.from_bytes(case.encode(), "big"))


def stands(work: Work, named: int) -> int:
    """Return the group a desk stands in: the one of the settings, or what that has become."""
    rows = work.rows(_WHERE, named)
    return int(rows[0][0]) if rows else named


def move(work: Work, named: int, to: int) -> None:
    """Write down that a group has become another."""
    work.run(_MOVE, named, to)


def tell_barred(work: Work, since: int) -> None:
    """Leave a notice for staff that the group cannot be written to."""
    work.run(_TELL, BARRED, since, since)


def tell_mended(work: Work, since: int, now: int) -> None:
    """Write down until when it could not."""
    work.run(_LATEST, now, BARRED, since)


def _place(case: str) -> bytes:
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

    def __init__(self, vault: Vault, outbox: Outbox, group: int) -> None:
        self._vault = vault
        self._outbox = outbox
        self._group = group

    def forget(self, work: Work, _key: bytes, case: str, now: int) -> int:
        """Drop what was on its way to a case's topic, then let that be deleted."""
        key = key_of(self._vault, self._group, case)
        topic = work.rows(_TOPIC, case)
        numbers = self._outbox.numbers(work, len(topic)) if topic else []
        gone = work.run(_LETTERS, key)
        letters = [
            Letter(number, key, desk, DeleteTopic(thread), Lane.STAFF, not_before=now,
                   created_at=now)
            for number, (desk, thread) in zip(numbers, topic, strict=True)
        ]  # fmt: skip
        self._outbox.keep(work, letters)
        return gone
