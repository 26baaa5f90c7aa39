"""Machine help on the page of a case: a model reads what the person wrote or said.

It runs on a click, where the key of the case is. What it makes is sealed to the case, labelled, and
shown below the original; nothing else uses it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.desks.web import texts
from bot.desks.web.assist.machine_view import load_machine_help
from bot.desks.web.auth.case_access import check_readable
from bot.desks.web.case.conversation import load_report_words, load_words
from bot.desks.web.case.evidence import clean_sound
from bot.desks.web.case.view import load_case_page_view
from bot.desks.web.request import DeskRequest, NotFoundError, Response
from bot.desks.web.routes import Permission, post
from bot.desks.web.templates import anchor
from bot.hotline.assist import machine_texts
from bot.hotline.assist.assistant import AssistFault
from bot.hotline.assist.machine_texts import (
    MachineText,
    StoredMachineText,
    about_file,
    about_message,
    about_recording,
    about_report,
)

if TYPE_CHECKING:
    from bot.desks.web.case.view import CaseView
    from bot.hotline.assist.assistant import Assistant, MachineReading
    from bot.store.writer import Work

_NUMBER = re.compile("[1-9][0-9]{0,17}")


@dataclass(frozen=True, slots=True)
class MachineSource:
    """What a model reads, and where on the page its text will stand."""

    about: str
    """As `machine_texts` names it."""
    anchor: str
    """As the page names it."""
    step: str = ""
    """The question of a report whose answer it is."""


@post("/cases/{reference}/machine/{message}", Permission.CHANGE)
async def _translate_message(request: DeskRequest) -> Response:
    """Have a model translate a message into the caseworker's language, and keep what it makes."""
    number = _number(request, "message")
    _assistant(request)
    view = await load_case_page_view(request)
    words = await load_words(request, view, number) if view.is_readable else ""
    about = about_message(number)
    return await _translate(request, view, words, MachineSource(about, about))


@post("/cases/{reference}/machine/report/{report}", Permission.CHANGE, "step")
async def _translate_answer(request: DeskRequest) -> Response:
    """Have a model translate what the person wrote in a report."""
    number, step = _number(request, "report"), request.form.get("step", "")
    _assistant(request)
    view = await load_case_page_view(request)
    words = await load_report_words(request, view, number, step) if view.is_readable else ""
    about = about_report(number)
    return await _translate(request, view, words, MachineSource(about, f"{about}/{step}", step))


@post("/cases/{reference}/machine/recording/{recording}", Permission.CHANGE)
async def _transcribe(request: DeskRequest) -> Response:
    """Have a model write down what is said in a recording; the custody log says it was opened."""
    assistant, number = _assistant(request), _number(request, "recording")
    view = await load_case_page_view(request)
    language, source = view.access.summary.language, _recording(view, number)
    if not assistant.can_transcribe(language):
        raise NotFoundError("no model")
    sound = await clean_sound(request, str(number))
    if sound is None:
        request.flash(texts.FILE_NOT_READABLE, is_refused=True)
        return _back(request, view, source)
    return await _finish(request, view, source, await assistant.transcribe(sound, language))


@post("/cases/{reference}/machine/recording/{recording}/translation", Permission.CHANGE)
async def _translate_recording(request: DeskRequest) -> Response:
    """Have a model translate what another one heard in a recording."""
    number = _number(request, "recording")
    _assistant(request)
    view = await load_case_page_view(request)
    source = _recording(view, number)
    made = await request.read(lambda work: load_machine_help(work, request, view))
    return await _translate(request, view, made.transcript_of(source.anchor), source)


def _assistant(request: DeskRequest) -> Assistant:
    if request.context.assistant is None:
        raise NotFoundError("no model")
    return request.context.assistant


def _number(request: DeskRequest, name: str) -> int:
    given = request.param(name)
    if not _NUMBER.fullmatch(given):
        raise NotFoundError("no number")
    return int(given)


def _recording(view: CaseView, number: int) -> MachineSource:
    items = [it for it in view.evidence_items if it.number == number]
    if not view.is_readable or not items:
        raise NotFoundError("no recording")
    return MachineSource(about_file(items[0].id), about_recording(number))


async def _translate(
    request: DeskRequest, view: CaseView, words: str, source: MachineSource
) -> Response:
    assistant = _assistant(request)
    language, reads = view.access.summary.language, request.locale.language
    if not words or not assistant.can_translate(language, reads):
        raise NotFoundError("no words")
    made = await assistant.translate(words, language, reads)
    return await _finish(request, view, source, made)


async def _finish(
    request: DeskRequest, view: CaseView, source: MachineSource, made: MachineReading | AssistFault
) -> Response:
    if isinstance(made, AssistFault):
        request.flash(texts.ASSIST_FAULTS[made.value], is_refused=True)
    else:
        await _keep(request, source, made)
    return _back(request, view, source)


def _back(request: DeskRequest, view: CaseView, source: MachineSource) -> Response:
    path = f"/cases/{view.access.summary.reference}"
    return request.redirect(f"{path}#machine-{anchor(source.anchor)}")


async def _keep(request: DeskRequest, source: MachineSource, made: MachineReading) -> None:
    vault, by, now = request.context.vault, request.caseworker.id, request.now

    def store(work: Work) -> None:
        # Again: the model took a while, and the case may have been erased or given away.
        case = check_readable(work, request, request.param("reference")).case
        text = MachineText.of(made, by, source.step)
        machine_texts.store(work, vault, case, StoredMachineText(source.about, text, now))

    await request.write(store)
