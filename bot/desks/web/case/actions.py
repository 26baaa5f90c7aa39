"""What can be done: each with the fields it takes, sent to the hotline as a command.

Nothing is decided here that the hotline decides (`bot.hotline.commands.handlers`,
`bot.cases.state_machine`): who may move what, what may be said now, what waits. This file knows
which forms there are; a field nobody asked for is refused, so that none is ever taken for more than
it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

from msgspec.structs import replace
from starlette.exceptions import HTTPException

from bot.cases.reference import parse_reference
from bot.desks.web import texts
from bot.desks.web.auth.case_access import check_case_access
from bot.desks.web.case import drafts
from bot.desks.web.case.send_checks import SendCheck, failed_send_checks, prompts_as_json
from bot.desks.web.live.event_log import CommandResult
from bot.desks.web.middleware import CSRF_FIELD
from bot.desks.web.routes import CHECKED_BY_HANDLER, NO_FIELDS, Permission, Route
from bot.hotline.commands.texts import DONE, REST_OFFERED
from bot.hotline.commands.types import Command, Verb
from bot.hotline.deadlines import DEADLINES_RUNNING, deadlines_line

if TYPE_CHECKING:
    from starlette.responses import Response

    from bot.desks.web.auth.case_access import CaseAccess
    from bot.desks.web.case.send_checks import SendCheckPrompt
    from bot.desks.web.request import DeskRequest
    from bot.vault.keys.keyring import Keyring

VALUE_PREFIX = "value."
"""What the names of fields begin with that fill the blanks of a sentence."""
MAX_CODE_LENGTH = 64


@dataclass(frozen=True, slots=True)
class ActionForm:
    """One thing that can be done."""

    fields: frozenset[str] = frozenset()
    has_values: bool = False
    """Whether blanks can be filled in."""
    needs_step_up: bool = False
    """Whether it cannot be undone: a second factor is shown again for it, and the case's number is
    typed, in `code`."""
    is_sent_to_person: bool = False
    """Whether its words go to the person: whoever may have made a mistake is asked first, and says
    in `sure` of what they are sure."""
    changes_access: bool = False
    """Whether another may open the case afterwards."""


@dataclass(frozen=True, slots=True)
class ActionInput:
    """What was filled in."""

    code: str = ""
    text: str = ""
    values: dict[str, str] = field(default_factory=dict)


CODE_FIELD, TEXT_FIELD, SURE_FIELD = frozenset({"code"}), frozenset({"words"}), frozenset({"sure"})
CASE_ACTIONS: dict[Verb, ActionForm] = {
    Verb.CLAIM: ActionForm(changes_access=True),
    Verb.RELEASE: ActionForm(TEXT_FIELD, changes_access=True),
    Verb.TRANSFER: ActionForm(CODE_FIELD | TEXT_FIELD, changes_access=True),
    Verb.TAKE_OVER: ActionForm(),
    Verb.HAND_BACK: ActionForm(),
    Verb.CONFIRM_IDENTITY: ActionForm(TEXT_FIELD),
    Verb.SEND: ActionForm(TEXT_FIELD | SURE_FIELD, is_sent_to_person=True),
    Verb.EDIT: ActionForm(CODE_FIELD | TEXT_FIELD | SURE_FIELD, is_sent_to_person=True),
    Verb.PHRASE: ActionForm(CODE_FIELD | SURE_FIELD, has_values=True, is_sent_to_person=True),
    Verb.INSIST: ActionForm(TEXT_FIELD),
    Verb.NOTE: ActionForm(TEXT_FIELD),
    Verb.FILL_IN: ActionForm(CODE_FIELD | TEXT_FIELD),
    Verb.SET_PRIORITY: ActionForm(CODE_FIELD | TEXT_FIELD),
    Verb.REFER: ActionForm(CODE_FIELD | TEXT_FIELD),
    Verb.SEND_REFERRAL: ActionForm(CODE_FIELD),
    Verb.REVOKE_CONSENT: ActionForm(CODE_FIELD),
    Verb.OBJECT_TO_ERASURE: ActionForm(TEXT_FIELD),
    Verb.END_CHECK_IN: ActionForm(),
    Verb.SNOOZE: ActionForm(CODE_FIELD | TEXT_FIELD),
    Verb.UNSNOOZE: ActionForm(),
    Verb.FOLLOW_UP: ActionForm(CODE_FIELD | TEXT_FIELD),
    Verb.LINK: ActionForm(CODE_FIELD),
    Verb.MERGE: ActionForm(CODE_FIELD | TEXT_FIELD, changes_access=True),
    Verb.UNLINK: ActionForm(CODE_FIELD),
    Verb.ADD_DEADLINE_EVENT: ActionForm(CODE_FIELD | TEXT_FIELD),
    Verb.STRIKE_DEADLINE_EVENT: ActionForm(CODE_FIELD),
    Verb.ERASE: ActionForm(CODE_FIELD, needs_step_up=True),
    Verb.CLOSE: ActionForm(CODE_FIELD | TEXT_FIELD, changes_access=True),
    Verb.REOPEN: ActionForm(changes_access=True),
}
"""What can be done to a case; every verb of the hotline's that is about one."""
OWN_ACTIONS: dict[Verb, ActionForm] = {
    Verb.ON_DUTY: ActionForm(),
    Verb.OFF_DUTY: ActionForm(),
    Verb.REST: ActionForm(CODE_FIELD),
}
"""What somebody does about themselves."""


