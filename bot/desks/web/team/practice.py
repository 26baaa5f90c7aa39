"""The debrief of a practice desk: signs a trainee saw, and what was there, for each made-up person.

Only `haven train` has it. What a trainee marks is compared, and stored nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.cases.indicators import ILO_INDICATORS
from bot.desks.web import texts
from bot.desks.web.request import DeskRequest, NotFoundError, Response
from bot.desks.web.routes import Permission, get, post

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.desks.practice import PracticeCase

PAGE = "/practice"
SIGN_PREFIX = "sign-"
FIELDS = tuple(SIGN_PREFIX + code for code in ILO_INDICATORS)


@dataclass(frozen=True, slots=True)
class PracticeResult:
    """What a trainee saw of one person, compared with what was there."""

    case: PracticeCase
    missed: tuple[str, ...]
    unfounded: tuple[str, ...]


@get(PAGE, Permission.QUEUE)
async def _practice_page(request: DeskRequest) -> Response:
    return await _render(request, None)


@post(PAGE + "/{title}", Permission.QUEUE, *FIELDS)
async def _compare(request: DeskRequest) -> Response:
    """Compare the signs that were marked with those that are there."""
    cases = {it.title: it for it in await _cases(request)}
    case = cases.get(request.param("title"))
    if case is None or not case.reference:
        raise NotFoundError("no such person")
    marked = {code for code in ILO_INDICATORS if request.form.get(SIGN_PREFIX + code)}
    result = PracticeResult(
        case, tuple(it for it in case.signs if it not in marked),
        tuple(it for it in ILO_INDICATORS if it in marked and it not in case.signs),
    )  # fmt: skip
    return await _render(request, result)


async def _cases(request: DeskRequest) -> Sequence[PracticeCase]:
    if request.context.practice is None:
        raise NotFoundError("no practice")
    return await request.context.practice.cases()


async def _render(request: DeskRequest, result: PracticeResult | None) -> Response:
    found = [it for it in await _cases(request) if it.reference]
    return request.render(
        "practice.html", cases=found, result=result, indicators=ILO_INDICATORS,
        parts=texts.FOUR_PS, sign_prefix=SIGN_PREFIX,
    )  # fmt: skip
