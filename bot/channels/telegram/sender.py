"""The sender: delivers a letter, or raises an error of `bot.errors` that says what happened.

Text is sent without markup, so no text can be refused for its markup. Only a letter that the person
would see twice if it were sent twice can end as uncertain; anything else may be repeated.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, InputFile, LinkPreviewOptions

from bot.cases.evidence.file_type import IMAGE_TYPES, detect_type
from bot.cases.evidence.image_sanitizer import ImageSanitizer
from bot.channels.telegram.delivery_errors import MESSAGE_UNCHANGED, TOO_OLD, run_call
from bot.channels.telegram.file_download import download
from bot.channels.telegram.forum_topics import (
    change_topic,
    mention_arguments,
    open_topic,
    topic_arguments,
)
from bot.channels.telegram.parsing.fix_unicode import fix_text
from bot.channels.telegram.split_text import split_text
from bot.channels.telegram.voice_cache import Recordings
from bot.errors import (
    ChatBlockedError,
    DeliveryUncertainError,
    GroupForbiddenError,
    LetterRefusedError,
    MessagesTooOldError,
    RetryLaterError,
)
from bot.messages import (
    Body,
    Button,
    CloseTopic,
    CopyMessage,
    DeleteMessages,
    DeleteTopic,
    EditText,
    EditTopic,
    LeaveGroup,
    OpenTopic,
    ReopenTopic,
    SendFile,
    SendLocation,
    SendRecording,
    SendText,
    SetReaction,
    Toast,
    button_token,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence
    from typing import Any

    from telegram import Bot, Message, MessageId

MAX_TOAST = 200
"""Characters Telegram shows in a toast."""
MAX_DELETIONS = 100
"""Messages Telegram deletes in one call."""
MAX_CAPTION = 1024
"""Characters of a caption."""
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
BLURRABLE_FILES = frozenset({"photo", "video", "animation"})
"""Files that can be blurred until they are tapped."""
UNCAPTIONED_FILES = frozenset({"sticker", "video_note"})
FILES = frozenset({"photo", "video", "animation", "voice", "audio", "document", *UNCAPTIONED_FILES})
"""Files that are sent as what they are; any other is sent as a document."""


class Sender:
    """Delivers letters through a Bot."""

    def __init__(
        self, bot: Bot, *, quiet: bool = False, recordings: Recordings | None = None
    ) -> None:
        """Create a sender.

        Args:
            bot: with open connections.
            quiet: whether messages in groups arrive without a sound, too.
            recordings: sends recordings of phrases.
        """
        self._bot = bot
        self._quiet = quiet
        self._sanitizer = ImageSanitizer()
        self._recordings = recordings or Recordings(bot)
        self._senders: dict[type, Callable[[int, Any], Coroutine[None, None, int | None]]] = {
            SendText: self._say,
            EditText: self._edit,
            Toast: self._toast,
            DeleteMessages: self._delete,
            LeaveGroup: self._leave,
            SendFile: self._send_file,
            SendRecording: self._send_recording,
            CopyMessage: self._copy,
            SendLocation: self._send_location,
            SetReaction: self._react,
            OpenTopic: partial(open_topic, bot),
            CloseTopic: partial(change_topic, bot),
            ReopenTopic: partial(change_topic, bot),
            DeleteTopic: partial(change_topic, bot),
            EditTopic: partial(change_topic, bot),
        }

    async def deliver(self, chat: int, body: Body) -> int | None:
        """Deliver a letter; return the id of a sent message, None for anything else.

        A text too long for one message is sent as several; the id is that of the last one, which
        has the buttons.

        Raises:
            RetryLaterError: nothing arrived, or what did may be repeated.
            DeliveryUncertainError: the message may have arrived, or only its beginning did.
            ChatBlockedError: the person blocked the bot, or the account is gone.
            LetterRefusedError: Telegram will never accept this letter.
            MessagesTooOldError: some of the messages stay, all others were deleted.
            GroupMovedError: the group has another id now.
            TopicGoneError: the topic does not exist, or is closed to the bot.
            GroupForbiddenError: the bot lacks the right in this group, or is not in it.
        """
        send = self._senders.get(type(body))
        if send is None:
            raise LetterRefusedError("not for a channel")
        try:
            return await send(chat, body)
        except ChatBlockedError as blocked:
            if chat > 0:
                raise
            reason = blocked.args[0]
        raise GroupForbiddenError(reason)  # a group cannot block the bot

    async def _say(self, chat: int, say: SendText) -> int:
        keyboard = _keyboard(say.rows, say.prefix)
        topic = topic_arguments(say.thread, say.reply_to)
        texts = [text for text in split_text(fix_text(say.text)) if text.strip()] or [""]
        number = 0
        for index, text in enumerate(texts):
            more = topic | mention_arguments(text, say.mentions) if say.mentions else topic
            if index == len(texts) - 1:
                more = more | {"reply_markup": keyboard}
            sent = self._send(chat, text, more, notifies=say.notifies)
            number = await _send_part(index, sent)
        return number

    def _delivery_options(self, chat: int) -> dict[str, Any]:
        """Return the options of every message; others near a person must not hear it arrive."""
        return {"protect_content": True, "disable_notification": self._quiet or chat > 0}

    async def _send(
        self, chat: int, text: str, more: dict[str, Any], *, notifies: bool = False
    ) -> int:
        options = self._delivery_options(chat)
        options["disable_notification"] &= not notifies
        message = await self._bot.send_message(
            chat, text, parse_mode=None, link_preview_options=NO_PREVIEW, **options, **more
        )
        return message.message_id

    async def _send_file(self, chat: int, body: SendFile) -> int:
        """Send a file by its handle, or uploaded again; the rest of its caption follows as text."""
        kind = body.file.kind if body.file.kind in FILES else "document"
        more = topic_arguments(body.thread)
        caption, *rest = split_text(fix_text(body.caption), MAX_CAPTION)
        if kind in UNCAPTIONED_FILES:
            rest = [body.caption] if body.caption else []
        else:
            more["caption"] = caption or None
        if kind in BLURRABLE_FILES and body.has_spoiler:
            more["has_spoiler"] = True
        file = await self._load_cleaned(body) if body.name else body.file.handle
        send = getattr(self._bot, f"send_{kind}")
        call = send(chat, file, **self._delivery_options(chat), **more)
        number = await run_call(_message_id(call), may_repeat=False)
        for index, text in enumerate(split_text("".join(rest)), start=1):
            if text.strip():
                await _send_part(index, self._send(chat, text, topic_arguments(body.thread)))
        return number

    async def _send_recording(self, chat: int, body: SendRecording) -> int:
        return await self._recordings.send(chat, body.name, **self._delivery_options(chat))

    async def _load_cleaned(self, body: SendFile) -> InputFile:
        """Return a file's bytes under another name, a picture without its metadata.

        Nothing has been sent when this fails.
        """
        data = b"".join([chunk async for chunk in download(self._bot, body.file.handle)])
        if not data:
            raise LetterRefusedError("empty")
        if detect_type(data) in IMAGE_TYPES:
            clean = await self._sanitizer.sanitize(data)
            if clean is None:
                raise LetterRefusedError("a picture that cannot be sanitized")
            data = clean
        return InputFile(data, filename=body.name)

    async def _send_location(self, chat: int, point: SendLocation) -> int:
        options = self._delivery_options(chat)
        call = self._bot.send_location(chat, point.latitude, point.longitude, **options)
        return await run_call(_message_id(call), may_repeat=False)

    async def _copy(self, chat: int, copy: CopyMessage) -> int:
        more = self._delivery_options(chat) | topic_arguments(copy.thread)
        call = self._bot.copy_message(chat, copy.chat, copy.message, **more)
        return await run_call(_message_id(call), may_repeat=False)

    async def _react(self, chat: int, react: SetReaction) -> None:
        """Set a reaction; ignore that the message no longer exists."""
        call = self._bot.set_message_reaction(chat, react.message, react.sign or None)
        with suppress(LetterRefusedError):
            await run_call(call)

    async def _edit(self, chat: int, edit: EditText) -> None:
        text, keyboard = fix_text(edit.text), _keyboard(edit.rows, edit.prefix)
        if edit.is_caption:
            call = self._bot.edit_message_caption(
                chat, edit.message, caption=text, parse_mode=None, reply_markup=keyboard
            )
        else:
            call = self._bot.edit_message_text(
                text, chat, edit.message, parse_mode=None, link_preview_options=NO_PREVIEW,
                reply_markup=keyboard,
            )  # fmt: skip
        try:
            await run_call(call)
        except LetterRefusedError as refused:
            if refused.args[0] != MESSAGE_UNCHANGED:
                raise

    async def _toast(self, _: int, toast: Toast) -> None:
        """Acknowledge a button press; ignore that it is too old for that."""
        text = split_text(fix_text(toast.text), MAX_TOAST)[0] or None
        with suppress(LetterRefusedError):
            await run_call(self._bot.answer_callback_query(toast.press, text))

    async def _leave(self, chat: int, _: LeaveGroup) -> None:
        """Leave a group; ignore that the bot has left it already."""
        with suppress(LetterRefusedError, ChatBlockedError):
            await run_call(self._bot.leave_chat(chat))

    async def _delete(self, chat: int, delete: DeleteMessages) -> None:
        left: list[int] = []
        numbers = sorted(set(delete.messages))
        for begin in range(0, len(numbers), MAX_DELETIONS):
            left += await self._delete_batch(chat, numbers[begin : begin + MAX_DELETIONS])
        if left:
            raise MessagesTooOldError(tuple(left))

    async def _delete_batch(self, chat: int, messages: Sequence[int]) -> list[int]:
        """Delete messages and return those that stay.

        Telegram refuses a whole call for one message that is too old, so halves are tried. A
        message that no longer exists counts as deleted.
        """
        try:
            await run_call(self._bot.delete_messages(chat, messages))
        except LetterRefusedError as refused:
            if len(messages) == 1:
                return list(messages) if refused.args[0] == TOO_OLD else []
            middle = len(messages) // 2
            first = await self._delete_batch(chat, messages[:middle])
            return first + await self._delete_batch(chat, messages[middle:])
        return []


async def _message_id(call: Coroutine[None, None, Message | MessageId]) -> int:
    return (await call).message_id


async def _send_part(index: int, call: Coroutine[None, None, int]) -> int:
    """Send one part of a text; a failure after the first is uncertain, so nothing is repeated."""
    try:
        return await run_call(call, may_repeat=False)
    except RetryLaterError:
        if index:
            raise DeliveryUncertainError from None
        raise


def _keyboard(rows: Sequence[Sequence[Button]], prefix: str) -> InlineKeyboardMarkup | None:
    if not rows:
        return None
    return InlineKeyboardMarkup([[_button(button, prefix) for button in row] for row in rows])


def _button(button: Button, prefix: str) -> InlineKeyboardButton:
    token = button_token(button, prefix)
    return InlineKeyboardButton(fix_text(button.label), callback_data=token)
