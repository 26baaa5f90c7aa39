"""The conversation engine: how flows are written, and how a conversation is held.

This package is pure: it reads no clock, database or network.

Why:

- Reading order is routing. The next step is the first one further down that is open and whose
  `when` holds. So every flow ends, guards look back only, and the current step can be computed from
  the answers after any release.
- Going back keeps the answer, because a person may press Back by mistake. The question is asked
  again with "Keep my answer" and "Remove my answer". Later answers stay while their guards hold.
- After a silence, earlier answers are hidden and decide no guard (`conceal_draft`). A question that
  is asked only of people under 18, or only about someone else, would reveal an answer as a summary
  does. An interrupted person may get a question that does not fit; their answers are still sent.
"""

from bot.conversation.answers import Answer, FileRef, PlaceAnswer, TimeAnswer
from bot.conversation.conceal_draft import hide_earlier_answers
from bot.conversation.engine import (
    answer,
    ask_again,
    back,
    begin,
    clear,
    keep,
    keep_extra,
    open_question,
    skip,
    why,
)
from bot.conversation.flow import Flow
from bot.conversation.guards import ALWAYS, Fact, Guard
from bot.conversation.inputs import FilesInput, Input, LocationInput, PressInput
from bot.conversation.outcomes import Outcome
from bot.conversation.phrasebook_entry import Phrase
from bot.conversation.questions.choice import Card, Choose, ChooseMany, Decide, Menu, on_any
from bot.conversation.questions.review import Review
from bot.conversation.questions.text import Ask, FreeText, Number
from bot.conversation.questions.typed import AskPlace, AskWhen, Collect
from bot.conversation.registry import FlowRegistry, unpack
from bot.conversation.replies import CONTROLS, Choice, FlowEnded, Reply, Turn
from bot.conversation.state import Frame, Position, pack
from bot.conversation.steps import Begin, Danger, End, Say

__all__ = [
    "ALWAYS", "CONTROLS", "Answer", "Ask", "AskPlace", "AskWhen", "Begin", "Card", "Choice",
    "Choose", "ChooseMany", "Collect", "Danger", "Decide", "End", "Fact", "FileRef", "FilesInput",
    "Flow", "FlowEnded", "FlowRegistry", "Frame", "FreeText", "Guard", "Input", "LocationInput",
    "Menu", "Number", "Outcome", "Phrase", "PlaceAnswer", "Position", "PressInput", "Reply",
    "Review", "Say", "TimeAnswer", "Turn", "answer", "ask_again", "back", "begin", "clear",
    "hide_earlier_answers", "keep", "keep_extra", "on_any", "open_question", "pack", "skip",
    "unpack", "why",
]  # fmt: skip
