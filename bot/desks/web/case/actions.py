"""What can be done: each with the fields it takes, sent to the hotline as a command.

Nothing is decided here that the hotline decides (`bot.hotline.commands.handlers`,
`bot.cases.state_machine`): who may move what, what may be said now, what waits. This file knows
which forms there are; a field nobody asked for is refused, so that none is ever taken for more than
it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

from msgspec.structs import replace
from starlette.exceptions import HTTPException

from bot.cases.reference import read_reference
from bot.desks.web import texts
from bot.desks.web.auth.case_access import sight
from bot.desks.web.case import drafts
from bot.desks.web.case.send_checks import Doubt, as_json, doubts
from bot.desks.web.live.event_log import Told
from bot.desks.web.middleware import CSRF
from bot.desks.web.routes import BY_WHAT_IS_DONE, NO_FIELDS, Door, May
from bot.hotline.commands.texts import DONE, REST_OFFERED
from bot.hotline.commands.types import Command, Verb
from bot.hotline.deadlines import STILL_RUN, dated

if TYPE_CHECKING:
    from starlette.responses import Response

    from bot.desks.web.auth.case_access import Sight
    from bot.desks.web.case.send_checks import Asked
    from bot.desks.web.request import Visit
    from bot.vault.keys.keyring import Keyring

VALUE = "value."
"""What the names of fields begin with that fill the blanks of a sentence."""
LONGEST_CODE = 64


@dataclass(frozen=True, slots=True)
class Form:
    """One thing that can be done."""

    fields: frozenset[str] = frozenset()
    has_values: bool = False
    """Whether blanks can be filled in."""
    is_final: bool = False
    """Whether it cannot be undone: a second factor is shown again for it, and the case's number is
    typed, in `code`."""
    is_told: bool = False
    """Whether its words go to the person: whoever may have made a mistake is asked first, and says
    in `sure` of what they are sure."""
    moves: bool = False
    """Whether another may open the case afterwards."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What was filled in."""

    code: str = ""
    words: str = ""
    values: dict[str, str] = field(default_factory=dict)


CODE, WORDS, SURE = frozenset({"code"}), frozenset({"words"}), frozenset({"sure"})
FORMS: dict[Verb, Form] = {
    Verb.CLAIM: Form(moves=True),
    Verb.RELEASE: Form(WORDS, moves=True),
    Verb.TRANSFER: Form(CODE | WORDS, moves=True),
    Verb.TAKE_OVER: Form(),
    Verb.HAND_BACK: Form(),
    Verb.CONFIRM: Form(WORDS),
    Verb.SAY: Form(WORDS | SURE, is_told=True),
    Verb.REWORD: Form(CODE | WORDS | SURE, is_told=True),
    Verb.PHRASE: Form(CODE | SURE, has_values=True, is_told=True),
    Verb.INSIST: Form(WORDS),
    Verb.NOTE: Form(WORDS),
    Verb.ANSWER: Form(CODE | WORDS),
    Verb.PRIORITY: Form(CODE | WORDS),
    Verb.REFER: Form(CODE | WORDS),
    Verb.TELL_OTHERS: Form(CODE),
    Verb.REVOKE: Form(CODE),
    Verb.KEEP: Form(WORDS),
    Verb.CHECK_IN: Form(),
    Verb.ASIDE: Form(CODE | WORDS),
    Verb.BACK: Form(),
    Verb.FOLLOW_UP: Form(CODE | WORDS),
    Verb.LINK: Form(CODE),
    Verb.MERGE: Form(CODE | WORDS, moves=True),
    Verb.UNLINK: Form(CODE),
    Verb.CLOCK: Form(CODE | WORDS),
    Verb.STRIKE: Form(CODE),
    Verb.ERASE: Form(CODE, is_final=True),
    Verb.CLOSE: Form(CODE | WORDS, moves=True),
    Verb.REOPEN: Form(moves=True),
}
"""What can be done to a case; every verb of the hotline's that is about one."""
OWN: dict[Verb, Form] = {Verb.ON_DUTY: Form(), Verb.OFF_DUTY: Form(), Verb.REST: Form(CODE)}
"""What somebody does about themselves."""


async def change(visit: Visit) -> Response:
    """Do something to a case, and say what came of it."""
    verb, form = _wanted(visit, FORMS)
    seen = await visit.front.reads.run(lambda work: sight(work, visit, visit.param("reference")))
    path = f"/cases/{seen.glance.reference}"
    if form.is_final and not visit.here.is_proved(visit.now):
        return visit.prove_first(path)
    if form.is_final and read_reference(visit.form.get("code", "")) != seen.glance.reference:
        other = Told(seen.case, is_refused=True, source=texts.ERASE_OTHER.source)
        return await _answered(visit, other, path)
    filled = _filled(visit, form)
    if form.is_told and (asked := await _doubts(visit, seen, filled)):
        return await _ask(visit, seen, verb, asked)
    told = await ordered(visit, seen.case, verb, filled)
    return await _answered(visit, told, path)


async def _doubts(visit: Visit, seen: Sight, filled: Filled) -> list[Asked]:
    sure = frozenset(visit.form.get("sure", "").split())
    if not seen.may_read:
        return []  # nothing of theirs goes to anybody
    if filled.words:
        return await doubts(visit, seen, filled.words, sure)
    # A sentence of the phrasebook is in the person's language; only its blanks are somebody's.
    found = await doubts(visit, seen, "\n".join(filled.values.values()), sure)
    return [it for it in found if it.doubt is not Doubt.LANGUAGE]


