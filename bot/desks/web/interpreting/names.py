"""The pseudonyms of interpreters, which every page of a case shows instead of their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.hotline.interpreting.profiles import PSEUDONYM, interpreter_numbers

if TYPE_CHECKING:
    from bot.desks.locale import StaffLocale
    from bot.store.writer import Work


def pseudonyms(work: Work, locale: StaffLocale) -> dict[str, str]:
    """Return the pseudonyms of all interpreters, former ones too, by the id among the staff."""
    numbers = interpreter_numbers(work)
    return {who: locale(PSEUDONYM, number=str(number)) for who, number in numbers.items()}
