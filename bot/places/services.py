"""Services that the law of a place provides, and the ceilings of what is paid for them. Pure.

A ceiling names facts of a law chapter instead of repeating their numbers, so that both expire
together and can never differ. A plain number is one that no chapter holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.places.authorities import Article
    from bot.text import Text


class CeilingPeriod(StrEnum):
    """What a ceiling is counted over."""

    YEAR = "year"
    """A calendar year."""
    PERSON = "person"
    """Everything a person is ever given."""


class CeilingUnit(StrEnum):
    """What is counted in addition to money."""

    NONE = ""
    SESSION = "session"
    MONTH = "month"
    DAY = "day"
    TIME = "time"


@dataclass(frozen=True, slots=True, kw_only=True)
class CeilingRule:
    """A ceiling as the law sets it, in facts of a chapter; an empty name is no limit."""

    code: str
    text: Text
    """What is paid, for the choice at the desk."""
    period: CeilingPeriod
    articles: tuple[Article, ...]
    amount: str = ""
    """The most that is paid in a period."""
    each: str = ""
    """The most that is paid for one unit."""
    units: str = ""
    """The most units in a period."""
    unit: CeilingUnit = CeilingUnit.NONE


@dataclass(frozen=True, slots=True)
class Ceiling:
    """A ceiling in numbers; None is no limit. Amounts are whole units of the currency."""

    code: str
    period: CeilingPeriod
    amount: int | None = None
    each: int | None = None
    units: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalService:
    """One service that the law names."""

    code: str
    name: Text
    articles: tuple[Article, ...]
    ceilings: tuple[CeilingRule, ...] = ()
    asked_by: frozenset[str] = frozenset()
    """Answers to the question what is needed (`needs`) with which the person asks for it."""
    hides_address: bool = False
    """Whether people stay there in safety: its address is stored nowhere."""
    needs_yes: bool = False
    """Whether it is arranged only after the person said yes to it, or asked for it."""
