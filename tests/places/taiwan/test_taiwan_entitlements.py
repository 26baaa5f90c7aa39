"""What there is by law is said with the amounts that were read, and not once they have expired."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.languages import catalogue
from bot.places.taiwan import TAIWAN
from bot.places.taiwan.directory import EXPIRES_ON, VERIFIED_ON
from tests.support.content.fictional_country import FARAWAY

if TYPE_CHECKING:
    from bot.places.place import EntitlementView

FUND = "14000"


def told(*happened: str, language: str = "en", days: int = 0) -> list[EntitlementView]:
    day = VERIFIED_ON + timedelta(days=days)
    return TAIWAN.list_entitlements(
        happened, day, catalogue(language, "staff"), catalogue(language)
    )


@pytest.mark.parametrize("language", ["en", "zh_Hant"])
def test_every_amount_is_said_and_no_blank_is_left(language: str) -> None:
    text = " ".join(it.text for it in told(language=language))
    facts = TAIWAN.chapters["amounts"].facts
    for name, fact in facts.items():
        assert re.search(rf"\b{getattr(fact, 'amount', fact)}\b", text, re.ASCII), name
    assert "{" not in text


def test_the_fund_is_open_once_a_victim_is_identified() -> None:
    (before,) = [it for it in told() if FUND in it.text]
    (after,) = [it for it in told("identified") if FUND in it.text]
    assert (before.is_open, after.is_open) == (False, True)
    assert all(it.is_open for it in told("identified"))


def test_entitlements_of_identified_victims_are_closed_before() -> None:
    closed = [it.text for it in told() if not it.is_open]
    assert [it.text for it in told("identified") if not it.is_open] == []
    wanted = ("Counselling", "Rent", "Training", FUND, "Article 38")
    assert [of for of, text in zip(wanted, closed, strict=True) if of not in text] == []


def test_amounts_that_expired_are_not_said() -> None:
    assert told(days=(EXPIRES_ON - VERIFIED_ON).days - 1)
    assert told(days=(EXPIRES_ON - VERIFIED_ON).days) == []


def test_another_country_says_nothing_of_taiwan() -> None:
    words = catalogue("en", "staff")
    assert FARAWAY.list_entitlements((), VERIFIED_ON, words, catalogue("en")) == []
    borrowed = replace(FARAWAY, entitlements=TAIWAN.entitlements)
    said = " ".join(
        it.text for it in borrowed.list_entitlements((), VERIFIED_ON, words, catalogue("en"))
    )
    assert "7 a year" in said
    assert FUND not in said
