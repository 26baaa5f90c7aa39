"""The conversation with one person, stored as one encrypted row for each chat.

Message ids are part of the conversation, which every turn stores anyway: that costs less than rows
of their own. They are kept as long as the messages can be deleted from the phone. Ours are ids of
letters, because the channel's are known only once a letter has been sent.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import bindparam

from bot.cases.consents import QuestionWording  # noqa: TC001 - msgspec reads the annotation
from bot.clock import HOUR, MINUTE
from bot.conversation import Position
from bot.dispatch.rate_limit import ChatActivity
from bot.errors import DecryptionError, EpochExpiredError
from bot.hotline.chat.messages import CaseMessageContent, CaseMessageKind
from bot.hotline.chat.takeover import OpenerState, TakeoverState
from bot.hotline.contact_rule import LONG_AGO
from bot.hotline.figures.session_counts import NO_QUESTION, SENT, SessionMark
from bot.mailbox.outbox import sent_message_ids
from bot.messages import (
    CopyMessage,
    SendFile,
    SendLocation,
    SendRecording,
    SendText,
    SendUpload,
)
from bot.store.statements import delete_by, insert, select_by, select_in, select_one, update_by
from bot.store.tables.main import cases, conversations
from bot.vault import Purpose
from bot.vault.erasure.retention import DRAFTS_KEPT, NUMBERS_KEPT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bot.store.writer import Work
    from bot.vault import Vault


DRAFT_LIFETIME = DRAFTS_KEPT
SESSION_TIMEOUT = 30 * MINUTE
"""After so long without an update a session is over: it is not known who holds the phone."""
SESSION_ONLY_ANSWER = ("keep", "sitting")
"""The answer (step, code) after which nothing unsent outlives the session it was written in."""

VISIBLE_BODIES = (SendText, SendFile, SendUpload, CopyMessage, SendLocation, SendRecording)
"""Bodies that become a message in the chat."""


class HourlyMessageIds(msgspec.Struct, array_like=True):
    """The messages of one hour."""

    hour: int
    person_messages: list[int]
    """The channel's ids of what the person wrote."""
    letters: list[int]
    """Ids of our letters."""


class UrgentMessage(msgspec.Struct, array_like=True):
    """A message that goes along if the person lets us alert staff."""

    kind: CaseMessageKind = CaseMessageKind.TEXT
    content: CaseMessageContent = CaseMessageContent()
    loose_at: int = 0
    """When it was written, if nothing in it alarms and it answered no question: such words are of
    "just now" for half an hour. 0: alarming words, or a story."""
    at: int = 0
    """When it was written; 0: not known, as in a conversation of an earlier release."""


class Suspension(StrEnum):
    """Why a session was suspended: who holds the phone now is not known."""

    QUIET = ""
    """The person was silent for too long."""
    ACCOUNT_CHANGED = "account"
    """The name or the language of the account changed."""
    LEFT = "left"
    """The person cleared the chat and left."""


class CaseBeforeAlarm(msgspec.Struct, array_like=True):
    """What a case was before its check-in raised an alarm, of which its person reads nothing."""

    case: str
    priority: int
    due_at: int | None
    office: str | None


