"""The desk says that what is written is on one machine alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.store.findings import STANDBY_MISSING_SINCE
from tests.support.harnesses.web_desk_harness import WebDeskHarness

if TYPE_CHECKING:
    from pathlib import Path


def test_every_page_of_the_desk_says_that_a_standby_is_missing_and_since_when(
    tmp_path: Path,
) -> None:
    desk = WebDeskHarness(tmp_path)
    mei, now = desk.worker().comes(), desk.home.loop.now()
    pages = []
    for since in (now, 0):
        desk.home.database.writer.run_sync(
            lambda work, since=since: STANDBY_MISSING_SINCE.record(work, since, now)
        )
        pages.append(mei.browser.get("/account").text)
    desk.close()
    assert ["on one machine alone, not on two" in page for page in pages] == [True, False]
