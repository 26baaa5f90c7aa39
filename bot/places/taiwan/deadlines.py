"""Taiwan: what the law gives time for, with the article.

Read article by article in the Ministry of Justice's law database (a public copy of October 2024),
in Chinese, which governs. How a span is counted stands in Article 48 of the Administrative
Procedure Act: hours at once, days and months from the day after; a last day on a Saturday, Sunday
or holiday is moved behind it, which only ever gives more time, and is not counted on here.

Three remarks for whoever reads the rules.

- Assistance may end after *more than* three summonses that were missed without a reason. Staff are
  told at the third.
- The fund counts six months from the day of identification. The regulation can be read so that this
  day counts as well: it does here.
- Contact is contact with whoever helps by this law. That somebody wrote to the bot is not taken for
  it: if it is, a caseworker enters it.
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

EVENT_KINDS = (
    LegalEventKind(
        "not_identified",
        # Translators: "served" as the law means it, even if the person reads it later.
        _("The notice says that the person is not a victim: the day it was served"),
    ),
    LegalEventKind(
        "identified", _("The notice says that the person is a victim: the day written on it")
    ),
    LegalEventKind("objected", _("An objection was handed in")),
    LegalEventKind("passed_on", _("The unit passed the objection on to the one above it")),
    LegalEventKind("decided", _("The objection was decided")),
    # Translators: to be asked by police, a prosecutor or a court.
    LegalEventKind(
        "summons", _("The person is called to be heard: the day, and the hour"), may_be_future=True
    ),
    LegalEventKind("attended", _("They went there, or gave a good reason not to")),
    LegalEventKind("missed", _("They stayed away without a reason that counts")),
    LegalEventKind("contact", _("Whoever helps by law was last in contact with the person")),
    LegalEventKind("help_ended", _("The help by law has ended")),
    LegalEventKind("permit", _("The residence permit was issued")),
    LegalEventKind(
        "permit_until", _("The last day printed on the residence permit"), may_be_future=True
    ),
    LegalEventKind("renewal", _("A longer residence permit was asked for")),
    LegalEventKind("fund", _("Money from the subsidy fund was asked for")),
)

DEADLINE_RULES = DeadlineRules(
    zone=ZoneInfo("Asia/Taipei"),
    event_kinds={it.code: it for it in EVENT_KINDS},
    rules=(
        DeadlineRule(
            code="contact",
            started_by=frozenset({"contact"}),
            ended_by=frozenset({"help_ended"}),
            restarts=True,
            span=HourSpan(72),
            requirement=_("The person and whoever helps by law are in contact again."),
            soon_text=_("help may end in {left} (72-hour contact rule)"),
            overdue_text=_("help may end: 72 hours without contact were over {ago} ago"),
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
                "The person objects in writing, with reasons, to the unit that decided. Nobody "
                "may send them out of the country before it is decided."
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
                "The unit corrects its decision, or passes the objection on with its reasons."
            ),
            soon_text=_("the unit has {left} to pass the objection on"),
            overdue_text=_("the unit should have passed the objection on {ago} ago"),
            articles=(Article(ACT, _("Article 11, paragraph 6")),),
            warn_before=(DAY,),
        ),
        DeadlineRule(
            code="decision",
            started_by=frozenset({"passed_on"}),
            ended_by=frozenset({"decided", "identified"}),
            span=DaySpan(10),
            requirement=_("The unit above decides on the objection, in writing. That is final."),
            soon_text=_("the objection is to be decided in {left}"),
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
            requirement=_(
                "The person goes there, with somebody beside them, or gives a good reason."
            ),
            soon_text=_("they are called to be heard in {left}"),
            overdue_text=_("they were called to be heard {ago} ago: did they go?"),
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
            requirement=_("The person goes when they are called, or gives a good reason."),
            soon_text=_("help may end: summonses missed: {left} (more than 3 can end it)"),
            overdue_text=_("help may end: summonses missed: {left} (more than 3 can end it)"),
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
            requirement=_("A longer permit is asked for at the National Immigration Agency."),
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
            requirement=_("A longer permit is asked for at the National Immigration Agency."),
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
                "Money from the subsidy fund is asked for at the National Immigration Agency."
            ),
            soon_text=_("the fund can be asked for {left} more"),
            overdue_text=_("the time to ask the fund ended {ago} ago"),
            articles=(Article(FUND, _("Article 4")), Article(FUND, _("Article 5"))),
            warn_before=(60 * DAY, 14 * DAY, 3 * DAY),
            is_for_person=True,
        ),
    ),
)
"""What `haven deadlines` knows in Taiwan."""