class Conversation(msgspec.Struct, array_like=True):
    """Where one person is in the flows, and what is needed to go on.

    It is stored as an array: a new field goes last, or stored rows cannot be read.
    """

    language: str
    """Empty until the person writes: then it is the language of their app."""
    position: Position
    chat: int = 0
    """Where to answer: the channel's id of the chat."""
    question_count: int = 0
    """Questions asked so far: sets a button of the open question apart from an older one."""
    touched_at: int = 0
    """When the person last did something in this session; 0: it has not begun."""
    draft: Position | None = None
    """Unsent answers that the person stopped with and may go on with."""
    case: str = ""
    """The case of this session, if something was sent in it."""
    reference: str = ""
    urgent_only: bool = False
    """Whether that case was opened by danger and waits for what the person tells."""
    alarms: list[str] = []
    """Codes of alarming words the person wrote in this session."""
    fleeting_letters: list[int] = []
    """Letters that vanish at the next step; below 0 until their batch has given them ids."""
    last_press: str = ""
    """The button that was pressed last: pressed again it has no effect."""
    albums: list[str] = []
    """Albums of which a file came: further files are taken without a reply."""
    takeover: TakeoverState | None = None
    """The caseworker who has taken over; the bot is silent then."""
    notice_version: bytes = b""
    """The version of the privacy notice this person was shown; empty: of an older release."""
    last_seen_at: int = 0
    """When the person last did something, by the channel's clock or ours, whichever is behind; 0
    since they blocked us: it is not known who holds the phone then."""
    last_seen_clock_span: int = 0
    """The steady stretch of the clock in which that was."""
    consent_wordings: dict[str, QuestionWording] = {}
    """By `flow.step`: the exact words of a question by which the person agrees to something."""
    message_ids: list[HourlyMessageIds] = []
    """The ids of both sides' messages that can still be deleted."""
    message_lifetime: int = 0
    """Microseconds after which messages delete themselves, as the person chose; 0: never."""
    account_fingerprint: int = 0
    """What the account looks like: a digest of its names and its language."""
    session_number: int = 0
    """Sets this session apart from all before it: a button of one has no meaning in another."""
    cases: list[str] = []
    """Every case of this session."""
    earlier_case: str = ""
    """A case of this chat from before this session; nothing of it is shown."""
    suspended: Conversation | None = None
    """The session before this one, if it had a case; nothing of it is shown."""
    proven_cases: list[str] = []
    """Cases that the person has proven, by passphrase in this session, to be theirs."""
    campaign_id: int = 0
    """The campaign by whose link this session began; 0 for none."""
    activity: ChatActivity = msgspec.field(default_factory=ChatActivity)
    """How much was written in this session."""

    is_read: bool = False
    """Whether staff read what the person writes in this session, as the person agreed."""
    is_alerted: bool = False
    """Whether staff were alerted to danger in this session."""
    urgent_messages: list[UrgentMessage] = []
    """The last messages that staff do not know of: of a story, with alarming words, or outside the
    questions."""
    misunderstood_at: str = ""
    """The question (`flow.step`) whose last typed answer was not understood."""
    is_language_known: bool = False
    """Whether the person began to write in a language that could be told."""
    name_fingerprint: int = 0
    """A digest of the account's names alone; 0: of an earlier release."""
    is_concealed: bool = False
    """Whether this is a suspended session of another device of the account, with unsent answers."""
    files_in_case: list[tuple[str, str]] = []
    """The last files that went to a case as they came: the case, the channel's id of the bytes."""
    consent_asked_at: dict[str, int] = {}
    """By `flow.step`: since when the open question is asked by which the person agrees."""
    explained_at: str = ""
    """The question (`flow.step`) at which something the person asked has just been answered."""
    numbers_shown_at: int = 0
    """When a cry for help that staff read was last answered with numbers."""
    declined_at: int = 0
    """When the person last answered whether a caseworker may read their own words."""
    suspended_because: str = ""
    """Why this session was suspended, a `Suspension`; empty: the chat was quiet."""
    left_talk_about: str = ""
    """The case in which the person ended the talk with a caseworker; empty once one has taken over
    again."""
    has_left: bool = False
    """Whether the person said that they have to go, that someone is coming, or that they want no
    reply: nothing is sent that they do not ask for until they write again."""
    before_alarms: list[CaseBeforeAlarm] = []
    """Cases of this chat whose check-in raised an alarm: the person reads how they stood before."""
    is_someone_near: bool = False
    """Whether the last thing written said that someone is near or comes, or asked for silence."""
    has_unheard_end: bool = False
    """Whether a takeover has ended and nothing was said since: what the person read last, as an
    opener, is a question to which no one waits for an answer."""

    def before_alarm(self, case: str) -> CaseBeforeAlarm | None:
        """Return how a case stood before the alarm of its check-in; None where there was none."""
        return next((it for it in self.before_alarms if it.case == case), None)

    @property
    def wants_silence(self) -> bool:
        """Tell whether staff must not be heard until the person writes again: someone is near."""
        last = self if self.touched_at or self.suspended is None else self.suspended
        return last.is_someone_near

    @property
    def has_case(self) -> bool:
        """Tell whether this session has a case the person may be reminded of."""
        return bool(self.case)

    def last_seen_in(self, stretch: int) -> int:
        """Return when the person last wrote; LONG_AGO if the clock has jumped since."""
        return self.last_seen_at if self.last_seen_clock_span == stretch else LONG_AGO

    @property
    def is_session_only(self) -> bool:
        """Tell whether the person wants nothing unsent kept after this session."""
        step, code = SESSION_ONLY_ANSWER
        return any(frame.all_answers.get(step) == code for frame in self.position.frames)

    @property
    def retention_start(self) -> int:
        """Return the moment from which this row is kept for a day, to the hour.

        A concealed draft counts from its own last step, so that it is not kept longer than others.
        """
        concealed = (it for it in suspended_sessions(self) if it.is_concealed)
        return min([self.retained_from, *(it.retained_from for it in concealed)])

    @property
    def retained_from(self) -> int:
        """Return the moment from which this session is kept for a day, to the hour.

        A session that nothing may outlive counts from so long ago that it expires when it is over.
        """
        used = self.touched_at if self.is_concealed else self.last_used_at
        if self.is_session_only:
            return used + SESSION_TIMEOUT - DRAFTS_KEPT - HOUR
        return used // HOUR * HOUR

    @property
    def last_used_at(self) -> int:
        """Return when anyone last wrote here: it is kept until a day later."""
        used = self.touched_at
        if self.takeover is not None:
            used = max(used, self.takeover.since, self.takeover.spoken_at)
        if self.suspended is not None:
            used = max(used, self.suspended.last_used_at)
        return used or (self.message_ids[-1].hour * HOUR if self.message_ids else 0)


