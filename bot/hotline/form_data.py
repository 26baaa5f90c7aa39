"""What fills a draft of a paper for an office: days staff entered, who helps, what was said."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bot.cases.escape_text import escape_line
from bot.clock import SECOND
from bot.languages import LANGUAGES

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from bot.cases.queries import CaseDetails
    from bot.hotline.deadlines import CaseDeadlines
    from bot.places.forms import OfficeForm, OfficeForms
    from bot.store.writer import Work

OFFICE_LANGUAGE = "zh_Hant"
STATEMENT_KINDS = frozenset({"report", "request", "talk", "addition"})
"""What a person sent that may have something in it for the reasons of an objection."""


def event_days(
    work: Work, clocks: CaseDeadlines, papers: OfficeForms, paper: OfficeForm, case: str
) -> dict[str, str]:
    """Return the days that staff entered for the law's clocks, as papers write them."""
    rows = [row for row in clocks.events(work, case) if not row.is_struck]
    found = {}
    for blank, code in paper.events.items():
        of = [row.rule_input.day for row in rows if row.event.code == code]
        if of:
            found[blank] = papers.format_day(max(of))
    running = clocks.running(work, case)
    last = next((it.last_day for it in running if it.rule.code == paper.code), None)
    return {**found, "last_day": papers.format_day(last)} if last else found


def base_fields(
    papers: OfficeForms,
    opened: CaseDetails,
    *,
    organisation: str,
    contact: str,
    zone: ZoneInfo,
    now: int,
) -> dict[str, str]:
    """Return what is known of whoever helps, and the little that is known of the person."""
    language = opened.case.language
    return {
        "organisation": escape_line(organisation),
        "contact": escape_line(contact),
        "reference": opened.case.reference,
        "language": LANGUAGES[language].own_name if language in LANGUAGES else language,
        "today": papers.format_day(datetime.fromtimestamp(now / SECOND, zone).date()),
    }


def person_statements(opened: CaseDetails) -> list[tuple[str, str]]:
    """Return what the person said, question and answer, each on one line."""
    return [
        (escape_line(told.question), escape_line(told.answer))
        for received in opened.reports
        if received.kind in STATEMENT_KINDS
        for told in received.answers
    ]
