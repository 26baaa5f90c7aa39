"""How much is understood of the sentences in `tests/languages/sentences`, set by set.

From the first nine sets lists were widened and weights learnt; nothing ever was from the others.
Run `python -m tests.languages.scores` for a table; with names of languages behind it, for what was
missed in them.
"""

from __future__ import annotations

import sys
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from bot.conversation.questions.choice import ListQuestion
from bot.languages import LANGUAGES
from bot.languages.alarms.find import find_alarms
from bot.languages.answer_model import LIKELY, SURE, load_answer_model
from bot.languages.names import match_language
from bot.languages.typed.typed_answers import match_label
from flows import ALL_FLOWS

FOLDER = Path(__file__).parent / "sentences"
LEARNT_SETS = (
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
)
HELD_SETS = ("tenth", "eleventh", "twelfth", "thirteenth")
HELD_ANSWER_SETS = ("thirteenth", "fourteenth", "fifteenth")
"""What was typed in place of a button; the last two hold nothing else, and name the question."""
SETS = (*LEARNT_SETS, *HELD_SETS)
FOUND = dict.fromkeys(("id", "vi", "en", "zh_Hant", "fil", "th"), 0.85)
"""Share of urgent sentences that must be found."""
FOUND_ELSEWHERE = 0.7
FALSE_AT_MOST = 0.03
"""Share of ordinary sentences that may raise an alarm."""
UNDERSTOOD, NAMED = 0.9, 0.95
CONTROLS = {"Skip", "Back", "Clear chat", "Stop here"}
"""Buttons below every question, and what is typed at any time."""
REASSURING = frozenset(
    {
        "I am safe here",
        "Not at this moment",
        "Nobody can see",
        "Nobody hurt or ill",
        "Free to go out",
        "No sign of that",
        "Safe for tonight",
        "Nobody is in danger",
    }
)
"""Buttons that would let us worry less."""
WHOLE = CONTROLS - {"Clear chat"}
"""Of these, what only a whole text means."""


def sentences(name: str, tag: str) -> dict[str, Any]:
    """Return what one set holds for a language."""
    return tomllib.loads((FOLDER / name / f"{tag}.toml").read_text(encoding="utf-8"))


def missed(name: str, tag: str) -> list[str]:
    """Return the urgent sentences that raise nothing."""
    return [it for it in sentences(name, tag)["urgent"] if not find_alarms(it)]


def false_alarms(name: str, tag: str) -> list[str]:
    """Return the ordinary sentences that raise an alarm."""
    return [it for it in sentences(name, tag)["ordinary"] if find_alarms(it)]


def misunderstood(name: str, tag: str) -> list[tuple[str, str, str | None]]:
    """Return the typed answers taken for another label, or none: text, meant, found."""
    return [
        (it["text"], it["means"], found)
        for it in sentences(name, tag).get("typed", [])
        if (found := label_of(it["text"], it["means"], tag)) != it["means"]
    ]


def label_of(text: str, meant: str, tag: str, labels: set[str] | None = None) -> str | None:
    """Return the label a text is taken for; most buttons below a question want the whole text."""
    labels = labels or labels_beside(meant)
    label = match_label(text, labels, tag, whole=meant in WHOLE)
    if label is not None or labels & CONTROLS:
        return label
    likely = load_answer_model().most_likely(text, labels)
    if likely is None or likely.label not in REASSURING:
        return likely.label if likely and likely.probability >= LIKELY else None
    is_meant = likely.probability >= SURE and not find_alarms(text)
    return likely.label if is_meant else None


def unnamed(name: str, tag: str) -> list[tuple[str, str]]:
    """Return the names that are not taken for their language."""
    names = sentences(name, tag).get("languages", {})
    return [(text, it) for text, it in names.items() if match_language(text) != it]


def labels_beside(label: str) -> set[str]:
    """Return the labels of the first question that offers this one."""
    return next(it for it in [*questions(), CONTROLS] if label in it)


@cache
def questions() -> list[set[str]]:
    """Return the labels of every question with choices."""
    return [
        {label.source for label in step.choices.values()}
        for flow in ALL_FLOWS
        for step in flow.steps
        if isinstance(step, ListQuestion)
    ]


def _share(wrong: int, count: int) -> str:
    return f"{100 * (count - wrong) / count:.0f} %" if count else "-"


def main(shown: list[str]) -> None:
    """Print how much is understood, and what was missed in some languages."""
    write = sys.stdout.write
    for name in SETS:
        write(f"\n{name}: language, urgent found, false alarms, typed answers, names\n")
        for tag in LANGUAGES:
            known = sentences(name, tag)
            wrong = false_alarms(name, tag)
            write(
                f"| {tag} | {_share(len(missed(name, tag)), len(known['urgent']))}"
                f" | {100 * len(wrong) / len(known['ordinary']):.0f} %"
                f" | {_share(len(misunderstood(name, tag)), len(known.get('typed', [])))}"
                f" | {_share(len(unnamed(name, tag)), len(known.get('languages', {})))} |\n"
            )
            if tag in shown:
                for each in (missed(name, tag), wrong, misunderstood(name, tag)):
                    write("".join(f"  {it!r}\n" for it in each))


if __name__ == "__main__":
    main(sys.argv[1:])
