"""What a caseworker is asked before their words go to a person, and nobody is told afterwards.

Two mistakes cannot be called back once somebody has read them: words in a language that person does
not read, and words that belong to somebody else's case. Neither is forbidden: whoever is asked says
that they are sure, and the words go. About the language they are asked once for a case and session;
about another case each time.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.clock import HOUR
from bot.desks.web.auth.case_access import check_case_access
from bot.desks.web.case import drafts
from bot.desks.web.case import texts as said
from bot.desks.web.request import NotFoundError
from bot.desks.web.routes import Permission, Route, form_fields
from bot.errors import CaseNotReadableError
from bot.hotline.chat.messages import CaseMessages, MessageSide
from bot.languages.detect import seems_other_language
from bot.text import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from starlette.responses import Response

    from bot.desks.web.auth.case_access import CaseAccess
    from bot.desks.web.request import DeskRequest
    from bot.store.writer import Work
    from bot.vault.keys.keyring import Keyring


_WORD = re.compile(r"\w+")
RECENTLY_READ, MAX_CASES = 8 * HOUR, 5
"""How long ago, and how many cases, a caseworker may have read to take words from them."""


class SendCheck(StrEnum):
    """What somebody is asked."""

    LANGUAGE = "language"
    OTHER_CASE = "elsewhere"


@dataclass(frozen=True, slots=True)
class SendCheckPrompt:
    """One thing somebody is asked, as they read it."""

    check: SendCheck
    text: str


@dataclass(frozen=True, slots=True)
class _CaseTexts:
    reference: str
    person_texts: Sequence[str]
    """What its person wrote, and what colleagues noted of them."""
    all_texts: Sequence[str]


async def failed_send_checks(
    request: DeskRequest, seen: CaseAccess, text: str, sure: frozenset[str] = frozenset()
) -> list[SendCheckPrompt]:
    """Return what somebody is asked before words go to the person of a case.

    Args:
        request: whose words they are.
        seen: the case.
        text: what they wrote.
        sure: of what they have said that they are sure.
    """
    here, language, tongue = request.current_session, seen.summary.language, request.locale
    if SendCheck.LANGUAGE in sure:
        here.language_confirmed.add(seen.case)
    found = []
    if seen.case not in here.language_confirmed and seems_other_language(text, language):
        told = tongue(said.WARN_LANGUAGE, language=tongue.language_name(language))
        found.append(SendCheckPrompt(SendCheck.LANGUAGE, told))
    is_asked = SendCheck.OTHER_CASE not in sure and bool(text.strip())
    if is_asked and (reference := await _find_pasted_source(request, seen, text)):
        found.append(
            SendCheckPrompt(SendCheck.OTHER_CASE, tongue(said.WARN_OTHER_CASE, reference=reference))
        )
    return found


async def _find_pasted_source(request: DeskRequest, seen: CaseAccess, words: str) -> str:
    """Return the number of a case that words were taken from; empty for none."""
    here, keyring = request.current_session, request.keyring()
    lately = sorted(
        (-at, case) for case, at in here.read_cases.items() if request.now - at <= RECENTLY_READ
    )  # the one read last is the first
    others = [case for _at, case in lately if case != seen.case][:MAX_CASES]
    if not others or keyring is None:
        return ""

    def read(work: Work) -> list[_CaseTexts]:
        return [_load_texts(work, request, case, keyring) for case in (seen.case, *others)]

    mine, *theirs = [
        await _with_answers(request, it, keyring)
        for it in await request.context.read_pool.run(read)
    ]
    named = set(_WORD.findall(words.upper()))
    for other in theirs:
        if other.reference in named or is_pasted(words, other.person_texts, mine.all_texts):
            return other.reference
    return ""


def _load_texts(work: Work, request: DeskRequest, case: str, keyring: Keyring) -> _CaseTexts:
    glance = request.context.summaries.find(work, case)
    with contextlib.suppress(NotFoundError, CaseNotReadableError):
        if glance is not None and check_case_access(work, request, glance.reference).may_read:
            written = CaseMessages.of_case(
                work, case, request.context.vault.cases.opener(case, keyring)
            )
            every = [it.content.text for it in written if it.content.text]
            theirs = [
                it.content.text
                for it in written
                if it.content.text and it.side is not MessageSide.CASEWORKER
            ]
            return _CaseTexts(glance.reference, theirs, every)
    return _CaseTexts("", (), ())


async def _with_answers(request: DeskRequest, told: _CaseTexts, keyring: Keyring) -> _CaseTexts:
    """Return the same with what the person answered to questions of the bot."""
    if not told.reference:
        return told
    with contextlib.suppress(CaseNotReadableError):
        opened = await request.context.case_reader(request.locale.language).open(
            told.reference, keyring
        )
        if opened is not None:
            answers = [it.answer for sent in opened.reports for it in sent.answers]
            return _CaseTexts(
                told.reference, [*told.person_texts, *answers], [*told.all_texts, *answers]
            )
    return told


async def check_text(request: DeskRequest) -> Response:
    """Say what somebody will be asked about words they are about to send."""
    seen = await request.context.read_pool.run(
        lambda work: check_case_access(work, request, request.param("reference"))
    )
    words, keyring = request.form.get("words", ""), request.keyring()
    asked = await failed_send_checks(request, seen, words) if seen.may_read else []
    if asked and keyring is not None:
        await drafts.store_draft(
            request, seen.case, drafts.SAY, words, keyring
        )  # until they have decided
    return prompts_as_json(request, asked)


def prompts_as_json(request: DeskRequest, asked: Sequence[SendCheckPrompt]) -> Response:
    """Return what a page asks somebody; nothing of the words."""
    told = " ".join(it.text for it in asked)
    return request.json(
        told=told, asks=" ".join(it.check.value for it in asked), refused=bool(asked)
    )


ROUTES = (
    Route("/cases/{reference}/asks", check_text, Permission.CHANGE, "POST", form_fields("words")),
)


RUN_SIZES = (
    (re.compile("[\u3000-\U0003ffff ]{5,}"), 8, 5),
    (re.compile("[\u0e00-\u2fff ]{8,}"), 14, 8),
    (re.compile(".+"), 24, 14),
)
"""Stretches of Chinese and Japanese, of scripts without spaces, of anything: how many signs a run
has there, and from how many on a whole message is one by itself."""
NUMBER_DIGITS = 8
"""Digits at the end of a number by which it is known, whatever a country begins it with."""
_SEPARATORS = re.compile(r"[\s!-/:-@\[-`{-~\u2010-\u2027\u3000-\u303f]+")
_NUMBER = re.compile(r"\d(?:[ .()/+-]{0,2}\d){6,}")


def is_pasted(text: str, others: Collection[str], own: Collection[str]) -> bool:
    """Tell whether words have a run or a number of other texts that one's own do not have.

    Args:
        text: what is about to be sent.
        others: texts it may have been taken from, each as it was written.
        own: texts that belong to whoever it is sent to.
    """
    mine = " ".join(map(_normalize, own))
    said = _normalize(text)
    runs = _runs(said) - _runs(mine)
    numbers = _numbers(text) - _numbers(" \n ".join(own))
    return any(
        not runs.isdisjoint(_runs(other)) or _contains_whole(other, said, mine)
        for other in map(_normalize, others)
    ) or any(numbers & _numbers(other) for other in others)


def _contains_whole(other: str, said: str, mine: str) -> bool:
    is_one = any(
        len(other) >= whole and stretch.fullmatch(other) is not None
        for stretch, _size, whole in RUN_SIZES
    )
    return is_one and other in said and other not in mine


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
