"""How a conversation is written down (`flow`, the steps) and how it is held (`engine`).

Nothing in this package reads a clock, a database or a network.

Why a class body and not a table of arrows: reading order is routing. The next step is the first
one further down that is still open and whose `when` holds, so every flow ends, guards can only look
back, and the open step can be found again from the answers alone after any release.

Why going back keeps the answer: a person who taps Back by mistake has not taken back what they
wrote. The question is asked again with "Keep my answer" and "Remove my answer" beside it, and what
was answered after it stays, as far as its guard still holds.

Why what was told before a silence steers nothing any more (`veil`): a question that is asked only
of somebody who is under 18, or writes about another, shows what was answered as well as a summary.
So whoever goes on is asked as somebody who left the rest out. It costs an interrupted person a
question that fits less, or a few that are not asked; what they told goes along whole.
"""

from bot.conversation.answers import Answer, FileRef, PlaceAnswer, TimeAnswer
from bot.conversation.cards import Card, on_any
from bot.conversation.choice_questions import Choose, ChooseMany
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
from bot.conversation.registry import FlowRegistry
from bot.conversation.replies import CONTROLS, Choice, FlowEnded, Reply, Turn
from bot.conversation.review import Review
from bot.conversation.state import Frame, Position, pack, unpack
from bot.conversation.steps import Begin, Danger, End, Say
from bot.conversation.text_questions import Ask, FreeText, Number
from bot.conversation.typed_questions import AskPlace, AskWhen, Collect

__all__ = [
    "ALWAYS",
    "CONTROLS",
    "Answer",
    "Ask",
    "AskPlace",
    "AskWhen",
    "Begin",
    "Card",
    "Choice",
    "Choose",
    "ChooseMany",
    "Collect",
    "Danger",
    "End",
    "Fact",
    "FileRef",
    "FilesInput",
    "Flow",
    "FlowEnded",
    "FlowRegistry",
    "Frame",
    "FreeText",
    "Guard",
    "Input",
    "LocationInput",
    "Number",
    "Outcome",
    "Phrase",
    "PlaceAnswer",
    "Position",
    "PressInput",
    "Reply",
    "Review",
    "Say",
    "TimeAnswer",
    "Turn",
    "answer",
    "ask_again",
    "back",
    "begin",
    "clear",
    "hide_earlier_answers",
    "keep",
    "keep_extra",
    "on_any",
    "open_question",
    "pack",
    "skip",
    "unpack",
    "why",
]
