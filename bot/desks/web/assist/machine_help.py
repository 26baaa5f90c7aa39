"""Machine help on the page of a case: a model reads a message of the person for the caseworker.

It runs on a click, where the key of the case is. What it makes is sealed to the case, labelled, and
shown below the original; nothing else uses it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.desks.web import texts
from bot.desks.web.auth.case_access import check_readable
from bot.desks.web.case.conversation import load_words
from bot.desks.web.case.view import load_case_page_view
from bot.desks.web.request import DeskRequest, NotFoundError, Response
from bot.desks.web.routes import Permission, post
from bot.hotline.assist import machine_texts
from bot.hotline.assist.assistant import AssistFault
from bot.hotline.assist.machine_texts import MachineText, StoredMachineText, about_message

if TYPE_CHECKING:
    from bot.hotline.assist.assistant import MachineReading
    from bot.store.writer import Work

_NUMBER = re.compile("[1-9][0-9]{0,17}")


@post("/cases/{reference}/machine/{message}", Permission.CHANGE)
async def _translate(request: DeskRequest) -> Response:
    """Have a model translate a message into the caseworker's language, and keep what it makes."""
    assistant, number = request.context.assistant, request.param("message")
    if assistant is None or not _NUMBER.fullmatch(number):
        raise NotFoundError("no model")
    view = await load_case_page_view(request)
    words = await load_words(request, view, int(number)) if view.is_readable else ""
    source, target = view.access.summary.language, request.locale.language
    if not words or not assistant.can_translate(source, target):
        raise NotFoundError("no words")
    made = await assistant.translate(words, source, target)
    if isinstance(made, AssistFault):
        request.flash(texts.ASSIST_FAULTS[made.value], is_refused=True)
    else:
        await _keep(request, int(number), made)
    reference = view.access.summary.reference
    return request.redirect(f"/cases/{reference}#message-{number}")


async def _keep(request: DeskRequest, message: int, made: MachineReading) -> None:
    vault, by, now = request.context.vault, request.caseworker.id, request.now
    about = about_message(message)

    def store(work: Work) -> None:
        # Again: the model took a while, and the case may have been erased or given away.
        case = check_readable(work, request, request.param("reference")).case
        text = MachineText.of(made, by)
        machine_texts.store(work, vault, case, StoredMachineText(about, text, now))

    await request.write(store)
