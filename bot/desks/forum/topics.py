"""Topics and groups as rows of `topics` and `desks`."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from bot.errors import DecryptionError
from bot.mailbox.letter import Lane, Letter
from bot.messages import DeleteTopic
from bot.store.statements import delete_by, insert, select_one, update_by, upsert
from bot.store.tables.main import desks, notices, outbox, topics
from bot.vault import Purpose, Vault

if TYPE_CHECKING:
    from bot.hotline.chat.messages import AnsweredMessage
    from bot.mailbox.outbox import Outbox
    from bot.store.writer import Work

WANTED, OPEN, CLOSED = "wanted", "open", "closed"
"""States of a topic: to be opened, open, closed with its case."""
MAX_MESSAGES = 200
"""Messages of a topic that are remembered; older ones cannot be replied to any more."""


class TopicContent(msgspec.Struct, array_like=True):
    """What a topic shows. Sealed, because it says when a person wrote."""

    name: str = ""
    card_message: int = 0
    card_digest: bytes = b""
    person_messages: list[int] = []
    """Messages with words of the person: a reply to one is sent to the person."""
    pending_letters: list[tuple[int, int]] = []
    """Letters of caseworkers that are on their way, each with the message it came from."""
    is_taken_over: bool = False
    editable_letters: list[tuple[int, int]] = []
    """Letters of caseworkers that can be edited, each with the message it came from."""
    person_posts: list[tuple[int, int]] = []
    """Messages of the person, by the channel's number, each with the post that shows it."""
    letter_posts: list[tuple[int, int]] = []
    """Letters of caseworkers, each with the message in the topic that it came from or shows it."""

    def letter_of(self, message: int) -> int:
        """Return the letter that came from a caseworker's message; 0 if it is not known."""
        return next((letter for letter, number in self.editable_letters if number == message), 0)

    def post_of(self, answered: AnsweredMessage) -> int:
        """Return the message of the topic that shows what another replies to; 0 for none."""
        wanted = answered.message or answered.letter
        posts = self.person_posts if answered.message else self.letter_posts
        return next((post for shown, post in reversed(posts) if shown == wanted), 0)


@dataclass(slots=True)
class ForumTopic:
    """The topic of one case."""

    case: str
    thread: int | None
    state: str
    content: TopicContent


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(TopicContent).decode
_COLUMNS = ("case_id", "thread", "state", "shown")
_OF_CASE = select_one(topics, *_COLUMNS, by=("case_id", "desk"))
_BY_THREAD = select_one(topics, *_COLUMNS, by=("desk", "thread"))
_UPSERT = upsert(topics, "case_id", "desk", "thread", "state", "shown", key="case_id")
_CURRENT_GROUP = select_one(desks, "stands", by="named")
_UPSERT_GROUP = upsert(desks, "named", "stands", key="named")
_INSERT_NOTICE = insert(notices, "kind", "since", "until")
_EXTEND_NOTICE = update_by(notices, "until", by=("kind", "since"))
_TOPIC = select_one(topics, "desk", "thread", by=("case_id", topics.c.thread.is_not(None)))
_LETTERS = delete_by(outbox, by="chat_key")
BARRED_NOTICE = "desk_barred"


class TopicStore:
    """The topics of one desk, used inside units of work."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def of_case(self, work: Work, group: int, case: str) -> ForumTopic:
        """Return the topic of a case; a new one, to be opened, if there is none."""
        rows = work.rows(_OF_CASE, case, group)
        return self._parse_row(rows[0]) if rows else ForumTopic(case, None, WANTED, TopicContent())

    def by_thread(self, work: Work, group: int, thread: int) -> ForumTopic | None:
        """Return the topic with a number; None if it shows no case."""
        rows = work.rows(_BY_THREAD, group, thread) if thread else []
        return self._parse_row(rows[0]) if rows else None

    def store(self, work: Work, group: int, topic: ForumTopic) -> None:
        """Store a topic."""
        content = topic.content
        for remembered in (
            content.person_messages, content.pending_letters, content.editable_letters,
            content.person_posts, content.letter_posts,
        ):  # fmt: skip
            del remembered[:-MAX_MESSAGES]
        # Only numbers, and needed as long as the case is open: sealed with the host's own key.
        sealed = self._vault.seal(
            Purpose.TOPIC_MESSAGES, _associated_data(topic.case), _encode(content)
        )
        work.run(_UPSERT, topic.case, group, topic.thread, topic.state, sealed)

    def _parse_row(self, row: tuple[str, int | None, str, bytes | None]) -> ForumTopic:
        case, thread, state, sealed = row
        content = TopicContent()
        with suppress(DecryptionError):  # only what the topic showed is lost, not the case
            content = _decode(
                self._vault.open(
                    Purpose.TOPIC_MESSAGES, _associated_data(case), bytes(sealed or b"")
                )
            )
        return ForumTopic(case, thread, state, content)


def topic_key(vault: Vault, group_id: int, case: str) -> bytes:
    """Return the ordering key of the letters of a case's topic."""
    return vault.chat_key(group_id, int.from_bytes(case.encode(), "big"))


def current_group(work: Work, configured_id: int) -> int:
    """Return the desk's group: that of the settings, or what it has become."""
    rows = work.rows(_CURRENT_GROUP, configured_id)
    return int(rows[0][0]) if rows else configured_id


def store_migration(work: Work, configured_id: int, to: int) -> None:
    """Store the new id of a group."""
    work.run(_UPSERT_GROUP, configured_id, to)


def add_barred_notice(work: Work, since: int) -> None:
    """Add a notice for staff that the group bars the bot."""
    work.run(_INSERT_NOTICE, BARRED_NOTICE, since, since)


def end_barred_notice(work: Work, since: int, now: int) -> None:
    """Store until when it did."""
    work.run(_EXTEND_NOTICE, now, BARRED_NOTICE, since)


def _associated_data(case: str) -> bytes:
    return f"{case}/topic".encode()


@dataclass(eq=False)
class TopicEraser:
    """Deletes the topic of a case that is being erased, in the same unit of work.

    The letter that deletes it is sent by the bot's process, whichever process erases. `group_id` is
    the group of the settings.
    """

    vault: Vault
    outbox: Outbox
    group_id: int

    def erase(self, work: Work, _key: bytes, case: str, now: int) -> int:
        """Delete the letters to a case's topic, and store one that deletes the topic."""
        key = topic_key(self.vault, self.group_id, case)
        topic = work.rows(_TOPIC, case)
        numbers = self.outbox.new_ids(work, len(topic)) if topic else []
        deleted = work.run(_LETTERS, key)
        letters = [
            Letter(number, key, desk, DeleteTopic(thread), Lane.STAFF, not_before=now,
                   created_at=now)
            for number, (desk, thread) in zip(numbers, topic, strict=True)
        ]  # fmt: skip
        self.outbox.store(work, letters)
        return deleted
