"""Commands for cases without a chat: opening one, writing down a call, and letting a chat join."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.cases.consents import ConsentRecords, new_consent
from bot.cases.intake import CaseOpening, NewReport
from bot.cases.state_machine import CaseAction
from bot.cases.urgency import Priority
from bot.hotline.chat.case_progress import mark_read
from bot.hotline.chat.messages import CaseMessageContent, CaseMessageKind, MessageSide
from bot.hotline.chat.takeover import JoinChat
from bot.hotline.commands import texts
from bot.hotline.commands.context import find_contact
from bot.hotline.events import Event, EventKind
from bot.hotline.origins.join_codes import JoinCodes, spoken_code
from bot.hotline.origins.model import (
    CALL_OUTCOMES,
    OPENING_ROLES,
    SPOKE_WITH_PERSON,
    TOLD,
    CallBack,
    CallOutcome,
    CaseOrigin,
)
from bot.hotline.origins.opening import (
    AGREED,
    ALARMS,
    FLOW,
    IF_OTHER,
    MAX_FIELD,
    NUMBER,
    TIMES,
    CaseToOpen,
    read_opening,
)
from bot.hotline.origins.store import CaseOrigins
from bot.hotline.queue.claims import Claimed
from bot.hotline.services.requests import PlanRequest, note_request, services_asked_for
from bot.languages.alarms.find import find_alarms

if TYPE_CHECKING:
    from bot.cases.intake import NewCase
    from bot.hotline.commands.context import CommandContext

KIND, SPOKEN = "report", "spoken"
"""The kind of report, and the step of the question of consent."""
NO_CHAT_KEY_BYTES = 16


def open_case(context: CommandContext) -> None:
    """Open a case from what a caseworker was told, and claim it for them if they want it."""
    if context.by.role not in OPENING_ROLES:
        context.refuse(texts.MAY_NOT_OPEN)
        return
    command = context.command
    found = read_opening(context.services.registry, command.values, command.text)
    if not isinstance(found, CaseToOpen):
        context.refuse(found, most=str(MAX_FIELD))
        return
    case = store_case(context, found)
    context.contact = find_contact(context.services.vault, context.work, case.id)
    context.add_event(EventKind.OPENED)
    claimed = found.is_for_opener and claim_opened(context, case.id)
    said = texts.CASE_OPENED if claimed else texts.CASE_OPENED_IN_QUEUE
    context.reply(said, reference=case.reference)


def store_case(context: CommandContext, found: CaseToOpen) -> NewCase:
    """Store the case with its report, the consent as it was heard, and its origin."""
    work, services, now, by = context.work, context.services, context.now, context.by.id
    opening = CaseOpening(
        KIND, found.language, secrets.token_bytes(NO_CHAT_KEY_BYTES), None, found.known,
        Priority.STANDARD, now, context.by.offices,
    )  # fmt: skip
    case = services.intake.open_case(work, opening)
    report = NewReport(case.id, KIND, FLOW, found.answers, now)
    if found.wording is not None:
        heard = new_consent(SPOKEN, AGREED, found.wording, b"", now)
        report.consents.append(replace(heard, heard_by=by))
        ConsentRecords.store_wordings(work, [(found.wording, found.wording_text)], now)
    services.intake.store(work, [case], [report])
    mark_read(work, case.id, now)  # a colleague wrote it down; the person reads no other
    origin = CaseOrigin(found.channel, by, found.teller, found.call_back)
    CaseOrigins(services.vault).add(work, case.id, origin)
    services.audit.record(work, now, by, "open_case", case.id, found.channel.value)
    _begin_casework(context, case.id, found)
    return case


def _begin_casework(context: CommandContext, case: str, found: CaseToOpen) -> None:
    """Begin what follows from the answers, as if the person had sent them in a chat."""
    work, services, now = context.work, context.services, context.now
    if asked := services_asked_for(services.place.services, found.known):
        request = PlanRequest(case, asked, now, services.deadlines.law.zone)
        note_request(services.vault, request, work)
    duties = services.duties.duties
    begun = {code: it for code, it in duties.items() if it.begins(KIND, found.known)}
    if begun:
        services.duties.begin_by_answers(work, case, begun, context.by.id, now)


def claim_opened(context: CommandContext, case: str) -> bool:
    """Claim a case for who opened it; it stays in the queue if they cannot take it."""
    claims, work = context.services.claims, context.work
    if not isinstance(claims.claim(work, case, context.by, context.now), Claimed):
        return False
    claims.move(work, case, CaseAction.WORK, context.now, context.by, detail="opened")
    context.contact = find_contact(context.services.vault, work, case)
    context.add_event(EventKind.CLAIMED)
    return True


def log_call(context: CommandContext) -> None:
    """Write a call down; one in which the person was spoken to answers them."""
    command = context.command
    outcome = next((it for it in CallOutcome if it.value == command.code), None)
    told = command.values.get(TOLD, "").strip()
    if outcome is None:
        context.refuse(texts.NO_SUCH_CALL, codes=", ".join(CALL_OUTCOMES))
    elif len(told) > MAX_FIELD:
        context.refuse(texts.TOO_LONG, most=str(MAX_FIELD))
    elif outcome in SPOKE_WITH_PERSON and not (command.text.strip() or told):
        context.refuse(texts.CALL_WITHOUT_WORDS)
    elif context.move(CaseAction.WORK, detail=f"call:{outcome.value}"):
        content = CaseMessageContent(
            text=command.text.strip(), code=outcome.value, values={TOLD: told} if told else {}
        )
        message = context.message(CaseMessageKind.CALL, content, MessageSide.NOTE)
        context.notes.append(message)
        context.events.append(
            Event(EventKind.NOTE_ADDED, context.case, context.by.id, message=message)
        )
        rose = _raise_for_words(context, command.text)
        if outcome in SPOKE_WITH_PERSON:
            clocks = context.services.reply_clocks
            clocks.caseworker_answered(context.work, context.case, context.now)
        said = texts.CALL_STORED if outcome in SPOKE_WITH_PERSON else texts.CALL_AGAIN
        context.reply(texts.CALL_RAISED if rose else said)


def _raise_for_words(context: CommandContext, words: str) -> bool:
    """Raise the priority as the words of a call demand, as words in a chat do; tell whether so."""
    alarms = find_alarms(words)
    if not alarms:
        return False
    rose = context.services.intake.raise_priority(
        context.work, context.case, {ALARMS: tuple(sorted(alarms))}, Priority.INFORMATION,
        context.now,
    )  # fmt: skip
    if rose:
        context.events.append(Event(EventKind.PRIORITY_CHANGED, context.case))
    return rose


def set_call_back(context: CommandContext) -> None:
    """Change on which number, when and how the person is called back."""
    given = {name: context.command.values.get(name, "").strip() for name in _CALL_BACK_FIELDS}
    if any(len(value) > MAX_FIELD for value in given.values()):
        context.refuse(texts.TOO_LONG, most=str(MAX_FIELD))
    elif context.move(CaseAction.WORK, detail="call_back"):
        call_back = CallBack(number=given[NUMBER], times=given[TIMES], if_other=given[IF_OTHER])
        origins = CaseOrigins(context.services.vault)
        origins.set_call_back(context.work, context.case, call_back, context.by.id)
        context.add_event(EventKind.CALL_BACK_CHANGED)
        context.reply(texts.DONE)


_CALL_BACK_FIELDS = (NUMBER, TIMES, IF_OTHER)


def make_join_code(context: CommandContext) -> None:
    """Make a code that the caseworker reads aloud, by which the person's chat joins the case."""
    if context.contact is not None and context.contact.has_chat:
        context.refuse(texts.HAS_CHAT)
    elif context.move(CaseAction.WORK, detail="join_code"):
        codes, work = JoinCodes(context.services.vault), context.work
        code = codes.make(work, context.case, context.by.id, context.now)
        context.services.audit.record(work, context.now, context.by.id, "join_code", context.case)
        context.add_event(EventKind.JOIN_REQUESTED)
        context.reply(texts.JOIN_CODE_MADE, code=spoken_code(code))


