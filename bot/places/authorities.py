"""Which bodies a country's law can mean for somebody, and what it asks where someone is young.

Rules are data: a condition on the answers, and what holds then with its article. One body where the
answer decides; several, each with its own condition, where it does not: nobody is asked for the
papers that would. It is a reason for staff to think with, never a verdict, and no person reads it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.conversation.answer_rules import AGE_UNKNOWN, UNDER_18, Condition, either, said, unless
from bot.text import Text, _

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from bot.text import Catalogue

    Answers = Mapping[str, object]

YOUNG = _("Someone is under 18.")
IF_YOUNG = _("If someone is under 18: the age is not known.")
TEXT_OF = _("{law}, {article} (text of {day})")
CHANGED = _("{law}, {article} (text of {day}; changed on {changed}, not read since)")
MAYBE_YOUNG = either(AGE_UNKNOWN, unless(said("under_18", "adult"), said("they_under_18", "adult")))
"""Nobody said that all are 18 or over."""


@dataclass(frozen=True, slots=True)
class Statute:
    """A law or regulation, in the text that was read."""

    name: Text
    text_of: date
    """The day of the text that was read."""
    changed_on: date | None = None
    """When it was changed since, if it is known that the newer text was not read."""


@dataclass(frozen=True, slots=True)
class Article:
    """Where a rule stands."""

    statute: Statute
    at: Text

    def read_in(self, catalogue: Catalogue) -> str:
        """Return it as it is cited, with the text of the law that was read."""
        statute = self.statute
        blanks = {
            "law": statute.name.read_in(catalogue),
            "article": self.at.read_in(catalogue),
            "day": statute.text_of.isoformat(),
        }
        if statute.changed_on is None:
            return TEXT_OF.read_in(catalogue, blanks)
        return CHANGED.read_in(catalogue, {**blanks, "changed": statute.changed_on.isoformat()})


@dataclass(frozen=True, slots=True)
class Body:
    """A body the law can mean, for what, and on which condition."""

    code: str
    name: Text
    does: Text
    condition: Text
    articles: tuple[Article, ...]

    def cited(self, catalogue: Catalogue) -> tuple[str, ...]:
        """Return where that stands."""
        return tuple(article.read_in(catalogue) for article in self.articles)


@dataclass(frozen=True, slots=True)
class Duty:
    """Something the law asks for where someone is under 18."""

    code: str
    text: Text
    articles: tuple[Article, ...]
    condition: Text = YOUNG

    def cited(self, catalogue: Catalogue) -> tuple[str, ...]:
        """Return where that stands."""
        return tuple(article.read_in(catalogue) for article in self.articles)


@dataclass(frozen=True, slots=True)
class Rule:
    """If the condition holds, the law can mean this body; if it decides, no other."""

    body: Body
    holds: Condition
    decides: bool = False


@dataclass(frozen=True, slots=True)
class Law:
    """What one country's law says to the answers somebody sent."""

    rules: tuple[Rule, ...]
    """As they are shown."""
    for_the_young: tuple[Duty, ...]

    def bodies(self, answers: Answers) -> list[Body]:
        """Return the bodies the law can mean, each once."""
        held = [rule for rule in self.rules if rule.holds(answers)]
        decisive = [rule for rule in held if rule.decides]
        return list({rule.body.code: rule.body for rule in decisive or held}.values())

    def duties(self, answers: Answers) -> list[Duty]:
        """Return what the law asks where someone is under 18, or may be."""
        if UNDER_18(answers):
            return list(self.for_the_young)
        if MAYBE_YOUNG(answers):
            return [replace(duty, condition=IF_YOUNG) for duty in self.for_the_young]
        return []
