"""Drafts of official forms, as plain text with blanks for staff to check. Pure.

Known facts of a case fill the blanks; unknown ones stay visibly blank. A person's own words are
inserted as text only and never start a line, so that they cannot be taken for a formula, a heading
or a blank, wherever the draft is pasted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

BLANK = "\uff3f" * 10
"""Shown where a value is missing: ten characters wide, so that it is not overlooked."""
MAX_ANSWER_LENGTH = 2000
"""Characters of one answer; the whole of it is in the case."""
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class OfficeForm:
    """One form."""

    code: str
    lines: tuple[str, ...]
    """In the language of the authority, with blanks as `{name}`."""
    events: Mapping[str, str]
    """The legal event whose day fills a blank, by blank."""
    notice: str = ""
    """Stands above and below it in place of the notice of all drafts; empty: that one."""
    is_report: bool = False
    """Whether it is a report that a duty demands, offered with the duty alone."""
    includes_answers: bool = False
    """Whether it includes the person's answers, in place of the line {told}."""


@dataclass(frozen=True, slots=True)
class RecordBlank:
    """How the record of a case fills a blank."""

    alternatives: tuple[tuple[str, ...], ...]
    """Codes of fields, e.g. `person.passport`; the first group of which anything is known is used,
    its values one after the other."""
    is_chinese: bool | None = None
    """Whether only values in Chinese characters fill it, or only others; None: all."""
    separator: str = ""
    """Between the fields of a group; empty: a comma, where the script needs one."""


@dataclass(frozen=True, slots=True)
class OfficeForms:
    """The forms of one country."""

    forms: Mapping[str, OfficeForm]
    format_day: Callable[[date], str]
    draft_notice: str
    """Stands above and below every draft: a human has to check it."""
    record_blanks: Mapping[str, RecordBlank]
    """Fields of the record that fill a blank, by blank."""
    contradiction_line: str
    """Stands for several values that contradict each other, with {values} in one line."""
    call_back_line: str
    """How a person is called without danger, with {number}, {times} and {if_other}."""
    not_said: str
    """Stands in it for what the person was not asked."""
    answer_line: str
    """The line of one answer, with {question} and {answer}."""
    no_answers_line: str


def fill_form(
    forms: OfficeForms, form: OfficeForm, values: Mapping[str, str], answers: list[tuple[str, str]]
) -> str:
    """Return a draft of a form: values by blank, and questions with the person's answers."""
    notice = form.notice or forms.draft_notice
    lines = [notice, ""]
    for line in form.lines:
        if line == "{told}":
            lines += [_answer_text(forms, *each) for each in answers] or [forms.no_answers_line]
        else:
            lines.append(_PLACEHOLDER.sub(lambda match: values.get(match[1]) or BLANK, line))
    return "\n".join([*lines, "", notice]) + "\n"


def _answer_text(forms: OfficeForms, question: str, answer: str) -> str:
    blanks = {"question": question, "answer": answer[:MAX_ANSWER_LENGTH]}
    return _PLACEHOLDER.sub(lambda match: blanks[match[1]], forms.answer_line)
