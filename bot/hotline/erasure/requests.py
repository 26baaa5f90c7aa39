"""A person wants what they sent erased: who has to make sure, and when it happens in any case.

Whoever asks may be the person, the person under pressure, or somebody who destroys what was said
against them. So without a word that only the person knows, staff make sure within a day; where
nobody can, it is erased after seven days, unless two caseworkers have written down why not. With
the word, or once staff have made sure, it is erased at once. A case that must be kept by law waits
until it need not be.

What is asked is written down for every case of the chat, whether its sitting is live or not: the
chat answers the same, so nobody learns from it whether there is one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, exists, or_, select, update

from bot.clock import DAY, HOUR
from bot.store.compiled import Prepared, insert_into
from bot.store.tables.consents import wishes
from bot.store.tables.main import cases, legal_holds
from bot.text import Text, _

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy.sql.elements import ClauseElement

    from bot.store.writer import Work
    from bot.vault import AuditLog

PERSON = "person"
"""Who confirms with the word only they know."""
CONFIRM_WITHIN = 24 * HOUR
"""In this time staff make sure that the wish is the person's own."""
ERASE_AFTER = 7 * DAY
"""After this long it is erased, whether anybody has made sure or not."""
BATCH_SIZE = 20

ERASURE_REQUESTED = _(
    "Somebody in this chat wants the case erased. Please make sure within 24 hours that it is the "
    "person's own wish: /erase confirms it, /keep with a reason objects."
)
REQUEST_UNCONFIRMED = _(
    "{reference}: somebody wants it erased, and for 24 hours nobody has made sure. In 6 days it is "
    "erased, unless two caseworkers object."
)
ERASURE_CONFIRMED = _("{name} confirms that the person wants this case erased. It is erased now.")
ERASURE_OBJECTED = _("{name} objects to erasing this case. A second objection is needed.")
ERASURE_REFUSED = _("{name} objects as well: the case is not erased.")
NO_ERASURE_REQUEST = _("Nobody has asked to erase this case.")
ALREADY_OBJECTED = _("You have objected already: a colleague has to object as well.")
OBJECTION_REASON_NEEDED = _("Please say why it is not to be erased.")


class ErasureDecision(StrEnum):
    """What a caseworker's word came to."""

    CONFIRMED = "confirmed"
    OBJECTED = "objected"
    """One objects: not enough to keep it."""
    REFUSED = "refused"
    """Two object: it is kept."""
    ALREADY_OBJECTED = "twice"
    """The same one objects again."""
    NO_REQUEST = "no_wish"


DECISION_TEXTS: Mapping[ErasureDecision, Text] = {
    ErasureDecision.CONFIRMED: ERASURE_CONFIRMED,
    ErasureDecision.OBJECTED: ERASURE_OBJECTED,
    ErasureDecision.REFUSED: ERASURE_REFUSED,
}
REFUSAL_TEXTS: Mapping[ErasureDecision, Text] = {
    ErasureDecision.ALREADY_OBJECTED: ALREADY_OBJECTED,
    ErasureDecision.NO_REQUEST: NO_ERASURE_REQUEST,
}


@dataclass(frozen=True, slots=True)
class ErasureRequest:
    """One case that a person wants erased."""

    case: str
    reference: str
    queue: str
    language: str
    holder: str | None
    asked_at: int
    due_at: int | None
    """When it is erased; none: two caseworkers have objected."""
    confirmed_by: str
    objected_by: str
    seconded_by: str
    alerts: int


_COLUMNS = (
    wishes.c.case_id, cases.c.reference, cases.c.queue, cases.c.language, cases.c.holder,
    wishes.c.asked_at, wishes.c.due_at, wishes.c.confirmed_by, wishes.c.objected_by,
    wishes.c.seconded_by, wishes.c.alerts,
)  # fmt: skip
_JOINED = wishes.join(cases, cases.c.id == wishes.c.case_id)
_OF_CHAT = Prepared(lambda _: select(cases.c.id).where(cases.c.chat_key == bindparam("key")), "key")
_REQUEST_COLUMNS = ("case_id", "asked_at", "due_at", "confirmed_by")


def _upsert(dialect: str) -> ClauseElement:
    """A wish that stands already is not put off; one that was refused is a new one."""
    new = insert_into(dialect, wishes).values(
        {
            **{name: bindparam(name) for name in _REQUEST_COLUMNS},
            "objected_by": "",
            "seconded_by": "",
            "alerts": 0,
        }
    )
    stands = wishes.c.due_at.is_not(None)
    sooner = or_(~stands, new.excluded.due_at < wishes.c.due_at)
    return new.on_conflict_do_update(
        index_elements=["case_id"],
        set_={
            "asked_at": new.excluded.asked_at,
            "due_at": new.excluded.due_at,
            "confirmed_by": new.excluded.confirmed_by,
            "objected_by": "",
            "seconded_by": "",
            "alerts": 0,
        },
        where=sooner,
    )


