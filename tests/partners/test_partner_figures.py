"""No looks at a partner's figures tell of fewer than five people; the checker shares no code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.partners.link_stats import LinkStats
from bot.partners.partner_figures import MAX_MONTHS, load_partner_figures
from bot.partners.partners import Campaigns
from bot.vault.audit.log import OPERATOR, AuditLog
from tests.support.figures.partner_histories import ZONE, HistoryPlayer
from tests.support.figures.partner_looks import find_few
from tests.support.harnesses.hotline_harness import HotlineHarness
from tests.support.people.partner_links import LINK, OTHER_LINK, create_links

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.partners.partner_figures import PartnerMonth

HISTORIES = 60
"""`./run fire partner_figures --long` tries 10,000."""
FEWEST = 5
MONTH = 32 * 24 * 3600


@pytest.fixture
def home(tmp_path: Path) -> Iterator[HotlineHarness]:
    home = HotlineHarness(tmp_path)
    create_links(home, {LINK: "vi"})
    yield home
    home.close()


def figures(home: HotlineHarness) -> list[PartnerMonth]:
    now = home.loop.now()
    return home.database.writer.run_sync(lambda work: load_partner_figures(work, 1, now, ZONE))


def test_no_looks_at_a_partners_figures_tell_of_fewer_than_five(home: HotlineHarness) -> None:
    player, told = HistoryPlayer(home.vault), 0
    for number in range(HISTORIES):
        history = home.database.writer.run_sync(lambda work, n=number: player.play(work, f"{n}"))
        assert find_few(history.looks, history.truth(), FEWEST) == [], number
        told += sum(it[1] is not None for look in history.looks for it in look)
    assert told > HISTORIES  # the pages did tell something


def test_the_check_notices_totals_over_hidden_numbers(home: HotlineHarness) -> None:
    player, noticed = HistoryPlayer(home.vault, flaw=True), 0
    for number in range(HISTORIES):
        history = home.database.writer.run_sync(lambda work, n=number: player.play(work, f"{n}"))
        noticed += bool(find_few(history.looks, history.truth(), FEWEST))
    assert noticed > HISTORIES // 4


def test_ten_thousand_starts_from_one_chat_count_once(home: HotlineHarness) -> None:
    stats, now, key = LinkStats(home.vault, ZONE), home.loop.now(), home.vault.chat_key(1, 7)
    home.database.writer.run_sync(
        lambda work: [stats.count_chat(work, 1, key, now) for _ in range(10_000)]
    )
    assert home.ask("SELECT times FROM campaign_counts") == [(1,)]


def test_a_month_with_three_people_reads_like_a_month_with_none(home: HotlineHarness) -> None:
    for _ in range(3):
        home.person().says(f"/start {LINK}")
    home.advance_time(MONTH)
    home.advance_time(MONTH)
    months = figures(home)
    assert [[it.chats for it in month.links] for month in months] == [[None], [None]]
    assert [month.shown for month in months] == [0, 0]


def test_a_link_stands_in_every_month_it_was_in_use_and_in_no_other(home: HotlineHarness) -> None:
    campaigns = Campaigns(AuditLog(home.vault))
    home.advance_time(MONTH)
    before = figures(home)
    home.database.writer.run_sync(
        lambda work: campaigns.revoke(work, LINK, OPERATOR, home.loop.now())
    )
    assert figures(home) == before
    home.advance_time(MONTH)
    home.advance_time(MONTH)
    assert [len(month.links) for month in figures(home)] == [0, 1, 1]


def test_another_partners_links_are_in_no_figures(home: HotlineHarness) -> None:
    create_links(home, {OTHER_LINK: "th"})
    home.advance_time(MONTH)
    (month,) = figures(home)
    assert [it.name for it in month.links] == [LINK]
    assert MAX_MONTHS > 12  # a year can be compared with the one before
