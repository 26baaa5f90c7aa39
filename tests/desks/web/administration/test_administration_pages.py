"""What administrators read of languages, numbers, phrases, settings and retention; no secret."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.cases.state_machine import Role
from bot.clock import DAY, SECOND
from bot.desks.web.administration import texts
from bot.desks.web.administration.deployment import SETTING_GROUPS, SHOWN_VALUES, setting_rows
from bot.desks.web.administration.directory import FactState, fact_state
from bot.desks.web.administration.languages import language_rows
from bot.hotline.erasure.legal_holds import HoldReason, LegalHolds
from bot.languages import FALLBACK
from bot.languages.po_files import load_catalogue, measure_progress
from bot.places.directory import RECHECK_AFTER
from bot.places.place import SITUATIONS
from bot.settings import SETTING_HINTS, SETTING_NAMES, Settings
from bot.vault.erasure.retention import RULES
from tests.support.content.expired_place import expired_place
from tests.support.harnesses.web_desk_harness import WebDeskHarness

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.harnesses.web_desk_harness import WebCaseworker

SECRETS = {
    "telegram_token": f"123456:{'A' * 35}",
    "smtp_url": "smtps://desk:hunter22@mail.example.org:465",
    "database_url": "postgresql://haven:hunter23@db.example.org/haven",
    "keys_url": "postgresql://haven:hunter24@db.example.org/keys",
    "host_key_file": "/secret/host.key",
    "passphrase_file": "/secret/passphrase",
    "backup_key": "public-half-of-a-key",
    "desk_group": -1001234567890,
    "smtp_from": "caseworkers@example.org",
    "push_contact": "admin@example.org",
    "assist_models": "/secret/models",
}
TODAY = date(2026, 11, 28)


@pytest.fixture
def chief(web_desk: WebDeskHarness) -> WebCaseworker:
    return web_desk.worker("Wu", Role.ADMINISTRATOR).comes()


def page(chief: WebCaseworker, name: str) -> str:
    said = chief.browser.get(f"/administration/{name}")
    assert said.status_code == 200
    return said.text


# --- Settings ------------------------------------------------------------------------------------


def test_every_setting_is_explained_by_the_name_of_its_variable(chief: WebCaseworker) -> None:
    grouped = [name for names in SETTING_GROUPS.values() for name in names]
    assert sorted(grouped) == sorted(SETTING_NAMES)
    assert texts.SETTING_MEANINGS.keys() == set(SETTING_NAMES) == SETTING_HINTS.keys()
    shown = page(chief, "deployment")
    assert all(f"HAVEN_{name.upper()}" in shown for name in SETTING_NAMES)


def test_no_value_of_a_secret_or_an_address_of_the_server_is_shown() -> None:
    settings = Settings(**SECRETS)  # type: ignore[arg-type]
    rows = setting_rows(settings, list(SETTING_NAMES))
    values = " ".join(it.value for it in rows)
    for name, secret in SECRETS.items():
        assert name not in SHOWN_VALUES
        assert str(secret) not in values
    assert "hunter" not in values
    assert {it.variable for it in rows if it.is_set} >= {f"HAVEN_{it.upper()}" for it in SECRETS}


# --- Languages and phrases -----------------------------------------------------------------------


def test_languages_are_shown_as_the_command_line_counts_them(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    shown = " ".join(page(chief, "languages").split())
    counted = measure_progress(load_catalogue("vi"), on=True)
    assert counted.safety_critical > 0
    unreviewed = f"{counted.safety_critical_unreviewed} / {counted.safety_critical}"
    row = shown.partition("Vietnamese")[2].partition("</tr>")[0]
    assert f"{counted.drafted} / {counted.messages}" in row
    assert unreviewed in row
    rows = language_rows(web_desk.front.settings)
    assert [it.tag for it in rows if it.is_source] == [FALLBACK]


def test_a_language_that_is_not_offered_says_why(tmp_path: Path) -> None:
    office = WebDeskHarness(tmp_path, languages="id,en")
    shown = page(office.worker("Wu", Role.ADMINISTRATOR).comes(), "languages")
    row = shown.partition("Vietnamese")[2].partition("</tr>")[0]
    assert "no: not in HAVEN_LANGUAGES" in row
    assert "no: not in" not in shown.partition("Indonesian")[2].partition("</tr>")[0]
    office.close()


def test_a_language_lists_the_safety_sentences_that_too_few_have_reviewed(
    chief: WebCaseworker,
) -> None:
    unread = measure_progress(load_catalogue("vi"), on=True).unread
    assert unread
    shown = page(chief, "languages/vi")
    assert shown.count('class="sentence" lang="vi"') == len(unread)
    assert "haven languages export vi" in shown
    for tag in ("en", "xx"):
        assert chief.browser.get(f"/administration/languages/{tag}").status_code == 404


def test_every_phrase_is_shown_with_its_translation_and_review(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    shown = page(chief, "phrases/vi")
    assert shown.count('class="sentence" lang="vi"') == len(list(web_desk.front.phrasebook))
    assert "not reviewed" in shown
    assert "missing" not in shown
    assert 'lang="id"' in page(chief, "phrases")
    assert chief.browser.get("/administration/phrases/en").status_code == 404


# --- Numbers -------------------------------------------------------------------------------------


def test_each_number_is_shown_with_its_source_and_the_day_it_was_read(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    shown = page(chief, "directory")
    for entry in web_desk.front.place.directory.values():
        assert entry.number in shown
        assert entry.verified_on.isoformat() in shown
    hidden = shown.partition("Numbers people are not shown")[2]
    assert "hidden: something is not known" in hidden
    assert ">110<" in shown.partition("Numbers people are not shown")[0]


def test_a_fact_that_was_not_read_again_is_due_and_then_hidden(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    fact = web_desk.front.place.directory["110"]
    assert fact_state(fact, fact.verified_on) is FactState.SHOWN
    due = fact.verified_on + RECHECK_AFTER + timedelta(days=1)
    assert fact_state(fact, due) is FactState.DUE
    assert fact_state(fact, fact.expires_on) is FactState.EXPIRED
    old = expired_place(web_desk.front.place, date(2020, 1, 1))
    web_desk.front.find_place = lambda: old
    assert "hidden: too old, read it again" in page(chief, "directory")


def test_every_situation_and_state_has_words_for_staff() -> None:
    assert texts.SITUATIONS.keys() == SITUATIONS
    assert texts.FACT_STATES.keys() == {it.value for it in FactState}
    assert texts.HOLD_REASONS.keys() == {it.value for it in HoldReason}
    assert texts.RETENTION_RULES.keys() == {it.label for it in RULES}


# --- Retention -----------------------------------------------------------------------------------


def test_a_case_that_is_due_is_named_and_nothing_is_erased_from_here(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    _person, reference = web_desk.add_person("He keeps my passport.")
    mei = web_desk.worker().comes()
    mei.told(reference, "claim")
    mei.told(reference, "close", code="helped")
    assert reference not in page(chief, "retention")
    web_desk.home.advance_time((web_desk.front.settings.keep_days + 1) * DAY / SECOND)
    chief.comes()
    shown = page(chief, "retention")
    assert reference in shown
    assert "Legal holds" not in shown
    case, now = web_desk.case(reference), web_desk.home.loop.now()
    holds = LegalHolds(web_desk.front.staff, web_desk.front.audit)
    web_desk.home.database.writer.run_sync(
        lambda work: holds.request(work, case, mei.id, HoldReason.COURT, now + DAY, now)
    )
    assert "a court or a prosecutor ordered it" in page(chief, "retention")
    assert "He keeps my passport." not in shown
    assert web_desk.home.ask("SELECT status FROM cases") == [("closed",)]
