"""The parts of a referral that may be told, as staff read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.escape_text import escape_text
from bot.cases.queries import AnswerRenderer, AnswerView
from bot.hotline.referrals.model import ALSO, CONTACT, DOT, LANGUAGE, Referral
from bot.text import _, pgettext

if TYPE_CHECKING:
    from bot.desks.locale import StaffLocale

LANGUAGE_LABEL = pgettext("column", "Language")
CONTACT_LABEL = _("How to reach the person")


def referral_answers(
    referral: Referral, renderer: AnswerRenderer, locale: StaffLocale
) -> list[AnswerView]:
    """Return each included part of a referral, with its question."""
    found: list[AnswerView] = []
    for part in referral.included_parts:
        flow, _dot, step = part.code.rpartition(DOT)
        if part.code == LANGUAGE:
            found.append(
                AnswerView(step, locale(LANGUAGE_LABEL), locale.language_name(str(part.answer)))
            )
        elif part.code == CONTACT:
            found.append(AnswerView(step, locale(CONTACT_LABEL), escape_text(str(part.answer))))
        elif flow == ALSO:
            found += renderer.render("", {ALSO: part.answer})
        else:
            found += renderer.render(flow, {step: part.answer})
    return found
