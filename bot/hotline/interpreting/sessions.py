"""Sessions of interpreters: one conversation each, for a limited time, and the hours they count."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam

from bot.clock import DAY, MINUTE
from bot.store.statements import delete_by, insert, select_by, select_one, update_by
from bot.store.tables.interpreting import (
    SESSION_IS_OPEN,
    interpreter_copies,
    interpreter_hours,
    interpreting_sessions,
)

if TYPE_CHECKING:
    from bot.store.writer import Work

INVITATION_VALID_FOR = 30 * MINUTE
"""An invitation that no one took up lapses after this time."""
SESSION_MINUTES = (30, 60, 120, 240)
"""The lengths a caseworker can choose; four hours are the most without a pause."""
EXTENSION_MINUTES = 30
MAX_MINUTES = 480
"""The longest session with all extensions."""
HOURS_KEPT = 730 * DAY


class SessionOutcome(StrEnum):
    """How a session ended."""

    ENDED = "ended"
    """The caseworker or the interpreter ended it."""
    DECLINED = "declined"
    LAPSED = "lapsed"
    """Its time was over, or no one took the invitation up."""
    CASE_MOVED = "case_moved"
    """The case was closed, or its caseworker changed."""
    LEFT = "left"
    """The interpreter's access ended."""


@dataclass(frozen=True, slots=True)
class InterpretingSession:
    """One invitation of an interpreter to one conversation."""

    id: str
    """Random; the interpreter knows the conversation by it, and nothing else of the case."""
    case: str
    interpreter: str
    """The id of the interpreter among the staff."""
    invited_by: str
    minutes: int
    sees_names: bool
    """Whether numbers, addresses and account names are left in what is shared."""
    shares_new: bool
    """Whether what the person writes is shared as it arrives."""
    invited_at: int
    ends_at: int
    """When it ends by itself: of an invitation, when it lapses."""
    began_at: int | None = None
    ended_at: int | None = None
    outcome: str = ""

    def is_open(self, now: int) -> bool:
        """Return whether it has not ended."""
        return self.ended_at is None and now < self.ends_at

    def is_running(self, now: int) -> bool:
        """Return whether the interpreter has begun, and it has not ended."""
        return self.began_at is not None and self.is_open(now)


@dataclass(frozen=True, slots=True)
class InterpretedHours:
    """From when until when an interpreter worked; nothing of a case."""

    interpreter: str
    began_at: int
    ended_at: int


_COLUMNS = (
    "id", "case_id", "staff_id", "invited_by", "minutes", "sees_names", "shares_new", "invited_at",
    "ends_at", "began_at", "ended_at", "outcome",
)  # fmt: skip
_FIELDS = tuple(it.name for it in fields(InterpretingSession))
"""In the order of the columns."""
_IS_OPEN = interpreting_sessions.c.ended_at.is_(None)
_ADD = insert(interpreting_sessions, *_COLUMNS[:9])
_ONE = select_one(interpreting_sessions, *_COLUMNS, by="id")
_OF_CASE = select_by(interpreting_sessions, *_COLUMNS, by="case_id", order_by=("invited_at", "id"))
_OPEN = select_by(interpreting_sessions, *_COLUMNS, by=SESSION_IS_OPEN, order_by="ends_at")
_OF_INTERPRETER = select_by(
    interpreting_sessions, *_COLUMNS, by=("staff_id", SESSION_IS_OPEN), order_by="invited_at"
)
_BEGIN = update_by(interpreting_sessions, "began_at", "ends_at", by=("id", _IS_OPEN))
_EXTEND = update_by(interpreting_sessions, "minutes", "ends_at", by=("id", _IS_OPEN))
_SET_SHARING = update_by(interpreting_sessions, "sees_names", "shares_new", by=("id", _IS_OPEN))
_END = update_by(interpreting_sessions, "ended_at", "outcome", by=("id", _IS_OPEN))
_DELETE_COPIES = delete_by(interpreter_copies, by="session_id")
_BEGIN_HOURS = insert(interpreter_hours, "id", "staff_id", "began_at")
_END_HOURS = update_by(
    interpreter_hours, "ended_at", by=("id", interpreter_hours.c.ended_at.is_(None))
)
_HOURS = select_by(
    interpreter_hours, "staff_id", "began_at", "ended_at",
    by=(
        interpreter_hours.c.began_at >= bindparam("since"),
        interpreter_hours.c.began_at < bindparam("until"),
        interpreter_hours.c.ended_at.is_not(None),
    ),
    order_by=("began_at", "id"),
)  # fmt: skip
_EXPIRE_HOURS = delete_by(interpreter_hours, by=interpreter_hours.c.began_at < bindparam("before"))


def new_session_id() -> str:
    """Return the id of a new session."""
    return secrets.token_hex(16)


