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

from bot.conversation.answers import Answer, FileNote, Moment, Where
from bot.conversation.cards import Card, on_any
from bot.conversation.choice_questions import Choose, ChooseMany
from bot.conversation.conceal_draft import veil
from bot.conversation.engine import (
    answer,
    ask_again,
    back,
    begin,
    clear,
    keep,
    keep_beside,
    open_question,
    skip,
    why,
)
from bot.conversation.flow import Flow
from bot.conversation.guards import ALWAYS, Guard, Known
from bot.conversation.inputs import Files, Heard, Located, Pressed
from bot.conversation.outcomes import Outcome
from bot.conversation.phrasebook_entry import Phrase
from bot.conversation.registry import Book
from bot.conversation.replies import CONTROLS, Came, Choice, Reply, Turn
from bot.conversation.review import Review
from bot.conversation.state import Frame, Position, pack, unpack
from bot.conversation.steps import Begin, Danger, End, Say
from bot.conversation.text_questions import Ask, Number, Words
from bot.conversation.typed_questions import Collect, Place, When

__all__ = [
    "ALWAYS",
    "CONTROLS",
    "Answer",
    "Ask",
    "Begin",
    "Book",
    "Came",
    "Card",
    "Choice",
    "Choose",
    "ChooseMany",
    "Collect",
    "Danger",
    "End",
    "FileNote",
    "Files",
    "Flow",
    "Frame",
    "Guard",
    "Heard",
    "Known",
    "Located",
    "Moment",
    "Number",
    "Outcome",
    "Phrase",
    "Place",
    "Position",
    "Pressed",
    "Reply",
    "Review",
    "Say",
    "Turn",
    "When",
    "Where",
    "Words",
    "answer",
    "ask_again",
    "back",
    "begin",
    "clear",
    "keep",
    "keep_beside",
    "on_any",
    "open_question",
    "pack",
    "skip",
    "unpack",
    "veil",
    "why",
]
