"""What the doctor looks at grows old: numbers, and whom a case can be passed on to."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.cli.doctor import expired_recipients, run_checks
from bot.places.taiwan.recipients import EXPIRES_ON, RECIPIENTS
from bot.settings import Settings

LAST_DAY = EXPIRES_ON - timedelta(days=1)


@pytest.mark.parametrize(("today", "old"), [(LAST_DAY, []), (EXPIRES_ON, list(RECIPIENTS))])
def test_expired_recipients_are_named(today: date, old: list[str]) -> None:
    assert expired_recipients(RECIPIENTS, today) == old


def test_the_doctor_looks_at_both() -> None:
    faults = dict(run_checks(Settings()))
    assert faults.keys() >= {"place", "facts of the place", "recipients of referrals"}
    assert faults["place"] is None


def test_a_place_that_does_not_exist_is_named_with_those_that_do() -> None:
    fault = dict(run_checks(Settings(place="nowhere")))["place"]
    assert fault == "HAVEN_PLACE: there is no such place; one of: taiwan"
