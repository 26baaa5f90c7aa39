"""Caseworkers: who may do what, in which languages, and whether they are there now.

A name and an account are sealed, bound to the row and the role it was given: a role or an account
that was changed in the database does not open, and who does not open is nobody.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import bindparam, select, update

from bot.cases.state_machine import Role
from bot.errors import AlreadyEnrolledError, DecryptionError
from bot.store.compiled import Prepared, insert_into
from bot.store.tables.main import staff
from bot.vault import Purpose

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.store.writer import Work
    from bot.vault import Vault

ACTIVE, DISABLED = "active", "disabled"
NO_BOT = 0
"""Staff accounts are looked up beside the chats of no bot."""
DEFAULT_MAX_CHATS = 3
"""Chats a caseworker holds at once, unless something else was agreed."""


class _SealedStaff(msgspec.Struct):
    name: str
    account: int


@dataclass(frozen=True, slots=True)
class Caseworker:
    """Whoever answers for the organisation."""

    id: str
    role: Role
    title: str
    """The code of what people are told they are."""
    name: str
    """For colleagues; a person is told the title."""
    account: int
    """The number of their account; 0: none."""
    languages: tuple[str, ...]
    queues: tuple[str, ...]
    skills: tuple[str, ...]
    most: int
    """Chats at once."""
    is_active: bool
    is_on_duty: bool
    rests_until: int


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_SealedStaff).decode
_COLUMN_NAMES = ("id", "role", "title", "sealed", "languages", "queues", "skills", "most", "state",
         "on_duty", "rests_until")  # fmt: skip
_NEW_COLUMNS = (*_COLUMN_NAMES, "account_key", "added_at")
_COLUMNS = tuple(staff.c[name] for name in _COLUMN_NAMES)
_ADD = Prepared(
    lambda dialect: insert_into(dialect, staff).values(
        {name: bindparam(name) for name in _NEW_COLUMNS}
    ),
    *_NEW_COLUMNS,
)
_ALL = Prepared(lambda _: select(*_COLUMNS).order_by(staff.c.added_at, staff.c.id))
_ONE = Prepared(lambda _: select(*_COLUMNS).where(staff.c.id == bindparam("who")), "who")
_BY_ACCOUNT = Prepared(
    lambda _: select(*_COLUMNS).where(staff.c.account_key == bindparam("account")), "account"
)
_ON_DUTY = Prepared(
    lambda _: (
        select(*_COLUMNS)
        .where(staff.c.on_duty == 1, staff.c.state == ACTIVE)
        .order_by(staff.c.added_at, staff.c.id)
    )
)
_SET_DUTY = Prepared(
    lambda _: (
        update(staff)
        .where(staff.c.id == bindparam("who"), staff.c.state == ACTIVE)
        .values(on_duty=bindparam("is_on"))
    ),
    "is_on",
    "who",
)
_REST = Prepared(
    lambda _: (
        update(staff).where(staff.c.id == bindparam("who")).values(rests_until=bindparam("until"))
    ),
    "until",
    "who",
)
_DISABLE = Prepared(
    lambda _: (
        update(staff)
        .where(staff.c.id == bindparam("who"), staff.c.state == ACTIVE)
        .values(state=DISABLED, on_duty=0, account_key=None, sealed=bindparam("sealed"))
    ),
    "sealed",
    "who",
)


class Staff:
    """The caseworkers of this deployment, used inside units of work."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def add(  # noqa: PLR0913 - what is agreed with a new colleague
        self,
        work: Work,
        now: int,
        *,
        name: str,
        role: Role,
        title: str,
        languages: Iterable[str],
        queues: Iterable[str],
        skills: Iterable[str] = (),
        most: int = DEFAULT_MAX_CHATS,
        account: int = 0,
    ) -> Caseworker:
        """Enrol a caseworker.

        Raises:
            AlreadyEnrolled: the account belongs to a colleague.
        """
        if account and (other := self._find_by_account(work, account)):
            raise AlreadyEnrolledError(
                f"this account belongs to {other.id}; disable that one first"
            )
        new = Caseworker(
            _new_id(work), role, title, name, account, _unique(languages), _unique(queues),
            _unique(skills), most, is_active=True, is_on_duty=False, rests_until=0,
        )  # fmt: skip
        work.run(
            _ADD, new.id, role.value, title, self._seal(new.id, role, name, account),
            " ".join(new.languages), " ".join(new.queues), " ".join(new.skills), most, ACTIVE, 0, 0,
            self._key(account), now,
        )  # fmt: skip
        return new

    def all(self, work: Work) -> list[Caseworker]:
        """Return everybody who was ever enrolled, in that order."""
        return [self._open(row) for row in work.rows(_ALL)]

    def find(self, work: Work, who: str) -> Caseworker | None:
        """Return a caseworker by id, disabled or not."""
        rows = work.rows(_ONE, who)
        return self._open(rows[0]) if rows else None

    def by_account(self, work: Work, account: int) -> Caseworker | None:
        """Return whoever writes from an account; None for anybody who is not, or no longer, one."""
        found = self._find_by_account(work, account) if account else None
        return found if found and found.is_active and found.account == account else None

    def on_duty(self, work: Work) -> list[Caseworker]:
        """Return whoever is there now, resting or not."""
        return [found for found in map(self._open, work.rows(_ON_DUTY)) if found.is_active]

    def set_duty(self, work: Work, who: str, on: bool) -> None:
        """Note that a caseworker came or went."""
        work.run(_SET_DUTY, int(on), who)

    def rest(self, work: Work, who: str, until: int) -> None:
        """Give a caseworker no new case until a moment."""
        work.run(_REST, until, who)

    def disable(self, work: Work, who: str) -> bool:
        """End a caseworker's access and forget the account; tell whether there was any."""
        found = self.find(work, who)
        if found is None:
            return False
        sealed = self._seal(who, found.role, found.name, 0)
        return bool(work.run(_DISABLE, sealed, who))

    def _find_by_account(self, work: Work, account: int) -> Caseworker | None:
        rows = work.rows(_BY_ACCOUNT, self._key(account))
        return self._open(rows[0]) if rows else None

    def _key(self, account: int) -> bytes | None:
        return self._vault.chat_key(NO_BOT, account) if account else None

    def _seal(self, who: str, role: Role, name: str, account: int) -> bytes:
        return self._vault.seal(
            Purpose.STAFF, _associated_data(who, role), _encode(_SealedStaff(name, account))
        )

    def _open(self, row: Any) -> Caseworker:
        who, role, title, sealed, languages, queues, skills, most, state, on_duty, rests = row
        try:
            plain = self._vault.open(Purpose.STAFF, _associated_data(who, role), bytes(sealed))
            said = _decode(plain)
        except DecryptionError:  # a damaged row is in no colleague's way
            said, state = _SealedStaff("", 0), DISABLED
            role = role if role in Role else Role.AUDITOR  # any: they are nobody
        return Caseworker(
            who, Role(role), title, said.name, said.account, tuple(languages.split()),
            tuple(queues.split()), tuple(skills.split()), most, state == ACTIVE, bool(on_duty),
            rests,
        )  # fmt: skip


def _associated_data(who: str, role: str) -> bytes:
    return f"{who}/{role}".encode()


def _unique(given: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(given))


def _new_id(work: Work) -> str:
    # Short: it is typed at a terminal, and a button has 64 bytes for two of them and a case.
    while work.rows(_ONE, who := secrets.token_hex(4)):
        pass
    return who
