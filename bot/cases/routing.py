"""Which queue a case waits in, decided by rules as data from what a person answered.

A rule reads codes only, never words. What was not said decides nothing: whoever told nothing waits
where everything can be meant, and nobody is put among the smaller matters by a silence.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.conversation.answer_rules import (
    AT_SEA,
    UNDER_18,
    Condition,
    Said,
    either,
    every,
    said,
    situation,
    unknown,
    unless,
)
from bot.text import Text, pgettext

if TYPE_CHECKING:
    from collections.abc import Mapping

    Answers = Mapping[str, object]


class Queue(StrEnum):
    """People waiting, by who looks after them; what `cases.queue` holds.

    In the order of care: a case that belongs into two waits in the first of them.
    """

    CHILD_PROTECTION = "child_protection"
    FISHERS = "fishers"
    VIOLENCE_AT_HOME = "violence_at_home"
    TRAFFICKING = "trafficking"
    LABOUR = "labour"
    INFORMATION = "information"


NAMES = {
    Queue.CHILD_PROTECTION: pgettext("queue", "Protection of children"),
    Queue.FISHERS: pgettext("queue", "Fishers"),
    Queue.VIOLENCE_AT_HOME: pgettext("queue", "Violence at home"),
    Queue.TRAFFICKING: pgettext("queue", "Trafficking"),
    Queue.LABOUR: pgettext("queue", "Labour"),
    Queue.INFORMATION: pgettext("queue", "Information"),
}
"""What each is called among staff."""
DEFAULT = Queue.TRAFFICKING
"""Where everything waits that no rule knows."""


@dataclass(frozen=True)
class Only(Said):
    """Holds when the question was answered, and with nothing beyond these."""

    def __call__(self, answers: Answers) -> bool:
        """Tell whether there is an answer and each part of it is one of the codes."""
        answer = answers.get(self.step)
        parts = set(answer) if isinstance(answer, tuple | list) else {answer}
        return bool(parts) and parts <= self.codes


@dataclass(frozen=True)
class Rule:
    """If the condition holds, the case waits in this queue."""

    queue: Queue
    holds: Condition


def only(step: str, *codes: str) -> Condition:
    """Hold when this was answered, and with nothing beyond these codes."""
    return Only(step, frozenset(codes))


IN_DANGER = either(
    unknown("safe", "not_safe", "unsure"),
    unknown("they_safe", "danger", "unsure"),
    unknown("leaving", "watched", "forbidden", "locked", "unsure"),
    unknown("moved", "today", "soon", "unsure"),
    unknown("hurt", "now", "later", "unsure"),
    unknown("doctor", "now", "later", "unsure"),
    said("alarms", "suicide", "coming", "violence", "locked", "help_now"),
    said("tell", "now"),
)
"""Something was said of danger, or left open where it was asked."""

HARMED = either(
    said("signs", "violence", "threats", "unwanted_touch"),
    said("hurt", "now", "later"),
    said("safe", "not_safe"),
    said("they_safe", "danger"),
    said("leaving", "locked", "forbidden", "watched"),
    said("alarms", "violence", "locked", "coming"),
)
AT_HOME = either(said("work", "marriage_home"), said("who", "partner"))

RULES = (
    Rule(Queue.CHILD_PROTECTION, UNDER_18),
    Rule(
        Queue.FISHERS,
        either(said("work", "fishing_boat"), said("who", "captain"), AT_SEA, situation("at_sea")),
    ),
    Rule(Queue.VIOLENCE_AT_HOME, every(AT_HOME, HARMED)),
    Rule(
        Queue.TRAFFICKING,
        either(
            HARMED,
            said("signs", "conditions", "documents", "debt", "movement", "isolation",
                 "vulnerability"),
            said("moved", "today", "soon"),
            said("work", "online_scam", "massage_entertainment", "street_begging"),
            said("tell", "now"),
        ),
    ),
    Rule(Queue.LABOUR, every(only("signs", "wages", "overtime", "deception"), unless(IN_DANGER))),
    Rule(
        Queue.INFORMATION,
        every(only("needs", "legal_aid", "residence_permit", "work_permit"), unless(IN_DANGER)),
    ),
)  # fmt: skip
"""Read from the top: the first that holds decides."""


def queue_of(answers: Answers) -> Queue:
    """Return where a case with these answers waits."""
    return _decided(answers) or DEFAULT


def queue_with(now: str, answers: Answers) -> str:
    """Return where a case waits after more was told: only ever a queue of more care."""
    decided = _decided(answers)
    if decided is None or now not in _CARE:
        return now
    return min(now, decided.value, key=_CARE.index)


def _decided(answers: Answers) -> Queue | None:
    return next((rule.queue for rule in RULES if rule.holds(answers)), None)


def name_of(queue: str) -> Text:
    """Return what staff call a queue; one of another release is called by its code."""
    return NAMES[Queue(queue)] if queue in _CARE else Text(queue)


_CARE = [queue.value for queue in Queue]
