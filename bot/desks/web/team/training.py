"""Pages of training: what each colleague took, what is due again, and feedback of a look-along."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from bot.clock import SECOND
from bot.desks.web import texts
from bot.desks.web.interpreting.names import pseudonyms
from bot.desks.web.request import DeskRequest, NotFoundError, Response
from bot.desks.web.routes import Permission, get, post
from bot.hotline.staff.training import (
    MAX_CERTIFICATE,
    MAX_COURSE,
    MAX_FEEDBACK,
    TrainingContent,
    TrainingKind,
    TrainingRecord,
    TrainingRecords,
    current_courses,
)

if TYPE_CHECKING:
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work
    from bot.text import Text

PAGE, OWN_PAGE = "/team/training", "/account/training"
MAX_DIGITS = 18
MAX_DAYS = 366
"""No course is due later."""
FIELDS = ("staff", "kind", "course", "day", "certificate", "feedback")


@dataclass(frozen=True, slots=True)
class TrainingRow:
    """One colleague with their records."""

    by: Caseworker
    records: list[TrainingRecord]
    current: frozenset[int]
    """The ids of the newest record of each course."""

    def days_left(self, today: date) -> int:
        """Return how long no course is due again; negative once one is, MAX_DAYS without any."""
        days = [(it.due - today).days for it in self.records if it.due and it.id in self.current]
        return min(days, default=MAX_DAYS)


@get(PAGE, Permission.TEAM)
async def _training_page(request: DeskRequest) -> Response:
    def look(work: Work) -> tuple[list[TrainingRow], dict[str, str]]:
        staff = request.context.staff.all(work)
        records = TrainingRecords(request.context.vault).all(work)
        names = {it.id: it.name or it.id for it in staff}
        found = [_row(it, records) for it in staff if it.is_active]
        return sorted(found, key=lambda it: it.days_left(_today(request))), names

    rows, names = await request.read(look)
    return request.render(
        "training.html", rows=rows, names=names, today=_today(request), kinds=TrainingKind,
        limits=(MAX_COURSE, MAX_CERTIFICATE, MAX_FEEDBACK),
        courses=sorted({it.content.course for row in rows for it in row.records}),
    )  # fmt: skip


def _row(by: Caseworker, records: list[TrainingRecord]) -> TrainingRow:
    own = [it for it in records if it.staff == by.id]
    return TrainingRow(by, own, frozenset(it.id for it in current_courses(own)))


@get(OWN_PAGE, Permission.SIGNED_IN)
async def _own_training(request: DeskRequest) -> Response:
    """Show a colleague their own records, feedback included."""

    def look(work: Work) -> tuple[TrainingRow, dict[str, str]]:
        records = TrainingRecords(request.context.vault).of(work, request.caseworker.id)
        names = {it.id: it.name or it.id for it in request.context.staff.all(work)}
        return _row(request.caseworker, records), names | pseudonyms(work, request.locale)

    row, names = await request.read(look)
    return request.render("own_training.html", row=row, names=names, today=_today(request))


@post(PAGE, Permission.TEAM, *FIELDS)
async def _add(request: DeskRequest) -> Response:
    """Write a course or a look-along down."""
    found = _parse(request)
    if not isinstance(found, TrainingRecord):
        request.flash(found, is_refused=True)
        return request.redirect(PAGE)
    context, now, by = request.context, request.now, request.caseworker.id

    def store(work: Work) -> bool:
        if request.find_active(work, found.staff) is None:
            return False
        TrainingRecords(context.vault).add(work, found, now)
        context.audit.record(work, now, by, "training_add", found.staff, found.kind.value)
        return True

    if not await request.write(store):
        raise NotFoundError("no such colleague")
    request.flash(texts.SAVED)
    return request.redirect(PAGE)


@post(PAGE + "/remove", Permission.TEAM, "staff", "record")
async def _remove(request: DeskRequest) -> Response:
    """Remove a record that was entered by mistake."""
    who, number = request.form.get("staff", ""), request.form.get("record", "")
    if not (number.isascii() and number.isdecimal() and len(number) <= MAX_DIGITS):
        raise NotFoundError("no such record")
    context, now, by = request.context, request.now, request.caseworker.id

    def remove(work: Work) -> None:
        if TrainingRecords.remove(work, int(number), who):
            context.audit.record(work, now, by, "training_remove", who)

    await request.write(remove)
    return request.redirect(PAGE)


def _parse(request: DeskRequest) -> TrainingRecord | Text:
    """Return the record of a form, or what is wrong with it."""
    form = request.form
    kind = form.get("kind", "")
    course = " ".join(form.get("course", "").split())
    feedback = form.get("feedback", "").replace("\r\n", "\n").strip()
    certificate = " ".join(form.get("certificate", "").split())
    try:
        day = date.fromisoformat(form.get("day", "").strip())
    except ValueError:
        return texts.TRAINING_DAY_WRONG
    if not date(2000, 1, 1) <= day <= _today(request):
        return texts.TRAINING_DAY_WRONG
    if kind not in set(TrainingKind) or not 0 < len(course) <= MAX_COURSE:
        return texts.TRAINING_COURSE_MISSING
    if len(certificate) > MAX_CERTIFICATE or len(feedback) > MAX_FEEDBACK:
        return texts.TRAINING_TOO_LONG
    if kind == TrainingKind.LOOK_ALONG and not feedback:
        return texts.TRAINING_FEEDBACK_MISSING
    content = TrainingContent(course=course, certificate=certificate, feedback=feedback)
    by = request.caseworker.id
    return TrainingRecord(0, form.get("staff", ""), TrainingKind(kind), day, content, by)


def _today(request: DeskRequest) -> date:
    return datetime.fromtimestamp(request.now / SECOND, request.context.zone).date()
