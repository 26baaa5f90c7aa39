"""The command of all drills and that of each: options, rows of figures, and the exit code."""

from __future__ import annotations

import importlib
import json
from typing import Any

import pytest

from tests.fire.__main__ import LONG, MODULES, asked, main, offered
from tests.fire.drill_command import DATABASE, defaults_of, run_command


def counting(*, rounds: int = 2, control: str = "", flaw: bool = False) -> dict[str, Any]:
    """A drill that breaks when it is asked to."""
    return {"rounds": rounds, "faults": {"lost": 1} if control or flaw else {}}


def told(capsys: pytest.CaptureFixture[str], *typed: str) -> tuple[int, dict[str, Any]]:
    """Run that drill as on its command line; return the exit code and the row."""
    code = run_command(counting, typed, control=("", "loses"))
    row: dict[str, Any] = json.loads(capsys.readouterr().out)
    return code, row


def test_what_a_drill_takes_are_the_options_of_its_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert told(capsys)[1]["rounds"] == 2
    code, row = told(capsys, "--rounds", "7")
    assert (code, row["rounds"], row["faults"]) == (0, 7, {})
    with pytest.raises(SystemExit):
        told(capsys, "--control", "nothing")


@pytest.mark.parametrize("typed", [["--control", "loses"], ["--flaw"]])
def test_a_command_ends_with_1_when_a_promise_is_broken(
    capsys: pytest.CaptureFixture[str], typed: list[str]
) -> None:
    code, row = told(capsys, *typed)
    assert (code, row["faults"]) == (1, {"lost": 1})


def test_a_drill_is_one_row_of_figures(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["restore", "--json"]) == 0
    (row,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (row["drill"], row["faults"], row["damaged"]) == ("restore", {}, 60)


def test_a_drill_that_can_have_either_database_says_on_which_it_ran() -> None:
    can = {name for name in offered() if DATABASE in options_of(name)}
    sqlite = {"clean_root", "figures", "needle", "partner_figures", "power", "sockets", "states"}
    postgresql = {"machines"}
    assert can == set(MODULES) - sqlite - postgresql
    assert asked(["kill", "--database", "postgresql"]).database == "postgresql"


def options_of(name: str) -> dict[str, Any]:
    return defaults_of(importlib.import_module(offered()[name]).drill)


def test_every_drill_is_there_and_takes_what_a_long_one_is_asked_for() -> None:
    assert set(offered()) == set(MODULES) == set(LONG)
    for name in offered():
        assert LONG[name].keys() <= options_of(name).keys(), name
    with pytest.raises(SystemExit):
        asked(["nothing"])
