"""Days and times that staff type in words: shown as they were understood, then given as digits."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from bot.clock import SECOND
from bot.desks.web import texts
from bot.desks.web.routes import Permission, post
from bot.hotline.chat.phrasebook import TIME
from bot.hotline.commands.types import Verb
from bot.languages.format_date import format_full_day
from bot.languages.typed.typed_time import TypedTime, parse_typed_time

if TYPE_CHECKING:
    from bot.desks.web.request import DeskRequest, Response

MOMENT, DAY, PAST, APPOINTMENT = "moment", "day", "past", "appointment"
"""What a field asks for: a moment to come, a day to come, when something happened, and a day with a
time that is offered to the person."""
MORNING = time(9)
"""The time of a day to come where none was typed."""
EXAMPLE_TIME = time(14, 30)
_NOT_UNDERSTOOD = {DAY: texts.DAY_NOT_UNDERSTOOD, PAST: texts.PAST_NOT_UNDERSTOOD}
FIELDS = {
    Verb.SNOOZE: ("code", MOMENT),
    Verb.FOLLOW_UP: ("code", DAY),
    Verb.ADD_DEADLINE_EVENT: ("words", PAST),
    Verb.PHRASE: (f"value.{TIME}", APPOINTMENT),
    Verb.SERVICE: ("value.day", PAST),
    Verb.BOOK_APPOINTMENT: ("value.at", APPOINTMENT),
    Verb.RECORD_REPORT: ("value.at", PAST),
}
"""By command: the field with a day or time, and what it asks for."""


@post("/understood", Permission.QUEUE, "words", "kind", is_pane=True)
async def _show_understood(request: DeskRequest) -> Response:
    """Say how a day or time was understood, before it counts."""
    kind = request.form.get("kind", "")
    found = _parse(request, request.form.get("words", ""), kind)
    if found is None:
        why = _NOT_UNDERSTOOD.get(kind, texts.TIME_TO_COME)
        told = request.locale(why, example=example_of(request, kind))
        return request.json(told=told, refused=True)
    shown = format_full_day(request.locale.language, found.day)
    if found.at is not None:
        shown = f"{shown} {found.at:%H:%M}"
    return request.json(told=shown, refused=False)


def in_digits(request: DeskRequest, verb: Verb, form: dict[str, str]) -> dict[str, str]:
    """Return the fields of a command with its day or time as `2026-11-25 14:30`.

    What is not understood stays as it is: the command refuses it and says what to write.
    """
    name, kind = FIELDS.get(verb, ("", ""))
    found = _parse(request, form.get(name, ""), kind) if name in form else None
    if found is None:
        return form
    digits = f"{found.day}" if found.at is None else f"{found.day} {found.at:%H:%M}"
    return {**form, name: digits}


def unclear_appointment(request: DeskRequest, verb: Verb) -> bool:
    """Whether a phrase offers the person a time that was not understood, or that is over.

    A phrase would repeat it to the person as it was typed, in the language of staff.
    """
    name, kind = FIELDS.get(verb, ("", ""))
    if kind != APPOINTMENT or name not in request.form:
        return False
    return _parse(request, request.form[name], kind) is None


def example_of(request: DeskRequest, kind: str = MOMENT) -> str:
    """Return a day, or a day with a time, that a field of a kind takes now, in digits."""
    day = _now(request).date() + timedelta(days=-1 if kind == PAST else 2)
    return f"{day}" if kind == DAY else f"{day} {EXAMPLE_TIME:%H:%M}"


def _now(request: DeskRequest) -> datetime:
    zone = request.context.legal_deadlines.law.zone
    return datetime.fromtimestamp(request.now / SECOND, zone)


def _parse(request: DeskRequest, words: str, kind: str) -> TypedTime | None:
    now = _now(request)
    found = parse_typed_time(words, now, is_past=kind == PAST)
    if found is None or kind == PAST:
        return found
    if kind == APPOINTMENT:
        return found if found.at is not None and _is_ahead(found, now) else None
    if kind == DAY:
        return TypedTime(found.day)
    moment = found if found.at is not None else TypedTime(found.day, MORNING)
    return moment if _is_ahead(moment, now) else None


def _is_ahead(found: TypedTime, now: datetime) -> bool:
    return datetime.combine(found.day, found.at or MORNING, now.tzinfo) > now
