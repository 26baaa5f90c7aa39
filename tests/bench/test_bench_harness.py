"""The frame of the measurements: that all walk the same way, and that the sums are right."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tempfile
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from tests.bench import (
    arrival_pace,
    bench_goals,
    bench_rounds,
    bench_scenarios,
    growth_run,
    growth_table,
    memory_probe,
    result_table,
    run_one,
    scripted_conversation,
    soak,
    summary_rows,
)
from tests.bench.bench_scenarios import Measurement, Scenario
from tests.bench.growth_run import GrowthCost
from tests.bench.haven import filled_deployment
from tests.bench.run_one import BenchCost, BenchRun
from tests.bench.update_feed import UpdateFeed
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

OURS = ("haven", "haven-bot")
PEERS = (
    "ptb-memory", "ptb-sqlite", "ptb-pickle", "aiogram-memory", "aiogram-durable", "aiogram-redis",
)  # fmt: skip
ROW_KEYS = {"name", "updates_per_s", "ratio", "cpu_us", "p50_ms", "p99_ms", "rss_mb"}


def cost(**figure: float) -> BenchCost:
    told = dict.fromkeys(BenchCost.__struct_fields__, 1.0) | figure
    return BenchCost(**told)


def scenario(*rows: Measurement) -> Scenario:
    return Scenario("race", "A race", "speed", rows)


HARE = Measurement("hare", BenchRun(subject="ptb-memory", people=1), "tortoise")
TORTOISE = Measurement("tortoise", BenchRun(subject="ptb-memory", people=1), "tortoise")


def test_the_same_people_send_the_same_bytes_every_time() -> None:
    assert UpdateFeed().walks(3) == UpdateFeed().walks(3)


def test_every_person_sends_a_start_and_an_answer_to_each_of_ten_steps() -> None:
    updates = [json.loads(raw) for raw in UpdateFeed().walks(2)]
    presses = [update for update in updates if "callback_query" in update]
    starts = [u for u in updates if u.get("message", {}).get("text") == "/start"]
    assert (len(scripted_conversation.STEPS), len(updates), len(presses), len(starts)) == (
        10,
        22,
        8,
        2,
    )


def test_neighbours_in_the_feed_are_different_people_and_no_number_comes_twice() -> None:
    feed = UpdateFeed()
    updates = [json.loads(raw) for raw in feed.walks(4) + feed.walks(4)]
    senders = [(u.get("message") or u["callback_query"])["from"]["id"] for u in updates]
    assert all(one != other for one, other in pairwise(senders))
    numbers = [update["update_id"] for update in updates]
    assert numbers == sorted(set(numbers))
    assert len(set(senders)) == 8


def test_a_press_carries_the_data_its_subject_put_on_the_button() -> None:
    feed = UpdateFeed(lambda person, step: f"{person}/{step.name}")
    presses = [json.loads(raw).get("callback_query") for raw in feed.walks(1)]
    data = [press["data"] for press in presses if press]
    assert data[0] == "10000000/language"
    assert len(data) == 4


@pytest.mark.parametrize("subject", [*OURS, *PEERS])
async def test_everybody_walks_to_the_end_with_haven_and_every_peer(
    subject: str, tmp_path: Path
) -> None:
    run = BenchRun(subject=subject, people=3, stored=5, warm_up=1, folder=str(tmp_path))
    measured = await run_one.measure(run)
    assert measured.updates_per_s > 0
    assert 0 < measured.p50_ms <= measured.p99_ms


@pytest.mark.parametrize(
    "subject", [*OURS, *(peer for peer in PEERS if not peer.startswith("aiogram"))]
)
async def test_many_in_flight_walk_to_the_end_too(subject: str, tmp_path: Path) -> None:
    run = BenchRun(subject=subject, people=4, in_flight=4, warm_up=1, folder=str(tmp_path))
    assert (await run_one.measure(run)).cpu_us > 0


@pytest.mark.parametrize("way", ["claim", "sorted"])
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_every_update_claims_a_case_and_the_plan_is_told(
    way: str, database: str, tmp_path: Path
) -> None:
    kept = tempfile.tempdir
    run = BenchRun(
        subject=f"{way}-{database}", people=2, stored=500, warm_up=1, folder=str(tmp_path)
    )
    try:
        measured = await run_one.measure(run)
    finally:
        tempfile.tempdir = kept
    assert measured.updates_per_s > 0
    assert "ix_cases_waiting" in measured.plan or database == "postgresql"
    rows = summary_rows.rows(scenario(Measurement("hare", run, "hare")), {"hare": [measured]})
    assert rows[0].plan == measured.plan
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(result_table.plans(rows))
    assert measured.plan.splitlines()[0] in console.export_text()


async def test_arrivals_at_random_are_all_answered_and_their_wait_counts() -> None:
    heard: list[bytes] = []

    async def take(raw: bytes) -> None:
        heard.append(raw)

    raws = UpdateFeed().walks(2)
    took = await arrival_pace.arriving(take, raws, 100_000.0, 1)
    assert heard == raws
    assert len(took) == len(raws)
    assert min(took) > 0


async def test_an_error_ends_the_arrivals_instead_of_waiting_for_ever() -> None:
    async def take(_: bytes) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await arrival_pace.arriving(take, UpdateFeed().walks(1), 100_000.0, 2)


class Forgetful:
    """A subject that takes everything and brings nobody to the end."""

    def press(self, person: int, step: scripted_conversation.Step) -> str:
        return scripted_conversation.press(person, step)

    async def setup(self, stored: int) -> None: ...

    async def feed(self, raw: bytes) -> None: ...

    async def finished(self) -> int:
        return 0

    async def close(self) -> None: ...


async def test_a_run_in_which_a_person_gets_stuck_gives_no_figures() -> None:
    with pytest.raises(SystemExit, match="0 of 3 people"):
        await run_one.walk(Forgetful(), BenchRun(subject="haven", people=2, warm_up=1))


def test_a_run_survives_the_command_line() -> None:
    run = BenchRun(
        subject="ptb-memory", people=7, stored=10, in_flight=3, rate=2.5, folder="/some where"
    )
    assert run_one.read(run_one.words(run)) == run


def test_every_row_of_every_scenario_can_be_run_and_compared() -> None:
    for each in bench_scenarios.ALL.values():
        names = [row.name for row in each.rows]
        assert len(set(names)) == len(names)
        for row in each.rows:
            assert row.against in names
            assert run_one.read(run_one.words(row.run)) == row.run
            assert row.run.in_flight <= row.run.people or row.run.rate


def test_every_goal_looks_at_rows_that_exist() -> None:
    for each in bench_scenarios.ALL.values():
        costs = {row.name: [cost()] for row in each.rows}
        wanted = [goal for goal in bench_goals.GOALS if goal.scenario == each.name]
        assert len(bench_goals.verdicts(each.name, costs)) == len(wanted)
    assert {goal.scenario for goal in bench_goals.GOALS} < set(bench_scenarios.ALL)


def test_a_goal_whose_rows_did_not_run_is_left_out() -> None:
    alone = bench_goals.verdicts("turn", {"haven, 64 in flight": [cost()]})
    assert [verdict.goal.at_most for verdict in alone] == [60, 120]
    assert bench_goals.verdicts("turn", {"ptb memory": [cost()]}) == []


@pytest.mark.parametrize(("p99", "reached"), [(1.19, True), (1.21, False)])
def test_a_goal_is_reached_or_not_by_what_was_measured(p99: float, reached: bool) -> None:
    costs = {"haven": [cost(p99_ms=p99)], "ptb memory": [cost()]}
    assert [verdict.reached for verdict in bench_goals.verdicts("one", costs)] == [reached]


def test_every_row_runs_once_a_round_and_no_round_begins_with_the_same_row() -> None:
    ran: list[str] = []
    (costs,) = bench_rounds.play((HARE, TORTOISE), 3, [lambda _: cost()], ran.append)
    assert ran == ["hare", "tortoise", "tortoise", "hare", "hare", "tortoise"]
    assert [len(each) for each in costs.values()] == [3, 3]


def test_a_ratio_compares_runs_of_the_same_round_and_the_middle_one_counts() -> None:
    hare = [cost(updates_per_s=speed) for speed in (40.0, 10.0, 90.0)]
    tortoise = [cost(updates_per_s=speed) for speed in (10.0, 1.0, 30.0)]
    rows = summary_rows.rows(scenario(HARE, TORTOISE), {"hare": hare, "tortoise": tortoise})
    assert [(row.name, row.ratio) for row in rows] == [("hare", 4.0), ("tortoise", 1.0)]
    assert [row.updates_per_s for row in rows] == [40.0, 10.0]


def test_a_row_without_its_other_has_no_ratio() -> None:
    (row,) = summary_rows.rows(scenario(HARE), {"hare": [cost()]})
    assert row.ratio is None
    assert row.p99_ratio is None


def test_a_ratio_of_a_thousandth_still_shows() -> None:
    slow, fast = [cost(updates_per_s=0.4)], [cost(updates_per_s=3800.0)]
    rows = summary_rows.rows(scenario(HARE, TORTOISE), {"hare": slow, "tortoise": fast})
    assert rows[0].ratio == pytest.approx(0.000105, rel=0.01)


def test_as_json_every_row_is_one_object_with_the_promised_names() -> None:
    rows = summary_rows.rows(scenario(HARE, TORTOISE), {"hare": [cost()], "tortoise": [cost()]})
    told = [json.loads(line) for line in result_table.lines(rows).splitlines()]
    assert [row["name"] for row in told] == ["hare", "tortoise"]
    assert all(set(row) >= ROW_KEYS for row in told)


def test_fewer_people_are_never_more_than_walk_at_once() -> None:
    run = bench_rounds.scaled(BenchRun(subject="haven", people=300, in_flight=64), 0.01)
    assert (run.people, run.in_flight, run.warm_up) == (3, 3, 3)


def test_the_command_measures_peers_in_fresh_processes() -> None:
    line = ["one", "--only", "ptb", "--rounds", "1", "--scale", "0.01", "--idle", "0", "--json"]
    ran = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "tests.bench", *line], cwd=ROOT, capture_output=True, check=True
    )
    (row,) = [json.loads(line) for line in ran.stdout.splitlines()]
    assert set(row) >= ROW_KEYS
    assert (row["scenario"], row["name"], row["ratio"]) == ("one", "ptb memory", 1.0)


def test_a_run_that_fails_stops_the_command_and_names_it() -> None:
    with pytest.raises(bench_rounds.RunFailed, match="ptb-memory"):
        bench_rounds.apart(
            BenchRun(subject="ptb-memory", people=1, folder=str(ROOT / "no such folder"))
        )


@pytest.mark.parametrize("subject", ["send-haven", "send-ptb"])
async def test_every_client_reaches_the_loopback_and_reads_its_answers(
    subject: str, tmp_path: Path
) -> None:
    run = BenchRun(subject=subject, people=2, in_flight=2, warm_up=1, folder=str(tmp_path))
    assert (await run_one.measure(run)).updates_per_s > 0


def test_people_a_peer_loses_are_counted_and_people_haven_loses_end_the_run() -> None:
    run = BenchRun(subject="aiogram-durable", people=100, warm_up=20)
    assert run_one._lost(118, run) == 2
    with pytest.raises(SystemExit, match="118 of 120 people came to the end"):
        run_one._lost(118, BenchRun(subject="haven", people=100, warm_up=20))
    assert run_one._lost(120, BenchRun(subject="haven", people=100, warm_up=20)) == 0


@pytest.mark.parametrize(
    "what", ["queue", "first-page", "words", "streams", "long-page", "long-words", "connections"]
)
async def test_the_desk_answers_over_a_socket(what: str, tmp_path: Path) -> None:
    run = BenchRun(subject=f"desk-{what}", people=1, stored=50, warm_up=1, folder=str(tmp_path))
    measured = await run_one.measure(run)
    assert measured.p50_ms > 0
    assert (measured.sent_kb > 1) is (what in {"first-page", "long-page", "long-words"})


async def test_every_operation_runs_on_a_deployment_that_was_filled(tmp_path: Path) -> None:
    filled_deployment.fill(tmp_path, 80)
    costs = {
        name: await growth_run.measure(name, 80, tmp_path) for name in growth_run.ON_DEPLOYMENT
    }
    assert costs["retention"].count > 10
    assert all(cost.median_ms > 0 and cost.peak_mb > 0 for cost in costs.values())
    assert costs["backup"].disk_mb > 1
    assert costs["restore"].disk_mb > 1


@pytest.mark.parametrize(("operation", "count"), [("restart", 22), ("search", 3)])
async def test_what_has_a_store_of_its_own_runs_on_few(
    operation: str, count: int, tmp_path: Path
) -> None:
    cost = await growth_run.measure(operation, count, tmp_path)
    assert cost.count == 1


def test_an_exponent_is_one_where_time_doubles_with_the_size_and_zero_where_it_stays() -> None:
    assert growth_table.exponent(3, 6, (1_000, 2_000)) == pytest.approx(1)
    assert growth_table.exponent(3, 3, (1_000, 1_000_000)) == pytest.approx(0)


def test_the_table_of_growth_names_exponents_and_why_a_size_is_missing() -> None:
    search = next(it for it in growth_table.ROWS if it.name == "search")
    costs = (GrowthCost(count=1, median_ms=it, p99_ms=it, cpu_ms=it, peak_mb=80) for it in (2, 200))
    figures = [
        growth_table.GrowthFigure(search, size, cost)
        for size, cost in zip(search.sizes, costs, strict=True)
    ]
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(growth_table.table(figures))
    shown = console.export_text()
    assert "100,000" in shown
    assert "1.00" in shown
    assert search.why_not in shown


async def test_a_soak_looks_at_the_memory_while_people_come_and_go(tmp_path: Path) -> None:
    seen = list[soak.SoakSample]()
    result = await soak.soak(tmp_path, 0.03, 40, seen.append, is_traced=True, sample=0.5)
    assert seen == result.samples
    assert seen[-1].messages == len(seen) * 20
    assert seen[0].use.rss > seen[0].use.anonymous > 10
    assert result.before is not None
    assert result.after.types["builtins.dict"] > 1000
    assert any("_chat_key" in name for name in result.after.caches)
    console = Console(width=200, record=True, file=io.StringIO())
    for table in (soak.memory_table(result), *soak.growth_tables(result.before, result.after)):
        console.print(table)
    assert "trimmed" in console.export_text()


def test_what_grows_in_a_collection_is_seen_by_what_holds_it() -> None:
    class Keeper:
        def __init__(self, kept: list[object]) -> None:
            self.kept = kept

    kept: list[object] = [object()]
    keeper, before = Keeper(kept), memory_probe.live_objects()
    kept += [[] for _ in range(5000)]
    grown = memory_probe.live_objects().lengths - before.lengths
    assert grown[f"{__name__}.{type(keeper).__qualname__}"] == 5000
