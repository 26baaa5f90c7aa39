"""Papers an office wants, as drafts for staff to check: plain text with blanks. Pure.

What is known of a case fills them, once each; what is not known stays visibly blank, and nobody
guesses. What a person wrote is shown, not obeyed, and can begin no line: nothing of it is taken for
a formula, a heading or a blank, wherever the draft is pasted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

BLANK = "\uff3f" * 10
"""Where something is missing: ten signs wide, so that nobody overlooks it."""
MAX_ANSWER_LENGTH = 2000
"""Signs of one thing a person wrote; the whole of it is in the case."""
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class OfficeForm:
    """One kind of paper."""

    code: str
    lines: tuple[str, ...]
    """In the language of the office, with blanks as `{name}`."""
    events: Mapping[str, str]
    """Blanks that hold a day: by which event of the law's clocks each is known."""
    includes_answers: bool = False
    """Whether it has room for what the person said: the blank {told}, a line of its own."""


@dataclass(frozen=True, slots=True)
class OfficeForms:
    """The papers of one country."""

    forms: Mapping[str, OfficeForm]
    format_day: Callable[[date], str]
    """How its papers write a day."""
    draft_notice: str
    """Stands above and below every draft: a human has to check it."""
    answer_line: str
    """How one thing somebody said is shown: with {question} and {answer}."""
    no_answers_line: str
    """Stands where nothing was said."""


def fill_form(
    forms: OfficeForms, form: OfficeForm, values: Mapping[str, str], answers: list[tuple[str, str]]
) -> str:
    """Return a draft.

    Args:
        forms: of the country.
        form: which one.
        values: what fills the blanks; what is missing there stays blank.
        answers: what the person said: question and answer.
    """
    lines = [forms.draft_notice, ""]
    for line in form.lines:
        if line == "{told}":
            lines += [_answer_text(forms, *each) for each in answers] or [forms.no_answers_line]
        else:
            lines.append(_PLACEHOLDER.sub(lambda found: values.get(found[1]) or BLANK, line))
    return "\n".join([*lines, "", forms.draft_notice]) + "\n"


def _answer_text(papers: OfficeForms, question: str, answer: str) -> str:
    blanks = {"question": question, "answer": answer[:MAX_ANSWER_LENGTH]}
    return _PLACEHOLDER.sub(lambda found: blanks[found[1]], papers.answer_line)
