"""A chat is counted once, nobody is remembered for it, and small counts are not shown."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from bot.app.retention import build_erasures
from bot.app.run import delete_old_rows
from bot.clock import SECOND
from bot.partners.link_stats import BUCKET_BYTES, MIN_SHOWN, LinkStats, month_number
from bot.vault.erasure.erase import ErasureReason
from tests.support.database_fixtures import DATABASE_KINDS
from tests.support.harnesses.hotline_harness import BOT, HotlineHarness
from tests.support.people.partner_links import LINK, OTHER_LINK, create_links

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.partners.link_stats import MonthlyCount
    from tests.support.people.chat_person import ChatPerson

A_MONTH = 32 * 24 * 3600


@pytest.fixture(params=DATABASE_KINDS)
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[HotlineHarness]:
    home = HotlineHarness(tmp_path, kind=request.param)
    create_links(home, {LINK: "vi", OTHER_LINK: "th"})
    yield home
    home.close()


def counting_of(home: HotlineHarness) -> LinkStats:
    return LinkStats(home.vault, home.settings.zone)


def counts(home: HotlineHarness) -> list[MonthlyCount]:
    return home.database.writer.run_sync(
        lambda work: counting_of(home).list_counts(work, home.loop.now())
    )


def times(home: HotlineHarness) -> list[int]:
    return [it for (it,) in home.ask("SELECT times FROM campaign_counts ORDER BY campaign_id")]


def come(home: HotlineHarness, people: int, code: str = LINK) -> list[ChatPerson]:
    came = [home.person() for _ in range(people)]
    for each in came:
        each.says(f"/start {code}")
    return came


def test_a_chat_is_counted_once_a_month_however_often_it_comes(home: HotlineHarness) -> None:
    (person,) = come(home, 1)
    for _ in range(3):
        person.says(f"/start {LINK}")
        home.advance_time(26 * 3600)  # nothing else of this chat is known any more
        home.run(home.close_writer_idle(0.1))
    assert times(home) == [1]
    come(home, 1)
    assert times(home) == [2]  # the control: another chat


def test_counts_under_five_and_of_this_month_are_not_shown(home: HotlineHarness) -> None:
    come(home, MIN_SHOWN)
    come(home, MIN_SHOWN - 1, OTHER_LINK)
    assert counts(home) == []
    home.advance_time(A_MONTH)
    shown = {it.campaign: it.chats for it in counts(home)}
    assert shown == {LINK: MIN_SHOWN, OTHER_LINK: None}


def test_no_two_looks_at_the_counts_differ_by_one_person(home: HotlineHarness) -> None:
    """Not by somebody who comes, comes again, or has everything erased."""
    (first, *_others) = come(home, MIN_SHOWN)
    live = times(home)
    come(home, 1)
    assert [after - before for before, after in zip(live, times(home), strict=True)] == [1]
    assert counts(home) == []  # so nothing is told of a month that is running
    home.advance_time(A_MONTH)
    told = counts(home)
    assert [it.chats for it in told] == [MIN_SHOWN + 1]
    first.says(f"/start {LINK}")
    come(home, MIN_SHOWN)
    first.presses("English", "Talk to a person", "I am safe here")
    first.presses("Send", "Any time")
    ((case,),) = home.ask("SELECT id FROM cases")
    erasures = build_erasures(home.settings, home.vault)
    home.run(
        erasures.erase(home.database, case, ErasureReason.WITHDRAWN, "operator", home.loop.now())
    )
    assert counts(home) == told


def test_when_a_month_is_over_nothing_says_which_chats_came(home: HotlineHarness) -> None:
    come(home, 3)
    assert len(home.ask("SELECT place FROM campaign_places")) == 3
    home.advance_time(A_MONTH)
    home.database.writer.run_sync(lambda work: delete_old_rows(home.house, work))
    assert home.ask("SELECT place FROM campaign_places") == []
    assert times(home) == [3]


def test_what_is_remembered_fits_many_chats(home: HotlineHarness) -> None:
    """Whoever goes through all accounts finds too many to have found anybody."""
    (person,) = come(home, 1)
    ((campaign, month, place),) = home.ask("SELECT campaign_id, month, place FROM campaign_places")
    assert 0 <= place < 256**BUCKET_BYTES
    of, counting = home.vault.chat_key, counting_of(home)
    assert counting._bucket(campaign, month, of(BOT, person.id)) == place
    others = range(10**6, 10**6 + 4 * 256**BUCKET_BYTES)
    # Among a quarter of a million already; there are ten thousand millions.
    assert any(counting._bucket(campaign, month, of(BOT, it)) == place for it in others)


def test_another_host_key_finds_no_chat_in_it(home: HotlineHarness) -> None:
    from bot.vault import HostKey, Vault  # noqa: PLC0415

    (person,) = come(home, 1)
    ((campaign, month, place),) = home.ask("SELECT campaign_id, month, place FROM campaign_places")
    thief = LinkStats(Vault(HostKey(bytes(32))), home.settings.zone)
    key = home.vault.chat_key(BOT, person.id)
    assert thief._bucket(campaign, month, key) != place


def test_with_a_case_it_is_forgotten_that_its_chat_came(home: HotlineHarness) -> None:
    person, other = come(home, 2)
    person.presses("English", "Talk to a person", "I am safe here")
    person.presses("Send", "Any time")
    ((case,),) = home.ask("SELECT id FROM cases")
    before = {place for (place,) in home.ask("SELECT place FROM campaign_places")}
    erasures = build_erasures(home.settings, home.vault)
    home.run(
        erasures.erase(home.database, case, ErasureReason.WITHDRAWN, "operator", home.loop.now())
    )
    left = {place for (place,) in home.ask("SELECT place FROM campaign_places")}
    ((campaign, month),) = home.ask("SELECT DISTINCT campaign_id, month FROM campaign_places")
    key = home.vault.chat_key(BOT, person.id)
    assert before - left == {counting_of(home)._bucket(campaign, month, key)}
    assert times(home) == [2]  # what was counted stays
    other.says(f"/start {LINK}")
    assert times(home) == [2]


def test_a_month_begins_where_the_deployment_is(home: HotlineHarness) -> None:
    zone = home.settings.zone
    last = int(datetime(2026, 11, 30, 23, 59, 59, tzinfo=zone).timestamp()) * SECOND
    assert month_number(last + SECOND, zone) == month_number(last, zone) + 1


@pytest.mark.parametrize("start", ["/start", "/start hello there", "hello", "/start ABC"])
def test_a_start_without_a_link_makes_no_link_query(start: str, tmp_path: Path) -> None:
    """The hot path pays nothing: a table that is gone is not missed."""
    home = HotlineHarness(tmp_path)
    connection = home.database.connect()
    connection.cursor().execute("ALTER TABLE campaigns RENAME TO gone")
    connection.commit()
    connection.close()
    assert home.person().says(start)
    assert home.ask("SELECT id FROM inbox WHERE state = 'quarantined'") == []
    home.person().says(f"/start {LINK}")  # the control
    assert len(home.ask("SELECT id FROM inbox WHERE state = 'quarantined'")) == 1
    home.close()
