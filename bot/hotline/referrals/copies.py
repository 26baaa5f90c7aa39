"""Sheets of a referral that left the desk: each copy by its number and its SHA-256.

No word of a sheet is stored here. The same digest stands in the audit log, where it outlasts the
case: so those who hold a sheet can later show that it left this desk.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.hotline.commands import texts
from bot.hotline.referrals.model import Referral, ReferralStage
from bot.store import Work, insert, select_by
from bot.store.tables.main import referral_copies
from bot.text import Text, _

if TYPE_CHECKING:
    from bot.cases.consents import ConsentRecords
    from bot.places.directory import Recipient
    from bot.vault import AuditLog

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Letters and digits that are not mistaken for one another on paper."""
GROUP, GROUPS = 4, 2
SHEET, PACKAGE, CASE_FILE = "referral_sheet", "referral_package", "case_file"
"""Actions in the audit log: what left the desk."""
NOT_ANSWERED = _("The person has not answered yet: no sheet can be made.")
NOT_WANTED = _("The person does not want this told: no sheet can be made.")
TAKEN_BACK = _("The person took their consent back: no sheet can be made.")
REPLACED = _("A newer question to the person replaced this one: no sheet can be made.")
TOO_OLD = _(
    "What the person agreed to can be read for 14 days, and they are over: ask the person again."
)
NO_AGREEMENT = _("There is no agreement with this organisation now: no sheet can be made.")
_BY_STAGE = {
    ReferralStage.OFFERED: NOT_ANSWERED,
    ReferralStage.DECLINED: NOT_WANTED,
    ReferralStage.REVOKED: TAKEN_BACK,
    ReferralStage.WITHDRAWN: REPLACED,
}
_COLUMNS = ("id", "case_id", "referral", "digest", "made_by", "made_at")
_ADD = insert(referral_copies, *_COLUMNS)
_OF_CASE = select_by(referral_copies, *_COLUMNS, by="case_id", order_by=("made_at", "id"))


@dataclass(frozen=True, slots=True)
class ReferralCopy:
    """One sheet that left the desk."""

    id: str
    """As printed on it."""
    case: str
    referral: str
    digest: bytes
    """SHA-256 of the file."""
    made_by: str
    made_at: int


class ReferralCopies:
    """The sheets of cases, used inside units of work."""

    def __init__(self, consents: ConsentRecords, audit: AuditLog) -> None:
        self._consents, self._audit = consents, audit

    def refusal(
        self, work: Work, referral: Referral, recipient: Recipient | None, now: int
    ) -> Text | None:
        """Return why no sheet may be made of a referral now; None if one may."""
        if why := _BY_STAGE.get(referral.stage):
            return why
        since = self._consents.no_sharing_since(work, referral.case)
        if since is not None and (referral.answered_at is None or referral.answered_at <= since):
            return TAKEN_BACK
        if not referral.parts:
            return TOO_OLD
        if not referral.may_be_printed:
            return texts.NO_MATCHING_CONSENT
        if recipient is None or not recipient.is_offered_at(now):
            return NO_AGREEMENT
        return None

    def record(self, work: Work, copy: ReferralCopy, recipient: str, action: str = SHEET) -> None:
        """Record that a sheet, or a package, leaves the desk, before it does."""
        work.run(_ADD, copy.id, copy.case, copy.referral, copy.digest, copy.made_by, copy.made_at)
        detail = f"{recipient}:{copy.referral}:{copy.id}:{copy.digest.hex()}"
        self._audit.record(work, copy.made_at, copy.made_by, action, copy.case, detail)

    @staticmethod
    def of_case(work: Work, case: str) -> list[ReferralCopy]:
        """Return the sheets of a case, oldest first."""
        return [
            ReferralCopy(copy, of, referral, bytes(digest), by, at)
            for copy, of, referral, digest, by, at in work.rows(_OF_CASE, case)
        ]


def new_copy_id() -> str:
    """Return a random number for a copy, such as `7F3A-91C2`; it says nothing of the case."""
    signs = [secrets.choice(ALPHABET) for _ in range(GROUP * GROUPS)]
    return "-".join("".join(signs[at : at + GROUP]) for at in range(0, len(signs), GROUP))
