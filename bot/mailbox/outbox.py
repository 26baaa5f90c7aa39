"""The outbox: every letter, sealed, until it is sent; how letters end, and when rows are deleted.

A letter may be delayed: until an hour, until the opener is answered, until the clock is steady.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import and_, bindparam, case, func, or_, select, text

from bot.errors import DecryptionError
from bot.mailbox.letter import WITHDRAWN, Author, DeliveryResult, Letter, LetterState
from bot.mailbox.letter_claims import CLAIM_LIFETIME, LetterClaims
from bot.messages import Body, EditText, SendFile, SendText, SendUpload
from bot.store.compiled import Prepared
from bot.store.statements import delete_by, insert, select_by, select_in, select_one, update_by
from bot.store.tables.main import UNSENT, exchanges, outbox
from bot.vault import Purpose, Vault
from bot.vault.erasure.retention import NUMBERS_KEPT, UNDELIVERED_KEPT

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from bot.store.writer import Work

    OnEnded = Callable[[Work, Sequence[tuple[int, LetterState]], int], None]
    """Gets how letters ended that are not the bot's own, by id, in the same unit of work."""
    OnOpenerSent = Callable[[Work, Letter, int], None]
    """Gets an opener that has arrived in a chat, in the same unit of work."""


class LetterContent(msgspec.Struct, array_like=True, gc=False):
    """What is sealed of a letter."""

    chat: int
    body: Body


REMOVAL_HOLD = "vanishes"
"""The hold of a letter that deletes messages at a moment: it is never withdrawn."""
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(LetterContent).decode


def _update_unsent(*columns: str, **constants: Any) -> Prepared:
    """Return an UPDATE of a letter that has not ended. Row: the values, then id and fence."""
    return update_by(outbox, *columns, by=(UNSENT, "id", "fence"), constants=constants)


def _expire_statement(*conditions: Any) -> Prepared:
    """Return a DELETE of old letters among the first. Row: how many, then the moment."""
    first = select(outbox.c.id).where(*conditions).order_by(outbox.c.id).limit(bindparam("most"))
    return delete_by(outbox, by=(outbox.c.id.in_(first), outbox.c.settled_at < bindparam("before")))


