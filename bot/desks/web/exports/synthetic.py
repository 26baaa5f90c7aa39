"""Page of synthetic releases: made by one supervisor, released by another, within a budget.

The cases are opened with the key of the supervisor who makes it, one after the other, in memory:
what is kept of each is seven codes, until the noise is added. Every case is audited before it is
opened. No page shows a case, a real count, or how many cases there were exactly.
"""

from __future__ import annotations

import asyncio
import io
import zipfile
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from sqlalchemy import bindparam

from bot.cases.consents import ConsentKind, ConsentRecords
from bot.clock import SECOND
from bot.desks.web.auth.step_up import file_download, require_step_up
from bot.desks.web.request import NotFoundError
from bot.desks.web.routes import Permission, get, post
from bot.errors import CaseNotReadableError, DecryptionError, NotApprovedError
from bot.exports.synthetic import (
    EPSILONS,
    MIN_CASES,
    SyntheticError,
    as_csv,
    as_json,
    is_installed,
    make_release,
)
from bot.exports.synthetic_attributes import attributes_of
from bot.exports.synthetic_releases import ReleaseState, SyntheticReleases
from bot.store.statements import select_by
from bot.store.tables.main import cases
from bot.text import Text, _, pgettext

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.desks.web.request import DeskRequest, Response
    from bot.exports.synthetic_attributes import AttributeRow
    from bot.exports.synthetic_releases import StoredRelease
    from bot.store.writer import Work

PAGE = "/synthetic"
MAX_CASES = 5000
"""Cases of one release: those closed last."""
TOO_FEW = _(
    "Nothing was made and nothing was spent: fewer than {least} cases of past months are closed "
    "whose people agreed to statistics and whose records say anything. Try again later."
)
BUDGET_SPENT = _("Nothing was made: so much of the privacy budget is not left.")
ONLY_NOISE = _(
    "The noise was larger than the numbers: nothing was made. What it spent stays spent."
)
MADE = _("Made. Another supervisor decides whether it leaves.")
RELEASED = _("Released. It can be saved now.")
REFUSED = _("Refused, and deleted. What it spent stays spent.")
NOT_DECIDED = _("Another supervisor has to release it; it may have been decided already.")
STATES: Mapping[ReleaseState, Text] = {
    ReleaseState.BEGUN: pgettext("synthetic release", "not finished"),
    ReleaseState.PROPOSED: pgettext("synthetic release", "waits for another supervisor"),
    ReleaseState.RELEASED: pgettext("synthetic release", "released"),
    ReleaseState.REFUSED: pgettext("synthetic release", "refused"),
}
_CLOSED = select_by(
    cases, "id", "closed_at",
    by=(cases.c.closed_at.is_not(None), cases.c.closed_at < bindparam("before")),
    order_by=(cases.c.closed_at.desc(), "id"), limit=MAX_CASES,
)  # fmt: skip


@get(PAGE, Permission.SUPERVISION)
async def _synthetic_page(request: DeskRequest) -> Response:
    releases = _releases(request)

    def look(work: Work) -> tuple[list[StoredRelease], float, dict[str, str]]:
        names = {it.id: it.name or it.id for it in request.context.staff.all(work)}
        return releases.all(work), releases.left(work), names

    found, left, names = await request.read(look)
    return request.render(
        "synthetic.html", releases=list(reversed(found)), left=left, budget=releases.budget,
        names=names, states=STATES, epsilons=[it for it in EPSILONS if it <= left],
        by=request.caseworker.id, least=MIN_CASES, is_installed=is_installed(),
    )  # fmt: skip


