"""Everything between one person and us, as it is kept: one sealed row a chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import bindparam, delete, select, update

from bot.cases.consents import QuestionWording  # noqa: TC001 - msgspec reads the annotation
from bot.clock import HOUR, MINUTE
from bot.conversation import Position
from bot.dispatch.message_ids import HourlyMessageIds  # noqa: TC001 - msgspec reads the annotation
from bot.dispatch.outcome_rules import SESSION_ONLY_ANSWER
from bot.dispatch.rate_limit import ChatActivity
from bot.errors import DecryptionError, EpochExpiredError
from bot.hotline.chat.takeover import OpenerState, TakeoverState
from bot.hotline.contact_rule import LONG_AGO
from bot.mailbox.letter import sent_message_ids
from bot.store.compiled import Prepared, PreparedList, insert_into
from bot.store.tables.main import cases, conversations
from bot.vault import Purpose
from bot.vault.erasure.retention import DRAFTS_KEPT, NUMBERS_KEPT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.store.writer import Work
    from bot.vault import Vault


DRAFT_LIFETIME = DRAFTS_KEPT
IDLE_TIMEOUT = 30 * MINUTE
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
    question_count: int = 0
    """Questions asked so far: tells a button of the open question from an older one."""
    touched_at: int = 0
    """When the person last did something in this sitting; 0: it has not begun."""
    draft: Position | None = None
    """What a person stopped with and may go on with."""
    case: str = ""
    """The case of this sitting, when something was sent in it."""
    reference: str = ""
    urgent_only: bool = False
    """Whether that case was opened by danger and waits for what the person tells."""
    alarms: list[str] = []
    """Codes of alarming words the person wrote in this sitting."""
    fleeting_letters: list[int] = []
    """Letters that vanish at the next step; below 0 while their batch has not numbered them."""
    last_press: str = ""
    """The button that was heard last: pressed once more it has no second effect."""
    albums: list[str] = []
    """Albums of which a file came: the others are taken without a word."""
    takeover: TakeoverState | None = None
    """The caseworker who holds the conversation; the bot is silent in it."""
    notice_version: bytes = b""
    """The version of what this person was told of what is kept; empty: of an older release."""
    last_seen_at: int = 0
    """When the person last did something, by the channel's clock or ours, whichever is behind; 0
    since they blocked us: nobody knows who has the phone then."""
    last_seen_clock_span: int = 0
    """In which steady stretch of the clock that was."""
    consent_wordings: dict[str, QuestionWording] = {}
    """By `flow.step`: in which words a question was asked by which something is agreed to."""
    message_ids: list[HourlyMessageIds] = []
    """The numbers of both sides' messages that can still be deleted."""
    message_lifetime: int = 0
    """Microseconds after which messages go by themselves, as the person chose; 0: they stay."""
    account_fingerprint: int = 0
    """Whom the account looks like: a digest of its names and its language."""
    session_number: int = 0
    """Sets this sitting apart from all before it: a button of one is none in another."""
    cases: list[str] = []
    """Every case of this sitting."""
    earlier_case: str = ""
    """A case of this chat from before this sitting; the person is told nothing of it."""
    suspended: Conversation | None = None
    """What a sitting with a case left behind when it went quiet; nothing of it is shown."""
    proven_cases: list[str] = []
    """Cases whose person has shown in this sitting, with their word, that it is they who write."""
    campaign_id: int = 0
    """The campaign by whose link this sitting began; 0 for none."""
    activity: ChatActivity = msgspec.field(default_factory=ChatActivity)
    """How much came in this sitting."""

    @property
    def has_case(self) -> bool:
        """Tell whether this sitting has a case the person may be reminded of."""
        return bool(self.case)

    def last_seen_in(self, stretch: int) -> int:
        """Return when the person was last heard; LONG_AGO if the clock has jumped since."""
        return self.last_seen_at if self.last_seen_clock_span == stretch else LONG_AGO

    @property
    def is_session_only(self) -> bool:
        """Tell whether the person wants nothing unsent kept after this sitting."""
        step, code = SESSION_ONLY_ANSWER
        return any(frame.all_answers.get(step) == code for frame in self.position.frames)

    @property
    def retention_start(self) -> int:
        """Return the moment from which this conversation is kept for a day, to the hour.

        A sitting that nothing shall outlive counts from so long ago that it goes when it is over.
        """
        if self.is_session_only:
            return self.last_used_at + IDLE_TIMEOUT - DRAFTS_KEPT - HOUR
        return self.last_used_at // HOUR * HOUR

    @property
    def last_used_at(self) -> int:
        """Return when anybody last wrote here: until a day later it is kept."""
        used = self.touched_at
        if self.takeover is not None:
            used = max(used, self.takeover.since, self.takeover.spoken_at)
        if self.suspended is not None:
            used = max(used, self.suspended.last_used_at)
        return used or (self.message_ids[-1].hour * HOUR if self.message_ids else 0)


