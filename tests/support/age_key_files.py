"""Key files with a passphrase in age's form, as cheap to open as the format allows.

`pyrage` chooses a strength that costs a second of the processor each time. Where a test is about
what is done with the file, one of strength 2 does: Debian's `age` and `pyrage` read both.
"""

from __future__ import annotations

import hmac
import os
from base64 import b64encode
from textwrap import wrap
from typing import TYPE_CHECKING

import pyrage
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

if TYPE_CHECKING:
    import pytest

VERSION = b"age-encryption.org/v1"
STRENGTH = 2
"""The logarithm of the work factor."""


def use_cheap_key_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let new key files with a passphrase be of the lowest strength."""
    monkeypatch.setattr(pyrage.passphrase, "encrypt", cheaply_encrypted)


def cheaply_encrypted(plain: bytes, passphrase: str, armored: bool = False) -> bytes:
    """Return what `pyrage.passphrase.encrypt` returns, at the lowest strength."""
    assert len(plain) <= 64 * 1024, "one piece"
    salt, key, nonce = os.urandom(16), os.urandom(16), os.urandom(16)
    wrapping = Scrypt(VERSION + b"/scrypt" + salt, 32, 2**STRENGTH, 8, 1).derive(
        passphrase.encode()
    )
    wrapped = ChaCha20Poly1305(wrapping).encrypt(bytes(12), key, None)
    stanza = b"-> scrypt %s %d\n%s\n" % (_unpadded(salt), STRENGTH, _unpadded(wrapped))
    header = VERSION + b"\n" + stanza + b"---"
    mac = hmac.digest(_derived(key, b"", b"header"), header, "sha256")
    body = ChaCha20Poly1305(_derived(key, nonce, b"payload")).encrypt(
        bytes(11) + b"\1", plain, None
    )
    data = header + b" " + _unpadded(mac) + b"\n" + nonce + body
    return _armored(data) if armored else data


def _derived(key: bytes, salt: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt, purpose).derive(key)


def _unpadded(data: bytes) -> bytes:
    return b64encode(data).rstrip(b"=")


def _armored(data: bytes) -> bytes:
    lines = wrap(b64encode(data).decode(), 64)
    kind = "AGE ENCRYPTED FILE"
    return "\n".join((f"-----BEGIN {kind}-----", *lines, f"-----END {kind}-----", "")).encode()
