"""Checks of a message before it goes to a person: wrong language, text of another case.

These two mistakes cannot be undone once the person has read the message. A failed check is a
question, not a refusal: the caseworker may send anyway. The language is asked about once per case
and session, another case every time.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException

from bot.clock import HOUR
from bot.desks.web import texts
from bot.desks.web.auth.case_access import (
    CaseAccess,
    access_case,
    check_case_access,
    check_readable,
    read_case,
)
from bot.desks.web.case import drafts
from bot.desks.web.request import DeskRequest, NotFoundError, Response
from bot.desks.web.routes import Permission, Repetition, post
from bot.errors import CaseNotReadableError
from bot.hotline.chat.messages import CaseMessages, MessageSide
from bot.languages.detect import seems_other_language
from bot.text import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from bot.store.writer import Work
    from bot.vault.keys.keyring import Keyring

_WORD = re.compile(r"\w+")
RECENTLY_READ, MAX_CASES = 8 * HOUR, 5
"""How long ago, and how many, other cases are compared."""


class SendCheck(StrEnum):
    """Kind of check."""

    LANGUAGE = "language"
    OTHER_CASE = "elsewhere"


@dataclass(frozen=True, slots=True)
class SendCheckPrompt:
    """A failed check, and the question to the caseworker."""

    check: SendCheck
    text: str


@dataclass(slots=True)
class _CaseTexts:
    reference: str
    person_texts: list[str]  # texts of the person, and notes about them
    all_texts: list[str]


async def failed_send_checks(
    request: DeskRequest, seen: CaseAccess, text: str, sure: frozenset[str] = frozenset()
) -> list[SendCheckPrompt]:
    """Return the checks that a message fails, without those the caseworker is sure about."""
    session, language, locale = request.current_session, seen.summary.language, request.locale
    if SendCheck.LANGUAGE in sure:
        session.language_confirmed.add(seen.case)
    found = []
    if seen.case not in session.language_confirmed and seems_other_language(text, language):
        warning = locale(texts.WARN_LANGUAGE, language=locale.language_name(language))
        found.append(SendCheckPrompt(SendCheck.LANGUAGE, warning))
    is_asked = SendCheck.OTHER_CASE not in sure and bool(text.strip())
    if is_asked and (reference := await _find_pasted_source(request, seen, text)):
        warning = locale(texts.WARN_OTHER_CASE, reference=reference)
        found.append(SendCheckPrompt(SendCheck.OTHER_CASE, warning))
    return found


async def _find_pasted_source(request: DeskRequest, seen: CaseAccess, text: str) -> str:
    read_cases, keyring = request.current_session.read_cases, request.keyring()
    recent = sorted(
        (-at, case) for case, at in read_cases.items() if request.now - at <= RECENTLY_READ
    )  # most recent first
    others = [case for _at, case in recent if case != seen.case][:MAX_CASES]
    if not others or keyring is None:
        return ""

    def read(work: Work) -> list[_CaseTexts]:
        return [_load_texts(work, request, case, keyring) for case in (seen.case, *others)]

    own, *rest = loaded = await request.read(read)
    for it in loaded:
        await _add_answers(request, it, keyring)
    named = set(_WORD.findall(text.upper()))
    for other in rest:
        if other.reference in named or is_pasted(text, other.person_texts, own.all_texts):
            return other.reference
    return ""


def _load_texts(work: Work, request: DeskRequest, case: str, keyring: Keyring) -> _CaseTexts:
    summary = request.context.summaries.find(work, case)
    with contextlib.suppress(NotFoundError, CaseNotReadableError):
        if summary is not None and check_case_access(work, request, summary.reference).may_read:
            opener = request.context.vault.cases.opener(case, keyring)
            written = [it for it in CaseMessages.of_case(work, case, opener) if it.content.text]
            theirs = [it for it in written if it.side is not MessageSide.CASEWORKER]
            return _CaseTexts(
                summary.reference,
                [it.content.text for it in theirs],
                [it.content.text for it in written],
            )
    return _CaseTexts("", [], [])


async def _add_answers(request: DeskRequest, found: _CaseTexts, keyring: Keyring) -> None:
    reader = request.context.case_reader(request.locale.language)
    with contextlib.suppress(CaseNotReadableError):
        opened = await reader.open(found.reference, keyring) if found.reference else None
        for sent in opened.reports if opened is not None else ():
            found.person_texts += [it.answer for it in sent.answers]
            found.all_texts += [it.answer for it in sent.answers]


@post("/cases/{reference}/check", Permission.CHANGE, "words", repetition=Repetition.ALLOWED)
async def _check_text(request: DeskRequest) -> Response:
    """Return the checks that a message will fail, before it is sent; the page keeps its words."""
    seen = await access_case(request)
    text = request.form.get("words", "")
    prompts = await failed_send_checks(request, seen, text) if seen.may_read else []
    return prompts_as_json(request, prompts)


@post("/cases/{reference}/drafts/{kind}", Permission.CHANGE, "words", repetition=Repetition.ALLOWED)
async def _receive_draft(request: DeskRequest) -> Response:
    kind, words = request.param("kind"), request.form.get("words", "")
    if kind not in drafts.DRAFT_KINDS or request.keyring() is None:
        raise NotFoundError(kind)
    if len(words) > drafts.MAX_LENGTH:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)
    case = (await read_case(request)).case
    await _write_drafts(
        request, lambda work, keys: drafts.store_draft(work, case, kind, words, keys, request.now)
    )
    return Response(status_code=HTTPStatus.NO_CONTENT)


async def keep_unsent(request: DeskRequest, case: str, words: str, since: str | None) -> None:
    """Keep a message that is not sent yet, before what was typed since (None: not known)."""
    await _write_drafts(
        request, lambda work, keys: drafts.put_before(work, case, keys, words, since, request.now)
    )


async def _write_drafts(request: DeskRequest, write: Callable[[Work, Keyring], None]) -> None:
    """Write drafts, if the session has a key; raise NotFoundError if the case was erased."""
    keyring, reference = request.keyring(), request.param("reference")
    if keyring is None:
        return

    def store(work: Work) -> None:
        check_readable(work, request, reference)  # it may have been erased meanwhile
        write(work, keyring)

    await request.write(store)


def prompts_as_json(request: DeskRequest, prompts: Sequence[SendCheckPrompt]) -> Response:
    """Return failed checks for the script; the message text is not repeated."""
    return request.json(
        told=" ".join(it.text for it in prompts), refused=bool(prompts),
        checks=" ".join(it.check.value for it in prompts),
    )  # fmt: skip


RUN_SIZES = (
    (re.compile("[\u3000-\U0003ffff ]{5,}"), 8, 5),
    (re.compile("[\u0e00-\u2fff ]{8,}"), 14, 8),
    (re.compile(".+"), 24, 14),
)
"""For Chinese and Japanese, for scripts without spaces, and for all others: how many characters a
copied run has, and the length from which a whole message counts as one."""
NUMBER_DIGITS = 8
"""Last digits by which phone numbers are compared, whatever their prefix."""
_SEPARATORS = re.compile(r"[\s!-/:-@\[-`{-~\u2010-\u2027\u3000-\u303f]+")
_NUMBER = re.compile(r"\d(?:[ .()/+-]{0,2}\d){6,}")


def is_pasted(text: str, others: Collection[str], own: Collection[str]) -> bool:
    """Whether a run or a number of a message stands in other texts and not in its own case."""
    own_text = " ".join(map(_normalize, own))
    message = _normalize(text)
    runs = _runs(message) - _runs(own_text)
    numbers = _numbers(text) - _numbers(" \n ".join(own))
    return any(
        not runs.isdisjoint(_runs(other)) or _contains_whole(other, message, own_text)
        for other in map(_normalize, others)
    ) or any(numbers & _numbers(other) for other in others)


def _contains_whole(other: str, message: str, own_text: str) -> bool:
    is_one = any(
        len(other) >= whole and stretch.fullmatch(other) is not None
        for stretch, _size, whole in RUN_SIZES
    )
    return is_one and other in message and other not in own_text


def _runs(plain: str) -> set[str]:
    return {
        found[0][at : at + size]
        for stretch, size, _whole in RUN_SIZES
        for found in stretch.finditer(plain)
        for at in range(len(found[0]) - size + 1)
    }


def _normalize(words: str) -> str:
    return _SEPARATORS.sub(" ", fold(words)).strip()


def _numbers(words: str) -> set[str]:
    found = _NUMBER.findall(fold(words))
    return {"".join(sign for sign in it if sign.isdigit())[-NUMBER_DIGITS:] for it in found}
