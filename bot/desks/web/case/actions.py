"""Forms that give a command: their fields are read, and the command is sent to the bot.

Which commands there are, with which fields, stands in `bot.hotline.commands.registry`; the bot
decides whether a command is carried out. A field that a form does not have is rejected.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

from msgspec.structs import replace
from starlette.exceptions import HTTPException

from bot.cases.reference import parse_reference
from bot.desks.web import texts
from bot.desks.web.auth.case_access import CaseAccess, access_case
from bot.desks.web.auth.step_up import asked_export
from bot.desks.web.case import drafts
from bot.desks.web.case.moved import give_words_back
from bot.desks.web.case.send_checks import (
    SendCheck,
    SendCheckPrompt,
    failed_send_checks,
    keep_unsent,
    prompts_as_json,
)
from bot.desks.web.case.typed_times import example_of, in_digits, unclear_appointment
from bot.desks.web.form_nonces import NONCE_FIELD
from bot.desks.web.live.event_log import CommandResult
from bot.desks.web.middleware import CSRF_FIELD, QUEUE_PATH
from bot.desks.web.routes import CHECKED_BY_HANDLER, Permission, Repetition, post
from bot.hotline.commands.permissions import CommandPermission
from bot.hotline.commands.registry import CODE, COMMANDS, CommandSpec
from bot.hotline.commands.store import StaffCommands
from bot.hotline.commands.texts import DONE, REST_OFFERED
from bot.hotline.commands.types import Command, Verb
from bot.hotline.deadlines import DEADLINES_RUNNING, deadlines_line
from bot.store.faults import ignore_store_errors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.desks.web.request import DeskRequest, Response
    from bot.messages import OutgoingFile
    from bot.store.writer import Work
    from bot.text import Text

VALUE_PREFIX = "value."
DELAY_FIELD, MAX_DELAY = "delay", 5.0
"""Field of a form that a page hands over when it is left: the milliseconds in which its command can
still be undone; and their limit, in seconds."""
TYPED_FIELD = "typed"
"""Field of the same form: what was typed since in the field that its words came from."""
DELAYED_VERBS = frozenset({Verb.SEND, Verb.PHRASE, Verb.TAKE_OVER, Verb.HAND_BACK})


@dataclass(frozen=True, slots=True)
class ActionInput:
    """What was filled in a form."""

    code: str = ""
    text: str = ""
    values: dict[str, str] = field(default_factory=dict)
    uploads: tuple[OutgoingFile, ...] = ()
    point: tuple[float, float] | None = None
    """Latitude and longitude."""


NO_INPUT = ActionInput()
CASE_ACTIONS = {verb: spec for verb, spec in COMMANDS.items() if spec.is_about_case}
OWN_ACTIONS = {
    verb: spec
    for verb, spec in COMMANDS.items()
    if not spec.is_about_case and spec.permission is not CommandPermission.INTERPRETER
}
_GIVEN_AWAY = {Verb.TRANSFER: texts.CASE_TRANSFERRED, Verb.PASS_ON: texts.CASE_PASSED_ON}
"""What is said after commands that take the case from the page's caseworker."""
PLAN_ACTIONS = frozenset({
    Verb.SERVICE, Verb.STRIKE_SERVICE, Verb.BOOK_APPOINTMENT, Verb.CANCEL_APPOINTMENT,
    Verb.SHOW_APPOINTMENT, Verb.HIDE_APPOINTMENT,
})  # fmt: skip
"""Their forms stand in the plan, which has a page of its own."""


@post(
    "/cases/{reference}/do/{verb}", Permission.CHANGE, *CHECKED_BY_HANDLER,
    repetition=Repetition.SAME_RESULT,
)  # fmt: skip
async def _handle_case_action(request: DeskRequest) -> Response:
    """Give a command about a case, and show its result."""
    verb, form = _parse_action(request, CASE_ACTIONS)
    seen = await access_case(request)
    path = f"/cases/{seen.summary.reference}"
    if verb in PLAN_ACTIONS:
        path = f"{path}/plan"
    if form.needs_step_up:
        if parse_reference(request.form.get("code", "")) != seen.summary.reference:
            other = CommandResult(
                seen.case, is_refused=True, source=texts.ERASE_WRONG_NUMBER.source
            )
            return respond(request, other, path)
        if not request.current_session.has_stepped_up(request.now):
            request.current_session.interrupted = asked_export(request, path)
            return request.redirect_to_step_up(path)
    if why := await _obstacle(request, seen, verb):
        return respond(request, why, path)
    filled = read_input(request, verb)
    if form.is_sent_to_person and (asked := await _failed_checks(request, seen, filled)):
        return await ask_confirmation(request, seen, verb, asked)
    told = await send_command(request, seen.case, verb, filled)
    return await _answer(request, seen, verb, told) or respond(request, told, path)


async def _answer(
    request: DeskRequest, seen: CaseAccess, verb: Verb, told: CommandResult | None
) -> Response | None:
    """Return what follows a command in place of the page of the case; None for that page."""
    if told is None:
        return None
    if told.is_refused:  # a colleague may have it since the form was checked
        return await give_words_back(request)
    gave = _GIVEN_AWAY.get(verb)
    return None if gave is None else _leave_given_case(request, seen, gave)


