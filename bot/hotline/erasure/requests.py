"""Erasure requests: who has to confirm one, and when the case is erased in any event.

A request may come from the person, from the person under pressure, or from someone who wants to
get rid of evidence. So if it comes without the person's passphrase, staff confirm it within a day;
without a confirmation the case is erased after seven days, unless two caseworkers have objected
with a written reason. With the passphrase, or once staff have confirmed, it is erased at once. A
case under legal hold is erased when the hold ends.

A request is stored for every case of the chat, whether the session is live or not: the chat answers
the same, so no one learns from it whether there is a case.

The job erases what is due. A request that is due because it was not confirmed within seven days
waits until the clock can be trusted, as all expiry does.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, exists, or_

from bot.cases.intake import PERSON
from bot.clock import DAY, HOUR, Clock
from bot.errors import UnderLegalHoldError
from bot.log import log
from bot.store import Database, Prepared, Work, insert_into, select_by, update_by
from bot.store.tables.case_extras import wishes
from bot.store.tables.main import cases, legal_holds
from bot.text import Text, _
from bot.vault.audit.log import SYSTEM
from bot.vault.erasure.erase import ErasureReason, Erasures
from bot.vault.erasure.retention import Retention

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy.sql.elements import ClauseElement

    from bot.vault import AuditLog

CONFIRM_WITHIN = 24 * HOUR
"""In this time staff confirm that the request is the person's own."""
ERASE_AFTER = 7 * DAY
"""After this long the case is erased even without a confirmation."""
BATCH_SIZE = 20

ERASURE_REQUESTED = _(
    "This chat asks to erase the case. Please make sure within 24 hours that the person wants it: "
    "/erase confirms, /keep with a reason objects."
)
REQUEST_UNCONFIRMED = _(
    "{reference}: its chat asks to erase it, and 24 hours later no caseworker has confirmed it. In "
    "6 days it is erased, unless two caseworkers object."
)
OBJECTION_REASON_NEEDED = _("Please say why it is not to be erased.")


class ErasureDecision(StrEnum):
    """The result of a confirmation or an objection."""

    CONFIRMED = "confirmed"
    OBJECTED = "objected"
    """One objection: not enough to keep the case."""
    REFUSED = "refused"
    """Two objections: the case is kept."""
    ALREADY_OBJECTED = "twice"
    """The same caseworker objects again."""
    NO_REQUEST = "no_wish"