class ConversationRow:
    """A conversation and its row; `id` is None for a new one."""

    __slots__ = ("conversation", "fault", "hour", "id")

    def __init__(self, row: int | None, conversation: Conversation, hour: int) -> None:
        self.id = row
        self.conversation = conversation
        self.hour = hour
        self.fault: Exception | None = None
        """Why it cannot be read; then it is never overwritten."""

    def require_readable(self) -> None:
        """Check that the conversation can be gone on with.

        Raises:
            DecryptionError: it cannot be read.
        """
        if self.fault is not None:
            raise self.fault


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Conversation).decode

_ROW = ("id", "chat_key", "state", "touched_at")
_LOAD = select_in(conversations, *_ROW, among="chat_key", lock=True)
_LOCK = select_in(conversations, "id", among="chat_key", lock=True)
_CHATS_OF_CASES = select_in(cases, "chat_key", among="id")
_READ = select_one(conversations, *_ROW, by="chat_key")
_INSERT = insert(conversations, "chat_key", "state", "touched_at", as_lists=True)
_UPDATE_STATE = update_by(conversations, "state", by="id", as_lists=True)
_UPDATE_STATE_AND_TIME = update_by(conversations, "state", "touched_at", by="id", as_lists=True)
_DELETE = delete_by(conversations, by="chat_key")
_EXPIRED = select_by(
    conversations,
    *_ROW,
    by=conversations.c.touched_at < bindparam("before"),
    limit=bindparam("most"),
    skip_locked=True,  # someone writes there now
)
_ASSIGNED_CASES = select_in(cases, "id", among="id", by=cases.c.holder.is_not(None))


