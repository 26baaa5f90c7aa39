"""Where a conversation stands, for whoever takes it over: what was answered, what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.conversation import Choose, ChooseMany
from bot.desks.forum import texts
from bot.dispatch.staff_actions import can_be_filled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.conversation.progress import Bookmark
    from bot.desks.forum.context import Setup
    from bot.text import Text

MOST = 6
"""Questions of a kind that are named; the rest is counted."""
LONGEST = 60
"""Characters of a question that has no short name."""


def marked(setup: Setup, mark: Bookmark) -> list[str]:
    """Return lines that say what was answered, left out, and is still to be asked."""
    missing = [step for step in mark.missing if can_be_filled(setup.book, mark.flow, step)]
    return [
        *_listed(setup, texts.ANSWERED_SO_FAR, mark.flow, mark.answered),
        *_listed(setup, texts.SKIPPED_SO_FAR, mark.flow, mark.skipped),
        *_listed(setup, texts.MISSING_SO_FAR, mark.flow, missing),
    ]


def named(setup: Setup, flow: str, step: str) -> str:
    """Return what a question is called, in the group's language."""
    question = setup.book.question(flow, step)
    if question is None:
        return step
    name = question.short.read_in(setup.tongue.flows).replace("\n", " ")
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}\u2026"


def answers_to(setup: Setup, flow: str, step: str) -> str:
    """Return how a question can be answered: its choices by code, or that it takes words."""
    question = setup.book.question(flow, step)
    lines = [named(setup, flow, step)]
    if isinstance(question, Choose | ChooseMany):
        lines += [
            f"/answer {flow}.{step} {code}: {label.read_in(setup.tongue.flows)}"
            for code, label in question.choices.items()
        ]
    else:
        lines.append(f"/answer {flow}.{step} \u2026")
    return "\n".join(lines)


def _listed(setup: Setup, text: Text, flow: str, steps: Sequence[str]) -> list[str]:
    if not steps:
        return []
    lines = [f"\u2022 {named(setup, flow, step)} ({flow}.{step})" for step in steps[:MOST]]
    if len(steps) > MOST:
        lines.append(f"\u2022 {setup.tongue(texts.AND_MORE, count=str(len(steps) - MOST))}")
    return [setup.tongue(text), *lines]
