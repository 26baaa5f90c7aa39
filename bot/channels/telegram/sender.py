"""Carries a letter out, and tells what became of it in the words of `bot.errors`.

Plain text only: no markup is ever interpreted, so no text can be refused for its markup. Only what
would be read twice if it were sent twice can end as uncertain; everything else may be repeated.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, InputFile, LinkPreviewOptions

from bot.cases.evidence.file_type import PICTURES, looks_like
from bot.cases.evidence.image_sanitizer import Cleaning
from bot.channels.telegram.delivery_errors import TOO_OLD, UNCHANGED, outcome
from bot.channels.telegram.file_download import fetch
from bot.channels.telegram.fix_unicode import mend
from bot.channels.telegram.forum_topics import change, named, open_topic, placed
from bot.channels.telegram.split_text import pieces
from bot.channels.telegram.voice_cache import Recordings
from bot.errors import Barred, Blocked, Refused, TooOld, TryLater, Uncertain
from bot.messages import (
    Body,
    Button,
    CloseTopic,
    Copy,
    DeleteTopic,
    Edit,
    EditTopic,
    Enclose,
    Leave,
    OpenTopic,
    Point,
    React,
    Remove,
    ReopenTopic,
    Say,
    Spoken,
    Toast,
    token_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence
    from typing import Any

    from telegram import Bot, Message, MessageId

TOAST = 200
"""Characters Telegram shows in a toast."""
REMOVALS = 100
"""Messages Telegram deletes in one call."""
CAPTION = 1024
"""Characters Telegram takes under a file."""
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
VEILED = frozenset({"photo", "video", "animation"})
"""Files that can be blurred until they are touched."""
WORDLESS = frozenset({"sticker", "video_note"})
"""Files nothing can be written under."""
FILES = frozenset({"photo", "video", "animation", "voice", "audio", "document", *WORDLESS})
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
        self._cleaning = Cleaning()
        self._recordings = recordings or Recordings(bot)
        self._ways: dict[type, Callable[[int, Any], Coroutine[None, None, int | None]]] = {
            Say: self._say,
            Edit: self._edit,
            Toast: self._toast,
            Remove: self._remove,
            Leave: self._leave,
            Enclose: self._enclose,
            Spoken: self._speak,
            Copy: self._copy,
            Point: self._point,
            React: self._react,
            OpenTopic: partial(open_topic, bot),
            CloseTopic: partial(change, bot),
            ReopenTopic: partial(change, bot),
            DeleteTopic: partial(change, bot),
            EditTopic: partial(change, bot),
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
        way = self._ways.get(type(body))
        if way is None:
            raise Refused("not for a channel")
        try:
            return await way(chat, body)
        except Blocked as blocked:
            if chat > 0:
                raise
            reason = blocked.args[0]
        raise Barred(reason)  # a group has nobody who could block us

    async def _say(self, chat: int, say: Say) -> int:
        keyboard = _keyboard(say.rows, say.prefix)
        place = placed(say.thread, say.answers)
        texts = [text for text in pieces(mend(say.text)) if text.strip()] or [""]
        number = 0
        for index, text in enumerate(texts):
            more = place | named(text, say.mentions) if say.mentions else place
            if index == len(texts) - 1:
                more = more | {"reply_markup": keyboard}
            sent = self._send(chat, text, more, rings=say.rings)
            number = await _one_of_several(index, sent)
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

    async def _enclose(self, chat: int, body: Enclose) -> int:
        """Send a file by its handle, or anew; what does not fit under it follows in messages."""
        kind = body.file.kind if body.file.kind in FILES else "document"
        more = placed(body.thread)
        under, *rest = pieces(mend(body.caption), CAPTION)
        if kind in WORDLESS:
            under, rest = "", [body.caption] if body.caption else []
        else:
            more["caption"] = under or None
        if kind in VEILED and body.is_veiled:
            more["has_spoiler"] = True
        what = await self._anew(body) if body.name else body.file.handle
        send = getattr(self._bot, f"send_{kind}")
        call = send(
            chat, what, protect_content=True, disable_notification=self._is_silent(chat), **more
        )
        number = await outcome(_number_of(call), may_repeat=False)
        for index, text in enumerate(pieces("".join(rest)), start=1):
            if text.strip():
                await _one_of_several(index, self._send(chat, text, placed(body.thread)))
        return number

    async def _speak(self, chat: int, body: Spoken) -> int:
        return await self._recordings.send(
            chat, body.name, protect_content=True, disable_notification=self._is_silent(chat)
        )

    async def _anew(self, body: Enclose) -> InputFile:
        """Return a file's bytes under another name; nothing has been sent when this fails.

        A picture is drawn anew: a camera may have written into it where it was taken.
        """
        whole = b"".join([piece async for piece in fetch(self._bot, body.file.handle)])
        if not whole:
            raise Refused("empty")
        if looks_like(whole) in PICTURES:
            drawn = await self._cleaning.clean(whole)
            if drawn is None:
                raise Refused("a picture that cannot be drawn anew")
            whole = drawn
        return InputFile(whole, filename=body.name)

    async def _point(self, chat: int, point: Point) -> int:
        call = self._bot.send_location(
            chat,
            point.latitude,
            point.longitude,
            protect_content=True,
            disable_notification=self._is_silent(chat),
        )
        return await outcome(_number_of(call), may_repeat=False)

    async def _copy(self, chat: int, copy: Copy) -> int:
        call = self._bot.copy_message(
            chat,
            copy.chat,
            copy.message,
            protect_content=True,
            disable_notification=self._is_silent(chat),
            **placed(copy.thread),
        )
        return await outcome(_number_of(call), may_repeat=False)

    async def _react(self, chat: int, react: React) -> None:
        """Leave a sign; on a message that is not there any more nobody would see it."""
        call = self._bot.set_message_reaction(chat, react.message, react.sign or None)
        with suppress(Refused):
            await outcome(call)

    async def _edit(self, chat: int, edit: Edit) -> None:
        keyboard = _keyboard(edit.rows, edit.prefix)
        if edit.is_caption:
            call = self._bot.edit_message_caption(
                chat, edit.message, caption=mend(edit.text), parse_mode=None, reply_markup=keyboard
            )
        else:
            call = self._bot.edit_message_text(
                mend(edit.text),
                chat_id=chat,
                message_id=edit.message,
                parse_mode=None,
                link_preview_options=NO_PREVIEW,
                reply_markup=keyboard,
            )
        try:
            await outcome(call)
        except Refused as refused:
            if refused.args[0] != UNCHANGED:
                raise

    async def _toast(self, _: int, toast: Toast) -> None:
        """Acknowledge a press; one too old to be acknowledged has had its effect all the same."""
        text = pieces(mend(toast.text), TOAST)[0] or None
        with suppress(Refused):
            await outcome(self._bot.answer_callback_query(toast.press, text))

    async def _leave(self, chat: int, _: Leave) -> None:
        """Leave a group; not to be in it any more is what was wanted."""
        with suppress(Refused, Blocked):
            await outcome(self._bot.leave_chat(chat))

    async def _remove(self, chat: int, remove: Remove) -> None:
        left: list[int] = []
        numbers = sorted(set(remove.messages))
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
            await outcome(self._bot.delete_messages(chat, messages))
        except Refused as refused:
            if len(messages) == 1:
                return list(messages) if refused.args[0] == TOO_OLD else []
            middle = len(messages) // 2
            first = await self._remove_some(chat, messages[:middle])
            return first + await self._remove_some(chat, messages[middle:])
        return []


async def _number_of(call: Coroutine[None, None, Message | MessageId]) -> int:
    return (await call).message_id


async def _one_of_several(index: int, call: Coroutine[None, None, int]) -> int:
    """Send a message; all of them again would repeat the beginning."""
    try:
        return await outcome(call, may_repeat=False)
    except TryLater:
        if index:
            raise Uncertain from None
        raise


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
