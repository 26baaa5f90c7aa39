"""What happened, written down where open desks look: names of events, and what came of a command.

The bot's process rings; a desk looks a few times a second, in the same process or in another. What
came of a command is sealed: it can name a colleague. Nothing a person wrote is ever in it.

PostgreSQL gives a number out when something rings, not when it is committed: of two who ring at
once the later number can be there first. So a number that was passed over is looked for a while.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import bindparam, cast, delete, func, select

from bot.clock import MINUTE
from bot.errors import DecryptionError
from bot.hotline.events import EventKind
from bot.store.compiled import Prepared, PreparedList, insert_into
from bot.store.tables.desk import desk_bells
from bot.store.tables.main import cases
from bot.text import Text
from bot.vault import Purpose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.hotline.commands.types import Command
    from bot.hotline.events import Event
    from bot.messages import Body, Update
    from bot.store.writer import Work
    from bot.vault import Vault

DESK_PREFIX = "web/"
"""How this desk says where somebody stands; the ticket of their command follows."""
CASE_ERASED = "gone"
"""What rings when a case was erased; nothing says which: whoever has one open looks again."""
MAX_AGE = 10 * MINUTE
BATCH_SIZE = 500
GAP_SECONDS = 60.0
"""Seconds a number that was passed over is looked for; no unit of work takes as long."""
_COLUMN_TYPES = {name: desk_bells.c[name].type for name in ("what", "ticket", "sealed", "at")}
_INSERT = Prepared(
    lambda dialect: insert_into(dialect, desk_bells).values(
        {name: bindparam(name) for name in _COLUMN_TYPES}
    ),
    *_COLUMN_TYPES,
)
_INSERT_FOR_CASE = Prepared(
    # Only for a case that is still there: it may have been erased in this very unit of work.
    lambda dialect: insert_into(dialect, desk_bells).from_select(
        ["case_id", *_COLUMN_TYPES],
        select(
            cases.c.id, *(cast(bindparam(name), kind) for name, kind in _COLUMN_TYPES.items())
        ).where(cases.c.id == bindparam("of_case")),
    ),
    *_COLUMN_TYPES,
    "of_case",
)
_SELECT = select(
    desk_bells.c.id, desk_bells.c.case_id, desk_bells.c.what, desk_bells.c.ticket,
    desk_bells.c.sealed,
).order_by(desk_bells.c.id)  # fmt: skip
_SINCE = Prepared(
    lambda _: _SELECT.where(desk_bells.c.id > bindparam("last")).limit(bindparam("most")),
    "last",
    "most",
)
_BY_NUMBERS = PreparedList(lambda values: _SELECT.where(desk_bells.c.id.in_(values)))
_NEWEST = Prepared(lambda _: select(func.coalesce(func.max(desk_bells.c.id), 0)))
_DELETE_OLD = Prepared(
    lambda _: delete(desk_bells).where(desk_bells.c.at < bindparam("before")), "before"
)


class CommandResult(msgspec.Struct, frozen=True):
    """What came of a command."""

    case: str = ""
    is_refused: bool = False
    source: str = ""
    """The sentence, in English; empty: what happened speaks for itself."""
    context: str | None = None
    values: dict[str, str] = {}

    @property
    def text(self) -> Text:
        """Return the sentence, to be read in somebody's language."""
        return Text(self.source, self.context)


class DeskEvent(msgspec.Struct, frozen=True):
    """One thing that happened."""

    number: int
    case: str
    what: str
    ticket: str
    result: CommandResult | None


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(CommandResult).decode


