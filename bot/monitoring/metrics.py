"""The metrics, as text for Prometheus: values are computed when they are asked for.

No metric has a label about a person, a case, a language or a caseworker. One label names how urgent
an overdue reply is, one the role of a process.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from bot.clock import SECOND
from bot.monitoring.readings import are_keys_usable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prometheus_client.metrics_core import Metric

    from bot.monitoring.activity import (
        Activity,
        WatchedApp,
        WatchedBot,
        WatchedStore,
        WebhookPosts,
    )
    from bot.monitoring.readings import Readings
    from bot.monitoring.standby_watch import StandbyWatch

LEVEL = "level"
"""P0 to P4."""
ROLE = "role"
"""front, worker, leader, desk; standby."""


class MetricText(NamedTuple):
    """What a metric is."""

    name: str
    meaning: str


POLL_AGE = MetricText(
    "haven_poll_age_seconds",
    "since Telegram answered last; before its first answer, since the start",
)
POLL_CONFLICTS = MetricText(
    "haven_poll_conflicts_total", "times another program took the messages of this bot"
)
WEBHOOK_PENDING = MetricText(
    "haven_webhook_pending_updates",
    "updates Telegram has not handed over, asked every 30 s; absent while they are polled",
)
WEBHOOK_FAILURE_AGE = MetricText(
    "haven_webhook_failure_age_seconds", "since a post of Telegram failed last; +Inf for never"
)
COMMIT_AGE = MetricText("haven_commit_age_seconds", "since a commit was durable; 30 at rest")
DATABASE_UP = MetricText("haven_database_up", "1 if the database answers within 3 seconds")
DATABASE_LATENCY = MetricText(
    "haven_database_latency_seconds", "until the database had answered, with all that was before"
)
KEYS_USABLE = MetricText("haven_keys_usable", "1 if what is sealed now can be opened")
EPOCH_AGE = MetricText(
    "haven_key_epoch_age_seconds", "age of the key that seals what is in transit; 1800 at most"
)
OLDEST_UPDATE = MetricText("haven_oldest_update_seconds", "age of the oldest update that waits")
OLDEST_LETTER = MetricText(
    "haven_oldest_letter_seconds", "age of the oldest letter that may leave and has not"
)
OLDEST_FILE = MetricText(
    "haven_oldest_file_seconds", "age of the oldest file that was sent and is not kept yet"
)
OVERDUE = MetricText("haven_replies_overdue", "replies to people that are overdue, by level")
PROCESSES = MetricText(
    "haven_processes", "processes that run, by role; of several machines, all of them"
)
SESSIONS = MetricText("haven_desk_sessions", "sessions at the desk")
BACKUP_AGE = MetricText(
    "haven_backup_age_seconds",
    "age of the newest backup; +Inf for none, absent without HAVEN_BACKUPS",
)
CLOCK_ERROR = MetricText(
    "haven_clock_error_seconds", "by how much the clock is ahead of Telegram's, to the second"
)
CLOCK_DOUBTED = MetricText("haven_clock_doubted", "1 while no hour is trusted")
CANARY_AGE = MetricText("haven_canary_age_seconds", "since the canary got through last")
CANARY_TIME = MetricText("haven_canary_seconds", "how long it took then")
CANARY_FAILURES = MetricText("haven_canary_failures_total", "rounds of the canary that failed")
STANDBYS = MetricText(
    "haven_standbys", "standbys that have every commit, of data or keys, whichever has fewer"
)
STANDBY_MISSING = MetricText(
    "haven_standby_missing", "1 while a standby should be there and is not"
)
STANDBY_BYTES = MetricText("haven_standby_lag_bytes", "how far the last of the standbys is behind")
STANDBY_SECONDS = MetricText("haven_standby_lag_seconds", "the same in time")
TIMELINE = MetricText("haven_database_timeline", "how often the database was promoted, and one")
STANDBY_METRICS: Final = (STANDBYS, STANDBY_MISSING, STANDBY_BYTES, STANDBY_SECONDS, TIMELINE)
"""Absent where data and keys are SQLite files."""
METRICS: Final = (
    POLL_AGE, POLL_CONFLICTS, COMMIT_AGE, DATABASE_UP, DATABASE_LATENCY, KEYS_USABLE, EPOCH_AGE,
    OLDEST_UPDATE, OLDEST_LETTER, OLDEST_FILE, OVERDUE, PROCESSES, SESSIONS, BACKUP_AGE,
    CLOCK_ERROR, CLOCK_DOUBTED, CANARY_AGE, CANARY_TIME, CANARY_FAILURES, STANDBYS, STANDBY_MISSING,
    STANDBY_BYTES, STANDBY_SECONDS, TIMELINE, WEBHOOK_PENDING, WEBHOOK_FAILURE_AGE,
)  # fmt: skip
"""All of them; Prometheus's own for the process (`process_...`) come in addition."""


