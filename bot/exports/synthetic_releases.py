"""Synthetic releases as rows: the privacy budget they spend together, and who decides on each.

A release spends its epsilon before it is made, whatever becomes of it: one who could make many and
publish the best would spend more than is counted. The budget is that of the deployment and is never
filled up again, because what was published cannot be taken back.

One supervisor makes a release and another decides that it may leave. The one who made it may only
refuse it.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, func

from bot.errors import DecryptionError, NotApprovedError
from bot.exports.synthetic import MarginalError, SyntheticError, SyntheticRelease
from bot.store.statements import insert, select_by, select_one, update_by
from bot.store.tables.exports import synthetic_releases
from bot.vault import Purpose

if TYPE_CHECKING:
    from bot.store.writer import Work
    from bot.vault import AuditLog, Vault

THOUSANDTHS: Final = 1000
"""Epsilons are stored as whole numbers, so that they add up exactly."""


class ReleaseState(StrEnum):
    """What became of a release."""

    BEGUN = "begun"
    """It spent its budget, and was not finished: the process ended, or it failed."""
    PROPOSED = "proposed"
    RELEASED = "released"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class StoredRelease:
    """One release."""

    id: str
    state: ReleaseState
    epsilon: float
    asked_by: str
    asked_at: int
    decided_by: str = ""
    decided_at: int = 0
    release: SyntheticRelease | None = None
    """None for one that was begun or refused, or whose row was altered."""


_COLUMNS = (
    "id", "state", "epsilon", "asked_by", "asked_at", "decided_by", "decided_at", "sealed"
)  # fmt: skip
_ALL = select_by(synthetic_releases, *_COLUMNS, order_by=("asked_at", "id"))
_ONE = select_one(synthetic_releases, *_COLUMNS, by="id")
_SPENT = select_by(synthetic_releases, func.coalesce(func.sum(synthetic_releases.c.epsilon), 0))
_ADD = insert(synthetic_releases, "id", "state", "epsilon", "asked_by", "asked_at")
_FINISH = update_by(
    synthetic_releases, "state", "sealed",
    by=("id", synthetic_releases.c.state == ReleaseState.BEGUN.value),
)  # fmt: skip
_RELEASE = update_by(
    synthetic_releases, "state", "decided_by", "decided_at",
    by=("id", synthetic_releases.c.state == ReleaseState.PROPOSED.value,
        synthetic_releases.c.asked_by != bindparam("by")),
)  # fmt: skip
_REFUSE = update_by(
    synthetic_releases, "state", "decided_by", "decided_at",
    by=("id", synthetic_releases.c.state == ReleaseState.PROPOSED.value),
    constants={"sealed": None},
)  # fmt: skip


class SyntheticReleases:
    """The releases of a deployment, used inside units of work."""

    def __init__(self, vault: Vault, audit: AuditLog, budget: float) -> None:
        """`budget` is the epsilon that all releases together may spend."""
        self._vault, self._audit, self.budget = vault, audit, budget

    def left(self, work: Work) -> float:
        """Return how much of the budget is left."""
        spent = int(work.rows(_SPENT)[0][0])
        return max(0, _in_thousandths(self.budget) - spent) / THOUSANDTHS

    def begin(self, work: Work, epsilon: float, by: str, now: int) -> str:
        """Spend a part of the budget; return the id of the release.

        Raises:
            SyntheticError: less than that is left.
        """
        if epsilon > self.left(work):
            raise SyntheticError("the privacy budget is spent")
        number = secrets.token_hex(8)
        work.run(_ADD, number, ReleaseState.BEGUN.value, _in_thousandths(epsilon), by, now)
        self._audit.record(work, now, by, "synthetic_make", number, f"epsilon:{epsilon}")
        return number

    def finish(self, work: Work, number: str, release: SyntheticRelease) -> None:
        """Seal what was made; a second supervisor decides on it."""
        plain = json.dumps([release.published, asdict(release.measured)]).encode()
        sealed = self._vault.seal(Purpose.STAFF, _associated_data(number), plain)
        work.run(_FINISH, ReleaseState.PROPOSED.value, sealed, number)

    def decide(self, work: Work, number: str, by: str, now: int, *, may_leave: bool) -> None:
        """Release it, or refuse it and delete what was made.

        Raises:
            NotApprovedError: it is not proposed any more, or its maker wants to release it.
        """
        if may_leave:
            row = (ReleaseState.RELEASED.value, by, now, number, by)
            is_decided = work.run(_RELEASE, *row)
        else:
            is_decided = work.run(_REFUSE, ReleaseState.REFUSED.value, by, now, number)
        if not is_decided:
            raise NotApprovedError("another supervisor has to release it, once")
        action = "synthetic_release" if may_leave else "synthetic_refuse"
        self._audit.record(work, now, by, action, number)

    def all(self, work: Work) -> list[StoredRelease]:
        """Return all releases, oldest first."""
        return [self._open(row) for row in work.rows(_ALL)]

    def find(self, work: Work, number: str) -> StoredRelease | None:
        """Return a release by its id."""
        rows = work.rows(_ONE, number)
        return self._open(rows[0]) if rows else None

    def record_saved(self, work: Work, number: str, by: str, now: int, digest: str) -> None:
        """Record that a file of a release left, by its SHA-256."""
        self._audit.record(work, now, by, "synthetic_save", number, digest)

    def _open(self, row: Any) -> StoredRelease:
        number, state, epsilon, asked_by, asked_at, decided_by, decided_at, sealed = row
        release = None
        if sealed is not None:
            release = self._unseal(number, bytes(sealed))
        return StoredRelease(
            number, ReleaseState(state), epsilon / THOUSANDTHS, asked_by, asked_at,
            decided_by or "", decided_at or 0, release,
        )  # fmt: skip

    def _unseal(self, number: str, sealed: bytes) -> SyntheticRelease | None:
        try:
            plain = self._vault.open(Purpose.STAFF, _associated_data(number), sealed)
        except DecryptionError:
            return None
        published, measured = json.loads(plain)
        return SyntheticRelease(published, MarginalError(**measured))


def _in_thousandths(epsilon: float) -> int:
    return round(epsilon * THOUSANDTHS)


def _associated_data(number: str) -> bytes:
    return f"synthetic/{number}".encode()
