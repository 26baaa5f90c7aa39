"""A partner's own entries of the directory of services: still right, and places free today."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from bot.desks.partner_room import texts
from bot.desks.partner_room.request import NothingHereError
from bot.desks.partner_room.routes import get, post

if TYPE_CHECKING:
    from bot.desks.partner_room.context import RoomService
    from bot.desks.partner_room.request import Response, RoomRequest
    from bot.store.writer import Work

MAX_DIGITS = 4


@get("/services")
async def _services(request: RoomRequest) -> Response:
    return await _services_page(request)


@post("/services/{entry}/right")
async def _still_right(request: RoomRequest) -> Response:
    """Store that the partner looked, and found the entry still right."""
    own, entry = request.context.services, request.param("entry")

    def confirm(work: Work) -> RoomService:
        found = _own_entry(work, request, entry)
        if not own.confirm(work, request.partner_id, entry, request.now):
            raise NothingHereError("ended meanwhile")
        return found

    found = await request.write(confirm)
    request.flash(texts.ENTRY_CONFIRMED, name=found.name)
    return request.redirect("/services")


@post("/services/{entry}/free", "free")
async def _free_places(request: RoomRequest) -> Response:
    """Store how many places are free now."""
    own, entry = request.context.services, request.param("entry")
    typed = request.form.get("free", "").strip()
    is_number = typed.isascii() and typed.isdecimal() and len(typed) <= MAX_DIGITS

    def count(work: Work) -> RoomService | None:
        found, partner = _own_entry(work, request, entry), request.partner_id
        is_stored = is_number and own.count(work, partner, entry, int(typed), request.now)
        return found if is_stored else None

    found = await request.write(count)
    if found is None:
        return await _services_page(request, entry, typed)
    request.flash(texts.PLACES_COUNTED, name=found.name, count=str(int(typed)))
    return request.redirect("/services")


def _own_entry(work: Work, request: RoomRequest, entry: str) -> RoomService:
    """Return an entry of the member's partner that has not ended."""
    entries = request.context.services.all(work, request.partner_id, request.now, request.locale)
    found = next((it for it in entries if it.id == entry and not it.has_ended), None)
    if found is None:
        raise NothingHereError("no entry of this partner")
    return found


async def _services_page(request: RoomRequest, refused: str = "", typed: str = "") -> Response:
    own, partner, now = request.context.services, request.partner_id, request.now
    entries = await request.read(lambda work: own.all(work, partner, now, request.locale))
    shown = sorted((it for it in entries if not it.has_ended), key=lambda it: not it.is_asked_for)
    return request.render(
        "services.html", entries=shown, refused=refused, typed=typed[:MAX_DIGITS],
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK,
    )  # fmt: skip
