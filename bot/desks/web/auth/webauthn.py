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

GOOD_FOR = 5 * MINUTE
NONCE, MOMENT, PROOF = 16, 8, 16
COMPUTES = sha256(b"haven desk passkey 1").digest()
"""What a passkey that can is asked to compute from; its answer is its own everywhere."""
OUTPUT = 32
_BAD = (WebAuthnException, ValueError, TypeError, KeyError)
"""How `webauthn` refuses what does not even have the form of an answer."""


class NotProved(HavenError):
    """What came back from a browser proves no passkey."""


@dataclass(frozen=True, slots=True)
class Made:
    """A passkey that was just made."""

    credential: bytes
    public: bytes
    count: int


class Ceremony:
    """Questions to passkeys of one desk.

    Args:
        origin: where browsers find it.
        prove: the proof of what we said ourselves.
    """

    def __init__(self, origin: str, prove: Callable[[bytes], bytes]) -> None:
        self.origin = origin
        self.place = place_of(origin)
        self._prove = prove
        self._answered: dict[bytes, int] = {}

    # --- questions ----------------------------------------------------------------------------

    def to_make(
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
            rp_id=self.place, rp_name="Haven", user_id=who.encode(), user_name=name,
            user_display_name=name, challenge=self._question(about, now),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=_named(known),
        )  # fmt: skip
        return _as_json(options)

    def to_show(self, known: Iterable[Passkey], about: str, now: int) -> dict[str, Any]:
        """Return what a browser is asked to show a passkey; none named: any of this desk."""
        options = webauthn.generate_authentication_options(
            rp_id=self.place, challenge=self._question(about, now), allow_credentials=_named(known),
            user_verification=UserVerificationRequirement.REQUIRED,
        )  # fmt: skip
        return _as_json(options)

    def _question(self, about: str, now: int) -> bytes:
        said = secrets.token_bytes(NONCE) + now.to_bytes(MOMENT)
        return said + self._proof(said, about)

    def _proof(self, said: bytes, about: str) -> bytes:
        return self._prove(b"desk passkey|" + about.encode() + b"|" + said)[:PROOF]

    # --- answers ------------------------------------------------------------------------------

    def made(self, answer: str, about: str, now: int) -> Made:
        """Return a passkey that was made as asked.

        Raises:
            NotProved: it was not.
        """
        question = self._asked(answer, about, now)
        try:
            found = webauthn.verify_registration_response(
                credential=answer, expected_challenge=question, expected_rp_id=self.place,
                expected_origin=self.origin, require_user_verification=True,
            )  # fmt: skip
        except _BAD:
            raise NotProved("no passkey of this desk") from None
        self.used(answer, now)
        return Made(found.credential_id, found.credential_public_key, found.sign_count)

    def shown(self, answer: str, passkey: Passkey, about: str, now: int) -> int:
        """Return how often a passkey was used, once it has proved itself; the question stays open.

        Raises:
            NotProved: it has not.
        """
        question = self._asked(answer, about, now)
        try:
            found = webauthn.verify_authentication_response(
                credential=answer, expected_challenge=question, expected_rp_id=self.place,
                expected_origin=self.origin, credential_public_key=passkey.kept.public,
                credential_current_sign_count=passkey.count, require_user_verification=True,
            )  # fmt: skip
        except _BAD:
            raise NotProved("not this passkey") from None
        return found.new_sign_count

    def used(self, answer: str, now: int) -> None:
        """Take a question as answered: it is not answered again."""
        for known in [it for it, at in self._answered.items() if now - at > GOOD_FOR]:
            del self._answered[known]
        self._answered[question_of(answer)] = now

    def _asked(self, answer: str, about: str, now: int) -> bytes:
        question = question_of(answer)
        said, proof = question[:-PROOF], question[-PROOF:]
        at = int.from_bytes(said[NONCE:])
        is_ours = secrets.compare_digest(proof, self._proof(said, about))
        is_fresh = len(said) == NONCE + MOMENT and 0 <= now - at <= GOOD_FOR
        if not (is_ours and is_fresh) or question in self._answered:
            raise NotProved("not asked by this desk, or too long ago")
        return question


def place_of(origin: str) -> str:
    """Return what passkeys of a desk are bound to: its name; empty where it has only a number."""
    host = urlsplit(origin).hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return host
    return ""


def question_of(answer: str) -> bytes:
    """Return the question an answer says it answers.

    Raises:
        NotProved: it says none.
    """
    try:
        client = json.loads(base64url_to_bytes(_part(answer, "response", "clientDataJSON")))
        return base64url_to_bytes(client["challenge"])
    except (*_BAD, RecursionError):
        raise NotProved("not the answer of a passkey") from None


def whose(answer: str) -> tuple[str, bytes]:
    """Return whose a passkey says it is, and how its authenticator calls it; proved by nothing yet.

    Raises:
        NotProved: it says neither.
    """
    try:
        user = base64url_to_bytes(_part(answer, "response", "userHandle"))
        return user.decode(), base64url_to_bytes(_part(answer, "rawId"))
    except (*_BAD, RecursionError):
        raise NotProved("not the answer of a passkey") from None


def computed(written: str) -> bytes:
    """Return what a passkey computed, as a page sends it; nothing from anything else."""
    if len(written) != 2 * OUTPUT or not written.isascii():
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


def _named(known: Iterable[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=it.kept.credential) for it in known]


def _as_json(options: Any) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return said | {"computes": COMPUTES.hex()}
