"""The progress of a report, as its person sees it in a few lines.

It is shown only in the session in which the case was made (`Conversation.has_case`): later it is
unknown who holds the phone, and the chat behaves as if there were no case.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import bindparam

from bot.cases.state_machine import CaseState
from bot.cases.urgency import Priority
from bot.clock import SECOND, start_of_day
from bot.hotline.referrals.model import TAKES_IT, RecipientReply, ReferralStage
from bot.languages import catalogue
from bot.languages.format_date import format_day, format_moment
from bot.store.statements import select_by, select_one, update_by
from bot.store.tables.main import cases, referrals, staff

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from bot.store.writer import Work
    from bot.text import Text

WAITING_FOR_PERSON = "yours"
"""A caseworker has answered, and the person has not written since."""
TAKEN_BACK = "taken_back"
"""The case was referred, and the person took their consent back."""


NOT_TAKEN = "not_taken"
"""The case was referred, and no organisation that was told takes it up, or still has it."""
MAX_REPLIES = 3
"""Answers of organisations that are shown, the newest."""
MAX_APPOINTMENTS = 3
"""Appointments that are shown, the next ones."""


@dataclass(frozen=True, slots=True)
class CaseProgress:
    """The status of a case, as far as its person is told."""

    state: CaseState
    opened_at: int
    read_at: int | None
    due_at: int | None
    answered_at: int | None
    told_at: int | None
    """When staff who can come were last told that the reply is overdue."""
    priority: int
    title: str | None
    """The title of the holder."""
    recipient_replies: tuple[tuple[RecipientReply | None, int | None], ...] = ()
    """By organisation that was told while the consent to that stands: its answer, and when."""
    appointments: tuple[tuple[str, int], ...] = ()
    """Services and moments that a caseworker released to the person, the earliest first."""

    @property
    def next_step(self) -> str:
        """Return what happens next, as a key of `ProgressTexts.next`."""
        if (
            self.state in {CaseState.CLAIMED, CaseState.OPEN}
            and self.answered_at
            and self.due_at is None
        ):
            return WAITING_FOR_PERSON
        if self.state is CaseState.REFERRED and not self.recipient_replies:
            return TAKEN_BACK
        if self.state is CaseState.REFERRED and not any(
            reply in TAKES_IT for reply, _at in self.recipient_replies
        ):
            return NOT_TAKEN
        return CaseState.WAITING.value if self.state is CaseState.REOPENED else self.state.value


@dataclass(frozen=True, slots=True)
class ReadingOutlook:
    """Who reads next, as far as it is known."""

    is_staffed: bool
    """Whether it is an opening hour, or a caseworker is on duty."""
    opens_at: int | None
    """When the office opens next; None: it has no fixed hours."""
    will_tell: bool
    """Whether a caseworker who can come is told when the reply is overdue."""
    is_on_call: bool = False
    """Whether this is an emergency, and a caseworker can be called for it."""

    def may_be_read_in_time(self, progress: CaseProgress) -> bool:
        """Return whether the due time is one in which a caseworker reads."""
        if self.is_staffed:
            return True
        is_emergency = progress.priority == Priority.EMERGENCY
        return self.is_on_call or (self.opens_at is not None and not is_emergency)


@dataclass(frozen=True)
class ProgressTexts:
    """The lines; they are written in `flows/`, and `bot.app` passes them in."""

    received: Text
    read: Text
    not_read: Text
    responsible: Text
    nobody_yet: Text
    try_by: Text
    try_by_or_tell: Text
    late: Text
    late_and_told: Text
    closed_until: Text
    closed: Text
    next: Mapping[str, Text]
    replies: Mapping[str, Text]
    """What an organisation answered."""
    titles: Mapping[str, Text]
    appointment: Text
    services: Mapping[str, Text]
    """What an appointment is for."""


_PROGRESS = select_one(
    cases.outerjoin(staff, staff.c.id == cases.c.holder),
    cases.c.status, cases.c.opened_at, cases.c.read_at, cases.c.due_at, cases.c.answered_at,
    cases.c.told_at, cases.c.priority, staff.c.title, by=cases.c.id == bindparam("case"),
)  # fmt: skip
_REPLIES = select_by(
    referrals, "reply", "replied_at",
    by=("case_id", referrals.c.state == ReferralStage.SENT.value), order_by=("sent_at", "id"),
)  # fmt: skip
_MARK_READ = update_by(
    cases, "read_at",
    by=("id", cases.c.read_at.is_(None), cases.c.status != CaseState.CLOSED.value),
)  # fmt: skip


def load_progress(work: Work, case: str) -> CaseProgress | None:
    """Return the progress of a case; None for one that was erased."""
    rows = work.rows(_PROGRESS, case)
    if not rows:
        return None
    replies = tuple(
        (None if reply is None else RecipientReply(reply), at)
        for reply, at in work.rows(_REPLIES, case)
    )
    state, *known = rows[0]
    return replace(CaseProgress(CaseState(state), *known), recipient_replies=replies)


def mark_read(work: Work, case: str, now: int) -> None:
    """Record when a caseworker first read a case; a closed one keeps no such moment."""
    work.run(_MARK_READ, now, case)


def render_progress(
    progress: CaseProgress, texts: ProgressTexts, outlook: ReadingOutlook, now: int,
    zone: ZoneInfo, language: str,
) -> str:  # fmt: skip
    """Return the progress in a language, one line for each fact."""
    read_in = catalogue(language)

    def line(text: Text, at: int | None = None, **values: str) -> str:
        time = {"time": format_time(at, now, zone, language)} if at else {}
        return text.render(read_in, values | time)

    lines = [line(texts.received, progress.opened_at)]
    lines.append(line(texts.read, progress.read_at) if progress.read_at else line(texts.not_read))
    if progress.title is not None:
        title = texts.titles[progress.title].render(read_in)
        lines.append(line(texts.responsible, title=title))
    elif progress.state is not CaseState.CLOSED:
        lines.append(line(texts.nobody_yet))
    lines += [
        line(texts.replies[reply], at)
        for reply, at in progress.recipient_replies[-MAX_REPLIES:]
        if reply is not None
    ]
    lines += [
        line(
            texts.appointment,
            service=texts.services[service].render(read_in),
            time=format_moment(language, datetime.fromtimestamp(at / SECOND, zone)),
        )
        for service, at in progress.appointments[:MAX_APPOINTMENTS]
        if service in texts.services
    ]
    lines.append(line(texts.next[progress.next_step]))
    due_at = progress.due_at
    if progress.read_at is None and due_at is not None:
        text = _due_text(progress, texts, outlook, now)
        lines += [line(text, due_at)] if text else []
    if due_at is not None and not outlook.is_staffed:
        # A caseworker who is called reads before the office opens.
        opens_at = None if outlook.is_on_call else outlook.opens_at
        lines.append(line(texts.closed_until, opens_at) if opens_at else line(texts.closed))
    return "\n".join(lines)


def _due_text(
    progress: CaseProgress, texts: ProgressTexts, outlook: ReadingOutlook, now: int
) -> Text | None:
    """Return what is true of the time by which the case is to be read; None: no such time."""
    if progress.due_at is not None and progress.due_at < now:
        return texts.late if progress.told_at is None else texts.late_and_told
    if not outlook.may_be_read_in_time(progress):
        return None
    return texts.try_by_or_tell if outlook.will_tell else texts.try_by


def format_time(moment: int, now: int, zone: ZoneInfo, language: str) -> str:
    """Return a moment as people read it: 21:40, or November 24 21:40 on another day.

    A time that was reduced to its day, as in a closed case, is the day alone.
    """
    at = datetime.fromtimestamp(moment / SECOND, zone)
    if moment == start_of_day(moment, zone):
        return format_day(language, at.month, at.day)
    if at.date() == datetime.fromtimestamp(now / SECOND, zone).date():
        return at.strftime("%H:%M")
    return f"{format_day(language, at.month, at.day)} {at:%H:%M}"
