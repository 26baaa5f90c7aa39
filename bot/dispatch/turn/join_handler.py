"""The code by which a chat joins a case, written in a chat: answered alike, right or wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.hotline.origins.join_codes import parse_code
from bot.languages import catalogue
from bot.messages import DeleteMessages, SendText, UpdateKind

if TYPE_CHECKING:
    from bot.dispatch.turn.context import TurnContext
    from bot.dispatch.turn.replies import Replies
    from bot.messages import Update

BETWEEN = " + "


@dataclass(slots=True, eq=False)
class JoinHandler:
    """Shows two words for every text that can be a code, and deletes the text from the phone.

    The words depend on the chat and on what was written, and on nothing that is stored: an answer
    says neither whether there is a case nor whether the chat has tried too often.
    """

    turn: TurnContext
    replies: Replies

    def take(self, update: Update) -> bool:
        """Answer a text that can be a code; tell whether it was one.

        While a caseworker holds the chat every text is for them.
        """
        code = parse_code(update.text) if update.kind is UpdateKind.TEXT else ""
        if not code or self.turn.conversation.takeover is not None:
            return False
        turn = self.turn
        words = turn.hotline.ask_to_join(turn.conversation.chat, code)
        texts, read_in = turn.services.texts, catalogue(turn.conversation.language)
        shown = BETWEEN.join(texts.join_word_list[at].render(read_in) for at in words)
        said = turn.services.renderer.text(texts.join_words, turn.conversation.language)
        turn.effects.bodies.append(DeleteMessages((update.message,)))
        self.replies.send_fleeting(SendText(said.replace("{words}", shown)))
        turn.must_reply = True
        return True
