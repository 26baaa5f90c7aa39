"""Referrals as rows: sealed, with every change in the audit log.

The sealed part is bound to its case and its recipient, and holds the consent: a row whose state or
recipient was changed in the database can be sent to no one. It is sealed to the case, for staff,
and once more with a waiting key for as long as the person may answer: 14 days after the question
nothing of it can be consented to or sent any more, and the person has to be asked again.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import or_

from bot.cases.consents import ConsentKind, ConsentRecords
from bot.cases.intake import PERSON
from bot.cases.sealed_fields import open_codes
from bot.errors import DecryptionError, EpochExpiredError
from bot.hotline.deliveries.store import Deliveries
from bot.hotline.events import Event, EventKind
from bot.hotline.referrals.consent_dialog import (
    ConsentAction,
    ConsentDialog,
    ConsentOutcome,
    ConsentPress,
)
from bot.hotline.referrals.model import (
    CONTACT,
    LANGUAGE,
    OPEN_STAGES,
    RecipientReply,
    Referral,
    ReferralPart,
    ReferralStage,
    collect_parts,
)
from bot.store import Work, count, insert, select_by, select_one, update_by
from bot.store.tables.main import cases, referral_copies, referrals, reports
from bot.vault import AuditLog, Purpose, Vault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.conversation import Answer, FlowRegistry
    from bot.messages import SendText

ID_BYTES = 8
SENT = ReferralStage.SENT

OfferedPart = tuple[ReferralPart, bool]
"""A part that may be told, and whether it is ticked when the person is first asked."""


class _SealedReferral(msgspec.Struct, frozen=True):
    parts: tuple[ReferralPart, ...]
    struck: tuple[int, ...]
    agreed: str


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_SealedReferral).decode
_COLUMNS = (
    "id", "case_id", "recipient", "state", "sealed", "asked", "offered_by", "offered_at",
    "answered_at", "sent_at", "reply", "replied_at",
)  # fmt: skip
_ADD = insert(referrals, *_COLUMNS)
# Locked, so that nothing is sent that is being revoked at this moment, and the other way round.
_BY_ID = select_one(referrals, *_COLUMNS, by=("id", "case_id"), lock=True)
_OF_CASE = select_by(referrals, *_COLUMNS, by="case_id", order_by=("offered_at", "id"))
_REVOCABLE = select_by(
    referrals, *_COLUMNS,
    by=("case_id", or_(*(referrals.c.state == it.value for it in (*sorted(OPEN_STAGES), SENT)))),
    order_by=("offered_at", "id"), lock=True,
)  # fmt: skip
_END = update_by(referrals, "state", "answered_at", by="id")
_REPLY = update_by(referrals, "reply", "replied_at", by="id")
_CHANGE = update_by(referrals, "state", "sealed", "asked", "answered_at", "sent_at", by="id")
_REPORTS = select_by(reports, "id", "flow", "codes", by="case_id", order_by=("sent_at", "id"))
_LANGUAGE = select_one(cases, "language", by="id")
_PAPER_COUNT = count(referral_copies, by=("case_id", "referral"))
_AUDIT_ACTIONS = {
    ConsentAction.STRIKE: "referral_strike",
    ConsentAction.RESTORE: "referral_restore",
    ConsentAction.AGREE: "referral_agree",
    ConsentAction.DECLINE: "referral_decline",
    ConsentAction.REVOKE: "referral_revoke",
}
"""The audit actions of what a person presses."""


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
        """Return the parts of a case that could be told, by code.

        `contact` is how the person said they can be reached; empty if they did not say.

        Raises:
            DecryptionError: a report was altered or belongs to another case.
        """
        sent = [(it[0], it[1]) for it in self._sent_answers(work, case) if it[1] is not None]
        language = work.rows(_LANGUAGE, case)
        also = {LANGUAGE: language[0][0] if language else "", CONTACT: contact.strip()}
        return collect_parts(self._book, sent, also)

    def has_sealed_answers(self, work: Work, case: str) -> bool:
        """Return whether the bot cannot open an answer any more, only staff who sign in can."""
        return any(answers is None for _flow, answers in self._sent_answers(work, case))

    def _sent_answers(self, work: Work, case: str) -> list[tuple[str, dict[str, Answer] | None]]:
        return [
            (flow, open_codes(self._vault, case, report, None if codes is None else bytes(codes)))
            for report, flow, codes in work.rows(_REPORTS, case)
        ]

    def offer(
        self, work: Work, case: str, recipient: str, parts: Sequence[OfferedPart], by: str,
        now: int,
    ) -> Referral:  # fmt: skip
        """Store a referral about which the person is to be asked; it replaces an open one.

        Parts without a tick are told only if the person ticks them.

        Raises:
            ValueError: there are no parts.
        """
        if not parts:
            raise ValueError("a referral has at least one part")
        for old in self.of_case(work, case):
            if old.recipient == recipient and old.stage in OPEN_STAGES:
                self._store(work, old.withdraw() or old)
                self._audit_change(work, now, by, "referral_withdraw", old)
        struck = frozenset(at for at, (_part, is_ticked) in enumerate(parts) if not is_ticked)
        offered = tuple(part for part, _is_ticked in parts)
        new = Referral(
            secrets.token_hex(ID_BYTES), case, recipient, offered, by, now, struck=struck
        )
        sealed, asked = self._seal(work, new)
        unanswered = (None,) * 4
        work.run(
            _ADD, new.id, case, recipient, new.stage.value, sealed, asked, by, now, *unanswered
        )
        self._audit_change(work, now, by, "referral_offer", new)
        return new

    def find(self, work: Work, case: str, referral: str) -> Referral | None:
        """Return a referral of this case; None if it is another case's."""
        found = work.rows(_BY_ID, referral, case)
        return self._open(found[0]) if found else None

    def of_case(self, work: Work, case: str) -> list[Referral]:
        """Return all referrals of a case, oldest first.

        Raises:
            DecryptionError: a row was altered, or its recipient or case exchanged.
        """
        return [self._open(row) for row in work.rows(_OF_CASE, case)]

    def handle_press(
        self, work: Work, case: str, pressed: ConsentPress, now: int, *, heard_by: str = ""
    ) -> ConsentOutcome | None:
        """Apply what a person pressed; None for a referral of another case.

        `heard_by` is the caseworker who read it aloud to a person without a chat.
        """
        referral = self.find(work, case, pressed.referral)
        if referral is None:
            return None
        outcome = self._consent.press(referral, pressed, now)
        if outcome.changed:
            changed, action, part = outcome.referral, _AUDIT_ACTIONS[pressed.action], ""
            self._store(work, changed)
            if pressed.action in {ConsentAction.STRIKE, ConsentAction.RESTORE}:
                part = changed.parts[pressed.part_index].code
            self._audit_change(work, now, heard_by or PERSON, action, changed, part)
            if changed.stage is ReferralStage.REVOKED:
                outcome = self._with_what_was_read(work, outcome, now)
        return outcome

    def spoken_screen(self, referral: Referral, language: str) -> SendText:
        """Return what a person without a chat is read before they answer, with its answers."""
        return self._consent.spoken_screen(referral, language)

    def revoke(self, work: Work, case: str, referral: str, by: str, now: int) -> Referral | None:
        """Record that the person revoked it in words; None if there was no consent.

        A consent cannot be recorded in this way: no one consents for a person.
        """
        found = self.find(work, case, referral)
        revoked = found.revoke(now) if found else None
        if revoked is not None:
            self._store(work, revoked)
            Deliveries.take_back(work, case, referral, now)
            self._audit_change(work, now, by, "referral_revoke", revoked)
        return revoked

    def withdraw(self, work: Work, case: str, referral: str, by: str, now: int) -> Referral | None:
        """End a referral that was not sent; None if it has ended."""
        found = self.find(work, case, referral)
        withdrawn = found.withdraw() if found else None
        if withdrawn is not None:
            self._store(work, withdrawn)
            self._audit_change(work, now, by, "referral_withdraw", withdrawn)
        return withdrawn

    def end_all(self, work: Work, case: str, by: str, now: int) -> list[Referral]:
        """End the referrals that are not sent, revoke those that are; return them.

        One that cannot be opened any more, and so cannot be sent, ends as well.
        """
        ended = []
        for row in work.rows(_REVOCABLE, case):
            old = self._open_or_bare(row)
            new = old.revoke(now) or old.withdraw() or old
            if old.parts:
                self._store(work, new)
            else:
                work.run(_END, new.stage.value, new.answered_at, new.id)
            is_revoked = new.stage is ReferralStage.REVOKED
            if is_revoked:
                Deliveries.take_back(work, case, new.id, now)
            action = "referral_revoke" if is_revoked else "referral_withdraw"
            self._audit_change(work, now, by, action, new)
            ended.append(new)
        return ended

    def mark_sent(self, work: Work, case: str, referral: str, by: str, now: int) -> Referral | None:
        """Mark a referral as sent and return it; None without a consent to exactly its content.

        Only the `included_parts` of the result may be told.
        """
        found = self.find(work, case, referral)
        sent = found.send(now) if found else None
        if sent is not None:
            self._store(work, sent)
            self._audit_change(work, now, by, "referral_send", sent)
        return sent

    def record_reply(
        self, work: Work, case: str, referral: str, reply: RecipientReply, by: str, now: int
    ) -> Referral | None:  # fmt: skip
        """Record what the recipient answered; None if nothing was sent, or it was revoked."""
        found = self.find(work, case, referral)
        replied = found.record_reply(reply, now) if found else None
        if replied is not None:
            work.run(_REPLY, reply.value, now, replied.id)
            self._audit_change(work, now, by, "referral_reply", replied, reply.value)
        return replied

    def _with_what_was_read(self, work: Work, outcome: ConsentOutcome, now: int) -> ConsentOutcome:
        """Close the deliveries of a revoked referral; let the outcome say whether it was read.

        A sheet on paper may have been handed over too: then the person reads that it was told.
        """
        it = outcome.referral
        delivered = Deliveries.take_back(work, it.case, it.id, now)
        is_on_paper = bool(work.rows(_PAPER_COUNT, it.case, it.id)[0][0])
        if not delivered or is_on_paper:
            return outcome
        read_at = min((each.opened_at for each in delivered if each.opened_at), default=None)
        text = self._consent.revocation_text(is_read=read_at is not None)
        return replace(outcome, text=text, told_at=read_at)

    def _audit_change(
        self, work: Work, now: int, by: str, action: str, referral: Referral, part: str = ""
    ) -> None:
        detail = ":".join(filter(None, (referral.recipient, referral.id, part)))
        self._audit.record(work, now, by, action, referral.case, detail)

    def _store(self, work: Work, it: Referral) -> None:
        sealed, asked = self._seal(work, it)
        work.run(_CHANGE, it.stage.value, sealed, asked, it.answered_at, it.sent_at, it.id)

    def _seal(self, work: Work, it: Referral) -> tuple[bytes, bytes]:
        """Return it sealed to the case, and sealed for as long as the person may answer."""
        plain = _encode(_SealedReferral(it.parts, tuple(sorted(it.struck)), it.agreed_digest))
        data = _associated_data(it)
        sealed = self._vault.case_sealer(work, it.case).seal(Purpose.CASE, data, plain)
        asked = self._vault.seal_with_waiting_key(Purpose.REFERRAL, data, plain, it.offered_at)
        return sealed, asked

    def _open_or_bare(self, row: Sequence[Any]) -> Referral:
        try:
            return self._open(row)
        except DecryptionError:
            return _without_parts(row)

    def _open(self, row: Sequence[Any]) -> Referral:
        bare, asked = _without_parts(row), row[5]
        if asked is None:
            raise DecryptionError("what a person was asked about was taken out")
        try:
            plain = self._vault.open(Purpose.REFERRAL, _associated_data(bare), bytes(asked))
        except EpochExpiredError:  # the person has to be asked again
            return bare
        held = _decode(plain)
        struck = frozenset(held.struck)
        return replace(bare, parts=held.parts, struck=struck, agreed_digest=held.agreed)


