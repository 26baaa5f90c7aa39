"""Data for drafts of office forms: days that staff entered, the organisation, statements."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from bot.cases.consents import CONSENT_QUESTIONS
from bot.cases.escape_text import escape_line
from bot.cases.record.display import display_value
from bot.cases.record.fields import ValueType
from bot.cases.record.values import CHINESE, script_of
from bot.clock import SECOND
from bot.languages import LANGUAGES

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from bot.cases.queries import CaseDetails
    from bot.cases.record.entries import RecordEntry
    from bot.cases.record.fields import RecordField
    from bot.cases.record.record import CaseRecord, FieldState
    from bot.hotline.deadlines import CaseDeadlines
    from bot.places.forms import OfficeForm, OfficeForms, RecordBlank
    from bot.store.writer import Work
    from bot.text import Catalogue

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


def record_fields(forms: OfficeForms, record: CaseRecord, words: Catalogue) -> dict[str, str]:
    """Return what the record knows, by blank; `words` is the catalogue of the office's language.

    Values that contradict each other all stand there, with a remark: a draft chooses nothing.
    """
    found = {
        blank: _blank_value(forms, it, record, words) for blank, it in forms.record_blanks.items()
    }
    return {blank: value for blank, value in found.items() if value}


def _blank_value(
    forms: OfficeForms, blank: RecordBlank, record: CaseRecord, words: Catalogue
) -> str:
    for group in blank.alternatives:
        values = [_field_value(forms, blank, state, words) for code in group
                  for state in record.states(code)]  # fmt: skip
        if known := [value for value in values if value]:
            return blank.separator.join(known)
    return ""


def _field_value(
    forms: OfficeForms, blank: RecordBlank, state: FieldState, words: Catalogue
) -> str:
    entries = [it for it in state.values if _is_wanted(blank, it)]
    values = [escape_line(_entry_value(forms, state.field, it, words)) for it in entries]
    if len(values) > 1 and state.is_contradicting:
        return forms.contradiction_line.replace("{values}", " / ".join(values))
    return "、".join(dict.fromkeys(values))


def _is_wanted(blank: RecordBlank, it: RecordEntry) -> bool:
    if blank.is_chinese is None:
        return True
    return (script_of(it.content.typed) == CHINESE) is blank.is_chinese


def _entry_value(forms: OfficeForms, field: RecordField, it: RecordEntry, words: Catalogue) -> str:
    parsed = it.content.parsed
    if field.type is ValueType.DATE and len(parsed) == len("2026-11-28"):
        return forms.format_day(date.fromisoformat(parsed))
    return display_value(field, it.content, words, OFFICE_LANGUAGE)
