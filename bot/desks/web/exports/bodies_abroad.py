"""Page of bodies abroad: what may be told to each, and the confirmation of its key by two people.

The page never shows a fingerprint: it is typed as the body reads it, or the comparison would be one
of the page with itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.desks.web.routes import Permission, get, post
from bot.exports.bodies_abroad import PURPOSE_NAMES, FingerprintReply
from bot.text import Text, _, pgettext

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.desks.web.request import DeskRequest, Response
    from bot.exports.bodies_abroad import BodyAbroad
    from bot.store.writer import Work

MAX_TYPED = 100
REPLIES: Mapping[FingerprintReply, Text] = {
    FingerprintReply.NO_KEY: _("This organisation has no key that could be confirmed."),
    FingerprintReply.DIFFERS: _(
        "This is not the fingerprint of the registered key. Ask them to read it once more. If it "
        "still differs, the key was exchanged on its way: tell the operator, and seal nothing."
    ),
    FingerprintReply.NOTED: _("Right. A second colleague has to ask and confirm it too."),
    FingerprintReply.AGAIN: _("You have confirmed it already: a second colleague is needed."),
    FingerprintReply.CONFIRMED: _("Right, and confirmed by two: packages can be sealed now."),
}
IS_FINE = frozenset({FingerprintReply.NOTED, FingerprintReply.CONFIRMED})
PART_NAMES: Mapping[str, Text] = {
    "language": pgettext("part", "the language"),
    "needs": pgettext("part", "what help is needed"),
    "contact": pgettext("part", "how to reach the person"),
    "also": pgettext("part", "what the person wrote in their own words"),
}
"""Parts that answer no question; the others are named by their questions."""


@get("/bodies", Permission.OPEN)
async def _bodies_page(request: DeskRequest) -> Response:
    context = request.context

    def look(work: Work) -> tuple[list[BodyAbroad], dict[str, str]]:
        names = {it.id: it.name or it.id for it in context.staff.all(work)}
        return context.bodies_abroad.all(work), names

    bodies, names = await request.read(look)
    return request.render(
        "bodies_abroad.html", bodies=[it for it in bodies if it.ended_at is None], names=names,
        by=request.caseworker.id, purposes=PURPOSE_NAMES,
        parts={it.code: [_part_name(request, code) for code in it.rules.parts] for it in bodies},
    )  # fmt: skip


@post("/bodies/confirm", Permission.OPEN, "code", "words", needs_step_up=True)
async def _confirm(request: DeskRequest) -> Response:
    """Compare what the body read with the registered key."""
    code, typed = request.form.get("code", "")[:24], request.form.get("words", "")[:MAX_TYPED]
    bodies, by, now = request.context.bodies_abroad, request.caseworker.id, request.now
    reply = await request.write(lambda work: bodies.confirm(work, code, typed, by, now))
    request.flash(REPLIES[reply], is_refused=reply not in IS_FINE)
    return request.redirect("/bodies")


def _part_name(request: DeskRequest, code: str) -> str:
    """Return the name of a part: a question in words where the code names one; else the code."""
    if code in PART_NAMES:
        return request.locale(PART_NAMES[code])
    registry, (flow, _dot, step) = request.context.flow_registry, code.rpartition(".")
    question = registry.question(flow, step) if flow else None
    if question is None:
        return code
    return request.locale.question_name(question)
