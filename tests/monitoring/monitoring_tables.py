"""The tables of metrics, alerts and log events, generated from the code and the rules.

`python -m tests.monitoring.monitoring_tables` writes them into `bot/monitoring/README.md`.
"""

from __future__ import annotations

import re

from bot.log.events import GROUPS
from bot.monitoring.metrics import METRICS
from tests.support.paths import ROOT
from tests.support.watched_deployment import RULES

PAGE = ROOT / "bot/monitoring/README.md"
_RULE = re.compile(
    r"- alert: (?P<name>\w+)\n +expr: (?P<expr>.+)\n(?: +for: (?P<wait>.+)\n)?.*\n +annotations:\n"
    r" +summary: (?P<summary>.+)\n +action: \"(?P<action>.+)\"\n"
)


def metric_table() -> str:
    rows = [f"| `{it.name}` | {it.meaning} |" for it in METRICS]
    return "\n".join(["| metric | is |", "| --- | --- |", *rows])


def alert_table() -> str:
    found = [it.groupdict() for it in _RULE.finditer(RULES.read_text(encoding="utf-8"))]
    rows = [
        f"| `{it['name']}` | `{_cell(it['expr'])}` | {it['wait'] or 'at once'} | {it['summary']} "
        f"| {it['action']} |"
        for it in found
    ]
    head = ["| alert | fires if | for | means | do |", "| --- | --- | --- | --- | --- |"]
    return "\n".join([*head, *rows])


def _cell(words: str) -> str:
    return words.replace("|", "\\|")


def event_table() -> str:
    parts = []
    for title, events in GROUPS.items():
        rows = [
            f"| `{name}` | {it.level} | {', '.join(it.fields.split())} | {it.meaning} "
            f"| {it.action} |"
            for name, it in events.items()
        ]
        head = [f"| {title} | level | fields | means | do |", "| --- | --- | --- | --- | --- |"]
        parts.append("\n".join([*head, *rows]))
    return "\n\n".join(parts)


def with_tables(page: str) -> str:
    """Return a page with its tables brought up to date."""
    tables = {"metrics": metric_table(), "alerts": alert_table(), "events": event_table()}
    for name, table in tables.items():
        begin, end = f"<!-- {name}: generated -->", f"<!-- end of {name} -->"
        pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        assert pattern.search(page), f"the page has no place for {name}"
        page = pattern.sub(lambda _, text=f"{begin}\n\n{table}\n\n{end}": text, page)
    return page


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