@post(f"{PAGE}/make", Permission.SUPERVISION, "epsilon", needs_step_up=True)
async def _make(request: DeskRequest) -> Response:
    """Open the cases, spend the budget, make a release and seal it."""
    epsilon = {str(it): it for it in EPSILONS}.get(request.form.get("epsilon", ""))
    if epsilon is None or not is_installed():
        raise NotFoundError("no such epsilon, or pac-synth is missing")
    chosen = await request.read(lambda work: _choose_cases(work, request))
    if len(chosen) < MIN_CASES:
        return _told(request, TOO_FEW, is_refused=True, least=str(MIN_CASES))
    await request.write(lambda work: _audit_opening(work, request, chosen))
    rows = await request.read(lambda work: _open_cases(work, request, chosen))
    if len(rows) < MIN_CASES:
        return _told(request, TOO_FEW, is_refused=True, least=str(MIN_CASES))
    releases, by, now = _releases(request), request.caseworker.id, request.now
    try:
        number = await request.write(lambda work: releases.begin(work, epsilon, by, now))
    except SyntheticError:
        return _told(request, BUDGET_SPENT, is_refused=True)
    about = {"release": number, "made_in": _month(request, now)}
    try:
        made = await asyncio.to_thread(make_release, rows, epsilon, about)
    except SyntheticError:
        return _told(request, ONLY_NOISE, is_refused=True)
    await request.write(lambda work: releases.finish(work, number, made))
    return _told(request, MADE)


@post(f"{PAGE}/decide", Permission.SUPERVISION, "release", "answer", needs_step_up=True)
async def _decide(request: DeskRequest) -> Response:
    """Release what another supervisor made, or refuse it."""
    number, by, now = request.form.get("release", "")[:16], request.caseworker.id, request.now
    may_leave = request.form.get("answer") == "release"
    releases = _releases(request)
    try:
        await request.write(
            lambda work: releases.decide(work, number, by, now, may_leave=may_leave)
        )
    except NotApprovedError:
        return _told(request, NOT_DECIDED, is_refused=True)
    return _told(request, RELEASED if may_leave else REFUSED)


@get(f"{PAGE}/{{number}}/save", Permission.SUPERVISION)
async def _save(request: DeskRequest) -> Response:
    """Return a release as an archive: the rows as CSV, and everything as JSON."""
    if first := require_step_up(request, PAGE):
        return first
    releases, number = _releases(request), request.param("number")
    found = await request.read(lambda work: releases.find(work, number))
    if found is None or found.state is not ReleaseState.RELEASED or found.release is None:
        raise NotFoundError("no such release")
    published = found.release.published
    data = _archive({"rows.csv": as_csv(published), "release.json": as_json(published)})
    digest, by, now = sha256(data).hexdigest(), request.caseworker.id, request.now
    await request.write(lambda work: releases.record_saved(work, number, by, now, digest))
    return file_download(f"synthetic-{number}.zip", data, "application/zip")


def _releases(request: DeskRequest) -> SyntheticReleases:
    context = request.context
    return SyntheticReleases(context.vault, context.audit, context.settings.synthetic_budget)


def _told(request: DeskRequest, text: Text, *, is_refused: bool = False, **values: str) -> Response:
    request.flash(text, is_refused=is_refused, **values)
    return request.redirect(PAGE)


def _choose_cases(work: Work, request: DeskRequest) -> dict[str, int]:
    """Return cases closed in past months whose people agree to statistics, and their years."""
    consents, zone = ConsentRecords(request.context.vault), request.context.zone
    return {
        case: datetime.fromtimestamp(closed_at / SECOND, zone).year
        for case, closed_at in work.rows(_CLOSED, _start_of_month(request))
        if consents.has_consent(work, case, ConsentKind.STATISTICS)
    }


def _audit_opening(work: Work, request: DeskRequest, chosen: Mapping[str, int]) -> None:
    """Record of every case that it is opened for this, before it is."""
    by, now, audit = request.caseworker.id, request.now, request.context.audit
    for case in chosen:
        audit.record(work, now, by, "synthetic_read", case)


def _open_cases(work: Work, request: DeskRequest, chosen: Mapping[str, int]) -> list[AttributeRow]:
    """Return the attributes of cases, of those that this key opens and that say anything."""
    context, found = request.context, []
    for case, year in chosen.items():
        try:
            opener = context.vault.cases.opener(case, request.keyring())
            record = context.record_entries.load(work, case, opener)
        except (CaseNotReadableError, DecryptionError):
            continue
        row = attributes_of(record, context.place.county_regions, year)
        if any(row.values()):
            found.append(row)
    return found


def _start_of_month(request: DeskRequest) -> int:
    today = datetime.fromtimestamp(request.now / SECOND, request.context.zone)
    first = today.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return int(first.timestamp()) * SECOND


def _month(request: DeskRequest, at: int) -> str:
    return f"{datetime.fromtimestamp(at / SECOND, request.context.zone):%Y-%m}"


def _archive(files: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    return out.getvalue()
