"""Everything between one person and us, as it is kept: one sealed row a chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import bindparam, delete, select, update

from bot.cases.agreements import Shown  # noqa: TC001 - msgspec reads the annotation
from bot.clock import HOUR, MINUTE
from bot.conversation import Position
from bot.dispatch.outcomes import SITTING
from bot.errors import DoesNotOpen, EpochGone
from bot.hotline.contact import LONG_AGO
from bot.hotline.takeover import Holding  # noqa: TC001 - msgspec reads the annotation
from bot.store.prepared import Prepared, PreparedList, insert_of
from bot.store.tables import cases, conversations
from bot.vault import Purpose
from bot.vault.retention import DRAFTS_KEPT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.store.writer import Work
    from bot.vault import Vault


KEPT = DRAFTS_KEPT
SITTING_RESTS = 30 * MINUTE
"""After this long without a word a sitting is over."""


class Conversation(msgspec.Struct, array_like=True):
    """Where one person is, and what is needed to go on."""

    language: str
    position: Position
    chat: int = 0
    """Where to answer."""
    asked: int = 0
    """Questions asked so far: tells a button of the open question from an older one."""
    touched_at: int = 0
    kept: Position | None = None
    """What a person stopped with and may go on with."""
    case: str = ""
    """The case of this sitting, when something was sent in it."""
    reference: str = ""
    urgent_only: bool = False
    """Whether that case was opened by danger and waits for what the person tells."""
    alarms: list[str] = []
    """Codes of alarming words the person wrote in this sitting."""
    fleeting: list[int] = []
    """Letters that vanish at the next step; below 0 while their batch has not numbered them."""
    pressed: str = ""
    """The button that was heard last: pressed once more it has no second effect."""
    albums: list[str] = []
    """Albums of which a file came: the others are taken without a word."""
    holding: Holding | None = None
    """The caseworker who holds the conversation; the bot is silent in it."""
    notice: bytes = b""
    """The version of what this person was told of what is kept; empty: of an older release."""
    heard_at: int = 0
    """When the person last did something, by the channel's clock or ours, whichever is behind; 0
    since they blocked us: nobody knows who has the phone then."""
    heard_in: int = 0
    """In which steady stretch of the clock that was."""
    shown: dict[str, Shown] = {}
    """By `flow.step`: in which words a question was asked by which something is agreed to."""

    @property
    def is_live(self) -> bool:
        """Tell whether this sitting has a case the person may be reminded of."""
        return bool(self.case)

    def was_heard_at(self, stretch: int) -> int:
        """Return when the person was last heard; LONG_AGO if the clock has jumped since."""
        return self.heard_at if self.heard_in == stretch else LONG_AGO

    @property
    def only_sitting(self) -> bool:
        """Tell whether the person wants nothing unsent kept after this sitting."""
        step, code = SITTING
        return any(frame.answers.get(step) == code for frame in self.position.frames)

    @property
    def counts_from(self) -> int:
        """Return the moment from which this conversation is kept for a day, to the hour.

        A sitting that nothing shall outlive counts from so long ago that it goes when it is over.
        """
        if self.only_sitting:
            return self.used_at + SITTING_RESTS - DRAFTS_KEPT - HOUR
        return self.used_at // HOUR * HOUR

    @property
    def used_at(self) -> int:
        """Return when anybody last wrote here: until a day later it is kept."""
        if self.holding is None:
            return self.touched_at
        return max(self.touched_at, self.holding.since, self.holding.spoken_at)


class Row:
    """A conversation and the row it stands in; `id` is None for a new one."""

    __slots__ = ("conversation", "fault", "hour", "id", "plain")

    def __init__(
        self, row: int | None, conversation: Conversation, hour: int, plain: bytes | None
    ) -> None:
        self.id = row
        self.conversation = conversation
        self.hour = hour
        self.plain = plain
        """The conversation before the turn under way; None before its first."""
        self.fault: Exception | None = None
        """Why it cannot be read; then nothing is ever written over it."""

    def remember(self) -> None:
        """Keep the conversation as it is now, in case the next turn fails.

        Raises:
            DoesNotOpen: there is one that cannot be read.
        """
        if self.fault is not None:
            raise self.fault
        if self.plain is None:
            self.plain = _encode(self.conversation)

    def take_back(self) -> None:
        """Return to what was remembered."""
        if self.plain is not None:
            self.conversation = _decode(self.plain)


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Conversation).decode

_LOAD = PreparedList(
    lambda values: select(
        conversations.c.id,
        conversations.c.chat_key,
        conversations.c.state,
        conversations.c.touched_at,
    ).where(conversations.c.chat_key.in_(values))
)
_ADD = Prepared(
    lambda dialect: insert_of(dialect, conversations).values(
        chat_key=bindparam("chat_key"), state=bindparam("state"), touched_at=bindparam("touched_at")
    ),
    "chat_key",
    "state",
    "touched_at",
)
_CHANGE = Prepared(
    lambda _: (
        update(conversations)
        .where(conversations.c.id == bindparam("row"))
        .values(state=bindparam("state"))
    ),
    "state",
    "row",
)
_TOUCH = Prepared(
    lambda _: (
        update(conversations)
        .where(conversations.c.id == bindparam("row"))
        .values(state=bindparam("state"), touched_at=bindparam("touched_at"))
    ),
    "state",
    "touched_at",
    "row",
)
_FORGET = Prepared(
    lambda _: delete(conversations).where(conversations.c.chat_key == bindparam("key")), "key"
)
_OLD = Prepared(
    lambda _: (
        select(
            conversations.c.id,
            conversations.c.chat_key,
            conversations.c.state,
            conversations.c.touched_at,
        )
        .where(conversations.c.touched_at < bindparam("before"))
        .limit(bindparam("most"))
    ),
    "before",
    "most",
)
_DROP = Prepared(
    lambda _: delete(conversations).where(conversations.c.id == bindparam("row")), "row"
)
_ANSWERED_FOR = PreparedList(
    lambda values: select(cases.c.id).where(cases.c.id.in_(values), cases.c.holder.is_not(None))
)


class Conversations:
    """The conversations of one bot, used inside units of work."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def load(self, work: Work, keys: Sequence[bytes]) -> dict[bytes, Row]:
        """Return the conversations of these chats, by chat key."""
        found = {}
        for row, key, state, touched in work.rows_in(_LOAD, keys):
            try:
                found[bytes(key)] = self._opened(row, bytes(key), bytes(state), touched)
            except EpochGone:  # a day is over: as if it had been tidied away already
                work.run(_FORGET, bytes(key))
        return found

    def _opened(self, row: int, key: bytes, state: bytes, touched: int) -> Row:
        try:
            plain = self._vault.open(Purpose.CONVERSATION, key, state)
            return Row(row, _decode(plain), touched, plain)
        except EpochGone:
            raise
        except (DoesNotOpen, msgspec.MsgspecError) as error:
            unreadable = Row(row, Conversation("", Position()), touched, None)
            unreadable.fault = error
            return unreadable

    def sealed(self, key: bytes, conversation: Conversation) -> bytes:
        """Seal a conversation for its row."""
        return self._vault.seal(Purpose.CONVERSATION, key, _encode(conversation))

    def store(self, work: Work, changed: Iterable[tuple[bytes, Row]]) -> None:
        """Write conversations back."""
        added, same_hour, new_hour = [], [], []
        for key, row in changed:
            state = self.sealed(key, row.conversation)
            hour = row.conversation.counts_from
            if row.id is None:
                added.append((key, state, hour))
            elif row.hour == hour:
                same_hour.append((state, row.id))
            else:
                new_hour.append((state, hour, row.id))
        work.many(_ADD, added)
        work.many(_CHANGE, same_hour)
        work.many(_TOUCH, new_hour)

    def forget_case(self, work: Work, key: bytes, case: str) -> int:
        """Erase a chat's conversation if it is about a case, or cannot be read; tell whether."""
        row = self.load(work, [key]).get(key)
        if row is None:
            return 0
        held = row.conversation.holding
        about = {row.conversation.case, held.case if held else ""}
        return work.run(_FORGET, key) if row.fault is not None or case in about else 0

    def expire(self, work: Work, now: int, most: int = 2000) -> int:
        """Erase conversations whose last step was more than a day ago; return how many went.

        Of one that a caseworker holds it is kept that they do, and nothing else: whoever writes
        after two days still writes to them.
        """
        old: dict[bytes, Row] = {}
        for row, key, state, touched in work.rows(_OLD, now - DRAFTS_KEPT - HOUR, most):
            try:
                old[bytes(key)] = self._opened(row, bytes(key), bytes(state), touched)
            except EpochGone:  # the clock went ahead of the keys: nothing is left to be kept
                old[bytes(key)] = Row(row, Conversation("", Position()), touched, None)
        held = {key: it.case for key, row in old.items() if (it := row.conversation.holding)}
        answered_for = {case for (case,) in work.rows_in(_ANSWERED_FOR, list(held.values()))}
        stay = {key: old.pop(key) for key, case in held.items() if case in answered_for}
        work.many(_DROP, [(row.id,) for row in old.values()])
        hour = now // HOUR * HOUR
        bare = {key: _bare(row.conversation) for key, row in stay.items()}
        work.many(_TOUCH, [(self.sealed(key, it), hour, stay[key].id) for key, it in bare.items()])
        return len(old)


def _bare(old: Conversation) -> Conversation:
    """Return what is left of a conversation when its draft is erased and somebody holds it."""
    return Conversation(
        old.language, Position(), old.chat, touched_at=old.touched_at, holding=old.holding
    )


def copy_of(position: Position) -> Position:
    """Return the position as it is now, untouched by what comes after."""
    return msgspec.msgpack.decode(msgspec.msgpack.encode(position), type=Position)
