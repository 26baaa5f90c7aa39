"""What a person takes back: an agreement, and with it what rests on it and is not done yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.consents import ConsentKind, ConsentRecords, Revocation
from bot.hotline.events import Event, EventKind
from bot.hotline.referrals.store import PERSON

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.hotline.referrals.model import Referral
    from bot.hotline.referrals.store import Referrals
    from bot.store.writer import Work
    from bot.vault import AuditLog, Vault


class ConsentRevocation:
    """Takes agreements back, inside units of work."""

    def __init__(self, vault: Vault, audit: AuditLog, referrals: Referrals) -> None:
        self._audit = audit
        self._agreements = ConsentRecords(vault)
        self._referrals = referrals

    def revoke(
        self, work: Work, case: str, kind: ConsentKind, by: str, now: int
    ) -> list[Event] | None:
        """Take agreements of a kind back; return what staff see of it, None: nothing is changed."""
        is_changed = self._agreements.revoke(work, self._audit, Revocation(case, kind, by, now))
        ended = (
            self._referrals.end_unsent(work, case, by, now) if kind is ConsentKind.OTHERS else []
        )
        return _referral_events(ended, by) if is_changed or ended else None

    def revoke_all(self, work: Work, case: str, by: str, now: int) -> list[Event]:
        """Take everything back in a case; return what staff see of it."""
        self._agreements.revoke_all(work, case, by, now)
        return _referral_events(self._referrals.end_unsent(work, case, by, now), by)


def _referral_events(ended: Iterable[Referral], by: str) -> list[Event]:
    who = "" if by == PERSON else by
    return [
        Event(EventKind.REFERRED, it.case, who, code=it.stage.value, referral=it) for it in ended
    ]
