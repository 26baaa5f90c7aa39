"""Routing rules: the queue of a case, from the answers.

Rules read codes, never a person's words. An open question decides nothing: without answers a case
goes to the general queue, and silence never puts it in a less urgent one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.conversation.answer_rules import (
    AT_SEA,
    UNDER_18,
    AnswerIs,
    Condition,
    all_of,
    answer_is,
    answer_is_open,
    any_of,
    none_of,
    situation,
)
from bot.languages.alarms.phrases import CATEGORIES
from bot.text import Text, pgettext

if TYPE_CHECKING:
    from collections.abc import Mapping

    Answers = Mapping[str, object]


class Queue(StrEnum):
    """The queues, as stored in `cases.queue`, in order of precedence."""

    CHILD_PROTECTION = "child_protection"
    FISHERS = "fishers"
    VIOLENCE_AT_HOME = "violence_at_home"
    TRAFFICKING = "trafficking"
    LABOUR = "labour"
    INFORMATION = "information"


QUEUE_NAMES = {
    Queue.CHILD_PROTECTION: pgettext("queue", "Protection of children"),
    Queue.FISHERS: pgettext("queue", "Fishers"),
    Queue.VIOLENCE_AT_HOME: pgettext("queue", "Violence at home"),
    Queue.TRAFFICKING: pgettext("queue", "Trafficking"),
    Queue.LABOUR: pgettext("queue", "Labour"),
    Queue.INFORMATION: pgettext("queue", "Information"),
}
DEFAULT_QUEUE = Queue.TRAFFICKING
"""The queue of a case that no rule matches."""


@dataclass(frozen=True)
class OnlyThese(AnswerIs):
    """Holds when every part of the answer is one of the codes, and there is an answer."""

    def __call__(self, answers: Answers) -> bool:
        """Tell whether it holds."""
        answer = answers.get(self.step)
        parts = set(answer) if isinstance(answer, tuple | list) else {answer}
        return bool(parts) and parts <= self.codes


@dataclass(frozen=True)
class RoutingRule:
    """If the condition holds, the case goes to this queue."""

    queue: Queue
    condition: Condition


def only(step: str, *codes: str) -> Condition:
    """Return a condition that holds when a step was answered with nothing but these codes."""
    return OnlyThese(step, frozenset(codes))


IN_DANGER = any_of(
    answer_is_open("safe", "not_safe", "unsure"),
    answer_is_open("they_safe", "danger", "unsure"),
    answer_is_open("leaving", "watched", "forbidden", "locked", "unsure"),
    answer_is_open("moved", "today", "soon", "unsure"),
    answer_is_open("hurt", "now", "later", "unsure"),
    answer_is_open("doctor", "now", "later", "unsure"),
    answer_is("alarms", *CATEGORIES),
    answer_is("tell", "now"),
)
"""Danger was reported, or a question about it was left open."""

HARMED = any_of(
    answer_is("signs", "violence", "threats", "unwanted_touch"),
    answer_is("hurt", "now", "later"),
    answer_is("safe", "not_safe"),
    answer_is("they_safe", "danger"),
    answer_is("leaving", "locked", "forbidden", "watched"),
    answer_is("alarms", "danger_now", "violence", "sexual_violence", "held", "moved", "weapon"),
)
AT_HOME = any_of(answer_is("work", "marriage_home"), answer_is("who", "partner"))
ON_BOAT = any_of(
    answer_is("work", "fishing_boat"), answer_is("who", "captain"), AT_SEA, situation("at_sea")
)

RULES = (
    RoutingRule(Queue.CHILD_PROTECTION, UNDER_18),
    RoutingRule(Queue.FISHERS, ON_BOAT),
    RoutingRule(Queue.VIOLENCE_AT_HOME, all_of(AT_HOME, HARMED)),
    RoutingRule(
        Queue.TRAFFICKING,
        any_of(
            HARMED,
            answer_is(
                "signs", "conditions", "documents", "debt", "movement", "isolation", "vulnerability"
            ),
            answer_is("moved", "today", "soon"),
            answer_is("work", "online_scam", "massage_entertainment", "street_begging"),
            answer_is("tell", "now"),
        ),
    ),
    RoutingRule(
        Queue.LABOUR, all_of(only("signs", "wages", "overtime", "deception"), none_of(IN_DANGER))
    ),
    RoutingRule(
        Queue.INFORMATION,
        all_of(only("needs", "legal_aid", "residence_permit", "work_permit"), none_of(IN_DANGER)),
    ),
)
"""The first rule that holds decides."""


def choose_queue(answers: Answers) -> Queue:
    """Return the queue of a case with these answers."""
    return _first_match(answers) or DEFAULT_QUEUE


def raise_queue(current: str, answers: Answers) -> str:
    """Return the queue after further answers: never one of lower precedence."""
    decided = _first_match(answers)
    if decided is None or current not in _BY_PRECEDENCE:
        return current
    return min(current, decided.value, key=_BY_PRECEDENCE.index)


def _first_match(answers: Answers) -> Queue | None:
    return next((rule.queue for rule in RULES if rule.condition(answers)), None)


def queue_name(queue: str) -> Text:
    """Return the name of a queue for staff; an unknown queue is named by its code."""
    return QUEUE_NAMES[Queue(queue)] if queue in _BY_PRECEDENCE else Text(queue)


_BY_PRECEDENCE = [queue.value for queue in Queue]
