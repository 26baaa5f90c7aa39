"""Carries a letter out, and tells what became of it in the words of `bot.errors`.

Plain text only: no markup is ever interpreted, so no text can be refused for its markup. Only a
`Say` can end as uncertain, for only that would be read twice if it were sent twice; everything else
may be repeated.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)

from bot.channels.telegram.faults import NotSent, wait_of
from bot.channels.telegram.mend import mend
from bot.channels.telegram.pieces import pieces
from bot.errors import Blocked, DeliveryError, Refused, TooOld, TryLater, Uncertain
from bot.messages import Body, Button, Edit, Leave, Remove, Say, Toast, token_of

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

    from telegram import Bot

Answer = TypeVar("Answer")
TOAST = 200
"""Characters Telegram shows in a toast."""
REMOVALS = 100
"""Messages Telegram deletes in one call."""
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)

GONE = (
    "chat not found",
    "user not found",
    "user is deactivated",
    "input_user_deactivated",
    "peer_id_invalid",
    "user_is_blocked",
    "bot was blocked",
)
"""What Telegram says, as a bad request, of somebody who cannot be written to."""
UNCHANGED = "message is not modified"
TOO_OLD = "message can't be deleted"
REASONS = (
    UNCHANGED,
    TOO_OLD,
    "message text is empty",
    "message is too long",
    "message_too_long",
    "text must be encoded in utf-8",
    "strings must be encoded in utf-8",
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "button_data_invalid",
    "reply markup is too long",
    "can't parse",
    "not enough rights",
    "topic_closed",
    "message thread not found",
)
"""Telegram's reasons we know; any other is not repeated, for it might quote the text."""


class Sender:
    """Delivers letters through a Bot."""

    def __init__(self, bot: Bot, *, quiet: bool = False) -> None:
        """Prepare to deliver.

        Args:
            bot: ours, with open connections.
            quiet: whether messages arrive without a sound.
        """
        self._bot = bot
        self._quiet = quiet

    async def deliver(self, chat: int, body: Body) -> int | None:
        """Deliver a letter; return the number a message got in its chat, None for anything else.

        A text too long for one message goes in several; the number is the last one's, where the
        buttons are.

        Raises:
            TryLater: nothing arrived, or what did may be repeated.
            Uncertain: the message may have arrived, or only its beginning did.
            Blocked: the person blocked us, or the account is gone.
            Refused: Telegram will never take this letter.
            TooOld: some of the messages stay, everything else was removed.
        """
        if isinstance(body, Say):
            return await self._say(chat, body)
        if isinstance(body, Edit):
            await self._edit(chat, body)
        elif isinstance(body, Toast):
            await self._toast(body)
        elif isinstance(body, Remove):
            await self._remove(chat, body.messages)
        elif isinstance(body, Leave):
            await self._leave(chat)
        return None

    async def _say(self, chat: int, say: Say) -> int:
        texts = [text for text in pieces(mend(say.text)) if text.strip()] or [""]
        keyboard = _keyboard(say.rows, say.prefix)
        number = 0
        for index, text in enumerate(texts):
            is_last = index == len(texts) - 1
            try:
                call = self._send(chat, text, keyboard if is_last else None)
                number = await _outcome(call, may_repeat=False)
            except TryLater:
                if index:
                    raise Uncertain from None  # sending all of it again would repeat the beginning
                raise
        return number

    async def _send(self, chat: int, text: str, keyboard: InlineKeyboardMarkup | None) -> int:
        message = await self._bot.send_message(
            chat,
            text,
            parse_mode=None,
            link_preview_options=NO_PREVIEW,
            protect_content=True,
            disable_notification=self._quiet,
            reply_markup=keyboard,
        )
        return message.message_id

    async def _edit(self, chat: int, edit: Edit) -> None:
        call = self._bot.edit_message_text(
            mend(edit.text),
            chat_id=chat,
            message_id=edit.message,
            parse_mode=None,
            link_preview_options=NO_PREVIEW,
            reply_markup=_keyboard(edit.rows, edit.prefix),
        )
        try:
            await _outcome(call)
        except Refused as refused:
            if refused.args[0] != UNCHANGED:
                raise

    async def _toast(self, toast: Toast) -> None:
        """Acknowledge a press; one too old to be acknowledged has had its effect all the same."""
        text = pieces(mend(toast.text), TOAST)[0] or None
        with suppress(Refused):
            await _outcome(self._bot.answer_callback_query(toast.press, text))

    async def _leave(self, chat: int) -> None:
        """Leave a group; not to be in it any more is what was wanted."""
        with suppress(Refused, Blocked):
            await _outcome(self._bot.leave_chat(chat))

    async def _remove(self, chat: int, messages: Sequence[int]) -> None:
        left: list[int] = []
        numbers = sorted(set(messages))
        for begin in range(0, len(numbers), REMOVALS):
            left += await self._remove_some(chat, numbers[begin : begin + REMOVALS])
        if left:
            raise TooOld(tuple(left))

    async def _remove_some(self, chat: int, messages: Sequence[int]) -> list[int]:
        """Remove messages and return those that stay.

        Telegram refuses a whole call for one message that is too old, so halves are tried. What is
        not there any more is as good as removed.
        """
        try:
            await _outcome(self._bot.delete_messages(chat, messages))
        except Refused as refused:
            if len(messages) == 1:
                return list(messages) if refused.args[0] == TOO_OLD else []
            middle = len(messages) // 2
            first = await self._remove_some(chat, messages[:middle])
            return first + await self._remove_some(chat, messages[middle:])
        return []


def _keyboard(rows: Sequence[Sequence[Button]], prefix: str) -> InlineKeyboardMarkup | None:
    if not rows:
        return None
    return InlineKeyboardMarkup(
        [
            [
                InlineKeyboardButton(mend(button.label), callback_data=token_of(button, prefix))
                for button in row
            ]
            for row in rows
        ]
    )


async def _outcome(call: Coroutine[None, None, Answer], *, may_repeat: bool = True) -> Answer:
    """Await a call of the Bot and raise our own error for whatever it fails with.

    An answer that is no message at all came with a success: the letter may have arrived.
    """
    try:
        return await call
    except TelegramError as error:
        failure = failure_of(error, may_repeat=may_repeat)
    except (LookupError, TypeError, ValueError, AttributeError):
        failure = _unsure(may_repeat=may_repeat)
    raise failure  # outside the handler: the library's error may quote an answer


def failure_of(error: TelegramError, *, may_repeat: bool) -> DeliveryError:
    """Return what an error of the library means for a letter."""
    if isinstance(error, RetryAfter):
        return TryLater(wait_of(error))
    if isinstance(error, (NotSent, InvalidToken, Conflict)):
        return TryLater(everywhere=True)
    if isinstance(error, Forbidden):
        return Blocked("blocked")
    if isinstance(error, ChatMigrated):
        return Refused("group moved")
    if isinstance(error, BadRequest):
        return _refusal(str(error).lower())
    return _unsure(may_repeat=may_repeat)


def _unsure(*, may_repeat: bool) -> DeliveryError:
    return TryLater(everywhere=True) if may_repeat else Uncertain("no answer")


def _refusal(words: str) -> DeliveryError:
    if any(gone in words for gone in GONE):
        return Blocked("gone")
    return Refused(next((reason for reason in REASONS if reason in words), "bad request"))
