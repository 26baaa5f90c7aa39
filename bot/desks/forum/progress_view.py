"""The progress of a conversation, shown at a takeover: answered and missing questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.conversation import Choose, ChooseMany
from bot.desks.forum import texts
from bot.dispatch.turn.staff_actions import can_be_filled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.conversation.progress import FlowProgress
    from bot.desks.forum.context import ForumContext
    from bot.text import Text

MAX_QUESTIONS = 6
"""Questions named in each section; the rest is counted."""
MAX_NAME_LENGTH = 60


def progress_lines(context: ForumContext, progress: FlowProgress) -> list[str]:
    """Return lines with the answered, skipped and missing questions."""
    missing = [
        step
        for step in progress.missing
        if can_be_filled(context.flow_registry, progress.flow, step)
    ]
    return [
        *_section(context, texts.ANSWERED_SO_FAR, progress.flow, progress.answered),
        *_section(context, texts.SKIPPED_SO_FAR, progress.flow, progress.skipped),
        *_section(context, texts.MISSING_SO_FAR, progress.flow, missing),
    ]


def question_name(context: ForumContext, flow: str, step: str) -> str:
    """Return the short name of a question, in the group's language."""
    question = context.flow_registry.question(flow, step)
    if question is None:
        return step
    name = question.short.render(context.locale.flow_catalogue).replace("\n", " ")
    return name if len(name) <= MAX_NAME_LENGTH else f"{name[: MAX_NAME_LENGTH - 1]}\u2026"


def answer_usage(context: ForumContext, flow: str, step: str) -> str:
    """Return how `/answer` fills in a question: its choices by code, or that it takes text."""
    question = context.flow_registry.question(flow, step)
    lines = [question_name(context, flow, step)]
    if isinstance(question, Choose | ChooseMany):
        lines += [
            f"/answer {flow}.{step} {code}: {label.render(context.locale.flow_catalogue)}"
            for code, label in question.choices.items()
        ]
    else:
        lines.append(f"/answer {flow}.{step} \u2026")
    return "\n".join(lines)


def _section(context: ForumContext, text: Text, flow: str, steps: Sequence[str]) -> list[str]:
    if not steps:
        return []
    lines = [
        f"\u2022 {question_name(context, flow, step)} ({flow}.{step})"
        for step in steps[:MAX_QUESTIONS]
    ]
    if len(steps) > MAX_QUESTIONS:
        more = context.locale(texts.AND_MORE, count=str(len(steps) - MAX_QUESTIONS))
        lines.append(f"\u2022 {more}")
    return [context.locale(text), *lines]
