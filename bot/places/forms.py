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
LONGEST = 2000
"""Signs of one thing a person wrote; the whole of it is in the case."""
_NAMED = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Paper:
    """One kind of paper."""

    code: str
    lines: tuple[str, ...]
    """In the language of the office, with blanks as `{name}`."""
    events: Mapping[str, str]
    """Blanks that hold a day: by which event of the law's clocks each is known."""
    tells: bool = False
    """Whether it has room for what the person said: the blank {told}, a line of its own."""


@dataclass(frozen=True, slots=True)
class Papers:
    """The papers of one country."""

    kinds: Mapping[str, Paper]
    says_day: Callable[[date], str]
    """How its papers write a day."""
    draft: str
    """Stands above and below every draft: a human has to check it."""
    told: str
    """How one thing somebody said is shown: with {question} and {answer}."""
    not_told: str
    """Stands where nothing was said."""


def filled(
    papers: Papers, paper: Paper, known: Mapping[str, str], told: list[tuple[str, str]]
) -> str:
    """Return a draft.

    Args:
        papers: of the country.
        paper: which one.
        known: what fills the blanks; what is missing there stays blank.
        told: what the person said: question and answer.
    """
    lines = [papers.draft, ""]
    for line in paper.lines:
        if line == "{told}":
            lines += [_told(papers, *each) for each in told] or [papers.not_told]
        else:
            lines.append(_NAMED.sub(lambda found: known.get(found[1]) or BLANK, line))
    return "\n".join([*lines, "", papers.draft]) + "\n"


def _told(papers: Papers, question: str, answer: str) -> str:
    blanks = {"question": question, "answer": answer[:LONGEST]}
    return _NAMED.sub(lambda found: blanks[found[1]], papers.told)