class ConsentRevocation:
    """Revokes consents, and the referrals that rest on them and are not sent yet."""

    def __init__(self, vault: Vault, audit: AuditLog, referrals: Referrals) -> None:
        self._audit = audit
        self._consents = ConsentRecords(vault)
        self._referrals = referrals

    def revoke(
        self, work: Work, case: str, kind: ConsentKind, by: str, now: int
    ) -> list[Event] | None:
        """Revoke consents of a kind; return the events, or None if nothing changed."""
        is_changed = self._consents.revoke(work, self._audit, case, kind, by, now)
        events = self._end_referrals(work, case, by, now) if kind is ConsentKind.OTHERS else []
        if is_changed and kind is ConsentKind.READING:
            events.append(Event(EventKind.READING_ENDED, case))
        return events if is_changed or events else None

    def revoke_all(self, work: Work, case: str, by: str, now: int) -> list[Event]:
        """Revoke all consents of a case; return the events."""
        self._consents.revoke_all(work, case, by, now)
        return self._end_referrals(work, case, by, now)

    def _end_referrals(self, work: Work, case: str, by: str, now: int) -> list[Event]:
        who = "" if by == PERSON else by
        return [
            Event(EventKind.REFERRED, it.case, who, code=it.stage.value, referral=it)
            for it in self._referrals.end_all(work, case, by, now)
        ]


def _without_parts(row: Sequence[Any]) -> Referral:
    referral, case, recipient, state, _sealed, _asked, by, offered_at, *answers = row
    answered_at, sent_at, reply, replied_at = answers
    return Referral(
        referral, case, recipient, (), by, offered_at, ReferralStage(state),
        answered_at=answered_at, sent_at=sent_at, replied_at=replied_at,
        reply=None if reply is None else RecipientReply(reply),
    )  # fmt: skip


def _associated_data(it: Referral) -> bytes:
    return f"{it.case}/referral/{it.recipient}/{it.id}".encode()