class _Computed(Collector):
    """Metrics that are computed already."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        """Return them."""
        return self._families


def metrics_text(
    store: WatchedStore, found: Readings | None, backup: float | None,
    of_bot: Iterable[Metric] = (),
) -> bytes:  # fmt: skip
    """Return all metrics; those of the database are absent where it has not answered (None).

    `backup` is the age of the newest backup in seconds; None where none is set up. A desk that
    runs by itself has none of the bot's.
    """
    families = [
        _gauge(DATABASE_UP, found is not None),
        _gauge(KEYS_USABLE, are_keys_usable(store)),
        *of_bot,
        *(_of_database(found) if found is not None else ()),
    ]
    if backup is not None:
        families.append(_gauge(BACKUP_AGE, backup))
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Computed(families))
    ProcessCollector(registry=registry)
    return bytes(generate_latest(registry))


def bot_metrics(bot: WatchedBot) -> Iterator[Metric]:
    """Yield what only the bot's process knows: polling, canary, clock, keys of the mailbox."""
    activity = bot.activity
    if bot.is_polling:
        yield _gauge(POLL_AGE, activity.seconds_since_poll)
    if bot.fetches:
        conflicts = activity.poll_conflicts
        yield CounterMetricFamily(POLL_CONFLICTS.name, POLL_CONFLICTS.meaning, value=conflicts)
    if activity.webhook is not None:
        yield from _of_webhook(activity.webhook, activity.clock.now())
    yield _gauge(COMMIT_AGE, activity.seconds_since_commit)
    if bot.leads:
        yield from _of_canary(activity)
        yield from _of_standbys(activity.standbys)
    yield from _of_keys_and_clock(bot.current(), activity.clock.now())


def _of_canary(activity: Activity) -> Iterator[Metric]:
    canary = activity.canary
    yield _gauge(CANARY_AGE, activity.clock.monotonic() - canary.passed_at)
    yield CounterMetricFamily(CANARY_FAILURES.name, CANARY_FAILURES.meaning, value=canary.failures)
    if canary.seconds is not None:
        yield _gauge(CANARY_TIME, canary.seconds)


def _of_standbys(watch: StandbyWatch) -> Iterator[Metric]:
    """Yield nothing for SQLite files; of servers that do not answer only whether one is missing."""
    if not watch.states:
        return
    yield _gauge(STANDBY_MISSING, any(it.is_missing for it in watch.states.values()))
    found = [it.found for it in watch.states.values() if it.found is not None]
    if not found:
        return
    yield _gauge(STANDBYS, min(it.synchronous for it in found))
    yield _gauge(STANDBY_BYTES, max(it.bytes_behind for it in found))
    yield _gauge(STANDBY_SECONDS, max(it.seconds_behind for it in found))
    yield _gauge(TIMELINE, max(it.timeline for it in found))


def _of_webhook(posts: WebhookPosts, now: int) -> Iterator[Metric]:
    age = max(0, now - posts.failed_at) / SECOND if posts.failed_at else math.inf
    yield _gauge(WEBHOOK_PENDING, posts.pending)
    yield _gauge(WEBHOOK_FAILURE_AGE, age)


def _of_keys_and_clock(app: WatchedApp, now: int) -> Iterator[Metric]:
    if (born_at := app.vault.epoch_began_at) is not None:
        yield _gauge(EPOCH_AGE, max(0, now - born_at) / SECOND)
    monitor = app.setting.clock_monitor
    if (channel_at := monitor.channel()) is not None:
        yield _gauge(CLOCK_ERROR, (now - channel_at) / SECOND)
    yield _gauge(CLOCK_DOUBTED, bool(monitor.doubted_until(now)))


def _of_database(found: Readings) -> Iterator[Metric]:
    yield _gauge(DATABASE_LATENCY, found.latency)
    yield _gauge(OLDEST_UPDATE, found.oldest_update / SECOND)
    yield _gauge(OLDEST_LETTER, found.oldest_letter / SECOND)
    yield _gauge(OLDEST_FILE, found.oldest_file / SECOND)
    yield _gauge(SESSIONS, found.sessions)
    overdue = GaugeMetricFamily(OVERDUE.name, OVERDUE.meaning, labels=[LEVEL])
    for level, count in found.overdue.items():
        overdue.add_metric([f"P{level.value}"], count)
    yield overdue
    processes = GaugeMetricFamily(PROCESSES.name, PROCESSES.meaning, labels=[ROLE])
    for role, count in found.processes.items():
        processes.add_metric([role], count)
    yield processes


def _gauge(text: MetricText, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(text.name, text.meaning, value=float(value))
