"""Event log for open desks: names of events, and results of commands.

The bot writes it, and the desk polls it, in the same process or another one. A result is sealed,
because it can name a colleague. Text of a person is never in it.

PostgreSQL assigns a number before the commit, so a lower number can appear after a higher one.
Skipped numbers are therefore looked for a while longer.
"""

from __future__ import annotations

import contextlib
import secrets
from hashlib import blake2b
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import bindparam, cast, func, select

from bot.clock import MINUTE
from bot.errors import DecryptionError
from bot.hotline.events import Event, EventKind
from bot.store.compiled import Prepared, insert_into
from bot.store.statements import delete_by, insert, select_by, select_in
from bot.store.tables.desk import desk_bells
from bot.store.tables.main import cases
from bot.text import Text
from bot.vault import Purpose, Vault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.hotline.commands.types import Command
    from bot.messages import Body, Update
    from bot.store.writer import Work

DESK_PREFIX = "web/"
"""Start of the reply address of this desk; the ticket of the command follows."""
SESSION_ENDED = "signed_out"
"""Event after a session was ended; its ticket names the session."""
CASE_ERASED = "gone"
"""Event after an erasure; it does not say which case, so every open case is checked."""
DELAYS_CHANGED = "delayed"
"""Event after a command was delayed or taken back: every page of its caseworker shows those."""
MAX_AGE = 10 * MINUTE
BATCH_SIZE = 500
GAP_SECONDS = 60.0
"""Seconds for which a skipped number is looked for; no unit of work takes as long."""
_COLUMN_TYPES = {name: desk_bells.c[name].type for name in ("what", "ticket", "sealed", "at")}
_INSERT = insert(desk_bells, *_COLUMN_TYPES)
_INSERT_FOR_CASE = Prepared(
    # Only if the case still exists: this unit of work may just have erased it.
    lambda dialect: insert_into(dialect, desk_bells).from_select(
        ["case_id", *_COLUMN_TYPES],
        select(
            cases.c.id, *(cast(bindparam(name), kind) for name, kind in _COLUMN_TYPES.items())
        ).where(cases.c.id == bindparam("of_case")),
    ),
    *_COLUMN_TYPES,
    "of_case",
)
_COLUMNS = ("id", "case_id", "what", "ticket", "sealed")
_SINCE = select_by(
    desk_bells, *_COLUMNS, by=desk_bells.c.id > bindparam("last"), order_by="id",
    limit=bindparam("most"),
)  # fmt: skip
_BY_NUMBERS = select_in(desk_bells, *_COLUMNS, among="id")
_BY_TICKET = select_by(desk_bells, "sealed", by="ticket", limit=1)
_NEWEST = Prepared(lambda _: select(func.coalesce(func.max(desk_bells.c.id), 0)))
_DELETE_OLD = delete_by(desk_bells, desk_bells.c.at < bindparam("before"))


class CommandResult(msgspec.Struct, frozen=True):
    """Result of a command."""

    case: str = ""
    is_refused: bool = False
    source: str = ""
    context: str | None = None
    values: dict[str, str] = {}

    @property
    def text(self) -> Text:
        """Return the message, to be translated."""
        return Text(self.source, self.context)


class DeskEvent(msgspec.Struct, frozen=True):
    """One event."""

    number: int
    case: str
    what: str
    ticket: str
    result: CommandResult | None


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(CommandResult).decode


