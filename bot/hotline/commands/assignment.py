"""Commands that decide who answers for a case, how urgent it is, and when it ends; and duty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.state_machine import CASEWORK_ROLES, ActionRefusal, CaseAction
from bot.cases.urgency import Priority
from bot.clock import MINUTE
from bot.hotline.case_links import reference_of
from bot.hotline.chat.case_progress import mark_read
from bot.hotline.chat.takeover import HandBack, TransferChat
from bot.hotline.commands import texts
from bot.hotline.commands.context import CommandContext, find_contact
from bot.hotline.commands.deadlines import may_close
from bot.hotline.commands.texts import DISPOSITIONS, DONE
from bot.hotline.events import Event, EventKind
from bot.hotline.queue.claims import (
    COLLEAGUE_OPENS_NO_CASE,
    AlreadyClaimed,
    AtCapacity,
    Claimed,
)
from bot.hotline.queue.sealed_cases import names_of, who_has_to_open
from bot.hotline.staff.approved_keys import as_approved
from bot.store.statements import update_by
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from bot.text import Text

MAX_REST_MINUTES = 240
_SET_PRIORITY = update_by(cases, "priority", by="id")


def claim(context: CommandContext) -> None:
    """Claim the case, or the next one of the caseworker's queues."""
    claims, work = context.services.claims, context.work
    if context.contact is None:
        result = claims.claim_next(work, context.by, context.now)
    else:
        result = claims.claim(work, context.case, context.by, context.now)
    if isinstance(result, Claimed):
        context.contact = find_contact(context.services.vault, context.work, result.case)
        mark_read(context.work, result.case, context.now)
        context.add_event(EventKind.CLAIMED)
        context.reply(_claimed_text(result), most=str(result.above_limit))
    elif isinstance(result, AlreadyClaimed):
        holder = context.services.staff.find(context.work, result.staff)
        context.refuse(texts.CASE_ALREADY_CLAIMED, name=holder.name if holder else result.staff)
    elif isinstance(result, AtCapacity):
        context.refuse(texts.YOU_ARE_AT_CAPACITY, most=str(result.most))
    else:
        context.refuse(result.text)


def _claimed_text(result: Claimed) -> Text:
    if result.leaves_emergency:
        return texts.CLAIMED_BESIDE_EMERGENCY
    if result.above_limit and result.is_other_language:
        return texts.CLAIMED_ABOVE_LIMIT_OTHER_LANGUAGE
    if result.above_limit:
        return texts.CLAIMED_ABOVE_LIMIT
    return texts.CLAIMED_OTHER_LANGUAGE if result.is_other_language else texts.CLAIMED


def release(context: CommandContext) -> None:
    """Return the case to the queue."""
    if context.move(CaseAction.RELEASE):
        context.add_note()
        context.actions.append(HandBack(context.by.id, is_asked=False))
        context.add_event(EventKind.RELEASED)
        context.reply(DONE)


def note_access_ended(context: CommandContext) -> None:
    """Show that a case waits because the access of its holder ended; end their talk, as above.

    `by` is who held it. The case has been returned already, and a colleague may hold it by now.
    """
    context.actions.append(HandBack(context.by.id, is_asked=False, is_own=True))
    context.events.append(Event(
        EventKind.RELEASED, context.case, context.by.id, text=texts.ACCESS_ENDED,
        values={"other": context.by.name or context.by.id},
    ))  # fmt: skip
    _alert_who_has_to_open(context)


def _alert_who_has_to_open(context: CommandContext) -> None:
    """Alert those without whom no one of the queue can open the case that was just returned."""
    services, work, case = context.services, context.work, context.case
    staff, wraps = services.staff.all(work), services.vault.cases.wraps
    found = who_has_to_open(work, wraps, staff, case, context.now)
    if found:
        values = {"reference": reference_of(work, case), "names": names_of(found)}
        to, text = tuple(it.id for it in found), texts.OPENS_ONLY_FOR
        context.events.append(Event(EventKind.OVERDUE, case, to=to, text=text, values=values))


