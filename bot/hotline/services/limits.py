"""A ceiling as staff read it: `7 of 10 sessions, NT$1,200 of NT$10,000`. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.hotline.services.texts import MONEY_USED, THIS_YEAR, UNIT_NAMES
from bot.places.services import CeilingPeriod, CeilingUnit

if TYPE_CHECKING:
    from bot.hotline.services.ceilings import CeilingUse
    from bot.text import Catalogue

CURRENCY = "NT$"


def used_text(use: CeilingUse, unit: CeilingUnit, words: Catalogue) -> str:
    """Return what was used of a ceiling in a language: units, then money, then the period."""
    it, parts = use.ceiling, []
    if it.units is not None and unit is not CeilingUnit.NONE:
        values = {"used": str(use.used), "most": str(it.units)}
        parts.append(UNIT_NAMES[unit].render(words, values))
    if use.amount_limit is not None:
        values = {"spent": format_money(use.spent), "most": format_money(use.amount_limit)}
        parts.append(MONEY_USED.render(words, values))
    text = ", ".join(parts)
    if it.period is CeilingPeriod.YEAR:
        text = f"{text} ({THIS_YEAR.render(words)})"
    return text


def left_text(use: CeilingUse) -> str:
    """Return what is left, in signs that read the same in every language: `3 x NT$2,000`."""
    it = use.ceiling
    if it.units is not None and it.each is not None:
        return f"{use.units_left} x {format_money(it.each)}"
    if it.units is not None and use.amount_left is not None:
        return f"{use.units_left} x, {format_money(use.amount_left)}"
    return format_money(use.amount_left or 0)


def format_money(amount: int) -> str:
    """Return an amount as receipts show it, e.g. NT$1,200."""
    return f"{CURRENCY}{amount:,}"
