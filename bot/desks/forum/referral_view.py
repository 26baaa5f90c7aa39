"""How far a referral has come, for the topic: who would be told, what, and what the person said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.desks.consent_text import told_of
from bot.desks.forum import texts
from bot.desks.forum.cards import token
from bot.hotline.commands.types import Verb
from bot.hotline.referrals.model import Stage
from bot.messages import Button, Say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.desks.forum.context import Setup
    from bot.hotline.referrals.model import Referral
    from bot.text import Text

    Rows = tuple[tuple[Button, ...], ...]

_STAGES: Mapping[Stage, Text] = {
    Stage.OFFERED: texts.WAS_OFFERED,
    Stage.AGREED: texts.WAS_AGREED,
    Stage.DECLINED: texts.WAS_DECLINED,
    Stage.SENT: texts.WAS_SENT,
    Stage.REVOKED: texts.WAS_REVOKED,
    Stage.WITHDRAWN: texts.WAS_WITHDRAWN,
}


def recipient_rows(setup: Setup, case: str, now: int) -> Rows:
    """Return a button for everybody a case can be passed on to now."""
    return tuple(
        (Button(it.name.read_in(setup.tongue.flows), token(Verb.REFER, code, case)),)
        for code, it in setup.recipients.items()
        if it.is_offered_at(now)
    )


def referred(setup: Setup, it: Referral) -> Say | None:
    """Return what is said of a referral; its parts where words of a person may be shown."""
    text = _STAGES.get(it.stage)
    if text is None:
        return None
    to = setup.recipients.get(it.recipient)
    lines = [setup.tongue(text, recipient=to.name.read_in(setup.tongue.flows) if to else "?")]
    rows: Rows = ()
    if setup.shows_words and it.stage in {Stage.OFFERED, Stage.AGREED}:
        parts = told_of(it, setup.telling, setup.tongue)
        lines += [f"\u2022 {each.question}: {each.answer}" for each in parts]
    if it.stage is Stage.AGREED:
        rows = ((Button(setup.tongue(texts.PASSED_ON), token(Verb.TELL_OTHERS, it.id)),),)
    return Say("\n".join(lines), rows, topic=it.case)
