"""Caseworkers' own keys: the private half under a password, and once more under a printed key.

The password is never kept, and neither is the printed key. Whoever has lost both is enrolled with a
new key; a colleague who signs in wraps to it what they may open.
"""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import bindparam, delete, select, update

from bot.errors import WrongPasswordError
from bot.store.compiled import Prepared, insert_into
from bot.store.tables.keys import case_wraps, staff_keys, team_wraps
from bot.vault.keys.hpke import KeyPair
from bot.vault.keys.keyring import STAFF_PREFIX, Keyring
from bot.vault.keys.passwords import (
    DEFAULT_COST,
    LENGTH,
    SALT_LENGTH,
    PasswordCost,
    derive_key,
    format_printed_key,
    parse_printed_key,
)
from bot.vault.keys.team_keys import ROLES_WITH_KEYS, TeamMember, form_teams, member_proof_data

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.store.writer import Work
    from bot.vault.keys.key_store import KeyStore
    from bot.vault.keys.team_keys import Prove

ZERO_NONCE = bytes(12)
"""Every key made of a password or of a printed secret is used once: its salt is new each time."""
_SEALED = ("salt", "memory", "passes", "sealed", "recovery")
_NAMES = ("staff_id", "role", "queues", "public", "proof", *_SEALED, "made_at")
_ADD = Prepared(
    lambda dialect: insert_into(dialect, staff_keys).values(
        {name: bindparam(name) for name in _NAMES}
    ),
    *_NAMES,
)
_ONE = Prepared(
    lambda _: select(staff_keys.c.public, *(staff_keys.c[name] for name in _SEALED)).where(
        staff_keys.c.staff_id == bindparam("who")
    ),
    "who",
)
_CHANGE = Prepared(
    lambda _: (
        update(staff_keys)
        .where(staff_keys.c.staff_id == bindparam("who"))
        .values({name: bindparam(name) for name in _SEALED})
    ),
    *_SEALED,
    "who",
)
_DELETES = [
    Prepared(lambda _: delete(staff_keys).where(staff_keys.c.staff_id == bindparam("who")), "who"),
    Prepared(lambda _: delete(team_wraps).where(team_wraps.c.holder == bindparam("name")), "name"),
    Prepared(lambda _: delete(case_wraps).where(case_wraps.c.holder == bindparam("name")), "name"),
]


class StaffKeys:
    """The keys of whoever may open cases.

    Args:
        keys: where they lie.
        prove: the proof of who is enrolled.
        cost: of a guess at a password; anything but the default is for tests.
    """

    def __init__(self, keys: KeyStore, prove: Prove, cost: PasswordCost = DEFAULT_COST) -> None:
        self._keys = keys
        self._prove = prove
        self.cost = cost

    def enrol(
        self, staff_id: str, role: str, queues: Sequence[str], password: str, now: int
    ) -> str:
        """Make a caseworker's key, form the teams anew, and return what is printed once.

        Whoever has one already loses it, and with it what was wrapped to it.
        """
        pair = KeyPair.generate()
        printed = secrets.token_bytes(LENGTH)
        row = self._seal(staff_id, pair, password, printed)
        member = TeamMember(staff_id, role, tuple(queues), pair.public)

        def add(work: Work) -> None:
            self._delete(work, staff_id)
            work.run(
                _ADD,
                staff_id,
                role,
                " ".join(queues),
                pair.public,
                self._prove(member_proof_data(member)),
                *row,
                now,
            )
            form_teams(work, self._prove, now)

        self._keys.run(add)
        return format_printed_key(printed)

    def remove(self, staff_id: str, now: int) -> bool:
        """Destroy a caseworker's key and all that is wrapped to it; tell whether there was one.

        The teams are formed anew.
        """

        def leave(work: Work) -> bool:
            had_key = self._delete(work, staff_id)
            if had_key:
                form_teams(work, self._prove, now)
            return had_key

        return self._keys.run(leave)

    def unlock(self, staff_id: str, password: str) -> Keyring:
        """Return what a caseworker can open.

        Raises:
            WrongPassword: it is not theirs, or they have no key.
        """
        return Keyring(self._keys, STAFF_PREFIX + staff_id, self.unlock_pair(staff_id, password))

    def unlock_pair(self, staff_id: str, password: str) -> KeyPair:
        """Return a caseworker's key by their password.

        Raises:
            WrongPassword: it is not theirs, or they have no key.
        """
        public, salt, memory, passes, sealed, _printed = self._load_row(staff_id)
        key = derive_key(password, salt, PasswordCost(memory, passes))
        return self._open_pair(staff_id, key, sealed, public)

    def change_password(self, staff_id: str, pair: KeyPair, password: str) -> str:
        """Put a caseworker's key under another password; return what is printed once."""
        printed = secrets.token_bytes(LENGTH)
        row = self._seal(staff_id, pair, password, printed)
        self._keys.run(lambda work: work.run(_CHANGE, *row, staff_id))
        return format_printed_key(printed)

    def recover_pair(self, staff_id: str, printed: str) -> KeyPair:
        """Return a caseworker's key by what was printed for them.

        Raises:
            WrongPassword: it is not that.
        """
        public, *_rest, sealed = self._load_row(staff_id)
        return self._open_pair(
            staff_id, _derive_from_printed(parse_printed_key(printed), staff_id), sealed, public
        )

    # --- how it is kept -----------------------------------------------------------------------

    def _load_row(self, who: str) -> tuple[bytes, bytes, int, int, bytes, bytes]:
        rows = self._keys.run(lambda work: work.rows(_ONE, who))
        if not rows:
            raise WrongPasswordError(
                f"{who} has no key that opens cases; haven staff password {who} --anew makes one"
            )
        public, salt, memory, passes, sealed, printed = rows[0]
        return bytes(public), bytes(salt), memory, passes, bytes(sealed), bytes(printed)

    def _seal(self, who: str, pair: KeyPair, password: str, printed: bytes) -> tuple[Any, ...]:
        salt = os.urandom(SALT_LENGTH)
        by_password = ChaCha20Poly1305(derive_key(password, salt, self.cost))
        by_paper = ChaCha20Poly1305(_derive_from_printed(printed, who))
        place = _associated_data(who, pair.public)
        return (
            salt,
            self.cost.memory,
            self.cost.passes,
            by_password.encrypt(ZERO_NONCE, pair.private_bytes, place),
            by_paper.encrypt(ZERO_NONCE, pair.private_bytes, place),
        )

    @staticmethod
    def _open_pair(who: str, key: bytes, sealed: bytes, public: bytes) -> KeyPair:
        try:
            return KeyPair.from_private(
                ChaCha20Poly1305(key).decrypt(ZERO_NONCE, sealed, _associated_data(who, public))
            )
        except InvalidTag:
            raise WrongPasswordError("this does not open the key; look at it again") from None

    @staticmethod
    def _delete(work: Work, who: str) -> bool:
        gone = work.run(_DELETES[0], who)
        for statement in _DELETES[1:]:
            work.run(statement, STAFF_PREFIX + who)
        return bool(gone)


def may_open(role: str) -> bool:
    """Tell whether somebody in this role has a key that opens cases."""
    return role in ROLES_WITH_KEYS


def _derive_from_printed(printed: bytes, who: str) -> bytes:
    return HKDF(SHA256(), LENGTH, salt=None, info=f"haven printed {who}".encode()).derive(printed)


def _associated_data(who: str, public: bytes) -> bytes:
    return b"haven/staff/%b/%b" % (who.encode(), public)
