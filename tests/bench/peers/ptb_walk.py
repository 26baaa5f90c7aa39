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

from tests.bench import scripted_conversation
from tests.bench.peers import canned_answers
from tests.bench.update_feed import TOKEN

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
        self.finished += form.get("text") == scripted_conversation.DONE
        return 200, canned_answers.body(url.rsplit("/", 1)[1])


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
        step.name: [_handler(step, following)]
        for step, following in pairwise(scripted_conversation.STEPS)
    }
    states[scripted_conversation.STEPS[-1].name] = [_handler(scripted_conversation.STEPS[-1], None)]
    start = CommandHandler("start", _start)
    with warnings.catch_warnings():
        # It advises against buttons in a conversation of one chat, which is what people use.
        warnings.simplefilter("ignore", PTBUserWarning)
        return ConversationHandler([start], states, [], name=NAME, persistent=persistent)


async def _start(update: Any, context: Any) -> object:
    return await _ask(update, context, scripted_conversation.STEPS[0])


def _handler(step: scripted_conversation.Step, following: scripted_conversation.Step | None) -> Any:
    if step.choices:
        return CallbackQueryHandler(_pressed(step, following), f"^{step.name}:")
    return MessageHandler(_WORDS, _said(step, following))


def _pressed(
    step: scripted_conversation.Step, following: scripted_conversation.Step | None
) -> Answer:
    async def answer(update: Any, context: Any) -> object:
        query = update.callback_query
        context.user_data[step.name] = query.data.partition(":")[2]
        await query.answer()
        return await _ask(update, context, following)

    return answer


def _said(step: scripted_conversation.Step, following: scripted_conversation.Step | None) -> Answer:
    async def answer(update: Any, context: Any) -> object:
        context.user_data[step.name] = update.message.text
        return await _ask(update, context, following)

    return answer


async def _ask(update: Any, context: Any, step: scripted_conversation.Step | None) -> object:
    chat = update.effective_chat.id
    if step is None:
        await context.bot.send_message(chat, scripted_conversation.DONE)
        return ConversationHandler.END
    await context.bot.send_message(chat, step.asks, reply_markup=_keyboard(step))
    return step.name


def _keyboard(step: scripted_conversation.Step) -> InlineKeyboardMarkup | None:
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
