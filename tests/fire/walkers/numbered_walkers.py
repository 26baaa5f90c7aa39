"""People who walk through the real flows and number every line they write.

Half of them type, numbers instead of buttons, and wait for nothing: whatever is lost, doubled or
late leads them astray. The others wait for each question and press.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import count, islice
from time import monotonic
from typing import TYPE_CHECKING, Any

from bot.conversation import ChooseMany
from bot.conversation.replies import CONTROLS
from bot.languages import catalogue
from flows.requests.afterwards import Afterwards
from flows.requests.contact import ContactFlow
from flows.requests.talk import Talk
from flows.start.language import LanguageFlow
from flows.start.welcome import Welcome
from flows.texts.phrases import KEPT_TOO, WITH_CASE
from tests.support.dispatch_inspection import GO_ON

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from bot.conversation import Choose
    from bot.sandbox import Phone

LANGUAGE = "en"
MOST_BESIDE = 1
"""Lines written beside one question, at most: after two a caseworker is offered instead."""
READING_SECONDS = 4.0
"""How long a question of consent is read: words that come sooner do not answer it."""
_LINE = re.compile(r"line (\d+),")


@dataclass(frozen=True)
class WalkerAction:
    """One thing done: words written, or a button pressed."""

    words: str = ""
    label: str = ""
    waits: bool = True
    """Whether somebody who presses first waits for a question not answered yet."""
    asked: str = ""
    """How the question begins that everybody reads: what was written before it is no yes."""


def lines_in(words: str) -> list[int]:
    """Return the numbers of the lines that stand in these words."""
    return [int(number) for number in _LINE.findall(words)]


class NumberedWalker:
    """One person: what they do, one act after the other, and how far they have come."""

    def __init__(self, phone: Phone, dice: Random, *, presses: bool, acts: int) -> None:
        self.phone = phone
        self.presses = presses
        self.acts = list(islice(_walk(dice, presses=presses), acts))
        self.done = 0
        self._answered: set[str] = set()
        self._shown = 0
        self._reading = ("", 0.0)
        """The question that is being read, and since when."""
        self._agreed = ""
        """The question that was agreed to last: a receipt may come before what follows it."""

    @property
    def is_there(self) -> bool:
        return self.done == len(self.acts)

    @property
    def written(self) -> list[int]:
        """The numbers of all lines written so far."""
        return [line for act in self.acts[: self.done] for line in lines_in(act.words)]

    def act(self) -> bool:
        """Do what comes next, once the chat is ready for it; tell whether it was done."""
        act = self.acts[self.done]
        if not self._is_ready(act):
            return False
        if act.words:
            self.phone.say(act.words)
        elif not self._press(act):
            return False
        if act.asked and not lines_in(act.words):
            self._agreed = self._reading[0]
        self.done += 1
        return True

    def _is_ready(self, act: WalkerAction) -> bool:
        """Tell whether the chat is ready for what comes next; decline an offer first.

        Who pressed what stood there before their words were answered would press a button of a
        question that is not the open one any more. A question counts as answered only once it was
        read as well: until then nothing is pressed.
        """
        waits = self.presses and act.waits
        if (waits or act.asked) and self._is_unanswered():
            return False
        if waits and self._declines_offer():
            return False
        if act.asked and not self._has_read(act.asked):
            return False
        return not waits or self._is_asked_anew()

    def _is_unanswered(self) -> bool:
        """Tell whether a question still has to follow the last words; none follows a receipt."""
        newest_first = self._newest_first()
        own = next((it["message_id"] for it in newest_first if not it["from"]["is_bot"]), 0)
        if not own or (self._has_heard() and int(self._asked()["message_id"]) > own):
            return False
        newest = newest_first[0]
        receipts = (it.render(catalogue(LANGUAGE)) for it in (WITH_CASE, KEPT_TOO))
        return newest.get("text") not in receipts

    def _has_read(self, beginning: str) -> bool:
        """Tell whether a question that begins like this has been there long enough to be read."""
        if not str(self._asked().get("text")).startswith(beginning):
            return False
        question = self._question()
        if question == self._agreed:
            return False
        if self._reading[0] != question:
            self._reading = (question, monotonic())
        return monotonic() - self._reading[1] >= READING_SECONDS

    def _press(self, act: WalkerAction) -> bool:
        """Press a button where it was asked for, or where the first one of several was pressed."""
        if act.waits:
            self._shown = int(self._asked()["message_id"])
        if act.label not in self.phone.button_labels(self.phone.chat.messages[self._shown]):
            return False
        self.phone.press(self._shown, label=act.label)
        return True

    def _declines_offer(self) -> bool:
        """Go back to the question where a caseworker was offered instead; tell if that was done."""
        if not self._has_heard():
            return False
        asked = self._asked()
        back = [it for it in self.phone.button_labels(asked) if it.endswith(GO_ON)]
        if not back or not self._is_asked_anew():
            return False
        self.phone.press(int(asked["message_id"]), label=back[0])
        return True

    def _is_asked_anew(self) -> bool:
        """Tell whether the newest message is a question that was not answered yet."""
        asked = self._question() if self._has_heard() else ""
        if not asked or asked in self._answered:
            return False
        self._answered.add(asked)
        return True

    def _question(self) -> str:
        """Return what tells the newest question from all others, however often it is repeated."""
        rows = _rows(self._asked())
        return str(rows[0][0]["callback_data"]) if rows else ""

    def _asked(self) -> dict[str, Any]:
        """Return the newest message with buttons: what staff read is answered without any."""
        asked = next((it for it in self._newest_first() if _rows(it)), None)
        return asked or self.phone.last_bot_message()

    def _has_heard(self) -> bool:
        """Tell whether the bot has said anything that is still there."""
        return any(it["from"]["is_bot"] for it in self._newest_first())

    def _newest_first(self) -> list[dict[str, Any]]:
        """Return all messages: a crowd looks at them again and again, mostly at the newest."""
        return [*reversed(self.phone.chat.messages.values())]


def _rows(message: dict[str, Any]) -> list[Any]:
    return message.get("reply_markup", {}).get("inline_keyboard", [])  # type: ignore[no-any-return]


def _walk(dice: Random, *, presses: bool) -> Iterator[WalkerAction]:
    """Go through the welcome and the way to a person, then add to it for ever."""
    number = count(1)

    def line(*, waits: bool = True) -> WalkerAction:
        dish = dice.choice(("rice", "noodles", "สบายดี", "湯麵", "phở", "🍜"))
        return WalkerAction(f"line {next(number)}, {dish}", waits=waits)

    def beside() -> Iterator[WalkerAction]:
        """Write lines that answer nothing: the question is not always asked again after them."""
        return (line(waits=False) for _ in range(dice.randint(0, MOST_BESIDE)))

    def choose(question: Choose | ChooseMany, *codes: str) -> Iterator[WalkerAction]:
        return _pressed(question, codes) if presses else _typed(question, codes)

    def agree(question: Choose, *first: WalkerAction) -> Iterator[WalkerAction]:
        """Write something at a question of consent, and agree."""
        beginning = question.prompt.source.partition("{")[0]
        return (replace(act, asked=beginning) for act in (*first, *choose(question, "send")))

    yield WalkerAction("/start", waits=False)
    yield from choose(LanguageFlow.language, LANGUAGE)
    yield from beside()
    yield from choose(Welcome.menu, "talk")
    yield from choose(Talk.safe, "safe")
    yield from agree(Talk.send, line(waits=False))
    yield from beside()
    yield from choose(ContactFlow.contact_rule, "hours")
    yield from choose(ContactFlow.contact_hours, "morning", "evening")
    while True:
        yield from beside()
        yield from choose(Afterwards.what_now, "add")
        yield line()
        yield from agree(Afterwards.send, *beside())
        yield line(waits=False)  # no question is open: it opens the door again


def _typed(question: Choose | ChooseMany, codes: tuple[str, ...]) -> Iterator[WalkerAction]:
    yield WalkerAction(" ".join(str(question.codes.index(code) + 1) for code in codes))


def _pressed(question: Choose | ChooseMany, codes: tuple[str, ...]) -> Iterator[WalkerAction]:
    read_in = catalogue(LANGUAGE)
    for place, code in enumerate(codes):
        number = question.codes.index(code) + 1
        label = f"{number} {question.choices[code].render(read_in)}"
        yield WalkerAction(label=label, waits=not place)
    if isinstance(question, ChooseMany):
        yield WalkerAction(label=CONTROLS["done"].render(read_in), waits=False)
