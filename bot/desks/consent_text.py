"""What may be told to somebody else, as staff read it: what the person left in, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.queries import AnswerView
from bot.hotline.referrals.model import DOT, LANGUAGE
from bot.text import pgettext

if TYPE_CHECKING:
    from bot.cases.queries import AnswerRenderer
    from bot.desks.locale import StaffLocale
    from bot.hotline.referrals.model import Referral

LANGUAGE_LABEL = pgettext("column", "Language")


def referral_answers(
    referral: Referral, telling: AnswerRenderer, locale: StaffLocale
) -> list[AnswerView]:
    """Return each part of a referral that is not struck, with what it answers."""
    found: list[AnswerView] = []
    for part in referral.included_parts:
        flow, _dot, step = part.code.rpartition(DOT)
        if part.code == LANGUAGE:
            found.append(
                AnswerView(step, locale(LANGUAGE_LABEL), locale.language_name(str(part.answer)))
            )
        else:
            found += telling.render(flow, {step: part.answer})
    return found
