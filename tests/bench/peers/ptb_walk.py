"""The walk as a `ConversationHandler` of python-telegram-bot."""

from __future__ import annotations

import warnings
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ConversationHandler,
    MessageHandler,
    filters,
)
from telegram.request import BaseRequest, RequestData
from telegram.warnings import PTBUserWarning

from tests.bench import walk
from tests.bench.feed import TOKEN
from tests.bench.peers import canned

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from telegram.ext import BasePersistence

    # `Any` for the update and its context: their own types allow for an update without a message.
    Answer = Callable[[Any, Any], Coroutine[Any, Any, object]]
    App = Application[Any, Any, Any, Any, Any, Any]

NAME: Final = "walk"
_WORDS: Final = filters.TEXT & ~filters.COMMAND


class NoNetworkRequest(BaseRequest):
    """The transport, cut off where the default one would call httpx."""

    def __init__(self) -> None:
        self.finished = 0
        """How many people have heard the last words."""

    @property
    def read_timeout(self) -> float:
        """Return what nobody waits for."""
        return 5.0

    async def initialize(self) -> None:
        """Have nothing to open."""

    async def shutdown(self) -> None:
        """Have nothing to close."""

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_: Any, **__: Any
    ) -> tuple[int, bytes]:
        """Build the form as the default transport does, then answer at once."""
        del method
        form = request_data.json_parameters if request_data else {}
        self.finished += form.get("text") == walk.DONE
        return 200, canned.body(url.rsplit("/", 1)[1])


def application(
    request: NoNetworkRequest, persistence: BasePersistence[Any, Any, Any] | None = None
) -> App:
    """Return an application without updater and job queue, its one handler in place."""
    builder = (
        Application.builder().token(TOKEN).request(request).get_updates_request(NoNetworkRequest())
    )
    builder = builder.updater(None).job_queue(None)  # type: ignore[arg-type]
    if persistence is not None:
        builder = builder.persistence(persistence)
    app = builder.build()
    app.add_handler(conversation(persistent=persistence is not None))
    return app


def conversation(*, persistent: bool) -> ConversationHandler[Any]:
    """Return the whole walk as one handler."""
    states: dict[object, Any] = {
        step.name: [_handler(step, following)] for step, following in pairwise(walk.STEPS)
    }
    states[walk.STEPS[-1].name] = [_handler(walk.STEPS[-1], None)]
    start = CommandHandler("start", _start)
    with warnings.catch_warnings():
        # It advises against buttons in a conversation of one chat, which is what people use.
        warnings.simplefilter("ignore", PTBUserWarning)
        return ConversationHandler([start], states, [], name=NAME, persistent=persistent)


async def _start(update: Any, context: Any) -> object:
    return await _ask(update, context, walk.STEPS[0])


def _handler(step: walk.Step, following: walk.Step | None) -> Any:
    if step.choices:
        return CallbackQueryHandler(_pressed(step, following), f"^{step.name}:")
    return MessageHandler(_WORDS, _said(step, following))


def _pressed(step: walk.Step, following: walk.Step | None) -> Answer:
    async def answer(update: Any, context: Any) -> object:
        query = update.callback_query
        context.user_data[step.name] = query.data.partition(":")[2]
        await query.answer()
        return await _ask(update, context, following)

    return answer


def _said(step: walk.Step, following: walk.Step | None) -> Answer:
    async def answer(update: Any, context: Any) -> object:
        context.user_data[step.name] = update.message.text
        return await _ask(update, context, following)

    return answer


async def _ask(update: Any, context: Any, step: walk.Step | None) -> object:
    chat = update.effective_chat.id
    if step is None:
        await context.bot.send_message(chat, walk.DONE)
        return ConversationHandler.END
    await context.bot.send_message(chat, step.asks, reply_markup=_keyboard(step))
    return step.name


def _keyboard(step: walk.Step) -> InlineKeyboardMarkup | None:
    if not step.choices:
        return None
    return InlineKeyboardMarkup(
        [
            [
                InlineKeyboardButton(label, callback_data=f"{step.name}:{code}")
                for label, code in row
            ]
            for row in step.choices
        ]
    )
