"""What partners refer to us: a form, which becomes a case in the same queue.

The person's agreement is a part of the form, tick by tick, with who asked, when and in which words.
That is what the partner says, and it is shown to staff as that: no record of a consent is made of
it, because the person was not asked by us (as with a letter, or an officer's call).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam

from bot.cases.state_machine import CaseState
from bot.hotline.commands.store import submit_command
from bot.hotline.commands.types import Command, Verb
from bot.hotline.deliveries.model import new_number
from bot.hotline.origins import opening
from bot.hotline.origins.model import OriginChannel
from bot.partners.referring import (
    ASKED_BY,
    ASKED_ON,
    ASKED_WORDS,
    COUNTY,
    IF_OTHER,
    LANGUAGE,
    TIMES,
    WAY,
    WORDS,
    FormFault,
    IncomingReferral,
    IncomingState,
    find_fault,
)
from bot.store.statements import insert, select_by, update_by
from bot.store.tables.deliveries import partner_referrals
from bot.store.tables.main import cases
from bot.vault.audit.log import AuditLog

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.partners.delivered import RoomMember
    from bot.store.writer import Work
    from bot.vault import Vault


@dataclass(frozen=True, slots=True)
class ReferredCase:
    """A case that a partner referred to us."""

    number: str
    """By which the partner speaks of it."""
    partner: int
    sent_at: int
    asked_to_call_at: int | None


_ADD = insert(partner_referrals, "id", "partner_id", "member_id", "sent_at")
_SET_CASE = update_by(
    partner_referrals, "case_id", by=("id", "partner_id", partner_referrals.c.case_id.is_(None))
)
_ASK_TO_CALL = update_by(partner_referrals, "asked_to_call_at", by="case_id")
_OF_CASE = select_by(
    partner_referrals, "id", "partner_id", "sent_at", "asked_to_call_at", by="case_id"
)
_OF_PARTNER = select_by(
    partner_referrals.outerjoin(cases, cases.c.id == partner_referrals.c.case_id),
    partner_referrals.c.id, partner_referrals.c.sent_at, partner_referrals.c.asked_to_call_at,
    cases.c.status, cases.c.holder,
    by=partner_referrals.c.partner_id == bindparam("partner"),
    order_by=(partner_referrals.c.sent_at.desc(), partner_referrals.c.id),
)  # fmt: skip


class PartnerReferrals:
    """Referrals from partners, used inside units of work."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._audit = AuditLog(vault)

    def send(
        self, work: Work, member: RoomMember, given: Mapping[str, str], now: int
    ) -> str | FormFault:
        """Store a referral, from which the dispatcher opens a case; return its number, or a fault.

        What was written is sealed from here on, like any command of staff.
        """
        fault = find_fault(given)
        if fault is not None:
            return fault
        number = new_number()
        work.run(_ADD, number, member.partner, member.id, now)
        command = Command(
            verb=Verb.PARTNER_REFERS, by=member.actor, code=f"{number}.{member.partner}",
            text=given[WORDS].strip(), values=dict(given),
        )  # fmt: skip
        submit_command(work, self._vault, command, now)
        self._audit.record(work, now, member.actor, "partner_refer", number)
        return number

    @staticmethod
    def listed(work: Work, partner: int) -> list[IncomingReferral]:
        """Return what a partner referred to us, newest first."""
        return [
            IncomingReferral(str(number), sent_at, _state(status, holder, asked))
            for number, sent_at, asked, status, holder in work.rows(_OF_PARTNER, partner)
        ]

    @staticmethod
    def set_case(work: Work, number: str, partner: int, case: str) -> bool:
        """Note which case a referral became; false for one that is unknown or has a case."""
        return bool(work.run(_SET_CASE, case, number, partner))

    @staticmethod
    def of_case(work: Work, case: str) -> ReferredCase | None:
        """Return the referral that this case was; None for any other case."""
        rows = work.rows(_OF_CASE, case)
        return ReferredCase(*rows[0]) if rows else None

    @staticmethod
    def ask_to_call(work: Work, case: str, now: int) -> None:
        """Let the partner read that we ask them to call."""
        work.run(_ASK_TO_CALL, now, case)


def opening_values(given: Mapping[str, str], partner: str) -> dict[str, str]:
    """Return the fields of a case that staff open from the form of a partner."""
    found = {
        opening.CHANNEL: OriginChannel.PARTNER.value, opening.LANGUAGE: given[LANGUAGE],
        opening.KEEP: opening.QUEUE, opening.NUMBER: given[WAY].strip(),
        opening.TIMES: given.get(TIMES, "").strip(), opening.IF_OTHER: given.get(IF_OTHER, ""),
        opening.TELLER: partner,
    }  # fmt: skip
    if county := given.get(COUNTY, "").strip():
        found[f"{opening.ANSWER_PREFIX}county"] = county
    return found


def agreement_note(given: Mapping[str, str], number: str, partner: str) -> tuple[str, ...]:
    """Return what a partner says of the person's agreement, line by line, as they wrote it."""
    return (
        f"{partner} · {number}",
        f"{given[ASKED_ON].strip()} · {given[ASKED_BY].strip()}",
        given[ASKED_WORDS].strip(),
    )


def _state(status: str | None, holder: str | None, asked: int | None) -> IncomingState:
    if status == CaseState.CLOSED.value:
        return IncomingState.CLOSED
    if asked is not None:
        return IncomingState.ASKED_TO_CALL
    return IncomingState.RECEIVED if holder is None else IncomingState.TAKEN_UP
