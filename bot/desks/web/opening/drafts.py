"""What a caseworker has typed of a case that is not opened yet, sealed to their key for a day.

The person has not agreed to anything at that moment, so no colleague can read it.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import bindparam

from bot.clock import DAY
from bot.errors import DecryptionError
from bot.store.statements import delete_by, select_one, upsert
from bot.store.tables.origins import opening_drafts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.store.writer import Work
    from bot.vault.keys.keyring import Keyring

MAX_AGE = DAY
_STORE = upsert(opening_drafts, "staff_id", "sealed", "at", key="staff_id")
_LOAD = select_one(opening_drafts, "sealed", by="staff_id")
_DELETE = delete_by(opening_drafts, by="staff_id")
_DELETE_OLD = delete_by(opening_drafts, opening_drafts.c.at < bindparam("before"))
_decode = msgspec.json.Decoder(dict[str, str]).decode


def load_opening(work: Work, keyring: Keyring) -> dict[str, str]:
    """Return the fields of the caseworker's draft; empty for none, or one of an earlier key."""
    for (sealed,) in work.rows(_LOAD, keyring.staff_id):
        with contextlib.suppress(DecryptionError):
            return _decode(keyring.open_own(_associated_data(keyring), bytes(sealed)))
    return {}


def store_opening(work: Work, fields: Mapping[str, str], keyring: Keyring, now: int) -> None:
    """Replace the draft; one without content is deleted."""
    filled = {name: value for name, value in fields.items() if value.strip()}
    if not filled:
        delete_opening(work, keyring.staff_id)
        return
    sealed = keyring.seal_own(_associated_data(keyring), msgspec.json.encode(filled))
    work.run(_STORE, keyring.staff_id, sealed, now)


def delete_opening(work: Work, who: str) -> None:
    """Delete the draft: the case is open, or the person did not agree."""
    work.run(_DELETE, who)


def expire_openings(work: Work, now: int) -> None:
    """Delete old drafts."""
    work.run(_DELETE_OLD, now - MAX_AGE)


def _associated_data(keyring: Keyring) -> bytes:
    return f"{keyring.staff_id}/opening".encode()
