"""The privacy notice is what the settings make true: another setting, another text and version.

Every setting is in one of two tables. A new one is in neither, and fails here until somebody has
thought about what people have to be told of it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.app.texts import build_notice as told_by
from bot.app.texts import build_system_texts
from bot.clock import DAY
from bot.conversation import Card, FlowRegistry, Say
from bot.conversation.tools.text_session import TextSession
from bot.dispatch.privacy_notice import PrivacyNotice, text_digest
from bot.dispatch.rendering import Renderer
from bot.hotline.staff.opening_hours import same_week
from bot.hotline.staff.service_hours import ServicePlan, plan_of_settings
from bot.languages import LANGUAGES, catalogue
from bot.places.taiwan.recipients import GOVERNMENT, NON_GOVERNMENT
from bot.settings import SETTING_NAMES, Settings
from bot.vault.backup.export_rows import ARCHIVE_RETENTION
from flows import ALL_FLOWS
from flows.own_data.privacy import Privacy
from tests.support.harnesses.hotline_harness import AGREED

if TYPE_CHECKING:
    from collections.abc import Mapping

REASON = "to find brokers whom several people report"

PLAIN: Mapping[str, Any] = {"organisation": "Hope House", "contact": "02-1234"}
TOLD: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "organisation": ({"organisation": "Other House"},),
    "contact": ({"contact": "02-5678"},),
    "organisation_kind": (
        {"organisation_kind": "labour"},
        {"organisation_kind": "police"},
    ),
    "keep_days": ({"keep_days": 30}, {"keep_days": 365}),
    "backups": ({"backups": Path("/backups")},),
    "desk_group": ({"desk_group": -5},),
    "desk_mode": ({"desk_group": -5, "desk_mode": "content"},),
    "place": (),  # whom it lets us tell is named: below
    "agreements": ({"agreements": "legal_aid=2026-01-01/"}, {"agreements": AGREED}),
    "connections": ({"connections": REASON},),
    "database_url": ({"database_url": "postgresql://haven@db.example.org/haven"},),
    "files_url": (),  # as a database elsewhere: below
}
"""Settings that change what is true, and other values of them."""
NOT_TOLD = {
    "data": "where on this machine",
    "telegram_token": "which bot",
    "telegram_token_file": "where on this machine",
    "telegram_api": "Telegram can read it whoever brings it there",
    "webhook_url": "where Telegram hands over what it can read anyway",
    "webhook_listen": "where on this machine",
    "webhook_secret_file": "where on this machine",
    "telegram_proxy": "it passes on TLS, and reads nothing",
    "host_key_file": "where on this machine",
    "passphrase_file": "where on this machine",
    "desk_listen": "where on this machine",
    "watch_listen": "where on this machine; what is asked there names no person",
    "directory_days": "how long an entry about a service counts; it is about no person",
    "directory_place_days": "how long an entry about a service counts; it is about no person",
    "partner_room_listen": "where on this machine; no person and no case is in that room",
    "partner_room_origin": "where partners sign in; what they read a person agreed to pass on",
    "desk_origin": "where colleagues find what they read in any case",
    "keys_url": "keys lie there locked, as the words do",
    "allow_async_standby": "on how many of our machines, not on whose",
    "files_endpoint": "which bucket; that there is one is told",
    "files_region": "which bucket; that there is one is told",
    "files_addressing": "how the bucket is asked",
    "files_key_file": "where on this machine",
    "time_zone": "what clock",
    "languages": "which of them people can choose",
    "bot_names": "what the chat is called",
    "hours": "said where people wait",
    "weekdays": "said where people wait",
    "holidays": "said where people wait",
    "promise_minutes": "said where people wait",
    "claim_lapses_minutes": "among staff",
    "silence_minutes": "among staff",
    "staff_language": "among staff",
    "smtp_url": "a call to a caseworker says nothing of a case",
    "smtp_from": "among staff",
    "push_contact": "among staff",
    "assist_models": "where on this machine; what a model makes stays sealed in the case",
    "synthetic_budget": "what leaves is statistics with noise, which its own question is about",
    "source": "the program, not data",
    "backup_key": "for whom copies open, which is nobody here",
}
"""Settings of which nothing has to be told, and why."""
every_language = pytest.mark.parametrize("tag", LANGUAGES)


def notice_of(*, escrow: bool = False, **given: Any) -> PrivacyNotice:
    return told_by(Settings(**{**PLAIN, **given}), escrow=lambda: escrow)


def test_every_setting_is_in_the_notice_or_listed_as_left_out() -> None:
    assert TOLD.keys() | NOT_TOLD.keys() == set(SETTING_NAMES)
    assert TOLD.keys().isdisjoint(NOT_TOLD)


@every_language
def test_whatever_changes_the_truth_changes_the_text_and_its_version(tag: str) -> None:
    different = [notice_of(), notice_of(escrow=True)]
    different += [notice_of(**each) for values in TOLD.values() for each in values]
    texts = {notice.text(tag) for notice in different}
    versions = {notice.version(tag) for notice in different}
    assert len(texts) == len(versions) == len(different)


@every_language
def test_what_is_not_told_changes_nothing(tag: str) -> None:
    same = notice_of(
        hours="09:00-17:00", staff_language="en", desk_mode="content", weekdays="1-5",
        database_url="postgresql://haven@/haven?host=/run/postgresql", silence_minutes=5,
    )  # fmt: skip
    assert same.version(tag) == notice_of().version(tag)


@every_language
def test_files_in_a_bucket_are_told_as_a_database_elsewhere(tag: str) -> None:
    elsewhere = notice_of(database_url="postgresql://haven@db.example.org/haven")
    assert notice_of(files_url="s3://haven-files/taipei").text(tag) == elsewhere.text(tag)
    assert notice_of(files_url="file:///srv/files").text(tag) == notice_of().text(tag)


@every_language
def test_a_version_is_the_digest_of_exactly_what_is_shown(tag: str) -> None:
    notice = notice_of()
    assert notice.version(tag) == text_digest("\n\n".join(notice.parts(tag)))
    assert "{" not in notice.text(tag)
    assert len({notice.version(each) for each in LANGUAGES}) == len(LANGUAGES)


@every_language
def test_nobody_without_an_agreement_is_named_in_it(tag: str) -> None:
    words = notice_of(agreements="spa=2026-01-01/,nia=2026-01-01/2026-01-31").text(tag)
    offered, other = (
        NON_GOVERNMENT[code].name.render(catalogue(tag)).partition(" (")[0].partition("\uff08")[0]
        for code in ("spa", "hope_workers")
    )
    assert offered in words
    assert other not in words
    for name in ("police", "nia"):
        assert GOVERNMENT[name].name.render(catalogue(tag)).partition(" (")[0] not in words


@every_language
def test_everybody_who_can_be_told_is_named_in_it(tag: str) -> None:
    words = notice_of(agreements=AGREED).text(tag)
    for recipient in (GOVERNMENT | NON_GOVERNMENT).values():
        name = recipient.name.render(catalogue(tag))
        assert name.partition(" (")[0].partition("\uff08")[0] in words


deployments = st.fixed_dictionaries(
    {
        "organisation_kind": st.sampled_from(["ngo", "police", "immigration", "labour"]),
        "desk_group": st.sampled_from([0, -5]),
        "desk_mode": st.sampled_from(["notify", "content"]),
        "keep_days": st.integers(7, 365),
        "backups": st.sampled_from([None, Path("/backups")]),
        "connections": st.sampled_from(["", REASON]),
        "agreements": st.sampled_from(["", "nia=2026-01-01/", "spa=2026-01-01/", AGREED]),
        "database_url": st.sampled_from(
            [None, "sqlite:////x/y.db", "postgresql://h@localhost/h", "postgresql://h@other/h"]
        ),
    }
)


def sentence(name: str, deployment: Settings, tag: str) -> str:
    step = next(step for step in Privacy.steps if step.name == name)
    (text,) = (step.prompt,) if isinstance(step, Card) else step.phrases()
    return Renderer(build_system_texts(deployment)).text(text, tag)


CLAIMS: Mapping[str, Any] = {
    "no_office": lambda it: it.organisation_kind == "ngo",
    "office": lambda it: it.organisation_kind in {"labour", "police", "immigration"},
    "law": lambda it: it.organisation_kind in {"ngo", "labour"},
    "law_police": lambda it: it.organisation_kind in {"police", "immigration"},
    "elsewhere": lambda it: it.database_url is not None and "@other" in it.database_url,
    "compared": lambda it: bool(it.connections),
    "group": lambda it: bool(it.desk_group) and it.desk_mode == "notify",
    "group_reads": lambda it: bool(it.desk_group) and it.desk_mode == "content",
    "copies": lambda it: it.backups is not None,
    "offices": lambda it: "nia=" in it.agreements,
    "organisations": lambda it: "spa=" in it.agreements,
    "sent": lambda _: True,
}
"""What each sentence claims of a deployment, said a second time and from the settings alone."""


@given(given=deployments, tag=st.sampled_from(list(LANGUAGES)))
@settings(max_examples=60, deadline=None)
def test_a_sentence_stands_there_exactly_where_it_is_true(given: Any, tag: str) -> None:
    deployment = Settings(**{**PLAIN, **given})
    parts = notice_of(**given).parts(tag)
    for name, holds in CLAIMS.items():
        assert (sentence(name, deployment, tag) in parts) == holds(deployment), name
    assert any(str(deployment.keep_days) in part for part in parts)


def test_a_sentence_that_contradicts_a_setting_would_be_found() -> None:
    fixed = PrivacyNotice(Privacy, frozenset, Renderer(build_system_texts(Settings(**PLAIN))))
    police = Settings(**PLAIN, organisation_kind="police")
    assert sentence("no_office", police, "en") in fixed.parts("en")
    assert not CLAIMS["no_office"](police)


def test_every_sentence_that_depends_on_a_fact_is_held_to_it() -> None:
    depends = {it.name for it in Privacy.steps if isinstance(it, Say) and it.when.facts()}
    assert depends - {"spare_key", "no_spare_key"} <= CLAIMS.keys()  # no setting: below


@every_language
def test_copies_are_said_to_lie_for_as_long_as_any_of_them_does(tag: str) -> None:
    deployment = Settings(**PLAIN, backups=Path("/backups"))
    lies = str(max(ARCHIVE_RETENTION.values()) // DAY)
    assert re.findall(r"\d+", sentence("copies", deployment, tag)) == [lies]


@every_language
def test_whether_there_is_a_spare_key_is_told_as_it_is(tag: str) -> None:
    plain = Settings(**PLAIN)
    there, none = (sentence(name, plain, tag) for name in ("spare_key", "no_spare_key"))
    with_it, without = notice_of(escrow=True).parts(tag), notice_of().parts(tag)
    assert (there in with_it, none in with_it) == (True, False)
    assert (there in without, none in without) == (False, True)


@every_language
def test_a_change_of_hours_asks_no_one_again_because_the_notice_names_none(tag: str) -> None:
    deployment = Settings(**PLAIN, hours="09:00-18:00")
    plans = [plan_of_settings(deployment)]
    renderer = Renderer(build_system_texts(deployment, lambda: plans[-1]))
    notice = told_by(deployment, renderer)
    before, told = notice.version(tag), renderer.blanks(tag)["hours"]
    night = ServicePlan(
        deployment.zone, same_week("22:00-06:00", {6}), (), deployment.response_minutes, {}, {}
    )
    plans.append(night)
    renderer.use_blanks_of(night)
    assert renderer.blanks(tag)["hours"] != told  # negative control: other texts follow
    assert notice.version(tag) == before
    assert "22:00" not in notice.text(tag)


# --- In pages ---------------------------------------------------------------------------------


def pages(facts: frozenset[str]) -> list[list[str]]:
    """Return the messages of each page, as a person reads them who always asks for more."""
    session = TextSession(FlowRegistry(ALL_FLOWS), "privacy", catalogue("en"), facts)
    found = [session.begin()]
    while not session.is_over:
        found.append(session.submit("More"))
    return [[line for line in page if line.startswith("bot: ")] for page in found]


ALL_AT_ONCE = frozenset(
    {
        "agreed_office",
        "agreed_organisation",
        "elsewhere",
        "backups",
        "compared",
        "desk_notify",
        "desk_content",
        "escrow",
    }
)


@pytest.mark.parametrize(
    "facts", [frozenset(), frozenset({"police"}), ALL_AT_ONCE - {"desk_content"}]
)
def test_at_most_four_messages_come_before_more_is_asked_for(facts: frozenset[str]) -> None:
    read = pages(facts)
    assert [len(page) for page in read if len(page) > 4] == []
    assert len(read) == 4


def test_the_first_page_says_who_reads_what_the_law_demands_and_the_rights() -> None:
    first = "\n".join(pages(frozenset())[0])
    for part in ("is collected by", "is read by", "Taiwan law says", "/delete"):
        assert part in first


def test_all_of_the_notice_is_reached_by_asking_for_more() -> None:
    read = [line for page in pages(frozenset()) for line in page]
    assert len(read) == len(notice_of().parts("en"))
