"""Revoking a consent, and with it the referrals that rest on it and are not sent yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.consents import ConsentKind, ConsentRecords
from bot.hotline.events import Event, EventKind
from bot.hotline.referrals.store import PERSON, Referrals

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.hotline.referrals.model import Referral
    from bot.store.writer import Work
    from bot.vault import AuditLog, Vault


class ConsentRevocation:
    """Revokes consents, inside units of work."""

    def __init__(self, vault: Vault, audit: AuditLog, referrals: Referrals) -> None:
        self._audit = audit
        self._consents = ConsentRecords(vault)
        self._referrals = referrals

    def revoke(
        self, work: Work, case: str, kind: ConsentKind, by: str, now: int
    ) -> list[Event] | None:
        """Revoke consents of a kind; return the events, or None if nothing changed."""
        is_changed = self._consents.revoke(work, self._audit, case, kind, by, now)
        ended = (
            self._referrals.end_unsent(work, case, by, now) if kind is ConsentKind.OTHERS else []
        )
        return _referral_events(ended, by) if is_changed or ended else None

    def revoke_all(self, work: Work, case: str, by: str, now: int) -> list[Event]:
        """Revoke all consents of a case; return the events."""
        self._consents.revoke_all(work, case, by, now)
        return _referral_events(self._referrals.end_unsent(work, case, by, now), by)


def _referral_events(ended: Iterable[Referral], by: str) -> list[Event]:
    who = "" if by == PERSON else by
    return [
        Event(EventKind.REFERRED, it.case, who, code=it.stage.value, referral=it) for it in ended
    ]