class InterpretingSessions:
    """The sessions as rows, used inside units of work."""

    @staticmethod
    def invite(work: Work, new: InterpretingSession) -> None:
        """Store an invitation."""
        work.run(
            _ADD, new.id, new.case, new.interpreter, new.invited_by, new.minutes,
            int(new.sees_names), int(new.shares_new), new.invited_at, new.ends_at,
        )  # fmt: skip

    @staticmethod
    def find(work: Work, session: str) -> InterpretingSession | None:
        """Return a session by its id, ended or not."""
        rows = work.rows(_ONE, session)
        return _session(rows[0]) if rows else None

    @staticmethod
    def of_case(work: Work, case: str) -> list[InterpretingSession]:
        """Return every session of a case, oldest first."""
        return [_session(row) for row in work.rows(_OF_CASE, case)]

    @classmethod
    def open_in(cls, work: Work, case: str, now: int) -> InterpretingSession | None:
        """Return the session of a case that has not ended; None if there is none."""
        return next((it for it in cls.of_case(work, case) if it.is_open(now)), None)

    @staticmethod
    def all_open(work: Work, now: int) -> list[InterpretingSession]:
        """Return every session that has not ended."""
        return [it for it in map(_session, work.rows(_OPEN)) if it.is_open(now)]

    @staticmethod
    def open_of(work: Work, interpreter: str, now: int) -> list[InterpretingSession]:
        """Return the sessions of an interpreter that have not ended, oldest first."""
        found = map(_session, work.rows(_OF_INTERPRETER, interpreter))
        return [it for it in found if it.is_open(now)]

    @staticmethod
    def begin(work: Work, session: InterpretingSession, now: int) -> None:
        """Begin a session: its time and the interpreter's hours count from now on."""
        if work.run(_BEGIN, now, now + session.minutes * MINUTE, session.id):
            work.run(_BEGIN_HOURS, session.id, session.interpreter, now)

    @staticmethod
    def extend(work: Work, session: InterpretingSession, minutes: int) -> None:
        """Let a session last longer by these minutes."""
        ends_at = session.ends_at + (minutes * MINUTE if session.began_at is not None else 0)
        work.run(_EXTEND, session.minutes + minutes, ends_at, session.id)

    @staticmethod
    def set_sharing(work: Work, session: str, *, sees_names: bool, shares_new: bool) -> None:
        """Store what is shared from now on, and whether with names."""
        work.run(_SET_SHARING, int(sees_names), int(shares_new), session)

    @staticmethod
    def end(work: Work, session: InterpretingSession, outcome: SessionOutcome, now: int) -> None:
        """End a session and delete the interpreter's copies; a later end changes nothing."""
        ended_at = min(now, session.ends_at)
        work.run(_END, ended_at, outcome.value, session.id)
        work.run(_END_HOURS, ended_at, session.id)
        work.run(_DELETE_COPIES, session.id)

    @classmethod
    def end_lapsed(cls, work: Work, now: int) -> list[InterpretingSession]:
        """End the sessions whose time is over; return them."""
        lapsed = [it for it in map(_session, work.rows(_OPEN)) if not it.is_open(now)]
        for it in lapsed:
            cls.end(work, it, SessionOutcome.LAPSED, now)
        return lapsed

    @classmethod
    def end_in(cls, work: Work, case: str, outcome: SessionOutcome, now: int) -> int:
        """End the sessions of a case; return how many had not ended."""
        found = [it for it in cls.of_case(work, case) if it.ended_at is None]
        for it in found:
            cls.end(work, it, outcome, now)
        return len(found)

    @classmethod
    def end_of(cls, work: Work, interpreter: str, outcome: SessionOutcome, now: int) -> list[str]:
        """End the sessions of an interpreter; return the cases they were in."""
        found = [_session(row) for row in work.rows(_OF_INTERPRETER, interpreter)]
        for it in found:
            cls.end(work, it, outcome, now)
        return [it.case for it in found]

    @staticmethod
    def hours(work: Work, since: int, until: int) -> list[InterpretedHours]:
        """Return the hours of sessions that began in a span and have ended, oldest first."""
        return [InterpretedHours(*row) for row in work.rows(_HOURS, since, until)]

    @staticmethod
    def expire_hours(work: Work, before: int) -> None:
        """Delete the hours of sessions that began before a moment."""
        work.run(_EXPIRE_HOURS, before)


def end_sessions_of_case(work: Work, _key: bytes, case: str, now: int) -> int:
    """End the sessions of a case that is being erased, so that the hours are complete."""
    InterpretingSessions.end_in(work, case, SessionOutcome.CASE_MOVED, now)
    return 0


def _session(row: Any) -> InterpretingSession:
    found = dict(zip(_FIELDS, row, strict=True))
    for name in ("sees_names", "shares_new"):
        found[name] = bool(found[name])
    return InterpretingSession(**{**found, "outcome": found["outcome"] or ""})
