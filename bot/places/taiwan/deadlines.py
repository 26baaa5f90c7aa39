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
from bot.places.deadlines import Clock, Clocks, Days, Hours, Kind, Months, On, Times
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

KINDS = (
    Kind(
        "not_identified",
        # Translators: "served" as the law means it, even if the person reads it later.
        _("The notice says that the person is not a victim: the day it was served"),
    ),
    Kind("identified", _("The notice says that the person is a victim: the day written on it")),
    Kind("objected", _("An objection was handed in")),
    Kind("passed_on", _("The unit passed the objection on to the one above it")),
    Kind("decided", _("The objection was decided")),
    # Translators: to be asked by police, a prosecutor or a court.
    Kind("summons", _("The person is called to be heard: the day, and the hour"), may_come=True),
    Kind("attended", _("They went there, or gave a good reason not to")),
    Kind("missed", _("They stayed away without a reason that counts")),
    Kind("contact", _("Whoever helps by law was last in contact with the person")),
    Kind("help_ended", _("The help by law has ended")),
    Kind("permit", _("The residence permit was issued")),
    Kind("permit_until", _("The last day printed on the residence permit"), may_come=True),
    Kind("renewal", _("A longer residence permit was asked for")),
    Kind("fund", _("Money from the subsidy fund was asked for")),
)

TAIWAN = Clocks(
    zone=ZoneInfo("Asia/Taipei"),
    kinds={it.code: it for it in KINDS},
    clocks=(
        Clock(
            code="contact",
            starts=frozenset({"contact"}),
            ends=frozenset({"help_ended"}),
            renews=True,
            span=Hours(72),
            must=_("The person and whoever helps by law are in contact again."),
            soon=_("help may end in {left} (72-hour contact rule)"),
            passed=_("help may end: 72 hours without contact were over {ago} ago"),
            articles=(
                Article(ASSISTANCE, _("Article 16, subparagraph 1")),
                Article(RESIDENCE, _("Article 5, subparagraph 3")),
            ),
            warns=(48 * HOUR, 24 * HOUR, 6 * HOUR),
            is_theirs=True,
        ),
        Clock(
            code="objection",
            starts=frozenset({"not_identified"}),
            ends=frozenset({"objected", "identified"}),
            span=Days(20),
            must=_(
                "The person objects in writing, with reasons, to the unit that decided. Nobody "
                "may send them out of the country before it is decided."
            ),
            soon=_("the time to object ends in {left}"),
            passed=_("the time to object ended {ago} ago"),
            articles=(
                Article(ACT, _("Article 11, paragraph 5")),
                Article(ASSISTANCE, _("Article 17")),
            ),
            warns=(10 * DAY, 3 * DAY, DAY),
            is_theirs=True,
        ),
        Clock(
            code="passing_on",
            starts=frozenset({"objected"}),
            ends=frozenset({"passed_on", "decided", "identified"}),
            span=Days(10),
            must=_("The unit corrects its decision, or passes the objection on with its reasons."),
            soon=_("the unit has {left} to pass the objection on"),
            passed=_("the unit should have passed the objection on {ago} ago"),
            articles=(Article(ACT, _("Article 11, paragraph 6")),),
            warns=(DAY,),
        ),
        Clock(
            code="decision",
            starts=frozenset({"passed_on"}),
            ends=frozenset({"decided", "identified"}),
            span=Days(10),
            must=_("The unit above decides on the objection, in writing. That is final."),
            soon=_("the objection is to be decided in {left}"),
            passed=_("the objection should have been decided {ago} ago"),
            articles=(
                Article(ACT, _("Article 11, paragraph 6")),
                Article(ACT, _("Article 11, paragraph 7")),
            ),
            warns=(DAY,),
        ),
        Clock(
            code="summons",
            starts=frozenset({"summons"}),
            ends=frozenset({"attended", "missed"}),
            span=On(is_begin=True),
            must=_("The person goes there, with somebody beside them, or gives a good reason."),
            soon=_("they are called to be heard in {left}"),
            passed=_("they were called to be heard {ago} ago: did they go?"),
            articles=(
                Article(ASSISTANCE, _("Article 16, subparagraph 7")),
                Article(ASSISTANCE, _("Article 9")),
            ),
            warns=(3 * DAY, DAY),
            is_theirs=True,
        ),
        Clock(
            code="missed",
            starts=frozenset({"missed"}),
            ends=frozenset({"help_ended"}),
            span=Times(3),
            must=_("The person goes when they are called, or gives a good reason."),
            soon=_("help may end: summonses missed: {left} (more than 3 can end it)"),
            passed=_("help may end: summonses missed: {left} (more than 3 can end it)"),
            articles=(Article(ASSISTANCE, _("Article 16, subparagraph 7")),),
            renews=True,
        ),
        Clock(
            code="permit",
            starts=frozenset({"permit"}),
            ends=frozenset({"permit_until", "renewal"}),
            renews=True,
            span=Months(12),
            opens=Months(3),
            must=_("A longer permit is asked for at the National Immigration Agency."),
            soon=_("the residence permit ends in {left}"),
            passed=_("the residence permit ended {ago} ago"),
            articles=(
                Article(ACT, _("Article 14, paragraph 1")),
                Article(RESIDENCE, _("Article 4")),
            ),
            warns=(90 * DAY, 30 * DAY, 7 * DAY),
            is_theirs=True,
        ),
        Clock(
            code="printed",
            starts=frozenset({"permit_until"}),
            ends=frozenset({"renewal"}),
            renews=True,
            span=On(),
            opens=Months(3),
            must=_("A longer permit is asked for at the National Immigration Agency."),
            soon=_("the residence permit ends in {left}"),
            passed=_("the residence permit ended {ago} ago"),
            articles=(Article(RESIDENCE, _("Article 4")),),
            warns=(90 * DAY, 30 * DAY, 7 * DAY),
            is_theirs=True,
        ),
        Clock(
            code="fund",
            starts=frozenset({"identified"}),
            ends=frozenset({"fund"}),
            span=Months(6, is_first_counted=True),
            must=_("Money from the subsidy fund is asked for at the National Immigration Agency."),
            soon=_("the fund can be asked for {left} more"),
            passed=_("the time to ask the fund ended {ago} ago"),
            articles=(Article(FUND, _("Article 4")), Article(FUND, _("Article 5"))),
            warns=(60 * DAY, 14 * DAY, 3 * DAY),
            is_theirs=True,
        ),
    ),
)
"""What `haven clock` knows in Taiwan."""
