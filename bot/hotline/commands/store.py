"""Commands on their way from a desk to the dispatcher: rows of `staff_commands`.

A desk or the command line, in whatever process, stores a command with `submit_command`. The
dispatcher of the bot loads it within a second and carries it out in the order in which commands and
updates were stored. The transaction that carries it out deletes its row, so a command is carried
out exactly once, wherever the process ends.

A command can be delayed for a few seconds, in which the one who gave it can take it back. Its
row says from when on it counts; then it waits like any other, even if page and process have ended.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace
from sqlalchemy import and_, bindparam, cast, func, insert, select

from bot.errors import DecryptionError
from bot.hotline.commands.texts import PERSON_ENDED_CHAT
from bot.hotline.commands.types import MESSAGE_VERBS, Command, decode, encode
from bot.log import log
from bot.mailbox.inbox import FOREVER, MAX_CRASHES
from bot.store import Prepared, Work, delete_by, select_by, select_one, update_by
from bot.store.tables.desk import staff_commands
from bot.store.tables.main import cases
from bot.vault import Purpose, Vault
from bot.vault.erasure.retention import SET_ASIDE_KEPT, UPDATES_KEPT
from bot.vault.keys.epoch_keys import RESEAL_AFTER, epoch_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.hotline.events import Event

WAITING, DELAYED, QUARANTINED, REFUSED = "waiting", "delayed", "quarantined", "refused"
LEFT = "left"
"""Why a message was refused: the person had ended the talk."""
MOVED = "moved"
"""And: the case had left who wrote it."""
_UNREADABLE = (DecryptionError, msgspec.MsgspecError)
_NEW = ("state", "sealed", "attempts", "created_at")
_ADD = Prepared(
    # A case that was erased meanwhile has no row to refer to: the command is refused later.
    lambda _: insert(staff_commands).from_select(
        ["case_id", *_NEW],
        select(
            select(cases.c.id).where(cases.c.id == bindparam("of_case")).scalar_subquery(),
            *(cast(bindparam(name), staff_commands.c[name].type) for name in _NEW),
        ),
    ),
    "of_case",
    *_NEW,
)
_IS_WAITING = staff_commands.c.state == WAITING
_CREATED_BEFORE = staff_commands.c.created_at < bindparam("before")
_WAITING = select_by(
    staff_commands, "id", "sealed", "attempts", "created_at",
    by=(_IS_WAITING, _CREATED_BEFORE), order_by="id", limit=bindparam("most"),
)  # fmt: skip
_WAITING_SINCE = select_one(staff_commands, func.min(staff_commands.c.created_at), by=_IS_WAITING)
_COUNT_ATTEMPT = update_by(
    staff_commands, by="id", constants={"attempts": staff_commands.c.attempts + 1}
)
_DELETE = delete_by(staff_commands, by="id")
_QUARANTINE = update_by(staff_commands, "fault", by="id", constants={"state": QUARANTINED})
_QUARANTINE_CRASHING = update_by(
    staff_commands, by=(_IS_WAITING, staff_commands.c.attempts >= MAX_CRASHES),
    constants={"state": QUARANTINED, "fault": "the process ended over it"},
)  # fmt: skip
_REFUSE = update_by(staff_commands, "fault", by="id", constants={"state": REFUSED})
_IS_DELAYED = staff_commands.c.state == DELAYED
_IS_UNDONE = and_(~_IS_WAITING, ~_IS_DELAYED, staff_commands.c.sealed.is_not(None))
_UNDONE = select_by(
    staff_commands, "id", "sealed", "attempts", "created_at", by=("case_id", _IS_UNDONE),
    order_by="id",
)  # fmt: skip
_ALL_UNDONE = select_by(
    staff_commands, "id", "sealed", "created_at", "case_id", "fault", by=_IS_UNDONE, order_by="id"
)
_DELAYED = select_by(
    staff_commands, "id", "sealed", "created_at", "case_id", by=_IS_DELAYED, order_by="id"
)
_BEGIN_DUE = update_by(
    staff_commands, by=(_IS_DELAYED, staff_commands.c.created_at <= bindparam("now")),
    constants={"state": WAITING},
)  # fmt: skip
_EMPTY = update_by(staff_commands, by="id", constants={"sealed": None})
_OLD = select_by(staff_commands, "id", "sealed", "created_at", by=(_IS_WAITING, _CREATED_BEFORE))
_RESEAL = update_by(staff_commands, "sealed", by="id")
_EXPIRE_BODIES = update_by(
    staff_commands, by=(~_IS_WAITING, _CREATED_BEFORE), constants={"sealed": None}
)
_EXPIRE = delete_by(staff_commands, by=(~_IS_WAITING, _CREATED_BEFORE))


@dataclass(frozen=True, slots=True)
class StoredCommand:
    """A command that waits, and the id of its row."""

    id: int
    command: Command


def submit_command(work: Work, vault: Vault, command: Command, now: int) -> None:
    """Store a command, sealed; the bot's process carries it out."""
    work.run(_ADD, command.case, WAITING, _sealed(vault, command, now), 0, now)


