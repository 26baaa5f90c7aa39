"""The record of a case: a part of the case file that is loaded when it is opened, and a page.

The page works without scripts. With them, its forms open in a dialog of the case.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException

from bot.cases.record.catalogue import USES
from bot.desks.web.auth.case_access import access_case
from bot.desks.web.case.actions import ActionInput, respond, send_command
from bot.desks.web.case.conversation import load_report_words, load_words
from bot.desks.web.case.looks import MAX_DIGITS
from bot.desks.web.case.pages import audit_read
from bot.desks.web.case.view import CaseView, load_case_page_view, may_record
from bot.desks.web.record.form import CHOICE_MARK, AskedForm, build_form
from bot.desks.web.record.load import load_record_view
from bot.desks.web.routes import Permission, Repetition, get, post
from bot.hotline.commands.types import Verb

if TYPE_CHECKING:
    from bot.desks.web.request import DeskRequest, Response

MAX_NAME = 120
USE_PREFIX = "use_"
DECIDED_USES = tuple(f"{USE_PREFIX}{use}" for use in USES)


@get("/cases/{reference}/record", Permission.CASE)
async def _record_page(request: DeskRequest) -> Response:
    """Show the record on a page of its own, with its form; the reading is audited first."""
    view = await load_case_page_view(request)
    if _is_closed_to(view):
        return request.redirect(f"/cases/{view.access.summary.reference}")
    await audit_read(request, view)
    values = await _values(request, view)
    form = build_form(
        request, request.context.record_entries.fields, values["record"],
        await _asked(request, view),
    )  # fmt: skip
    return request.render("record.html", form=form, **values)


@get("/cases/{reference}/record/pane", Permission.CASE, is_pane=True, is_background=True)
async def _record_pane(request: DeskRequest) -> Response:
    view = await load_case_page_view(request)
    if _is_closed_to(view):
        return request.render("_content_sealed.html")
    await audit_read(request, view)
    return request.render("_record.html", **await _values(request, view))


@get("/cases/{reference}/record/form", Permission.CASE, is_pane=True)
async def _record_form(request: DeskRequest) -> Response:
    view = await load_case_page_view(request)
    if _is_closed_to(view):
        return request.render("_content_sealed.html")
    await audit_read(request, view)
    values = await _values(request, view)
    form = build_form(
        request, request.context.record_entries.fields, values["record"],
        await _asked(request, view),
    )  # fmt: skip
    return request.render("_record_form.html", form=form, **values)


@post(
    "/cases/{reference}/record", Permission.CHANGE, "about", "field", "code", "words", "source",
    "message", "replaces", "reason", "task", *DECIDED_USES, repetition=Repetition.SAME_RESULT,
)  # fmt: skip
async def _put_into_record(request: DeskRequest) -> Response:
    """Add, correct or withdraw a value."""
    seen, form = await access_case(request), request.form
    code, chosen = _field_of(request)
    named = ("source", "message", "replaces", "reason", *DECIDED_USES)
    values = {name: form[name] for name in named if form.get(name)}
    text = chosen or form.get("words", "").replace("\r\n", "\n")
    verb = Verb.RECORD
    if form.get("task") == "withdraw":
        verb, text = Verb.WITHDRAW_ENTRY, form.get("reason", "")
    told = await send_command(
        request, seen.case, verb, ActionInput(code=code, text=text, values=values)
    )
    return respond(request, told, f"/cases/{seen.summary.reference}/record")


def _field_of(request: DeskRequest) -> tuple[str, str]:
    """Return subject and field as a command names them, and the choice if one was made."""
    named = request.form.get("code") or "/".join(
        request.form.get(name, "") for name in ("about", "field")
    )
    if len(named) > MAX_NAME:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)
    code, _mark, chosen = named.partition(CHOICE_MARK)
    return code, chosen


def _is_closed_to(view: CaseView) -> bool:
    """Tell whether a case that this colleague sees does not open for them, or needs a reason."""
    return view.access.needs_reason or not view.is_readable


async def _values(request: DeskRequest, view: CaseView) -> dict[str, Any]:
    return {
        "view": view, "summary": view.access.summary,
        "record": await load_record_view(request, view.access.case, view.names),
        "may_record": may_record(request, view),
    }  # fmt: skip


async def _asked(request: DeskRequest, view: CaseView) -> AskedForm:
    """Return which form the address asks for; it names codes and numbers, never words."""
    query = request.http.query_params
    named = {
        name: query.get(name, "")[:MAX_NAME]
        for name in ("about", "field", "entry", "message", "report", "step")
    }
    about, field, report = named["about"], named["field"], _number(named["report"])
    if message := _number(named["message"]):
        words = await load_words(request, view, message)
        return AskedForm(about, field, message=message if words else 0, words=words)
    words = await load_report_words(request, view, report, named["step"]) if report else ""
    if words:
        return AskedForm(about, field, answer=f"report={report}&step={named['step']}", words=words)
    return AskedForm(about, field, named["entry"])


def _number(text: str) -> int:
    is_number = text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS
    return int(text) if is_number else 0
