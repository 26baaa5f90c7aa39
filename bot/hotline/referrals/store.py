"""Who may be told what of a case, who was told, and when: kept sealed, every change written down.

What is sealed is bound to its case and its recipient, and an agreement is sealed with it: a row
whose state or recipient was changed in the database lets nobody be told anything. It is sealed to
the case, for staff, and once more with a waiting key, as long as the person may answer: 14 days
after they were asked nothing of it can be agreed to or told any more, and they are asked anew.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import bindparam, or_, select, update

from bot.cases.sealed_fields import open_codes
from bot.errors import DecryptionError, EpochExpiredError
from bot.hotline.referrals.consent_dialog import ConsentAction
from bot.hotline.referrals.model import (
    CONTACT,
    LANGUAGE,
    OPEN_STAGES,
    Referral,
    ReferralPart,
    ReferralStage,
    collect_parts,
)
from bot.store.compiled import Prepared, insert_into
from bot.store.tables.main import cases, referrals, reports
from bot.vault import Purpose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.conversation import Answer, FlowRegistry
    from bot.hotline.referrals.consent_dialog import ConsentDialog, ConsentOutcome, ConsentPress
    from bot.store.writer import Work
    from bot.vault import Vault
    from bot.vault.audit.log import AuditLog

PERSON = "person"
"""Who acts in the audit log when it is the person."""
ID_BYTES = 8


class _SealedReferral(msgspec.Struct, frozen=True):
    parts: tuple[ReferralPart, ...]
    struck: tuple[int, ...]
    agreed: str


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_SealedReferral).decode
_COLUMN_NAMES = (
    "id",
    "case_id",
    "recipient",
    "state",
    "sealed",
    "asked",
    "offered_by",
    "offered_at",
    "answered_at",
    "sent_at",
)
_COLUMNS = tuple(referrals.c[name] for name in _COLUMN_NAMES)
_ADD = Prepared(
    lambda dialect: insert_into(dialect, referrals).values(
        {name: bindparam(name) for name in _COLUMN_NAMES}
    ),
    *_COLUMN_NAMES,
)
_BY_ID = Prepared(
    # Locked where the database can: nobody is told what is being taken back at this moment.
    lambda _: (
        select(*_COLUMNS)
        .where(referrals.c.id == bindparam("wanted"), referrals.c.case_id == bindparam("case"))
        .with_for_update()
    ),
    "wanted",
    "case",
)
_OF_CASE = Prepared(
    lambda _: (
        select(*_COLUMNS)
        .where(referrals.c.case_id == bindparam("case"))
        .order_by(referrals.c.offered_at, referrals.c.id)
    ),
    "case",
)
_UNSENT = Prepared(
    # Locked like one: what is told at this moment was told, and what is taken back was not.
    lambda _: (
        select(*_COLUMNS)
        .where(
            referrals.c.case_id == bindparam("case"),
            or_(*(referrals.c.state == stage.value for stage in sorted(OPEN_STAGES))),
        )
        .order_by(referrals.c.offered_at, referrals.c.id)
        .with_for_update()
    ),
    "case",
)
_END = Prepared(
    lambda _: (
        update(referrals)
        .where(referrals.c.id == bindparam("wanted"))
        .values(state=bindparam("now_state"), answered_at=bindparam("now_answered"))
    ),
    "now_state",
    "now_answered",
    "wanted",
)
_CHANGE = Prepared(
    lambda _: (
        update(referrals)
        .where(referrals.c.id == bindparam("wanted"))
        .values(
            state=bindparam("now_state"),
            sealed=bindparam("now_sealed"),
            asked=bindparam("now_asked"),
            answered_at=bindparam("now_answered"),
            sent_at=bindparam("now_sent"),
        )
    ),
    "now_state",
    "now_sealed",
    "now_asked",
    "now_answered",
    "now_sent",
    "wanted",
)
_REPORTS = Prepared(
    lambda _: (
        select(reports.c.id, reports.c.flow, reports.c.codes)
        .where(reports.c.case_id == bindparam("case"))
        .order_by(reports.c.sent_at, reports.c.id)
    ),
    "case",
)
_LANGUAGE = Prepared(
    lambda _: select(cases.c.language).where(cases.c.id == bindparam("case")), "case"
)
_AUDIT_ACTIONS = {
    ConsentAction.STRIKE: "referral_strike",
    ConsentAction.RESTORE: "referral_restore",
    ConsentAction.AGREE: "referral_agree",
    ConsentAction.DECLINE: "referral_decline",
    ConsentAction.REVOKE: "referral_revoke",
}
"""What the audit log calls what a person does."""


class Referrals:
    """Referrals of cases, used inside units of work."""

    def __init__(
        self, vault: Vault, audit: AuditLog, book: FlowRegistry, consent: ConsentDialog
    ) -> None:
        self._vault = vault
        self._audit = audit
        self._book = book
        self._consent = consent

    def offerable_parts(
        self, work: Work, case: str, *, contact: str = ""
    ) -> dict[str, ReferralPart]:
        """Return what could be told of a case, by code: answers that were sent, and how to reach.

        Args:
            work: the unit of work.
            case: whose.
            contact: how the person said they can be reached; empty: nothing about it.

        Raises:
            DoesNotOpen: a report was altered or belongs to another case.
        """
        sent = [
            (flow, answers)
            for flow, answers in self._sent_answers(work, case)
            if answers is not None
        ]
        language = work.rows(_LANGUAGE, case)
        also = {LANGUAGE: language[0][0] if language else "", CONTACT: contact.strip()}
        return collect_parts(self._book, sent, also)

    def has_sealed_answers(self, work: Work, case: str) -> bool:
        """Tell whether something was sent that the bot opens no more: staff who sign in do."""
        return any(answers is None for _flow, answers in self._sent_answers(work, case))

    def _sent_answers(self, work: Work, case: str) -> list[tuple[str, dict[str, Answer] | None]]:
        found = []
        for report, flow, codes in work.rows(_REPORTS, case):
            kept = None if codes is None else bytes(codes)
            answers = open_codes(self._vault, case, report, kept)
            found.append((flow, answers))
        return found

    def offer(
        self,
        work: Work,
        case: str,
        recipient: str,
        parts: Sequence[ReferralPart],
        by: str,
        now: int,
    ) -> Referral:
        """Write down that a person is to be asked; an open offer to the same recipient ends.

        Raises:
            ValueError: there is nothing to tell.
        """
        if not parts:
            raise ValueError("a referral without a part tells nothing")
        for old in self.of_case(work, case):
            if old.recipient == recipient and old.stage in OPEN_STAGES:
                self._store(work, old.withdraw() or old)
                self._audit_change(work, now, by, "referral_withdraw", old)
        new = Referral(secrets.token_hex(ID_BYTES), case, recipient, tuple(parts), by, now)
        sealed, asked = self._seal(work, new)
        work.run(_ADD, new.id, case, recipient, new.stage.value, sealed, asked, by, now, None, None)
        self._audit_change(work, now, by, "referral_offer", new)
        return new

    def find(self, work: Work, case: str, referral: str) -> Referral | None:
        """Return a referral of this case; None when it is none of its."""
        found = work.rows(_BY_ID, referral, case)
        return self._open(found[0]) if found else None

    def of_case(self, work: Work, case: str) -> list[Referral]:
        """Return everything that was ever to be told of a case, oldest first.

        Raises:
            DoesNotOpen: a row was altered, or its recipient or case exchanged.
        """
        return [self._open(row) for row in work.rows(_OF_CASE, case)]

    def handle_press(
        self, work: Work, case: str, pressed: ConsentPress, now: int
    ) -> ConsentOutcome | None:
        """Do what a person pressed; None for a referral that is none of their case's."""
        referral = self.find(work, case, pressed.referral)
        if referral is None:
            return None
        pressing = self._consent.press(referral, pressed, now)
        if pressing.changed:
            self._store(work, pressing.referral)
            part = ""
            if pressed.action in {ConsentAction.STRIKE, ConsentAction.RESTORE}:
                part = pressing.referral.parts[pressed.part_index].code
            self._audit_change(
                work, now, PERSON, _AUDIT_ACTIONS[pressed.action], pressing.referral, part
            )
        return pressing

    def revoke(self, work: Work, case: str, referral: str, by: str, now: int) -> Referral | None:
        """Write down that the person took it back by word of mouth; None when nothing was agreed.

        Agreeing has no such way: nobody agrees for a person.
        """
        found = self.find(work, case, referral)
        revoked = found.revoke(now) if found else None
        if revoked is not None:
            self._store(work, revoked)
            self._audit_change(work, now, by, "referral_revoke", revoked)
        return revoked

    def end_unsent(self, work: Work, case: str, by: str, now: int) -> list[Referral]:
        """Take back what was agreed to and not told, and what is being asked; return those.

        What does not open any more, and can be told to nobody, ends as well: it raises nothing.
        """
        ended = []
        for row in work.rows(_UNSENT, case):
            stands = self._open_or_bare(row)
            over = stands.revoke(now) or stands.withdraw() or stands
            if stands.parts:
                self._store(work, over)
            else:
                work.run(_END, over.stage.value, over.answered_at, over.id)
            is_taken_back = over.stage is ReferralStage.REVOKED
            self._audit_change(
                work, now, by, f"referral_{'revoke' if is_taken_back else 'withdraw'}", over
            )
            ended.append(over)
        return ended

    def mark_sent(self, work: Work, case: str, referral: str, by: str, now: int) -> Referral | None:
        """Mark as told what was agreed to, and return it; None without exactly that agreement.

        What may leave the house is `kept` of what is returned, and nothing else.
        """
        found = self.find(work, case, referral)
        sent = found.send(now) if found else None
        if sent is not None:
            self._store(work, sent)
            self._audit_change(work, now, by, "referral_send", sent)
        return sent

    # --- how it is kept -----------------------------------------------------------------------

    def _audit_change(
        self, work: Work, now: int, by: str, deed: str, referral: Referral, part: str = ""
    ) -> None:
        detail = ":".join(filter(None, (referral.recipient, referral.id, part)))
        self._audit.record(work, now, by, deed, referral.case, detail)

    def _store(self, work: Work, it: Referral) -> None:
        work.run(
            _CHANGE, it.stage.value, *self._seal(work, it), it.answered_at, it.sent_at, it.id
        )  # fmt: skip

    def _seal(self, work: Work, it: Referral) -> tuple[bytes, bytes]:
        """Return it as it is kept with the case, and for as long as the person may answer."""
        plain, place = (
            _encode(_SealedReferral(it.parts, tuple(sorted(it.struck)), it.agreed_digest)),
            _associated_data(it),
        )
        kept = self._vault.case_sealer(work, it.case).seal(Purpose.CASE, place, plain)
        asked = self._vault.seal_with_waiting_key(Purpose.REFERRAL, place, plain, it.offered_at)
        return kept, asked

    def _open_or_bare(self, row: Sequence[Any]) -> Referral:
        """Return a referral, without its parts where they do not open."""
        try:
            return self._open(row)
        except DecryptionError:
            return _without_parts(row)

    def _open(self, row: Sequence[Any]) -> Referral:
        bare, asked = _without_parts(row), row[5]
        held = self._open_asked(bare, None if asked is None else bytes(asked))
        return replace(
            bare, parts=held.parts, struck=frozenset(held.struck), agreed_digest=held.agreed
        )

    def _open_asked(self, it: Referral, asked: bytes | None) -> _SealedReferral:
        if asked is None:
            raise DecryptionError("what a person was asked about was taken out")
        try:
            return _decode(self._vault.open(Purpose.REFERRAL, _associated_data(it), asked))
        except EpochExpiredError:  # nobody may be told any more: the person has to be asked again
            return _SealedReferral((), (), "")


def _without_parts(row: Sequence[Any]) -> Referral:
    referral, case, recipient, state, _sealed, _asked, by, offered_at, answered_at, sent_at = row
    return Referral(
        referral,
        case,
        recipient,
        (),
        by,
        offered_at,
        ReferralStage(state),
        answered_at=answered_at,
        sent_at=sent_at,
    )


def _associated_data(it: Referral) -> bytes:
    return f"{it.case}/referral/{it.recipient}/{it.id}".encode()
