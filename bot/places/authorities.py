"""Rules for the authorities that may be responsible, and for duties when someone is under 18.

A rule is a condition on the answers and an authority with its articles. Where the answers decide,
one authority remains; otherwise several are named, each with its own condition, because people are
not asked for the documents that would decide. This supports staff, is never a verdict, and is not
shown to people who write to the hotline.
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
from bot.text import Catalogue, Text, _

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    Answers = Mapping[str, object]

IF_UNDER_18 = _("Someone is under 18.")
IF_MAYBE_UNDER_18 = _("If someone may be under 18 (the age is not known):")
CITATION = _("{law}, {article} (text of {day})")
OUTDATED_CITATION = _("{law}, {article} (text of {day}; amended on {changed}, new text not read)")
MAYBE_UNDER_18 = any_of(
    AGE_UNKNOWN, none_of(answer_is("under_18", "adult"), answer_is("they_under_18", "adult"))
)
"""No answer says that everyone is 18 or over."""


@dataclass(frozen=True, slots=True)
class Statute:
    """A law or regulation, in the version that was read."""

    name: Text
    text_date: date
    amended_on: date | None = None
    """The date of a later amendment that was not read."""


@dataclass(frozen=True, slots=True)
class Article:
    """A provision of a statute."""

    statute: Statute
    provision: Text

    def render(self, catalogue: Catalogue) -> str:
        """Return the citation, with the date of the version that was read."""
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
    """An authority, its task, and the condition under which it is responsible."""

    code: str
    name: Text
    task: Text
    condition: Text
    articles: tuple[Article, ...]

    def citations(self, catalogue: Catalogue) -> tuple[str, ...]:
        """Return the articles as citations."""
        return tuple(article.render(catalogue) for article in self.articles)


@dataclass(frozen=True, slots=True)
class ChildDuty:
    """A legal duty when someone is under 18."""

    code: str
    text: Text
    articles: tuple[Article, ...]
    condition: Text = IF_UNDER_18
    is_certain: bool = True
    """Whether the condition is known to hold."""

    def citations(self, catalogue: Catalogue) -> tuple[str, ...]:
        """Return the articles as citations."""
        return tuple(article.render(catalogue) for article in self.articles)


@dataclass(frozen=True, slots=True)
class AuthorityRule:
    """If the condition holds, this authority may be responsible; if exclusive, no other is."""

    authority: Authority
    condition: Condition
    is_exclusive: bool = False


@dataclass(frozen=True, slots=True)
class Law:
    """The authority rules and child duties of one country."""

    rules: tuple[AuthorityRule, ...]
    child_duties: tuple[ChildDuty, ...]

    def authorities(self, answers: Answers) -> list[Authority]:
        """Return the authorities that may be responsible, each once."""
        matching = [rule for rule in self.rules if rule.condition(answers)]
        exclusive = [rule for rule in matching if rule.is_exclusive]
        return list(
            {rule.authority.code: rule.authority for rule in exclusive or matching}.values()
        )

    def duties(self, answers: Answers) -> list[ChildDuty]:
        """Return the duties when someone is under 18, or may be."""
        if UNDER_18(answers):
            return list(self.child_duties)
        if MAYBE_UNDER_18(answers):
            return [
                replace(duty, condition=IF_MAYBE_UNDER_18, is_certain=False)
                for duty in self.child_duties
            ]
        return []