class WebDesk:
    """The desk as the dispatcher knows it: it reads nothing, and notes what happened."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def is_ours(self, _chat: int) -> bool:
        """Tell that this desk stands in no group."""
        return False

    def read(self, _work: Work, _update: Update, _now: int) -> list[Command]:
        """Return nothing: commands of this desk are written down as what they are."""
        return []

    def show(self, work: Work, events: Sequence[Event], now: int) -> list[tuple[bytes, int, Body]]:
        """Write down what happened to which case, each once; no letter goes anywhere."""
        rung = dict.fromkeys(
            (it.case, it.kind.value) for it in events if it.kind != EventKind.COMMAND_RESULT
        )
        for case, what in rung:
            self._insert(work, case, what, "", None, now)
        for ticket, told in _command_results(events).items():
            sealed = self._vault.seal(
                Purpose.TOPIC_MESSAGES, _associated_data(ticket), _encode(told)
            )
            self._insert(work, told.case, EventKind.COMMAND_RESULT.value, ticket, sealed, now)
        return []

    @staticmethod
    def _insert(  # noqa: PLR0913, PLR0917 - the columns of a row
        work: Work, case: str, what: str, ticket: str, sealed: bytes | None, now: int
    ) -> None:
        if not case or not work.run(_INSERT_FOR_CASE, what, ticket, sealed, now, case):
            work.run(_INSERT, what, ticket, sealed, now)


def log_case_erased(work: Work, _key: bytes, _case: str, now: int) -> int:
    """Ring at every open desk that a case is gone, in the unit of work that erases it."""
    work.run(_INSERT, CASE_ERASED, "", None, now)
    return 0


class EventCursor:
    """Which rings were told, and which may still come."""

    def __init__(self, last: int) -> None:
        self.last = last
        self._missing: dict[int, float] = {}

    def advance(self, number: int, now: float) -> None:
        """Note that one was told; those it passed over are looked for a while."""
        self._missing.pop(number, None)
        passed = range(max(self.last + 1, number - BATCH_SIZE), number)
        self._missing |= dict.fromkeys(passed, now + GAP_SECONDS)
        self.last = max(self.last, number)

    def missing(self, now: float) -> list[int]:
        """Return the numbers that were passed over lately."""
        self._missing = {it: until for it, until in self._missing.items() if now <= until}
        return list(self._missing)


class EventLog:
    """What was written down, as a desk reads it."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    @staticmethod
    def newest(work: Work) -> int:
        """Return the number of the last that rang."""
        return int(work.rows(_NEWEST)[0][0])

    def since(self, work: Work, last: int, missing: Sequence[int] = ()) -> list[DeskEvent]:
        """Return what rang since, and what came late of the numbers that were passed over."""
        rows = work.rows_in(_BY_NUMBERS, missing) + work.rows(_SINCE, last, BATCH_SIZE)
        return [
            DeskEvent(number, case or "", what, ticket, self._decrypt(ticket, sealed))
            for number, case, what, ticket, sealed in rows
        ]

    @staticmethod
    def expire(work: Work, now: int) -> None:
        """Forget what has rung long ago."""
        work.run(_DELETE_OLD, now - MAX_AGE)

    def _decrypt(self, ticket: str, sealed: bytes | None) -> CommandResult | None:
        if sealed is None:
            return None
        try:
            return _decode(
                self._vault.open(Purpose.TOPIC_MESSAGES, _associated_data(ticket), bytes(sealed))
            )
        except (
            DecryptionError,
            msgspec.MsgspecError,
        ):  # altered: whoever asked hears nothing of it
            return None


def _command_results(events: Sequence[Event]) -> dict[str, CommandResult]:
    """Return what came of each command of this desk: what was refused, said, or just done."""
    found: dict[str, CommandResult] = {}
    for event in events:
        if not event.reply_to.startswith(DESK_PREFIX):
            continue
        ticket = event.reply_to.removeprefix(DESK_PREFIX)
        before = found.get(ticket)
        if before is None or event.is_refused or (event.text and not before.source):
            found[ticket] = _result_of(event, before)
    return found


def _result_of(event: Event, before: CommandResult | None) -> CommandResult:
    case = event.case or (before.case if before else "")
    if event.text is None or event.kind is not EventKind.COMMAND_RESULT:
        return CommandResult(case)
    return CommandResult(
        case, event.is_refused, event.text.source, event.text.context, dict(event.values)
    )


def _associated_data(ticket: str) -> bytes:
    return f"{DESK_PREFIX}{ticket}".encode()
