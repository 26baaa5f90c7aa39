"""A caseworker on call chooses the browsers in which they are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.clock import SECOND
from bot.desks.web.auth.sessions import STEP_UP_LIFETIME
from bot.hotline.on_call.roster import (
    MAX_BROWSERS,
    CallChannel,
    OnCallRoster,
    OnCallSettings,
    PushSubscription,
)
from tests.support.harnesses.web_desk_harness import WebDeskHarness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.harnesses.web_desk_harness import WebCaseworker

FORM = {"endpoint": "https://fcm.googleapis.com/fcm/send/a", "p256dh": "BKey", "auth": "secret"}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[WebDeskHarness]:
    made = WebDeskHarness(tmp_path, push_contact="admin@example.org")
    yield made
    made.close()


def on_call(office: WebDeskHarness, name: str = "Mei") -> WebCaseworker:
    """Return a caseworker who is on call by Telegram."""
    mei = office.worker(name).comes()
    now, settings = office.home.loop.now(), OnCallSettings((CallChannel.TELEGRAM,))
    office.home.database.writer.run_sync(
        lambda work: roster(office).set(work, mei.id, 1, settings, now)
    )
    return mei


def roster(office: WebDeskHarness) -> OnCallRoster:
    return OnCallRoster(office.home.vault, office.home.settings.zone)


def settings_of(office: WebDeskHarness, who: WebCaseworker) -> OnCallSettings:
    person = office.home.database.writer.run_sync(lambda work: roster(office).of(work, who.id))
    assert person is not None
    return person.settings


def test_a_chosen_browser_is_called_first_and_can_be_removed(office: WebDeskHarness) -> None:
    mei = on_call(office)
    assert mei.browser.post("/account/calls", FORM).status_code == 303
    stored = settings_of(office, mei)
    assert stored.channels == (CallChannel.PUSH, CallChannel.TELEGRAM)
    (browser,) = stored.browsers
    assert (browser.endpoint, browser.secret) == (FORM["endpoint"], FORM["auth"])
    assert "Remove" in mei.browser.get("/account/calls").text
    mei.browser.post("/account/calls/end", {"added": str(browser.added_at)})
    assert settings_of(office, mei) == OnCallSettings((CallChannel.TELEGRAM,))


def test_a_browser_is_not_added_without_a_fresh_second_factor(office: WebDeskHarness) -> None:
    mei = on_call(office)
    office.home.advance_time(STEP_UP_LIFETIME / SECOND + 1)
    answer = mei.browser.post("/account/calls", FORM, referer="https://desk.test/account/calls")
    assert answer.headers["location"] == "/step-up?back=/account/calls"
    assert settings_of(office, mei).browsers == ()


@pytest.mark.parametrize(
    "wrong",
    [{"endpoint": "https://evil.example/"}, {"endpoint": "https://fcm.googleapis.com/" + "x" * 999},
     {"p256dh": ""}, {"auth": ""}, {"auth": "x" * 201}],
)  # fmt: skip
def test_an_address_that_is_no_push_service_is_refused(
    office: WebDeskHarness, wrong: dict[str, str]
) -> None:
    mei = on_call(office)
    mei.browser.post("/account/calls", FORM | wrong)
    assert settings_of(office, mei).browsers == ()
    assert "Use another browser" in mei.browser.get("/account/calls").text


def test_who_is_not_on_call_is_told_so(office: WebDeskHarness) -> None:
    jun = office.worker("Jun").comes()
    assert "You are not on call" in jun.browser.get("/account/calls").text
    assert jun.browser.post("/account/calls", FORM).status_code == 404


def test_only_this_page_may_install_the_worker(office: WebDeskHarness) -> None:
    mei = on_call(office)
    policies = [
        mei.browser.get(it).headers["content-security-policy"]
        for it in ("/account/calls", "/account")
    ]
    assert "worker-src 'self'" in policies[0]
    assert "trusted-types haven-worker" in policies[0]
    assert "worker-src" not in policies[1]
    assert "trusted-types 'none'" in policies[1]


def test_the_oldest_browser_gives_way() -> None:
    settings = OnCallSettings((CallChannel.TELEGRAM,))
    for number in range(MAX_BROWSERS + 1):
        settings = settings.with_browser(PushSubscription(str(number), "k", "s", "b", number))
    assert [it.endpoint for it in settings.browsers] == ["1", "2", "3", "4", "5"]
    assert settings.with_browser(settings.browsers[0]).browsers[-1].endpoint == "1"


def test_without_a_contact_there_is_no_such_page(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker("Mei").comes()
    assert mei.browser.get("/account/calls").status_code == 404
    assert "/account/calls" not in mei.browser.get("/account").text
