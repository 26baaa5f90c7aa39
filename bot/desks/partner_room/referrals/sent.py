"""A partner refers a person to the hotline: one form, which becomes a case in its queue."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from bot.desks.partner_room import texts
from bot.desks.partner_room.referrals.received import room_member
from bot.desks.partner_room.routes import get, post
from bot.languages import LANGUAGES
from bot.partners.referring import FORM_FIELDS, IF_OTHER_CODES, MAX_FIELD, MAX_WORDS, FormFault

if TYPE_CHECKING:
    from bot.desks.partner_room.request import Response, RoomRequest


@get("/refer")
async def _form(request: RoomRequest) -> Response:
    return _page(request)


@post("/refer", *FORM_FIELDS)
async def _send(request: RoomRequest) -> Response:
    given = {name: request.form.get(name, "") for name in FORM_FIELDS}
    member, now, send = room_member(request), request.now, request.context.incoming.send
    result = await request.write(lambda work: send(work, member, given, now))
    if isinstance(result, FormFault):
        return _page(request, request.locale(texts.FORM_FAULTS[result]))
    request.flash(texts.REFERRED_IN)
    return request.redirect("/referrals#sent")


def _page(request: RoomRequest, refused: str = "") -> Response:
    """Return the form; what was typed is kept."""
    read_in = request.locale.flow_catalogue
    counties = {code: name.render(read_in) for code, name in request.context.counties().items()}
    return request.render(
        "refer.html", status=HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK,
        refused=refused, given=request.form, counties=counties, languages=tuple(LANGUAGES),
        if_other=IF_OTHER_CODES, most_words=MAX_WORDS, most=MAX_FIELD,
    )  # fmt: skip
