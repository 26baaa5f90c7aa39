"""The page for operators has every metric, alert and log event, as the code has them."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

from bot.log import FIELDS
from bot.log.events import EVENTS
from bot.monitoring.metrics import METRICS
from tests.monitoring.monitoring_tables import PAGE, alert_table, event_table, with_tables
from tests.support.paths import ROOT
from tests.support.watched_deployment import RULES

DASHBOARD = ROOT / "bot/monitoring/dashboard.json"
RANKS = ("info", "warning", "error")
NAMES = {it.name for it in METRICS}


def logged(sources: list[str]) -> dict[str, tuple[str, set[str]]]:
    """Return, for every event, the highest level and all fields with which it is logged."""
    levels: dict[str, set[str]] = defaultdict(set)
    fields: dict[str, set[str]] = defaultdict(set)
    logging = (source for source in sources if "log." in source)  # a tree takes long to build
    for call in (it for source in logging for it in ast.walk(ast.parse(source))):
        match call:
            case ast.Call(ast.Attribute(ast.Name("log"), level), [event], said):
                for name in events_in(event):
                    levels[name].add(level)
                    fields[name] |= {it.arg for it in said if it.arg}
            case _:
                pass
    return {name: (max(found, key=RANKS.index), fields[name]) for name, found in levels.items()}


def events_in(event: ast.expr) -> set[str]:
    """Return the events an expression can be; one that ends with _ is the begin of several."""
    if isinstance(event, ast.IfExp):
        return events_in(event.body) | events_in(event.orelse)
    words = {str(it.value) for it in ast.walk(event) if isinstance(it, ast.Constant)}
    if isinstance(event, ast.JoinedStr):
        sent = {"letter_blocked", "letter_refused", "letter_uncertain", "letter_delayed"}
        assert "letter_" in words
        return sent
    return words


def sources() -> list[str]:
    return [path.read_text(encoding="utf-8") for path in (ROOT / "bot").rglob("*.py")]


def test_the_tables_of_the_page_are_up_to_date() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == with_tables(page), "run: python -m tests.monitoring.monitoring_tables"
    assert all(f"`{name}`" in event_table() for name in EVENTS)
    assert alert_table().count("\n") == 13


def test_every_event_is_documented_with_the_level_and_fields_it_is_logged_with() -> None:
    found = logged(sources())
    assert len(found) > 60
    documented = {name: (it.level, set(it.fields.split())) for name, it in EVENTS.items()}
    assert found == documented
    assert {field for _level, fields in documented.values() for field in fields} <= FIELDS.keys()


def test_every_error_says_what_to_do() -> None:
    allowed = {"seen_marks_not_stored", "fact_checks_not_read"}
    silent = {name for name, it in EVENTS.items() if it.level == "error" and not it.action}
    assert silent == allowed


def test_an_event_with_another_level_or_field_is_found() -> None:
    found = logged(['log.error("polling", words=1)', 'log.info("a" if x == "c" else "b")'])
    assert found == {"polling": ("error", {"words"}), "a": ("info", set()), "b": ("info", set())}


def test_rules_and_dashboard_name_metrics_that_exist() -> None:
    rules = RULES.read_text(encoding="utf-8")
    board = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    shown = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    named = set(re.findall(r"haven_\w+", " ".join(shown) + rules))
    assert named == NAMES
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])


def test_the_command_that_finds_the_dashboard_works_on_an_installed_machine(
    tmp_path: Path,
) -> None:
    """With the Python of the installation, from any folder: the system's knows no Haven."""
    (program, code) = re.findall(r'`(\S+) -c "(import bot\.monitoring.+)"`', PAGE.read_text())[0]
    assert program == "/opt/haven/bin/python"
    done = subprocess.run(  # noqa: S603 - as the page says it, with this installation's
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert (Path(done.stdout.strip()) / "dashboard.json").exists()
