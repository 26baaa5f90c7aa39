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
from bot.desks.web.auth.case_access import sight
from bot.desks.web.case import drafts
from bot.desks.web.case import texts as said
from bot.desks.web.case.view import opener_of
from bot.desks.web.request import NotThere
from bot.desks.web.routes import Door, May, fields
from bot.errors import NotYours
from bot.hotline.chat.messages import Exchanges, Side
from bot.languages.detect import seems_other
from bot.text import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from starlette.responses import Response

    from bot.desks.web.auth.case_access import Sight
    from bot.desks.web.request import Visit
    from bot.store.writer import Work
    from bot.vault.keys.keyring import Keyring


_WORD = re.compile(r"\w+")
RECENT, MOST = 8 * HOUR, 5
"""How long ago, and how many cases, a caseworker may have read to take words from them."""


class Doubt(StrEnum):
    """What somebody is asked."""

    LANGUAGE = "language"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing somebody is asked, as they read it."""

    doubt: Doubt
    told: str


@dataclass(frozen=True, slots=True)
class _Told:
    reference: str
    theirs: Sequence[str]
    """What its person wrote, and what colleagues noted of them."""
    every: Sequence[str]


async def doubts(
    visit: Visit, seen: Sight, words: str, sure: frozenset[str] = frozenset()
) -> list[Asked]:
    """Return what somebody is asked before words go to the person of a case.

    Args:
        visit: whose words they are.
        seen: the case.
        words: what they wrote.
        sure: of what they have said that they are sure.
    """
    here, language, tongue = visit.here, seen.glance.language, visit.tongue
    if Doubt.LANGUAGE in sure:
        here.other_words.add(seen.case)
    found = []
    if seen.case not in here.other_words and seems_other(words, language):
        told = tongue(said.OTHER_WORDS, language=tongue.spoken(language))
        found.append(Asked(Doubt.LANGUAGE, told))
    is_asked = Doubt.ELSEWHERE not in sure and bool(words.strip())
    if is_asked and (reference := await _taken_from(visit, seen, words)):
        found.append(Asked(Doubt.ELSEWHERE, tongue(said.OF_ANOTHER, reference=reference)))
    return found


async def _taken_from(visit: Visit, seen: Sight, words: str) -> str:
    """Return the number of a case that words were taken from; empty for none."""
    here, keyring = visit.here, visit.keyring()
    lately = sorted(
        (-at, case) for case, at in here.opened.items() if visit.now - at <= RECENT
    )  # the one read last is the first
    others = [case for _at, case in lately if case != seen.case][:MOST]
    if not others or keyring is None:
        return ""

    def read(work: Work) -> list[_Told]:
        return [_read(work, visit, case, keyring) for case in (seen.case, *others)]

    mine, *theirs = [
        await _with_answers(visit, it, keyring) for it in await visit.front.reads.run(read)
    ]
    named = set(_WORD.findall(words.upper()))
    for other in theirs:
        if other.reference in named or is_pasted(words, other.theirs, mine.every):
            return other.reference
    return ""


def _read(work: Work, visit: Visit, case: str, keyring: Keyring) -> _Told:
    glance = visit.front.glances.at(work, case)
    with contextlib.suppress(NotThere, NotYours):
        if glance is not None and sight(work, visit, glance.reference).may_read:
            written = Exchanges.of_case(work, case, opener_of(work, visit.front, case, keyring))
            every = [it.content.words for it in written if it.content.words]
            theirs = [
                it.content.words
                for it in written
                if it.content.words and it.side is not Side.CASEWORKER
            ]
            return _Told(glance.reference, theirs, every)
    return _Told("", (), ())


async def _with_answers(visit: Visit, told: _Told, keyring: Keyring) -> _Told:
    """Return the same with what the person answered to questions of the bot."""
    if not told.reference:
        return told
    with contextlib.suppress(NotYours):
        opened = await visit.front.reader(visit.tongue.language).open(told.reference, keyring)
        if opened is not None:
            answers = [it.answer for sent in opened.received for it in sent.told]
            return _Told(told.reference, [*told.theirs, *answers], [*told.every, *answers])
    return told


async def ask(visit: Visit) -> Response:
    """Say what somebody will be asked about words they are about to send."""
    seen = await visit.front.reads.run(lambda work: sight(work, visit, visit.param("reference")))
    words, keyring = visit.form.get("words", ""), visit.keyring()
    asked = await doubts(visit, seen, words) if seen.may_read else []
    if asked and keyring is not None:
        await drafts.put(visit, seen.case, drafts.SAY, words, keyring)  # until they have decided
    return as_json(visit, asked)


def as_json(visit: Visit, asked: Sequence[Asked]) -> Response:
    """Return what a page asks somebody; nothing of the words."""
    told = " ".join(it.told for it in asked)
    return visit.json(told=told, asks=" ".join(it.doubt.value for it in asked), refused=bool(asked))


DOORS = (Door("/cases/{reference}/asks", ask, May.CHANGE, "POST", fields("words")),)


SIZES = (
    (re.compile("[\u3000-\U0003ffff ]{5,}"), 8, 5),
    (re.compile("[\u0e00-\u2fff ]{8,}"), 14, 8),
    (re.compile(".+"), 24, 14),
)
"""Stretches of Chinese and Japanese, of scripts without spaces, of anything: how many signs a run
has there, and from how many on a whole message is one by itself."""
ENDS = 8
"""Digits at the end of a number by which it is known, whatever a country begins it with."""
_BETWEEN = re.compile(r"[\s!-/:-@\[-`{-~\u2010-\u2027\u3000-\u303f]+")
_NUMBER = re.compile(r"\d(?:[ .()/+-]{0,2}\d){6,}")


def is_pasted(words: str, others: Collection[str], own: Collection[str]) -> bool:
    """Tell whether words have a run or a number of other texts that one's own do not have.

    Args:
        words: what is about to be sent.
        others: texts it may have been taken from, each as it was written.
        own: texts that belong to whoever it is sent to.
    """
    mine = " ".join(map(_plain, own))
    said = _plain(words)
    runs = _runs(said) - _runs(mine)
    numbers = _numbers(words) - _numbers(" \n ".join(own))
    return any(
        not runs.isdisjoint(_runs(other)) or _stands_whole(other, said, mine)
        for other in map(_plain, others)
    ) or any(numbers & _numbers(other) for other in others)


def _stands_whole(other: str, said: str, mine: str) -> bool:
    is_one = any(
        len(other) >= whole and stretch.fullmatch(other) is not None
        for stretch, _size, whole in SIZES
    )
    return is_one and other in said and other not in mine


def _runs(plain: str) -> set[str]:
    return {
        found[0][at : at + size]
        for stretch, size, _whole in SIZES
        for found in stretch.finditer(plain)
        for at in range(len(found[0]) - size + 1)
    }


def _plain(words: str) -> str:
    return _BETWEEN.sub(" ", fold(words)).strip()


def _numbers(words: str) -> set[str]:
    found = _NUMBER.findall(fold(words))
    return {"".join(sign for sign in it if sign.isdigit())[-ENDS:] for it in found}
