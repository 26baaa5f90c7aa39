"""Pages of the phrasebook, for administrators and supervisors: texts, reviews, own phrases.

A change holds at once in every process. The text of a release is never lost: one press brings it
back.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from bot.desks.web.administration import texts
from bot.desks.web.administration.hours_form import ParsedForm
from bot.desks.web.administration.phrase_form import (
    CHANGE_FIELDS,
    CREATE_FIELDS,
    SEEN,
    TEXT,
    TEXT_PREFIX,
    TRANSLATIONS,
    NewPhrase,
    parse_new_phrase,
    parse_text,
)
from bot.desks.web.auth.step_up import require_step_up
from bot.desks.web.request import NotFoundError
from bot.desks.web.routes import Permission, get, post
from bot.hotline.chat.phrase_edits import EditKind, PhraseEdit
from bot.hotline.chat.phrase_reviews import PhraseText, TextState, phrase_text
from bot.hotline.chat.phrase_rules import MAX_LENGTH, find_warnings
from bot.hotline.chat.takeover import NEUTRAL_PHRASES
from bot.languages import FALLBACK, LANGUAGES

if TYPE_CHECKING:
    from bot.conversation import Phrase
    from bot.desks.web.request import DeskRequest, Response
    from bot.store.writer import Work
    from bot.text import Text

PAGE, NEW_PAGE, ONE_PAGE = (
    "/administration/phrases", "/administration/new-phrase", "/administration/phrase",
)  # fmt: skip


# --- All of them in one language --------------------------------------------------------------


@get(PAGE, Permission.TEAM)
async def _phrases_page(request: DeskRequest) -> Response:
    return await _page(request, TRANSLATIONS[0])


@get(PAGE + "/{tag}", Permission.TEAM)
async def _phrases_in_a_language(request: DeskRequest) -> Response:
    tag = request.param("tag")
    if tag not in TRANSLATIONS:
        raise NotFoundError("no such language")
    return await _page(request, tag)


async def _page(request: DeskRequest, tag: str) -> Response:
    book, names = request.context.phrasebook, await _staff_names(request)
    phrases = book.all_phrases()
    shown = await asyncio.to_thread(lambda: [phrase_text(book, it, tag) for it in phrases])
    groups: dict[str, list[PhraseText]] = {}
    for it in shown:
        if book.edited.withdrawn(it.phrase.code) is None:
            groups.setdefault(it.phrase.group, []).append(it)
    counted = [it for each in groups.values() for it in each if it.state is not TextState.FACTS]
    return request.render(
        "phrases.html", tag=tag, choices=TRANSLATIONS, groups=groups, count=len(counted),
        group_names=request.context.phrase_groups, names=names, book=book, fallback=FALLBACK,
        withdrawn=[it for it in shown if book.edited.withdrawn(it.phrase.code) is not None],
        reviewed=sum(it.state is TextState.REVIEWED for it in counted), locked=NEUTRAL_PHRASES,
    )  # fmt: skip


# --- A new one ----------------------------------------------------------------------------------


@get(NEW_PAGE, Permission.TEAM)
async def _new_page(request: DeskRequest) -> Response:
    if (answer := require_step_up(request, NEW_PAGE)) is not None:
        return answer
    return _new_form_page(request, ParsedForm({}))


@post(NEW_PAGE, Permission.TEAM, *CREATE_FIELDS)
async def _create(request: DeskRequest) -> Response:
    context, by, now = request.context, request.caseworker.id, request.now

    def create(work: Work) -> ParsedForm[NewPhrase]:
        context.phrasebook.load(work)
        form = parse_new_phrase(request.form, context.phrasebook, context.phrase_groups)
        if (found := form.meaning) is None or _has_lapsed(request):
            return form
        english = found.texts[FALLBACK]
        for tag, text in found.texts.items():
            kind = EditKind.CREATED if tag == FALLBACK else EditKind.WRITTEN
            edit = PhraseEdit(kind, text, english, found.group)
            context.phrase_edits.add(work, found.code, tag, edit, by, now)
        context.audit.record(work, now, by, "phrase_new", found.code, ",".join(found.texts))
        return form

    form = await request.write(create)
    if form.meaning is None or _has_lapsed(request):
        return _new_form_page(request, form)
    request.flash(texts.PHRASE_SAVED)
    return request.redirect(f"{ONE_PAGE}/{form.meaning.code}")


def _new_form_page(request: DeskRequest, form: ParsedForm[NewPhrase]) -> Response:
    book, words = request.context.phrasebook, request.locale.flow_catalogue
    return _form_page(
        request, "phrase_new.html", form, translations=TRANSLATIONS, most=MAX_LENGTH,
        prefix=TEXT_PREFIX, groups=request.context.phrase_groups, fallback=FALLBACK,
        blanks={name: label.render(words) for name, label in book.blank_labels.items()},
    )  # fmt: skip


# --- One of them in all languages -------------------------------------------------------------


@get(ONE_PAGE + "/{code}", Permission.TEAM)
async def _phrase_page(request: DeskRequest) -> Response:
    book, phrase, names = request.context.phrasebook, _phrase(request), await _staff_names(request)
    tags = (FALLBACK, *TRANSLATIONS)
    shown = await asyncio.to_thread(lambda: [phrase_text(book, phrase, it) for it in tags])
    return request.render(
        "phrase.html", phrase=phrase, shown=shown, names=names, book=book, fallback=FALLBACK,
        is_locked=phrase.code in NEUTRAL_PHRASES, is_shipped=book.is_shipped(phrase.code),
        withdrawn=book.edited.withdrawn(phrase.code),
        group_name=request.context.phrase_groups.get(phrase.group),
        warnings={it.language: ", ".join(find_warnings(it.text, it.language)) for it in shown},
    )  # fmt: skip


@get(ONE_PAGE + "/{code}/text/{tag}", Permission.TEAM)
async def _text_page(request: DeskRequest) -> Response:
    phrase, tag = _open_phrase(request), _tag(request)
    if (answer := require_step_up(request, f"{ONE_PAGE}/{phrase.code}/text/{tag}")) is not None:
        return answer
    book = request.context.phrasebook
    text = book.text(phrase.code, tag) if book.has_text(phrase.code, tag) else ""
    seen = book.edited.last_edit(phrase.code, tag)
    return _text_form_page(request, ParsedForm({TEXT: text, SEEN: str(seen)}), phrase, tag)


@post(ONE_PAGE + "/{code}/text/{tag}", Permission.TEAM, *CHANGE_FIELDS)
async def _change_text(request: DeskRequest) -> Response:
    phrase, tag, context = _open_phrase(request), _tag(request), request.context
    by, now = request.caseworker.id, request.now

    def change(work: Work) -> ParsedForm[str]:
        context.phrasebook.load(work)
        form = parse_text(request.form, context.phrasebook, phrase.code, tag)
        if _is_outdated(request, phrase, tag):
            form = ParsedForm(form.values, None, {TEXT: (texts.PHRASE_CHANGED_MEANWHILE, {})})
        if form.meaning is None or _has_lapsed(request):
            return form
        english = context.phrasebook.text(phrase.code, FALLBACK)
        edit = PhraseEdit(EditKind.WRITTEN, form.meaning, english)
        context.phrase_edits.add(work, phrase.code, tag, edit, by, now)
        context.audit.record(work, now, by, "phrase_text", phrase.code, tag)
        return form

    form = await request.write(change)
    if form.meaning is None or _has_lapsed(request):
        return _text_form_page(request, form, phrase, tag)
    request.flash(texts.PHRASE_SAVED)
    return request.redirect(f"{ONE_PAGE}/{phrase.code}")


def _text_form_page(
    request: DeskRequest, form: ParsedForm[str], phrase: Phrase, tag: str
) -> Response:
    book = request.context.phrasebook
    return _form_page(
        request, "phrase_text.html", form, phrase=phrase, tag=tag, most=MAX_LENGTH, book=book,
        shipped=book.shipped_text(phrase.code, tag), fallback=FALLBACK,
    )  # fmt: skip


@post(ONE_PAGE + "/{code}/text/{tag}/reviewed", Permission.TEAM, SEEN, needs_step_up=True)
async def _review(request: DeskRequest) -> Response:
    """Record that a text was read and found right: by someone else than who wrote it."""
    phrase, tag, context = _open_phrase(request), _tag(request), request.context
    by, now = request.caseworker.id, request.now

    def review(work: Work) -> Text:
        context.phrasebook.load(work)
        shown = phrase_text(context.phrasebook, phrase, tag)
        if _is_outdated(request, phrase, tag):
            return texts.PHRASE_CHANGED_MEANWHILE
        if shown.state is TextState.MISSING:
            return texts.PHRASE_NOT_WRITTEN
        if shown.written is not None and shown.written.by == by:
            return texts.PHRASE_OWN_REVIEW
        english = context.phrasebook.text(phrase.code, FALLBACK)
        edit = PhraseEdit(EditKind.REVIEWED, shown.text, english)
        context.phrase_edits.add(work, phrase.code, tag, edit, by, now)
        context.audit.record(work, now, by, "phrase_reviewed", phrase.code, tag)
        return texts.PHRASE_REVIEWED

    return _flash_and_return(request, phrase, await request.write(review))


@post(ONE_PAGE + "/{code}/text/{tag}/shipped", Permission.TEAM, needs_step_up=True)
async def _use_shipped(request: DeskRequest) -> Response:
    """Go back to the text of the release."""
    phrase, tag, context = _open_phrase(request), _tag(request), request.context
    by, now = request.caseworker.id, request.now
    if not context.phrasebook.is_shipped(phrase.code):
        raise NotFoundError("no such text in the release")

    def reset(work: Work) -> None:
        if context.phrase_edits.load(work).find_text(phrase.code, tag) is not None:
            edit = PhraseEdit(EditKind.SHIPPED)
            context.phrase_edits.add(work, phrase.code, tag, edit, by, now)
            context.audit.record(work, now, by, "phrase_shipped", phrase.code, tag)

    await request.write(reset)
    return _flash_and_return(request, phrase, texts.PHRASE_SHIPPED_AGAIN)


@post(ONE_PAGE + "/{code}/withdraw", Permission.TEAM, needs_step_up=True)
async def _withdraw(request: DeskRequest) -> Response:
    """Take a phrase out of the lists; cases in which it was sent still show it."""
    phrase = _open_phrase(request)
    await _set_withdrawn(request, phrase, is_withdrawn=True)
    return _flash_and_return(request, phrase, texts.PHRASE_WITHDRAWN)


@post(ONE_PAGE + "/{code}/restore", Permission.TEAM, needs_step_up=True)
async def _restore(request: DeskRequest) -> Response:
    phrase = _open_phrase(request)
    await _set_withdrawn(request, phrase, is_withdrawn=False)
    return _flash_and_return(request, phrase, texts.PHRASE_RESTORED)


async def _set_withdrawn(request: DeskRequest, phrase: Phrase, *, is_withdrawn: bool) -> None:
    context, by, now = request.context, request.caseworker.id, request.now
    kind = EditKind.WITHDRAWN if is_withdrawn else EditKind.RESTORED
    action = "phrase_withdrawn" if is_withdrawn else "phrase_restored"

    def change(work: Work) -> None:
        was_withdrawn = context.phrase_edits.load(work).withdrawn(phrase.code) is not None
        if was_withdrawn is not is_withdrawn:
            context.phrase_edits.add(work, phrase.code, "", PhraseEdit(kind), by, now)
            context.audit.record(work, now, by, action, phrase.code)

    await request.write(change)


# --- Shared -------------------------------------------------------------------------------------


def _phrase(request: DeskRequest) -> Phrase:
    code = request.param("code")
    found = next((it for it in request.context.phrasebook.all_phrases() if it.code == code), None)
    if found is None:
        raise NotFoundError("no such phrase")
    return found


def _open_phrase(request: DeskRequest) -> Phrase:
    """Return the phrase of an address; raise NotFoundError for one that no one may change."""
    found = _phrase(request)
    if found.code in NEUTRAL_PHRASES:
        raise NotFoundError("the bot itself sends this phrase, so it is not changed here")
    return found


def _tag(request: DeskRequest) -> str:
    tag = request.param("tag")
    if tag not in LANGUAGES:
        raise NotFoundError("no such language")
    return tag


def _is_outdated(request: DeskRequest, phrase: Phrase, tag: str) -> bool:
    """Whether the text was changed since the form was drawn."""
    last = request.context.phrasebook.edited.last_edit(phrase.code, tag)
    return request.form.get(SEEN, "") != str(last)


def _flash_and_return(request: DeskRequest, phrase: Phrase, told: Text) -> Response:
    request.flash(told, is_refused=told in texts.PHRASE_REFUSALS)
    return request.redirect(f"{ONE_PAGE}/{phrase.code}")


def _form_page(
    request: DeskRequest, template: str, form: ParsedForm[Any], **values: Any
) -> Response:
    errors = {name: request.locale(text, **blanks) for name, (text, blanks) in form.faults.items()}
    has_lapsed = request.http.method == "POST" and _has_lapsed(request)
    is_refused = bool(errors) or has_lapsed
    return request.render(
        template, form=form, errors=errors, has_lapsed=has_lapsed,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if is_refused else HTTPStatus.OK, **values,
    )  # fmt: skip


def _has_lapsed(request: DeskRequest) -> bool:
    return not request.current_session.has_stepped_up(request.now)


async def _staff_names(request: DeskRequest) -> dict[str, str]:
    def look(work: Work) -> dict[str, str]:
        return {it.id: it.name or it.id for it in request.context.staff.all(work)}

    return await request.read(look)
