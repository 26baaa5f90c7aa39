"""A referral as a value: its recipient, its parts, which are struck out, and the consent.

A person consents to what they see and to nothing else. So a consent carries a digest of exactly the
parts on the screen, and the recipient may be told only while the parts are still the same. Every
change returns a new value, or None where it is not possible now.

Why a caseworker adds no text: the person must be able to read all that is told in their own
language. Answers are codes, which each reader sees in their language, or the person's own words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping  # noqa: TC003 - dataclass fields are read by tools
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import blake2b

import msgspec

from bot.cases.consents import CONSENT_QUESTIONS
from bot.conversation import Answer, FileRef, FlowRegistry

CONTACT, LANGUAGE = "contact", "language"
"""Parts that answer no question: how to reach the person, and their language."""
DOT = "."
"""Separates a flow from its step."""
ALSO = "also"
"""What a person wrote outside the questions. Each text is a part, `also.1`, to tick on its own."""
LEAST_PARTS = frozenset({LANGUAGE, "needs"})
"""Parts ticked at the start, by code or step: what help is needed, in which language. The person
ticks the others."""
MAX_OWN_TEXTS = 40
"""Parts of own words; earlier texts share the first one, so that every part has a button."""
DIGEST_BYTES = 6
"""Length of the digest of a content; the button tokens that hold it are authenticated."""


class ReferralStage(StrEnum):
    """The stage of a referral."""

    OFFERED = "offered"
    """The person was asked, or is about to be."""
    AGREED = "agreed"
    DECLINED = "declined"
    SENT = "sent"
    REVOKED = "revoked"
    """The person revoked it, before or after it was sent."""
    WITHDRAWN = "withdrawn"
    """A newer offer replaced it, or the person withdrew from sharing."""


class RecipientReply(StrEnum):
    """What the recipient of a referral answered."""

    ACCEPTED = "accepted"
    NO_PLACE = "no_place"
    """They have no place free now."""
    DECLINED = "declined"
    UNREACHED = "unreached"
    """They did not reach the person."""
    FINISHED = "finished"
    """Their part is finished."""
    NO_ANSWER = "no_answer"
    """They did not look at it in time."""


TAKES_IT = frozenset({RecipientReply.ACCEPTED, None})
"""Answers, or none yet, with which the recipient is looking at the referral."""
OPEN_STAGES = frozenset({ReferralStage.OFFERED, ReferralStage.AGREED})
"""Stages in which the content can still change."""


class ReferralPart(msgspec.Struct, frozen=True):
    """One thing that may be told."""

    code: str
    """`flow.step`, `also.number`, or another part that answers no question."""
    answer: Answer


@dataclass(frozen=True, slots=True)
class Referral:
    """One question to one person: may this recipient be told these parts?"""

    id: str
    case: str
    recipient: str
    """The recipient's code in the directory."""
    parts: tuple[ReferralPart, ...]
    offered_by: str
    offered_at: int
    stage: ReferralStage = ReferralStage.OFFERED
    struck: frozenset[int] = frozenset()
    """Indexes of parts that are left out."""
    agreed_digest: str = ""
    """The digest of what the person consented to; empty for none."""
    answered_at: int | None = None
    sent_at: int | None = None
    reply: RecipientReply | None = None
    replied_at: int | None = None

    @property
    def included_parts(self) -> tuple[ReferralPart, ...]:
        """Return the parts that would be told now, or were told."""
        return tuple(part for index, part in enumerate(self.parts) if index not in self.struck)

    @property
    def digest(self) -> str:
        """Return the digest of this content for this recipient."""
        whole = _encode((self.id, self.recipient, self.included_parts))
        return blake2b(whole, digest_size=DIGEST_BYTES).hexdigest()

    @property
    def may_be_sent(self) -> bool:
        """Return whether the person consented to exactly what would be told now."""
        is_agreed = self.stage is ReferralStage.AGREED and self.agreed_digest == self.digest
        return is_agreed and bool(self.included_parts)

    def strike(self, index: int) -> Referral | None:
        """Leave a part out; an earlier consent no longer holds."""
        return self._with_struck(index, self.struck | {index})

    def restore(self, index: int) -> Referral | None:
        """Put a part back in; an earlier consent no longer holds."""
        return self._with_struck(index, self.struck - {index})

    def agree(self, seen_digest: str, now: int) -> Referral | None:
        """Consent to what was seen; None if that is not what would be told now."""
        is_offered = self.stage is ReferralStage.OFFERED and bool(self.included_parts)
        if not is_offered or seen_digest != self.digest:
            return None
        return replace(self, stage=ReferralStage.AGREED, agreed_digest=seen_digest, answered_at=now)

    def decline(self, now: int) -> Referral | None:
        """Decline, or withdraw a consent before anything was told."""
        if self.stage not in OPEN_STAGES:
            return None
        return replace(self, stage=ReferralStage.DECLINED, agreed_digest="", answered_at=now)

    def revoke(self, now: int) -> Referral | None:
        """Revoke a consent, also after sending: then the recipient has to be told."""
        if self.stage not in {ReferralStage.AGREED, ReferralStage.SENT}:
            return None
        return replace(self, stage=ReferralStage.REVOKED, agreed_digest="", answered_at=now)

    def send(self, now: int) -> Referral | None:
        """Mark as sent; None without a consent to exactly this content."""
        return replace(self, stage=ReferralStage.SENT, sent_at=now) if self.may_be_sent else None

    @property
    def may_be_printed(self) -> bool:
        """Return whether a sheet of what the person agreed to may be made, also once sent."""
        is_sent = self.stage is ReferralStage.SENT and self.agreed_digest == self.digest
        return self.may_be_sent or (is_sent and bool(self.included_parts))

    def record_reply(self, reply: RecipientReply, now: int) -> Referral | None:
        """Record what the recipient answered; None if nothing was sent, or it was revoked."""
        if self.stage is not ReferralStage.SENT:
            return None
        return replace(self, reply=reply, replied_at=now)

    def withdraw(self) -> Referral | None:
        """End it unsent: a newer offer replaces it, or the person withdrew from sharing."""
        if self.stage not in OPEN_STAGES:
            return None
        return replace(self, stage=ReferralStage.WITHDRAWN, agreed_digest="")

    def _with_struck(self, index: int, struck: frozenset[int]) -> Referral | None:
        is_part = 0 <= index < len(self.parts)
        if self.stage not in OPEN_STAGES or not is_part or struck == self.struck:
            return None
        return replace(self, stage=ReferralStage.OFFERED, struck=struck, agreed_digest="")


