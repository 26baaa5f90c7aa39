"""A clock that differs from the channel's is logged, shown at the desk, and told by the doctor."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from bot.app.storage import open_database
from bot.cli.doctor import run_checks
from bot.clock import HOUR, MINUTE, SECOND, SystemClock
from bot.store.findings import CLOCK_DOUBTED_UNTIL, CLOCK_ERROR, FINDING_LIFETIME
from tests.support.harnesses.hotline_harness import settings_for
from tests.support.harnesses.web_desk_harness import WebDeskHarness
from tests.support.people.contact_rule_simulation import ContactRuleHarness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOURS = 7200
CHECK = "clock agrees with Telegram's"


@pytest.mark.parametrize("wrong", [-HOURS, HOURS])
def test_a_wrong_clock_is_logged_once_with_its_seconds_and_so_is_a_right_one(
    tmp_path: Path, wrong: int
) -> None:
    home = ContactRuleHarness(tmp_path)
    with capture_logs() as logs:
        home.loop.jumped += wrong * SECOND
        home.run(home.close_writer_idle(5))
        stored = home.database.writer.run_sync(lambda work: CLOCK_ERROR.load(work, home.loop.now()))
        home.loop.jumped -= wrong * SECOND
        home.run(home.close_writer_idle(5))
    told = [it for it in logs if it["event"].startswith(("clock_wrong", "clock_right"))]
    assert [it["event"] for it in told] == ["clock_wrong", "clock_right"]
    assert abs(told[0]["seconds"] - wrong) < 1
    assert abs(stored - wrong * SECOND) < SECOND
    assert home.database.writer.run_sync(lambda work: CLOCK_ERROR.load(work, home.loop.now())) == 0
    home.close()


def test_a_difference_of_a_minute_is_not_told(tmp_path: Path) -> None:
    home = ContactRuleHarness(tmp_path)
    with capture_logs() as logs:
        home.loop.jumped += MINUTE
        home.run(home.close_writer_idle(5))
    assert "clock_wrong" not in [it["event"] for it in logs]
    home.close()


@pytest.fixture
def web_desk(tmp_path: Path) -> Iterator[WebDeskHarness]:
    made = WebDeskHarness(tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("error", "shown"), [(HOURS, "is 2 h fast"), (-HOURS, "is 2 h slow"), (0, "")]
)
def test_every_page_of_the_desk_says_that_the_clock_is_wrong(
    web_desk: WebDeskHarness, error: int, shown: str
) -> None:
    mei, now = web_desk.worker().comes(), web_desk.home.loop.now()
    write = web_desk.home.database.writer.run_sync
    write(lambda work: CLOCK_ERROR.record(work, error * SECOND, now))
    for path in ("/queue/mine", "/account"):
        page = mei.browser.get(path).text
        assert (shown in page) if shown else ("clock of Haven" not in page)


@pytest.mark.parametrize(
    ("error", "age", "fault"),
    [
        (HOURS, 0, "7200 seconds fast"),
        (-HOURS, 0, "7200 seconds slow"),
        (HOURS, FINDING_LIFETIME + MINUTE, None),
        (0, 0, None),
    ],
)
def test_the_doctor_says_that_the_clock_is_wrong(
    tmp_path: Path, error: int, age: int, fault: str | None
) -> None:
    settings = settings_for(tmp_path)
    with closing(open_database(settings).writer) as writer:
        at = SystemClock().now() - age
        writer.run_sync(lambda work: CLOCK_ERROR.record(work, error * SECOND, at))
    found = dict(run_checks(settings))[CHECK]
    assert found is None if fault is None else fault in str(found)


def test_every_page_of_the_desk_says_that_the_clock_is_doubted(web_desk: WebDeskHarness) -> None:
    mei, now = web_desk.worker().comes(), web_desk.home.loop.now()
    words = "check-ins raise no alarm"
    assert words not in mei.browser.get("/account").text
    web_desk.home.database.writer.run_sync(
        lambda work: CLOCK_DOUBTED_UNTIL.record(work, now + HOUR, now)
    )
    for path in ("/queue/mine", "/account"):
        assert words in mei.browser.get(path).text


def test_the_doctor_says_that_the_clock_is_doubted(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    with closing(open_database(settings).writer) as writer:
        now = SystemClock().now()
        writer.run_sync(lambda work: CLOCK_DOUBTED_UNTIL.record(work, now + HOUR, now))
    assert "check-ins raise no alarm" in str(dict(run_checks(settings))[CHECK])