@dataclass(frozen=True, slots=True)
class DelayedCommand:
    """A command that can be taken back until a moment."""

    id: int
    command: Command
    due_at: int


@dataclass(frozen=True, slots=True)
class UndoneCommand:
    """A command that was refused or failed after its page had gone on."""

    id: int
    command: Command
    why: str
    """LEFT, MOVED, or another reason."""


def refused_commands(
    commands: Sequence[StoredCommand], events: Sequence[Event]
) -> list[tuple[StoredCommand, str]]:
    """Return the commands to keep, each with why it was refused, from the events that say so.

    These are the ones that hold words, or that the person would have read: who gave them is told,
    and gets the words back.
    """
    said = {it.reply_to: it.text for it in events if it.is_refused and it.reply_to}
    return [
        (each, LEFT if said[command.reply_to] is PERSON_ENDED_CHAT else "")
        for each in commands
        if (command := each.command).reply_to in said
        and (command.text or command.verb in MESSAGE_VERBS)
    ]


def delay_command(work: Work, vault: Vault, command: Command, due_at: int) -> None:
    """Store a command, sealed, that counts from a moment on."""
    delayed = replace(command, is_delayed=True)
    work.run(_ADD, command.case, DELAYED, _sealed(vault, delayed, due_at), 0, due_at)


def begin_due(work: Work, now: int) -> int:
    """Let the delayed commands count whose moment has come; return how many those were."""
    return work.run(_BEGIN_DUE, now)