class ConversationRow:
    """A conversation and the row it stands in; `id` is None for a new one."""

    __slots__ = ("conversation", "fault", "hour", "id")

    def __init__(self, row: int | None, conversation: Conversation, hour: int) -> None:
        self.id = row
        self.conversation = conversation
        self.hour = hour
        self.fault: Exception | None = None
        """Why it cannot be read; then nothing is ever written over it."""

    def require_readable(self) -> None:
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
_INSERT = Prepared(
    lambda dialect: insert_into(dialect, conversations).values(
        chat_key=bindparam("chat_key"), state=bindparam("state"), touched_at=bindparam("touched_at")
    ),
    "chat_key",
    "state",
    "touched_at",
)
_UPDATE_STATE = Prepared(
    lambda _: (
        update(conversations)
        .where(conversations.c.id == bindparam("row"))
        .values(state=bindparam("state"))
    ),
    "state",
    "row",
)
_UPDATE_STATE_AND_TIME = Prepared(
    lambda _: (
        update(conversations)
        .where(conversations.c.id == bindparam("row"))
        .values(state=bindparam("state"), touched_at=bindparam("touched_at"))
    ),
    "state",
    "touched_at",
    "row",
)
_DELETE = Prepared(
    lambda _: delete(conversations).where(conversations.c.chat_key == bindparam("key")), "key"
)
_EXPIRED = Prepared(
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
_DELETE_ROW = Prepared(
    lambda _: delete(conversations).where(conversations.c.id == bindparam("row")), "row"
)
_ASSIGNED_CASES = PreparedList(
    lambda values: select(cases.c.id).where(cases.c.id.in_(values), cases.c.holder.is_not(None))
)


class Conversations:
    """The conversations of one bot, used inside units of work."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def load(self, work: Work, keys: Sequence[bytes]) -> dict[bytes, ConversationRow]:
        """Return the conversations of these chats, by chat key."""
        found = {}
        for row, key, state, touched in work.rows_in(_LOAD, keys):
            try:
                found[bytes(key)] = self._open(row, bytes(key), bytes(state), touched)
            except EpochExpiredError:  # a day is over: as if it had been tidied away already
                work.run(_DELETE, bytes(key))
        return found

    def peek(self, work: Work, key: bytes) -> Conversation | None:
        """Return a conversation to look at, changing nothing; None for one that is none any more.

        Raises:
            DoesNotOpen: it cannot be read.
        """
        for row, _key, state, touched in work.rows_in(_LOAD, [key]):
            try:
                found = self._open(row, key, bytes(state), touched)
            except EpochExpiredError:
                return None
            if found.fault is not None:
                raise DecryptionError("a conversation cannot be read")
            return found.conversation
        return None

    def _open(self, row: int, key: bytes, state: bytes, touched: int) -> ConversationRow:
        try:
            plain = self._vault.open(Purpose.CONVERSATION, key, state)
            return ConversationRow(row, _decode(plain), touched)
        except EpochExpiredError:
            raise
        except (DecryptionError, msgspec.MsgspecError) as error:
            unreadable = ConversationRow(row, Conversation("", Position()), touched)
            unreadable.fault = error
            return unreadable

    def seal(self, key: bytes, conversation: Conversation) -> bytes:
        """Seal a conversation for its row."""
        return self._vault.seal(Purpose.CONVERSATION, key, _encode(conversation))

    def store(self, work: Work, changed: Iterable[tuple[bytes, ConversationRow]]) -> None:
        """Write conversations back."""
        added, same_hour, new_hour = [], [], []
        for key, row in changed:
            state = self.seal(key, row.conversation)
            hour = row.conversation.retention_start
            if row.id is None:
                added.append((key, state, hour))
            elif row.hour == hour:
                same_hour.append((state, row.id))
            else:
                new_hour.append((state, hour, row.id))
        work.many(_INSERT, added)
        work.many(_UPDATE_STATE, same_hour)
        work.many(_UPDATE_STATE_AND_TIME, new_hour)

    def erase_case(self, work: Work, key: bytes, case: str, _now: int) -> int:
        """Erase a chat's conversation if it is about a case, or cannot be read; tell whether."""
        row = self.load(work, [key]).get(key)
        if row is None:
            return 0
        if row.fault is None and not _is_about(row.conversation, case):
            return 0
        for each in row.conversation.message_ids:
            each.person_messages += sent_message_ids(
                work, each.letters
            ).values()  # the letters go with the case
            each.letters = []
        self._erase_contents(work, key, row)
        return 1

    def expire(self, work: Work, now: int, most: int = 2000) -> int:
        """Erase conversations whose last step was more than a day ago; return how many went.

        What can still be deleted from the phone keeps its numbers a day longer. Of one that a
        caseworker holds it is kept as well that they do: whoever writes after two days still
        writes to them.
        """
        old: dict[bytes, ConversationRow] = {}
        for row, key, state, touched in work.rows(_EXPIRED, now - DRAFTS_KEPT - HOUR, most):
            try:
                old[bytes(key)] = self._open(row, bytes(key), bytes(state), touched)
            except (
                EpochExpiredError
            ):  # the clock went ahead of the keys: nothing is left to be kept
                old[bytes(key)] = ConversationRow(row, Conversation("", Position()), touched)
        held = {key: it for key, row in old.items() if (it := takeover_of(row.conversation))}
        cases = work.rows_in(_ASSIGNED_CASES, [it.case for it in held.values()])
        answered_for = {case for (case,) in cases}
        for key, row in old.items():
            it = held.get(key)
            self._erase_contents(
                work, key, row, now, it if it and it.case in answered_for else None
            )
        return sum(key not in held or held[key].case not in answered_for for key in old)

    def _erase_contents(
        self,
        work: Work,
        key: bytes,
        row: ConversationRow,
        now: int = 0,
        holding: TakeoverState | None = None,
    ) -> None:
        """Leave nothing of a conversation but numbers that may be asked for, and who holds it."""
        old = row.conversation
        traces = [each for each in old.message_ids if each.hour * HOUR > now - NUMBERS_KEPT]
        if row.id is None or not (traces or holding):
            work.run(_DELETE, key)
            return
        bare = Conversation(
            "", Position(), old.chat, message_ids=traces, session_number=old.session_number + 1
        )
        until = (traces[-1].hour + 1) * HOUR + NUMBERS_KEPT - DRAFTS_KEPT if traces else 0
        if holding is not None:
            holding.opener_state = OpenerState.TO_SEND
            bare.suspended = Conversation(old.language, Position(), old.chat, takeover=holding)
            until = now // HOUR * HOUR
        work.run(_UPDATE_STATE_AND_TIME, self.seal(key, bare), until, row.id)


def takeover_of(conversation: Conversation | None) -> TakeoverState | None:
    """Return who holds a chat, live or out of sight."""
    while conversation is not None:
        if conversation.takeover is not None:
            return conversation.takeover
        conversation = conversation.suspended
    return None


def _is_about(conversation: Conversation | None, case: str) -> bool:
    """Tell whether a conversation, or a sitting before it, knows a case."""
    while conversation is not None:
        held = conversation.takeover.case if conversation.takeover else ""
        if case in {conversation.case, conversation.earlier_case, held, *conversation.cases}:
            return True
        conversation = conversation.suspended
    return False


def copy_position(position: Position) -> Position:
    """Return the position as it is now, untouched by what comes after."""
    return msgspec.msgpack.decode(msgspec.msgpack.encode(position), type=Position)