async def handle_case_action(request: DeskRequest) -> Response:
    """Do something to a case, and say what came of it."""
    verb, form = _parse_action(request, CASE_ACTIONS)
    seen = await request.context.read_pool.run(
        lambda work: check_case_access(work, request, request.param("reference"))
    )
    path = f"/cases/{seen.summary.reference}"
    if form.needs_step_up and not request.current_session.has_stepped_up(request.now):
        return request.redirect_to_step_up(path)
    if (
        form.needs_step_up
        and parse_reference(request.form.get("code", "")) != seen.summary.reference
    ):
        other = CommandResult(seen.case, is_refused=True, source=texts.ERASE_WRONG_NUMBER.source)
        return await _respond(request, other, path)
    filled = _parse_input(request, form)
    if form.is_sent_to_person and (asked := await _failed_checks(request, seen, filled)):
        return await _ask_confirmation(request, seen, verb, asked)
    told = await send_command(request, seen.case, verb, filled)
    return await _respond(request, told, path)


async def _failed_checks(
    request: DeskRequest, seen: CaseAccess, filled: ActionInput
) -> list[SendCheckPrompt]:
    sure = frozenset(request.form.get("sure", "").split())
    if not seen.may_read:
        return []  # nothing of theirs goes to anybody
    if filled.text:
        return await failed_send_checks(request, seen, filled.text, sure)
    # A sentence of the phrasebook is in the person's language; only its blanks are somebody's.
    found = await failed_send_checks(request, seen, "\n".join(filled.values.values()), sure)
    return [it for it in found if it.check is not SendCheck.LANGUAGE]


async def _ask_confirmation(
    request: DeskRequest, seen: CaseAccess, verb: Verb, asked: list[SendCheckPrompt]
) -> Response:
    """Ask whether somebody is sure; what they wrote is kept meanwhile, and stands on the page."""
    keyring = request.keyring()
    if verb is Verb.SEND and keyring is not None:
        await drafts.store_draft(
            request, seen.case, drafts.SAY, request.form.get("words", ""), keyring
        )
    if request.is_fetched:
        return prompts_as_json(request, asked)
    given = {
        name: value for name, value in request.form.items() if name not in {CSRF_FIELD, "sure"}
    }
    sure = {*request.form.get("sure", "").split(), *(it.check.value for it in asked)} & set(
        SendCheck
    )
    return request.render(
        "confirm.html", status=HTTPStatus.CONFLICT, reference=seen.summary.reference,
        verb=verb.value, asked=asked, given=given, sure=" ".join(sorted(sure)),
    )  # fmt: skip


async def handle_own_action(request: DeskRequest) -> Response:
    """Come on duty, go, or rest."""
    verb, form = _parse_action(request, OWN_ACTIONS)
    told = await send_command(request, "", verb, given_input=_parse_input(request, form))
    # Whoever goes can leave a word; whoever comes reads it first (`queue_pages.home`).
    return await _respond(request, told, "/shift" if verb is Verb.OFF_DUTY else "/")