async def _ask(visit: Visit, seen: Sight, verb: Verb, asked: list[Asked]) -> Response:
    """Ask whether somebody is sure; what they wrote is kept meanwhile, and stands on the page."""
    keyring = visit.keyring()
    if verb is Verb.SAY and keyring is not None:
        await drafts.put(visit, seen.case, drafts.SAY, visit.form.get("words", ""), keyring)
    if visit.is_fetched:
        return as_json(visit, asked)
    given = {name: value for name, value in visit.form.items() if name not in {CSRF, "sure"}}
    sure = {*visit.form.get("sure", "").split(), *(it.doubt.value for it in asked)} & set(Doubt)
    return visit.page(
        "sure.html", status=HTTPStatus.CONFLICT, reference=seen.glance.reference, verb=verb.value,
        asked=asked, given=given, sure=" ".join(sorted(sure)),
    )  # fmt: skip


async def own(visit: Visit) -> Response:
    """Come on duty, go, or rest."""
    verb, form = _wanted(visit, OWN)
    told = await ordered(visit, "", verb, filled=_filled(visit, form))
    # Whoever goes can leave a word; whoever comes reads it first (`queue_pages.home`).
    return await _answered(visit, told, "/shift" if verb is Verb.OFF_DUTY else "/")


async def next_case(visit: Visit) -> Response:
    """Claim whatever is next for whoever asks."""
    told = await ordered(visit, "", Verb.CLAIM)
    reference = ""
    if told is not None and told.case and not told.is_refused:
        glance = await visit.front.reads.run(
            lambda work: visit.front.glances.at(work, told.case if told else "")
        )
        reference = glance.reference if glance else ""
    return await _answered(visit, told, f"/cases/{reference}" if reference else "/queue/waiting")


async def ordered(visit: Visit, case: str, verb: Verb, filled: Filled | None = None) -> Told | None:
    """Send a command, and wrap the case to whoever may open it afterwards."""
    given = filled or Filled()
    command = Command(
        verb=verb, by=visit.by.id, case=case, code=given.code, words=given.words,
        values=given.values,
    )  # fmt: skip
    keyring = visit.keyring()
    told = await visit.front.post.send(command)
    if told is not None and told.source == STILL_RUN.source:
        told = await _with_clocks(visit, told)
    if told is not None and told.source == REST_OFFERED.source:
        visit.here.hard_at = visit.now
    form = FORMS.get(verb) or OWN.get(verb)
    if told is not None and not told.is_refused and verb.value in drafts.KINDS:
        await visit.front.database.writer.run(
            lambda work: drafts.drop(work, case, visit.by.id, verb.value)
        )
    moved = case or (told.case if told else "")
    if moved and form is not None and form.moves and keyring is not None:
        await _settle(visit, moved, keyring)
    return told


async def _with_clocks(visit: Visit, told: Told) -> Told:
    """Say which clocks run, in the language of whoever reads it."""
    clocks, now = visit.front.clocks, visit.now
    ahead = await visit.front.reads.run(lambda work: clocks.ahead(work, told.case, now))
    return replace(told, values={"clocks": dated(ahead, visit.tongue.staff, now)})


async def _settle(visit: Visit, case: str, keyring: Keyring) -> None:
    custody, now = visit.front.vault.cases.custody, visit.now
    await visit.front.database.writer.run(lambda work: custody.settle_one(work, case, keyring, now))


def _wanted(visit: Visit, known: dict[Verb, Form]) -> tuple[Verb, Form]:
    """Return what is asked for.

    Raises:
        HTTPException: there is no such thing to do, or a field is not one of its form.
    """
    asked = visit.param("verb")
    verb = Verb(asked) if asked in {it.value for it in known} else None
    if verb is None:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)
    form = known[verb]
    for name in set(visit.form) - {CSRF}:
        is_value = form.has_values and name.startswith(VALUE)
        if name not in form.fields and not is_value:
            raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)
    if len(visit.form.get("code", "")) > LONGEST_CODE:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)
    return verb, form


def _filled(visit: Visit, form: Form) -> Filled:
    given = {name: visit.form[name] for name in form.fields if name in visit.form}
    values = {
        name.removeprefix(VALUE): value
        for name, value in visit.form.items()
        if form.has_values and name.startswith(VALUE)
    }
    written = given.get("words", "").replace("\r\n", "\n")
    return Filled(given.get("code", ""), written, values)


async def _answered(visit: Visit, told: Told | None, path: str) -> Response:
    if told is None:
        text, values, is_refused = texts.WRITTEN_DOWN, {}, True
    else:
        text, values, is_refused = told.text, told.values, told.is_refused
    is_hard = text.source == REST_OFFERED.source  # a desk of pages offers the pause by a button
    text = DONE if is_hard else text
    said = visit.tongue(text, **values) if text.source else ""
    if visit.is_fetched:
        return visit.json(told=said, refused=is_refused, go=visit.url(path), pause=is_hard)
    if said:
        visit.here.said.append((said, is_refused))
    return visit.go(path)


DOORS = (
    Door("/cases/{reference}/do/{verb}", change, May.CHANGE, "POST", BY_WHAT_IS_DONE),
    Door("/own/{verb}", own, May.QUEUE, "POST", BY_WHAT_IS_DONE),
    Door("/next", next_case, May.QUEUE, "POST", NO_FIELDS),
)
