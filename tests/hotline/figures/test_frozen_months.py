"""A month is counted once, a week after its end, and without those who refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.cases.consents import ConsentKind, ConsentRecords
from bot.clock import DAY
from bot.hotline.commands.types import Verb
from bot.hotline.figures.counters import FigureCounters, load_counts, month_number, month_start
from bot.hotline.figures.months import FROZEN_AFTER, load_months
from bot.hotline.figures.session_counts import SENT, SESSIONS
from bot.hotline.figures.sources import CountedMonth
from bot.vault.audit.log import AuditLog
from bot.vault.erasure.retention import Retention
from tests.support.dispatch_inspection import send_report
from tests.support.harnesses.hotline_harness import ALWAYS, HotlineHarness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.hotline.figures.model import Figure
    from bot.store.writer import Work


@pytest.fixture(scope="module")
def hotline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HotlineHarness]:
    home = HotlineHarness(tmp_path_factory.mktemp("figures"), hours=ALWAYS)
    yield home
    home.close()


def counted(home: HotlineHarness, month: int) -> dict[str, Figure]:
    """Return the exact figures of a month, as they are when it is frozen."""
    months = home.house.figures
    since, until = (month_start(it, months.zone) for it in (month, month + 1))

    def count(work: Work) -> dict[str, Figure]:
        counters = FigureCounters(months.zone)
        home.house.setting.session_counts.store(work, counters, home.loop.now())
        span = CountedMonth(month, since, until, load_counts(work, month))
        return {it.name: it for each in months.sources for it in each.count(work, span)}

    return home.database.writer.run_sync(count)


def numbers(figure: Figure, dimension: str) -> dict[str, int]:
    """Return the rows of a figure by one property that are not zero."""
    (table,) = [it for it in figure.tables if it.dimension == dimension]
    return {code: it.number for code, it in table.rows.items() if it.number}


def freeze(home: HotlineHarness) -> list[int]:
    now = home.loop.now()
    return home.database.writer.run_sync(lambda work: home.house.figures.freeze_due(work, now))


def test_a_month_is_counted_once_without_those_who_refused(hotline: HotlineHarness) -> None:
    month = month_number(hotline.loop.now(), hotline.house.figures.zone)
    agreeing, refusing, leaving = hotline.person(), hotline.person(), hotline.person("id")
    for person, answer in ((agreeing, "You may count it"), (refusing, "Do not count it")):
        send_report(person)
        person.presses("More choices", "Skip", "Skip", answer)
    leaving.says("/start")
    mei = hotline.colleague()
    cases = [case for (case,) in hotline.ask("SELECT id FROM cases ORDER BY opened_at, id")]
    for case in cases:
        mei.claims(case)
        mei.take_over(case)
        mei.says(case, "I am here.")
    for person in (agreeing, refusing):
        person.presses("I can write now")
    for case in cases:
        mei.run_command(Verb.CLOSE, case, code="helped")

    found = counted(hotline, month)
    assert found[SESSIONS].total.number == 3  # type: ignore[union-attr]
    steps = numbers(found[SESSIONS], "step")
    assert steps.pop(SENT) == 2
    assert len(steps) == 1  # where the third one left
    assert numbers(found["cases"], "kind") == {"report": 2}
    assert found["answers"].total.number == found["answers"].total.part == 2  # type: ignore[union-attr]
    assert numbers(found["outcomes"], "outcome") == {"helped": 1}

    # Revoking before the month is frozen takes the case out.
    now, consents = hotline.loop.now(), ConsentRecords(hotline.vault)
    hotline.database.writer.run_sync(
        lambda work: [
            consents.revoke(
                work, AuditLog(hotline.vault), case, ConsentKind.STATISTICS, "person", now
            )
            for case in cases
        ]
    )
    assert numbers(counted(hotline, month)["outcomes"], "outcome") == {}

    # Not before a week after its end, and not while the clock is not trusted.
    end = month_start(month + 1, hotline.house.figures.zone)
    hotline.advance_time((end + FROZEN_AFTER - DAY - hotline.loop.now()) / 1e6)
    trusted = hotline.loop.now()
    hotline.database.writer.run_sync(lambda work: Retention.trust_clock(work, trusted))
    assert freeze(hotline) == []
    hotline.advance_time(2 * 24 * 3600)
    hotline.database.writer.run_sync(
        lambda work: work.execute("UPDATE rounds SET steady_since = ran_at")
    )
    assert freeze(hotline) == []
    trusted = hotline.loop.now()
    hotline.database.writer.run_sync(lambda work: Retention.trust_clock(work, trusted))
    assert freeze(hotline) == [month]

    # Frozen: nothing small is left anywhere, and no later event changes it.
    assert hotline.ask("SELECT count(*) FROM figure_counts") == [(0,)]
    assert hotline.ask("SELECT max(number) FROM frozen_figures") == [(None,)]
    before = hotline.database.writer.run_sync(load_months)
    hotline.person().says("/start")
    assert freeze(hotline) == []
    assert hotline.database.writer.run_sync(load_months) == before
    assert [it.month for it in before] == [month]
