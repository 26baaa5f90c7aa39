"""Picking a sentence of the phrasebook: one message that turns from groups to sentences to one.

The caseworker reads their language and, beside it, what the person will read. Nothing is sent
before the last press.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.routing import name_of
from bot.desks.forum import texts
from bot.desks.forum.cards import PICKING, SIGNS, token
from bot.hotline.chat.messages import Content
from bot.hotline.commands.types import Verb
from bot.languages import catalogue
from bot.messages import Button, Edit, Remove, Say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.conversation import Phrase
    from bot.desks.case_summary import Glance
    from bot.desks.forum.context import Setup
    from bot.messages import Update

    Rows = tuple[tuple[Button, ...], ...]

GROUP, PICK, LEAVE = "group", "pick", "leave"
PICKS = frozenset({PICKING, GROUP, PICK, LEAVE, Verb.PHRASE})
"""What buttons of the phrasebook mean."""
MOST = 40
"""Sentences under one message."""
LONGEST_LABEL = 60


class Picking:
    """The phrasebook of one group of caseworkers, and its queue in lines."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._tongue = setup.tongue

    def search(self, sought: str, thread: int) -> Say:
        """Return the groups, or the sentences that hold what is sought."""
        if not sought:
            return Say(self._tongue(texts.PICK_GROUP), self._groups(), thread=thread)
        found = self._setup.phrasebook.search(sought, self._tongue.language)
        if not found:
            return Say(self._tongue(texts.NOT_FOUND), self._groups(), thread=thread)
        text, rows = self._sentences(found)
        return Say(text, rows, thread=thread)

    def show(self, parts: list[str], update: Update, language: str) -> Say | Edit | Remove:
        """Return what a press shows next; `language` is the person's."""
        what, *rest = parts
        if what == PICKING:
            return self.search("", update.thread)
        code = rest[0] if rest else ""
        if what == PICK and code in self._setup.phrasebook:
            text, rows = self._one(self._setup.phrasebook[code], language)
        elif what == GROUP and code:
            text, rows = self._sentences(it for it in self._setup.phrasebook if it.group == code)
        elif what == LEAVE:
            return Remove((update.message,))
        else:
            text, rows = self._tongue(texts.PICK_GROUP), self._groups()
        return Edit(update.message, text, rows)

    def _groups(self) -> Rows:
        names = dict.fromkeys(it.group for it in self._setup.phrasebook)
        return tuple((Button(self._group(name), token(GROUP, name)),) for name in names)

    def _group(self, name: str) -> str:
        text = self._setup.groups.get(name)
        return text.read_in(self._tongue.flows) if text else name

    def _sentences(self, phrases: Iterable[Phrase]) -> tuple[str, Rows]:
        rows = [
            (Button(self._label(it.code), token(PICK, it.code)),) for it in list(phrases)[:MOST]
        ]
        back = Button(self._tongue(texts.GROUPS), token(GROUP))
        return self._tongue(texts.PICK_PHRASE), (*rows, (back,))

    def _label(self, code: str) -> str:
        label = self._read(code, self._tongue.language).replace("\n", " ")
        return label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1]}\u2026"

    def _read(self, code: str, language: str) -> str:
        """Return a sentence with its blanks still open."""
        blanks = {name: f"{{{name}}}" for name in self._setup.phrasebook[code].blanks}
        return self._setup.phrasebook.told(Content(code=code, values=blanks), language)

    def _one(self, phrase: Phrase, language: str) -> tuple[str, Rows]:
        read = self._read(phrase.code, self._tongue.language)
        theirs = self._read(phrase.code, language) if language else read
        lines = [self._tongue(texts.PREVIEW, words=read, theirs=theirs)]
        replies = [text.read_in(self._tongue.flows) for text in phrase.replies.values()]
        if replies:
            lines.append("\n".join(f"[ {reply} ]" for reply in replies))
        back = Button(self._tongue(texts.LEAVE_IT), token(LEAVE))
        if not phrase.blanks:
            send = Button(self._tongue(texts.SEND_IT), token(Verb.PHRASE, phrase.code))
            return "\n\n".join(lines), ((send,), (back,))
        flows = catalogue(self._tongue.language)
        lines += [
            self._tongue(texts.BLANK, blank=name, meaning=meaning.read_in(flows))
            for name, meaning in phrase.blanks.items()
        ]
        usage = " ".join((f"/phrase {phrase.code}", *(f"{name}=" for name in phrase.blanks)))
        lines.append(self._tongue(texts.FILL_IN, usage=usage))
        return "\n\n".join(lines), ((back,),)

    # --- the queue ---------------------------------------------------------------------------

    def counted(self, waiting: Mapping[str, int], most: int) -> str:
        """Return how many wait in each queue."""
        parts = [
            f"{self._tongue(name_of(queue))} {count}{'+' if count >= most else ''}"
            for queue, count in waiting.items()
            if count
        ]
        return ", ".join(parts)

    def waits(self, glance: Glance, now: int) -> str:
        """Return one case of the queue as a line."""
        since = self._tongue.clock(glance.waiting_since, now)
        return (
            f"{SIGNS[glance.priority]}{glance.reference} \u00b7 P{glance.priority} \u00b7 "
            f"{self._tongue.spoken(glance.language)} \u00b7 "
            f"{self._tongue(name_of(glance.queue))} \u00b7 {since}"
        )
