"""Data for drafts of office forms: days that staff entered, the organisation, statements."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bot.cases.consents import CONSENT_QUESTIONS
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
STATEMENT_KINDS = frozenset({"report", "request", "talk", "story", "addition"})
"""Kinds of reports that may hold reasons for an objection."""


def event_days(
    work: Work, deadlines: CaseDeadlines, forms: OfficeForms, form: OfficeForm, case: str
) -> dict[str, str]:
    """Return the days that staff entered for the legal deadlines, in the format of the forms."""
    rows = [row for row in deadlines.events(work, case) if not row.is_struck]
    found = {}
    for blank, code in form.events.items():
        if days := [row.rule_input.day for row in rows if row.event.code == code]:
            found[blank] = forms.format_day(max(days))
    running = deadlines.running(work, case)
    last = next((it.last_day for it in running if it.rule.code == form.code), None)
    return {**found, "last_day": forms.format_day(last)} if last else found


def base_fields(
    forms: OfficeForms, opened: CaseDetails, *, organisation: str, contact: str, zone: ZoneInfo,
    now: int,
) -> dict[str, str]:  # fmt: skip
    """Return what is known of the organisation, and the little that is known of the person."""
    language = opened.case.language
    return {
        "organisation": escape_line(organisation),
        "contact": escape_line(contact),
        "reference": opened.case.reference,
        "language": LANGUAGES[language].own_name if language in LANGUAGES else language,
        "today": forms.format_day(datetime.fromtimestamp(now / SECOND, zone).date()),
    }


def person_statements(opened: CaseDetails) -> list[tuple[str, str]]:
    """Return what the person said, question and answer, each on one line."""
    return [
        (escape_line(told.question), escape_line(told.answer))
        for received in opened.reports
        if received.kind in STATEMENT_KINDS
        for told in received.answers
        if told.step not in CONSENT_QUESTIONS
    ]
