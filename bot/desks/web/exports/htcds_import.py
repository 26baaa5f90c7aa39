"""A page on which caseworkers open cases from a file in HTCDS that another organisation sent."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from bot.cases.record.entries import MAX_VALUE
from bot.desks.web.case.actions import ActionInput, flash_result, send_command
from bot.desks.web.routes import Permission, Repetition, get, post
from bot.exports.htcds.files import MAX_BYTES, read_file
from bot.exports.htcds.read import MAX_CASES
from bot.exports.tables.model import FileRefusedError
from bot.hotline.commands.imports import ENTRIES, ROW, encode_entries
from bot.hotline.commands.types import Verb
from bot.hotline.origins.model import CHANNEL_NAMES, STAFF_CHANNELS, TOLD_BY_OTHERS
from bot.hotline.origins.opening import (
    CHANNEL,
    KEEP,
    LANGUAGE,
    MINE,
    QUEUE,
    TELLER,
    TELLER_AT,
)
from bot.languages import LANGUAGES
from bot.text import Text, _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.desks.web.request import DeskRequest, Response
    from bot.exports.htcds.read import Fault, ReadCase

ALL_THE_SAME = "all_the_same"
SHOWN_FAULTS, SHOWN_CHARACTERS = 100, 80
SENDERS = tuple(it for it in STAFF_CHANNELS if it in TOLD_BY_OTHERS)
_FIELDS = (CHANNEL, LANGUAGE, TELLER, TELLER_AT, KEEP, ALL_THE_SAME)

CHOOSE_LANGUAGE = _("The file does not say which language the person speaks. Choose it.")
CHOOSE_FILE = _("Choose the file that was sent to you.")
# Translators: {done} and {all} are numbers of cases.
SOME_OPENED = _("{done} of {all} cases were opened. The next one was refused: {why}")
CASES_OPENED = _("{all} cases were opened from the file.")


@dataclass(frozen=True, slots=True)
class FaultView:
    """A value that is not allowed, as the page shows it."""

    row: int
    column: str
    value: str
    allowed: str


@get("/import-cases", Permission.OPEN)
async def _import_page(request: DeskRequest) -> Response:
    return _render(request, {})


@post(
    "/import-cases", Permission.OPEN, *_FIELDS, takes_file=True,
    repetition=Repetition.SAME_RESULT,
)  # fmt: skip
async def _import(request: DeskRequest) -> Response:
    """Open a case for each row; if a value is not allowed, show all that are, and open none."""
    given = {name: request.form.get(name, "") for name in _FIELDS}
    data = request.uploaded
    if not data:
        return _render(request, given, request.locale(CHOOSE_FILE))
    region = request.context.place.country
    try:
        found = await asyncio.to_thread(read_file, data, region)
    except FileRefusedError as refusal:
        return _render(request, given, request.locale(refusal.text, **refusal.values))
    if found.faults and not given[ALL_THE_SAME]:
        return _render(request, given, faults=found.faults)
    if any(not (_language(case) or given[LANGUAGE]) for case in found.cases):
        return _render(request, given, request.locale(CHOOSE_LANGUAGE))
    return await _open_all(request, found.cases, given)


async def _open_all(
    request: DeskRequest, cases: Sequence[ReadCase], given: Mapping[str, str]
) -> Response:
    """Give one command for each case, in the order of the file."""
    reference = ""
    for done, case in enumerate(cases):
        told = await send_command(
            request, "", Verb.IMPORT_CASE, ActionInput(values=_values(case, given))
        )
        if told is not None and told.is_refused:
            why = request.locale(told.text, **told.values)
            if done:
                why = request.locale(SOME_OPENED, done=str(done), all=str(len(cases)), why=why)
            return _render(request, given, why)
        reference = told.values.get("reference", "") if told is not None else ""
        if len(cases) == 1:
            flash_result(request, told)
    if len(cases) > 1:
        request.flash(CASES_OPENED, all=str(len(cases)))
    is_mine = given[KEEP] == MINE
    if is_mine and len(cases) == 1 and reference:
        return request.redirect(f"/cases/{reference}")
    return request.redirect("/queue/mine" if is_mine else "/queue/waiting")


def _values(case: ReadCase, given: Mapping[str, str]) -> dict[str, str]:
    named = (CHANNEL, TELLER, TELLER_AT)
    values = {name: given[name] for name in named if given[name].strip()}
    return values | {
        KEEP: given[KEEP] or QUEUE, LANGUAGE: _language(case) or given[LANGUAGE],
        ENTRIES: encode_entries(case.entries()).decode(), ROW: str(case.row),
    }  # fmt: skip


def _language(case: ReadCase) -> str:
    """Return the person's language, if the hotline offers what the file names."""
    spoken = [it.parsed for it in case.contents if it.field == "person.language"]
    return next((tag for tag in spoken if tag in LANGUAGES), "")


def _render(
    request: DeskRequest, given: Mapping[str, str], why: str = "", faults: Sequence[Fault] = ()
) -> Response:
    shown: dict[str, Any] = {
        "faults": [_fault(request, it) for it in faults[:SHOWN_FAULTS]], "count": len(faults),
        "senders": [(it.value, CHANNEL_NAMES[it]) for it in SENDERS], "languages": LANGUAGES,
        "most_cases": MAX_CASES, "most_megabytes": MAX_BYTES // 1024 // 1024,
    }  # fmt: skip
    status = HTTPStatus.CONFLICT if why or faults else HTTPStatus.OK
    return request.render("import_cases.html", status=status, given=given, why=why, **shown)


def _fault(request: DeskRequest, it: Fault) -> FaultView:
    allowed = it.allowed
    words = (
        request.locale(allowed, most=str(MAX_VALUE))
        if isinstance(allowed, Text)
        else ", ".join(allowed)
    )
    value = (
        it.value if len(it.value) <= SHOWN_CHARACTERS else f"{it.value[:SHOWN_CHARACTERS]}\u2026"
    )
    return FaultView(it.row, it.column, value, words)