_INSERT = insert(
    outbox,
    "id", "chat_key", "lane", "author", "state", "body", "not_before", "hold", "attempts",
    "created_at", "owner", as_lists=True,
)  # fmt: skip
_LAST_ID = Prepared(
    lambda _: select(
        func.max(
            func.coalesce(select(func.max(outbox.c.id)).scalar_subquery(), 0),
            func.coalesce(select(func.max(exchanges.c.letter)).scalar_subquery(), 0),
        )
    )
)
"""SQLite reuses the id of a deleted row; but messages of caseworkers are kept longer than their
letters, and must never be taken for another's."""
_NEW_IDS = Prepared(
    lambda _: text("SELECT nextval('outbox_id_seq') FROM generate_series(1, :count)").bindparams(
        bindparam("count")
    ),
    "count",
)
_QUEUED = (UNSENT, outbox.c.state == LetterState.QUEUED.value)
_QUEUED_IN_CHAT = (*_QUEUED, "chat_key")
_OWED_BEFORE = select_by(
    outbox, "id",
    by=(
        *_QUEUED_IN_CHAT,
        outbox.c.hold.is_(None),
        outbox.c.author == Author.CASEWORKER.value,
        outbox.c.id < bindparam("letter"),
    ),
    limit=1,
)  # fmt: skip
"""A caseworker's letter that is older than another one of its chat, and is not being sent."""
_FROM_STAFF = or_(*(outbox.c.author == it.value for it in (Author.CASEWORKER, Author.OPENER)))
_FROM_BOT = or_(*(outbox.c.author == it.value for it in (Author.BOT, Author.UNSOLICITED)))
_RETRYING_CHATS = (
    select(outbox.c.chat_key)
    .where(
        *_QUEUED,
        outbox.c.not_before > bindparam("now"),
        outbox.c.hold.is_(None),
        outbox.c.attempts > 0,  # one that was released is no reason for others to wait
    )
    .correlate(None)
)
"""Chats whose next letter is tried again later: the letters behind it wait too."""
_CHATS_TO_ANSWER = (
    select(outbox.c.chat_key).where(*_QUEUED, _FROM_BOT, outbox.c.hold.is_(None)).correlate(None)
)
"""Chats in which something of the bot waits to be sent."""
_WAS_RELEASED = and_(
    outbox.c.author == Author.CASEWORKER.value,
    outbox.c.hold.is_(None),
    outbox.c.not_before > 0,
    outbox.c.attempts == 0,
)
"""A caseworker's letter that waited for the opener to be answered, and was not tried since. It is
older than the bot's letter that says who writes, and must not arrive before it."""
_LETTER_COLUMNS = ("lane", "author", "attempts", "not_before", "created_at", "hold", "fence")
_DUE = Prepared(
    lambda _: (
        select(*(outbox.c[name] for name in ("id", "chat_key", "body", *_LETTER_COLUMNS)))
        .where(
            *_QUEUED,
            outbox.c.not_before <= bindparam("now"),
            outbox.c.chat_key.not_in(_RETRYING_CHATS),
            or_(~_WAS_RELEASED, outbox.c.chat_key.not_in(_CHATS_TO_ANSWER)),
        )
        .order_by(outbox.c.id)
        .limit(bindparam("most"))
    ),
    "now",
    "most",
)
_LOAD_QUEUED = select_by(
    outbox, "id", "chat_key", by=(*_QUEUED, outbox.c.hold.is_(None)), limit=bindparam("most")
)
_UPDATE_SENT = update_by(
    outbox, "message", "settled_at", by=("id", "fence"),
    constants={"state": LetterState.SENT.value, "body": None}, as_lists=True,
)  # fmt: skip
_UPDATE_RETRY = _update_unsent(
    "not_before", "fault", state=LetterState.QUEUED.value, attempts=outbox.c.attempts + 1
)
_UPDATE_ENDED = _update_unsent("state", "fault", "settled_at")
_HUMAN_LETTERS = select_by(outbox, "id", by=(*_QUEUED_IN_CHAT, outbox.c.author != Author.BOT.value))
_BLOCK_CHAT = update_by(
    outbox, "settled_at", by=_QUEUED_IN_CHAT, constants={"state": LetterState.BLOCKED.value}
)
_EXPIRE_SENT = _expire_statement(outbox.c.state == "sent")
_EXPIRE_UNDELIVERED = _expire_statement(outbox.c.settled_at.is_not(None))
_HOLD = update_by(outbox, "not_before", "hold", by=(*_QUEUED, "id"))
_WITHDRAW = update_by(
    outbox, "settled_at", by=(*_QUEUED, "id"),
    constants={"state": LetterState.REFUSED.value, "fault": WITHDRAWN},
)  # fmt: skip
_FAIL = update_by(
    outbox, "fault", "settled_at", by=(UNSENT, "id"), constants={"state": LetterState.FAILED.value}
)
_RELEASE = update_by(
    outbox, "not_before", by=(*_QUEUED_IN_CHAT, "hold"), constants={"hold": None, "attempts": 0}
)
_HELD_LETTERS = select_by(
    outbox, "id", "author",
    by=(
        *_QUEUED_IN_CHAT,
        outbox.c.hold.is_not(None),
        outbox.c.hold != REMOVAL_HOLD,
        # A reminder is the bot's own: the contact policy decides when it is sent, and tells staff
        # where it may not be.
        outbox.c.author != Author.REMINDER.value,
    ),
)  # fmt: skip
_STAFF_LETTERS = select_by(outbox, "id", by=(*_QUEUED_IN_CHAT, _FROM_STAFF))
_DROP_STAFF, _DROP_BOT = (
    update_by(
        outbox, "settled_at", by=(*_QUEUED_IN_CHAT, is_theirs),
        constants={"state": LetterState.REFUSED.value, "fault": WITHDRAWN},
    )
    for is_theirs in (_FROM_STAFF, _FROM_BOT)
)  # fmt: skip
_LOAD_STATE = select_one(outbox, "state", "hold", "body", by="id")
_FAULT = select_one(outbox, "fault", by="id")
_AUTHOR = select_one(outbox, "author", by="id")
_IS_UNCERTAIN = outbox.c.state == LetterState.UNCERTAIN.value
_REACHED_AT = select_by(
    outbox,
    case((_IS_UNCERTAIN, outbox.c.lease_until - CLAIM_LIFETIME), else_=outbox.c.settled_at),
    by="id",
)
_MESSAGE_IDS = select_in(outbox, "id", "message", among="id", by=outbox.c.message.is_not(None))
_REPLACE_BODY = update_by(outbox, "body", by=("id", _QUEUED[1], outbox.c.hold.is_not(None)))


