"""How urgent a case is, and why, in words: rules as data.

Levels and triggers are `taiwan.md` 7.3. The machine only raises; lowering needs a named human. What
a person did not say, or was not sure of, counts as risk.
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
    either,
    every,
    said,
    unknown,
)
from bot.text import Text, _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Answers = Mapping[str, object]


class Priority(IntEnum):
    """How soon a person must look. A smaller number comes first."""

    EMERGENCY = 0
    WITHIN_A_DAY = 1
    THIS_SHIFT = 2
    STANDARD = 3
    INFORMATION = 4


@dataclass(frozen=True)
class Rule:
    """If the condition holds, the case is at least this urgent, for this reason."""

    code: str
    priority: Priority
    reason: Text
    holds: Condition


NOT_SAFE = either(said("safe", "not_safe"), said("they_safe", "danger"))
KEPT_IN = said("leaving", "locked", "forbidden")

E, D, S = Priority.EMERGENCY, Priority.WITHIN_A_DAY, Priority.THIS_SHIFT

RULES = (
    Rule("told_now", E, _("Said there is danger now and wanted us to know."), said("tell", "now")),
    Rule("not_safe", E, _("Someone is not safe at this moment."), NOT_SAFE),
    Rule(
        "young_at_risk",
        E,
        _("Someone under 18, and nobody said they are safe."),
        every(UNDER_18, either(unknown("safe", "unsure"), unknown("they_safe", "unsure"))),
    ),
    Rule("moved_today", E, _("Someone may be taken away within a day."), said("moved", "today")),
    Rule(
        "locked_hurt",
        E,
        _("Someone is kept in and hurt or ill."),
        every(KEPT_IN, said("hurt", "now", "later")),
    ),
    Rule("doctor_now", E, _("Someone needs a doctor now."),
         either(said("hurt", "now"), said("doctor", "now"))),
    Rule(
        "sea_threat",
        E,
        _("At sea, with threats or violence."),
        every(AT_SEA, said("signs", "threats", "violence")),
    ),
    Rule("check_in_duress", E, _("Answered at the agreed hour with the word for being forced."),
         said("check_in", "duress")),
    Rule("check_in_silence", E, _("The right word did not come at the agreed hour."),
         said("check_in", "silence")),
    Rule("alarm_suicide", E, _("Wrote words that can mean wanting to die."),
         said("alarms", "suicide")),
    Rule("alarm_coming", E, _("Wrote words that can mean someone is coming for them."),
         said("alarms", "coming")),
    Rule("alarm_violence", D, _("Wrote words that can mean violence."),
         said("alarms", "violence")),
    Rule("alarm_locked", D, _("Wrote words that can mean being locked in."),
         said("alarms", "locked")),
    Rule("alarm_help_now", D, _("Wrote words that ask for help at once."),
         said("alarms", "help_now")),
    Rule("under_18", D, _("Someone is under 18."), UNDER_18),
    Rule("kept_in", D, _("Someone is locked in or may not go out."), KEPT_IN),
    Rule("watched", D, _("Someone may go out only with a watcher."), said("leaving", "watched")),
    Rule(
        "papers_threats",
        D,
        _("Papers were taken and there are threats."),
        every(said("signs", "documents"), said("signs", "threats")),
    ),
    Rule("violence", D, _("Someone is hit or hurt."), said("signs", "violence")),
    Rule("unwanted_touch", D, _("Someone is touched against their will."),
         said("signs", "unwanted_touch")),
    Rule("hurt", D, _("Someone is hurt or ill."),
         either(said("hurt", "later"), said("doctor", "later"), said("needs", "doctor"))),
    Rule("moved_soon", D, _("Someone may be taken away in the next days."), said("moved", "soon")),
    Rule("scam_place", D, _("In a place where people are made to cheat others."),
         said("work", "online_scam")),
    Rule("abroad", D, _("Outside Taiwan."), ABROAD),
    Rule("no_bed", D, _("No safe place to sleep tonight."), said("tonight", "none", "not_safe")),
    Rule("needed_today", D, _("Something is needed today."), said("soon", "today")),
    Rule("at_sea", D, _("At sea."), AT_SEA),
    Rule("debt", S, _("Has to work off a debt."), said("signs", "debt")),
    Rule("wages", S, _("Is not paid properly."), said("signs", "wages")),
    Rule("overtime", S, _("Works too many hours."), said("signs", "overtime")),
    Rule("isolation", S, _("Is cut off from people."), said("signs", "isolation")),
    Rule("papers", S, _("Papers were taken away."), said("signs", "documents")),
    Rule("movement", S, _("Cannot go out freely."), said("signs", "movement")),
    Rule("threats", S, _("There are threats."), said("signs", "threats")),
    Rule("conditions", S, _("Very bad conditions."), said("signs", "conditions")),
    Rule("deception", S, _("Work or pay is not as promised."), said("signs", "deception")),
    Rule("dependence", S, _("Cannot say no."), said("signs", "vulnerability")),
    Rule("safety_unknown", S, _("Not known whether they are safe."),
         either(unknown("safe", "unsure"), unknown("they_safe", "unsure"))),
    Rule("age_unknown", S, _("Not known whether someone is under 18."), AGE_UNKNOWN),
    Rule("going_out_unknown", S, _("Not known whether they can go out."),
         unknown("leaving", "unsure")),
    Rule("signs_unknown", S, _("Not known what happens there."), unknown("signs")),
    Rule("move_unknown", S, _("Not known whether someone may be taken away."),
         unknown("moved", "unsure")),
    Rule("hurt_unknown", S, _("Not known whether someone is hurt or ill."),
         either(unknown("hurt", "unsure"), unknown("doctor", "unsure"))),
    Rule("bed_unknown", S, _("Not known whether there is a bed tonight."),
         unknown("tonight", "unsure")),
    Rule("soon_unknown", S, _("Not known how soon it is needed."), unknown("soon", "unsure")),
)  # fmt: skip
"""Read from the top: the most urgent first."""

REASONS = {rule.code: rule.reason for rule in RULES}


def urgency(answers: Answers, at_most: Priority = Priority.STANDARD) -> tuple[Priority, list[str]]:
    """Return how urgent the answers are and the codes of the reasons, most urgent first.

    Args:
        answers: what a person sent, by step; `alarms` holds codes of alarming words.
        at_most: the level when no rule asks for more.
    """
    held = [rule for rule in RULES if rule.holds(answers)]
    return min([at_most, *(rule.priority for rule in held)]), [rule.code for rule in held]


def reasons_in_words(codes: Iterable[str]) -> list[Text]:
    """Return the reasons as phrases for staff; a code of an older release stays away."""
    return [REASONS[code] for code in codes if code in REASONS]
