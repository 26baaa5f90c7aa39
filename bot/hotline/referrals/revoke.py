"""What a person takes back: an agreement, and with it what rests on it and is not done yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.consents import Agreements, Kind
from bot.hotline.events import Event, Happened
from bot.hotline.referrals.store import PERSON

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.hotline.referrals.model import Referral
    from bot.hotline.referrals.store import Referrals
    from bot.store.writer import Work
    from bot.vault import Audit, Vault


class TakingBack:
    """Takes agreements back, inside units of work."""

    def __init__(self, vault: Vault, audit: Audit, referrals: Referrals) -> None:
        self._audit = audit
        self._agreements = Agreements(vault)
        self._referrals = referrals

    def revoke(self, work: Work, case: str, kind: Kind, by: str, now: int) -> list[Event] | None:
        """Take agreements of a kind back; return what staff see of it, None: nothing is changed."""
        is_changed = self._agreements.revoke(work, self._audit, case, kind, by, now)
        ended = self._referrals.end(work, case, by, now) if kind is Kind.OTHERS else []
        return _told(ended, by) if is_changed or ended else None

    def withdraw(self, work: Work, case: str, by: str, now: int) -> list[Event]:
        """Take everything back in a case; return what staff see of it."""
        self._agreements.withdraw(work, case, by, now)
        return _told(self._referrals.end(work, case, by, now), by)


def _told(ended: Iterable[Referral], by: str) -> list[Event]:
    who = "" if by == PERSON else by
    return [
        Event(Happened.REFERRED, it.case, who, code=it.stage.value, referral=it) for it in ended
    ]
