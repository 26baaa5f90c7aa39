"""Everything between one person and us, as it is kept: one sealed row a chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import bindparam, delete, select, update

from bot.cases.consents import Shown  # noqa: TC001 - msgspec reads the annotation
from bot.clock import HOUR, MINUTE
from bot.conversation import Position
from bot.dispatch.message_ids import Trace  # noqa: TC001 - msgspec reads the annotation
from bot.dispatch.outcome_rules import SITTING
from bot.dispatch.rate_limit import Lately
from bot.errors import DoesNotOpen, EpochGone
from bot.hotline.chat.takeover import Holding, Meeting
from bot.hotline.contact_rule import LONG_AGO
from bot.mailbox.letter import numbers_of
from bot.store.compiled import Prepared, PreparedList, insert_of
from bot.store.tables.main import cases, conversations
from bot.vault import Purpose
from bot.vault.erasure.retention import DRAFTS_KEPT, NUMBERS_KEPT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.store.writer import Work
    from bot.vault import Vault


KEPT = DRAFTS_KEPT
SITTING_RESTS = 30 * MINUTE
"""After this long without a word a sitting is over."""


class Conversation(msgspec.Struct, array_like=True):
    """Where one person is, and what is needed to go on.

    It is stored as a row: what is new stands last, or what older releases stored cannot be read.
    """

    language: str
    """Empty until somebody writes: then it is what their app speaks."""
    position: Position
    chat: int = 0
    """Where to answer."""
    asked: int = 0
    """Questions asked so far: tells a button of the open question from an older one."""
    touched_at: int = 0
    """When the person last did something in this sitting; 0: it has not begun."""
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
    traces: list[Trace] = []
    """The numbers of both sides' messages that can still be deleted."""
    vanish: int = 0
    """Microseconds after which messages go by themselves, as the person chose; 0: they stay."""
    who: int = 0
    """Whom the account looks like: a digest of its names and its language."""
    era: int = 0
    """Sets this sitting apart from all before it: a button of one is none in another."""
    cases: list[str] = []
    """Every case of this sitting."""
    earlier: str = ""
    """A case of this chat from before this sitting; the person is told nothing of it."""
    before: Conversation | None = None
    """What a sitting with a case left behind when it went quiet; nothing of it is shown."""
    proven: list[str] = []
    """Cases whose person has shown in this sitting, with their word, that it is they who write."""
    link: int = 0
    """The campaign by whose link this sitting began; 0 for none."""
    lately: Lately = msgspec.field(default_factory=Lately)
    """How much came in this sitting."""

    @property
    def has_case(self) -> bool:
        """Tell whether this sitting has a case the person may be reminded of."""
        return bool(self.case)

    def was_heard_at(self, stretch: int) -> int:
        """Return when the person was last heard; LONG_AGO if the clock has jumped since."""
        return self.heard_at if self.heard_in == stretch else LONG_AGO

    @property
    def only_sitting(self) -> bool:
        """Tell whether the person wants nothing unsent kept after this sitting."""
        step, code = SITTING
        return any(frame.told.get(step) == code for frame in self.position.frames)

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
        used = self.touched_at
        if self.holding is not None:
            used = max(used, self.holding.since, self.holding.spoken_at)
        if self.before is not None:
            used = max(used, self.before.used_at)
        return used or (self.traces[-1].hour * HOUR if self.traces else 0)


