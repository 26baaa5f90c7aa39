"""A running deployment with its monitoring port, and Prometheus's own reading of the rules."""

from __future__ import annotations

import asyncio
import contextlib
import math
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import httpx
import msgspec
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.app.storage import open_vault
from bot.clock import ShiftedClock
from bot.monitoring.canary import CanaryTimes
from tests.support.database.key_store_fixtures import enrol_keyholder
from tests.support.free_ports import free_port
from tests.support.harnesses.live_deployment import PATIENCE, LiveDeployment, evening
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

RULES = ROOT / "bot/monitoring/alerts.yml"
HOST = "127.0.0.1"
LOOK = 0.1
"""Real seconds between two looks."""
MINUTES = 15
"""How long Prometheus sees the same values before it is asked: longer than any `for` of a rule."""
_CLOCK_WAITS = "SELECT 1 FROM host_clocks WHERE waits_since = 0"
_FIRED = re.compile(r"alertname: (\w+), time")
needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="promtool is missing: apt-get install promtool"
)


class WatchedDeployment:
    """A deployment that runs, and what its monitoring port says."""

    def __init__(self, deployment: LiveDeployment, port: int) -> None:
        self.deployment = deployment
        self.address = f"http://{HOST}:{port}"

    async def get(self, path: str) -> httpx.Response:
        async with httpx.AsyncClient(trust_env=False, timeout=20) as client:
            return await client.get(self.address + path)

    async def scrape(self) -> str | None:
        """Return the metrics as Prometheus would get them; None where none answers."""
        try:
            return (await self.get("/metrics")).text
        except httpx.TransportError:
            return None

    async def value(self, name: str) -> float | None:
        found = values(await self.scrape() or "")
        return found.get(name)

    async def until(self, is_so: Callable[[], Awaitable[bool]]) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(PATIENCE):
            while not await is_so():  # noqa: ASYNC110 - it is asked over HTTP
                await asyncio.sleep(LOOK)

    async def begun(self) -> None:
        """Wait until the canary has passed, the clock is believed, and no call is under way."""
        before = -1

        async def is_quiet() -> bool:
            nonlocal before
            last, before = before, len(self.deployment.sandbox.calls)
            is_believed = bool(self.deployment.sql(_CLOCK_WAITS))
            has_passed = await self.value("haven_canary_seconds") is not None
            return last == before and is_believed and has_passed

        await self.until(is_quiet)


def values(text: str) -> dict[str, float]:
    """Return the samples of a page by name, with labels as they are in a query."""
    return {
        _series(sample.name, sample.labels): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def _series(name: str, labels: dict[str, str]) -> str:
    inside = ",".join(f'{key}="{value}"' for key, value in sorted(labels.items()))
    return f"{name}{{{inside}}}" if inside else name


def fired(text: str | None, folder: Path, rules: Path = RULES) -> set[str]:
    """Return the alerts that fire when Prometheus scrapes this page for a quarter of an hour.

    promtool is told to expect no alert at all: what it complains about has fired.
    """
    series = {'up{job="haven"}': 0.0 if text is None else 1.0}
    for family in text_string_to_metric_families(text or ""):
        for sample in family.samples:
            series[_series(sample.name, {**sample.labels, "job": "haven"})] = sample.value
    names = re.findall(r"alert: (\w+)", rules.read_text(encoding="utf-8"))
    case = {
        "interval": "1m",
        "input_series": [
            {"series": name, "values": f"{_number(value)}x{MINUTES}"}
            for name, value in series.items()
        ],
        "alert_rule_test": [
            {"eval_time": f"{MINUTES}m", "alertname": name, "exp_alerts": []} for name in names
        ],
    }
    test = folder / "rules_test.yml"  # JSON is YAML
    test.write_bytes(msgspec.json.encode({"rule_files": [str(rules)], "tests": [case]}))
    done = subprocess.run(  # noqa: S603
        ["promtool", "test", "rules", str(test)],  # noqa: S607
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = set(_FIRED.findall(done.stdout + done.stderr))
    assert (done.returncode == 0) == (not found), done.stdout + done.stderr
    return found


def _number(value: float) -> str:
    return f"{1e15 if math.isinf(value) else value:+.6f}+0".removeprefix("+")


@contextlib.asynccontextmanager
async def watched(
    folder: Path, *, ahead: float = 0.0, **given: Any
) -> AsyncIterator[WatchedDeployment]:
    """Run a deployment that is watched; its clock is so many seconds ahead of Telegram's."""
    port = free_port()
    async with evening(folder, watch_listen=f"{HOST}:{port}", **given) as deployment:
        deployment.canary = CanaryTimes(first=0.0)
        if ahead:
            deployment.clock = ShiftedClock(deployment.sandbox.clock)
            deployment.clock.jump(ahead)
        await deployment.start()
        with contextlib.closing(open_vault(deployment.settings, deployment.database)) as vault:
            enrol_keyholder(vault)
        haven = WatchedDeployment(deployment, port)
        await haven.begun()
        yield haven
