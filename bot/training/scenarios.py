"""Scenarios: fictional people, written as readable transcripts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cases.indicators import ILO_INDICATORS
from bot.errors import HavenError
from bot.languages import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

SCENARIOS = Path(__file__).parent / "scenes"
PERSON_PREFIX, QUEUED_LINE, NOTE_PREFIX = "  > ", "== comes", "# "
URGENCY_LEVELS = range(5)
FIELDS = frozenset({"name", "language", "after", "urgency", "signs", "part"})
PARTS = ("prosecution", "protection", "prevention", "partnership")
"""The four Ps of the National Immigration Agency."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One fictional person."""

    title: str
    about: str  # for the trainer, in one English sentence
    name: str
    language: str
    after: int  # after how many actions of others this person comes
    urgency: int  # P0 to P4: the right priority
    signs: tuple[str, ...]
    opening_lines: tuple[str, ...]
    """Actions until they are in the queue: labels in English, or their own words."""
    replies: tuple[str, ...]
    part: str = "protection"
    """Which of the four Ps it is about."""


def load_scenarios(folder: Path = SCENARIOS) -> list[Scenario]:
    """Return every scenario, in the order in which the people come."""
    found = [load_scenario(path) for path in sorted(folder.glob("*.chat"))]
    return sorted(found, key=lambda scenario: scenario.after)


def load_scenario(path: Path) -> Scenario:
    """Return the scenario in a file; raise HavenError, which names the fault, if it is invalid."""
    lines = path.read_text(encoding="utf-8").splitlines()
    fields = dict(_fields(lines))
    about = next(
        (line.removeprefix(NOTE_PREFIX) for line in lines if line.startswith(NOTE_PREFIX)), ""
    )
    if fields.keys() != FIELDS:
        raise HavenError(
            f"{path.name}: {', '.join(sorted(FIELDS ^ fields.keys()))} at the beginning"
        )
    signs = tuple(fields["signs"].split())
    if unknown := [sign for sign in signs if sign not in ILO_INDICATORS]:
        raise HavenError(
            f"{path.name}: signs has {unknown[0]}; one of: {', '.join(ILO_INDICATORS)}"
        )
    if fields["language"] not in LANGUAGES:
        raise HavenError(f"{path.name}: language is one of: {', '.join(LANGUAGES)}")
    if not (
        fields["after"].isdecimal() and fields["urgency"] in {str(each) for each in URGENCY_LEVELS}
    ):
        raise HavenError(
            f"{path.name}: after is a number, urgency one of 0 to {URGENCY_LEVELS[-1]}"
        )
    if fields["part"] not in PARTS:
        raise HavenError(f"{path.name}: part is one of: {', '.join(PARTS)}")
    if lines.count(QUEUED_LINE) != 1:
        raise HavenError(f"{path.name}: one line says {QUEUED_LINE}, when they wait in the queue")
    at = lines.index(QUEUED_LINE)
    return Scenario(
        path.stem, about, fields["name"], fields["language"], int(fields["after"]),
        int(fields["urgency"]), signs, tuple(_person_lines(lines[:at])),
        tuple(_person_lines(lines[at:])), fields["part"],
    )  # fmt: skip


def _fields(lines: list[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        name, colon, value = line.removeprefix(NOTE_PREFIX).partition(":")
        if line.startswith(NOTE_PREFIX) and colon and name in FIELDS:
            yield name, value.strip()


def _person_lines(lines: list[str]) -> Iterator[str]:
    return (line.removeprefix(PERSON_PREFIX) for line in lines if line.startswith(PERSON_PREFIX))
