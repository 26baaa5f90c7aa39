"""Data for drafts of office forms: days that staff entered, the organisation, statements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from bot.cases.consents import CONSENT_QUESTIONS
from bot.cases.escape_text import escape_line
from bot.cases.record.display import county_text, display_value
from bot.cases.record.fields import ValueType
from bot.cases.record.values import CHINESE, language_name, script_of
from bot.clock import SECOND
from bot.hotline.origins.model import HANG_UP
from bot.languages import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from zoneinfo import ZoneInfo

    from bot.cases.queries import CaseDetails
    from bot.cases.record.entries import RecordEntry
    from bot.cases.record.fields import RecordField
    from bot.cases.record.record import CaseRecord, FieldState, RecordSubject
    from bot.hotline.deadlines import CaseDeadlines
    from bot.hotline.origins.model import CallBack
    from bot.hotline.origins.spoken import SpokenTexts
    from bot.places.forms import OfficeForm, OfficeForms, RecordBlank
    from bot.store.writer import Work
    from bot.text import Catalogue, Text

OFFICE_LANGUAGE = "zh_Hant"
STATEMENT_KINDS = frozenset({"report", "request", "talk", "story", "addition"})
"""Kinds of reports that may hold reasons for an objection."""
SAFE_CONTACT = "safe_contact"
"""The blank for how the person is reached safely."""
NUMBER, COUNTY = "number", "county"
LISTED = "\u3001"
"""Between values of which there are several."""


@dataclass(frozen=True, slots=True)
class OfficeWords:
    """Names of codes in the language of the office."""

    staff: Catalogue
    people: Catalogue
    counties: Mapping[str, Text]
    """Names of counties by code."""
    spoken: SpokenTexts


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
    own_name = LANGUAGES[language].own_name if language in LANGUAGES else ""
    name = language_name(language, OFFICE_LANGUAGE)
    return {
        "organisation": escape_line(organisation),
        "contact": escape_line(contact),
        "reference": opened.case.reference,
        "language": f"{name} ({own_name})" if own_name and own_name != name else name,
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


def call_back_fields(
    forms: OfficeForms, call_back: CallBack | None, words: OfficeWords
) -> dict[str, str]:
    """Return how the person can be called without danger, as they said it; nothing if unknown.

    A number never stands without its hours: a call at another time may be answered by another.
    """
    if call_back is None or not call_back.number:
        return {}
    spoken = words.spoken

    def said(value: str, known: Mapping[str, Text]) -> str:
        text = known.get(value)
        return text.render(words.people) if text else escape_line(value)

    given = {
        NUMBER: escape_line(call_back.number),
        "times": said(call_back.times, spoken.times) or forms.not_said,
        "if_other": said(call_back.if_other or HANG_UP, spoken.if_other),
    }  # fmt: skip
    return {SAFE_CONTACT: _filled(forms.call_back_line, given)}


def record_fields(forms: OfficeForms, record: CaseRecord, words: OfficeWords) -> dict[str, str]:
    """Return what the record knows, by blank.

    Values that contradict each other all stand there, with a remark: a draft chooses nothing.
    """
    reader = _RecordReader(forms, record, words)
    found = {blank: reader.value(it) for blank, it in forms.record_blanks.items()}
    if number := found.get(SAFE_CONTACT):
        given = {NUMBER: number, "times": forms.not_said, "if_other": forms.not_said}
        found[SAFE_CONTACT] = _filled(forms.call_back_line, given)
    return {blank: value for blank, value in found.items() if value}


@dataclass(frozen=True, slots=True)
class _RecordReader:
    """Reads a record for the blanks of the forms of a country."""

    forms: OfficeForms
    record: CaseRecord
    words: OfficeWords

    def value(self, blank: RecordBlank) -> str:
        """Return what fills a blank; empty if nothing does."""
        for group in blank.alternatives:
            found = [self._of_subject(blank, group, it) for it in self.record.subjects]
            if known := [it for it in found if it]:
                return LISTED.join(dict.fromkeys(known))
        return ""

    def _of_subject(self, blank: RecordBlank, group: Sequence[str], it: RecordSubject) -> str:
        states = {state.field.code: state for state in it.fields}
        values = [self._of_field(blank, states[code]) for code in group if code in states]
        return _joined([value for value in values if value], blank.separator)

    def _of_field(self, blank: RecordBlank, state: FieldState) -> str:
        entries = [it for it in state.values if _is_wanted(blank, it)]
        values = [escape_line(self._of_entry(state.field, it)) for it in entries]
        if len(values) > 1 and state.is_contradicting:
            return self.forms.contradiction_line.replace("{values}", " / ".join(values))
        return LISTED.join(dict.fromkeys(values))

    def _of_entry(self, field: RecordField, it: RecordEntry) -> str:
        parsed = it.content.parsed
        if field.type is ValueType.DATE and len(parsed) == len("2026-11-28"):
            return self.forms.format_day(date.fromisoformat(parsed))
        if field.name == COUNTY and (
            county := county_text(it.content, self.words.counties, self.words.people)
        ):
            return county
        return display_value(field, it.content, self.words.staff, OFFICE_LANGUAGE)


def _is_wanted(blank: RecordBlank, it: RecordEntry) -> bool:
    if blank.is_chinese is None:
        return True
    return (script_of(it.content.typed) == CHINESE) is blank.is_chinese


def _joined(values: Sequence[str], separator: str) -> str:
    """Return values one after the other; Chinese needs nothing in between, other scripts a comma.

    A blank with a separator of its own has that one.
    """
    text = ""
    for value in values:
        is_chinese = CHINESE in {script_of(text[-1:]), script_of(value[:1])}
        text += (separator or ("" if is_chinese else ", ") if text else "") + value
    return text


def _filled(line: str, given: Mapping[str, str]) -> str:
    for name, value in given.items():
        line = line.replace("{" + name + "}", value)
    return line
