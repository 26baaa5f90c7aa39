"""What staff are told beside the answers: which bodies the law can mean, duties, and signs.

Everything here is a reason to think with, in the reader's language. What a country's law says comes
from the place, which this room does not know: it is handed down as `Law`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bot.cases.indicators import ACT_ELEMENTS, ILO_INDICATORS, find_indicators, unknown_topics
from bot.text import Text, _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.cases.indicators import HtcdsCode, Indicator
    from bot.text import Catalogue

    Answers = Mapping[str, object]

AUTHORITIES_HEADING = _("Bodies the law can mean")
DUTIES_HEADING = _("What the law asks when someone is under 18")
INDICATORS_HEADING = _("Signs, in three vocabularies")
NO_FINDING = _(
    "They are for the order of our own work. Only the judicial police identify (Human Trafficking "
    "Prevention Act, Article 11); that a sign is there, or is not, decides nothing."
)
VOCABULARIES = (
    _("ILO indicator"),
    _("Human Trafficking Prevention Act, Article 2"),
    _("HTCDS 2.0 code"),
)
"""Above the three columns."""
UNKNOWN_TOPIC = _("Not known: {what}")
ALTERNATIVES = _("one of: {codes}")


class AuthorityLike(Protocol):
    """A body the law can mean."""

    @property
    def name(self) -> Text:
        """Who it is."""

    @property
    def task(self) -> Text:
        """What the law gives it to do."""

    @property
    def condition(self) -> Text:
        """What has to be true for it to be this one."""

    def citations(self, catalogue: Catalogue) -> tuple[str, ...]:
        """Return where that stands, and in which text of the law."""


class DutyLike(Protocol):
    """Something the law asks for where someone is under 18."""

    @property
    def text(self) -> Text:
        """What it asks."""

    @property
    def condition(self) -> Text:
        """Whether somebody is, or may be."""

    def citations(self, catalogue: Catalogue) -> tuple[str, ...]:
        """Return where that stands, and in which text of the law."""


class LawLike(Protocol):
    """What one country's law says to answers."""

    def authorities(self, answers: Answers) -> Sequence[AuthorityLike]:
        """Return the bodies it can mean."""

    def duties(self, answers: Answers) -> Sequence[DutyLike]:
        """Return what it asks where someone is under 18."""


@dataclass(frozen=True, slots=True)
class AuthorityView:
    """A body, as staff read it."""

    name: str
    task: str
    condition: str
    articles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DutyView:
    """A duty, as staff read it."""

    text: str
    condition: str
    articles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IndicatorView:
    """What was said, and its name in each vocabulary; empty where it has none."""

    text: str
    ilo: str
    act: tuple[str, ...]
    htcds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """All of it, for one case."""

    authorities: tuple[AuthorityView, ...] = ()
    duties: tuple[DutyView, ...] = ()
    indicators: tuple[IndicatorView, ...] = ()
    unknown_topics: tuple[str, ...] = ()


def merge_answers(told: Iterable[Answers]) -> dict[str, object]:
    """Return what several reports to one case say: nothing that was said is hidden by a silence.

    A later answer holds; of questions with several answers, all that were ever given.
    """
    joined: dict[str, object] = {}
    for answers in told:
        for step, answer in answers.items():
            before = joined.get(step)
            if isinstance(before, tuple) and isinstance(answer, tuple):
                joined[step] = (*before, *(part for part in answer if part not in before))
            elif answer is not None or step not in joined:
                joined[step] = answer
    return joined


def assess(answers: Answers, law: LawLike | None, staff: Catalogue) -> Assessment:
    """Return what is told beside these answers, in a language of staff."""
    return Assessment(
        tuple(_authority_view(body, staff) for body in (law.authorities(answers) if law else ())),
        tuple(_duty_view(duty, staff) for duty in (law.duties(answers) if law else ())),
        tuple(_indicator_view(indicator, staff) for indicator in find_indicators(answers)),
        tuple(words.render(staff) for words in unknown_topics(answers)),
    )


def _authority_view(body: AuthorityLike, staff: Catalogue) -> AuthorityView:
    name, does, condition = (it.render(staff) for it in (body.name, body.task, body.condition))
    return AuthorityView(name, does, condition, body.citations(staff))


def _duty_view(duty: DutyLike, staff: Catalogue) -> DutyView:
    return DutyView(duty.text.render(staff), duty.condition.render(staff), duty.citations(staff))


def _indicator_view(indicator: Indicator, staff: Catalogue) -> IndicatorView:
    return IndicatorView(
        indicator.text.render(staff),
        ILO_INDICATORS[indicator.ilo].render(staff) if indicator.ilo else "",
        tuple(ACT_ELEMENTS[key].render(staff) for key in indicator.act),
        tuple(_alternatives(codes, staff) for codes in indicator.htcds),
    )


def _alternatives(codes: tuple[HtcdsCode, ...], staff: Catalogue) -> str:
    """Return a code as the standard spells it, or the several of which one holds."""
    spelt = ", ".join(map(str, codes))
    return spelt if len(codes) == 1 else ALTERNATIVES.render(staff, {"codes": spelt})
