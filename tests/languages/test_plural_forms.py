"""Plural rules are those of CLDR, not those Babel writes into a new file."""

from __future__ import annotations

import gettext

import pytest
from babel import Locale
from babel.messages.catalog import Catalog

from bot.languages import LANGUAGES

COUNTED = (*range(1_200), 10_000, 1_000_000)


def grouped(form: list[object]) -> set[frozenset[int]]:
    """Return which numbers share a form, whatever the form is called."""
    of: dict[object, set[int]] = {}
    for number, name in zip(COUNTED, form, strict=True):
        of.setdefault(name, set()).add(number)
    return {frozenset(numbers) for numbers in of.values()}


@pytest.mark.parametrize("tag", LANGUAGES)
def test_numbers_share_a_form_as_cldr_says(tag: str) -> None:
    count, rule = LANGUAGES[tag].plurals
    ours = gettext.c2py(rule)  # type: ignore[attr-defined]
    forms = [ours(number) for number in COUNTED]
    cldr = Locale.parse(tag).plural_form
    assert grouped(forms) == grouped([cldr(number) for number in COUNTED])
    assert set(forms) == set(range(count))


def test_what_babel_writes_for_some_would_be_found() -> None:
    babels = {tag: Catalog(locale=tag).num_plurals for tag in LANGUAGES}
    wrong = {tag for tag, count in babels.items() if count != LANGUAGES[tag].plurals[0]}
    assert {"id", "my"} <= wrong
