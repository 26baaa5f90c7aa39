"""Only an organisation with an agreement, on a day on which it holds, can be referred to."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.app.referral_recipients import deployment_place, find_recipients, recipient_facts
from bot.cli.directory import recipient_rows
from bot.cli.doctor import run_checks
from bot.errors import SettingError
from bot.places.directory import Unavailability
from bot.places.registry import use_bodies_abroad
from bot.places.taiwan.recipients import EXPIRES_ON, RECIPIENTS
from bot.settings import Settings, load_settings

FIRST, LAST = date(2026, 2, 1), date(2026, 10, 31)
GIVEN = "legal_aid=2026-02-01/2026-10-31,nia=2026-02-01/"
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("today", "why"),
    [
        (FIRST - DAY, Unavailability.NOT_YET),
        (FIRST, None),
        (LAST, None),
        (LAST + DAY, Unavailability.ENDED),
        (EXPIRES_ON, Unavailability.UNVERIFIED),
    ],
)
def test_an_agreement_holds_from_its_first_to_its_last_day(
    today: date, why: Unavailability | None
) -> None:
    recipient = find_recipients(Settings(agreements=GIVEN))["legal_aid"]
    assert recipient.unavailability(today) is why
    assert recipient.is_offered(today) is (why is None)


def test_without_an_agreement_nobody_can_be_chosen() -> None:
    recipients = find_recipients(Settings())
    assert recipients.keys() == RECIPIENTS.keys()
    assert {it.unavailability(FIRST) for it in recipients.values()} == {Unavailability.NO_AGREEMENT}
    assert not recipient_facts(Settings(), FIRST)


def test_people_are_told_of_the_kinds_of_recipients_with_an_agreement() -> None:
    settings = Settings(agreements=GIVEN)
    assert recipient_facts(settings, FIRST - DAY) == frozenset()
    assert recipient_facts(settings, FIRST) == {"agreed_office", "agreed_organisation"}
    assert recipient_facts(settings, LAST + DAY) == {"agreed_office"}
    assert deployment_place(settings).recipients["nia"].is_offered(FIRST)


def test_recipients_are_put_together_once_and_again_when_a_body_abroad_comes() -> None:
    settings = Settings(agreements=GIVEN)
    before = deployment_place(settings)
    assert deployment_place(Settings(agreements=GIVEN)) is before
    assert deployment_place(Settings()).recipients["nia"].agreement is None
    use_bodies_abroad({"embassy": before.recipients["nia"]})
    try:
        assert "embassy" in find_recipients(settings)
    finally:
        use_bodies_abroad({})
    assert deployment_place(settings) is before


@pytest.mark.parametrize(
    "given",
    [
        "legal_aid",
        "legal_aid=2026-02-01",
        "legal_aid=2026-02-30/",
        "legal_aid=2026-02-01/2026-01-31",
        "nia=2026-02-01/,nia=2026-03-01/",
        "nia=2026-02-01/,",
    ],
)
def test_a_wrong_agreement_is_refused_with_an_example(given: str) -> None:
    with pytest.raises(SettingError, match=r"HAVEN_AGREEMENTS: .*legal_aid=2026-01-01/2026-12-31"):
        load_settings(agreements=given)


def test_the_list_says_why_a_recipient_cannot_be_chosen() -> None:
    rows = recipient_rows(find_recipients(Settings(agreements=GIVEN)), LAST + DAY)
    said = {row["code"]: row["can be chosen"] for row in rows}
    assert said["legal_aid"] == "no: the agreement has ended"
    assert said["nia"] == "yes"
    assert said["spa"] == "no: no agreement"


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ("nia=2026-02-01/", None),
        ("nobody=2026-02-01/", "no such recipient: nobody"),
        ("nia=2026-02-01/2026-02-02", "agreements end: nia on 2026-02-02"),
    ],
)
def test_the_doctor_names_agreements_that_end_and_unknown_ones(
    given: str, fault: str | None
) -> None:
    said = dict(run_checks(Settings(agreements=given)))["agreements about referrals"]
    assert (said is None) if fault is None else fault in str(said)