class Outbox:
    """The letters that wait, used inside units of work."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._claims = LetterClaims()
        self._last = 0
        self._drawn: tuple[Work | None, int] = (None, 0)
        """The unit of work for which ids are drawn ahead, and how many."""

    def new_ids(self, work: Work, count: int) -> range | list[int]:
        """Return ids for new letters, in the order they are sent."""
        if work.dialect == "postgresql":
            return self._draw_ids(work, count)
        # A letter that was erased may still be on its way: its id is not given again.
        last = max(work.rows(_LAST_ID)[0][0], self._last)
        self._last = last + count
        return range(last + 1, last + 1 + count)

    def expect_ids(self, work: Work, updates: int) -> None:
        """Let the database draw ids for as many letters as so many updates are answered with."""
        if work.looks_ahead:
            count = updates + updates // 4 + 2
            work.expect(_NEW_IDS, count)
            self._drawn = (work, count)

    def _draw_ids(self, work: Work, count: int) -> list[int]:
        """Return ids that no other process has; more than enough may have been drawn ahead."""
        drawn_for, drawn = self._drawn
        self._drawn = (None, 0)
        most = max(count, drawn) if drawn_for is work else count
        return [int(row[0]) for row in work.rows(_NEW_IDS, most)][:count]

    def store(self, work: Work, letters: Sequence[Letter]) -> None:
        """Store letters, sealed."""
        rows = [
            (
                it.id, it.chat_key, int(it.lane), str(it.author), "queued",
                self._seal(it.id, LetterContent(it.chat, it.body)),
                it.not_before, it.delay_reason, it.attempts, it.created_at, self._claims.owner,
            )
            for it in letters
        ]  # fmt: skip
        work.many(_INSERT, rows)

    def load_due(
        self, work: Work, now: int, most: int, skip: Collection[int] = frozenset()
    ) -> list[Letter]:
        """Claim and return letters that may be sent now, oldest first, without those to skip."""
        due: list[Letter] = []
        for row, key, sealed, *rest in work.rows(_DUE, now, most + len(skip)):
            if row in skip:
                continue
            try:
                content = self.open(row, bytes(sealed or b""))
            except (DecryptionError, msgspec.MsgspecError) as error:
                # It is seen as failed, and holds up no other.
                work.run(_FAIL, type(error).__name__, now, row)
                continue
            due.append(Letter(row, bytes(key), content.chat, content.body, *rest))
        return self._claims.take(work, due)

    @staticmethod
    def load_queued(work: Work, most: int) -> list[tuple[int, bytes]]:
        """Return the ids and chats of letters that wait, those to be tried later included."""
        return [(int(row), bytes(key)) for row, key in work.rows(_LOAD_QUEUED, most)]

    @staticmethod
    def expire(work: Work, now: int, most: int = 2000) -> int:
        """Delete letters by age, so many of each kind at most; return how many rows.

        Letters that wait, for however long, do not keep the others from being found.
        """
        count = work.run(_EXPIRE_SENT, most, now - NUMBERS_KEPT)
        return count + work.run(_EXPIRE_UNDELIVERED, most, now - UNDELIVERED_KEPT)

    def replace_text(self, work: Work, letter: int, text: str) -> int:
        """Put another text into a delayed letter; return 0 if it does not wait any more.

        Raises:
            DecryptionError: the letter was altered.
        """
        rows = work.rows(_LOAD_STATE, letter)
        if not rows or rows[0][2] is None:
            return 0
        old = self.open(letter, bytes(rows[0][2]))
        if isinstance(old.body, SendFile | SendUpload):
            new = LetterContent(old.chat, replace(old.body, caption=text))
        elif isinstance(old.body, SendText | EditText):
            new = LetterContent(old.chat, replace(old.body, text=text))
        else:
            return 0
        return work.run(_REPLACE_BODY, self._seal(letter, new), letter)

    def open(self, row: int, sealed: bytes) -> LetterContent:
        """Return what a letter holds, by its id.

        Raises:
            DecryptionError: it was altered, or is another letter's.
        """
        return _decode(self._vault.open(Purpose.OUTBOX, b"%d" % row, sealed))

    def _seal(self, row: int, content: LetterContent) -> bytes:
        return self._vault.seal(Purpose.OUTBOX, b"%d" % row, _encode(content))


def hold_letter(work: Work, letter: int, reason: str, not_before: int) -> None:
    """Delay a letter, for this reason, until a moment."""
    work.run(_HOLD, not_before, reason, letter)


def release_letters(work: Work, chat_key: bytes, reason: str, not_before: int) -> None:
    """Release the letters of a chat that wait for this reason, from a moment on.

    What the bot says in the same unit of work is sent first.
    """
    work.run(_RELEASE, not_before, chat_key, reason)


def withdraw_letters(
    work: Work, chat_key: bytes, now: int, author: Author | None = None
) -> list[int]:
    """Withdraw the delayed letters of a chat, of one author or of all; return them."""
    held = work.rows(_HELD_LETTERS, chat_key)
    letters = [int(row) for row, written_by in held if author in {None, written_by}]
    work.many(_WITHDRAW, [(now, row) for row in letters])
    return letters


def drop_bot_letters(work: Work, chat_key: bytes, now: int) -> None:
    """Send no letter of the bot that waits in a chat that is about to be cleared."""
    work.run(_DROP_BOT, now, chat_key)


def drop_staff_letters(work: Work, chat_key: bytes, now: int) -> list[int]:
    """Send no letter of a caseworker that waits in a chat; return those letters."""
    letters = [int(row) for (row,) in work.rows(_STAFF_LETTERS, chat_key)]
    work.run(_DROP_STAFF, now, chat_key)
    return letters


def sent_message_ids(work: Work, letters: Sequence[int]) -> dict[int, int]:
    """Return the channel's message ids of letters that were sent."""
    return {int(row): int(number) for row, number in work.rows_in(_MESSAGE_IDS, letters)}


