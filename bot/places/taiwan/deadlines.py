"""Taiwan: legal deadlines, with the articles.

Read article by article in the Ministry of Justice's law database (a public copy of October 2024),
in Chinese, which governs. Article 48 of the Administrative Procedure Act says how a span is
counted: hours from the moment, days and months from the day after. A last day on a Saturday, Sunday
or holiday moves past it; that only gives more time, and is not applied here.

- Assistance may end after *more than* three summonses that were missed without a reason. Staff are
  warned at the third.
- The fund counts six months from the day of identification. The regulation can be read so that this
  day counts as well; it does here.
- Contact means contact with the organisation that assists under this law. A message to the bot is
  not taken for it; if it is, a caseworker enters it.
"""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from bot.clock import DAY, HOUR
from bot.places.authorities import Article, Statute
from bot.places.deadlines import (
    DaySpan,
    DeadlineRule,
    DeadlineRules,
    HourSpan,
    LegalEventKind,
    MaxTimes,
    MonthSpan,
    SameDay,
)
from bot.places.taiwan.authorities import ACT
from bot.text import _

ASSISTANCE = Statute(
    _("Regulations for the Assistance of Victims or Suspected Victims of Human Trafficking"),
    date(2023, 12, 28),
)
RESIDENCE = Statute(
    _(
        "Regulations Governing the Residence, and the Ad Hoc Permanent Residence for Human "
        "Trafficking Victims"
    ),
    date(2023, 12, 28),
)
FUND = Statute(
    _("Regulations Governing Subsidy for Victims of Human Trafficking"), date(2023, 12, 28)
)

EVENT_TEXTS = {
    # Translators: "served" as the law means it, even if the person reads it later.
    "not_identified": _("The notice says that the person is not a victim: the day it was served"),
    "identified": _("The notice says that the person is a victim: the day written on it"),
    "objected": _("An objection was filed"),
    "passed_on": _("The unit forwarded the objection to its superior unit"),
    "decided": _("The objection was decided"),
    # To be questioned by police, a prosecutor or a court.
    "summons": _("The person is summoned: the date and the time"),
    "attended": _("They attended, or gave a valid reason not to"),
    "missed": _("They did not attend, without a valid reason"),
    "contact": _("Last contact of the person with the organisation that assists by law"),
    # Back in the country they wanted to go to, and reached there.
    "returned": _("The person returned home safely: the day they arrived"),
    "help_ended": _("Assistance under the law has ended"),
    "permit": _("The residence permit was issued"),
    "permit_until": _("The last day printed on the residence permit"),
    "renewal": _("An extension of the residence permit was requested"),
    "fund": _("Money from the subsidy fund was requested"),
}
"""What it is, and which day counts, by event."""
MAY_BE_FUTURE = frozenset({"summons", "permit_until"})

MISSED_SUMMONSES = _("assistance may end: summonses missed: {left} (more than 3 can end it)")
EXTENSION = _("An extension is requested at the National Immigration Agency.")