async def claim_next(request: DeskRequest) -> Response:
    """Claim whatever is next for whoever asks."""
    told = await send_command(request, "", Verb.CLAIM)
    reference = ""
    if told is not None and told.case and not told.is_refused:
        glance = await request.context.read_pool.run(
            lambda work: request.context.summaries.find(work, told.case if told else "")
        )
        reference = glance.reference if glance else ""
    return await _respond(request, told, f"/cases/{reference}" if reference else "/queue/waiting")


async def send_command(
    request: DeskRequest, case: str, verb: Verb, given_input: ActionInput | None = None
) -> CommandResult | None:
    """Send a command, and wrap the case to whoever may open it afterwards."""
    given = given_input or ActionInput()
    command = Command(
        verb=verb, by=request.caseworker.id, case=case, code=given.code, text=given.text,
        values=given.values,
    )  # fmt: skip
    keyring = request.keyring()
    told = await request.context.command_client.send(command)
    if told is not None and told.source == DEADLINES_RUNNING.source:
        told = await _with_deadlines(request, told)
    if told is not None and told.source == REST_OFFERED.source:
        request.current_session.hard_case_at = request.now
    form = CASE_ACTIONS.get(verb) or OWN_ACTIONS.get(verb)
    if told is not None and not told.is_refused and verb.value in drafts.DRAFT_KINDS:
        await request.context.database.writer.run(
            lambda work: drafts.delete_draft(work, case, request.caseworker.id, verb.value)
        )
    moved = case or (told.case if told else "")
    if moved and form is not None and form.changes_access and keyring is not None:
        await _rewrap_case(request, moved, keyring)
    return told


async def _with_deadlines(request: DeskRequest, result: CommandResult) -> CommandResult:
    """Say which clocks run, in the language of whoever reads it."""
    clocks, now = request.context.legal_deadlines, request.now
    ahead = await request.context.read_pool.run(
        lambda work: clocks.upcoming(work, result.case, now)
    )
    return replace(
        result, values={"clocks": deadlines_line(ahead, request.locale.staff_catalogue, now)}
    )


async def _rewrap_case(request: DeskRequest, case: str, keyring: Keyring) -> None:
    custody, now = request.context.vault.cases.wraps, request.now
    await request.context.database.writer.run(lambda work: custody.rewrap(work, case, keyring, now))


def _parse_action(request: DeskRequest, known: dict[Verb, ActionForm]) -> tuple[Verb, ActionForm]:
    """Return what is asked for.

    Raises:
        HTTPException: there is no such thing to do, or a field is not one of its form.
    """
    asked = request.param("verb")
    verb = Verb(asked) if asked in {it.value for it in known} else None
    if verb is None:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)
    form = known[verb]
    for name in set(request.form) - {CSRF_FIELD}:
        is_value = form.has_values and name.startswith(VALUE_PREFIX)
        if name not in form.fields and not is_value:
            raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)
    if len(request.form.get("code", "")) > MAX_CODE_LENGTH:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)
    return verb, form


def _parse_input(request: DeskRequest, form: ActionForm) -> ActionInput:
    given = {name: request.form[name] for name in form.fields if name in request.form}
    values = {
        name.removeprefix(VALUE_PREFIX): value
        for name, value in request.form.items()
        if form.has_values and name.startswith(VALUE_PREFIX)
    }
    written = given.get("words", "").replace("\r\n", "\n")
    return ActionInput(given.get("code", ""), written, values)


async def _respond(request: DeskRequest, result: CommandResult | None, path: str) -> Response:
    if result is None:
        text, values, is_refused = texts.COMMAND_STORED, {}, True
    else:
        text, values, is_refused = result.text, result.values, result.is_refused
    is_hard = text.source == REST_OFFERED.source  # a desk of pages offers the pause by a button
    text = DONE if is_hard else text
    said = request.locale(text, **values) if text.source else ""
    if request.is_fetched:
        return request.json(told=said, refused=is_refused, go=request.url(path), pause=is_hard)
    if said:
        request.current_session.flashes.append((said, is_refused))
    return request.redirect(path)


ROUTES = (
    Route(
        "/cases/{reference}/do/{verb}",
        handle_case_action,
        Permission.CHANGE,
        "POST",
        CHECKED_BY_HANDLER,
    ),
    Route("/own/{verb}", handle_own_action, Permission.QUEUE, "POST", CHECKED_BY_HANDLER),
    Route("/next", claim_next, Permission.QUEUE, "POST", NO_FIELDS),
)
