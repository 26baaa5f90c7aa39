"""Bodies abroad: organisations in other countries, what may be told to each, and their keys.

An operator registers a body with its rules and, once it sent one, its key. Nothing is sealed to a
key before two members of staff each typed the fingerprint that the body read to them: so a key that
was exchanged on its way, or by a colleague, opens nothing. That holds for the first key and for
each later one.

A row has a MAC under the root: a row that was changed in the database counts as no body.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from secrets import compare_digest
from typing import TYPE_CHECKING, Any, Final

from bot.clock import DAY
from bot.errors import HavenError
from bot.exports.open_package import fingerprint
from bot.places.directory import (
    ABOUT_ABROAD,
    Recipient,
    ReferralAgreement,
    is_among,
    utc_day,
)
from bot.store.statements import select_by, select_one, upsert
from bot.store.tables.exports import bodies_abroad
from bot.text import Text, pgettext

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.store.writer import Work
    from bot.vault import AuditLog, Vault

MAX_CODE, MAX_NAME, MAX_PARTS = 24, 80, 600
"""Characters of a code, a name, and all part codes together."""
MAX_CONSENT_DAYS: Final = 14
"""What a person agreed to can be read for so long (`bot.hotline.referrals.store`)."""
EPOCH: Final = date(1970, 1, 1)


class BodyPurpose(StrEnum):
    """What a body may use a package for."""

    PROTECTION = "protection"
    RETURN = "return"
    PROSECUTION = "prosecution"


PURPOSE_NAMES: Mapping[BodyPurpose, Text] = {
    BodyPurpose.PROTECTION: pgettext("purpose", "protection and help for the person"),
    BodyPurpose.RETURN: pgettext("purpose", "a return that the person wants, and help after it"),
    BodyPurpose.PROSECUTION: pgettext("purpose", "prosecution of those who exploited the person"),
}


@dataclass(frozen=True, slots=True)
class BodyRules:
    """What was agreed with a body."""

    purposes: tuple[BodyPurpose, ...]
    parts: tuple[str, ...]
    """Codes of parts that may be told (`bot.places.directory.is_among`)."""
    consent_days: int
    """How old the person's consent may be."""
    since: date
    until: date
    """The last day."""

    def allows(self, part: str) -> bool:
        """Tell whether a part of a referral may be told, by its code."""
        return is_among(part, self.parts)


@dataclass(frozen=True, slots=True)
class BodyKey:
    """The public key of a body, and who confirmed its fingerprint."""

    public: bytes
    set_at: int
    confirmed_by: str = ""
    seconded_by: str = ""

    @property
    def fingerprint(self) -> str:
        """Return its fingerprint, as the body reads it aloud."""
        return fingerprint(self.public)

    @property
    def is_confirmed(self) -> bool:
        """Tell whether two people confirmed it."""
        return bool(self.confirmed_by and self.seconded_by)


@dataclass(frozen=True, slots=True)
class BodyAbroad:
    """An organisation in another country."""

    code: str
    name: str
    """As people read it, with its country."""
    country: str
    """Two letters (ISO 3166-1)."""
    rules: BodyRules
    key: BodyKey | None = None
    ended_at: int | None = None

    @property
    def recipient(self) -> Recipient:
        """Return it as an organisation that a person can be asked about."""
        last = self.rules.until
        if self.ended_at is not None:
            last = min(last, utc_day(self.ended_at) - timedelta(days=1))
        return Recipient(
            Text(self.name), ABOUT_ABROAD, "agreement with this deployment", self.rules.since,
            last + timedelta(days=1), agreement=ReferralAgreement(self.rules.since, last),
            allowed_parts=self.rules.parts,
        )  # fmt: skip


class FingerprintReply(StrEnum):
    """What came of a typed fingerprint."""

    NO_KEY = "no_key"
    DIFFERS = "differs"
    NOTED = "noted"
    """It is right; a second person is needed."""
    AGAIN = "again"
    """The same person cannot confirm twice."""
    CONFIRMED = "confirmed"


_COLUMNS = (
    "code", "name", "country", "purposes", "parts", "consent_days", "since", "until", "public_key",
    "key_set_at", "confirmed_by", "seconded_by", "ended_at", "mac",
)  # fmt: skip
_ALL = select_by(bodies_abroad, *_COLUMNS, order_by="code")
_ONE = select_one(bodies_abroad, *_COLUMNS, by="code")
_STORE = upsert(bodies_abroad, *_COLUMNS, key="code")


