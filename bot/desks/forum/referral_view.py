"""The stages of a referral, as a topic shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.desks.consent_text import referral_answers
from bot.desks.forum import texts
from bot.desks.forum.cards import button_token, command_button
from bot.hotline.commands.types import Verb
from bot.hotline.referrals.model import Referral, ReferralStage
from bot.messages import Button, SendText

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.desks.forum.context import ForumContext
    from bot.text import Text

    ButtonRows = tuple[tuple[Button, ...], ...]

_STAGE_TEXTS: Mapping[ReferralStage, Text] = {
    ReferralStage.OFFERED: texts.REFERRAL_OFFERED,
    ReferralStage.AGREED: texts.REFERRAL_AGREED,
    ReferralStage.DECLINED: texts.REFERRAL_DECLINED,
    ReferralStage.SENT: texts.REFERRAL_SENT,
    ReferralStage.REVOKED: texts.REFERRAL_REVOKED,
    ReferralStage.WITHDRAWN: texts.REFERRAL_WITHDRAWN,
}


def recipient_buttons(context: ForumContext, case: str, now: int) -> ButtonRows:
    """Return a button for each recipient to whom a case can be referred now."""
    names = context.locale.flow_catalogue
    return tuple(
        (Button(it.name.render(names), button_token(Verb.REFER, code, case)),)
        for code, it in context.recipients.items()
        if it.is_offered_at(now)
    )


def referral_message(context: ForumContext, referral: Referral) -> SendText | None:
    """Return the message about a referral, with its parts where a person's words are shown."""
    text = _STAGE_TEXTS.get(referral.stage)
    if text is None:
        return None
    to = context.recipients.get(referral.recipient)
    recipient = to.name.render(context.locale.flow_catalogue) if to else "?"
    lines = [context.locale(text, recipient=recipient)]
    rows: ButtonRows = ()
    if context.shows_content and referral.stage in {ReferralStage.OFFERED, ReferralStage.AGREED}:
        parts = referral_answers(referral, context.answer_renderer, context.locale)
        lines += [f"\u2022 {each.question}: {each.answer}" for each in parts]
    if referral.stage is ReferralStage.AGREED:
        rows = ((command_button(context, Verb.SEND_REFERRAL, referral.id),),)
    return SendText("\n".join(lines), rows, topic=referral.case)
