"""The search box: a case by its number, or words in the cases a caseworker may read.

The command bar sends to it what has the form of a number. What was typed is sent as a form and is
part of no address: it may repeat what a person wrote. A search runs in the background, in processes
of its own; its page shows how far it is. What was found is checked against the rights of the
caseworker each time it is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.cases.reference import parse_reference
from bot.cases.state_machine import Role
from bot.desks.web.auth.case_access import check_case_access, readable_among, readable_cases
from bot.desks.web.queue import queries
from bot.desks.web.request import DeskRequest, NotFoundError, Response
from bot.desks.web.routes import Permission, Repetition, get, post
from bot.hotline.search.job import SearchJob
from bot.hotline.search.search import MIN_QUERY, Search, SearchScope
from bot.text import fold_accents

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.desks.web.queue.queries import QueueRow
    from bot.hotline.search.match import SearchMatch
    from bot.hotline.search.search import SearchResult
    from bot.store.writer import Work
    from bot.vault.keys.keyring import Keyring

MAX_QUERY = 100
WAIT = 1.0
"""Seconds to wait for the result: most searches end within, and need no page that counts."""
MAX_EXCERPTS = 3
"""Excerpts shown of one case."""
PAGE = "/find/words"


@dataclass(frozen=True, slots=True)
class FoundCase:
    """A case in which the words were found."""

    row: QueueRow
    matches: Sequence[SearchMatch]
    """The newest, first those with a word that no newer one has."""
    more: int
    """Matches that are not shown."""


@post("/find", Permission.CASE, "words", repetition=Repetition.ALLOWED)
async def _find(request: DeskRequest) -> Response:
    """Open the case with this number, or search for these words."""
    query = " ".join(request.form.get("words", "").split())[:MAX_QUERY]
    if reference := await request.read(lambda work: _visible_number(work, request, query)):
        return request.redirect(f"/cases/{reference}")
    request.current_session.words = query
    await _start_search(request)
    return request.redirect(PAGE)


async def _start_search(request: DeskRequest) -> None:
    """Search for the words that the session keeps, instead of what it searched before."""
    session, job = request.current_session, SearchJob(request.current_session.words)
    if session.search is not None:
        session.search.cancel()
    session.search = job
    if len(fold_accents(job.query)) >= MIN_QUERY:
        await job.start(_search(request, job, request.keyring()), WAIT)


def _visible_number(work: Work, request: DeskRequest, query: str) -> str:
    """Return the number of a case the caseworker may see; empty for anything else."""
    try:
        return check_case_access(work, request, parse_reference(query)).summary.reference
    except NotFoundError:
        return ""


async def _search(request: DeskRequest, job: SearchJob, keyring: Keyring | None) -> SearchResult:
    """Search what the caseworker may read, and write to the audit log what was read.

    The log says who searched and which cases were read, as at the command line; not for what: that
    may be a person's words.
    """
    context, who = request.context, request.caseworker.id
    async with context.search_slots:
        readable = await request.read(lambda work: readable_cases(work, request))
        found = await Search(context.database, context.vault).find(
            job.query, keyring, scope=SearchScope(readable, has_thread=False), progress=job.progress
        )
    now = context.clock.now()

    def record(work: Work) -> None:
        context.audit.record(work, now, who, "search", who, str(found.items))
        for case in dict.fromkeys(hit.case for hit in found.hits):
            context.audit.record(work, now, who, "read", case, "search")

    await request.write(record)
    return found


@get(PAGE, Permission.CASE)
async def _result_page(request: DeskRequest) -> Response:
    return request.render("search.html", **await _page_values(request))


@get(f"{PAGE}/pane", Permission.CASE, is_pane=True, is_background=True)
async def _result_pane(request: DeskRequest) -> Response:
    return request.render("_search.html", **await _page_values(request))


async def _page_values(request: DeskRequest) -> dict[str, Any]:
    session = request.current_session
    if session.words and (session.search is None or session.search.query != session.words):
        await _start_search(request)  # they were sent to another desk, or before a restart
    job = session.search
    found: list[FoundCase] = []
    if job is not None and job.result is not None:
        hits = job.result.hits
        found = await request.read(lambda work: _readable_hits(work, request, hits))
    return {
        "job": job, "found": found,
        "is_short": job is None or len(fold_accents(job.query)) < MIN_QUERY,
        "reads_content": request.caseworker.role is not Role.ADMINISTRATOR,
        "is_supervisor": request.caseworker.role is Role.SUPERVISOR,
    }  # fmt: skip


def _readable_hits(
    work: Work, request: DeskRequest, hits: Sequence[SearchMatch]
) -> list[FoundCase]:
    """Return matches by case, newest first, without cases that the caseworker may not read now."""
    by_case: dict[str, list[SearchMatch]] = {}
    for hit in hits:
        by_case.setdefault(hit.case, []).append(hit)
    readable = readable_among(work, request, by_case)
    shown = [case for case in by_case if case in readable][: queries.PAGE_SIZE]
    rows = queries.load_rows(work, request.context, request.caseworker, shown, request.now)
    return [
        FoundCase(row, matches[:MAX_EXCERPTS], len(matches) - len(matches[:MAX_EXCERPTS]))
        for row in rows
        for matches in (_each_term_first(by_case[row.summary.case]),)
    ]


def _each_term_first(matches: Sequence[SearchMatch]) -> list[SearchMatch]:
    """Return first the matches that show a term no earlier one shows, then the others."""
    shown = 0
    first: list[SearchMatch] = []
    others: list[SearchMatch] = []
    for it in matches:
        (first if it.terms & ~shown else others).append(it)
        shown |= it.terms
    return first + others