class Row:
    """A conversation and the row it stands in; `id` is None for a new one."""

    __slots__ = ("conversation", "fault", "hour", "id")

    def __init__(self, row: int | None, conversation: Conversation, hour: int) -> None:
        self.id = row
        self.conversation = conversation
        self.hour = hour
        self.fault: Exception | None = None
        """Why it cannot be read; then nothing is ever written over it."""

    def check(self) -> None:
        """Go on where there is something to go on from.

        Raises:
            DoesNotOpen: there is a conversation that cannot be read.
        """
        if self.fault is not None:
            raise self.fault


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

    def look(self, work: Work, key: bytes) -> Conversation | None:
        """Return a conversation to look at, changing nothing; None for one that is none any more.

        Raises:
            DoesNotOpen: it cannot be read.
        """
        for row, _key, state, touched in work.rows_in(_LOAD, [key]):
            try:
                found = self._opened(row, key, bytes(state), touched)
            except EpochGone:
                return None
            if found.fault is not None:
                raise DoesNotOpen("a conversation cannot be read")
            return found.conversation
        return None

    def _opened(self, row: int, key: bytes, state: bytes, touched: int) -> Row:
        try:
            plain = self._vault.open(Purpose.CONVERSATION, key, state)
            return Row(row, _decode(plain), touched)
        except EpochGone:
            raise
        except (DoesNotOpen, msgspec.MsgspecError) as error:
            unreadable = Row(row, Conversation("", Position()), touched)
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

    def forget_case(self, work: Work, key: bytes, case: str, _now: int) -> int:
        """Erase a chat's conversation if it is about a case, or cannot be read; tell whether."""
        row = self.load(work, [key]).get(key)
        if row is None:
            return 0
        if row.fault is None and not _is_about(row.conversation, case):
            return 0
        for each in row.conversation.traces:
            each.theirs += numbers_of(work, each.ours).values()  # the letters go with the case
            each.ours = []
        self._strip(work, key, row)
        return 1

    def expire(self, work: Work, now: int, most: int = 2000) -> int:
        """Erase conversations whose last step was more than a day ago; return how many went.

        What can still be deleted from the phone keeps its numbers a day longer. Of one that a
        caseworker holds it is kept as well that they do: whoever writes after two days still
        writes to them.
        """
        old: dict[bytes, Row] = {}
        for row, key, state, touched in work.rows(_OLD, now - DRAFTS_KEPT - HOUR, most):
            try:
                old[bytes(key)] = self._opened(row, bytes(key), bytes(state), touched)
            except EpochGone:  # the clock went ahead of the keys: nothing is left to be kept
                old[bytes(key)] = Row(row, Conversation("", Position()), touched)
        held = {key: it for key, row in old.items() if (it := held_by(row.conversation))}
        cases = work.rows_in(_ANSWERED_FOR, [it.case for it in held.values()])
        answered_for = {case for (case,) in cases}
        for key, row in old.items():
            it = held.get(key)
            self._strip(work, key, row, now, it if it and it.case in answered_for else None)
        return sum(key not in held or held[key].case not in answered_for for key in old)

    def _strip(
        self, work: Work, key: bytes, row: Row, now: int = 0, holding: Holding | None = None
    ) -> None:
        """Leave nothing of a conversation but numbers that may be asked for, and who holds it."""
        old = row.conversation
        traces = [each for each in old.traces if each.hour * HOUR > now - NUMBERS_KEPT]
        if row.id is None or not (traces or holding):
            work.run(_FORGET, key)
            return
        bare = Conversation("", Position(), old.chat, traces=traces, era=old.era + 1)
        until = (traces[-1].hour + 1) * HOUR + NUMBERS_KEPT - DRAFTS_KEPT if traces else 0
        if holding is not None:
            holding.meeting = Meeting.TO_BE_ASKED
            bare.before = Conversation(old.language, Position(), old.chat, holding=holding)
            until = now // HOUR * HOUR
        work.run(_TOUCH, self.sealed(key, bare), until, row.id)


def held_by(conversation: Conversation | None) -> Holding | None:
    """Return who holds a chat, live or out of sight."""
    while conversation is not None:
        if conversation.holding is not None:
            return conversation.holding
        conversation = conversation.before
    return None


def _is_about(conversation: Conversation | None, case: str) -> bool:
    """Tell whether a conversation, or a sitting before it, knows a case."""
    while conversation is not None:
        held = conversation.holding.case if conversation.holding else ""
        if case in {conversation.case, conversation.earlier, held, *conversation.cases}:
            return True
        conversation = conversation.before
    return False


def copy_of(position: Position) -> Position:
    """Return the position as it is now, untouched by what comes after."""
    return msgspec.msgpack.decode(msgspec.msgpack.encode(position), type=Position)
