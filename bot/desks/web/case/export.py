"""One case on paper, or as plain text: an export, and written down as one before anybody has it.

Nothing a person wrote begins a line of the text: no table takes it for a formula, no reader for a
heading. Addresses cannot be followed, and what is not seen is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.cases.escape_text import in_a_line
from bot.cases.queries import KINDS
from bot.cases.routing import name_of
from bot.clock import SECOND
from bot.desks.web.auth.step_up import as_text, ask_first
from bot.desks.web.case import texts as words
from bot.desks.web.case.file import file_of
from bot.desks.web.case.view import view
from bot.desks.web.request import NotThere
from bot.desks.web.routes import Door, May
from bot.desks.web.templates import theirs
from bot.hotline.chat.messages import Side

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.responses import Response

    from bot.desks.web.case.file import CaseFile
    from bot.desks.web.case.messages import Bubble
    from bot.desks.web.case.view import View
    from bot.desks.web.request import Visit
    from bot.store.writer import Work
    from bot.text import Text

EXPORT = "export"
"""What the audit log calls it; how it left is the detail."""
QUOTED = "    | "
"""What every line begins with that somebody wrote."""


async def printed(visit: Visit) -> Response:
    """Show a case as it is printed: no buttons, nothing that moves."""
    found = await view(visit, visit.param("reference"))
    if first := _not_yet(visit, found):
        return first
    file = await _taken_out(visit, found, "print")
    return visit.page("print.html", view=found, file=file, Side=Side, **_around(visit, found))


async def transcript(visit: Visit) -> Response:
    """Hand a case over as plain text."""
    found = await view(visit, visit.param("reference"))
    if first := _not_yet(visit, found):
        return first
    file = await _taken_out(visit, found, "transcript")
    text = "\n".join(_lines(Speaker(visit, found), file)) + "\n"
    return as_text(f"{found.sight.glance.reference}-transcript.txt", text)


def _not_yet(visit: Visit, found: View) -> Response | None:
    """Return where somebody goes first: to the case they may not read, or to show a factor."""
    reference = found.sight.glance.reference
    first = ask_first(visit, f"/cases/{reference}")
    return first if found.is_readable else visit.go(f"/cases/{reference}")


async def _taken_out(visit: Visit, found: View, how: str) -> CaseFile:
    """Return the file of a case that is taken out, once that is written down.

    Raises:
        NotThere: somebody else has claimed it a moment ago.
    """
    now, case = visit.now, found.sight.case

    def note(work: Work) -> None:
        visit.front.audit.note(work, now, visit.by.id, EXPORT, case, how)

    await visit.front.database.writer.run(note)
    file = await file_of(visit, found)
    if not found.is_readable:
        raise NotThere("not theirs")
    return file


def _around(visit: Visit, found: View) -> dict[str, Any]:
    glance = found.sight.glance
    return {
        "glance": glance,
        "queue_name": name_of(glance.queue),
        "stamp": lambda at: stamp(visit, at),
        "recipients": visit.front.recipients,
    }


def stamp(visit: Visit, at: int) -> str:
    """Return a moment in full: paper is read on another day."""
    return f"{datetime.fromtimestamp(at / SECOND, visit.front.zone):%Y-%m-%d %H:%M}"


@dataclass(frozen=True, slots=True)
class Speaker:
    """Says one case in the language of whoever takes it out."""

    visit: Visit
    view: View

    def say(self, text: Text, **values: str) -> str:
        """Return a phrase."""
        return self.visit.tongue(text, **values)

    def at(self, moment: int) -> str:
        """Return a moment in full."""
        return stamp(self.visit, moment)

    def name(self, who: str) -> str:
        """Return what a colleague is called."""
        return in_a_line(self.view.names.get(who, who))


def _lines(to: Speaker, file: CaseFile) -> Iterator[str]:
    glance, visit = to.view.sight.glance, to.visit
    yield f"{glance.reference}  {visit.tongue.level(glance.priority)}"
    yield to.say(words.EXPORTED, name=to.name(visit.by.id), at=to.at(visit.now))
    yield to.say(words.STATES[glance.state.value])
    yield visit.tongue.rule(glance.rule)
    yield from _sent(to, file)
    yield from _passed(to, file)
    yield from _heading(to, words.CONVERSATION)
    for bubble in to.view.bubbles:
        yield from _bubble(to, bubble)
    yield from _heading(to, words.WHO_OPENED)
    for row in reversed(file.deeds):
        yield f"{to.at(row.at)}  {to.name(row.actor)}: {row.deed} {row.detail}".rstrip()


def _heading(to: Speaker, text: Text) -> Iterator[str]:
    yield ""
    yield f"# {to.say(text)}"


def _sent(to: Speaker, file: CaseFile) -> Iterator[str]:
    opened = file.opened
    if opened is None:
        return
    for sent in opened.received:
        kind = KINDS.get(sent.kind)
        yield ""
        at = sent.sent_at.astimezone(to.visit.front.zone)
        yield f"# {to.say(kind) if kind else sent.kind}  {at:%Y-%m-%d %H:%M}"
        for told in sent.told:
            yield f"{in_a_line(told.question)}:"
            yield from _quoted(told.answer)
    yield from _heading(to, words.CONSENT)
    for it in opened.agreed:
        yield f"{it.at.astimezone(to.visit.front.zone):%Y-%m-%d %H:%M}  {in_a_line(it.told)}"


def _passed(to: Speaker, file: CaseFile) -> Iterator[str]:
    """Yield who was told, or was to be, and exactly what where the person agreed to it."""
    if file.referrals:
        yield from _heading(to, words.REFERRALS)
    for passed in file.referrals:
        it, known = passed.it, to.visit.front.recipients
        name = known[it.recipient].read_in(to.visit.tongue.flows) if it.recipient in known else "?"
        stage = to.say(words.REFERRAL_STAGES[it.stage.value])
        yield f"{to.at(it.sent_at or it.offered_at)}  {in_a_line(name)}: {stage}"
        for told in passed.parts:
            yield f"{in_a_line(told.question)}:"
            yield from _quoted(told.answer)


def _bubble(to: Speaker, it: Bubble) -> Iterator[str]:
    who = to.say(words.THE_PERSON) if it.side == Side.PERSON.value else in_a_line(it.author)
    if it.side == Side.NOTE.value:
        who = f"{to.say(words.NOTE)} ({who})"
    marks = [to.say(words.MARKS[it.mark])] if it.mark in words.MARKS else []
    if it.is_unconfirmed:
        marks.append(to.say(words.NOT_CONFIRMED))
    yield ""
    yield "  ".join([to.at(it.at), who, *(f"({mark})" for mark in marks)])
    if it.text or it.label:
        yield from _quoted(f"{it.label} {it.text}".strip())
    if it.theirs:
        yield to.say(words.THEY_READ)
        yield from _quoted(it.theirs)
    for old in it.before:
        yield f"{to.say(words.BEFORE_EDIT)}:"
        yield from _quoted(old)
    for file in it.files:
        yield to.say(words.FILE, kind=file.kind)
    if it.place:
        yield to.say(words.PLACE, point=it.place)


def _quoted(written: str) -> Iterator[str]:
    yield from (QUOTED + line for line in theirs(written).splitlines() or [""])


DOORS = (
    Door("/cases/{reference}/print", printed, May.CASE),
    Door("/cases/{reference}/transcript", transcript, May.CASE),
)