DECISION_TEXTS: Mapping[ErasureDecision, Text] = {
    ErasureDecision.CONFIRMED: _(
        "{name} confirms that the person wants this case erased. It is erased now."
    ),
    ErasureDecision.OBJECTED: _(
        "{name} objects to erasing this case. A second objection is needed."
    ),
    ErasureDecision.REFUSED: _("{name} objects as well: the case is not erased."),
}  # fmt: skip
REFUSAL_TEXTS: Mapping[ErasureDecision, Text] = {
    ErasureDecision.ALREADY_OBJECTED: _(
        "You have objected already: a colleague has to object as well."
    ),
    ErasureDecision.NO_REQUEST: _("There is no request to erase this case."),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ErasureRequest:
    """A request to erase one case."""

    case: str
    reference: str
    queue: str
    office: str | None
    language: str
    holder: str | None
    asked_at: int
    due_at: int | None
    """When the case is erased; None: two caseworkers have objected."""
    confirmed_by: str
    objected_by: str
    seconded_by: str
    alerts: int


_COLUMNS = (
    wishes.c.case_id, cases.c.reference, cases.c.queue, cases.c.office, cases.c.language,
    cases.c.holder, wishes.c.asked_at, wishes.c.due_at, wishes.c.confirmed_by, wishes.c.objected_by,
    wishes.c.seconded_by, wishes.c.alerts,
)  # fmt: skip
_JOINED = wishes.join(cases, cases.c.id == wishes.c.case_id)
_OF_CHAT = select_by(cases, "id", by="chat_key")
_REQUEST_COLUMNS = ("case_id", "asked_at", "due_at", "confirmed_by")


def _upsert(dialect: str) -> ClauseElement:
    """A second request does not postpone an open one; after a refusal it is a new one."""
    cleared = {"objected_by": "", "seconded_by": "", "alerts": 0}
    new = insert_into(dialect, wishes).values(
        {name: bindparam(name) for name in _REQUEST_COLUMNS} | cleared
    )
    is_open = wishes.c.due_at.is_not(None)
    is_sooner = or_(~is_open, new.excluded.due_at < wishes.c.due_at)
    return new.on_conflict_do_update(
        index_elements=["case_id"],
        set_={name: new.excluded[name] for name in _REQUEST_COLUMNS[1:]} | cleared,
        where=is_sooner,
    )


_REQUEST = Prepared(_upsert, *_REQUEST_COLUMNS)
_OF_CASE = select_by(_JOINED, *_COLUMNS, by=wishes.c.case_id == bindparam("case"), lock=wishes)
_ALL = select_by(_JOINED, *_COLUMNS, order_by=wishes.c.asked_at)
_CHANGE = update_by(wishes, "due_at", "confirmed_by", "objected_by", "seconded_by", by="case_id")
_HAS_LEGAL_HOLD = exists().where(
    legal_holds.c.case_id == wishes.c.case_id,
    legal_holds.c.agreed_by.is_not(None),
    legal_holds.c.until > bindparam("at"),
)
_DUE = select_by(
    wishes, "case_id", "confirmed_by",
    by=(wishes.c.due_at <= bindparam("now"), ~_HAS_LEGAL_HOLD),
    order_by="due_at", limit=bindparam("most"),
)  # fmt: skip
_UNCONFIRMED = select_by(
    _JOINED, *_COLUMNS,
    by=(wishes.c.asked_at <= bindparam("before"), wishes.c.alerts == 0,
        wishes.c.confirmed_by == "", wishes.c.due_at.is_not(None)),
)  # fmt: skip
_MARK_ALERTED = update_by(wishes, by="case_id", constants={"alerts": 1})


class ErasureRequests:
    """Erasure requests, used inside units of work."""

    def __init__(self, audit: AuditLog) -> None:
        self._audit = audit

    def request(
        self, work: Work, chat_key: bytes, now: int, confirmed: Collection[str] = ()
    ) -> list[str]:
        """Store requests for all cases of a chat; return these cases.

        `confirmed` are the cases for which the person has given their passphrase.
        """
        requested = [str(case) for (case,) in work.rows(_OF_CHAT, chat_key)]
        for case in requested:
            is_sure = case in confirmed
            due = now if is_sure else now + ERASE_AFTER
            work.run(_REQUEST, case, now, due, PERSON if is_sure else "")
            self._audit.record(work, now, PERSON, "wish", case, "word" if is_sure else "")
        return requested

    def record(self, work: Work, case: str, by: str, now: int) -> None:
        """Store a request that the person made in words to a caseworker; to be confirmed."""
        work.run(_REQUEST, case, now, now + ERASE_AFTER, "")
        self._audit.record(work, now, by, "wish", case)

    @staticmethod
    def of_case(work: Work, case: str) -> ErasureRequest | None:
        """Return the request to erase a case; None if there is none."""
        rows = work.rows(_OF_CASE, case)
        return ErasureRequest(*rows[0]) if rows else None

    @staticmethod
    def all(work: Work) -> list[ErasureRequest]:
        """Return all open requests, oldest first."""
        return [ErasureRequest(*row) for row in work.rows(_ALL)]

    def confirm(self, work: Work, case: str, by: str, now: int) -> ErasureDecision:
        """Confirm that the person wants it: the case is erased at once."""
        request = self.of_case(work, case)
        if request is None:
            return ErasureDecision.NO_REQUEST
        work.run(_CHANGE, now, by, request.objected_by, request.seconded_by, case)
        self._audit.record(work, now, by, "wish_confirm", case)
        return ErasureDecision.CONFIRMED

    def object(self, work: Work, case: str, by: str, now: int) -> ErasureDecision:
        """Object; it takes two objections to keep the case."""
        request = self.of_case(work, case)
        if request is None or request.confirmed_by:
            return ErasureDecision.NO_REQUEST
        if by in {request.objected_by, request.seconded_by}:
            return ErasureDecision.ALREADY_OBJECTED
        self._audit.record(work, now, by, "wish_object", case)
        if not request.objected_by:
            work.run(_CHANGE, request.due_at, "", by, "", case)
            return ErasureDecision.OBJECTED
        work.run(_CHANGE, None, "", request.objected_by, by, case)
        return ErasureDecision.REFUSED

    @staticmethod
    def due(work: Work, now: int) -> list[tuple[str, str]]:
        """Return the cases to erase now, and who confirmed each; empty if only the time is up."""
        return [(case, by) for case, by in work.rows(_DUE, now, now, BATCH_SIZE)]

    @staticmethod
    def unconfirmed(work: Work, now: int) -> list[ErasureRequest]:
        """Return the requests that no one confirmed within a day, each once."""
        found = [ErasureRequest(*row) for row in work.rows(_UNCONFIRMED, now - CONFIRM_WITHIN)]
        for each in found:
            work.run(_MARK_ALERTED, each.case)
        return found


POLL_SECONDS = 5.0
LONG_POLL_SECONDS = 30.0
"""While nothing is stored."""


class ErasureJob:
    """Erases the cases of erasure requests."""

    def __init__(self, erasures: Erasures) -> None:
        self._erasures = erasures

    async def run(self, database: Database, clock: Clock) -> None:
        """Erase what is due every few seconds, until cancelled."""
        while True:
            changes = database.writer.changes
            seen = changes.count
            await self.run_once(database, clock.now())
            await changes.wait(seen, POLL_SECONDS, LONG_POLL_SECONDS)

    async def run_once(self, database: Database, now: int) -> int:
        """Erase what is due; return the number of erased cases."""
        due = await database.writer.run(lambda work: self._due(work, now))
        erased = 0
        for case, by in due:
            try:
                why = ErasureReason.WITHDRAWN
                result = await self._erasures.erase(database, case, why, by or SYSTEM, now)
            except UnderLegalHoldError:
                continue  # placed a moment ago
            erased += result is not None
        if erased:
            log.info("erasure_requests_done", count=erased)
        return erased

    @staticmethod
    def _due(work: Work, now: int) -> list[tuple[str, str]]:
        clock = Retention.load_clock_status(work)
        is_trusted = clock is not None and clock.is_trusted
        return [(case, by) for case, by in ErasureRequests.due(work, now) if by or is_trusted]
