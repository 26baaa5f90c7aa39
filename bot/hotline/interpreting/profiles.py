"""Interpreters as colleagues see them: a number instead of a name, and what may be a conflict.

An interpreter can come from the same village as the person, or know the broker. What is known about
that is sealed under the root, like the names of staff: the caseworker who invites reads it, and so
do supervisors. Nothing of it is in clear.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import astuple
from sqlalchemy import func, select

from bot.errors import DecryptionError
from bot.store.compiled import Prepared
from bot.store.statements import insert, select_by, update_by
from bot.store.tables.interpreting import interpreters
from bot.text import fold, pgettext
from bot.vault import Purpose

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.store.writer import Work
    from bot.vault import Vault

PSEUDONYM = pgettext("pseudonym", "Interpreter {number}")
MAX_CONFLICT_LENGTH = 500
"""Characters of one kind of conflict."""
MIN_TERM_LENGTH = 2
"""Shorter names would be found in every text."""
_SEPARATORS = re.compile("[,;\u3001\uff0c\uff1b\n]")


class Conflicts(msgspec.Struct, frozen=True, kw_only=True):
    """What may bring an interpreter too close to a case; several names are separated by commas."""

    nationality: str = ""
    community: str = ""
    """Home town, village, people, congregation."""
    employers: str = ""
    agencies: str = ""
    people: str = ""

    @property
    def is_empty(self) -> bool:
        """Return whether nothing is written down."""
        return not any(astuple(self))

    def found_in(self, texts: Iterable[str]) -> list[str]:
        """Return the names, of all kinds but the nationality, that stand in one of the texts."""
        folded = [fold(it) for it in texts]
        fields = (self.community, self.employers, self.agencies, self.people)
        terms = [it.strip() for field in fields for it in _SEPARATORS.split(field)]
        known = dict.fromkeys(it for it in terms if len(it) >= MIN_TERM_LENGTH)
        return [it for it in known if any(fold(it) in text for text in folded)]


CONFLICT_FIELDS = Conflicts.__struct_fields__
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Conflicts).decode
_NEXT_NUMBER = Prepared(lambda _: select(func.coalesce(func.max(interpreters.c.number), 0) + 1))
_ADD = insert(interpreters, "staff_id", "number", "set_at", unless_exists="staff_id")
_ALL = select_by(interpreters, "staff_id", "number", "sealed", order_by="number")
_NUMBERS = select_by(interpreters, "staff_id", "number", order_by="number")
_SET = update_by(interpreters, "sealed", "set_at", by="staff_id")


def interpreter_numbers(work: Work) -> dict[str, int]:
    """Return the numbers of all interpreters, former ones too, by the id among the staff."""
    return {str(who): int(number) for who, number in work.rows(_NUMBERS)}


def number_interpreter(work: Work, who: str, now: int) -> None:
    """Give a new interpreter a number, which no one had before."""
    work.run(_ADD, who, int(work.rows(_NEXT_NUMBER)[0][0]), now)


def erase_conflicts(work: Work, who: str, now: int) -> None:
    """Erase what is written down about an interpreter who leaves; the number stays."""
    work.run(_SET, None, now, who)


class InterpreterProfiles:
    """What is written down about interpreters, used inside units of work."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def all(self, work: Work) -> dict[str, Conflicts]:
        """Return the conflicts of all interpreters, by the id among the staff."""
        return {
            str(who): self._open(str(who), None if sealed is None else bytes(sealed))
            for who, _number, sealed in work.rows(_ALL)
        }

    def of(self, work: Work, who: str) -> Conflicts:
        """Return the conflicts of one interpreter."""
        return self.all(work).get(who, Conflicts())

    def store(self, work: Work, who: str, conflicts: Conflicts, now: int) -> None:
        """Replace what is written down about an interpreter."""
        sealed = self._vault.seal(Purpose.STAFF, _associated_data(who), _encode(conflicts))
        work.run(_SET, sealed, now, who)

    def _open(self, who: str, sealed: bytes | None) -> Conflicts:
        if sealed is None:
            return Conflicts()
        try:
            return _decode(self._vault.open(Purpose.STAFF, _associated_data(who), sealed))
        except (DecryptionError, msgspec.MsgspecError):  # one damaged row must not stop all others
            return Conflicts()


def _associated_data(who: str) -> bytes:
    return f"interpreter/{who}".encode()
