"""Claims of letters: which process sends a letter, and what becomes of what it left behind.

A claim adds one to the fence of a letter, in the statement that takes it. What became of an attempt
is stored only where the fence is still the one of that attempt, so that a process that was paused,
and wakes after another one has gone on, changes nothing. A bot's letter belongs to the process that
stored it until another one claims it: that process may hand it over to its courier and, a moment
before, have found it in the store. Both are the same attempt, so such a claim adds nothing.

A caseworker's letter is claimed only while it is queued, and by one process. A claim that its
process left behind ends as *uncertain*, never as another attempt. It counts as left behind if this
very process began again, if its process is known to have ended, or once its time is over. A bot's
letter may be claimed again at once: it may be repeated, and no person waits for a lease to end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, bindparam, case, func, or_, select, update

from bot.clock import SECOND
from bot.errors import RetryLaterError
from bot.mailbox.letter import Author, LetterState
from bot.store.compiled import Prepared, PreparedList
from bot.store.processes.running import process_number
from bot.store.statements import select_by, select_one, update_by
from bot.store.tables.machines import processes
from bot.store.tables.main import UNSENT, outbox

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.mailbox.letter import Letter
    from bot.store.writer import Work

CLAIM_LIFETIME = 60 * SECOND
"""How long a human's letter may take to be sent: longer than any request to the channel lasts."""
_IS_QUEUED = (UNSENT, outbox.c.state == LetterState.QUEUED.value)
_IS_SENDING = (UNSENT, outbox.c.state == LetterState.SENDING.value)
_CLAIM = Prepared(
    lambda _: (
        update(outbox)
        .where(*_IS_QUEUED, outbox.c.id == bindparam("letter"))
        .values(
            state=LetterState.SENDING.value,
            owner=bindparam("by"),
            fence=outbox.c.fence + 1,
            lease_until=bindparam("until"),
        )
        .returning(outbox.c.fence)
    ),
    "by",
    "until",
    "letter",
)
_GIVE_BACK = update_by(
    outbox, by=(*_IS_SENDING, "id", "fence"), constants={"state": LetterState.QUEUED.value}
)
_STATE = select_one(outbox, "state", by="id")
_IS_LEFT = or_(
    outbox.c.owner.is_(None),
    outbox.c.owner == bindparam("own"),
    and_(
        outbox.c.owner != bindparam("by"),
        or_(
            outbox.c.lease_until <= bindparam("now"),
            outbox.c.owner.not_in(select(processes.c.number)),
        ),
    ),
)
_END_CLAIMS = Prepared(
    lambda _: (
        update(outbox)
        .where(*_IS_SENDING, _IS_LEFT)
        .values(state=LetterState.UNCERTAIN.value, settled_at=bindparam("at"))
        .returning(outbox.c.id, outbox.c.author)
    ),
    "at",
    "own",
    "by",
    "now",
)
_NEXT_END = select_by(
    outbox, func.min(outbox.c.lease_until), by=(*_IS_SENDING, outbox.c.owner != bindparam("by"))
)
NOBODY = 0
"""In place of the number of a process: none has it."""


class LetterClaims:
    """The claims of one process, used inside units of work."""

    def __init__(self, owner: int | None = None) -> None:
        """`owner` is the number of the process; by default, of this one."""
        self.owner = owner or process_number()
        is_ours = outbox.c.owner == self.owner
        self._take = PreparedList(
            lambda ids: (
                update(outbox)
                .where(outbox.c.id.in_(ids), *_IS_QUEUED)
                .values(owner=self.owner, fence=outbox.c.fence + case((is_ours, 0), else_=1))
                .returning(outbox.c.id, outbox.c.fence)
            )
        )

    def take(self, work: Work, letters: Sequence[Letter]) -> list[Letter]:
        """Claim letters that were read from the store; return those that still waited."""
        if not letters:
            return []
        fences: dict[int, int] = {}
        for statement, row in self._take.batches([it.id for it in letters]):
            fences |= {int(letter): int(fence) for letter, fence in work.rows(statement, *row)}
        for letter in letters:
            letter.fence = fences.get(letter.id, letter.fence)
        return [it for it in letters if it.id in fences]

    def claim(self, work: Work, letter: Letter, now: int) -> bool:
        """Claim a human's letter that is about to be sent; tell whether it still waits.

        Raises:
            RetryLaterError: an attempt before this one is not settled yet.
        """
        claimed = work.rows(_CLAIM, self.owner, now + CLAIM_LIFETIME, letter.id)
        if claimed:
            fence = int(claimed[0][0])
            work.after_commit(lambda: setattr(letter, "fence", fence))
        elif any(state == LetterState.SENDING for (state,) in work.rows(_STATE, letter.id)):
            raise RetryLaterError
        return bool(claimed)

    @staticmethod
    def give_back(work: Work, letter: Letter) -> None:
        """Undo a claim after which nothing was sent."""
        work.run(_GIVE_BACK, letter.id, letter.fence)

    def end_left(self, work: Work, now: int, *, is_start: bool = False) -> list[tuple[int, str]]:
        """Mark what was left behind while it was sent as uncertain; return ids and authors.

        Args:
            work: the unit of work.
            now: the moment.
            is_start: whether this process sends nothing yet, so that its own claims are left too.
        """
        own = self.owner if is_start else NOBODY
        rows = work.rows(_END_CLAIMS, now, own, self.owner, now)
        return [(int(letter), Author(author)) for letter, author in rows]

    def next_end(self, work: Work) -> int:
        """Return when the next claim of another process ends; 0 if none has one."""
        return int(work.rows(_NEXT_END, self.owner)[0][0] or 0)