DEADLINE_RULES = DeadlineRules(
    zone=ZoneInfo("Asia/Taipei"),
    event_kinds={
        code: LegalEventKind(code, text, code in MAY_BE_FUTURE)
        for code, text in EVENT_TEXTS.items()
    },
    rules=(
        DeadlineRule(
            code="contact",
            started_by=frozenset({"contact"}),
            ended_by=frozenset({"help_ended"}),
            restarts=True,
            span=HourSpan(72),
            requirement=_("The person and the organisation that assists are in contact again."),
            soon_text=_("assistance may end in {left} (72-hour contact rule)"),
            overdue_text=_("assistance may end: 72 hours without contact passed {ago} ago"),
            articles=(
                Article(ASSISTANCE, _("Article 16, subparagraph 1")),
                Article(RESIDENCE, _("Article 5, subparagraph 3")),
            ),
            warn_before=(48 * HOUR, 24 * HOUR, 6 * HOUR),
            is_for_person=True,
        ),
        DeadlineRule(
            code="objection",
            started_by=frozenset({"not_identified"}),
            ended_by=frozenset({"objected", "identified"}),
            span=DaySpan(20),
            requirement=_(
                "The person objects in writing, with reasons, to the unit that decided. They must "
                "not be deported before the objection is decided."
            ),
            soon_text=_("the time to object ends in {left}"),
            overdue_text=_("the time to object ended {ago} ago"),
            articles=(
                Article(ACT, _("Article 11, paragraph 5")),
                Article(ASSISTANCE, _("Article 17")),
            ),
            warn_before=(10 * DAY, 3 * DAY, DAY),
            is_for_person=True,
        ),
        DeadlineRule(
            code="passing_on",
            started_by=frozenset({"objected"}),
            ended_by=frozenset({"passed_on", "decided", "identified"}),
            span=DaySpan(10),
            requirement=_(
                "The unit corrects its decision, or forwards the objection with its reasons."
            ),
            soon_text=_("the unit has {left} to forward the objection"),
            overdue_text=_("the unit should have forwarded the objection {ago} ago"),
            articles=(Article(ACT, _("Article 11, paragraph 6")),),
            warn_before=(DAY,),
        ),
        DeadlineRule(
            code="decision",
            started_by=frozenset({"passed_on"}),
            ended_by=frozenset({"decided", "identified"}),
            span=DaySpan(10),
            requirement=_("The superior unit decides on the objection in writing. That is final."),
            soon_text=_("the objection must be decided in {left}"),
            overdue_text=_("the objection should have been decided {ago} ago"),
            articles=(
                Article(ACT, _("Article 11, paragraph 6")),
                Article(ACT, _("Article 11, paragraph 7")),
            ),
            warn_before=(DAY,),
        ),
        DeadlineRule(
            code="summons",
            started_by=frozenset({"summons"}),
            ended_by=frozenset({"attended", "missed"}),
            span=SameDay(is_at_start=True),
            requirement=_("The person attends, accompanied, or gives a valid reason."),
            soon_text=_("summons in {left}"),
            overdue_text=_("the summons was {ago} ago: did they attend?"),
            articles=(
                Article(ASSISTANCE, _("Article 16, subparagraph 7")),
                Article(ASSISTANCE, _("Article 9")),
            ),
            warn_before=(3 * DAY, DAY),
            is_for_person=True,
        ),
        DeadlineRule(
            code="missed",
            started_by=frozenset({"missed"}),
            ended_by=frozenset({"help_ended"}),
            span=MaxTimes(3),
            requirement=_("The person attends when summoned, or gives a valid reason."),
            soon_text=MISSED_SUMMONSES,
            overdue_text=MISSED_SUMMONSES,
            articles=(Article(ASSISTANCE, _("Article 16, subparagraph 7")),),
            restarts=True,
        ),
        DeadlineRule(
            code="permit",
            started_by=frozenset({"permit"}),
            ended_by=frozenset({"permit_until", "renewal"}),
            restarts=True,
            span=MonthSpan(12),
            opens_before=MonthSpan(3),
            requirement=EXTENSION,
            soon_text=_("the residence permit ends in {left}"),
            overdue_text=_("the residence permit ended {ago} ago"),
            articles=(
                Article(ACT, _("Article 14, paragraph 1")),
                Article(RESIDENCE, _("Article 4")),
            ),
            warn_before=(90 * DAY, 30 * DAY, 7 * DAY),
            is_for_person=True,
        ),
        DeadlineRule(
            code="printed",
            started_by=frozenset({"permit_until"}),
            ended_by=frozenset({"renewal"}),
            restarts=True,
            span=SameDay(),
            opens_before=MonthSpan(3),
            requirement=EXTENSION,
            soon_text=_("the residence permit ends in {left}"),
            overdue_text=_("the residence permit ended {ago} ago"),
            articles=(Article(RESIDENCE, _("Article 4")),),
            warn_before=(90 * DAY, 30 * DAY, 7 * DAY),
            is_for_person=True,
        ),
        DeadlineRule(
            code="fund",
            started_by=frozenset({"identified"}),
            ended_by=frozenset({"fund"}),
            span=MonthSpan(6, counts_first_day=True),
            requirement=_(
                "Money from the subsidy fund is requested at the National Immigration Agency."
            ),
            soon_text=_("{left} left to apply to the subsidy fund"),
            overdue_text=_("the time to apply to the subsidy fund ended {ago} ago"),
            articles=(Article(FUND, _("Article 4")), Article(FUND, _("Article 5"))),
            warn_before=(60 * DAY, 14 * DAY, 3 * DAY),
            is_for_person=True,
        ),
    ),
)
