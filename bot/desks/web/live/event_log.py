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
from bot.errors import DoesNotOpen
from bot.hotline.events import Happened
from bot.store.compiled import Prepared, PreparedList, insert_of
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

HERE = "web/"
"""How this desk says where somebody stands; the ticket of their command follows."""
GONE = "gone"
"""What rings when a case was erased; nothing says which: whoever has one open looks again."""
KEPT = 10 * MINUTE
AT_ONCE = 500
LATE = 60.0
"""Seconds a number that was passed over is looked for; no unit of work takes as long."""
_TYPED = {name: desk_bells.c[name].type for name in ("what", "ticket", "sealed", "at")}
_RING = Prepared(
    lambda dialect: insert_of(dialect, desk_bells).values(
        {name: bindparam(name) for name in _TYPED}
    ),
    *_TYPED,
)
_RING_FOR = Prepared(
    # Only for a case that is still there: it may have been erased in this very unit of work.
    lambda dialect: insert_of(dialect, desk_bells).from_select(
        ["case_id", *_TYPED],
        select(cases.c.id, *(cast(bindparam(name), kind) for name, kind in _TYPED.items())).where(
            cases.c.id == bindparam("of_case")
        ),
    ),
    *_TYPED,
    "of_case",
)
_RUNG = select(
    desk_bells.c.id, desk_bells.c.case_id, desk_bells.c.what, desk_bells.c.ticket,
    desk_bells.c.sealed,
).order_by(desk_bells.c.id)  # fmt: skip
_SINCE = Prepared(
    lambda _: _RUNG.where(desk_bells.c.id > bindparam("last")).limit(bindparam("most")),
    "last",
    "most",
)
_THESE = PreparedList(lambda values: _RUNG.where(desk_bells.c.id.in_(values)))
_NEWEST = Prepared(lambda _: select(func.coalesce(func.max(desk_bells.c.id), 0)))
_FORGET = Prepared(
    lambda _: delete(desk_bells).where(desk_bells.c.at < bindparam("before")), "before"
)


class Told(msgspec.Struct, frozen=True):
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


class Ring(msgspec.Struct, frozen=True):
    """One thing that happened."""

    number: int
    case: str
    what: str
    ticket: str
    told: Told | None


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Told).decode


class Bell:
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
        rung = dict.fromkeys((it.case, it.what.value) for it in events if it.what != Happened.TOLD)
        for case, what in rung:
            self._ring(work, case, what, "", None, now)
        for ticket, told in _told(events).items():
            sealed = self._vault.seal(Purpose.DESK, _place(ticket), _encode(told))
            self._ring(work, told.case, Happened.TOLD.value, ticket, sealed, now)
        return []

    @staticmethod
    def _ring(  # noqa: PLR0913, PLR0917 - the columns of a row
        work: Work, case: str, what: str, ticket: str, sealed: bytes | None, now: int
    ) -> None:
        if not case or not work.run(_RING_FOR, what, ticket, sealed, now, case):
            work.run(_RING, what, ticket, sealed, now)


def ring_out(work: Work, _key: bytes, _case: str, now: int) -> int:
    """Ring at every open desk that a case is gone, in the unit of work that erases it."""
    work.run(_RING, GONE, "", None, now)
    return 0


class Numbers:
    """Which rings were told, and which may still come."""

    def __init__(self, last: int) -> None:
        self.last = last
        self._missing: dict[int, float] = {}

    def tell(self, number: int, now: float) -> None:
        """Note that one was told; those it passed over are looked for a while."""
        self._missing.pop(number, None)
        passed = range(max(self.last + 1, number - AT_ONCE), number)
        self._missing |= dict.fromkeys(passed, now + LATE)
        self.last = max(self.last, number)

    def missing(self, now: float) -> list[int]:
        """Return the numbers that were passed over lately."""
        self._missing = {it: until for it, until in self._missing.items() if now <= until}
        return list(self._missing)


class Bells:
    """What was written down, as a desk reads it."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    @staticmethod
    def newest(work: Work) -> int:
        """Return the number of the last that rang."""
        return int(work.rows(_NEWEST)[0][0])

    def since(self, work: Work, last: int, missing: Sequence[int] = ()) -> list[Ring]:
        """Return what rang since, and what came late of the numbers that were passed over."""
        rows = work.rows_in(_THESE, missing) + work.rows(_SINCE, last, AT_ONCE)
        return [
            Ring(number, case or "", what, ticket, self._opened(ticket, sealed))
            for number, case, what, ticket, sealed in rows
        ]

    @staticmethod
    def forget(work: Work, now: int) -> None:
        """Forget what has rung long ago."""
        work.run(_FORGET, now - KEPT)

    def _opened(self, ticket: str, sealed: bytes | None) -> Told | None:
        if sealed is None:
            return None
        try:
            return _decode(self._vault.open(Purpose.DESK, _place(ticket), bytes(sealed)))
        except (DoesNotOpen, msgspec.MsgspecError):  # altered: whoever asked hears nothing of it
            return None


def _told(events: Sequence[Event]) -> dict[str, Told]:
    """Return what came of each command of this desk: what was refused, said, or just done."""
    found: dict[str, Told] = {}
    for event in events:
        if not event.at_desk.startswith(HERE):
            continue
        ticket = event.at_desk.removeprefix(HERE)
        before = found.get(ticket)
        if before is None or event.is_refused or (event.text and not before.source):
            found[ticket] = _one(event, before)
    return found


def _one(event: Event, before: Told | None) -> Told:
    case = event.case or (before.case if before else "")
    if event.text is None or event.what is not Happened.TOLD:
        return Told(case)
    return Told(case, event.is_refused, event.text.source, event.text.context, dict(event.values))


def _place(ticket: str) -> bytes:
    return f"{HERE}{ticket}".encode()
