"""Notice of a shift that ends or has ended, on every page: what to hand over, and to whom."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.desks.web.live.own_cases import load_own_cases
from bot.desks.web.routes import Permission, get
from bot.hotline.staff.duty_shifts import DutyShifts
from bot.hotline.staff.shift_notice import NOTICE_AFTER, ShiftNotice, shift_notice

if TYPE_CHECKING:
    from bot.desks.web.request import DeskRequest, Response
    from bot.store.writer import Work


def load_shift_notice(work: Work, request: DeskRequest) -> ShiftNotice:
    """Return the notice for the colleague of a request."""
    by, now = request.caseworker, request.now
    notice = shift_notice(DutyShifts.of(work, by.id, now - NOTICE_AFTER), by.is_on_duty, now)
    if not notice.ends_at:
        return notice
    after = DutyShifts.between(work, notice.ends_at, notice.ends_at + 1)
    names = {it.id: it.name or it.id for it in request.context.staff.all(work) if it.is_active}
    coming = dict.fromkeys(it.staff for it in after if it.staff != by.id)
    next_names = tuple(names[it] for it in coming if it in names)
    return replace(notice, next_names=next_names)


@get("/shift/notice", Permission.QUEUE, is_pane=True, is_background=True)
async def _pane(request: DeskRequest) -> Response:
    def look(work: Work) -> None:
        load_own_cases(work, request)
        request.shift_notice = load_shift_notice(work, request)

    await request.read(look)
    return request.render("_shift_notice.html")
