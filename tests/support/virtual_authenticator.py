"""An authenticator without a device: it makes passkeys, shows them, and computes with them."""

from __future__ import annotations

import hmac
import json
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class VirtualCredential:
    """One passkey."""

    id: bytes
    user: str
    key: ec.EllipticCurvePrivateKey
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    count: int = 0


@dataclass
class VirtualAuthenticator:
    """A key somebody carries."""

    origin: str = "https://desk.test"
    computes: bool = True
    is_verified: bool = True
    """Whether it asks for a finger or a number first."""
    made: list[VirtualCredential] = field(default_factory=list)

    def create_credential(self, asked: dict[str, Any], **other: Any) -> dict[str, str]:
        """Make a passkey as asked; return what a page sends."""
        credential = VirtualCredential(
            secrets.token_bytes(16), asked["user"]["id"], ec.generate_private_key(ec.SECP256R1())
        )
        self.made.append(credential)
        numbers = credential.key.public_key().public_numbers()
        public = cbor2.dumps(
            {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        )
        attested = bytes(16) + len(credential.id).to_bytes(2) + credential.id + public
        place = other.get("place", asked["rp"]["id"])
        data = self._data(place, credential, ATTESTED) + attested
        said = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", asked, **other)
        return self._sent(
            credential, asked,
            {"clientDataJSON": client, "attestationObject": said, "transports": ["internal"]},
        )  # fmt: skip

    def get_assertion(self, asked: dict[str, Any], **other: Any) -> dict[str, str]:
        """Show a passkey it has; return what a page sends."""
        credential = self.made[-1]
        credential.count += 1
        client = self._client("webauthn.get", asked, **other)
        data = self._data(other.get("place", asked["rpId"]), credential, 0)
        signed = credential.key.sign(data + sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._sent(
            credential, asked,
            {"clientDataJSON": client, "authenticatorData": data, "signature": signed,
             "userHandle": base64url_to_bytes(other.get("user", credential.user))},
        )  # fmt: skip

    def _data(self, place: str, credential: VirtualCredential, more: int) -> bytes:
        flags = PRESENT | (VERIFIED if self.is_verified else 0) | more
        return sha256(place.encode()).digest() + bytes([flags]) + credential.count.to_bytes(4)

    def _client(self, kind: str, asked: dict[str, Any], **other: Any) -> bytes:
        said = {"type": kind, "challenge": other.get("challenge", asked["challenge"]),
                "origin": other.get("origin", self.origin)}  # fmt: skip
        return json.dumps(said).encode()

    def _sent(
        self, credential: VirtualCredential, asked: dict[str, Any], response: dict[str, Any]
    ) -> dict[str, str]:
        written = {
            name: bytes_to_base64url(value) if isinstance(value, bytes) else value
            for name, value in response.items()
        }
        name = bytes_to_base64url(credential.id)
        answer = {"id": name, "rawId": name, "type": "public-key", "response": written,
                  "clientExtensionResults": {}}  # fmt: skip
        output = hmac.digest(credential.secret, bytes.fromhex(asked["prf_input"]), "sha256").hex()
        return {"answer": json.dumps(answer), "computed": output if self.computes else ""}
