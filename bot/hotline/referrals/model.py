"""Passing something on with consent, as a value: what, to whom, what is struck, what was agreed to.

A person agrees to what they see and to nothing else. So an agreement carries a digest of exactly
the parts that were on the screen, and only while the parts are still those may they be told. Every
change makes a new value; None stands for what cannot be done now.

Why a caseworker adds no prose: the person must be able to read, in their own language, all that is
told. Answers are codes, which everybody reads in theirs, or the person's own words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping  # noqa: TC003 - dataclass fields are read by tools
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import blake2b

import msgspec

from bot.conversation import Answer, FileRef, FlowRegistry

CONTACT, LANGUAGE = "contact", "language"
"""Parts that answer no question: how to reach the person, and what they speak."""
DOT = "."
"""Stands between a flow and its step."""
DIGEST_BYTES = 6
"""Bytes that tell one content from another; the token they stand in is vouched for."""


class ReferralStage(StrEnum):
    """How far it has come."""

    OFFERED = "offered"
    """The person was asked, or is about to be."""
    AGREED = "agreed"
    DECLINED = "declined"
    SENT = "sent"
    REVOKED = "revoked"
    """Taken back by the person, before it was told or after."""
    WITHDRAWN = "withdrawn"
    """Another offer to the same recipient has taken its place, or the person wants nobody told."""


OPEN_STAGES = frozenset({ReferralStage.OFFERED, ReferralStage.AGREED})
"""Stages in which what is told can still be changed."""


class ReferralPart(msgspec.Struct, frozen=True):
    """One thing that may be told."""

    code: str
    """`flow.step`, or what answers no question."""
    answer: Answer


@dataclass(frozen=True, slots=True)
class Referral:
    """One question to one person: may this recipient be told these parts?"""

    id: str
    case: str
    recipient: str
    """A code of the directory of recipients."""
    parts: tuple[ReferralPart, ...]
    offered_by: str
    offered_at: int
    stage: ReferralStage = ReferralStage.OFFERED
    struck: frozenset[int] = frozenset()
    """Places of parts that are not told."""
    agreed_digest: str = ""
    """The digest of what was agreed to; empty: nothing."""
    answered_at: int | None = None
    sent_at: int | None = None

    @property
    def included_parts(self) -> tuple[ReferralPart, ...]:
        """Return what would be told now, or what was told."""
        return tuple(part for place, part in enumerate(self.parts) if place not in self.struck)

    @property
    def digest(self) -> str:
        """Return a name of exactly this content to exactly this recipient."""
        whole = _encode((self.id, self.recipient, self.included_parts))
        return blake2b(whole, digest_size=DIGEST_BYTES).hexdigest()

    @property
    def may_be_sent(self) -> bool:
        """Tell whether the person agreed to exactly what would be told now."""
        return (
            self.stage is ReferralStage.AGREED
            and bool(self.included_parts)
            and self.agreed_digest == self.digest
        )

    # --- what the person does -----------------------------------------------------------------

    def strike(self, index: int) -> Referral | None:
        """Leave a part out. Whoever had agreed is asked again: it is another content now."""
        return self._with_struck(index, self.struck | {index})

    def restore(self, index: int) -> Referral | None:
        """Put a part back in; whoever had agreed is asked again."""
        return self._with_struck(index, self.struck - {index})

    def agree(self, seen_digest: str, now: int) -> Referral | None:
        """Agree to what was seen; None when that is not what would be told now."""
        if (
            self.stage is not ReferralStage.OFFERED
            or not self.included_parts
            or seen_digest != self.digest
        ):
            return None
        return replace(self, stage=ReferralStage.AGREED, agreed_digest=seen_digest, answered_at=now)

    def decline(self, now: int) -> Referral | None:
        """Do not agree, or not any more while nothing was told."""
        if self.stage not in OPEN_STAGES:
            return None
        return replace(self, stage=ReferralStage.DECLINED, agreed_digest="", answered_at=now)

    def revoke(self, now: int) -> Referral | None:
        """Take an agreement back, also after it was told: then the recipient has to hear of it."""
        if self.stage not in {ReferralStage.AGREED, ReferralStage.SENT}:
            return None
        return replace(self, stage=ReferralStage.REVOKED, agreed_digest="", answered_at=now)

    # --- what staff do ------------------------------------------------------------------------

    def send(self, now: int) -> Referral | None:
        """Mark what was agreed to as told; None without an agreement to exactly that."""
        return replace(self, stage=ReferralStage.SENT, sent_at=now) if self.may_be_sent else None

    def withdraw(self) -> Referral | None:
        """End it unsent: another offer takes its place, or the person wants nobody told."""
        return (
            replace(self, stage=ReferralStage.WITHDRAWN, agreed_digest="")
            if self.stage in OPEN_STAGES
            else None
        )

    def _with_struck(self, index: int, struck: frozenset[int]) -> Referral | None:
        if (
            self.stage not in OPEN_STAGES
            or not 0 <= index < len(self.parts)
            or struck == self.struck
        ):
            return None
        return replace(self, stage=ReferralStage.OFFERED, struck=struck, agreed_digest="")


_encode = msgspec.msgpack.Encoder().encode


def collect_parts(
    book: FlowRegistry,
    sent: Iterable[tuple[str, Mapping[str, Answer]]],
    extra_parts: Mapping[str, str],
) -> dict[str, ReferralPart]:
    """Return everything that could be told, by code, in the order it was asked.

    Left out are decisions about this chat, files, and whatever no question of today asks.

    Args:
        book: the flows.
        sent: flows and the answers sent in them, oldest first; what was sent later holds.
        extra_parts: parts that answer no question, by code.
    """
    found = {
        code: ReferralPart(code, words) for code, words in extra_parts.items() if words.strip()
    }
    for flow, answers in sent:
        for step, answer in answers.items():
            question = book.question(flow, step)
            if question is None or not question.skippable or not _is_shareable(answer):
                continue
            code = f"{flow}{DOT}{step}"
            found[code] = ReferralPart(code, answer)
    return found


def _is_shareable(answer: Answer) -> bool:
    if isinstance(answer, tuple):
        return bool(answer) and not any(isinstance(part, FileRef) for part in answer)
    return answer is not None and answer != ""