def transfer(context: CommandContext) -> None:
    """Transfer the case to a colleague who is on duty and has room for it."""
    by, case, claims = context.by, context.case, context.services.claims
    to = context.services.staff.find(context.work, context.command.code)
    if to is None:
        context.refuse(texts.NO_SUCH_COLLEAGUE)
        return
    approved = as_approved(context.services.vault, to)
    if approved is None:
        context.refuse(COLLEAGUE_OPENS_NO_CASE)
        return
    moved = claims.transfer(context.work, case, approved, context.now, by)
    if isinstance(moved, ActionRefusal):
        context.refuse(moved.text)
        return
    context.add_note()
    context.actions.append(TransferChat(by.id, to.id, to.title))
    contact = context.contact
    values = {"language": contact.language, "rule": contact.rule} if contact else {}
    context.events.append(Event(EventKind.TRANSFERRED, case, by.id, (to.id,), values=values))
    context.reply(DONE)


def pass_on(context: CommandContext) -> None:
    """Pass the case to another office: it waits there, and one of its caseworkers claims it."""
    services, work, now = context.services, context.work, context.now
    office = services.offices.plan(work).find_open(context.command.code)
    if office is None:
        context.refuse(texts.NO_SUCH_OFFICE)
        return
    if context.is_emergency and office.id not in services.offices.ready(work, now):
        context.refuse(texts.OFFICE_NOT_READY)
        return
    held_by = context.contact.holder if context.contact else None
    moved = services.claims.pass_on(work, context.case, office.id, now, context.by)
    if isinstance(moved, ActionRefusal):
        context.refuse(moved.text)
        return
    context.add_note()
    if held_by:
        context.actions.append(HandBack(context.by.id, is_asked=False))
    context.add_event(EventKind.PASSED_ON, code=office.id)
    context.reply(DONE)


def set_priority(context: CommandContext) -> None:
    """Raise or lower the priority; lowering it needs a reason."""
    code = context.command.code
    if code not in {str(int(level)) for level in Priority} or context.contact is None:
        context.refuse(texts.NO_SUCH_PRIORITY)
        return
    is_lower = int(code) > context.contact.priority
    action = CaseAction.LOWER if is_lower else CaseAction.RAISE
    if context.move(action, reason=context.command.text, detail=code):
        context.work.run(_SET_PRIORITY, int(code), context.case)
        context.services.reply_clocks.priority_changed(context.work, context.case, context.now)
        context.add_note()
        context.add_event(EventKind.PRIORITY_CHANGED, code=code)
        context.reply(DONE)


def close(context: CommandContext) -> None:
    """Close the case with a disposition."""
    code = context.command.code
    if code not in DISPOSITIONS:
        context.refuse(texts.NO_SUCH_DISPOSITION, codes=", ".join(DISPOSITIONS))
    elif may_close(context) and context.move(CaseAction.CLOSE, detail=code):
        end_chat_and_close(context, code)
        context.reply(texts.REST_OFFERED if context.is_emergency else DONE)


def end_chat_and_close(context: CommandContext, code: str) -> None:
    """Store the note of a case that has just been closed, and show at the desks that it is."""
    context.add_note()
    context.actions.append(HandBack(context.by.id, goes_on=False))
    context.add_event(EventKind.CLOSED, code=code)


def reopen(context: CommandContext) -> None:
    """Put a closed or referred case back into the queue."""
    if context.move(CaseAction.REOPEN):
        context.add_event(EventKind.REOPENED)
        context.reply(DONE)


def go_on_duty(context: CommandContext) -> None:
    """Begin to receive cases."""
    if context.by.role not in CASEWORK_ROLES:
        context.refuse(texts.NOT_FOR_DUTY)
        return
    context.services.staff.set_duty(context.work, context.by.id, on=True)
    context.reply(texts.ON_DUTY)


def go_off_duty(context: CommandContext) -> None:
    """Receive no more cases; cases that were claimed and not worked on return to the queue."""
    services, work, by = context.services, context.work, context.by
    services.staff.set_duty(work, by.id, on=False)
    released = services.claims.end_shift(work, by, context.now)
    context.events += [Event(EventKind.RELEASED, case, by.id) for case in released]
    if released:
        returned = ", ".join(reference_of(work, case) for case in released)
        context.reply(texts.OFF_DUTY_RETURNED, cases=returned)
    else:
        context.reply(texts.OFF_DUTY)


def rest(context: CommandContext) -> None:
    """Receive no next case for some minutes."""
    minutes = context.command.code
    if not minutes.isdecimal() or not 0 <= int(minutes) <= MAX_REST_MINUTES:
        context.refuse(texts.MINUTES_NEEDED)
        return
    until = context.now + int(minutes) * MINUTE
    context.services.staff.rest(context.work, context.by.id, until)
    context.reply(DONE)
