"""Urgency rules: the priority of a case and the reasons for it, as data.

Levels and triggers are `taiwan.md` 7.3. Rules only raise a priority; lowering it takes a named
caseworker. What a person did not say, or was not sure of, counts as a risk.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from bot.conversation.answer_rules import (
    ABROAD,
    AGE_UNKNOWN,
    AT_SEA,
    UNDER_18,
    Condition,
    all_of,
    answer_is,
    answer_is_open,
    any_of,
)
from bot.text import Text, _

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    Answers = Mapping[str, object]


class Priority(IntEnum):
    """How soon a caseworker must look. A smaller number comes first."""

    EMERGENCY = 0
    WITHIN_A_DAY = 1
    THIS_SHIFT = 2
    STANDARD = 3
    INFORMATION = 4


@dataclass(frozen=True)
class UrgencyRule:
    """If the condition holds, the case is at least this urgent, for this reason."""

    code: str
    priority: Priority
    reason: Text
    condition: Condition


NOT_SAFE = any_of(answer_is("safe", "not_safe"), answer_is("they_safe", "danger"))
SAFETY_UNKNOWN = any_of(answer_is_open("safe", "unsure"), answer_is_open("they_safe", "unsure"))
KEPT_IN = answer_is("leaving", "locked", "forbidden")

TOLD_NOW = "told_now"
"""The reason that says little more than P0: it stands behind others of its priority."""
E, D, S = Priority.EMERGENCY, Priority.WITHIN_A_DAY, Priority.THIS_SHIFT

RULES = (
    UrgencyRule(TOLD_NOW, E, _("Reports danger now and asked us to alert a caseworker."),
                answer_is("tell", "now")),
    UrgencyRule("not_safe", E, _("Someone is not safe at this moment."), NOT_SAFE),
    UrgencyRule("young_at_risk", E,
                _("Someone is under 18, and their safety is not confirmed."),
                all_of(UNDER_18, SAFETY_UNKNOWN)),
    UrgencyRule("moved_today", E, _("Someone may be taken away within a day."),
                answer_is("moved", "today")),
    UrgencyRule("locked_hurt", E, _("Someone is confined and hurt or ill."),
                all_of(KEPT_IN, answer_is("hurt", "now", "later"))),
    UrgencyRule("doctor_now", E, _("Someone needs a doctor now."),
                any_of(answer_is("hurt", "now"), answer_is("doctor", "now"))),
    UrgencyRule("sea_threat", E, _("At sea, with threats or violence."),
                all_of(AT_SEA, answer_is("signs", "threats", "violence"))),
    UrgencyRule("check_in_duress", E, _("Answered the check-in with the duress passphrase."),
                answer_is("check_in", "duress")),
    UrgencyRule("check_in_silence", E, _("The check-in was not answered with the passphrase."),
                answer_is("check_in", "silence")),
    UrgencyRule("alarm_self_harm", E,
                _("Wrote or said something that may mean suicidal thoughts."),
                answer_is("alarms", "self_harm")),
    UrgencyRule("alarm_danger_now", E,
                _("Wrote or said something that may mean danger at this moment."),
                answer_is("alarms", "danger_now")),
    UrgencyRule("alarm_violence", D,
                _("Wrote or said something that may mean violence."),
                answer_is("alarms", "violence")),
    UrgencyRule("alarm_sexual_violence", D,
                _("Wrote or said something that may mean sexual violence."),
                answer_is("alarms", "sexual_violence")),
    UrgencyRule("alarm_held", D,
                _("Wrote or said something that may mean being locked in or held."),
                answer_is("alarms", "held")),
    UrgencyRule("alarm_moved", D,
                _("Wrote or said something that may mean being moved or sold."),
                answer_is("alarms", "moved")),
    UrgencyRule("alarm_weapon", D,
                _("Wrote or said something that may mean a weapon."),
                answer_is("alarms", "weapon")),
    UrgencyRule("alarm_medical", D,
                _("Wrote or said something that may mean illness, injury or poison."),
                answer_is("alarms", "medical")),
    UrgencyRule("alarm_child", D,
                _("Wrote or said something that may mean a child at risk."),
                answer_is("alarms", "child")),
    UrgencyRule("alarm_police", D,
                _("Wrote or said something that may ask for the police."),
                answer_is("alarms", "police")),
    UrgencyRule("under_18", D, _("Someone is under 18."), UNDER_18),
    UrgencyRule("kept_in", D, _("Someone is locked in or may not go out."), KEPT_IN),
    UrgencyRule("watched", D, _("Someone may go out only when watched."),
                answer_is("leaving", "watched")),
    UrgencyRule("papers_threats", D, _("Documents were taken and there are threats."),
                all_of(answer_is("signs", "documents"), answer_is("signs", "threats"))),
    UrgencyRule("violence", D, _("Someone is hit or hurt."), answer_is("signs", "violence")),
    UrgencyRule("unwanted_touch", D, _("Someone is touched against their will."),
                answer_is("signs", "unwanted_touch")),
    UrgencyRule("hurt", D, _("Someone is hurt or ill."),
                any_of(answer_is("hurt", "later"), answer_is("doctor", "later"),
                       answer_is("needs", "doctor"))),
    UrgencyRule("moved_soon", D, _("Someone may be taken away in the next days."),
                answer_is("moved", "soon")),
    UrgencyRule("scam_place", D, _("In a place where people are forced to scam others."),
                answer_is("work", "online_scam")),
    UrgencyRule("abroad", D, _("Outside Taiwan."), ABROAD),
    UrgencyRule("no_bed", D, _("No safe place to sleep tonight."),
                answer_is("tonight", "none", "not_safe")),
    UrgencyRule("needed_today", D, _("Something is needed today."), answer_is("soon", "today")),
    UrgencyRule("at_sea", D, _("At sea."), AT_SEA),
    UrgencyRule("debt", S, _("Has to work off a debt."), answer_is("signs", "debt")),
    UrgencyRule("wages", S, _("Is not paid properly."), answer_is("signs", "wages")),
    UrgencyRule("overtime", S, _("Works too many hours."), answer_is("signs", "overtime")),
    UrgencyRule("isolation", S, _("Is cut off from people."), answer_is("signs", "isolation")),
    UrgencyRule("papers", S, _("Documents were taken away."), answer_is("signs", "documents")),
    UrgencyRule("movement", S, _("Cannot go out freely."), answer_is("signs", "movement")),
    UrgencyRule("threats", S, _("There are threats."), answer_is("signs", "threats")),
    UrgencyRule("conditions", S, _("Very bad living or working conditions."),
                answer_is("signs", "conditions")),
    UrgencyRule("deception", S, _("Work or pay is not as promised."),
                answer_is("signs", "deception")),
    UrgencyRule("dependence", S, _("Cannot say no."), answer_is("signs", "vulnerability")),
    UrgencyRule("safety_unknown", S, _("Not known whether they are safe."), SAFETY_UNKNOWN),
    UrgencyRule("age_unknown", S, _("Not known whether someone is under 18."), AGE_UNKNOWN),
    UrgencyRule("going_out_unknown", S, _("Not known whether they can go out."),
                answer_is_open("leaving", "unsure")),
    UrgencyRule("signs_unknown", S, _("Not known what happens there."), answer_is_open("signs")),
    UrgencyRule("move_unknown", S, _("Not known whether someone may be taken away."),
                answer_is_open("moved", "unsure")),
    UrgencyRule("hurt_unknown", S, _("Not known whether someone is hurt or ill."),
                any_of(answer_is_open("hurt", "unsure"), answer_is_open("doctor", "unsure"))),
    UrgencyRule("bed_unknown", S, _("Not known whether there is a bed tonight."),
                answer_is_open("tonight", "unsure")),
    UrgencyRule("soon_unknown", S, _("Not known how soon it is needed."),
                answer_is_open("soon", "unsure")),
)  # fmt: skip
"""Most urgent first."""

REASON_TEXTS = {rule.code: rule.reason for rule in RULES}
PRIORITIES_OF_REASONS = {rule.code: rule.priority for rule in RULES}
SPECIAL_REASONS = (
    ("alarm_self_harm",),
    ("young_at_risk", "under_18", "alarm_child"),
    ("alarm_weapon",),
    ("moved_today", "alarm_moved", "moved_soon"),
    ("check_in_duress",),
)
"""Reasons that change what a caseworker does first, by what they are about; in each, the surest
first. Any emergency may have "danger now" as a reason: it tells apart no two cases."""


def assess_urgency(
    answers: Answers, base_priority: Priority = Priority.STANDARD
) -> tuple[Priority, list[str]]:
    """Return how urgent the answers are and the codes of the reasons, most urgent first.

    Args:
        answers: a report, by step; `alarms` holds codes of alarming words.
        base_priority: the priority when no rule raises it.
    """
    held = [rule for rule in RULES if rule.condition(answers)]
    return min([base_priority, *(rule.priority for rule in held)]), [rule.code for rule in held]


def order_reasons(codes: Collection[str]) -> list[str]:
    """Return the codes of reasons in the order for a list that is cut after a few.

    What is special stands first, one reason each; then all others, the gravest first. Of two that
    are equally grave the one that says more comes before the one that anyone in danger can give.
    """
    special = [
        next(code for code in about if code in codes)
        for about in SPECIAL_REASONS
        if not set(about).isdisjoint(codes)
    ]
    return special + sorted((code for code in codes if code not in special), key=_gravest_first)


def _gravest_first(code: str) -> tuple[int, bool]:
    return PRIORITIES_OF_REASONS.get(code, Priority.INFORMATION), code == TOLD_NOW


def reason_texts(codes: Iterable[str]) -> list[Text]:
    """Return the texts of reasons, for staff; unknown codes are left out."""
    return [REASON_TEXTS[code] for code in codes if code in REASON_TEXTS]