class Conversations:
    """The conversations of one bot, used inside units of work."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    @staticmethod
    def expect(work: Work, keys: Sequence[bytes]) -> None:
        """Let the database look up what `load` will ask for."""
        work.expect_in(_LOAD, keys)

    def load(self, work: Work, keys: Sequence[bytes]) -> dict[bytes, ConversationRow]:
        """Return the conversations of these chats, by chat key, locked until the unit ends."""
        found = {}
        for row, key, state, touched in work.rows_in(_LOAD, keys):
            try:
                found[bytes(key)] = self._open(row, bytes(key), bytes(state), touched)
            except EpochExpiredError:  # a day is over: as if it had expired already
                work.run(_DELETE, bytes(key))
        return found

    @staticmethod
    def lock(work: Work, keys: Iterable[bytes]) -> None:
        """Lock the conversations of chats until the unit ends, before rows of their cases.

        A unit that answers people locks them in this order. One that began with a case and then
        came to its conversation would meet it again and again, each time for a second.
        """
        if work.dialect != "sqlite" and (chats := sorted(set(keys))):
            work.rows_in(_LOCK, chats)

    @classmethod
    def lock_of_cases(cls, work: Work, case_ids: Iterable[str]) -> None:
        """Lock the conversations of cases, as `lock` does."""
        if work.dialect != "sqlite" and (ids := sorted(set(case_ids) - {""})):
            cls.lock(work, (bytes(key) for (key,) in work.rows_in(_CHATS_OF_CASES, ids) if key))

    def peek(self, work: Work, key: bytes) -> Conversation | None:
        """Return a conversation to be shown; None if there is none or it has expired.

        Raises:
            DecryptionError: it cannot be read.
        """
        for row, _key, state, touched in work.rows(_READ, key):
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

    @staticmethod
    def not_begun(rows: Mapping[bytes, ConversationRow], keys: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the keys of chats in which no session has begun."""
        for key in keys:
            row = rows.get(key)
            if row is None or not row.conversation.touched_at:
                yield key

    def store(self, work: Work, changed: Iterable[tuple[bytes, ConversationRow]]) -> None:
        """Store conversations that were changed."""
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
        """Erase a chat's conversation if it is about a case, or cannot be read; return 1 if so.

        A session that only came after it stays, with what was written in it.
        """
        row = self.load(work, [key]).get(key)
        if row is None:
            return 0
        if row.fault is None and not _is_about(row.conversation, case):
            return 0
        if row.fault is None and case not in _own_cases(row.conversation):
            self._forget_case(work, key, row, case)
            return 0
        for hour in row.conversation.message_ids:  # the letters are erased with the case
            hour.person_messages += sent_message_ids(work, hour.letters).values()
            hour.letters = []
        self._erase_contents(work, key, row)
        return 1

    def _forget_case(self, work: Work, key: bytes, row: ConversationRow, case: str) -> None:
        """Erase the sessions that are about a case, and let the others know nothing of it."""
        conversation = row.conversation
        others = suspended_sessions(conversation)
        set_suspended(conversation, [it for it in others if case not in _own_cases(it)])
        for each in (conversation, *suspended_sessions(conversation)):
            each.earlier_case = "" if each.earlier_case == case else each.earlier_case
        for hour in conversation.message_ids:  # letters about it are erased with the case
            sent = sent_message_ids(work, hour.letters)
            hour.person_messages += sent.values()
            hour.letters = [it for it in hour.letters if it not in sent]
        self.store(work, [(key, row)])

    def expire(self, work: Work, now: int, most: int = 2000) -> int:
        """Expire conversations whose last step was more than a day ago; return how many.

        Ids of messages that can still be deleted from the phone are kept a day longer. A takeover
        is kept too: a person who writes after two days still writes to the caseworker. Of a chat
        with several devices only the sessions that are old enough expire.
        """
        expired: dict[bytes, ConversationRow] = {}
        before = now - DRAFTS_KEPT - HOUR
        for row, key, state, touched in work.rows(_EXPIRED, before, most):
            try:
                found = self._open(row, bytes(key), bytes(state), touched)
            except EpochExpiredError:  # the clock went ahead of the keys: nothing is left
                found = ConversationRow(row, Conversation("", Position()), touched)
            left = _unexpired(found.conversation, before)
            if left is None:
                expired[bytes(key)] = found
            else:
                sealed = self.seal(bytes(key), left)
                work.run(_UPDATE_STATE_AND_TIME, sealed, left.retention_start, row)
        takeovers = {key: takeover_of(row.conversation) for key, row in expired.items()}
        held = work.rows_in(_ASSIGNED_CASES, [it.case for it in takeovers.values() if it])
        assigned = {case for (case,) in held}
        count = 0
        for key, row in expired.items():
            takeover = takeovers[key]
            if takeover is None or takeover.case not in assigned:
                takeover, count = None, count + 1
            self._erase_contents(work, key, row, now, takeover)
        return count

    def _erase_contents(
        self,
        work: Work,
        key: bytes,
        row: ConversationRow,
        now: int = 0,
        takeover: TakeoverState | None = None,
    ) -> None:
        """Erase all of a conversation but message ids that are still needed, and its takeover."""
        old = row.conversation
        kept = [hour for hour in old.message_ids if hour.hour * HOUR > now - NUMBERS_KEPT]
        if row.id is None or not (kept or takeover):
            work.run(_DELETE, key)
            return
        bare = Conversation(
            "", Position(), old.chat, message_ids=kept, session_number=old.session_number + 1
        )
        until = (kept[-1].hour + 1) * HOUR + NUMBERS_KEPT - DRAFTS_KEPT if kept else 0
        if takeover is not None:
            takeover.opener_state = OpenerState.TO_SEND
            bare.suspended = Conversation(old.language, Position(), old.chat, takeover=takeover)
            until = now // HOUR * HOUR
        work.run(_UPDATE_STATE_AND_TIME, self.seal(key, bare), until, row.id)