async def _obstacle(request: DeskRequest, seen: CaseAccess, verb: Verb) -> CommandResult | None:
    """Return why a command is not given, as far as the desk alone can tell."""
    if verb is Verb.TAKE_OVER and not await _opens(request, seen.case):
        return CommandResult(seen.case, is_refused=True, source=texts.KEY_OPENS_NOTHING.source)
    if unclear_appointment(request, verb):
        return CommandResult(
            seen.case, is_refused=True, source=texts.TIME_TO_COME.source,
            values={"example": example_of(request)},
        )  # fmt: skip
    return None


async def _opens(request: DeskRequest, case: str) -> bool:
    """Tell whether the caseworker's key opens a case: else they would take over unread."""
    wraps, keyring = request.context.vault.cases.wraps, request.keyring()
    return bool(await request.read(lambda _work: wraps.open_keys([case], keyring)))


def _leave_given_case(request: DeskRequest, seen: CaseAccess, gave: Text) -> Response:
    """Go to the queue, which says so: the page of the case is others' from now on."""
    request.flash(gave, reference=seen.summary.reference)
    if request.is_fetched:
        done = request.locale(gave, reference=seen.summary.reference)
        return request.json(told=done, refused=False, go=request.url(QUEUE_PATH))
    return request.redirect(QUEUE_PATH)


async def _failed_checks(
    request: DeskRequest, seen: CaseAccess, filled: ActionInput
) -> list[SendCheckPrompt]:
    sure = frozenset(request.form.get("sure", "").split())
    if not seen.may_read:
        return []  # without access the caseworker cannot send anything
    if filled.text:
        return await failed_send_checks(request, seen, filled.text, sure)
    # A phrasebook sentence is in the person's language; the caseworker wrote only its blanks.
    found = await failed_send_checks(request, seen, "\n".join(filled.values.values()), sure)
    return [it for it in found if it.check is not SendCheck.LANGUAGE]


async def ask_confirmation(
    request: DeskRequest, seen: CaseAccess, verb: Verb, asked: list[SendCheckPrompt]
) -> Response:
    """Ask the caseworker to confirm. A page that is open keeps the words itself, in their field."""
    is_left = DELAY_FIELD in request.form
    if verb is Verb.SEND and (is_left or not request.is_fetched):
        words = request.form.get("words", "").replace("\r\n", "\n")
        await keep_unsent(request, seen.case, words, request.form.get(TYPED_FIELD))
    if is_left:  # the next page asks to look again
        question = " ".join(it.text for it in asked)
        reference = seen.summary.reference
        request.flash(texts.NOT_SENT_YET, is_refused=True, reference=reference, question=question)
    if request.is_fetched:
        return prompts_as_json(request, asked)
    left_out = {CSRF_FIELD, NONCE_FIELD, TYPED_FIELD, "sure"}
    given = {name: value for name, value in request.form.items() if name not in left_out}
    sure = {*request.form.get("sure", "").split(), *(it.check.value for it in asked)}
    return request.render(
        "confirm.html", status=HTTPStatus.CONFLICT, reference=seen.summary.reference,
        verb=verb.value, asked=asked, given=given, sure=" ".join(sorted(sure & set(SendCheck))),
    )  # fmt: skip


@post("/own/{verb}", Permission.QUEUE, *CHECKED_BY_HANDLER, repetition=Repetition.SAME_RESULT)
async def _handle_own_action(request: DeskRequest) -> Response:
    """Go on duty, go off duty, or take a break."""
    verb, form = _parse_action(request, OWN_ACTIONS)
    told = await send_command(request, "", verb, _parse_input(request.form, form))
    # Going off duty leads to the shift note, which the next caseworker sees first.
    return respond(request, told, "/shift" if verb is Verb.OFF_DUTY else "/")


@post("/next", Permission.QUEUE, repetition=Repetition.SAME_RESULT)
async def _claim_next(request: DeskRequest) -> Response:
    told = await send_command(request, "", Verb.CLAIM)
    case = told.case if told is not None and not told.is_refused else ""
    summary = await request.read(lambda work: request.context.summaries.find(work, case))
    path = f"/cases/{summary.reference}" if summary is not None else "/queue/waiting"
    return respond(request, told, path)


