"""Caseworkers: their roles, languages and queues, and whether they are on duty.

A name and an account are sealed, bound to the row and its role. If the role or the account was
changed in the database, the row does not open, and it gives access to no one.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import or_

from bot.cases.state_machine import CASEWORK_ROLES, Role
from bot.errors import AlreadyEnrolledError, DecryptionError
from bot.hotline.interpreting.profiles import number_interpreter
from bot.store.statements import insert, select_by, select_one, update_by
from bot.store.tables.main import staff
from bot.vault import Purpose

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.store.writer import Work
    from bot.vault import Vault

ACTIVE, DISABLED = "active", "disabled"
NO_BOT = 0
"""In place of a bot's number in the lookup key of staff accounts."""
DEFAULT_MAX_CHATS, MAX_CHATS = 3, 20
"""Chats at once: unless another number was agreed, and the most that can be."""
MAX_NAME_LENGTH, MAX_SKILLS_LENGTH = 80, 160
"""Characters of a name, and of all skills with the spaces between them."""


class _SealedStaff(msgspec.Struct):
    name: str
    account: int


@dataclass(frozen=True, slots=True)
class Caseworker:
    """A member of staff: a caseworker, supervisor, administrator or auditor."""

    id: str
    role: Role
    title: str
    """The code of the title that people are told."""
    name: str
    """For colleagues; people are told the title."""
    account: int
    """The number of their Telegram account; 0 for none."""
    languages: tuple[str, ...]
    queues: tuple[str, ...]
    skills: tuple[str, ...]
    most: int
    """Chats at once."""
    is_active: bool
    is_on_duty: bool
    """Never of a role that opens no case, as `IS_ON_DUTY`."""
    rests_until: int
    offices: tuple[str, ...] = ()
    """Ids of the offices they belong to; who belongs to none works for all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountTerms:
    """What was agreed with a member of staff, and can be changed later."""

    role: Role
    title: str = "caseworker"
    languages: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    most: int = DEFAULT_MAX_CHATS
    offices: tuple[str, ...] = ()

    @classmethod
    def of(cls, colleague: Caseworker) -> AccountTerms:
        """Return what is agreed with a colleague now."""
        return cls(**{it.name: getattr(colleague, it.name) for it in fields(cls)})

    def differences(self, other: AccountTerms) -> tuple[str, ...]:
        """Return the names of what differs from other terms."""
        names = (it.name for it in fields(self))
        return tuple(it for it in names if getattr(self, it) != getattr(other, it))


def is_skill(typed: str) -> bool:
    """Whether a word can name a skill: letters of English, digits and `_`."""
    return typed.isascii() and typed.replace("_", "").isalnum()


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_SealedStaff).decode
_COLUMN_NAMES = ("id", "role", "title", "sealed", "languages", "queues", "skills", "most", "state",
         "on_duty", "rests_until", "offices")  # fmt: skip
_NEW_COLUMNS = (*_COLUMN_NAMES, "account_key", "added_at")
_HAS_ACCESS = staff.c.state == ACTIVE
IS_ON_DUTY = (
    staff.c.on_duty == 1, _HAS_ACCESS,
    or_(*(staff.c.role == it.value for it in sorted(CASEWORK_ROLES))),
)  # fmt: skip
"""Who counts as on duty: of a role that opens no case no one does, whatever the row says.

