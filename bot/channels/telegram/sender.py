"""The sender: delivers a letter, or raises an error of `bot.errors` that says what happened.

Text is sent without markup, so no text can be refused for its markup. Only a letter that the person
would see twice if it were sent twice can end as uncertain; anything else may be repeated.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    LinkPreviewOptions,
    MessageEntity,
    ReplyParameters,
    User,
)

from bot import errors, messages
from bot.cases.evidence.file_type import IMAGE_TYPES, detect_type
from bot.cases.evidence.image_sanitizer import ImageSanitizer
from bot.channels.telegram.delivery_errors import (
    MESSAGE_UNCHANGED,
    TOO_OLD,
    TOPIC_UNCHANGED,
    run_call,
)
from bot.channels.telegram.file_download import download
from bot.channels.telegram.parsing.fix_unicode import fix_text
from bot.channels.telegram.split_text import split_text, utf16_length
from bot.channels.telegram.voice_cache import Recordings
from bot.errors import ChatBlockedError, LetterRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence
    from typing import Any

    from telegram import Bot, ForumTopic, Message, MessageId

    from bot.messages import Body, Button

MAX_TOAST = 200
"""Characters Telegram shows in a toast."""
MAX_DELETIONS = 100
MAX_CAPTION = 1024
"""Characters of a caption."""
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
BLURRABLE_FILES = frozenset({"photo", "video", "animation"})
UNCAPTIONED_FILES = frozenset({"sticker", "video_note"})
FILES = frozenset({"photo", "video", "animation", "voice", "audio", "document", *UNCAPTIONED_FILES})
"""Files that are sent as what they are; any other is sent as a document."""
LONGEST_NAME = 128
"""Characters of a topic's name."""
NAMELESS = "-"


