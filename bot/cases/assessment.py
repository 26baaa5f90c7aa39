"""What staff are told beside the answers: which bodies the law can mean, duties, and signs.

Everything here is a reason to think with, in the reader's language. What a country's law says comes
from the place, which this room does not know: it is handed down as `Law`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bot.cases.indicators import ACT, ILO, not_known, screening
from bot.text import Text, _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.cases.indicators import Code, Indicator
    from bot.text import Catalogue

    Answers = Mapping[str, object]

BODIES = _("Bodies the law can mean")
DUTIES = _("What the law asks when someone is under 18")
SIGNS = _("Signs, in three vocabularies")
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
NOT_KNOWN = _("Not known: {what}")
ONE_OF = _("one of: {codes}")


class Body(Protocol):
    """A body the law can mean."""

    @property
    def name(self) -> Text:
        """Who it is."""

    @property
    def does(self) -> Text:
        """What the law gives it to do."""

    @property
    def condition(self) -> Text:
        """What has to be true for it to be this one."""

    def cited(self, catalogue: Catalogue) -> tuple[str, ...]:
        """Return where that stands, and in which text of the law."""


class Duty(Protocol):
    """Something the law asks for where someone is under 18."""

    @property
    def text(self) -> Text:
        """What it asks."""

    @property
    def condition(self) -> Text:
        """Whether somebody is, or may be."""

    def cited(self, catalogue: Catalogue) -> tuple[str, ...]:
        """Return where that stands, and in which text of the law."""


class Law(Protocol):
    """What one country's law says to answers."""

    def bodies(self, answers: Answers) -> Sequence[Body]:
        """Return the bodies it can mean."""

    def duties(self, answers: Answers) -> Sequence[Duty]:
        """Return what it asks where someone is under 18."""


@dataclass(frozen=True, slots=True)
class Competent:
    """A body, as staff read it."""

    body: str
    does: str
    condition: str
    articles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Owed:
    """A duty, as staff read it."""

    duty: str
    condition: str
    articles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sign:
    """What was said, and its name in each vocabulary; empty where it has none."""

    told: str
    ilo: str
    act: tuple[str, ...]
    htcds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grounds:
    """All of it, for one case."""

    bodies: tuple[Competent, ...] = ()
    duties: tuple[Owed, ...] = ()
    signs: tuple[Sign, ...] = ()
    not_known: tuple[str, ...] = ()


def together(told: Iterable[Answers]) -> dict[str, object]:
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


def grounds(answers: Answers, law: Law | None, staff: Catalogue) -> Grounds:
    """Return what is told beside these answers, in a language of staff."""
    return Grounds(
        tuple(_competent(body, staff) for body in (law.bodies(answers) if law else ())),
        tuple(_owed(duty, staff) for duty in (law.duties(answers) if law else ())),
        tuple(_sign(indicator, staff) for indicator in screening(answers)),
        tuple(words.read_in(staff) for words in not_known(answers)),
    )


def _competent(body: Body, staff: Catalogue) -> Competent:
    name, does, condition = (it.read_in(staff) for it in (body.name, body.does, body.condition))
    return Competent(name, does, condition, body.cited(staff))


def _owed(duty: Duty, staff: Catalogue) -> Owed:
    return Owed(duty.text.read_in(staff), duty.condition.read_in(staff), duty.cited(staff))


def _sign(indicator: Indicator, staff: Catalogue) -> Sign:
    return Sign(
        indicator.told.read_in(staff),
        ILO[indicator.ilo].read_in(staff) if indicator.ilo else "",
        tuple(ACT[key].read_in(staff) for key in indicator.act),
        tuple(_one_of(codes, staff) for codes in indicator.htcds),
    )


def _one_of(codes: tuple[Code, ...], staff: Catalogue) -> str:
    """Return a code as the standard spells it, or the several of which one holds."""
    spelt = ", ".join(map(str, codes))
    return spelt if len(codes) == 1 else ONE_OF.read_in(staff, {"codes": spelt})
