"""`haven figures` prints finished months, and says what it has when asked for others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bot.cli.health import figures
from bot.errors import HavenError
from bot.hotline.figures.model import Count, Figure, FigureTable, ShownMonth
from bot.hotline.figures.months import release

if TYPE_CHECKING:
    from tests.support.cli_runner import Haven


def months() -> list[ShownMonth]:
    rows = {"id": Count(40, 39), "vi": Count(12, 12), "th": Count(7, 7), "km": Count(2, 0)}
    figure = Figure("answers", Count(61, 58), (FigureTable("language", rows),))
    return [ShownMonth(2026 * 12 + past, release([figure]).staff) for past in (9, 10)]


def test_without_a_finished_month_the_command_says_when_there_is_one(run_command: Haven) -> None:
    run_command("staff", "add", "Lin Mei-hua", "--language", "id")
    told = run_command("figures")
    assert told.returncode == 1
    assert "a week after its end" in told.stderr


def test_figures_are_printed_as_a_table_csv_and_json(
    run_command: Haven, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_command("staff", "add", "Lin Mei-hua", "--language", "id")
    monkeypatch.setattr(figures, "load_months", lambda _work, **_given: months())
    table = run_command("figures").stdout
    assert "2026-11" in table
    assert "90-100 %" in table
    assert " km " not in table
    assert "not counted yet" in table  # by the release that froze these months
    lines = run_command("figures", "--month", "2026", "--csv").stdout.splitlines()
    assert len([it for it in lines if ",answers," in it]) == 2 * 5
    (month,) = json.loads(run_command("figures", "--month", "2026-10", "--json").stdout)
    assert month["month"] == "2026-10"
    assert month["figures"][0]["tables"][0]["rows"]["km"] is None
    wrong = run_command("figures", "--month", "October")
    assert "counted are 2026-10 to 2026-11" in wrong.stderr


@pytest.mark.parametrize("wrong", ["2026-13", "2026-00", "2026-1", "October"])
def test_a_month_that_does_not_exist_is_named_also_while_none_is_counted(wrong: str) -> None:
    for counted in ([], months()):
        with pytest.raises(HavenError, match=f"{wrong}.*: write"):
            figures.choose_months(counted, wrong)
    with pytest.raises(HavenError, match="no month is counted yet"):
        figures.choose_months([], "2026-12")


def test_a_month_is_chosen_by_its_name_or_its_year() -> None:
    assert [it.name for it in figures.choose_months(months(), "2026")] == ["2026-10", "2026-11"]
    assert [it.name for it in figures.choose_months(months(), "")] == ["2026-11"]
    with pytest.raises(HavenError):
        figures.choose_months(months(), "2025")


def test_json_of_a_new_installation_is_an_empty_list(run_command: Haven) -> None:
    run_command("staff", "add", "Lin Mei-hua", "--language", "id")
    done = run_command("figures", "--json")
    assert (done.returncode, done.stdout) == (0, "[]\n")
