"""Duties to report to an authority: who has them, by when, and how one stands in a case. Pure.

Whether a duty exists is a decision of people, never of the bot. One thing begins by itself: an
answer that someone is under 18 in a report of harm, because there the law counts hours and the
answer leaves no doubt. Everything else a caseworker begins, and only a caseworker ends it: by what
was sent, or by the decision that there is no duty, with its reason.

A duty is kept as events of the legal deadlines: `noticed_CODE` begins it, `told_CODE` and
`no_duty_CODE` end it, `asked_CODE` waits for a second person. So it has a deadline, warnings, a
place in the queue and a question before the case is closed, like any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.places.deadlines import NO_DEADLINES, DeadlineRule, DeadlineRules, LegalEventKind
from bot.text import Text, _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.conversation.answer_rules import Condition
    from bot.places.authorities import Article
    from bot.places.deadlines import DeadlineSpan
    from bot.places.services import LegalService

NOTICED = _("Staff noticed what has to be reported")
TOLD = _("It was reported to the authority")
ASKED = _("A colleague decided that there is no duty: a second person has to agree")
NO_DUTY = _("There is no duty to report here")


class DutyState(StrEnum):
    """How a duty stands in a case."""

    UNDECIDED = "undecided"
    """No one has noticed a reason yet, and no one has decided that there is none."""
    OPEN = "open"
    ASKED = "asked"
    """Open; a colleague decided that there is no duty, and a second person has to agree."""
    TOLD = "told"
    NO_DUTY = "no_duty"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDuty:
    """One duty to report."""

    code: str
    name: Text
    recipient: Text
    """Whom to tell."""
    when: Text
    """By when, in the words of the law."""
    reporters: frozenset[str]
    """Kinds of organisations whose staff have it (the setting `organisation_kind`)."""
    span: DeadlineSpan
    soon_text: Text
    overdue_text: Text
    warn_before: tuple[int, ...]
    form: str
    """The office form that drafts the report."""
    articles: tuple[Article, ...]
    begins_with: Condition | None = None
    """Answers after which it begins by itself; None: a caseworker begins it."""
    kinds: frozenset[str] = frozenset()
    """Kinds of reports whose answers begin it."""
    needs_two: bool = False
    """Whether deciding that there is no duty takes two people."""

    @property
    def noticed(self) -> str:
        """Return the event that begins it."""
        return f"noticed_{self.code}"

    @property
    def told(self) -> str:
        """Return the event that it was reported."""
        return f"told_{self.code}"

    @property
    def asked(self) -> str:
        """Return the event that one person decided that there is no duty."""
        return f"asked_{self.code}"

    @property
    def no_duty(self) -> str:
        """Return the event that there is no duty."""
        return f"no_duty_{self.code}"

    @property
    def events(self) -> tuple[LegalEventKind, ...]:
        """Return its events, which no one enters by hand."""
        texts = ((self.noticed, NOTICED), (self.told, TOLD), (self.asked, ASKED),
                 (self.no_duty, NO_DUTY))  # fmt: skip
        return tuple(LegalEventKind(code, text, is_internal=True) for code, text in texts)

    @property
    def rule(self) -> DeadlineRule:
        """Return its deadline, which runs until it is reported or decided."""
        return DeadlineRule(
            code=self.noticed, started_by=frozenset({self.noticed}),
            ended_by=frozenset({self.told, self.no_duty}), span=self.span, restarts=True,
            requirement=self.when, soon_text=self.soon_text, overdue_text=self.overdue_text,
            articles=self.articles, warn_before=self.warn_before, stays=True,
        )  # fmt: skip

    def begins(self, kind: str, answers: Mapping[str, object]) -> bool:
        """Return whether a report of a kind, with these answers, begins it by itself."""
        return kind in self.kinds and self.begins_with is not None and self.begins_with(answers)

    def state(self, codes: Iterable[str]) -> DutyState:
        """Return how it stands after events that count, in the order of entry."""
        state = DutyState.UNDECIDED
        states = {
            self.noticed: DutyState.OPEN, self.asked: DutyState.ASKED, self.told: DutyState.TOLD,
            self.no_duty: DutyState.NO_DUTY,
        }  # fmt: skip
        for code in codes:
            state = states.get(code, state)
        return state


@dataclass(frozen=True, slots=True)
class CaseworkLaw:
    """What the law of the place says about casework in this deployment."""

    services: tuple[LegalService, ...] = ()
    duties: tuple[ReportDuty, ...] = ()
    """Those that the staff of this organisation have."""
    deadlines: DeadlineRules = NO_DEADLINES


NO_CASEWORK_LAW = CaseworkLaw()


def duties_of(duties: Iterable[ReportDuty], organisation_kind: str) -> tuple[ReportDuty, ...]:
    """Return the duties that the staff of an organisation of a kind have."""
    return tuple(it for it in duties if organisation_kind in it.reporters)


def with_duties(rules: DeadlineRules, duties: Iterable[ReportDuty]) -> DeadlineRules:
    """Return deadline rules with the events and deadlines of duties."""
    found = list(duties)
    kinds = {kind.code: kind for it in found for kind in it.events}
    return DeadlineRules(
        rules.zone, {**rules.event_kinds, **kinds}, (*rules.rules, *(it.rule for it in found))
    )
