"""What an operator types about languages: how far they have come, sheets out and sheets in."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pytest

from bot.cli.languages import message_contexts
from bot.languages import LANGUAGES
from bot.languages.po_files import catalogue_path
from tests.support.cli_runner import is_user_message, run_haven

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ASKED = "Are you under 18?"


def test_the_state_of_every_language_is_told() -> None:
    done = run_haven("languages", "status", "--json")
    assert done.returncode == 0, done.stderr
    told = {each["language"]: each for each in json.loads(done.stdout)}
    assert list(told) == list(LANGUAGES)
    for tag in ("id", "vi", "zh_Hant", "fil", "th"):
        assert told[tag]["complete"]
        assert told[tag]["on"]
        assert told[tag]["drafted"] == told[tag]["messages"]
    for each in told.values():
        assert each["safety_critical_unreviewed"] <= each["safety_critical"]
        assert len(each["unread"]) == each["safety_critical_unreviewed"]


def test_unreviewed_safety_sentences_are_listed_by_language() -> None:
    unread = {
        each["language"]: [(it["readers"], it["source"]) for it in each["unread"]]
        for each in json.loads(run_haven("languages", "status", "--json").stdout)
    }
    assert all((0, ASKED) in unread[tag] for tag in LANGUAGES)
    printed = run_haven("languages", "status", "--safety").stdout
    assert printed.count(f"  0  flows/texts/phrases.py: {ASKED}\n") == len(LANGUAGES)
    lines = printed.splitlines()
    for tag in LANGUAGES:
        begin = lines.index(f"{tag}: reviewers, safety-critical message")
        assert all(lines[begin + 1 + at].startswith("  0  ") for at in range(len(unread[tag])))
    assert max(map(len, lines)) <= 80
    assert ASKED not in run_haven("languages", "status").stdout


def test_a_language_that_is_not_wanted_is_not_on() -> None:
    done = run_haven("languages", "status", "--json", languages="th,vi")
    on = {each["language"] for each in json.loads(done.stdout) if each["on"]}
    assert on == {"th", "vi", "en"}


def test_a_table_is_printed_for_people() -> None:
    done = run_haven("languages", "status")
    assert done.returncode == 0
    assert "unreviewed" in done.stdout
    assert "…" not in done.stdout, "it fits a terminal"
    assert all(tag in done.stdout for tag in LANGUAGES)


def test_safety_sentences_to_record_are_listed_the_most_urgent_first() -> None:
    rows = json.loads(run_haven("languages", "voices", "id", "--safety", "--json").stdout)
    assert [row["number"] for row in rows] == list(range(1, 36))
    assert rows[0]["words"].startswith("Kalau aman untuk menelepon")
    printed = run_haven("languages", "voices", "id", "--safety").stdout.splitlines()
    assert len(printed) == 1 + len(rows)
    for row, line in zip(rows, printed[1:], strict=True):
        assert row["state"] in {"missing", "recorded", "record again", "reviewed"}
        assert line.split()[:2] == [str(row["number"]), row["file"]]
    everything = json.loads(run_haven("languages", "voices", "id", "--json").stdout)
    assert {row["file"] for row in rows} < {row["file"] for row in everything}


@pytest.fixture
def indonesian_catalogue() -> Iterator[Path]:
    """The catalogue of this repository, put back as it was whatever a test makes of it."""
    path = catalogue_path("id")
    before = path.read_bytes()
    yield path
    if path.read_bytes() != before:
        path.write_bytes(before)


def test_a_sheet_goes_out_with_the_screen_and_comes_back_as_it_went(
    tmp_path: Path, indonesian_catalogue: Path
) -> None:
    sheet = tmp_path / "id.csv"
    assert run_haven("languages", "export", "id", "--csv", sheet).returncode == 0
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        row = next(it for it in csv.DictReader(file) if it["source"] == ASKED)
    assert row["safety_critical"] == "yes"
    assert row["said_in"] == "report.under_18"
    assert "[ 1 Di bawah 18" in row["screen"]
    before = indonesian_catalogue.read_bytes()
    done = run_haven("languages", "import", "id", sheet)
    assert done.stdout.strip() == "id: 0 translations changed, 0 reviews."
    assert indonesian_catalogue.read_bytes() == before


def test_a_sheet_that_breaks_a_check_is_refused_with_its_row(
    tmp_path: Path, indonesian_catalogue: Path
) -> None:
    sheet = tmp_path / "id.csv"
    sheet.write_text("context,source,form,translation\n,Are you under 18?,0,17?\n", "utf-8")
    before = indonesian_catalogue.read_bytes()
    done = run_haven("languages", "import", "id", sheet)
    assert done.returncode == 1
    assert done.stderr.strip() == "row 2: other digits"
    assert indonesian_catalogue.read_bytes() == before


@pytest.mark.parametrize(
    "typed",
    [
        ("export", "xx", "--csv", "x.csv"),
        ("export", "en", "--csv", "x.csv"),
        ("import", "id", "/nowhere/at/all.csv"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(typed: tuple[str, ...], tmp_path: Path) -> None:
    done = run_haven("languages", *typed, data=tmp_path)
    assert done.returncode != 0
    assert is_user_message(done.stderr)


def test_every_message_of_the_flows_has_its_screen() -> None:
    found = message_contexts("ja")
    assert found["button", "Send"].screen.count("[ 1 送る ]") == 1
    assert all(said.screen for said in found.values())
