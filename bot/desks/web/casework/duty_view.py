"""Duties to report of one case, as the case file shows them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.cases.evidence.file_type import IMAGE_TYPES
from bot.errors import CaseNotReadableError, DecryptionError
from bot.hotline.chat.messages import CaseMessageContent
from bot.hotline.commands.duties import WAYS
from bot.hotline.deadlines import deadline_line
from bot.hotline.duties import CaseDuties
from bot.places.duties import DutyState
from bot.text import pgettext

if TYPE_CHECKING:
    from bot.desks.web.request import DeskRequest
    from bot.hotline.duties import DutyRecord, DutyStatus
    from bot.hotline.duty_proofs import DutyProof
    from bot.places.deadlines import Deadline
    from bot.store.writer import Work
    from bot.text import Text
    from bot.vault.keys.keyring import Keyring

STATE_NAMES: dict[DutyState, Text] = {
    DutyState.UNDECIDED: pgettext("duty to report", "not decided"),
    DutyState.OPEN: pgettext("duty to report", "due"),
    DutyState.ASKED: pgettext("duty to report", "due, until a second person agrees"),
    DutyState.TOLD: pgettext("duty to report", "reported"),
    DutyState.NO_DUTY: pgettext("duty to report", "no duty"),
}
PROOF_ADDED = pgettext("duty to report", "proof added")
LAW_PHRASE = "law"
"""The sentence of the phrasebook that says what staff must pass on."""


@dataclass(frozen=True, slots=True)
class DutyRecordView:
    """What one person recorded about a duty."""

    what: str
    when: str
    details: tuple[tuple[str, str], ...]
    """Each with its label, which a page translates: to, way, number, note, proof."""
    by: str
    proof: DutyProof | None = None
    is_picture: bool = False


@dataclass(frozen=True, slots=True)
class ReportDutyView:
    """One duty."""

    code: str
    name: str
    recipient: str
    when: str
    articles: tuple[str, ...]
    state: DutyState
    state_name: str
    is_open: bool
    line: str
    """How much time is left, or how long it is open; empty unless it is open."""
    is_late: bool
    form: str
    records: tuple[DutyRecordView, ...]
    needs_two: bool
    may_agree: bool
    """Whether this caseworker is not the one who decided that there is no duty."""


@dataclass(slots=True)
class DutiesView:
    """What the case file shows of duties."""

    duties: list[ReportDutyView] = field(default_factory=list)
    ways: tuple[tuple[str, str], ...] = ()
    told: tuple[str, ...] = ()
    """What people are told about it before they write: in the reader's language, in theirs."""

    @property
    def open(self) -> list[ReportDutyView]:
        """Return the duties that are due."""
        return [it for it in self.duties if it.is_open]


def load_duties(
    work: Work, request: DeskRequest, case: str, language: str, keyring: Keyring | None
) -> DutiesView:
    """Return the duties of a readable case; `language` is the person's.

    What was altered is left out: the legal deadlines of the case say that it was.
    """
    context, locale = request.context, request.locale
    try:
        known = context.duties.of_case(work, case)
        running = context.legal_deadlines.running(work, case)
        opener = context.vault.cases.opener(case, keyring)
        records = CaseDuties.records(work, case, opener)
    except (CaseNotReadableError, DecryptionError):
        return DutiesView()
    by_rule = {it.rule.code: it for it in running}
    own = [it for it, _at in records]
    said = CaseMessageContent(code=LAW_PHRASE)
    languages = dict.fromkeys((locale.language, language))
    return DutiesView(
        [_duty_view(request, it, by_rule.get(it.duty.noticed), own) for it in known],
        tuple((code, locale(name)) for code, name in WAYS.items()),
        tuple(context.phrasebook.text_for_staff(said, it) for it in languages),
    )


def open_duty_lines(work: Work, request: DeskRequest, case: str) -> list[tuple[str, bool]]:
    """Return a line for each duty that is due in a case, and whether it is late."""
    running = request.context.legal_deadlines.running_if_readable(work, case)
    return [(_line(request, it), _is_late(request, it)) for it in running if it.is_duty]


def _duty_view(
    request: DeskRequest, it: DutyStatus, deadline: Deadline | None, records: list[DutyRecord]
) -> ReportDutyView:
    locale, duty = request.locale, it.duty
    is_open = it.is_open and deadline is not None
    return ReportDutyView(
        duty.code, locale(duty.name), locale(duty.recipient), locale(duty.when),
        tuple(one.render(locale.staff_catalogue) for one in duty.articles), it.state,
        locale(STATE_NAMES[it.state]), it.is_open,
        _line(request, deadline) if is_open and deadline else "",
        is_open and deadline is not None and _is_late(request, deadline), duty.form,
        tuple(_record_view(request, one) for one in records if one.duty == duty.code),
        duty.needs_two, it.asked_by != request.caseworker.id,
    )  # fmt: skip


def _record_view(request: DeskRequest, it: DutyRecord) -> DutyRecordView:
    locale = request.locale
    details = (
        ("to", it.to), ("way", locale(WAYS[it.way]) if it.way in WAYS else it.way),
        ("number", it.number), ("note", it.note), ("proof", _proof_line(it.proof)),
    )  # fmt: skip
    return DutyRecordView(
        locale(PROOF_ADDED if it.is_added else STATE_NAMES[it.state]), it.moment,
        tuple(each for each in details if each[1]), it.by, it.proof,
        it.proof is not None and it.proof.type in IMAGE_TYPES,
    )  # fmt: skip


def _proof_line(it: DutyProof | None) -> str:
    """Return a file as a line: its type, size and SHA-256, by which it is recognised later."""
    if it is None:
        return ""
    return f"{it.type.upper()}, {max(1, it.size // 1024)} KB, SHA-256 {it.digest}"


def _line(request: DeskRequest, deadline: Deadline) -> str:
    return deadline_line(deadline, request.locale.staff_catalogue, request.now)


def _is_late(request: DeskRequest, deadline: Deadline) -> bool:
    return (deadline.time_left(request.now) or 0) <= 0