class BodiesAbroad:
    """The bodies of a deployment, used inside units of work."""

    def __init__(self, vault: Vault, audit: AuditLog) -> None:
        self._vault, self._audit = vault, audit

    def all(self, work: Work) -> list[BodyAbroad]:
        """Return the bodies whose rows are as they were stored, by code."""
        rows = [tuple(row) for row in work.rows(_ALL)]
        return [_from_row(row) for row in rows if self._is_authentic(row)]

    def find(self, work: Work, code: str) -> BodyAbroad | None:
        """Return a body; None if there is none, or its row was changed."""
        rows = [tuple(row) for row in work.rows(_ONE, code)]
        return _from_row(rows[0]) if rows and self._is_authentic(rows[0]) else None

    def add(self, work: Work, body: BodyAbroad, by: str, now: int) -> None:
        """Register a body, or change its name and rules; a key that is registered stays."""
        known = self.find(work, body.code)
        self._store(work, replace(body, key=known.key if known else None))
        self._audit.record(work, now, by, "body_add", body.code, _rules_in_words(body.rules))

    def set_key(self, work: Work, code: str, public: bytes, by: str, now: int) -> BodyKey:
        """Register the key of a body; it has to be confirmed by two people, unless it is the same.

        Raises:
            HavenError: there is no such body.
        """
        body = self._existing(work, code)
        if body.key is not None and body.key.public == public:
            return body.key
        key = BodyKey(public, now)
        self._store(work, replace(body, key=key))
        self._audit.record(work, now, by, "body_key", code, key.fingerprint.replace(" ", ""))
        return key

    def end(self, work: Work, code: str, by: str, now: int) -> None:
        """End an agreement: nothing is sealed to this body any more.

        Raises:
            HavenError: there is no such body.
        """
        self._store(work, replace(self._existing(work, code), ended_at=now, key=None))
        self._audit.record(work, now, by, "body_end", code)

    def confirm(self, work: Work, code: str, typed: str, by: str, now: int) -> FingerprintReply:
        """Compare a fingerprint that a body read to a member of staff with the registered one."""
        body = self.find(work, code)
        if body is None or body.key is None or body.ended_at is not None:
            return FingerprintReply.NO_KEY
        key, digits = body.key, body.key.fingerprint.replace(" ", "")
        heard = "".join(it for it in typed.lower() if it.isalnum())
        if not compare_digest(heard.encode(), digits.encode()):
            self._audit.record(work, now, by, "body_differs", code, digits)
            return FingerprintReply.DIFFERS
        if key.is_confirmed:
            return FingerprintReply.CONFIRMED
        if key.confirmed_by == by:
            return FingerprintReply.AGAIN
        is_second = bool(key.confirmed_by)
        changed = replace(key, seconded_by=by) if is_second else replace(key, confirmed_by=by)
        self._store(work, replace(body, key=changed))
        self._audit.record(work, now, by, "body_confirm", code, digits)
        return FingerprintReply.CONFIRMED if is_second else FingerprintReply.NOTED

    def _existing(self, work: Work, code: str) -> BodyAbroad:
        found = self.find(work, code)
        if found is None:
            raise HavenError(f"there is no body {code}; haven bodies list shows them")
        return found

    def _store(self, work: Work, body: BodyAbroad) -> None:
        row = _to_row(body)
        work.run(_STORE, *row, self._mac(row))

    def _is_authentic(self, row: tuple[Any, ...]) -> bool:
        return compare_digest(bytes(row[-1]), self._mac(row[:-1]))

    def _mac(self, row: tuple[Any, ...]) -> bytes:
        plain = [bytes(it).hex() if isinstance(it, bytes | memoryview) else it for it in row]
        return bytes(self._vault.prove(b"body abroad/" + json.dumps(plain).encode()))


def _rules_in_words(rules: BodyRules) -> str:
    return f"{','.join(rules.purposes)}:{','.join(rules.parts)}:{rules.since}:{rules.until}"


def _to_row(it: BodyAbroad) -> tuple[Any, ...]:
    rules, key = it.rules, it.key
    kept = (None,) * 4
    if key is not None:
        kept = (key.public, key.set_at, key.confirmed_by or None, key.seconded_by or None)  # type: ignore[assignment]
    return (
        it.code, it.name, it.country, " ".join(rules.purposes), " ".join(rules.parts),
        rules.consent_days, (rules.since - EPOCH).days, (rules.until - EPOCH).days, *kept,
        it.ended_at,
    )  # fmt: skip


def _from_row(row: tuple[Any, ...]) -> BodyAbroad:
    code, name, country, purposes, parts, days, since, until, *kept, ended_at, _mac = row
    public, set_at, first, second = kept
    rules = BodyRules(
        tuple(map(BodyPurpose, purposes.split())), tuple(parts.split()), days,
        EPOCH + timedelta(days=since), EPOCH + timedelta(days=until),
    )  # fmt: skip
    key = None if public is None else BodyKey(bytes(public), set_at, first or "", second or "")
    return BodyAbroad(code, name, country, rules, key, ended_at)


def is_consent_fresh(rules: BodyRules, agreed_at: int, now: int) -> bool:
    """Tell whether a person's consent is as recent as the rules want it."""
    return now - agreed_at <= rules.consent_days * DAY