def letter_state(work: Work, letter: int) -> tuple[LetterState, str | None] | None:
    """Return the state of a letter, and why it waits; None for one whose row was deleted."""
    rows = work.rows(_LOAD_STATE, letter)
    return (LetterState(rows[0][0]), rows[0][1]) if rows else None


def is_withdrawn(work: Work, letter: int) -> bool:
    """Tell whether a letter was withdrawn before it could be sent."""
    return (WITHDRAWN,) in work.rows(_FAULT, letter)


def letter_author(work: Work, letter: int) -> str:
    """Return the author of a letter, as `Author`; empty for one whose row was deleted."""
    rows = work.rows(_AUTHOR, letter)
    return str(rows[0][0]) if rows else ""


def reached_at(work: Work, letter: int) -> int | None:
    """Return when a letter arrived or, if that is not known, when it left; None for not known.

    A person may answer what they read long before it is known that it is uncertain: a request may
    wait for its end, and a process may have died.
    """
    rows = work.rows(_REACHED_AT, letter)
    return None if not rows or rows[0][0] is None else int(rows[0][0])


class OutboxResults:
    """Stores what becomes of letters, inside units of work."""

    def __init__(
        self,
        on_ended: OnEnded | None = None,
        on_opener_sent: OnOpenerSent | None = None,
        claims: LetterClaims | None = None,
    ) -> None:
        self._on_ended = on_ended
        self._on_opener_sent = on_opener_sent
        self.claims = claims or LetterClaims()

    def store(self, work: Work, results: Sequence[DeliveryResult]) -> None:
        """Store what became of letters.

        A letter that has ended stays as it ended, unless it arrived: that is true whatever was
        stored meanwhile, and only by its message id can it be deleted from the chat. Of one that
        was claimed again meanwhile nothing is stored: that claim tells what became of it.
        """
        sent, later, ended = [], [], []
        # One letter may be here twice, tried again and then sent: its last state is the true one.
        for result in {result.letter.id: result for result in results}.values():
            claim = (result.letter.id, result.letter.fence)
            if result.state is LetterState.SENT:
                sent.append((result.message_id, result.at, *claim))
            elif result.state is LetterState.QUEUED:
                later.append((result.not_before, result.fault, *claim))
            else:
                ended.append(result)
        work.many(_UPDATE_SENT, sent)
        work.many(_UPDATE_RETRY, later)
        arrived = [result for result in results if result.state is LetterState.SENT]
        reported = [it for it in arrived if it.letter.author != Author.BOT]
        reported += [it for it in ended if self._store_ended(work, it)]
        if reported:
            now = max(result.at for result in results)
            self.notify_ended(work, [(it.letter.id, it.state) for it in reported], now)
        if self._on_opener_sent is not None:
            for result in arrived:
                if result.letter.author == Author.OPENER:
                    self._on_opener_sent(work, result.letter, result.at)

    def _store_ended(self, work: Work, result: DeliveryResult) -> bool:
        """Store how a letter ended; tell whether that has to be reported."""
        letter = result.letter
        given = (result.state.value, result.fault, result.at, letter.id, letter.fence)
        has_ended = work.run(_UPDATE_ENDED, *given)
        if result.state is LetterState.BLOCKED:
            self.block_chat(work, letter.chat_key, result.at)
        return bool(has_ended) and letter.author != Author.BOT

    def notify_ended(self, work: Work, ended: Sequence[tuple[int, LetterState]], now: int) -> None:
        """Report how letters ended that are not the bot's own answers."""
        if self._on_ended is not None and ended:
            self._on_ended(work, ended, now)

    @staticmethod
    def owes_older(work: Work, letter: Letter) -> bool:
        """Tell whether an older letter of a caseworker must be sent to this chat before this one.

        One that was released is in the store alone until it is due.
        """
        if letter.author != Author.CASEWORKER:
            return False
        return bool(work.rows(_OWED_BEFORE, letter.chat_key, letter.id))

    def block_chat(self, work: Work, chat_key: bytes, now: int) -> None:
        """Stop every letter that waits for a chat that blocked us."""
        found = work.rows(_HUMAN_LETTERS, chat_key)
        work.run(_BLOCK_CHAT, now, chat_key)
        self.notify_ended(work, [(int(row), LetterState.BLOCKED) for (row,) in found], now)

    def end_left(self, work: Work, now: int, *, is_start: bool) -> int:
        """Mark humans' letters that a process left while it sent them; return how many."""
        left = self.claims.end_left(work, now, is_start=is_start)
        told = [(letter, LetterState.UNCERTAIN) for letter, author in left if author != Author.BOT]
        self.notify_ended(work, told, now)
        return len(left)
