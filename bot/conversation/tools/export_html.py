"""A flow in one language as an HTML page, to be printed and reviewed."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from bot.conversation.guards import ALWAYS
from bot.conversation.questions.choice import ChooseMany, ListQuestion
from bot.conversation.questions.question import Question
from bot.conversation.questions.review import Review
from bot.conversation.steps import Begin, End, Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.conversation.answers import Answer
    from bot.conversation.flow import Flow
    from bot.conversation.guards import AskedStep
    from bot.text import Catalogue, Text

STYLE = """
@page { margin: 18mm }
body { font: 11pt/1.45 system-ui, "Noto Sans", "Noto Sans Thai", "Noto Sans CJK TC", sans-serif;
  max-width: 44rem; margin: 2rem auto; padding: 0 1rem; color: #1c1c1a }
:lang(km) { font-family: "Noto Sans Khmer", "Noto Sans", sans-serif; line-height: 1.8 }
:lang(my) { font-family: Padauk, "Noto Sans Myanmar", "Noto Sans", sans-serif; line-height: 1.9 }
:lang(ja) { font-family: "Noto Sans JP", "Noto Sans CJK JP", sans-serif }
:lang(zh-Hans) { font-family: "Noto Sans SC", "Noto Sans CJK SC", sans-serif }
h1 { font-size: 1.5rem; margin-bottom: .2rem }
h1 + p { margin-top: 0; color: #5c5a54 }
ol { list-style: none; padding: 0; counter-reset: step }
ol > li { counter-increment: step; break-inside: avoid; margin: 0 0 1rem; padding: .6rem .9rem;
  border: 1px solid #d5d2c8; border-radius: .5rem }
ol > li.question { border-left: .35rem solid #2f6f6a }
ol > li.end { border-left: .35rem solid #9a5b2e }
ol > li.begin { border-style: dashed }
.name { font: .8rem ui-monospace, monospace; color: #5c5a54; margin: 0 }
.name::before { content: counter(step) ". " }
.when { margin: .3rem 0 0; font-style: italic }
.words { margin: .3rem 0; white-space: pre-line }
.choices { margin: .3rem 0; padding: 0; list-style: none }
.choices li { display: inline-block; margin: .15rem .3rem .15rem 0; padding: .1rem .6rem;
  border: 1px solid #8f8c82; border-radius: .8rem }
.choices small { color: #5c5a54; font-family: ui-monospace, monospace }
.why { margin: .3rem 0 0; font-size: .9rem; color: #5c5a54 }
"""


def render_page(flow: type[Flow], catalogue: Catalogue, language: str = "en") -> str:
    """Return the page: every step in order with its guard, text and buttons.

    Blanks are not filled. `language` is set for the browser, which chooses fonts by it.
    """
    title = escape(flow.title.render(catalogue))
    about = escape((flow.__doc__ or "").strip().split("\n")[0])
    steps = "\n".join(_step(step, catalogue) for step in flow.steps)
    return (
        f'<!doctype html>\n<html lang="{escape(language.replace("_", "-"))}">\n<head>\n'
        f'<meta charset="utf-8">\n<meta name="viewport" content="width=device-width">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f'<h1>{title}</h1>\n<p lang="en">{about}</p>\n<ol>\n{steps}\n</ol>\n</body>\n</html>\n'
    )


def _step(step: Step, catalogue: Catalogue) -> str:
    kinds = ((Question, "question"), (End, "end"), (Begin, "begin"))
    group = next((group for kind, group in kinds if isinstance(step, kind)), "say")
    body = "\n".join(_body(step, catalogue))
    kind = type(step).__name__
    heading = f'<p class="name" lang="en">{escape(step.name)} <small>{kind}</small></p>'
    return f'<li class="{group}" id="{escape(step.name)}">\n{heading}\n{body}\n</li>'


def _body(step: Step, catalogue: Catalogue) -> Iterator[str]:
    def name(question: AskedStep, code: str | None) -> str:
        if code is None or not isinstance(question, ListQuestion):
            return f"“{question.short.render(catalogue)}”"
        return f"“{question.choices[code].render(catalogue)}”"

    if step.when is not ALWAYS:
        yield f'<p class="when" lang="en">Only if {escape(step.when.describe(name))}.</p>'
    if isinstance(step, Begin):
        yield f'<p class="words" lang="en">→ {escape(step.flow_name)}</p>'
    if isinstance(step, Question):
        yield from _question(step, catalogue)
    else:
        yield from (_phrase(text, catalogue) for text in step.phrases())
    if isinstance(step, End):
        yield f'<p class="why" lang="en">= {escape(step.outcome)}</p>'


def _question(question: Question[Answer], catalogue: Catalogue) -> Iterator[str]:
    yield _phrase(question.prompt, catalogue)
    if isinstance(question, ListQuestion) and question.choices:
        yield _choices(question.choices, catalogue)
    if isinstance(question, ChooseMany):
        yield '<p class="why" lang="en">Any number of them.</p>'
    if isinstance(question, Review):
        yield _choices({"show": question.show, "go": question.go}, catalogue)
        names = ", ".join(reviewed.name for reviewed in question.questions)
        yield f'<p class="why" lang="en">Of {escape(names)}.</p>'
    if question.why is not None:
        yield f'<p class="why">? {escape(question.why.render(catalogue))}</p>'
    if not question.skippable:
        yield '<p class="why" lang="en">Cannot be skipped.</p>'


def _phrase(text: Text, catalogue: Catalogue) -> str:
    return f'<p class="words">{escape(text.render(catalogue))}</p>'


def _choices(choices: dict[str, Text], catalogue: Catalogue) -> str:
    buttons = "".join(
        f"<li>{number} {escape(label.render(catalogue))} "
        f'<small lang="en">{escape(code)}</small></li>'
        for number, (code, label) in enumerate(choices.items(), 1)
    )
    return f'<ul class="choices">{buttons}</ul>'
