"""Pages of one service of the directory: what stands there, its history, proposals to change it."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from bot.desks.web.administration.hours_form import DAY_FIELDS, ParsedForm
from bot.desks.web.administration.texts import DAY_NAMES
from bot.desks.web.request import NotFoundError
from bot.desks.web.routes import CHECKED_BY_HANDLER, Permission, get, post
from bot.desks.web.services import texts
from bot.desks.web.services.display import load_words
from bot.desks.web.services.entry_form import (
    COUNTY,
    EVERY_DAY,
    GUEST,
    LANGUAGE,
    SEEN,
    SERVICE,
    check_fields,
    entry_values,
    parse_count,
    parse_entry,
)
from bot.hotline.directory.find import ServiceFinder
from bot.hotline.directory.model import DirectoryOutcome, Guests, ProposedChange
from bot.hotline.directory.rules import MAX_LENGTHS
from bot.hotline.directory.store import MAX_WORDS
from bot.partners.partners import Partners

if TYPE_CHECKING:
    from bot.desks.web.request import DeskRequest, Response
    from bot.desks.web.services.display import ProposalView, ServiceWords
    from bot.hotline.directory.model import DirectoryService, ServiceContent
    from bot.store.writer import Work
    from bot.text import Text

NEW_PAGE, ONE_PAGE = "/services/new", "/services/one"


# --- One service ----------------------------------------------------------------------------------


@get(ONE_PAGE + "/{service}", Permission.QUEUE)
async def _service_page(request: DeskRequest) -> Response:
    context = request.context

    def look(work: Work) -> tuple[DirectoryService, ServiceWords, list[ProposalView]]:
        words, service = load_words(work, request), _service(work, request)
        history = context.directory.history(work, service.id)
        return service, words, [words.proposal(it, service) for it in history]

    service, words, history = await request.read(look)
    finder = ServiceFinder(context.freshness, context.zone, request.now)
    return request.render(
        "service.html", it=finder.look(service), words=words, history=history,
        state=context.freshness.state(service, request.now), states=texts.STATES,
        days=context.freshness.days(service.content), field_names=texts.FIELD_NAMES,
        hidden_at=context.freshness.hidden_at(service), kinds=texts.KINDS,
        decisions=texts.DECISIONS, max_words=MAX_WORDS,
    )  # fmt: skip


@post(ONE_PAGE + "/{service}/right", Permission.QUEUE, "back")
async def _confirm(request: DeskRequest) -> Response:
    """Store that the caseworker looked and found it still right."""
    by, now, service = request.caseworker.id, request.now, request.param("service")
    outcome = await request.write(
        lambda work: request.context.directory.confirm(work, service, by, now)
    )
    return _told(request, outcome, texts.CONFIRMED)


@post(ONE_PAGE + "/{service}/places", Permission.QUEUE, "free", "back")
async def _count_places(request: DeskRequest) -> Response:
    """Store how many places are free today."""
    by, now, service = request.caseworker.id, request.now, request.param("service")
    free = parse_count(request.form.get("free", ""))
    outcome = await request.write(
        lambda work: request.context.directory.update_free_places(
            work, service, -1 if free is None else free, by, now
        )
    )
    if outcome is DirectoryOutcome.FAULTY:
        found = await request.read(lambda work: _service(work, request))
        request.flash(texts.NUMBER_NEEDED, is_refused=True, most=str(found.content.places or 0))
        return request.redirect(_back(request))
    return _told(request, outcome, texts.COUNTED)


@post(ONE_PAGE + "/{service}/end", Permission.QUEUE, "why")
async def _propose_end(request: DeskRequest) -> Response:
    by, now, service = request.caseworker.id, request.now, request.param("service")
    why = request.form.get("why", "")
    outcome, _number = await request.write(
        lambda work: request.context.directory.propose_end(work, service, why, by, now)
    )
    return _told(request, outcome, texts.PROPOSED)


# --- Proposing ------------------------------------------------------------------------------------


@get(NEW_PAGE, Permission.QUEUE)
async def _new_page(request: DeskRequest) -> Response:
    return await _form_page(request, ParsedForm({GUEST + Guests.ANY: "1"}), None)


@post(NEW_PAGE, Permission.QUEUE, *CHECKED_BY_HANDLER)
async def _propose_new(request: DeskRequest) -> Response:
    directory, by, now = request.context.directory, request.caseworker.id, request.now
    check_fields(request.form, directory.known)
    form = await _parse(request)
    content = form.meaning
    if content is None:
        return await _form_page(request, form, None)
    await request.write(lambda work: directory.propose_new(work, content, by, now, verified_at=now))
    request.flash(texts.PROPOSED)
    return request.redirect("/services/proposals")


@get(ONE_PAGE + "/{service}/change", Permission.QUEUE)
async def _change_page(request: DeskRequest) -> Response:
    found = await request.read(lambda work: _service(work, request))
    values = entry_values(found.content) | {SEEN: str(found.version)}
    return await _form_page(request, ParsedForm(values), found)


@post(ONE_PAGE + "/{service}/change", Permission.QUEUE, *CHECKED_BY_HANDLER)
async def _propose_change(request: DeskRequest) -> Response:
    directory, by, now = request.context.directory, request.caseworker.id, request.now
    check_fields(request.form, directory.known)
    form, why = await _parse(request), request.form.get("why", "")

    def propose(work: Work) -> tuple[ParsedForm[ServiceContent], DirectoryService]:
        found = _service(work, request)
        if form.meaning is None:
            return form, found
        if request.form.get(SEEN) != str(found.version):
            values = {**form.values, SEEN: str(found.version)}
            return ParsedForm(values, None, {"why": (texts.CHANGED_MEANWHILE, {})}), found
        if form.meaning == found.content and found.ended_at is None:
            return ParsedForm(form.values, None, {"why": (texts.NOTHING_CHANGED, {})}), found
        change = ProposedChange(wanted=form.meaning, why=why, verified_at=now)
        directory.propose_change(work, found.id, change, by, now)
        return form, found

    form, found = await request.write(propose)
    if form.meaning is None:
        return await _form_page(request, form, found)
    request.flash(texts.PROPOSED)
    return request.redirect(f"{ONE_PAGE}/{found.id}")


async def _parse(request: DeskRequest) -> ParsedForm[ServiceContent]:
    known = request.context.directory.known
    partners = await request.read(Partners.all)
    return parse_entry(request.form, known, {it.id for it in partners})


async def _form_page(
    request: DeskRequest, form: ParsedForm[Any], service: DirectoryService | None
) -> Response:
    words, partners = await request.read(
        lambda work: (load_words(work, request), Partners.all(work))
    )
    known = request.context.directory.known
    errors = {name: request.locale(text, **blanks) for name, (text, blanks) in form.faults.items()}
    is_posted = request.http.method == "POST"
    return request.render(
        "service_form.html", form=form, errors=errors, service=service,
        partners=[it for it in partners if it.is_active], max_lengths=MAX_LENGTHS,
        max_words=MAX_WORDS, day_names=dict(zip(DAY_FIELDS, DAY_NAMES.values(), strict=True)),
        every_day=EVERY_DAY, seen=SEEN, field_names=texts.FIELD_NAMES,
        boxes={
            "services": {SERVICE + it: words.services[it] for it in known.services},
            "counties": {COUNTY + it: words.counties[it] for it in known.counties},
            "languages": {
                LANGUAGE + it: request.locale.language_name(it) for it in known.languages
            },
            "guests": {GUEST + it: request.locale(texts.GUESTS[it]) for it in Guests},
        },
        status=HTTPStatus.UNPROCESSABLE_ENTITY if is_posted else HTTPStatus.OK,
    )  # fmt: skip


# --- Shared ---------------------------------------------------------------------------------------


def _service(work: Work, request: DeskRequest) -> DirectoryService:
    found = request.context.directory.find(work, request.param("service"))
    if found is None:
        raise NotFoundError("no such service")
    return found


def _told(request: DeskRequest, outcome: DirectoryOutcome, done: Text) -> Response:
    if outcome is DirectoryOutcome.UNKNOWN:
        raise NotFoundError("no such service")
    is_refused = outcome is not DirectoryOutcome.DONE
    request.flash(texts.OUTCOMES.get(outcome, done), is_refused=is_refused)
    return request.redirect(_back(request))


def _back(request: DeskRequest) -> str:
    """Return the page that a form stood on: the work list, or the service."""
    if request.form.get("back") == "to-check":
        return "/services/to-check"
    return f"{ONE_PAGE}/{request.param('service')}"