async def send_command(
    request: DeskRequest, case: str, verb: Verb, given: ActionInput = NO_INPUT
) -> CommandResult | None:
    """Send a command, then encrypt the case key for the staff who have access afterwards."""
    who, now, keyring = request.caseworker.id, request.now, request.keyring()
    latitude, longitude = given.point or (None, None)
    command = Command(
        verb=verb, by=who, case=case, code=given.code, text=given.text, values=given.values,
        uploads=given.uploads, latitude=latitude, longitude=longitude,
    )  # fmt: skip
    if delay := _delay_of(request):
        await _delay_command(request, command, delay)
        return None
    told = await request.context.command_client.send(command, request.sent_nonce)
    # The command is stored: whatever fails from here on must not look as if it were not.
    with ignore_store_errors():
        if told is not None and told.source == DEADLINES_RUNNING.source:
            told = await _with_deadlines(request, told)
        if told is not None and told.source == REST_OFFERED.source:
            request.current_session.hard_case_at = now
        if told is None or not told.is_refused:
            await _delete_sent_drafts(request, command)
        if told is not None and told.is_refused and case and keyring is not None:
            commands = StaffCommands(request.context.vault)
            await request.write(
                lambda work: drafts.take_back(work, commands, case, keyring, request.now)
            )
        moved = case or (told.case if told else "")
        if moved and COMMANDS[verb].changes_access and keyring is not None:
            wraps = request.context.vault.cases.wraps
            await request.write(lambda work: wraps.rewrap(work, moved, keyring, now))
    return told


def _delay_of(request: DeskRequest) -> float:
    """Return for how many seconds a command can still be undone; 0 for one that is sent at once."""
    given = request.form.get(DELAY_FIELD, "")
    milliseconds = int(given) if given.isascii() and given.isdecimal() and len(given) < 6 else 0  # noqa: PLR2004
    return min(milliseconds / 1000, MAX_DELAY)


async def _delay_command(request: DeskRequest, command: Command, seconds: float) -> None:
    """Store a command that can still be undone; its words are no draft any more."""
    await request.context.command_client.delay(command, request.sent_nonce, seconds)
    with ignore_store_errors():
        await _delete_sent_drafts(request, command)


async def _delete_sent_drafts(request: DeskRequest, command: Command) -> None:
    """Delete the drafts of words that were sent, and keep what was typed since."""
    keyring, since = request.keyring(), request.form.get(TYPED_FIELD)
    if keyring is None or not drafts.sent_words(command):
        return

    def write(work: Work) -> None:
        if since is None:
            drafts.delete_sent_drafts(work, command, keyring, request.now)
        else:
            drafts.store_draft(work, command.case, drafts.SAY, since, keyring, request.now)

    await request.write(write)


async def _with_deadlines(request: DeskRequest, result: CommandResult) -> CommandResult:
    clocks, now = request.context.legal_deadlines, request.now
    ahead = await request.read(lambda work: clocks.upcoming(work, result.case, now))
    return replace(
        result, values={"clocks": deadlines_line(ahead, request.locale.staff_catalogue, now)}
    )


def _parse_action(request: DeskRequest, known: dict[Verb, CommandSpec]) -> tuple[Verb, CommandSpec]:
    """Return the command; raise HTTPException for an unknown one, or a field it does not have."""
    asked = request.param("verb")
    verb = Verb(asked) if asked in {it.value for it in known} else None
    if verb is None:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)
    form = known[verb]
    of_delay = (DELAY_FIELD, TYPED_FIELD) if verb in DELAYED_VERBS else ()
    known_to_all = {CSRF_FIELD, NONCE_FIELD, *of_delay}
    for name in set(request.form) - known_to_all:
        is_value = form.has_values and name.startswith(VALUE_PREFIX)
        if name not in form.field_names and not is_value:
            raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)
    if len(request.form.get("code", "")) > CODE.max_length:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)
    return verb, form


def read_input(request: DeskRequest, verb: Verb) -> ActionInput:
    """Return what a form says about a command, days and times in digits."""
    return _parse_input(in_digits(request, verb, dict(request.form)), COMMANDS[verb])


def _parse_input(fields: Mapping[str, str], form: CommandSpec) -> ActionInput:
    given = {name: fields[name] for name in form.field_names if name in fields}
    values = {
        name.removeprefix(VALUE_PREFIX): value
        for name, value in fields.items()
        if form.has_values and name.startswith(VALUE_PREFIX)
    }
    written = given.get("words", "").replace("\r\n", "\n")
    return ActionInput(given.get("code", ""), written, values)


def respond(request: DeskRequest, result: CommandResult | None, path: str) -> Response:
    """Return what came of a command, for a script or by leading to a page."""
    if request.is_fetched:
        said, is_refused = _message(request, result)
        if result is None:  # it is stored and will be carried out: nothing is to be sent again
            return request.json(told=said, refused=False, stored=True, go="", pause=False)
        # A desk of pages offers the pause by a button.
        is_hard = result is not None and result.source == REST_OFFERED.source
        go = "" if is_refused else request.url(path)  # on another page a refusal is not read
        return request.json(told=said, refused=is_refused, go=go, pause=is_hard)
    flash_result(request, result)
    return request.redirect(path)


def flash_result(request: DeskRequest, result: CommandResult | None) -> None:
    """Show the result of a command on the next page."""
    said, is_refused = _message(request, result)
    if said:
        request.current_session.flashes.append((said, is_refused))


def _message(request: DeskRequest, result: CommandResult | None) -> tuple[str, bool]:
    """Return what a result says, and whether it is a refusal."""
    if result is None:
        return request.locale(texts.COMMAND_STORED), False
    text = DONE if result.source == REST_OFFERED.source else result.text
    return request.locale(text, **result.values) if text.source else "", result.is_refused
