"""`haven export` writes what an operator may see, and checks a file before it is imported."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bot.cli.exports import export
from bot.exports.htcds.files import read_table
from tests.cli.test_figures_command import months

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.support.cli_runner import Haven


def test_an_operator_exports_figures_and_columns_and_no_case(
    run_command: Haven, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run_command("staff", "add", "Lin Mei-hua", "--language", "id")
    monkeypatch.setattr(export, "load_months", lambda _work, **_given: months())
    assert run_command("export", "hxl", str(tmp_path / "a.csv"), "--published").returncode == 0
    heads, tags, *_rows = (tmp_path / "a.csv").read_text(encoding="utf-8").splitlines()
    assert heads.startswith("month,figure")
    assert tags.startswith("#date+reported+month,#indicator+name")
    for name in ("book.csv", "book.json", "sheet.xlsx", "sheet.csv", "sheet.json"):
        verb = "codebook" if name.startswith("book") else "htcds"
        assert run_command("export", verb, str(tmp_path / name)).returncode == 0, name
    columns = {it.name for it in read_table((tmp_path / "sheet.xlsx").read_bytes()).headings}
    assert "prs_FirstName" in columns
    assert len(json.loads((tmp_path / "book.json").read_bytes())["columns"]) > 83
    again = run_command("export", "htcds", str(tmp_path / "sheet.xlsx"))
    assert "cannot be written: File exists" in again.stderr
    assert "ends in none of" in run_command("export", "htcds", str(tmp_path / "a.pdf")).stderr
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_bytes(b"prs_MobilePhone,prs_Gender\n0912345678,Feminine\n")
    bad.write_bytes(b"prs_FirstName,prs_Gender\nSiti,Womanly\n")
    assert "1 cases; every value is allowed." in run_command("export", "check", str(good)).stdout
    told = run_command("export", "check", str(bad), "--json")
    assert told.returncode == 1
    assert json.loads(told.stdout)[0]["field"] == "prs_Gender"
