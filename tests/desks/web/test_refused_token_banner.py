"""While Telegram refuses the bot's token, every page of the desk says since when and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.state_machine import Role
from bot.clock import HOUR, SECOND
from bot.store.findings import FINDING_LIFETIME, TOKEN_REFUSED_SINCE

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebDeskHarness

BANNER = "Telegram has refused the bot&#39;s token since"
REPAIR = "Take the token that @BotFather shows"


def test_every_page_says_so_and_only_an_administrator_reads_how_it_is_mended(
    web_desk: WebDeskHarness,
) -> None:
    mei, wu = web_desk.worker().comes(), web_desk.worker("Wu", Role.ADMINISTRATOR).comes()
    assert BANNER not in mei.browser.get("/queue/waiting").text
    now = web_desk.home.loop.now()
    web_desk.home.database.writer.run_sync(
        lambda work: TOKEN_REFUSED_SINCE.record(work, now - HOUR, now)
    )
    for page in ("/queue/waiting", "/account", "/shift"):
        shown = mei.browser.get(page).text
        assert BANNER in shown
        assert "Tell an administrator." in shown
        assert REPAIR not in shown
    assert REPAIR in wu.browser.get("/staff").text
    web_desk.home.advance_time(FINDING_LIFETIME / SECOND + 1)
    assert BANNER not in mei.browser.get("/queue/waiting").text
