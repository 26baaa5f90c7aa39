"""Commands of the service plan: what becomes of a service, appointments, mistakes.

They change nothing but the plan and the day of the follow-up. The person is not written to: what a
caseworker shows, they read where they ask whether anyone has read what they sent.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from bot.clock import DAY
from bot.errors import DecryptionError
from bot.hotline.commands.texts import DONE
from bot.hotline.deadlines import EARLIEST
from bot.hotline.events import EventKind
from bot.hotline.queue.snooze import Snoozes
from bot.hotline.services import texts
from bot.hotline.services.ceilings import CeilingUse, ceiling_use, current_ceiling
from bot.hotline.services.companion import is_agreed
from bot.hotline.services.limits import left_text
from bot.hotline.services.model import (
    TRANSITIONS,
    CasePlan,
    PlanAction,
    PlanEntry,
    PlanWords,
)
from bot.hotline.services.store import MAX_ENTRIES
from bot.places.deadlines import start_of_day

if TYPE_CHECKING:
    from bot.hotline.commands.context import CommandContext
    from bot.places.services import CeilingRule, LegalService

MAX_FIELD: Final = 500
"""Characters of one field."""
MAX_AHEAD: Final = 366 * DAY
MAX_AMOUNT: Final = 10_000_000
EXAMPLE_AHEAD: Final = 2 * DAY
DOT = "."
AMOUNTS: Final = "amounts"
"""The law chapter that holds the numbers of the ceilings."""
_NUMBER = re.compile(r"(?:NT\$|NTD|\$)?\s*(\d{1,3}(?:,\d{3})+|\d+)\s*(?:元|NTD)?", re.IGNORECASE)


def change_service(context: CommandContext) -> None:
    """Record what became of a service: `code` is `action.service`, e.g. `give.doctor`."""
    action_code, _dot, code = context.command.code.partition(DOT)
    service, plan = _service(context, code), _plan(context)
    if service is None or plan is None:
        return
    if action_code not in {it.value for it in TRANSITIONS}:
        context.refuse(texts.NOT_MENTIONED)
        return
    action = PlanAction(action_code)
    if not plan.allows(action, code):
        _refuse_transition(context, plan, code)
        return
    entry = _entry(context, plan, service, action)
    if entry is not None:
        _add(context, plan, entry)


def _refuse_transition(context: CommandContext, plan: CasePlan, code: str) -> None:
    is_new = plan.state(code) is None
    context.refuse(texts.NOT_MENTIONED if is_new else texts.NOT_POSSIBLE)


def _entry(
    context: CommandContext, plan: CasePlan, service: LegalService, action: PlanAction
) -> PlanEntry | None:
    """Return the entry of a change; None if what was typed was refused."""
    day = _day(context)
    if day is None:
        return None
    entry = PlanEntry(action=action, service=service.code, by=context.by.id, day=day)
    return _given(context, plan, service, entry) if action is PlanAction.GIVE else entry


def _given(
    context: CommandContext, plan: CasePlan, service: LegalService, entry: PlanEntry
) -> PlanEntry | None:
    """Return the entry with what was given and paid; None if that was refused."""
    units, amount = _number(context, "units"), _number(context, "amount")
    if units is None or amount is None:
        return None
    rules, kind = {it.code: it for it in service.ceilings}, context.command.values.get("kind", "")
    is_missing = bool(rules and (units or amount)) and not kind
    if is_missing or (kind and kind not in rules):
        context.refuse(texts.NO_SUCH_CEILING, codes=", ".join(rules))
        return None
    given = replace(entry, kind=kind, units=units, amount=amount)
    return _within(context, plan, rules[kind], given) if kind else given


def _within(
    context: CommandContext, plan: CasePlan, rule: CeilingRule, entry: PlanEntry
) -> PlanEntry | None:
    """Return the entry if it stays within its ceiling, or an authority approved more."""
    use = _use(context, plan, rule, entry.day)
    if use is None:  # the facts expired: what was given is recorded all the same
        return entry
    if use.ceiling.units is not None and not entry.units:
        entry = replace(entry, units=1)
    if use.holds(entry.units, entry.amount):
        return entry
    if context.command.values.get("approved"):
        return replace(entry, is_approved=True)
    context.refuse(texts.OVER_CEILING, left=left_text(use))
    return None


def _use(context: CommandContext, plan: CasePlan, rule: CeilingRule, day: str) -> CeilingUse | None:
    services = context.services
    today = services.deadlines.law.date_of(context.now)
    ceiling = current_ceiling(rule, services.place.chapters.get(AMOUNTS), today)
    return None if ceiling is None else ceiling_use(plan, ceiling, day)


def book_appointment(context: CommandContext) -> None:
    """Make an appointment for the service `code`, and let the case return on that day."""
    code, values = context.command.code, context.command.values
    service, plan = _service(context, code), _plan(context)
    if service is None or plan is None:
        return
    if not is_agreed(plan, service):
        context.refuse(texts.NO_YES_YET)
        return
    law = context.services.deadlines.law
    day, moment = law.parse_time(values.get("at", "")) or (None, None)
    if day is None or moment is None or not context.now < moment <= context.now + MAX_AHEAD:
        context.refuse(texts.MOMENT_NEEDED, example=law.format_time(context.now + EXAMPLE_AHEAD))
        return
    entry = PlanEntry(action=PlanAction.BOOK, service=code, by=context.by.id, moment=moment)
    if (number := _add(context, plan, entry)) is None:
        return
    if values.get("show"):
        today = law.date_of(context.now).isoformat()
        shown = PlanEntry(
            action=PlanAction.SHOW, service=code, by=context.by.id, day=today, about=number
        )
        context.services.plans.add(context.work, context.case, shown, context.now)
    _remind(context)


def cancel_appointment(context: CommandContext) -> None:
    """Cancel the appointment with the number in `code`."""
    _change_appointment(context, PlanAction.CANCEL)
    _remind(context)


def show_appointment(context: CommandContext) -> None:
    """Let the person read the appointment with the number in `code`."""
    _change_appointment(context, PlanAction.SHOW)


def hide_appointment(context: CommandContext) -> None:
    """Let the person no longer read the appointment with the number in `code`."""
    _change_appointment(context, PlanAction.HIDE)


def _change_appointment(context: CommandContext, action: PlanAction) -> None:
    plan, code = _plan(context), context.command.code
    if plan is None:
        return
    found = plan.appointment(int(code)) if _is_number(code) else None
    if found is None:
        context.refuse(texts.NO_APPOINTMENT)
        return
    entry = PlanEntry(action=action, service=found.service, by=context.by.id, about=found.number)
    _add(context, plan, entry)


def strike_entry(context: CommandContext) -> None:
    """Strike out the entry with the number in `code` as a mistake."""
    plan, code = _plan(context), context.command.code
    if plan is None:
        return
    number = int(code) if _is_number(code) else 0
    if not plan.may_strike(number):
        context.refuse(texts.CANNOT_STRIKE)
        return
    service = plan.entries[number - 1].entry.service
    entry = PlanEntry(action=PlanAction.STRIKE, service=service, by=context.by.id, about=number)
    _add(context, plan, entry)
    _remind(context)


def _add(context: CommandContext, plan: CasePlan, entry: PlanEntry) -> int | None:
    """Add an entry with the words that were typed; return its number, None if it was refused.

    An entry without a day is one of today.
    """
    if len(plan.entries) >= MAX_ENTRIES:
        context.refuse(texts.TOO_MANY_ENTRIES, most=str(MAX_ENTRIES))
        return None
    words = _words(context)
    if words is None:
        return None
    today = context.services.deadlines.law.date_of(context.now).isoformat()
    dated = replace(entry, day=entry.day or today)
    number = context.services.plans.add(context.work, context.case, dated, context.now, words)
    context.add_event(EventKind.PLAN_CHANGED)
    context.reply(DONE)
    return number


def _words(context: CommandContext) -> PlanWords | None:
    """Return the words that were typed; None, and a refusal, if a field is too long."""
    values, note = context.command.values, context.command.text.strip()
    found = {
        name: values.get(name, "").strip()
        for name in ("provider", "companion", "place", "interpreter")
    }
    if any(len(it) > MAX_FIELD for it in found.values()):
        context.refuse(texts.TOO_LONG_FIELD, most=str(MAX_FIELD))
        return None
    return PlanWords(**found, note=note)


def _remind(context: CommandContext) -> None:
    """Let the case return on the day of its next appointment, unless it returns before."""
    services, law = context.services, context.services.deadlines.law
    moment = services.plans.if_readable(context.work, context.case).next_moment(context.now)
    if moment is None:
        return
    day = start_of_day(law.date_of(moment), law.zone)
    known = Snoozes.of_case(context.work, context.case).follow_up_at
    if known is None or known > day:
        Snoozes.set_follow_up(context.work, context.case, day)
        context.add_event(EventKind.SNOOZE_CHANGED)


def _service(context: CommandContext, code: str) -> LegalService | None:
    """Return a service of this place; refuse the command if there is none."""
    known = {it.code: it for it in context.services.place.services}
    if code not in known:
        context.refuse(texts.NO_SUCH_SERVICE, codes=", ".join(known))
    return known.get(code)


def _plan(context: CommandContext) -> CasePlan | None:
    """Return the plan of the case; refuse the command if it was altered, or this was already."""
    if any(it.is_refused for it in context.events):
        return None
    try:
        return context.services.plans.of_case(context.work, context.case)
    except DecryptionError:
        context.refuse(texts.ALTERED_PLAN)
        return None


def _day(context: CommandContext) -> str | None:
    """Return the day that was typed, today if none was; None, and a refusal, for a wrong one."""
    typed, law = context.command.values.get("day", "").strip(), context.services.deadlines.law
    today = law.date_of(context.now)
    if not typed:
        return today.isoformat()
    parsed = law.parse_time(typed)
    if parsed is None or not EARLIEST <= parsed[0] <= today:
        context.refuse(texts.DAY_NEEDED)
        return None
    return parsed[0].isoformat()


def _number(context: CommandContext, name: str) -> int | None:
    """Return a number that was typed, 0 if none was; None, and a refusal, for anything else."""
    typed = unicodedata.normalize("NFKC", context.command.values.get(name, "")).strip()
    if not typed:
        return 0
    match = _NUMBER.fullmatch(typed)
    number = int(match[1].replace(",", "")) if match else -1
    if not 0 <= number <= MAX_AMOUNT:
        context.refuse(texts.NO_SUCH_NUMBER, example="1200" if name == "amount" else "1")
        return None
    return number


def _is_number(code: str) -> bool:
    return code.isascii() and code.isdecimal()
