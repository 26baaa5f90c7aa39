"""What is measured: scenarios, each a list of runs that are compared with one another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from tests.bench.run_one import BenchRun

if TYPE_CHECKING:
    from collections.abc import Callable

_THOUSAND: Final = 1_000
_TEN_THOUSAND: Final = 10_000
_HUNDRED_THOUSAND: Final = 100_000
_MILLION: Final = 1_000_000
_SAID: Final = {
    _THOUSAND: "1 k",
    _TEN_THOUSAND: "10 k",
    _HUNDRED_THOUSAND: "100 k",
    _MILLION: "1 M",
}


class Measurement(msgspec.Struct, frozen=True):
    """One row: a run, and the row of the same scenario its ratio is taken to."""

    name: str
    run: BenchRun
    against: str


class Scenario(msgspec.Struct, frozen=True):
    """Rows that belong together; each of them runs once in every round."""

    name: str
    title: str
    ratio: str
    """What the ratio compares, in words."""
    rows: tuple[Measurement, ...]


class Drawn(msgspec.Struct, frozen=True):
    """How a row is drawn in a chart."""

    label: str
    kept: str
    """What becomes of an update: a key of `bar_chart.LEGEND`."""


def _turn() -> Scenario:
    base = "ptb memory"

    def row(name: str, subject: str, people: int, in_flight: int, warm_up: int = 20) -> Measurement:
        run = BenchRun(
            subject=subject,
            people=people,
            stored=_TEN_THOUSAND,
            in_flight=in_flight,
            warm_up=warm_up,
        )
        return Measurement(name, run, base)

    return Scenario(
        "turn",
        "A turn, 10 k conversations stored",
        "updates a second, to ptb memory",
        (
            row("haven, 64 in flight", "haven", 1500, 64),
            row("haven on PostgreSQL, 64 in flight", "haven-postgresql", 1500, 64),
            row("haven through its Bot, 64", "haven-bot", 500, 64),
            row(base, "ptb-memory", 300, 1),
            row("ptb memory, 64 in flight", "ptb-memory", 300, 64),
            row("ptb sqlite", "ptb-sqlite", 30, 1, warm_up=3),
            row("ptb pickle", "ptb-pickle", 3, 1, warm_up=1),
            row("aiogram memory", "aiogram-memory", 150, 1),
            row("aiogram memory, 64 in flight", "aiogram-memory", 150, 64),
            row("aiogram sqlite", "aiogram-durable", 100, 1),
            row("aiogram sqlite, 64 in flight", "aiogram-durable", 100, 64),
            row("aiogram redis", "aiogram-redis", 100, 1),
            row("aiogram redis, 64 in flight", "aiogram-redis", 100, 64),
        ),
    )


DRAWN: Final = {
    "haven, 64 in flight": Drawn("Haven, SQLite", "disk"),
    "haven on PostgreSQL, 64 in flight": Drawn("Haven, PostgreSQL", "disk"),
    "ptb memory": Drawn("python-telegram-bot, memory", "memory"),
    "ptb sqlite": Drawn("python-telegram-bot, SQLite", "disk"),
    "ptb pickle": Drawn("python-telegram-bot, pickle", "file"),
    "aiogram memory": Drawn("aiogram, memory", "memory"),
    "aiogram sqlite": Drawn("aiogram, SQLite", "disk"),
    "aiogram redis, 64 in flight": Drawn("aiogram, Redis", "memory"),
}
"""Rows of a turn that are drawn one below the other, each bot at its best."""


def _one() -> Scenario:
    def row(name: str, subject: str) -> Measurement:
        return Measurement(
            name, BenchRun(subject=subject, people=300, stored=_TEN_THOUSAND), "ptb memory"
        )

    return Scenario(
        "one",
        "One update at a time, 10 k conversations stored",
        "updates a second, to ptb memory",
        (
            row("haven", "haven"),
            row("haven on PostgreSQL", "haven-postgresql"),
            row("a bare commit", "bare-commit"),
            row("ptb memory", "ptb-memory"),
        ),
    )


def _open() -> Scenario:
    def rows(rate: int) -> tuple[Measurement, Measurement]:
        def row(name: str, subject: str, in_flight: int) -> Measurement:
            run = BenchRun(
                subject=subject,
                people=max(64, rate * 3 // 11),  # about three seconds
                stored=_TEN_THOUSAND,
                in_flight=in_flight,
                rate=rate,
            )
            return Measurement(f"{name}, {rate}/s", run, f"ptb memory, {rate}/s")

        return row("haven", "haven", 512), row("ptb memory", "ptb-memory", 1)

    return Scenario(
        "open",
        "Updates that arrive when they like (Poisson), 10 k conversations stored",
        "updates a second, to ptb memory at the same rate",
        tuple(row for rate in (200, 1000, 2000, 8000) for row in rows(rate)),
    )


def _growth() -> Scenario:
    def rows(
        name: str, subject: str, people: int, in_flight: int, *stored: int
    ) -> tuple[Measurement, ...]:
        def row(there: int) -> Measurement:
            run = BenchRun(
                subject=subject,
                people=people,
                stored=there,
                in_flight=in_flight,
                warm_up=min(20, people),
            )
            return Measurement(f"{name}, {_SAID[there]}", run, f"{name}, {_SAID[_THOUSAND]}")

        return tuple(row(there) for there in stored)

    return Scenario(
        "growth",
        "As conversations pile up",
        "updates a second, to the same with 1 k stored",
        (
            *rows("haven", "haven", 1500, 64, _THOUSAND, _HUNDRED_THOUSAND, _MILLION),
            *rows("ptb memory", "ptb-memory", 300, 1, _THOUSAND, _HUNDRED_THOUSAND),
            *rows("ptb pickle", "ptb-pickle", 3, 1, _THOUSAND, _TEN_THOUSAND),
            *rows("aiogram memory", "aiogram-memory", 150, 1, _THOUSAND, _HUNDRED_THOUSAND),
            *rows("aiogram sqlite", "aiogram-durable", 100, 1, _THOUSAND, _HUNDRED_THOUSAND),
        ),
    )


def _send() -> Scenario:
    def row(name: str, subject: str, in_flight: int) -> Measurement:
        run = BenchRun(subject=subject, people=150, in_flight=in_flight)
        return Measurement(f"{name}, {in_flight} in flight", run, f"ptb, {in_flight} in flight")

    return Scenario(
        "send",
        "Bot.send_message over a socket of the loopback",
        "messages a second, to ptb's own client",
        (
            row("haven", "send-haven", 1),
            row("ptb", "send-ptb", 1),
            row("haven", "send-haven", 32),
            row("ptb", "send-ptb", 32),
        ),
    )


def _relay() -> Scenario:
    def row(name: str, subject: str, in_flight: int) -> Measurement:
        run = BenchRun(subject=subject, people=1000, stored=_TEN_THOUSAND, in_flight=in_flight)
        return Measurement(f"{name}, {in_flight} in flight", run, f"turn, {in_flight} in flight")

    return Scenario(
        "relay",
        "Words on their way to the caseworker who holds the chat, 10 k conversations stored",
        "updates a second, to turns of the bot",
        tuple(
            row(name, subject, in_flight)
            for in_flight in (1, 64)
            for name, subject in (("relay", "haven-relay"), ("turn", "haven"))
        ),
    )


def _claim() -> Scenario:
    def rows(database: str, short: str) -> tuple[Measurement, ...]:
        def row(name: str, subject: str, stored: int, people: int) -> Measurement:
            run = BenchRun(subject=f"{subject}-{short}", people=people, stored=stored, warm_up=5)
            base = f"haven, {database}, {_SAID[_TEN_THOUSAND]}"
            return Measurement(f"{name}, {database}, {_SAID[stored]}", run, base)

        return (
            row("haven", "claim", _TEN_THOUSAND, 50),
            row("haven", "claim", _MILLION, 50),
            row("sorted", "sorted", _MILLION, 5),
        )

    return Scenario(
        "claim",
        "The next case for a caseworker, claimed; so many in the table, a third of them waiting",
        "claims a second, to the same with 10 k in the table",
        (*rows("SQLite", "sqlite"), *rows("PostgreSQL", "postgresql")),
    )


def _search() -> Scenario:
    run = BenchRun(subject="haven-search", people=1, stored=20_000, warm_up=1)
    return Scenario(
        "search",
        "Words looked for in 20 k things of 2 k cases, each opened and read",
        "searches a second, to itself",
        (Measurement("haven, 20 k things", run, "haven, 20 k things"),),
    )


def _desk_row(against: str, warm_up: int) -> Callable[[str, str, int], Measurement]:
    """Return what makes rows of a scenario at the desk from name, subject and pages asked for."""

    def row(name: str, subject: str, people: int) -> Measurement:
        run = BenchRun(subject=subject, people=people, stored=_HUNDRED_THOUSAND, warm_up=warm_up)
        return Measurement(name, run, against)

    return row


def _desk() -> Scenario:
    row = _desk_row("a page of the queue", warm_up=2)
    return Scenario(
        "desk",
        "The desk in a browser, 100 k cases, 200 conversations held",
        "requests a second, to a page of the queue",
        (
            row("a page of the queue", "desk-queue", 30),
            row("the first page", "desk-first-page", 10),
            row("words until drawn", "desk-words", 15),
            row("a conversation of 2,000", "desk-long-page", 10),
            row("one more message of 2,000", "desk-long-words", 10),
            row("500 streams open", "desk-streams", 30),
            row("every connection", "desk-connections", 10),
        ),
    )


def _case() -> Scenario:
    row = _desk_row("a case with neither", warm_up=5)
    return Scenario(
        "case",
        "A case with 40 values and 5 services, 100 k cases",
        "pages a second, to the same page without either",
        (
            row("a case", "desk-case", 25),
            row("a case with neither", "desk-bare-case", 25),
            row("a case and its record", "desk-record", 25),
            row("a case and its plan", "desk-plan", 25),
            row("every connection", "desk-connections", 10),
        ),
    )


ALL: Final = {
    scenario.name: scenario
    for scenario in (
        _turn(),
        _one(),
        _open(),
        _growth(),
        _send(),
        _relay(),
        _claim(),
        _search(),
        _desk(),
        _case(),
    )
}
