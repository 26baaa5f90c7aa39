"""When a time the law gives runs out: the person is reminded within their rule, or staff are told.

Why the reminder says nothing: whoever holds the phone reads it. It is the neutral question with
which caseworkers begin, asked by the house; what the person answers reaches whoever answers for the
case, and only a human says what it is about. So nothing of a case is shown in a chat that is quiet.

Two promises meet here. "The person is reminded" and "nothing goes out that the person did not
allow": the second rules. Somebody who wants to be written to only after they wrote is not reminded,
nor is a chat in which a caseworker is, or that was opened under duress: there a caseworker is told
in time, who can do what no machine may. The last warning always goes to staff as well.

Clocks that jump: a warning that was given at a moment which has not come yet was not given, and
whether a letter may go is decided by the gate, which believes no hour for a while after a jump.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.clock import DAY, HOUR
from bot.conversation import Position
from bot.dispatch import callback_data
from bot.dispatch.contact_policy import NO_CHAT, NO_HOUR, TOO_LATE, may_remind_at
from bot.dispatch.conversation_store import Conversation, Row
from bot.dispatch.message_ids import trace
from bot.errors import DoesNotOpen
from bot.hotline.chat.takeover import OPENER, UNTIL_HOURS
from bot.hotline.deadlines import ALTERED, text_of
from bot.hotline.deadlines import NEVER as NOTHING_AHEAD
from bot.hotline.events import Event, Happened
from bot.hotline.queue.alerts import concern_of, whom
from bot.log import log
from bot.mailbox.letter import Author, Letter

if TYPE_CHECKING:
    from bot.dispatch.check_in_scheduler import Checking
    from bot.dispatch.conversation_store import Conversations
    from bot.dispatch.effects import Setting
    from bot.hotline.commands.handlers import Orders
    from bot.hotline.deadlines import CaseClocks, Mark
    from bot.hotline.staff.staff import Staff
    from bot.mailbox.outbox import Outbox
    from bot.places.deadlines import Deadline
    from bot.store.writer import Work

PASSED = "passed"
ONE_SERVES = 12 * HOUR
"""Within this time one reminder serves for every clock of a case: it says nothing anyway."""


@dataclass(slots=True)
class Looked:
    """What a look at the clocks has led to."""

    events: list[Event] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)


class Reminding:
    """Looks at the law's clocks, inside units of work; asked every few seconds."""

    def __init__(  # noqa: PLR0913, PLR0917 - the clocks, and what reaches a person and staff
        self,
        clocks: CaseClocks,
        orders: Orders,
        staff: Staff,
        outbox: Outbox,
        conversations: Conversations,
        setting: Setting,
        checking: Checking,
    ) -> None:
        self.clocks = clocks
        self.checking = checking
        self._orders = orders
        self._staff = staff
        self._outbox = outbox
        self._conversations = conversations
        self._setting = setting

    def look(self, work: Work, now: int) -> Looked:
        """Give the warnings that are due; reminders are stored."""
        looked = Looked()
        for case in self.clocks.due(work, now):
            try:
                self._look_at(work, case, looked, now)
            except DoesNotOpen:  # what somebody altered in one case is in no other's way
                log.error("clocks_unreadable")
                looked.events.append(
                    Event(Happened.CLOCK, case, to=self._whom(work, case, now), text=ALTERED)
                )
                self.clocks.look_again(work, case, now + DAY, now)
        self._outbox.keep(work, looked.letters)
        self.checking.look(work, looked, now)
        return looked

    def _look_at(self, work: Work, case: str, looked: Looked, now: int) -> None:
        running = self.clocks.running(work, case)
        marks = self.clocks.marks(work, case, now)
        given = {it.what for it in marks}
        for deadline in running:
            step = step_at(deadline, now)
            what = f"{deadline.clock.code}/{deadline.since.number}/{step}"
            if step and what not in given:
                letter = self._warn(work, case, deadline, step, marks, looked, now)
                marks.append(self.clocks.mark(work, case, what, letter, now))
        ahead = [at for it in running if (at := next_step(it, now)) is not None]
        near = [it.ends_at or now for it in running if it.is_near(now)]
        soon = min(near, default=None)
        self.clocks.look_again(work, case, min(ahead, default=NOTHING_AHEAD), now, soon)

    def _warn(  # noqa: PLR0913, PLR0917 - a warning, and all that was given before
        self, work: Work, case: str, deadline: Deadline, step: str, marks: list[Mark],
        looked: Looked, now: int,
    ) -> int | None:  # fmt: skip
        """Remind the person, and tell staff where that cannot be or is the last time."""
        reached: Letter | None = None
        why = ""
        reminds = deadline.clock.is_theirs and step != PASSED
        is_served = reminds and any(it.letter and now - it.at < ONE_SERVES for it in marks)
        if reminds and not is_served:
            found = self._reminder(work, case, deadline, now)
            reached, why = (None, found) if isinstance(found, str) else (found, "")
        if reached is not None:
            looked.letters.append(reached)
        is_last = step in {PASSED, str(len(deadline.clock.warns) - 1)}
        if is_last or (reached is None and not is_served):
            looked.events.append(self.alert(work, case, deadline, why, now))
        return None if reached is None else reached.id

    # --- the person ----------------------------------------------------------------------------

    def _reminder(self, work: Work, case: str, deadline: Deadline, now: int) -> Letter | str:
        """Return the letter that reminds a person, or why there is none."""
        where = self._orders.where(work, case)
        if where is None:
            return NO_CHAT
        row = self._conversations.load(work, [where.chat_key]).get(where.chat_key)
        at, why = may_remind_at(work, where.chat_key, case, row, self._setting, now)
        if why:
            return why
        if at >= (next_step(deadline, now) or 0) or at - now > TOO_LATE:
            return NO_HOUR
        (number,) = self._outbox.numbers(work, 1)
        language = row.conversation.language if row else ""
        prefix = callback_data.prefix(self._setting.vault, where.chat_key, 0, "phrasebook")
        said = self._setting.phrasebook.say(OPENER, {}, language or where.language, prefix)
        letter = Letter(
            number, where.chat_key, where.chat, said, author=Author.REMINDER, created_at=now,
            not_before=0 if at == now else at, hold=None if at == now else UNTIL_HOURS,
        )  # fmt: skip
        row = row or Row(None, Conversation("", Position(), where.chat), 0)
        trace(row.conversation.traces, now).ours.append(number)
        self._conversations.store(work, [(where.chat_key, row)])
        return letter

    # --- staff ---------------------------------------------------------------------------------

    def alert(self, work: Work, case: str, deadline: Deadline, why: str, now: int) -> Event:
        """Return what tells staff of a clock, and why the person was not reminded."""
        text, values = text_of(deadline, now)
        to = self._whom(work, case, now)
        return Event(Happened.CLOCK, case, to=to, text=text, values=values, code=why)

    def kept_back(self, work: Work, letter: int, why: str, now: int) -> Event | None:
        """Return what tells staff that a reminder did not arrive; None where it was none."""
        case = self.clocks.carried(work, letter)
        if not case:
            self.checking.kept_back(work, letter, why, now)
            return None
        running = [it for it in self.clocks.legible(work, case) if it.clock.is_theirs]
        near = [it for it in running if it.is_near(now)] or running
        return self.alert(work, case, near[0], why, now) if near else None

    def _whom(self, work: Work, case: str, now: int) -> tuple[str, ...]:
        concern = concern_of(work, case)
        return () if concern is None else whom(concern, self._staff.all(work), now)


def step_at(deadline: Deadline, now: int) -> str:
    """Return the warning that holds at a moment: the last one reached; empty for none."""
    left = deadline.left(now)
    if left is None:
        return str(deadline.times) if deadline.is_due else ""
    if left <= 0:
        return PASSED if deadline.is_near(now) else ""
    reached = [place for place, span in enumerate(deadline.clock.warns) if left <= span]
    return str(reached[-1]) if reached else ""


def next_step(deadline: Deadline, now: int) -> int | None:
    """Return the next moment at which another warning of a clock is due."""
    if deadline.ends_at is None:
        return None
    steps = [deadline.ends_at - span for span in (*deadline.clock.warns, 0)]
    return min((at for at in steps if at > now), default=None)
