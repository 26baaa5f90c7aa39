"""Packages for bodies abroad: exactly the agreed parts of a referral, sealed to the body's key.

A package is opened by `open_package.py` alone; FORMAT.md describes it byte by byte. It is sealed
with HPKE as everything that is sealed to a public key here (`bot.vault.keys.hpke`), and padded, so
that its length says little. Its head, which says to which key it is sealed, is bound to the rest.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from bot.clock import to_utc
from bot.exports.bodies_abroad import is_consent_fresh
from bot.exports.open_package import FORMAT_NAME, MAGIC, VERSION
from bot.places.directory import utc_day
from bot.text import Text, _
from bot.vault.keys.hpke import pad, seal_to

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.exports.bodies_abroad import BodyAbroad, BodyPurpose
    from bot.hotline.referrals.model import Referral

FORMAT_VERSION = 1
NOTICE = (
    "The person agreed that you read exactly this, for this purpose alone. They can take it back; "
    "we tell you then. Ask us before you pass it on. Delete it when you no longer need it."
)
NO_BODY = _("This organisation is not registered, or its entry was changed: nothing was sealed.")
NO_KEY = _("This organisation has sent no key yet: nothing was sealed.")
KEY_UNCONFIRMED = _(
    "The key of this organisation is new: two colleagues have to confirm its fingerprint first."
)
OUTSIDE_TIME = _("The agreement with this organisation is not in force today: nothing was sealed.")
OTHER_PURPOSE = _("The agreement with this organisation does not allow this purpose.")
CONSENT_TOO_OLD = _(
    "The person agreed longer ago than the agreement with this organisation allows: ask again."
)
NOTHING_ALLOWED = _("Nothing that the person agreed to may be told to this organisation.")


@dataclass(frozen=True, slots=True)
class PackagePart:
    """One agreed part, as the readers of a body read it."""

    code: str
    question: tuple[str, ...]
    """In each language of a sheet."""
    answer: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PackageDetails:
    """What a package says of itself."""

    number: str
    organisation: str
    contact: str
    purpose: BodyPurpose
    agreed_at: int
    made_at: int


def sealing_refusal(
    body: BodyAbroad | None, referral: Referral, purpose: BodyPurpose | None, now: int
) -> Text | None:
    """Return why nothing of a referral may be sealed for a body now; None if it may.

    The caller has checked that the consent stands. Without a `purpose`, none is checked.
    """
    if body is None:
        return NO_BODY
    refusals = (*_of_body(body, purpose, now), *_of_consent(body, referral, now))
    return next((why for is_so, why in refusals if is_so), None)


def _of_body(
    body: BodyAbroad, purpose: BodyPurpose | None, now: int
) -> tuple[tuple[bool, Text], ...]:
    rules, key = body.rules, body.key
    is_in_force = body.ended_at is None and rules.since <= utc_day(now) <= rules.until
    return (
        (not is_in_force, OUTSIDE_TIME),
        (key is None, NO_KEY),
        (key is not None and not key.is_confirmed, KEY_UNCONFIRMED),
        (purpose is not None and purpose not in rules.purposes, OTHER_PURPOSE),
    )


def _of_consent(body: BodyAbroad, referral: Referral, now: int) -> tuple[tuple[bool, Text], ...]:
    agreed_at = referral.answered_at or referral.offered_at
    is_allowed = any(body.rules.allows(it.code) for it in referral.included_parts)
    return (
        (not is_consent_fresh(body.rules, agreed_at, now), CONSENT_TOO_OLD),
        (not is_allowed, NOTHING_ALLOWED),
    )


def seal_package(
    body: BodyAbroad, details: PackageDetails, parts: Sequence[PackagePart], sheet: bytes
) -> bytes:
    """Return a package with the sheet (a PDF) and the parts as data.

    Raises:
        ValueError: the body has no key.
    """
    if body.key is None:
        raise ValueError("a body without a key")
    files = [("referral.pdf", sheet), ("parts.json", _parts_as_json(parts))]
    content = {
        "format": FORMAT_NAME,
        "version": FORMAT_VERSION,
        "number": details.number,
        "from": {"organisation": details.organisation, "contact": details.contact},
        "to": {"code": body.code, "name": body.name, "country": body.country},
        "made_at": _moment(details.made_at),
        "rules": {
            "purpose": str(details.purpose),
            "parts": list(body.rules.parts),
            "agreed_by_the_person_at": _moment(details.agreed_at),
            "agreement_until": body.rules.until.isoformat(),
        },
        "notice": NOTICE,
        "files": [_as_file(name, data) for name, data in files],
    }
    head = MAGIC + VERSION + sha256(body.key.public).digest()
    plain = json.dumps(content, ensure_ascii=False).encode()
    return head + seal_to(body.key.public, head, pad(plain))


def _parts_as_json(parts: Sequence[PackagePart]) -> bytes:
    found = [{"code": it.code, "question": it.question, "answer": it.answer} for it in parts]
    return json.dumps(found, ensure_ascii=False, indent=1).encode()


def _as_file(name: str, data: bytes) -> dict[str, Any]:
    digest = sha256(data).hexdigest()
    return {"name": name, "sha256": digest, "base64": base64.b64encode(data).decode()}


def _moment(at: int) -> str:
    return to_utc(at).isoformat(timespec="seconds")
