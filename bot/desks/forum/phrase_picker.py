"""The phrase picker: one message that changes from groups to sentences to a preview.

The preview shows the sentence in the caseworker's language and in the person's. Nothing is sent
before the last press.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from bot.desks.forum import texts
from bot.desks.forum.cards import PHRASE_MENU, ButtonRows, button_token, command_button
from bot.hotline.chat.phrase_reviews import (
    STAFF_TEXT_IS_OLDER,
    WARNINGS,
    TextState,
    phrase_text,
)
from bot.hotline.commands.types import Verb
from bot.languages import catalogue
from bot.messages import Button, DeleteMessages, EditText, SendText, Update

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.conversation import Phrase
    from bot.desks.forum.context import ForumContext

GROUP, PICK, LEAVE = "group", "pick", "leave"
PICKER_ACTIONS = frozenset({PHRASE_MENU, GROUP, PICK, LEAVE, Verb.PHRASE})
MAX_PHRASES = 40
MAX_LABEL_LENGTH = 60


class PhrasePicker:
    """The phrasebook of one group of caseworkers."""

    def __init__(self, context: ForumContext) -> None:
        self._context = context
        self._locale = context.locale

    def search(self, query: str, thread: int) -> SendText:
        """Return the groups, or the sentences that match a query."""
        found = self._context.phrasebook.search(query, self._locale.language) if query else []
        if found:
            text, rows = self._phrase_buttons(found)
        else:
            missing = texts.PHRASE_NOT_FOUND if query else texts.PICK_GROUP
            text, rows = self._locale(missing), self._group_buttons()
        return SendText(text, rows, thread=thread)

    def handle_press(
        self, parts: list[str], update: Update, language: str
    ) -> SendText | EditText | DeleteMessages:
        """Return what a press shows next; `language` is the person's."""
        name, *rest = parts
        if name == PHRASE_MENU:
            return self.search("", update.thread)
        code = rest[0] if rest else ""
        if name == PICK and code in self._context.phrasebook:
            text, rows = self._preview(self._context.phrasebook[code], language)
        elif name == GROUP and code:
            text, rows = self._phrase_buttons(
                it for it in self._context.phrasebook if it.group == code
            )
        elif name == LEAVE:
            return DeleteMessages((update.message,))
        else:
            text, rows = self._locale(texts.PICK_GROUP), self._group_buttons()
        return EditText(update.message, text, rows)

    def _group_buttons(self) -> ButtonRows:
        groups, words = self._context.phrase_groups, self._locale.flow_catalogue
        return tuple(
            (Button(groups[it].render(words) if it in groups else it, button_token(GROUP, it)),)
            for it in dict.fromkeys(phrase.group for phrase in self._context.phrasebook)
        )

    def _phrase_buttons(self, phrases: Iterable[Phrase]) -> tuple[str, ButtonRows]:
        rows = [
            (Button(self._label(it.code), button_token(PICK, it.code)),)
            for it in islice(phrases, MAX_PHRASES)
        ]
        back = Button(self._locale(texts.ALL_GROUPS), button_token(GROUP))
        return self._locale(texts.PICK_PHRASE), (*rows, (back,))

    def _label(self, code: str) -> str:
        label = self._phrase_text(code, self._locale.language).replace("\n", " ")
        return label if len(label) <= MAX_LABEL_LENGTH else f"{label[: MAX_LABEL_LENGTH - 1]}\u2026"

    def _phrase_text(self, code: str, language: str) -> str:
        blanks = {name: f"{{{name}}}" for name in self._context.phrasebook[code].blanks}
        return self._context.phrasebook.preview(code, blanks, language)

    def _preview(self, phrase: Phrase, language: str) -> tuple[str, ButtonRows]:
        read = self._phrase_text(phrase.code, self._locale.language)
        theirs = self._phrase_text(phrase.code, language) if language else read
        lines = [self._locale(texts.PREVIEW, words=read, theirs=theirs)]
        book = self._context.phrasebook
        if language and not (theirs_now := phrase_text(book, phrase, language)).is_reliable:
            lines.append(self._locale(WARNINGS[theirs_now.state]))
        read_now = phrase_text(book, phrase, self._locale.language)
        if read_now.state is TextState.OLDER and read != theirs:
            lines.append(self._locale(STAFF_TEXT_IS_OLDER))
        replies = [text.render(self._locale.flow_catalogue) for text in phrase.replies.values()]
        if replies:
            lines.append("\n".join(f"[ {reply} ]" for reply in replies))
        back = Button(self._locale(texts.CANCEL), button_token(LEAVE))
        if not phrase.blanks:
            chosen = book.chosen_code(phrase.code)
            send = command_button(self._context, Verb.PHRASE, chosen)
            return "\n\n".join(lines), ((send,), (back,))
        flows = catalogue(self._locale.language)
        lines += [
            self._locale(texts.BLANK_MEANING, blank=name, meaning=meaning.render(flows))
            for name, meaning in phrase.blanks.items()
        ]
        usage = " ".join((f"/phrase {phrase.code}", *(f"{name}=" for name in phrase.blanks)))
        lines.append(self._locale(texts.FILL_IN, usage=usage))
        return "\n\n".join(lines), ((back,),)
