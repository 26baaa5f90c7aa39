"""What may be told to somebody else, as staff read it: what the person left in, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.queries import Told
from bot.hotline.referrals.model import DOT, LANGUAGE
from bot.text import pgettext

if TYPE_CHECKING:
    from bot.cases.queries import Telling
    from bot.desks.locale import Tongue
    from bot.hotline.referrals.model import Referral

SPEAKS = pgettext("column", "Language")


def told_of(it: Referral, telling: Telling, tongue: Tongue) -> list[Told]:
    """Return each part of a referral that is not struck, with what it answers."""
    found: list[Told] = []
    for part in it.kept:
        flow, _dot, step = part.code.rpartition(DOT)
        if part.code == LANGUAGE:
            found.append(Told(step, tongue(SPEAKS), tongue.spoken(str(part.answer))))
        else:
            found += telling.told(flow, {step: part.answer})
    return found