class Sender:
    """Delivers letters through a Bot."""

    def __init__(
        self, bot: Bot, *, quiet: bool = False, recordings: Recordings | None = None
    ) -> None:
        """Create a sender; `quiet`: messages in groups arrive without a sound, too."""
        self._bot = bot
        self._quiet = quiet
        self._sanitizer = ImageSanitizer()
        self._recordings = recordings or Recordings(bot)
        self._senders: dict[type, Callable[[int, Any], Coroutine[None, None, int | None]]] = {
            messages.SendText: self._say,
            messages.EditText: self._edit,
            messages.Toast: self._toast,
            messages.DeleteMessages: self._delete,
            messages.LeaveGroup: self._leave,
            messages.SendFile: self._send_file,
            messages.SendUpload: self._send_upload,
            messages.SendRecording: self._send_recording,
            messages.CopyMessage: self._copy,
            messages.SendLocation: self._send_location,
            messages.SetReaction: self._react,
            messages.OpenTopic: partial(_open_topic, bot),
            messages.CloseTopic: partial(_change_topic, bot.close_forum_topic),
            messages.ReopenTopic: partial(_change_topic, bot.reopen_forum_topic),
            messages.DeleteTopic: partial(_change_topic, bot.delete_forum_topic),
            messages.EditTopic: partial(_change_topic, bot.edit_forum_topic),
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
        raise errors.GroupForbiddenError(reason)  # a group cannot block the bot

    async def _say(self, chat: int, say: messages.SendText) -> int:
        keyboard = _keyboard(say.rows, say.prefix)
        topic = _topic_arguments(say.thread, say.reply_to)
        texts = [text for text in split_text(fix_text(say.text)) if text.strip()] or [""]
        number = 0
        for index, text in enumerate(texts):
            more = topic | _mention_arguments(text, say.mentions) if say.mentions else topic
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

    async def _send_file(self, chat: int, body: messages.SendFile) -> int:
        """Send a file by its handle, or uploaded again."""
        more = _topic_arguments(body.thread, body.reply_to)
        if body.file.kind in BLURRABLE_FILES and body.has_spoiler:
            more["has_spoiler"] = True
        file = await self._load_cleaned(body) if body.name else body.file.handle
        return await self._send_with_caption(chat, body.file.kind, file, body.caption, more)

    async def _send_upload(self, chat: int, body: messages.SendUpload) -> int:
        file = InputFile(body.upload.data, filename=body.upload.name)
        return await self._send_with_caption(chat, body.upload.kind, file, body.caption, {})

    async def _send_with_caption(
        self, chat: int, kind: str, file: str | InputFile, caption: str, more: dict[str, Any]
    ) -> int:
        """Send a file; the rest of a long caption follows as text."""
        topic = {name: value for name, value in more.items() if name != "has_spoiler"}
        kind = kind if kind in FILES else "document"
        first, *rest = split_text(fix_text(caption), MAX_CAPTION)
        if kind in UNCAPTIONED_FILES:
            rest = [caption] if caption else []
        else:
            more = more | {"caption": first or None}
        send = getattr(self._bot, f"send_{kind}")
        call = send(chat, file, **self._delivery_options(chat), **more)
        number = await run_call(_message_id(call), may_repeat=False)
        for index, text in enumerate(split_text("".join(rest)), start=1):
            if text.strip():
                await _send_part(index, self._send(chat, text, topic))
        return number

    async def _send_recording(self, chat: int, body: messages.SendRecording) -> int:
        return await self._recordings.send(chat, body.name, **self._delivery_options(chat))

    async def _load_cleaned(self, body: messages.SendFile) -> InputFile:
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

    async def _send_location(self, chat: int, point: messages.SendLocation) -> int:
        options = self._delivery_options(chat)
        call = self._bot.send_location(chat, point.latitude, point.longitude, **options)
        return await run_call(_message_id(call), may_repeat=False)

    async def _copy(self, chat: int, copy: messages.CopyMessage) -> int:
        more = self._delivery_options(chat) | _topic_arguments(copy.thread, copy.reply_to)
        call = self._bot.copy_message(chat, copy.chat, copy.message, **more)
        return await run_call(_message_id(call), may_repeat=False)

    async def _react(self, chat: int, react: messages.SetReaction) -> None:
        """Set a reaction; ignore that the message no longer exists."""
        call = self._bot.set_message_reaction(chat, react.message, react.sign or None)
        with suppress(LetterRefusedError):
            await run_call(call)

    async def _edit(self, chat: int, edit: messages.EditText) -> None:
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
        await _run_unless(MESSAGE_UNCHANGED, call)

    async def _toast(self, _: int, toast: messages.Toast) -> None:
        """Acknowledge a button press; ignore that it is too old for that."""
        text = split_text(fix_text(toast.text), MAX_TOAST)[0] or None
        with suppress(LetterRefusedError):
            await run_call(self._bot.answer_callback_query(toast.press, text))

    async def _leave(self, chat: int, _: messages.LeaveGroup) -> None:
        """Leave a group; ignore that the bot has left it already."""
        with suppress(LetterRefusedError, ChatBlockedError):
            await run_call(self._bot.leave_chat(chat))

    async def _delete(self, chat: int, delete: messages.DeleteMessages) -> None:
        left: list[int] = []
        numbers = sorted(set(delete.messages))
        for begin in range(0, len(numbers), MAX_DELETIONS):
            left += await self._delete_batch(chat, numbers[begin : begin + MAX_DELETIONS])
        if left:
            raise errors.MessagesTooOldError(tuple(left))

    async def _delete_batch(self, chat: int, numbers: Sequence[int]) -> list[int]:
        """Delete messages and return those that stay.

        Telegram refuses a whole call for one message that is too old, so halves are tried. A
        message that no longer exists counts as deleted.
        """
        try:
            await run_call(self._bot.delete_messages(chat, numbers))
        except LetterRefusedError as refused:
            if len(numbers) == 1:
                return list(numbers) if refused.args[0] == TOO_OLD else []
            middle = len(numbers) // 2
            first = await self._delete_batch(chat, numbers[:middle])
            return first + await self._delete_batch(chat, numbers[middle:])
        return []


async def _message_id(call: Coroutine[None, None, Message | MessageId]) -> int:
    return (await call).message_id


async def _send_part(index: int, call: Coroutine[None, None, int]) -> int:
    """Send one part of a text; a failure after the first is uncertain, so nothing is repeated."""
    try:
        return await run_call(call, may_repeat=False)
    except errors.RetryLaterError:
        if index:
            raise errors.DeliveryUncertainError from None
        raise


def _keyboard(rows: Sequence[Sequence[Button]], prefix: str) -> InlineKeyboardMarkup | None:
    if not rows:
        return None
    tokens = messages.button_token
    return InlineKeyboardMarkup(
        [
            [
                InlineKeyboardButton(fix_text(it.label), callback_data=tokens(it, prefix))
                for it in row
            ]
            for row in rows
        ]
    )


async def _open_topic(bot: Bot, chat: int, body: messages.OpenTopic) -> int:
    async def opened() -> int:
        topic: ForumTopic = await bot.create_forum_topic(chat, _topic_name(body.name))
        return topic.message_thread_id

    return await run_call(opened(), may_repeat=False)


async def _change_topic(
    change: Callable[..., Coroutine[None, None, bool]], chat: int, body: Any
) -> None:
    name = {"name": _topic_name(body.name)} if isinstance(body, messages.EditTopic) else {}
    await _run_unless(TOPIC_UNCHANGED, change(chat, body.thread, **name))


async def _run_unless(unchanged: str, call: Coroutine[None, None, object]) -> None:
    """Run a call that changes something; ignore that it is so already."""
    try:
        await run_call(call)
    except LetterRefusedError as refused:
        if refused.args[0] != unchanged:
            raise


def _topic_arguments(thread: int, reply_to: int = 0) -> dict[str, Any]:
    """Return the arguments that place a message in a topic and make it a reply."""
    arguments: dict[str, Any] = {}
    if thread:
        arguments["message_thread_id"] = thread
    if reply_to:
        arguments["reply_parameters"] = ReplyParameters(reply_to, allow_sending_without_reply=True)
    return arguments


def _mention_arguments(text: str, mentions: Sequence[messages.Mention]) -> dict[str, Any]:
    """Return the arguments that notify staff whose labels occur in the text."""
    entities = []
    for mention in mentions:
        before, label, _ = text.partition(fix_text(mention.label))
        if label and mention.user_id:
            user = User(mention.user_id, label, is_bot=False)
            entities.append(
                MessageEntity("text_mention", utf16_length(before), utf16_length(label), user=user)
            )
    return {"entities": entities} if entities else {}


def _topic_name(words: str) -> str:
    return split_text(fix_text(words), LONGEST_NAME)[0].strip() or NAMELESS
