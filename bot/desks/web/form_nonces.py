"""Nonces of forms: a form that acts does so once, however often the same form arrives.

A browser sends a form again after a broken connection, a second click, or a step back. A form is
the same if its nonce and all its fields are the same, so words that were changed are another form.
Only a digest is stored, which says nothing without the nonce.
"""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import bindparam

from bot.clock import DAY
from bot.store.statements import delete_by, insert
from bot.store.tables.desk import desk_nonces

if TYPE_CHECKING:
    from bot.store.writer import Work

NONCE_FIELD = "nonce"
MIN_LENGTH, MAX_LENGTH = 16, 64
KEPT = DAY

_TAKE = insert(desk_nonces, "digest", "taken_at", unless_exists=("digest",))
_RELEASE = delete_by(desk_nonces, "digest")
_EXPIRE = delete_by(desk_nonces, desk_nonces.c.taken_at < bindparam("before"))


def new_nonce() -> str:
    """Return the nonce of the forms of a page."""
    return secrets.token_hex(12)


def is_nonce(text: str) -> bool:
    """Tell whether a text can be a nonce."""
    return text.isascii() and text.isalnum() and MIN_LENGTH <= len(text) <= MAX_LENGTH


def digest_of(nonce: str, *content: object) -> bytes:
    """Return what identifies a form: its nonce, and what it would do."""
    return sha256(msgspec.msgpack.encode((nonce, content))).digest()


def take_nonce(work: Work, digest: bytes, now: int) -> bool:
    """Note that a form acts; return false if it has acted already."""
    return bool(work.run(_TAKE, digest, now))


def release_nonce(work: Work, digest: bytes) -> None:
    """Let a form that was refused be sent again."""
    work.run(_RELEASE, digest)


def expire_nonces(work: Work, now: int) -> None:
    """Delete old digests."""
    work.run(_EXPIRE, now - KEPT)
