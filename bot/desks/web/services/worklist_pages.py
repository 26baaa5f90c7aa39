"""The work list of the directory: services to look at again, and proposals to decide about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.desks.web.request import NotFoundError
from bot.desks.web.routes import Permission, get, post
from bot.desks.web.services import texts
from bot.desks.web.services.display import ProposalView, ServiceWords, load_words
from bot.desks.web.services.entry_form import SEEN
from bot.desks.web.services.finder_page import DirectoryCounts
from bot.hotline.directory.find import FoundService, ServiceFinder
from bot.hotline.directory.model import DirectoryOutcome
from bot.hotline.directory.store import MAX_WORDS

if TYPE_CHECKING:
    from bot.desks.web.request import DeskRequest, Response
    from bot.hotline.directory.model import DirectoryService, Proposal
    from bot.store.writer import Work
    from bot.text import Text

PROPOSALS_PAGE = "/services/proposals"
MAX_SHOWN = 100
"""Entries of a list on one page: an import can bring hundreds of proposals."""
MAX_DIGITS = 15


@get("/services/to-check", Permission.QUEUE)
async def _to_check_page(request: DeskRequest) -> Response:
    """List the services that are hidden, or will be soon, the most urgent first."""
    context, now = request.context, request.now
    finder, rule = ServiceFinder(context.freshness, context.zone, now), context.freshness

    def look(work: Work) -> tuple[list[DirectoryService], ServiceWords, int]:
        waiting = len(context.directory.waiting(work))
        return context.directory.all(work), load_words(work, request), waiting

    services, words, waiting = await request.read(look)
    due = sorted((it for it in services if rule.needs_look(it, now)), key=rule.hidden_at)
    found: list[tuple[FoundService, int]] = [
        (finder.look(it), rule.hidden_at(it)) for it in due[:MAX_SHOWN]
    ]
    return request.render(
        "services_to_check.html", found=found, words=words, left=max(len(due) - MAX_SHOWN, 0),
        counts=DirectoryCounts(len(due), waiting), states=texts.STATES,
        state_of=lambda it: rule.state(it, now), rule=rule,
    )  # fmt: skip


@get(PROPOSALS_PAGE, Permission.QUEUE)
async def _proposals_page(request: DeskRequest) -> Response:
    context, now = request.context, request.now

    def look(work: Work) -> tuple[list[ProposalView], ServiceWords, int, int]:
        words, services = load_words(work, request), context.directory.all(work)
        by_id = {it.id: it for it in services}
        waiting = context.directory.waiting(work)
        shown = [words.proposal(it, by_id.get(it.service)) for it in waiting[:MAX_SHOWN]]
        to_check = sum(context.freshness.needs_look(it, now) for it in services)
        return shown, words, len(waiting), to_check

    shown, words, count, to_check = await request.read(look)
    return request.render(
        "services_proposals.html", shown=shown, words=words, left=max(count - MAX_SHOWN, 0),
        counts=DirectoryCounts(to_check, count), kinds=texts.KINDS, field_names=texts.FIELD_NAMES,
        max_words=MAX_WORDS, seen=SEEN,
    )  # fmt: skip


@post(PROPOSALS_PAGE + "/{number}/approve", Permission.QUEUE, SEEN)
async def _approve(request: DeskRequest) -> Response:
    """Approve what a colleague, a partner or the command line proposed."""
    number, by, now = _number(request), request.caseworker.id, request.now
    typed = request.form.get(SEEN, "")
    seen = int(typed) if _is_number(typed) else -1
    outcome = await request.write(
        lambda work: request.context.directory.approve(work, number, by, now, seen=seen)
    )
    return _told(request, outcome, texts.APPROVED)


@post(PROPOSALS_PAGE + "/{number}/refuse", Permission.QUEUE, "why")
async def _refuse(request: DeskRequest) -> Response:
    """Refuse a proposal, or withdraw one's own."""
    number, by, now = _number(request), request.caseworker.id, request.now
    directory, why = request.context.directory, request.form.get("why", "")

    def refuse(work: Work) -> tuple[DirectoryOutcome, Proposal | None]:
        return directory.refuse(work, number, why, by, now), directory.proposal(work, number)

    outcome, proposal = await request.write(refuse)
    is_own = proposal is not None and proposal.by == by
    return _told(request, outcome, texts.WITHDRAWN if is_own else texts.REFUSED)


def _told(request: DeskRequest, outcome: DirectoryOutcome, done: Text) -> Response:
    if outcome is DirectoryOutcome.UNKNOWN:
        raise NotFoundError("no such proposal")
    is_refused = outcome is not DirectoryOutcome.DONE
    request.flash(texts.OUTCOMES.get(outcome, done), is_refused=is_refused)
    return request.redirect(PROPOSALS_PAGE)


def _number(request: DeskRequest) -> int:
    typed = request.param("number")
    if not _is_number(typed):
        raise NotFoundError("no such proposal")
    return int(typed)


def _is_number(typed: str) -> bool:
    return typed.isascii() and typed.isdecimal() and len(typed) <= MAX_DIGITS
