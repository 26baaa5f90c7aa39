"""Which bodies a country's law can mean for somebody, and what it asks where someone is young.

Rules are data: a condition on the answers, and what holds then with its article. One body where the
answer decides; several, each with its own condition, where it does not: nobody is asked for the
papers that would. It is a reason for staff to think with, never a verdict, and no person reads it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.conversation.answer_rules import (
    AGE_UNKNOWN,
    UNDER_18,
    Condition,
    answer_is,
    any_of,
    none_of,
)
from bot.text import Text, _

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from bot.text import Catalogue

    Answers = Mapping[str, object]

IF_UNDER_18 = _("Someone is under 18.")
IF_MAYBE_UNDER_18 = _("If someone is under 18: the age is not known.")
CITATION = _("{law}, {article} (text of {day})")
OUTDATED_CITATION = _("{law}, {article} (text of {day}; changed on {changed}, not read since)")
MAYBE_UNDER_18 = any_of(
    AGE_UNKNOWN, none_of(answer_is("under_18", "adult"), answer_is("they_under_18", "adult"))
)
"""Nobody said that all are 18 or over."""


@dataclass(frozen=True, slots=True)
class Statute:
    """A law or regulation, in the text that was read."""

    name: Text
    text_date: date
    """The day of the text that was read."""
    amended_on: date | None = None
    """When it was changed since, if it is known that the newer text was not read."""


@dataclass(frozen=True, slots=True)
class Article:
    """Where a rule stands."""

    statute: Statute
    provision: Text

    def render(self, catalogue: Catalogue) -> str:
        """Return it as it is cited, with the text of the law that was read."""
        statute = self.statute
        blanks = {
            "law": statute.name.render(catalogue),
            "article": self.provision.render(catalogue),
            "day": statute.text_date.isoformat(),
        }
        if statute.amended_on is None:
            return CITATION.render(catalogue, blanks)
        return OUTDATED_CITATION.render(
            catalogue, {**blanks, "changed": statute.amended_on.isoformat()}
        )


@dataclass(frozen=True, slots=True)
class Authority:
    """A body the law can mean, for what, and on which condition."""

    code: str
    name: Text
    task: Text
    condition: Text
    articles: tuple[Article, ...]

    def citations(self, catalogue: Catalogue) -> tuple[str, ...]:
        """Return where that stands."""
        return tuple(article.render(catalogue) for article in self.articles)


@dataclass(frozen=True, slots=True)
class ChildDuty:
    """Something the law asks for where someone is under 18."""

    code: str
    text: Text
    articles: tuple[Article, ...]
    condition: Text = IF_UNDER_18

    def citations(self, catalogue: Catalogue) -> tuple[str, ...]:
        """Return where that stands."""
        return tuple(article.render(catalogue) for article in self.articles)


@dataclass(frozen=True, slots=True)
class AuthorityRule:
    """If the condition holds, the law can mean this body; if it decides, no other."""

    authority: Authority
    condition: Condition
    is_exclusive: bool = False


@dataclass(frozen=True, slots=True)
class Law:
    """What one country's law says to the answers somebody sent."""

    rules: tuple[AuthorityRule, ...]
    """As they are shown."""
    child_duties: tuple[ChildDuty, ...]

    def authorities(self, answers: Answers) -> list[Authority]:
        """Return the bodies the law can mean, each once."""
        held = [rule for rule in self.rules if rule.condition(answers)]
        decisive = [rule for rule in held if rule.is_exclusive]
        return list({rule.authority.code: rule.authority for rule in decisive or held}.values())

    def duties(self, answers: Answers) -> list[ChildDuty]:
        """Return what the law asks where someone is under 18, or may be."""
        if UNDER_18(answers):
            return list(self.child_duties)
        if MAYBE_UNDER_18(answers):
            return [replace(duty, condition=IF_MAYBE_UNDER_18) for duty in self.child_duties]
        return []
