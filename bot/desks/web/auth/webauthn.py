"""What a passkey is asked and how its answer is checked: to the letter, by `webauthn`.

A question is made of a moment and a proof of ours, so that nothing has to be kept for strangers who
ask for one: it is known again when it comes back, for five minutes, and answered once. Whoever
holds the passkey must have shown its authenticator a finger, a face or a number.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from bot.clock import MINUTE
from bot.errors import HavenError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bot.desks.web.auth.passkeys import Passkey

CHALLENGE_LIFETIME = 5 * MINUTE
NONCE_BYTES, TIME_BYTES, MAC_BYTES = 16, 8, 16
PRF_INPUT = sha256(b"haven desk passkey 1").digest()
"""What a passkey that can is asked to compute from; its answer is its own everywhere."""
PRF_OUTPUT_BYTES = 32
_INVALID = (WebAuthnException, ValueError, TypeError, KeyError)
"""How `webauthn` refuses what does not even have the form of an answer."""


class PasskeyError(HavenError):
    """What came back from a browser proves no passkey."""


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """A passkey that was just made."""

    credential: bytes
    public_key: bytes
    sign_count: int


class WebAuthn:
    """Questions to passkeys of one desk.

    Args:
        origin: where browsers find it.
        prove: the proof of what we said ourselves.
    """

    def __init__(self, origin: str, compute_mac: Callable[[bytes], bytes]) -> None:
        self.origin = origin
        self.rp_id = rp_id_of(origin)
        self._compute_mac = compute_mac
        self._used_challenges: dict[bytes, int] = {}

    # --- questions ----------------------------------------------------------------------------

    def registration_options(
        self, who: str, name: str, known: Iterable[Passkey], about: str, now: int
    ) -> dict[str, Any]:
        """Return what a browser is asked to make a passkey.

        Args:
            who: the caseworker, and what the passkey gives back as its user.
            name: what their authenticator shows.
            known: passkeys they have: not another one in the same authenticator.
            about: what the question is bound to, e.g. a session.
            now: the moment.
        """
        options = webauthn.generate_registration_options(
            rp_id=self.rp_id, rp_name="Haven", user_id=who.encode(), user_name=name,
            user_display_name=name, challenge=self._challenge(about, now),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=_descriptors(known),
        )  # fmt: skip
        return _as_json(options)

    def authentication_options(
        self, known: Iterable[Passkey], about: str, now: int
    ) -> dict[str, Any]:
        """Return what a browser is asked to show a passkey; none named: any of this desk."""
        options = webauthn.generate_authentication_options(
            rp_id=self.rp_id,
            challenge=self._challenge(about, now),
            allow_credentials=_descriptors(known),
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return _as_json(options)

    def _challenge(self, about: str, now: int) -> bytes:
        said = secrets.token_bytes(NONCE_BYTES) + now.to_bytes(TIME_BYTES)
        return said + self._mac(said, about)

    def _mac(self, said: bytes, about: str) -> bytes:
        return self._compute_mac(b"desk passkey|" + about.encode() + b"|" + said)[:MAC_BYTES]

    # --- answers ------------------------------------------------------------------------------

    def verify_registration(self, answer: str, about: str, now: int) -> NewPasskey:
        """Return a passkey that was made as asked.

        Raises:
            NotProved: it was not.
        """
        question = self._verify_challenge(answer, about, now)
        try:
            found = webauthn.verify_registration_response(
                credential=answer, expected_challenge=question, expected_rp_id=self.rp_id,
                expected_origin=self.origin, require_user_verification=True,
            )  # fmt: skip
        except _INVALID:
            raise PasskeyError("no passkey of this desk") from None
        self.mark_used(answer, now)
        return NewPasskey(found.credential_id, found.credential_public_key, found.sign_count)

    def verify_authentication(self, answer: str, passkey: Passkey, about: str, now: int) -> int:
        """Return how often a passkey was used, once it has proved itself; the question stays open.

        Raises:
            NotProved: it has not.
        """
        question = self._verify_challenge(answer, about, now)
        try:
            found = webauthn.verify_authentication_response(
                credential=answer, expected_challenge=question, expected_rp_id=self.rp_id,
                expected_origin=self.origin, credential_public_key=passkey.record.public,
                credential_current_sign_count=passkey.count, require_user_verification=True,
            )  # fmt: skip
        except _INVALID:
            raise PasskeyError("not this passkey") from None
        return found.new_sign_count

    def mark_used(self, answer: str, now: int) -> None:
        """Take a question as answered: it is not answered again."""
        for known in [
            it for it, at in self._used_challenges.items() if now - at > CHALLENGE_LIFETIME
        ]:
            del self._used_challenges[known]
        self._used_challenges[challenge_of(answer)] = now

    def _verify_challenge(self, answer: str, about: str, now: int) -> bytes:
        question = challenge_of(answer)
        said, proof = question[:-MAC_BYTES], question[-MAC_BYTES:]
        at = int.from_bytes(said[NONCE_BYTES:])
        is_ours = secrets.compare_digest(proof, self._mac(said, about))
        is_fresh = len(said) == NONCE_BYTES + TIME_BYTES and 0 <= now - at <= CHALLENGE_LIFETIME
        if not (is_ours and is_fresh) or question in self._used_challenges:
            raise PasskeyError("not asked by this desk, or too long ago")
        return question


def rp_id_of(origin: str) -> str:
    """Return what passkeys of a desk are bound to: its name; empty where it has only a number."""
    host = urlsplit(origin).hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return host
    return ""


def challenge_of(answer: str) -> bytes:
    """Return the question an answer says it answers.

    Raises:
        NotProved: it says none.
    """
    try:
        client = json.loads(base64url_to_bytes(_part(answer, "response", "clientDataJSON")))
        return base64url_to_bytes(client["challenge"])
    except (*_INVALID, RecursionError):
        raise PasskeyError("not the answer of a passkey") from None


def claimed_identity(answer: str) -> tuple[str, bytes]:
    """Return whose a passkey says it is, and how its authenticator calls it; proved by nothing yet.

    Raises:
        NotProved: it says neither.
    """
    try:
        user = base64url_to_bytes(_part(answer, "response", "userHandle"))
        return user.decode(), base64url_to_bytes(_part(answer, "rawId"))
    except (*_INVALID, RecursionError):
        raise PasskeyError("not the answer of a passkey") from None


def parse_prf_output(written: str) -> bytes:
    """Return what a passkey computed, as a page sends it; nothing from anything else."""
    if len(written) != 2 * PRF_OUTPUT_BYTES or not written.isascii():
        return b""
    try:
        return bytes.fromhex(written)
    except ValueError:
        return b""


def _part(answer: str, *names: str) -> str:
    found = json.loads(answer)
    for name in names:
        found = found[name]
    if not isinstance(found, str):
        raise TypeError(names)
    return found


def _descriptors(known: Iterable[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=it.record.credential) for it in known]


def _as_json(options: Any) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return said | {"computes": PRF_INPUT.hex()}
