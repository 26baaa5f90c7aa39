"""A token that Telegram refuses is shown on every page of the desk and told by the doctor."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bot.app.storage import open_database
from bot.cases.state_machine import Role
from bot.cli.doctor import run_checks
from bot.clock import HOUR, MINUTE, SystemClock
from bot.store.findings import FINDING_LIFETIME, TOKEN_REFUSED_SINCE
from tests.support.harnesses.hotline_harness import settings_for
from tests.support.harnesses.web_desk_harness import WebDeskHarness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHECK = "Telegram accepts the token"
BANNER = "Telegram has refused the bot&#39;s token since"


@pytest.fixture
def web_desk(tmp_path: Path) -> Iterator[WebDeskHarness]:
    made = WebDeskHarness(tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize("is_refused", [True, False])
def test_every_page_of_the_desk_says_that_the_token_is_refused(
    web_desk: WebDeskHarness, is_refused: bool
) -> None:
    """Only an administrator reads how that is mended: the banner is short on a phone."""
    mei, wu = web_desk.worker().comes(), web_desk.worker("Wu", Role.ADMINISTRATOR).comes()
    now = web_desk.home.loop.now()
    since = now - HOUR if is_refused else 0
    web_desk.home.database.writer.run_sync(
        lambda work: TOKEN_REFUSED_SINCE.record(work, since, now)
    )
    for path in ("/queue/mine", "/account"):
        page = mei.browser.get(path).text
        assert (BANNER in page) == is_refused
        assert ("Tell an administrator." in page) == is_refused
        assert "restart Haven" not in page
    assert ("restart Haven" in wu.browser.get("/staff").text) == is_refused


@pytest.mark.parametrize(
    ("is_refused", "age", "is_told"),
    [(True, 0, True), (True, FINDING_LIFETIME + MINUTE, False), (False, 0, False)],
)
def test_the_doctor_says_that_the_token_is_refused_and_what_to_do(
    tmp_path: Path, is_refused: bool, age: int, is_told: bool
) -> None:
    settings, at = settings_for(tmp_path), SystemClock().now() - age
    with closing(open_database(settings).writer) as writer:
        since = at - HOUR if is_refused else 0
        writer.run_sync(lambda work: TOKEN_REFUSED_SINCE.record(work, since, at))
    fault = dict(run_checks(settings))[CHECK]
    assert bool(fault) == is_told
    assert not fault or all(it in fault for it in ("@BotFather", "HAVEN_TELEGRAM_TOKEN", "restart"))
