"""Taiwan: who has to report what to whom, and by when.

Read article by article in Chinese, which governs, in the Ministry of Justice's law database (a
public copy of October 2024):

- The Act (D0080177), Article 9, paragraph 1: police, immigration, labour and social affairs staff,
  and others, who find a suspected case while they work, tell the local judicial police at once.
  Police and immigration officers are judicial police themselves: they act, and tell no one else.
- The child laws (D0050023, Article 7, paragraph 1; D0050001, Article 53, paragraph 1): the same
  professions tell the municipal or county government at once, within 24 hours at the latest. One
  report serves both: it goes to the same office in the same time.
- The Employment Service Act (N0090001), Article 40, paragraph 1, subparagraph 19: a private
  employment agency that learns of it tells an authority, immigration, police or another judicial
  authority within 24 hours.
"""

from __future__ import annotations

from datetime import date

from bot.clock import HOUR
from bot.conversation.answer_rules import UNDER_18
from bot.places.authorities import Article, Statute
from bot.places.deadlines import HourSpan, SameDay
from bot.places.duties import ReportDuty
from bot.places.taiwan.authorities import ACT, EXPLOITATION, WELFARE
from bot.text import _

EMPLOYMENT = Statute(_("Employment Service Act"), date(2023, 5, 10))
ALL_KINDS = frozenset({"ngo", "police", "immigration", "labour", "agency"})
WARN_BEFORE = (24 * HOUR, 12 * HOUR, 4 * HOUR, HOUR)
"""Of 24 hours: at once, at half, and twice near the end."""

DUTIES = (
    ReportDuty(
        code="child",
        name=_("Someone under 18 is harmed: report to the local government"),
        recipient=_("Municipal or county government, protection of children; phone line 113"),
        when=_("At once, and within 24 hours at the latest."),
        reporters=ALL_KINDS,
        span=HourSpan(24),
        soon_text=_("report on someone under 18 due in {left}"),
        overdue_text=_("report on someone under 18 overdue for {ago}"),
        warn_before=WARN_BEFORE,
        form="report_child",
        articles=(
            Article(EXPLOITATION, _("Article 7, paragraph 1")),
            Article(WELFARE, _("Article 53, paragraph 1")),
        ),
        begins_with=UNDER_18,
        kinds=frozenset({"report", "danger"}),
        needs_two=True,
    ),
    ReportDuty(
        code="police",
        name=_("Human trafficking is suspected: report to the police"),
        recipient=_("Local judicial police: police, immigration or coast guard; phone line 110"),
        when=_("At once."),
        reporters=frozenset({"ngo", "labour", "agency"}),
        span=SameDay(is_at_start=True),
        soon_text=_("report to the police due in {left}"),
        overdue_text=_("report to the police due at once, open for {ago}"),
        warn_before=(),
        form="report_police",
        articles=(Article(ACT, _("Article 9, paragraph 1")),),
    ),
    ReportDuty(
        code="agency",
        name=_("An employer may have harmed a foreign worker: report as an agency"),
        recipient=_("Labour office, immigration, police or another judicial authority"),
        when=_("Within 24 hours."),
        reporters=frozenset({"agency"}),
        span=HourSpan(24),
        soon_text=_("report of the agency due in {left}"),
        overdue_text=_("report of the agency overdue for {ago}"),
        warn_before=WARN_BEFORE,
        form="report_agency",
        articles=(Article(EMPLOYMENT, _("Article 40, paragraph 1, subparagraph 19")),),
    ),
)
