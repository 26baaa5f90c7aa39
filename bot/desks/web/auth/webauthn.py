"""WebAuthn challenges and the verification of passkey answers.

A challenge carries its time and a MAC, so that nothing is stored for a stranger who asks for one.
It is valid for five minutes and for one answer at one desk, which stores a digest of it. The
authenticator must have verified its user by fingerprint, face or PIN. The library `webauthn` takes
a tenth of a second to load, so the first passkey loads it, not a start.
"""

from __future__ import annotations

import base64
import contextlib
import json
import secrets
from hashlib import sha256
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bot.clock import MINUTE
from bot.desks.web.form_nonces import digest_of, take_nonce
from bot.errors import HavenError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from bot.desks.web.auth.passkey_protocol import RegisteredKey
    from bot.desks.web.auth.passkeys import Passkey
    from bot.store.writer import Work

CHALLENGE_LIFETIME = 5 * MINUTE
NONCE_BYTES, TIME_BYTES, MAC_BYTES = 16, 8, 16
PRF_INPUT = sha256(b"haven desk passkey 1").digest()
"""Input of the PRF extension; the output differs for every passkey."""
PRF_REQUEST = {"prf_input": PRF_INPUT.hex()}


class PasskeyError(HavenError):
    """The answer of a browser proves no passkey."""


class WebAuthn:
    """Challenges, under a MAC of the vault, and verification for the passkeys of one desk."""

    def __init__(self, origin: str, compute_mac: Callable[[bytes], bytes]) -> None:
        self.origin = origin
        self.rp_id = rp_id_of(origin)
        self._compute_mac = compute_mac

    # --- Challenges ---------------------------------------------------------------------------

    def registration_options(
        self, who: str, name: str, known: Iterable[Passkey], about: str, now: int
    ) -> dict[str, Any]:
        """Return the options for registering a passkey that is none of those known.

        It later returns `who` as its user. The challenge is bound to `about`, e.g. a session.
        """
        from bot.desks.web.auth import passkey_protocol as protocol  # noqa: PLC0415 - see above

        fields = protocol.registration_options(
            self.rp_id, self._challenge(about, now), who, name, _credentials(known)
        )
        return fields | PRF_REQUEST

    def authentication_options(
        self, known: Iterable[Passkey], about: str, now: int
    ) -> dict[str, Any]:
        """Return the options for showing a passkey; without `known`, any of this desk."""
        from bot.desks.web.auth import passkey_protocol as protocol  # noqa: PLC0415 - see above

        fields = protocol.authentication_options(
            self.rp_id, self._challenge(about, now), _credentials(known)
        )
        return fields | PRF_REQUEST

    def _challenge(self, about: str, now: int) -> bytes:
        payload = secrets.token_bytes(NONCE_BYTES) + now.to_bytes(TIME_BYTES)
        return payload + self._mac(payload, about)

    def _mac(self, payload: bytes, about: str) -> bytes:
        return self._compute_mac(b"desk passkey|" + about.encode() + b"|" + payload)[:MAC_BYTES]

    # --- Answers ------------------------------------------------------------------------------

    def verify_registration(self, answer: str, about: str, now: int) -> RegisteredKey:
        """Return the newly registered passkey; raise PasskeyError if the answer is invalid."""
        from bot.desks.web.auth import passkey_protocol as protocol  # noqa: PLC0415 - see above

        challenge = self._verify_challenge(answer, about, now)
        with _parsing():
            return protocol.verify_registration(answer, challenge, self.rp_id, self.origin)

    def verify_authentication(self, answer: str, passkey: Passkey, about: str, now: int) -> int:
        """Return the new use count of a passkey; the challenge stays open for now.

        Raises:
            PasskeyError: the answer is invalid.
        """
        from bot.desks.web.auth import passkey_protocol as protocol  # noqa: PLC0415 - see above

        challenge = self._verify_challenge(answer, about, now)
        with _parsing():
            return protocol.verify_authentication(
                answer, challenge, self.rp_id, self.origin,
                public_key=passkey.record.public, sign_count=passkey.count,
            )  # fmt: skip

    def _verify_challenge(self, answer: str, about: str, now: int) -> bytes:
        challenge = challenge_of(answer)
        payload, mac = challenge[:-MAC_BYTES], challenge[-MAC_BYTES:]
        at = int.from_bytes(payload[NONCE_BYTES:])
        is_authentic = secrets.compare_digest(mac, self._mac(payload, about))
        is_fresh = len(payload) == NONCE_BYTES + TIME_BYTES and 0 <= now - at <= CHALLENGE_LIFETIME
        if not (is_authentic and is_fresh):
            raise PasskeyError("unknown or expired challenge")
        return challenge


@contextlib.contextmanager
def _parsing() -> Iterator[None]:
    """Raise PasskeyError for what an invalid answer raises while it is read."""
    try:
        yield
    except (ValueError, TypeError, KeyError, RecursionError):
        raise PasskeyError("invalid answer") from None


def rp_id_of(origin: str) -> str:
    """Return the host name passkeys are bound to; empty if the address has only a number."""
    host = urlsplit(origin).hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return host
    return ""


def challenge_of(answer: str) -> bytes:
    """Return the challenge that an answer names; raise PasskeyError if it names none."""
    with _parsing():
        client = json.loads(_base64url(_part(answer, "response", "clientDataJSON")))
        return _base64url(client["challenge"])


def use_challenge(work: Work, answer: str, now: int) -> bool:
    """Use the challenge of an answer up, at all desks; return false if it was used before."""
    return take_nonce(work, digest_of("passkey", challenge_of(answer)), now)


def claimed_identity(answer: str) -> tuple[str, bytes]:
    """Return the user and credential an answer claims, unverified; raise PasskeyError for none."""
    with _parsing():
        user = _base64url(_part(answer, "response", "userHandle"))
        return user.decode(), _base64url(_part(answer, "rawId"))


def _part(answer: str, *names: str) -> str:
    found = json.loads(answer)
    for name in names:
        found = found[name]
    if not isinstance(found, str):
        raise TypeError(names)
    return found


def _credentials(known: Iterable[Passkey]) -> list[bytes]:
    return [it.record.credential for it in known]


def _base64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(f"{text}===")  # browsers leave the padding out
