"""What the doctor looks at grows old: numbers, and whom a case can be passed on to."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.checkup import checks, numbers_too_old, recipients_too_old
from bot.places.recipients import EXPIRES, RECIPIENTS
from bot.places.taiwan import IN_DANGER
from bot.settings import Settings

LAST_DAY = EXPIRES - timedelta(days=1)


@pytest.mark.parametrize(("today", "old"), [(LAST_DAY, []), (EXPIRES, list(RECIPIENTS))])
def test_whoever_was_read_about_too_long_ago_is_named(today: date, old: list[str]) -> None:
    assert recipients_too_old(today) == old


def test_a_number_that_was_read_too_long_ago_is_named() -> None:
    assert numbers_too_old(date(2099, 1, 1)) == [entry.number for entry in IN_DANGER]


def test_the_doctor_looks_at_both() -> None:
    names = {name for name, _fault in checks(Settings())}
    assert {"numbers for danger", "who can be told"} <= names
