"""HPKE as RFC 9180 writes it out, base mode, one message; shares no code with the library."""

from __future__ import annotations

import hmac
import struct

from tests.vault.reference import reference_crypto

P = (1 << 255) - 19
KEM = b"KEM" + struct.pack(">H", 0x0020)
SUITE = b"HPKE" + struct.pack(">HHH", 0x0020, 0x0001, 0x0003)


def x25519(scalar: bytes, point: bytes) -> bytes:
    """RFC 7748, section 5."""
    k = int.from_bytes(scalar, "little") & ~7 & ((1 << 255) - 1) | 1 << 254
    x1 = int.from_bytes(point, "little") & ((1 << 255) - 1)
    x2, z2, x3, z3, swap = 1, 0, x1, 1, 0
    for bit in reversed(range(255)):
        now = k >> bit & 1
        if swap ^ now:
            x2, x3, z2, z3 = x3, x2, z3, z2
        swap = now
        a, b, c, d = x2 + z2, x2 - z2, x3 + z3, x3 - z3
        da, cb, aa, bb = d * a % P, c * b % P, a * a % P, b * b % P
        x3, z3 = (da + cb) ** 2 % P, x1 * (da - cb) ** 2 % P
        e = aa - bb
        x2, z2 = aa * bb % P, e * (aa + 121665 * e) % P
    if swap:
        x2, z2 = x3, z3
    return (x2 * pow(z2, P - 2, P) % P).to_bytes(32, "little")


def public(secret: bytes) -> bytes:
    return x25519(secret, (9).to_bytes(32, "little"))


def open_sealed(secret: bytes, info: bytes, associated: bytes, sealed: bytes) -> bytes:
    """Sections 4.1, 5.1 and 5.2: what was sealed to a key, opened; altered, it ends here."""
    theirs, cipher = sealed[:32], sealed[32:]
    key, nonce = _schedule(_shared(x25519(secret, theirs), theirs + public(secret)), info)
    stream = reference_crypto.seal(key, nonce, associated, bytes(len(cipher) - 16))
    plain = bytes(a ^ b for a, b in zip(cipher[:-16], stream, strict=False))
    assert reference_crypto.seal(key, nonce, associated, plain) == cipher
    return plain


def seal(to: bytes, ephemeral: bytes, info: bytes, associated: bytes, plain: bytes) -> bytes:
    """The same, sealed with a given ephemeral key."""
    ours = public(ephemeral)
    key, nonce = _schedule(_shared(x25519(ephemeral, to), ours + to), info)
    return ours + reference_crypto.seal(key, nonce, associated, plain)


def _shared(agreed: bytes, context: bytes) -> bytes:
    extracted = _extract(KEM, b"", b"eae_prk", agreed)
    return _expand(KEM, extracted, b"shared_secret", context, 32)


def _schedule(shared: bytes, info: bytes) -> tuple[bytes, bytes]:
    context = b"\0" + _extract(SUITE, b"", b"psk_id_hash", b"")
    context += _extract(SUITE, b"", b"info_hash", info)
    secret = _extract(SUITE, shared, b"secret", b"")
    key = _expand(SUITE, secret, b"key", context, 32)
    return key, _expand(SUITE, secret, b"base_nonce", context, 12)


def _extract(suite: bytes, salt: bytes, label: bytes, given: bytes) -> bytes:
    return hmac.digest(salt or b"\0" * 32, b"HPKE-v1" + suite + label + given, "sha256")


def _expand(suite: bytes, key: bytes, label: bytes, info: bytes, length: int) -> bytes:
    labelled = struct.pack(">H", length) + b"HPKE-v1" + suite + label + info
    return hmac.digest(key, labelled + b"\1", "sha256")[:length]