_encode = msgspec.msgpack.Encoder().encode


def collect_parts(
    book: FlowRegistry, sent: Iterable[tuple[str, Mapping[str, Answer]]],
    extra_parts: Mapping[str, str],
) -> dict[str, ReferralPart]:  # fmt: skip
    """Return all parts that could be told, by code, in the order of the questions.

    Consent, decisions about this chat, files, and answers to questions that no longer exist are
    left out. What the person wrote outside the questions comes last, one part a text.
    `sent` are flows with their answers, oldest first; later answers replace earlier ones.
    `extra_parts` answer no question.
    """
    found = {code: ReferralPart(code, it) for code, it in extra_parts.items() if it.strip()}
    own_texts: list[str] = []
    for flow, answers in sent:
        for step, answer in answers.items():
            if step == ALSO:
                own_texts += _own_texts(answer)
                continue
            question = book.question(flow, step)
            is_offered = question is not None and question.skippable
            if not is_offered or step in CONSENT_QUESTIONS or not _is_shareable(answer):
                continue
            code = f"{flow}{DOT}{step}"
            found[code] = ReferralPart(code, answer)
    if len(own_texts) > MAX_OWN_TEXTS:
        rest = len(own_texts) - MAX_OWN_TEXTS + 1
        own_texts[:rest] = ["\n".join(own_texts[:rest])]
    for number, text in enumerate(own_texts, 1):
        code = f"{ALSO}{DOT}{number}"
        found[code] = ReferralPart(code, text)
    return found


def is_least(part: ReferralPart) -> bool:
    """Return whether a part is ticked when the person is first asked."""
    return part.code.rpartition(DOT)[2] in LEAST_PARTS


def _own_texts(answer: Answer) -> list[str]:
    texts = answer if isinstance(answer, tuple) else (answer,)
    return [it for it in texts if isinstance(it, str) and it.strip()]


def _is_shareable(answer: Answer) -> bool:
    if isinstance(answer, tuple):
        return bool(answer) and not any(isinstance(part, FileRef) for part in answer)
    return answer is not None and answer != ""