_REQUEST = Prepared(_upsert, *_REQUEST_COLUMNS)
_OF_CASE = Prepared(
    lambda _: (
        select(*_COLUMNS)
        .select_from(_JOINED)
        .where(wishes.c.case_id == bindparam("case"))
        .with_for_update(of=wishes)
    ),
    "case",
)
_ALL = Prepared(lambda _: select(*_COLUMNS).select_from(_JOINED).order_by(wishes.c.asked_at))
_CHANGE = Prepared(
    lambda _: (
        update(wishes)
        .where(wishes.c.case_id == bindparam("case"))
        .values(
            due_at=bindparam("due"),
            confirmed_by=bindparam("confirmed"),
            objected_by=bindparam("objected"),
            seconded_by=bindparam("seconded"),
        )
    ),
    "due",
    "confirmed",
    "objected",
    "seconded",
    "case",
)
_HAS_LEGAL_HOLD = exists().where(
    legal_holds.c.case_id == wishes.c.case_id,
    legal_holds.c.agreed_by.is_not(None),
    legal_holds.c.until > bindparam("at"),
)
_DUE = Prepared(
    lambda _: (
        select(wishes.c.case_id, wishes.c.confirmed_by)
        .where(wishes.c.due_at <= bindparam("now"), ~_HAS_LEGAL_HOLD)
        .order_by(wishes.c.due_at)
        .limit(bindparam("most"))
    ),
    "now",
    "at",
    "most",
)
_UNCONFIRMED = Prepared(
    lambda _: (
        select(*_COLUMNS)
        .select_from(_JOINED)
        .where(
            wishes.c.asked_at <= bindparam("before"),
            wishes.c.alerts == 0,
            wishes.c.confirmed_by == "",
            wishes.c.due_at.is_not(None),
        )
    ),
    "before",
)
_MARK_ALERTED = Prepared(
    lambda _: update(wishes).where(wishes.c.case_id == bindparam("case")).values(alerts=1), "case"
)


class ErasureRequests:
    """What people want erased, used inside units of work."""

    def __init__(self, audit: AuditLog) -> None:
        self._audit = audit

    def request(
        self, work: Work, chat_key: bytes, now: int, confirmed: Collection[str] = ()
    ) -> list[str]:
        """Write down that everything of a chat is to be erased; return which cases that are.

        Args:
            work: the unit of work.
            chat_key: the chat in which it was asked.
            now: when.
            confirmed: cases of which the person has shown, with their word, that they are theirs.
        """
        found = [str(case) for (case,) in work.rows(_OF_CHAT, chat_key)]
        for case in found:
            is_sure = case in confirmed
            due = now if is_sure else now + ERASE_AFTER
            work.run(_REQUEST, case, now, due, PERSON if is_sure else "")
            self._audit.record(work, now, PERSON, "wish", case, "word" if is_sure else "")
        return found

    @staticmethod
    def of_case(work: Work, case: str) -> ErasureRequest | None:
        """Return the wish to erase a case; None where nobody has it."""
        rows = work.rows(_OF_CASE, case)
        return ErasureRequest(*rows[0]) if rows else None

    @staticmethod
    def all(work: Work) -> list[ErasureRequest]:
        """Return every wish that is not fulfilled, the oldest first."""
        return [ErasureRequest(*row) for row in work.rows(_ALL)]

    def confirm(self, work: Work, case: str, by: str, now: int) -> ErasureDecision:
        """Say that the wish is the person's own: it is erased at once."""
        wish = self.of_case(work, case)
        if wish is None:
            return ErasureDecision.NO_REQUEST
        work.run(_CHANGE, now, by, wish.objected_by, wish.seconded_by, case)
        self._audit.record(work, now, by, "wish_confirm", case)
        return ErasureDecision.CONFIRMED

    def object(self, work: Work, case: str, by: str, now: int) -> ErasureDecision:
        """Say that it must not be erased; the reason is kept as a note. It takes two."""
        wish = self.of_case(work, case)
        if wish is None or wish.confirmed_by:
            return ErasureDecision.NO_REQUEST
        if by in {wish.objected_by, wish.seconded_by}:
            return ErasureDecision.ALREADY_OBJECTED
        self._audit.record(work, now, by, "wish_object", case)
        if not wish.objected_by:
            work.run(_CHANGE, wish.due_at, "", by, "", case)
            return ErasureDecision.OBJECTED
        work.run(_CHANGE, None, "", wish.objected_by, by, case)
        return ErasureDecision.REFUSED

    @staticmethod
    def due(work: Work, now: int) -> list[tuple[str, str]]:
        """Return the cases to erase now, and who confirmed each; empty: nobody, but it is time."""
        return [(case, by) for case, by in work.rows(_DUE, now, now, BATCH_SIZE)]

    @staticmethod
    def unconfirmed(work: Work, now: int) -> list[ErasureRequest]:
        """Return the wishes of which nobody made sure in a day; each is told once."""
        found = [ErasureRequest(*row) for row in work.rows(_UNCONFIRMED, now - CONFIRM_WITHIN)]
        for wish in found:
            work.run(_MARK_ALERTED, wish.case)
        return found
