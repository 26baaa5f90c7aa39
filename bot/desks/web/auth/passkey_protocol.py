"""The library `webauthn`: options for browsers, and verification of what authenticators answer.

Loaded with the first passkey only: a start would cost a tenth of a second of processor time more.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import webauthn
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

if TYPE_CHECKING:
    from collections.abc import Iterable


class RegisteredKey(NamedTuple):
    """What an authenticator proved when it registered a passkey."""

    credential: bytes
    public_key: bytes
    sign_count: int


def registration_options(
    rp_id: str, challenge: bytes, who: str, name: str, known: Iterable[bytes]
) -> dict[str, Any]:
    """Return the options with which a browser registers a passkey that is none of those known."""
    options = webauthn.generate_registration_options(
        rp_id=rp_id, rp_name="Haven", user_id=who.encode(), user_name=name, user_display_name=name,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_descriptors(known),
    )  # fmt: skip
    return _as_json(options)


def authentication_options(rp_id: str, challenge: bytes, known: Iterable[bytes]) -> dict[str, Any]:
    """Return the options with which a browser shows one of the passkeys known, or any if none."""
    options = webauthn.generate_authentication_options(
        rp_id=rp_id, challenge=challenge, allow_credentials=_descriptors(known),
        user_verification=UserVerificationRequirement.REQUIRED,
    )  # fmt: skip
    return _as_json(options)


def verify_registration(answer: str, challenge: bytes, rp_id: str, origin: str) -> RegisteredKey:
    """Return the newly registered passkey; raise ValueError if the answer is invalid."""
    try:
        found = webauthn.verify_registration_response(
            credential=answer, expected_challenge=challenge, expected_rp_id=rp_id,
            expected_origin=origin, require_user_verification=True,
        )  # fmt: skip
    except WebAuthnException:
        raise ValueError("invalid answer") from None
    return RegisteredKey(found.credential_id, found.credential_public_key, found.sign_count)


def verify_authentication(
    answer: str, challenge: bytes, rp_id: str, origin: str, *, public_key: bytes, sign_count: int
) -> int:
    """Return the new use count of a passkey; raise ValueError if the answer is invalid."""
    try:
        found = webauthn.verify_authentication_response(
            credential=answer, expected_challenge=challenge, expected_rp_id=rp_id,
            expected_origin=origin, credential_public_key=public_key,
            credential_current_sign_count=sign_count, require_user_verification=True,
        )  # fmt: skip
    except WebAuthnException:
        raise ValueError("invalid answer") from None
    return found.new_sign_count


def _descriptors(credentials: Iterable[bytes]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=credential) for credential in credentials]


def _as_json(options: Any) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return fields