class StaffCommands:
    """The commands that wait, used inside units of work of the bot's process."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    @staticmethod
    def waiting_since(work: Work) -> int:
        """Return when the oldest waiting command was stored; a moment far away if none waits."""
        ((oldest,),) = work.rows(_WAITING_SINCE)
        return FOREVER if oldest is None else int(oldest)

    def load_waiting(self, work: Work, most: int, before: int = FOREVER) -> list[StoredCommand]:
        """Return the commands that were stored before a moment, oldest first.

        One more attempt is counted for each. A command over which the process ended too often is
        quarantined. One that was attempted before comes alone, so that no other shares its fate.
        """
        work.run(_QUARANTINE_CRASHING)
        loaded: list[StoredCommand] = []
        for row, sealed, attempts, created_at in work.rows(_WAITING, before, most):
            if attempts and loaded:
                break
            if (command := self._open(work, row, sealed, created_at)) is not None:
                loaded.append(StoredCommand(row, command))
            if attempts and loaded:
                break
        work.many(_COUNT_ATTEMPT, [(each.id,) for each in loaded])
        return loaded

    @staticmethod
    def delete(work: Work, commands: Sequence[StoredCommand]) -> None:
        """Delete commands in the transaction that carries them out."""
        work.many(_DELETE, [(each.id,) for each in commands])

    @staticmethod
    def quarantine(work: Work, command: StoredCommand, why: str) -> None:
        """Set a command aside, sealed, with the reason; all others go on."""
        work.run(_QUARANTINE, why[:80], command.id)

    @staticmethod
    def keep_refused(work: Work, commands: Sequence[tuple[StoredCommand, str]]) -> None:
        """Keep refused commands, sealed, each with why: their words go back to who wrote them."""
        work.many(_REFUSE, [(why[:80], each.id) for each, why in commands])

    def delayed(self, work: Work, by: str, case: str = "") -> list[DelayedCommand]:
        """Return the delayed commands of a caseworker, of one case or of all, oldest first."""
        found = []
        for row, sealed, due_at, of_case in work.rows(_DELAYED):
            if case and of_case != case:
                continue
            with suppress(*_UNREADABLE):  # it is quarantined once it counts: pages only read
                command = self._decode(sealed, due_at)
                if command.by == by:
                    found.append(DelayedCommand(row, command, due_at))
        return found

    def take_delayed(self, work: Work, by: str, case: str) -> list[Command]:
        """Delete the delayed commands of a caseworker about a case, and return them."""
        found = self.delayed(work, by, case)
        work.many(_DELETE, [(it.id,) for it in found])
        return [it.command for it in found]

    def undone(self, work: Work, by: str) -> list[UndoneCommand]:
        """Return a caseworker's commands that were refused or failed and are kept, oldest first."""
        found = []
        for row, sealed, created_at, case, fault in work.rows(_ALL_UNDONE):
            with suppress(*_UNREADABLE):
                command = self._decode(sealed, created_at)
                if command.by == by and case:
                    found.append(UndoneCommand(row, command, fault or ""))
        return found

    def dismiss_undone(self, work: Work, row: int, by: str) -> None:
        """Empty a row of `undone` that its caseworker has read."""
        if any(it.id == row for it in self.undone(work, by)):
            work.run(_EMPTY, row)

    @staticmethod
    def has_undone(work: Work, case: str) -> bool:
        """Tell whether commands about a case are kept that were refused or failed."""
        return bool(work.rows(_UNDONE, case))

    def take_undone(self, work: Work, case: str, by: str) -> list[Command]:
        """Return a caseworker's commands about a case that were refused or failed, once each."""
        found = []
        for row, sealed, _attempts, created_at in work.rows(_UNDONE, case):
            command = self._open(work, row, sealed, created_at)
            if command is not None and command.by == by:
                work.run(_EMPTY, row)
                found.append(command)
        return found

    def reencrypt_waiting(self, work: Work, now: int) -> None:
        """Seal again what still waits although the key of its epoch is about to expire."""
        expiring = self._vault.expiring_epochs(now)
        for row, sealed, created_at in work.rows(_OLD, now - RESEAL_AFTER):
            if epoch_number(bytes(sealed)) not in expiring:
                continue
            if (command := self._open(work, row, sealed, created_at)) is not None:
                work.run(_RESEAL, _sealed(self._vault, command, created_at), row)

    @staticmethod
    def expire(work: Work, now: int) -> int:
        """Delete quarantined commands that are old enough; return how many rows that were."""
        work.run(_EXPIRE_BODIES, now - SET_ASIDE_KEPT)
        return work.run(_EXPIRE, now - UPDATES_KEPT)

    def _open(self, work: Work, row: int, sealed: bytes, created_at: int) -> Command | None:
        try:
            return self._decode(sealed, created_at)
        except _UNREADABLE:
            log.warning("quarantined", kind="unreadable")
            work.run(_QUARANTINE, "unreadable", row)
            return None

    def _decode(self, sealed: bytes, created_at: int) -> Command:
        data = b"%d" % created_at
        return decode(self._vault.open(Purpose.STAFF_COMMAND, data, bytes(sealed)))


def _sealed(vault: Vault, command: Command, created_at: int) -> bytes:
    return vault.seal(Purpose.STAFF_COMMAND, b"%d" % created_at, encode(command))
