"""What people are told once two people have checked a number or an organisation."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from bot.languages import catalogue
from bot.places.checks import (
    NUMBER,
    RECIPIENT,
    CheckableFact,
    FactCheck,
    checkable_facts,
    sentences_still_naming,
    with_checks,
)
from bot.places.directory import ReferralAgreement, Unavailability
from bot.places.place import DANGER, SITUATIONS
from bot.places.taiwan import TAIWAN
from bot.places.taiwan.directory import EXPIRES_ON, VERIFIED_ON

if TYPE_CHECKING:
    from bot.places.place import Place

DAY = VERIFIED_ON + timedelta(days=100)
LONG_AFTER = EXPIRES_ON + timedelta(days=30)


def number(code: str) -> CheckableFact:
    return CheckableFact(NUMBER, code, TAIWAN.directory[code].number)


def checked(*checks: FactCheck) -> Place:
    return with_checks(TAIWAN, checks)


def wrong(*codes: str) -> Place:
    return checked(*(FactCheck(number(code), is_right=False, day=DAY) for code in codes))


def test_without_checks_a_place_is_what_the_release_says() -> None:
    assert with_checks(TAIWAN, ()) is TAIWAN
    older = FactCheck(number("113"), is_right=False, day=VERIFIED_ON - timedelta(days=1))
    assert checked(older) is TAIWAN


def test_a_right_number_is_shown_as_long_again_from_the_day_it_was_checked() -> None:
    entry = checked(FactCheck(number("1955"), is_right=True, day=DAY)).directory["1955"]
    assert entry.verified_on == DAY
    assert entry.expires_on - DAY == EXPIRES_ON - VERIFIED_ON
    assert entry.is_shown(LONG_AFTER)
    assert not TAIWAN.directory["1955"].is_shown(LONG_AFTER)


def test_a_wrong_number_is_shown_nowhere_not_even_where_an_old_one_would_be() -> None:
    place = wrong("113", "despair")
    for situation in SITUATIONS:
        for day in (DAY, LONG_AFTER):
            shown = {it.number for it in place.numbers(situation, day)}
            assert shown
            assert not shown & {"113", TAIWAN.directory["despair"].number}
    blanks = " ".join(place.blanks(catalogue("en"), DAY).values())
    assert "113" not in blanks  # the sentence that names it gave way to the one without it
    assert "113" in " ".join(TAIWAN.blanks(catalogue("en"), DAY).values())


def test_someone_in_danger_is_never_shown_an_empty_list() -> None:
    place = wrong("110", "112", "119")
    assert [it.number for it in place.numbers(DANGER, DAY)] == ["110", "112", "119"]


def test_a_sentence_that_nothing_can_replace_is_named_to_staff() -> None:
    assert "language_line" in sentences_still_naming(TAIWAN, "110")
    assert sentences_still_naming(TAIWAN, "113") == []


def test_a_number_that_a_release_has_changed_since_is_not_touched() -> None:
    old = CheckableFact(NUMBER, "1955", "1966")
    assert checked(FactCheck(old, is_right=False, day=DAY)) is TAIWAN


def test_only_what_a_public_source_states_can_be_checked() -> None:
    facts = {(it.kind, it.code) for it in checkable_facts(TAIWAN)}
    unverified = [code for code, it in TAIWAN.directory.items() if not it.is_verified]
    assert unverified
    assert not facts & {(NUMBER, code) for code in unverified}
    assert {(RECIPIENT, code) for code in TAIWAN.recipients} <= facts


def test_a_wrong_organisation_is_offered_no_one_and_a_right_one_longer() -> None:
    agreed = ReferralAgreement(date(2026, 1, 1))
    recipients = {code: replace(it, agreement=agreed) for code, it in TAIWAN.recipients.items()}
    place = replace(TAIWAN, recipients=recipients)

    def fact(code: str) -> CheckableFact:
        return CheckableFact(RECIPIENT, code, recipients[code].name.source)

    found = with_checks(
        place,
        (
            FactCheck(fact("spa"), is_right=False, day=DAY),
            FactCheck(fact("nia"), is_right=True, day=DAY),
        ),
    ).recipients
    assert found["spa"].unavailability(DAY) is Unavailability.UNVERIFIED
    assert found["nia"].is_offered(LONG_AFTER)
    assert not found["police"].is_offered(LONG_AFTER)
