"""Enrolments that still need a second factor, for whichever desk or room is asked next.

A row is sealed under the invitation link, which only the invited person's browser holds, and under
the root. The database knows the link by its digest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam

from bot.clock import HOUR
from bot.desks.web.auth.session_memory import MemorySeal
from bot.desks.web.auth.totp import parse_secret
from bot.errors import DecryptionError
from bot.store.statements import delete_by, select_one, upsert
from bot.store.tables.desk import desk_enrolments
from bot.vault.keys.browser_key import secret_digest

if TYPE_CHECKING:
    from bot.store.writer import Work
    from bot.vault import Vault

KEPT = HOUR

_STORE = upsert(desk_enrolments, "link", "sealed", "until", key="link")
_LOAD = select_one(
    desk_enrolments, "sealed", by=("link", desk_enrolments.c.until > bindparam("now"))
)
_DELETE = delete_by(desk_enrolments, "link")
_EXPIRE = delete_by(desk_enrolments, desk_enrolments.c.until <= bindparam("now"))


class BegunEnrolments:
    """Stores them for one kind of desk, inside units of work. Links are in hex, as in addresses."""

    def __init__(self, vault: Vault, place: str) -> None:
        self._seal = MemorySeal(vault, place)

    def store(self, work: Work, link: str, given: dict[str, Any], now: int) -> None:
        """Store what someone gave so far, instead of what they gave before."""
        secret = parse_secret(link)
        token = secret_digest(secret)
        work.run(_STORE, token, self._seal.seal(token, secret, given), now + KEPT)

    def load(self, work: Work, link: str, now: int) -> dict[str, Any] | None:
        """Return what was given; None if nothing was, or too long ago."""
        secret = parse_secret(link)
        token = secret_digest(secret)
        rows = work.rows(_LOAD, token, now) if secret else []
        try:
            return self._seal.open(token, secret, bytes(rows[0][0])) if rows else None
        except DecryptionError:
            return None

    @staticmethod
    def delete(work: Work, link: str) -> None:
        """Delete what was given: the link is used."""
        work.run(_DELETE, secret_digest(parse_secret(link)))

    @staticmethod
    def expire(work: Work, now: int) -> None:
        """Delete what was given too long ago."""
        work.run(_EXPIRE, now)
