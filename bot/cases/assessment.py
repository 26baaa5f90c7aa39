"""Assessment of a case for staff: responsible authorities, legal duties and indicators.

All of it supports a decision and makes none. The law of a country comes from its place, which this
package does not know; it is passed in as a `LawLike`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bot.cases import indicators
from bot.text import Catalogue, Text, _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Answers = Mapping[str, object]

AUTHORITIES_HEADING = _("Authorities that may be responsible")
DUTIES_HEADING = _("Legal duties when someone is under 18")
INDICATORS_HEADING = _("Indicators, in three vocabularies")
NO_FINDING = _(
    "They help us set priorities. Only the judicial police identify victims (Human Trafficking "
    "Prevention Act, Article 11); whether an indicator is present or absent decides nothing."
)
VOCABULARIES = (
    _("ILO indicator"),
    _("Human Trafficking Prevention Act, Article 2"),
    _("HTCDS 2.0 code"),
)
"""Headings of the three columns."""
UNKNOWN_TOPIC = _("Not known: {what}")
ALTERNATIVES = _("one of: {codes}")


class Cited(Protocol):
    """A rule with its condition and its place in the law."""

    @property
    def condition(self) -> Text:
        """What must be true for it to apply."""

    def citations(self, catalogue: Catalogue) -> tuple[str, ...]:
        """Return the articles, each with the version of the text that was read."""


class AuthorityLike(Cited, Protocol):
    """An authority that may be responsible."""

    @property
    def name(self) -> Text:
        """Its name."""

    @property
    def task(self) -> Text:
        """Its task under the law."""


class DutyLike(Cited, Protocol):
    """A legal duty when someone is under 18."""

    @property
    def is_certain(self) -> bool:
        """Whether the condition is known to hold."""

    @property
    def text(self) -> Text:
        """What must be done."""


class LawLike(Protocol):
    """One country's law, applied to answers."""

    def authorities(self, answers: Answers) -> Sequence[AuthorityLike]:
        """Return the authorities that may be responsible."""

    def duties(self, answers: Answers) -> Sequence[DutyLike]:
        """Return the duties when someone is under 18, or may be."""


@dataclass(frozen=True, slots=True)
class AuthorityView:
    """An authority, rendered for staff."""

    name: str
    task: str
    condition: str
    articles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DutyView:
    """A duty, rendered for staff."""

    text: str
    condition: str
    articles: tuple[str, ...]
    is_certain: bool = True
    """Whether the condition is known to hold."""


@dataclass(frozen=True, slots=True)
class IndicatorView:
    """An indicator and its name in each vocabulary; empty where it has none."""

    text: str
    ilo: str
    act: tuple[str, ...]
    htcds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """The whole assessment of one case."""

    authorities: tuple[AuthorityView, ...] = ()
    duties: tuple[DutyView, ...] = ()
    indicators: tuple[IndicatorView, ...] = ()
    unknown_topics: tuple[str, ...] = ()


def merge_answers(reports: Iterable[Answers]) -> dict[str, object]:
    """Return the answers of several reports to one case; an open question hides no earlier answer.

    Later answers win. Multiple-choice questions keep every choice ever given.
    """
    merged: dict[str, object] = {}
    for answers in reports:
        for step, answer in answers.items():
            earlier = merged.get(step)
            if isinstance(earlier, tuple) and isinstance(answer, tuple):
                merged[step] = (*earlier, *(part for part in answer if part not in earlier))
            elif answer is not None or step not in merged:
                merged[step] = answer
    return merged


def assess(answers: Answers, law: LawLike | None, staff: Catalogue) -> Assessment:
    """Return the assessment of these answers, rendered in a staff language."""
    return Assessment(
        tuple(
            AuthorityView(
                it.name.render(staff), it.task.render(staff), it.condition.render(staff),
                it.citations(staff),
            )
            for it in (law.authorities(answers) if law else ())
        ),
        tuple(
            DutyView(
                it.text.render(staff), it.condition.render(staff), it.citations(staff),
                it.is_certain,
            )
            for it in (law.duties(answers) if law else ())
        ),
        tuple(_indicator_view(it, staff) for it in indicators.find_indicators(answers)),
        tuple(topic.render(staff) for topic in indicators.unknown_topics(answers)),
    )  # fmt: skip


def _indicator_view(indicator: indicators.Indicator, staff: Catalogue) -> IndicatorView:
    return IndicatorView(
        indicator.text.render(staff),
        indicators.ILO_INDICATORS[indicator.ilo].render(staff) if indicator.ilo else "",
        tuple(indicators.ACT_ELEMENTS[key].render(staff) for key in indicator.act),
        tuple(
            str(codes[0])
            if len(codes) == 1
            else ALTERNATIVES.render(staff, {"codes": ", ".join(map(str, codes))})
            for codes in indicator.htcds
        ),
    )
