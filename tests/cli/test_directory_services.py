"""`haven directory services`: a spreadsheet becomes proposals, and comes back as it went in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.cli_runner import CommandResult

    Haven = Callable[..., CommandResult]

ROWS = "name,services,contact,source\nSample Clinic,doctor,02-0000-0001,call\n"


def test_a_file_is_proposed_once_and_only_without_dry_run(
    run_command: Haven, tmp_path: Path
) -> None:
    assert run_command("staff", "add", "Mei", "--language", "id").returncode == 0
    file = tmp_path / "services.csv"
    file.write_text(ROWS, encoding="utf-8")
    run = ("directory", "services", "import", str(file))
    tried = run_command(*run, "--dry-run")
    assert tried.returncode == 0
    assert "nothing was stored" in tried.stdout
    (row,) = json.loads(run_command(*run, "--json").stdout)
    assert row == {"row": 2, "name": "Sample Clinic", "comes to": "new"}
    assert "waits 1" in run_command(*run).stdout
    assert run_command("directory", "services", "export").stdout.count("\n") == 1
    file.write_text(ROWS.replace("doctor", "dentist"), encoding="utf-8")
    wrong = run_command(*run)
    assert wrong.returncode == 1
    assert "row 2, column services: is not known here: dentist" in wrong.stderr
    assert "nothing was imported" in wrong.stderr