def confirm_join(context: CommandContext) -> None:
    """Give the case the chat whose phone shows the words that the person read aloud."""
    work, services, now = context.work, context.services, context.now
    codes = JoinCodes(services.vault)
    asked = codes.requests(work, context.case, now)
    found = next((it for it in asked if str(it.id) == context.command.code), None)
    if context.contact is not None and context.contact.has_chat:
        context.refuse(texts.HAS_CHAT)
    elif found is None:
        context.refuse(texts.NO_SUCH_PHONE)
    elif context.move(CaseAction.WORK, detail="joined"):
        codes.join(work, context.case, found)
        context.contact = find_contact(services.vault, work, context.case)
        services.audit.record(work, now, context.by.id, "join_chat", context.case)
        if context.contact is not None:
            context.actions.append(JoinChat(context.case, context.contact.reference, context.by.id))
        context.add_event(EventKind.CHAT_JOINED)
        context.reply(texts.CHAT_HAS_JOINED)


def end_join_code(context: CommandContext) -> None:
    """End the code, because the words were wrong or another heard it; no chat joins."""
    if context.move(CaseAction.WORK, detail="join_end"):
        JoinCodes.end(context.work, context.case)
        context.services.audit.record(
            context.work, context.now, context.by.id, "join_end", context.case
        )
        context.add_event(EventKind.JOIN_REQUESTED)
        context.reply(texts.JOIN_CODE_ENDED)
