"""What the doctor looks at grows old: numbers, and whom a case can be passed on to."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.cli.doctor import checks, recipients_too_old
from bot.places.taiwan.recipients import EXPIRES, RECIPIENTS
from bot.settings import Settings

LAST_DAY = EXPIRES - timedelta(days=1)


@pytest.mark.parametrize(("today", "old"), [(LAST_DAY, []), (EXPIRES, list(RECIPIENTS))])
def test_whoever_was_read_about_too_long_ago_is_named(today: date, old: list[str]) -> None:
    assert recipients_too_old(RECIPIENTS, today) == old


def test_the_doctor_looks_at_both() -> None:
    faults = dict(checks(Settings()))
    assert faults.keys() >= {"the place", "what people are told of it", "who can be told"}
    assert faults["the place"] is None


def test_a_place_that_does_not_exist_is_named_with_those_that_do() -> None:
    fault = dict(checks(Settings(place="nowhere")))["the place"]
    assert fault == "HAVEN_PLACE: there is no such place; one of: taiwan"