def suspended_sessions(conversation: Conversation) -> list[Conversation]:
    """Return the suspended sessions of a chat, the last one first."""
    sessions, before = [], conversation.suspended
    while before is not None:
        sessions.append(before)
        before = before.suspended
    return sessions


def set_suspended(conversation: Conversation, sessions: Iterable[Conversation]) -> None:
    """Make these the suspended sessions of a chat, the last one first."""
    for session in sessions:
        conversation.suspended = session
        conversation = session
    conversation.suspended = None


def _unexpired(conversation: Conversation, before: int) -> Conversation | None:
    """Return a conversation without the sessions that expired; None if all of it did."""
    concealed = [it for it in suspended_sessions(conversation) if it.is_concealed]
    fresh = [it for it in concealed if it.retained_from >= before]
    is_old = conversation.retained_from < before
    if is_old and not fresh:
        return None
    left = conversation
    if is_old:  # what another device of the account wrote is younger than the last session
        left = Conversation(
            "", Position(), conversation.chat, message_ids=conversation.message_ids,
            account_fingerprint=conversation.account_fingerprint,
            name_fingerprint=conversation.name_fingerprint,
            session_number=conversation.session_number + 1, suspended=conversation.suspended,
        )  # fmt: skip
    others = suspended_sessions(left)
    set_suspended(left, [it for it in others if not it.is_concealed or it in fresh])
    return left


def session_mark(conversation: Conversation) -> SessionMark:
    """Return where the session of a conversation stands."""
    frames, session = conversation.position.frames, conversation.session_number
    step = f"{frames[-1].flow}.{frames[-1].step}" if frames else NO_QUESTION
    is_begun = conversation.touched_at != 0
    return SessionMark(
        session if is_begun else 0, SENT if conversation.cases else step, conversation.language
    )


def takeover_of(conversation: Conversation | None) -> TakeoverState | None:
    """Return the takeover of a chat, in its live session or a suspended one."""
    while conversation is not None:
        if conversation.takeover is not None:
            return conversation.takeover
        conversation = conversation.suspended
    return None


def _is_about(conversation: Conversation, case: str) -> bool:
    """Tell whether a conversation, or a session before it, knows a case."""
    sessions = (conversation, *suspended_sessions(conversation))
    return any(case in {it.earlier_case, *_own_cases(it)} for it in sessions)


def _own_cases(session: Conversation) -> set[str]:
    """Return the cases to which something of a session belongs."""
    held = session.takeover.case if session.takeover else ""
    return {session.case, held, *session.cases, *session.proven_cases}


def copy_position(position: Position) -> Position:
    """Return a copy of a position that later changes do not touch."""
    return msgspec.msgpack.decode(msgspec.msgpack.encode(position), type=Position)


def ids_of_hour(hours: list[HourlyMessageIds], now: int) -> HourlyMessageIds:
    """Return the ids of this hour, to be added to; drop those that cannot be deleted any more."""
    number = now // HOUR
    if hours and hours[-1].hour == number:
        return hours[-1]
    hours[:] = [hour for hour in hours if (hour.hour + 1) * HOUR > now - NUMBERS_KEPT]
    hours.append(HourlyMessageIds(number, [], []))
    return hours[-1]


def person_message_ids(hours: Iterable[HourlyMessageIds]) -> tuple[int, ...]:
    """Return the channel's ids of what the person wrote."""
    return tuple(message for hour in hours for message in hour.person_messages)


def letter_ids(hours: Iterable[HourlyMessageIds]) -> tuple[int, ...]:
    """Return the ids of our letters."""
    return tuple(letter for hour in hours for letter in hour.letters)
