"""Carries a letter out, and tells what became of it in the words of `bot.errors`.

Plain text only: no markup is ever interpreted, so no text can be refused for its markup. Only what
would be read twice if it were sent twice can end as uncertain; everything else may be repeated.
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
from bot.channels.telegram.fix_unicode import fix_text
from bot.channels.telegram.forum_topics import (
    change_topic,
    mention_arguments,
    open_topic,
    topic_arguments,
)
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
MAX_REMOVALS = 100
"""Messages Telegram deletes in one call."""
MAX_CAPTION = 1024
"""Characters Telegram takes under a file."""
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
BLURRABLE_FILES = frozenset({"photo", "video", "animation"})
"""Files that can be blurred until they are touched."""
UNCAPTIONED_FILES = frozenset({"sticker", "video_note"})
"""Files nothing can be written under."""
FILES = frozenset({"photo", "video", "animation", "voice", "audio", "document", *UNCAPTIONED_FILES})
"""Files that are sent as what they are; any other goes as a document."""


class Sender:
    """Delivers letters through a Bot."""

    def __init__(
        self, bot: Bot, *, quiet: bool = False, recordings: Recordings | None = None
    ) -> None:
        """Prepare to deliver.

        Args:
            bot: ours, with open connections.
            quiet: whether messages arrive without a sound.
            recordings: sends what was recorded of phrases.
        """
        self._bot = bot
        self._quiet = quiet
        self._cleaning = ImageSanitizer()
        self._recordings = recordings or Recordings(bot)
        self._senders: dict[type, Callable[[int, Any], Coroutine[None, None, int | None]]] = {
            SendText: self._say,
            EditText: self._edit,
            Toast: self._toast,
            DeleteMessages: self._remove,
            LeaveGroup: self._leave,
            SendFile: self._enclose,
            SendRecording: self._speak,
            CopyMessage: self._copy,
            SendLocation: self._point,
            SetReaction: self._react,
            OpenTopic: partial(open_topic, bot),
            CloseTopic: partial(change_topic, bot),
            ReopenTopic: partial(change_topic, bot),
            DeleteTopic: partial(change_topic, bot),
            EditTopic: partial(change_topic, bot),
        }

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
            Moved: the group is another one now.
            Gone: the topic is not there, or closed to us.
            Barred: we may not do that in this group, or are not in it.
        """
        way = self._senders.get(type(body))
        if way is None:
            raise LetterRefusedError("not for a channel")
        try:
            return await way(chat, body)
        except ChatBlockedError as blocked:
            if chat > 0:
                raise
            reason = blocked.args[0]
        raise GroupForbiddenError(reason)  # a group has nobody who could block us

    async def _say(self, chat: int, say: SendText) -> int:
        keyboard = _keyboard(say.rows, say.prefix)
        place = topic_arguments(say.thread, say.reply_to)
        texts = [text for text in split_text(fix_text(say.text)) if text.strip()] or [""]
        number = 0
        for index, text in enumerate(texts):
            more = place | mention_arguments(text, say.mentions) if say.mentions else place
            if index == len(texts) - 1:
                more = more | {"reply_markup": keyboard}
            sent = self._send(chat, text, more, rings=say.notifies)
            number = await _send_part(index, sent)
        return number

    def _is_silent(self, chat: int) -> bool:
        """Tell whether a message comes without a sound: in a person's chat others hear it too."""
        return self._quiet or chat > 0

    async def _send(
        self, chat: int, text: str, more: dict[str, Any], *, rings: bool = False
    ) -> int:
        message = await self._bot.send_message(
            chat,
            text,
            parse_mode=None,
            link_preview_options=NO_PREVIEW,
            protect_content=True,
            disable_notification=self._is_silent(chat) and not rings,
            **more,
        )
        return message.message_id

    async def _enclose(self, chat: int, body: SendFile) -> int:
        """Send a file by its handle, or anew; what does not fit under it follows in messages."""
        kind = body.file.kind if body.file.kind in FILES else "document"
        more = topic_arguments(body.thread)
        under, *rest = split_text(fix_text(body.caption), MAX_CAPTION)
        if kind in UNCAPTIONED_FILES:
            under, rest = "", [body.caption] if body.caption else []
        else:
            more["caption"] = under or None
        if kind in BLURRABLE_FILES and body.has_spoiler:
            more["has_spoiler"] = True
        what = await self._load_cleaned(body) if body.name else body.file.handle
        send = getattr(self._bot, f"send_{kind}")
        call = send(
            chat, what, protect_content=True, disable_notification=self._is_silent(chat), **more
        )
        number = await run_call(_message_id(call), may_repeat=False)
        for index, text in enumerate(split_text("".join(rest)), start=1):
            if text.strip():
                await _send_part(index, self._send(chat, text, topic_arguments(body.thread)))
        return number

    async def _speak(self, chat: int, body: SendRecording) -> int:
        return await self._recordings.send(
            chat, body.name, protect_content=True, disable_notification=self._is_silent(chat)
        )

    async def _load_cleaned(self, body: SendFile) -> InputFile:
        """Return a file's bytes under another name; nothing has been sent when this fails.

        A picture is drawn anew: a camera may have written into it where it was taken.
        """
        whole = b"".join([piece async for piece in download(self._bot, body.file.handle)])
        if not whole:
            raise LetterRefusedError("empty")
        if detect_type(whole) in IMAGE_TYPES:
            drawn = await self._cleaning.sanitize(whole)
            if drawn is None:
                raise LetterRefusedError("a picture that cannot be drawn anew")
            whole = drawn
        return InputFile(whole, filename=body.name)

    async def _point(self, chat: int, point: SendLocation) -> int:
        call = self._bot.send_location(
            chat,
            point.latitude,
            point.longitude,
            protect_content=True,
            disable_notification=self._is_silent(chat),
        )
        return await run_call(_message_id(call), may_repeat=False)

    async def _copy(self, chat: int, copy: CopyMessage) -> int:
        call = self._bot.copy_message(
            chat,
            copy.chat,
            copy.message,
            protect_content=True,
            disable_notification=self._is_silent(chat),
            **topic_arguments(copy.thread),
        )
        return await run_call(_message_id(call), may_repeat=False)

    async def _react(self, chat: int, react: SetReaction) -> None:
        """Leave a sign; on a message that is not there any more nobody would see it."""
        call = self._bot.set_message_reaction(chat, react.message, react.sign or None)
        with suppress(LetterRefusedError):
            await run_call(call)

    async def _edit(self, chat: int, edit: EditText) -> None:
        keyboard = _keyboard(edit.rows, edit.prefix)
        if edit.is_caption:
            call = self._bot.edit_message_caption(
                chat,
                edit.message,
                caption=fix_text(edit.text),
                parse_mode=None,
                reply_markup=keyboard,
            )
        else:
            call = self._bot.edit_message_text(
                fix_text(edit.text),
                chat_id=chat,
                message_id=edit.message,
                parse_mode=None,
                link_preview_options=NO_PREVIEW,
                reply_markup=keyboard,
            )
        try:
            await run_call(call)
        except LetterRefusedError as refused:
            if refused.args[0] != MESSAGE_UNCHANGED:
                raise

    async def _toast(self, _: int, toast: Toast) -> None:
        """Acknowledge a press; one too old to be acknowledged has had its effect all the same."""
        text = split_text(fix_text(toast.text), MAX_TOAST)[0] or None
        with suppress(LetterRefusedError):
            await run_call(self._bot.answer_callback_query(toast.press, text))

    async def _leave(self, chat: int, _: LeaveGroup) -> None:
        """Leave a group; not to be in it any more is what was wanted."""
        with suppress(LetterRefusedError, ChatBlockedError):
            await run_call(self._bot.leave_chat(chat))

    async def _remove(self, chat: int, remove: DeleteMessages) -> None:
        left: list[int] = []
        numbers = sorted(set(remove.messages))
        for begin in range(0, len(numbers), MAX_REMOVALS):
            left += await self._remove_some(chat, numbers[begin : begin + MAX_REMOVALS])
        if left:
            raise MessagesTooOldError(tuple(left))

    async def _remove_some(self, chat: int, messages: Sequence[int]) -> list[int]:
        """Remove messages and return those that stay.

        Telegram refuses a whole call for one message that is too old, so halves are tried. What is
        not there any more is as good as removed.
        """
        try:
            await run_call(self._bot.delete_messages(chat, messages))
        except LetterRefusedError as refused:
            if len(messages) == 1:
                return list(messages) if refused.args[0] == TOO_OLD else []
            middle = len(messages) // 2
            first = await self._remove_some(chat, messages[:middle])
            return first + await self._remove_some(chat, messages[middle:])
        return []


async def _message_id(call: Coroutine[None, None, Message | MessageId]) -> int:
    return (await call).message_id


async def _send_part(index: int, call: Coroutine[None, None, int]) -> int:
    """Send a message; all of them again would repeat the beginning."""
    try:
        return await run_call(call, may_repeat=False)
    except RetryLaterError:
        if index:
            raise DeliveryUncertainError from None
        raise


def _keyboard(rows: Sequence[Sequence[Button]], prefix: str) -> InlineKeyboardMarkup | None:
    if not rows:
        return None
    return InlineKeyboardMarkup(
        [
            [
                InlineKeyboardButton(
                    fix_text(button.label), callback_data=button_token(button, prefix)
                )
                for button in row
            ]
            for row in rows
        ]
    )
