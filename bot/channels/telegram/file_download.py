"""Download of a file that a person sent, in chunks that the caller encrypts as they arrive.

The URL of a file contains the token, so it is never logged and no error carries it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from telegram.error import BadRequest, TelegramError

from bot.channels.telegram.aiohttp_request import AiohttpRequest
from bot.channels.telegram.delivery_errors import delivery_error
from bot.errors import DeliveryError, FileTooLargeError, LetterRefusedError, RetryLaterError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from telegram import Bot

MAX_FILE_SIZE = 20 * 1024 * 1024
"""Bytes Telegram lets a bot download."""
STALL_TIMEOUT = 30.0
"""Seconds without a byte after which a download is aborted, to be tried again."""
TOO_BIG = "too big"


async def download(
    bot: Bot,
    handle: str,
    size_limit: int = MAX_FILE_SIZE,
    *,
    unique: str = "",
    stall: float = STALL_TIMEOUT,
) -> AsyncIterator[bytes]:
    """Yield the bytes of a file: `File.handle`, `File.unique`; at most `size_limit` bytes.

    The stated size is trusted only where it is too large; the received bytes are counted. Another
    file under the same handle is refused. `stall` seconds may pass without a byte.

    Raises:
        FileTooLargeError: it is too big.
        LetterRefusedError: it is not the file that was sent.
        RetryLaterError: the download is incomplete; start again.
    """
    url, stated_size = await _locate(bot, handle, size_limit, unique)
    request = bot.request
    if not isinstance(request, AiohttpRequest):
        raise TypeError("files are downloaded over aiohttp")
    received = 0
    failure: DeliveryError | None = None
    try:
        async for chunk in request.stream(url, stall=stall):
            received += len(chunk)
            if received > size_limit:
                failure = FileTooLargeError(TOO_BIG)
                break
            yield chunk
    except TelegramError:
        failure = RetryLaterError()
    if failure is None and received < stated_size:
        failure = RetryLaterError()
    if failure is not None:
        raise failure


async def _locate(bot: Bot, handle: str, size_limit: int, unique: str) -> tuple[str, int]:
    """Return the URL and the stated size of a file."""
    try:
        file = await bot.get_file(handle)
    except BadRequest as error:
        is_too_big = "too big" in str(error).lower()
        failure: DeliveryError = LetterRefusedError("no such file")
        if is_too_big:
            failure = FileTooLargeError(TOO_BIG)
    except TelegramError as error:
        failure = delivery_error(error, may_repeat=True)
    except (LookupError, TypeError, ValueError, AttributeError):
        failure = RetryLaterError()
    else:
        size = file.file_size or 0
        if size > size_limit:
            raise FileTooLargeError(TOO_BIG)
        if unique and file.file_unique_id != unique:
            raise LetterRefusedError("another file")
        if not (file.file_path or "").startswith(f"{bot.base_file_url}/"):
            raise RetryLaterError
        return file.file_path or "", size
    raise failure


@dataclass(frozen=True)
class TelegramFiles:
    """The files of one bot, as a file source of `bot.cases.evidence`."""

    bot: Bot

    def fetch(self, handle: str, unique: str) -> AsyncIterator[bytes]:
        """Yield the bytes of a file; see `download`."""
        return download(self.bot, handle, unique=unique)
