"""The walk as a flow, under the name of the flow that everybody's first word begins."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Final

from bot.conversation import Ask, Choose, End, Flow
from bot.conversation.replies import CONTROLS
from bot.dispatch.system_texts import SystemTexts
from bot.languages.alarms.find import find_alarms, find_alarms_in_clauses, find_listed
from bot.languages.questions import (
    find_question,
    likely_question,
    plainly_asked,
    surely_asked,
)
from bot.text import Text
from flows.texts.questions import ANSWERS
from tests.bench import scripted_conversation

_WHY: Final = Text("So that we know how to help.")


def _question(name: str) -> Any:
    (step,) = [step for step in scripted_conversation.STEPS if step.name == name]
    if not step.choices:
        return Ask(Text(step.asks), why=_WHY)
    choices = {code: Text(label) for row in step.choices for label, code in row}
    return Choose(Text(step.asks), why=_WHY, choices=choices)


class Welcome(Flow):
    """The ten steps of the walk."""

    title = Text("The walk")

    language = _question("language")
    consent = _question("consent")
    danger = _question("danger")
    what = _question("what")
    since = _question("since")
    where = _question("where")
    tonight = _question("tonight")
    others = _question("others")
    contact = _question("contact")
    confirm = _question("confirm")
    done = End(Text(scripted_conversation.DONE))


_NEVER_SAID: Final = {field.name: Text(field.name) for field in fields(SystemTexts)}
PHRASING: Final = SystemTexts(
    **{
        **_NEVER_SAID,
        "controls": CONTROLS,
        "labels": (),
        "titles": {},
        "case_progress": None,
        "blanks": lambda _: {},
        "office_hours": lambda _office, _read_in: "",
        "answers": ANSWERS,
        "join_word_list": (),
        "find_alarms": find_alarms,
        "find_alarm_phrases": find_listed,
        "find_alarms_in_clauses": find_alarms_in_clauses,
        "find_question": find_question,
        "likely_question": likely_question,
        "surely_asked": surely_asked,
        "plainly_asked": plainly_asked,
    }  # type: ignore[arg-type]
)
"""What the dispatcher would say by itself; the walk gives it no reason to."""