An emergency that is left to them would be read by no one.
"""
_ADD = insert(staff, *_NEW_COLUMNS)
_ALL = select_by(staff, *_COLUMN_NAMES, order_by=("added_at", "id"))
_ONE = select_one(staff, *_COLUMN_NAMES, by="id")
_BY_ACCOUNT = select_one(staff, *_COLUMN_NAMES, by="account_key")
_ON_DUTY = select_by(staff, *_COLUMN_NAMES, by=IS_ON_DUTY, order_by=("added_at", "id"))
_LANGUAGES_ON_DUTY = select_by(staff, "languages", by=IS_ON_DUTY, order_by="id")
_SET_DUTY = update_by(staff, "on_duty", by=("id", _HAS_ACCESS))
_REST = update_by(staff, "rests_until", by="id")
_CHANGE = update_by(
    staff, "role", "title", "sealed", "languages", "queues", "skills", "most", "offices",
    by=("id", _HAS_ACCESS),
)  # fmt: skip
_SET_ACCOUNT = update_by(staff, "sealed", "account_key", by=("id", _HAS_ACCESS))
_SET_OFFICES = update_by(staff, "offices", by="id")
_DISABLE = update_by(
    staff, "sealed", by=("id", _HAS_ACCESS),
    constants={"state": DISABLED, "on_duty": 0, "account_key": None},
)  # fmt: skip


def languages_on_duty(work: Work) -> frozenset[str]:
    """Return the languages that the caseworkers on duty speak."""
    return frozenset(tag for (tags,) in work.rows(_LANGUAGES_ON_DUTY) for tag in tags.split())


def expect_on_duty(work: Work) -> None:
    """Let the database look up what `Staff.on_duty` will ask for."""
    work.expect(_ON_DUTY)


class Staff:
    """The caseworkers of this deployment, used inside units of work."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def add(  # noqa: PLR0913 - the columns of a new row, by keyword
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
        offices: Iterable[str] = (),
    ) -> Caseworker:
        """Enrol a caseworker.

        Raises:
            AlreadyEnrolledError: the account belongs to a colleague.
        """
        self._refuse_taken(work, account)
        new = Caseworker(
            _new_id(work), role, title, name, account, _unique(languages), _unique(queues),
            _unique(skills), most, is_active=True, is_on_duty=False, rests_until=0,
            offices=_unique(offices),
        )  # fmt: skip
        work.run(
            _ADD, new.id, role.value, title, self._seal(new.id, role, name, account),
            " ".join(new.languages), " ".join(new.queues), " ".join(new.skills), most, ACTIVE, 0, 0,
            _joined(new.offices), self._key(account), now,
        )  # fmt: skip
        if role is Role.INTERPRETER:
            number_interpreter(work, new.id, now)
        return new

    def set_account(self, work: Work, colleague: Caseworker, account: int) -> None:
        """Store which Telegram account a caseworker has; 0 for none.

        Raises:
            AlreadyEnrolledError: the account belongs to another one.
        """
        if account != colleague.account:
            self._refuse_taken(work, account)
        sealed = self._seal(colleague.id, colleague.role, colleague.name, account)
        work.run(_SET_ACCOUNT, sealed, self._key(account), colleague.id)

    def _refuse_taken(self, work: Work, account: int) -> None:
        if account and (other := self._find_by_account(work, account)):
            raise AlreadyEnrolledError(
                f"this account belongs to {other.id}; disable that one first"
            )

    def all(self, work: Work) -> list[Caseworker]:
        """Return all who were ever enrolled, in that order."""
        return [self._open(row) for row in work.rows(_ALL)]

    def find(self, work: Work, who: str) -> Caseworker | None:
        """Return a caseworker by id, disabled or not."""
        rows = work.rows(_ONE, who)
        return self._open(rows[0]) if rows else None

    def by_account(self, work: Work, account: int) -> Caseworker | None:
        """Return the active caseworker with an account; None if there is none."""
        found = self._find_by_account(work, account) if account else None
        return found if found and found.is_active and found.account == account else None

    def on_duty(self, work: Work) -> list[Caseworker]:
        """Return those on duty, resting or not."""
        return [found for found in map(self._open, work.rows(_ON_DUTY)) if found.is_active]

    def set_duty(self, work: Work, who: str, on: bool) -> None:
        """Store that a caseworker went on or off duty."""
        work.run(_SET_DUTY, int(on), who)

    def rest(self, work: Work, who: str, until: int) -> None:
        """Assign a caseworker no next case until a moment."""
        work.run(_REST, until, who)

    def change(self, work: Work, colleague: Caseworker, terms: AccountTerms) -> None:
        """Store other terms of a member of staff."""
        who, role = colleague.id, terms.role
        sealed = self._seal(who, role, colleague.name, colleague.account)
        work.run(
            _CHANGE, role.value, terms.title, sealed, " ".join(terms.languages),
            " ".join(terms.queues), " ".join(terms.skills), terms.most, _joined(terms.offices),
            who,
        )  # fmt: skip

    def set_offices(self, work: Work, who: str, offices: Iterable[str]) -> None:
        """Let a caseworker belong to these offices alone."""
        work.run(_SET_OFFICES, _joined(offices), who)

    def disable(self, work: Work, who: str) -> bool:
        """End a caseworker's access and erase the account; return whether they had access."""
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
        who, role, title, sealed, languages, queues, skills, most, state, on_duty, rests, of = row
        try:
            plain = self._vault.open(Purpose.STAFF, _associated_data(who, role), bytes(sealed))
            opened = _decode(plain)
        except DecryptionError:  # one damaged row must not stop all others
            opened, state = _SealedStaff("", 0), DISABLED
            role = role if role in set(Role) else Role.AUDITOR  # any role: there is no access
        counts = bool(on_duty) and Role(role) in CASEWORK_ROLES
        return Caseworker(
            who, Role(role), title, opened.name, opened.account, tuple(languages.split()),
            tuple(queues.split()), tuple(skills.split()), most, state == ACTIVE, counts, rests,
            tuple((of or "").split()),
        )  # fmt: skip


def _associated_data(who: str, role: str) -> bytes:
    return f"{who}/{role}".encode()


def _joined(offices: Iterable[str]) -> str | None:
    return " ".join(offices) or None


def _unique(given: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(given))


def _new_id(work: Work) -> str:
    # Short: it is typed at a terminal, and a button has 64 bytes for two of them and a case.
    while work.rows(_ONE, who := secrets.token_hex(4)):
        pass
    return who