class WebDesk:
    """The desk as the dispatcher knows it: it writes events to the log."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def is_ours(self, _chat: int) -> bool:
        """Return false: this desk has no chat."""
        return False

    def read(self, _work: Work, _update: Update, _now: int) -> list[Command]:
        """Return nothing: its commands are stored directly."""
        return []

    def show(self, work: Work, events: Sequence[Event], now: int) -> list[tuple[bytes, int, Body]]:
        """Write events to the log, once per case and kind; no letter is sent."""
        changes = [it for it in events if it.kind != EventKind.COMMAND_RESULT]
        for case, what in dict.fromkeys((it.case, it.kind.value) for it in changes):
            self._insert(work, case, what, "", None, now)
        for ticket, result in _command_results(events).items():
            data = _associated_data(ticket)
            sealed = self._vault.seal(Purpose.TOPIC_MESSAGES, data, _encode(result))
            self._insert(work, result.case, EventKind.COMMAND_RESULT.value, ticket, sealed, now)
        return []

    @staticmethod
    def _insert(work: Work, case: str, *row: object) -> None:
        """Insert a row of `_COLUMN_TYPES`; without the case, if that was just erased."""
        if not case or not work.run(_INSERT_FOR_CASE, *row, case):
            work.run(_INSERT, *row)


def log_case_erased(work: Work, _key: bytes, _case: str, now: int) -> int:
    """Write an erasure to the log, in the unit of work that erases the case."""
    work.run(_INSERT, CASE_ERASED, "", None, now)
    return 0


def log_delays_changed(work: Work, case: str, now: int) -> None:
    """Write to the log that something about a case was delayed, or is not delayed any more."""
    work.run(_INSERT_FOR_CASE, DELAYS_CHANGED, "", None, now, case)


class EventCursor:
    """Position in the log, with the numbers that were skipped."""

    def __init__(self, last: int) -> None:
        self.last = last
        self._missing: dict[int, float] = {}
        self._run = secrets.token_hex(4)  # a log without rows says nothing of what was before

    def advance(self, number: int, now: float) -> None:
        """Note that an event was read."""
        self._missing.pop(number, None)
        skipped = range(max(self.last + 1, number - BATCH_SIZE), number)
        self._missing |= dict.fromkeys(skipped, now + GAP_SECONDS)
        self.last = max(self.last, number)

    @property
    def position(self) -> str:
        """Name what was read: it is the same at every desk that has read the same."""
        skipped = blake2b(repr(sorted(self._missing)).encode(), digest_size=4).hexdigest()
        return f"{self.last or self._run}-{skipped if self._missing else 0}"

    def missing(self, now: float) -> list[int]:
        """Return recently skipped numbers."""
        self._missing = {it: until for it, until in self._missing.items() if now <= until}
        return list(self._missing)


class EventLog:
    """Reads the log."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    @staticmethod
    def newest(work: Work) -> int:
        """Return the highest number."""
        return int(work.rows(_NEWEST)[0][0])

    def since(self, work: Work, last: int, missing: Sequence[int] = ()) -> list[DeskEvent]:
        """Return new events, and late events among the skipped numbers."""
        rows = sorted(work.rows_in(_BY_NUMBERS, missing)) + work.rows(_SINCE, last, BATCH_SIZE)
        return [
            DeskEvent(number, case or "", what, ticket, self._decrypt(ticket, sealed))
            for number, case, what, ticket, sealed in rows
        ]

    def result_of(self, work: Work, ticket: str) -> CommandResult | None:
        """Return the result of a command by its ticket; None if there is none, or none any more."""
        rows = work.rows(_BY_TICKET, ticket)
        return self._decrypt(ticket, rows[0][0]) if rows else None

    @staticmethod
    def name_of_session(token: bytes) -> str:
        """Return how an event names a session."""
        return token.hex()[:32]

    @classmethod
    def log_session_ended(cls, work: Work, token: bytes, now: int) -> None:
        """Write the end of a session to the log, so that its pages at every desk close."""
        work.run(_INSERT, SESSION_ENDED, cls.name_of_session(token), None, now)

    @staticmethod
    def expire(work: Work, now: int) -> None:
        """Delete old events."""
        work.run(_DELETE_OLD, now - MAX_AGE)

    def _decrypt(self, ticket: str, sealed: bytes | None) -> CommandResult | None:
        with contextlib.suppress(DecryptionError, msgspec.MsgspecError):  # altered
            if sealed is not None:
                data = _associated_data(ticket)
                return _decode(self._vault.open(Purpose.TOPIC_MESSAGES, data, bytes(sealed)))
        return None


def _command_results(events: Sequence[Event]) -> dict[str, CommandResult]:
    """Return one result per command: a refusal, else a message, else that it was done."""
    found: dict[str, CommandResult] = {}
    for event in events:
        if not event.reply_to.startswith(DESK_PREFIX):
            continue
        ticket = event.reply_to.removeprefix(DESK_PREFIX)
        before = found.get(ticket)
        if before is None or event.is_refused or (event.text and not before.source):
            case, said = event.case or (before.case if before else ""), event.text
            found[ticket] = CommandResult(case)
            if said is not None and event.kind is EventKind.COMMAND_RESULT:
                found[ticket] = CommandResult(
                    case, event.is_refused, said.source, said.context, dict(event.values)
                )
    return found


def _associated_data(ticket: str) -> bytes:
    return f"{DESK_PREFIX}{ticket}".encode()
