"""Commands of the duties to report: begin one, record what was reported, decide that there is none.

Nothing is sent. A caseworker reports by telephone, online or on paper, and records it here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from bot.cases.evidence.custody_log import CustodyAction, CustodyLog
from bot.errors import DecryptionError
from bot.hotline import duty_proofs
from bot.hotline.commands.texts import DONE
from bot.hotline.deadlines import ALTERED
from bot.hotline.duties import MAX_RECORDS, CaseDuties, DutyRecord
from bot.hotline.events import EventKind
from bot.places.duties import DutyState
from bot.text import _, pgettext

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.hotline.commands.context import CommandContext
    from bot.hotline.duties import DutyStatus
    from bot.hotline.duty_proofs import DutyProof
    from bot.text import Text

MAX_FIELD: Final = 500
"""Characters of one field."""
WAYS: Mapping[str, Text] = {
    "phone": pgettext("way of reporting", "by telephone"),
    "online": pgettext("way of reporting", "on a website"),
    "fax": pgettext("way of reporting", "by fax"),
    "letter": pgettext("way of reporting", "by letter"),
    "person": pgettext("way of reporting", "in person"),
}

NO_SUCH_DUTY = _("This organisation has no such duty to report: {codes}.")
ALREADY_OPEN = _("This report is due already.")
NOT_OPEN = _("No such report is due in this case. Begin the duty first.")
WHOM_NEEDED = _("Say which office took the report, and who took it there.")
WAY_NEEDED = _("Say how it was reported: {codes}.")
PROOF_NEEDED = _(
    "Give the number of the report, or attach what proves it; without one, say in the note how it "
    "can be shown later."
)
MOMENT_NEEDED = _("Say when it was reported, as 2026-11-25 14:30: now, or before.")
REASON_NEEDED = _("Please say why there is no duty to report.")
SECOND_PERSON = _("A second person has to agree: a colleague, not the one who decided it.")
TOO_MANY_RECORDS = _("A case has at most {most} records of reports.")
TOO_LONG_FIELD = _("At most {most} characters a field. Please shorten it.")
ASKED_A_SECOND = _("Recorded. A second person has to agree: until then the report stays due.")


def begin_duty(context: CommandContext) -> None:
    """Begin the duty `code`: a reason to report was noticed now."""
    found = _find(context)
    if found is None:
        return
    if found.is_open:
        context.refuse(ALREADY_OPEN)
        return
    context.services.duties.begin(
        context.work, context.case, found.duty, context.by.id, context.now
    )
    context.add_note()
    _finish(context)


def record_report(context: CommandContext) -> None:
    """Record that the duty `code` was fulfilled: when, to whom, how, and what proves it.

    To a duty that was reported before, a file adds a proof that came later.
    """
    found = _find(context)
    if found is None:
        return
    if found.state is DutyState.TOLD and context.command.uploads:
        _record(context, DutyRecord(
            duty=found.duty.code, state=DutyState.TOLD, by=context.by.id, is_added=True,
            note=context.command.text.strip(),
        ))  # fmt: skip
        return
    if not found.is_open:
        context.refuse(NOT_OPEN)
        return
    values, note = context.command.values, context.command.text.strip()
    to, number = values.get("to", "").strip(), values.get("number", "").strip()
    moment = _moment(context)
    if max(len(to), len(number)) > MAX_FIELD:
        context.refuse(TOO_LONG_FIELD, most=str(MAX_FIELD))
    elif moment is None:
        context.refuse(MOMENT_NEEDED)
    elif not to:
        context.refuse(WHOM_NEEDED)
    elif values.get("way") not in WAYS:
        context.refuse(WAY_NEEDED, codes=", ".join(WAYS))
    elif not (number or note or context.command.uploads):
        context.refuse(PROOF_NEEDED)
    else:
        _record(context, DutyRecord(
            duty=found.duty.code, state=DutyState.TOLD, by=context.by.id, moment=moment, to=to,
            way=values["way"], number=number, note=note,
        ))  # fmt: skip


def decide_no_duty(context: CommandContext) -> None:
    """Decide that there is no duty `code`, for the reason in the text; for a child it takes two."""
    found = _find(context)
    if found is None:
        return
    reason, by = context.command.text.strip(), context.by.id
    if not reason:
        context.refuse(REASON_NEEDED)
        return
    if found.state is DutyState.ASKED and found.asked_by == by:
        context.refuse(SECOND_PERSON)
        return
    needs_second = found.duty.needs_two and found.state is not DutyState.ASKED
    state = DutyState.ASKED if needs_second else DutyState.NO_DUTY
    _record(context, DutyRecord(duty=found.duty.code, state=state, by=by, note=reason))
    if needs_second and not any(it.is_refused for it in context.events):
        if not found.is_open:  # it is due until the second person has agreed
            context.services.duties.begin(context.work, context.case, found.duty, by, context.now)
            context.services.deadlines.add_now(
                context.work, context.case, found.duty.asked, by, context.now
            )
        context.reply(ASKED_A_SECOND)


def _record(context: CommandContext, record: DutyRecord) -> None:
    if CaseDuties.is_full(context.work, context.case):
        context.refuse(TOO_MANY_RECORDS, most=str(MAX_RECORDS))
        return
    record = replace(record, proof=_keep_proof(context))
    context.services.duties.record(context.work, context.case, record, context.now)
    _finish(context, has_reply=record.state is not DutyState.ASKED)


def _keep_proof(context: CommandContext) -> DutyProof | None:
    """Seal the file of the command to the case, and return what is recorded of it."""
    uploads, services = context.command.uploads[:1], context.services
    duty_proofs.store(context.work, services.vault, context.case, uploads)
    for upload in uploads:
        proof = duty_proofs.proof_of(upload)
        event = duty_proofs.custody_event(proof, CustodyAction.RECEIVED, context.by.id, context.now)
        CustodyLog(services.vault, services.audit).record(context.work, context.case, event)
        return proof
    return None


def _finish(context: CommandContext, *, has_reply: bool = True) -> None:
    """Show the change at the desks; the group in Telegram shows nothing of it."""
    context.add_event(EventKind.PLAN_CHANGED)
    if has_reply:
        context.reply(DONE)


def _find(context: CommandContext) -> DutyStatus | None:
    """Return how the duty stands; refuse the command if this organisation does not have it."""
    duties = context.services.duties
    try:
        found = duties.find(context.work, context.case, context.command.code)
    except DecryptionError:
        context.refuse(ALTERED)
        return None
    if found is None:
        context.refuse(NO_SUCH_DUTY, codes=", ".join(duties.duties))
    return found


def _moment(context: CommandContext) -> str | None:
    """Return when it was reported, now if nothing was typed; None if that is not understood."""
    law, typed = context.services.deadlines.law, context.command.values.get("at", "").strip()
    if not typed:
        return law.format_time(context.now)
    day, moment = law.parse_time(typed) or (None, None)
    if day is None or day > law.date_of(context.now) or (moment or 0) > context.now:
        return None
    return day.isoformat() if moment is None else law.format_time(moment)
