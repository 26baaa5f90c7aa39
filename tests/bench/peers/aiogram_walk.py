"""The walk as a router of aiogram, its states and data in the storage one hands over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aiogram import Bot, Dispatcher, F, Router
from aiogram.client.session.base import BaseSession
from aiogram.filters import CommandStart
from aiogram.fsm.state import State
from aiogram.fsm.storage.base import StorageKey
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from tests.bench import scripted_conversation
from tests.bench.peers import canned_answers
from tests.bench.update_feed import BOT, TOKEN

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from aiogram.fsm.context import FSMContext
    from aiogram.fsm.storage.base import BaseStorage
    from aiogram.methods import TelegramMethod

STATES: Final = {
    step.name: State(step.name, group_name="Walk") for step in scripted_conversation.STEPS
}
WAITS: Final = STATES[scripted_conversation.STEPS[scripted_conversation.STORED].name]
"""Where the stored conversations wait."""


class NoNetworkSession(BaseSession):
    """The transport, cut off where the default one would call aiohttp."""

    def __init__(self) -> None:
        super().__init__()
        self.finished = 0
        """How many people have heard the last words."""

    async def close(self) -> None:
        """Have nothing to close."""

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[Any],
        timeout: int | None = None,  # noqa: ASYNC109 - aiogram's signature
    ) -> Any:
        """Prepare every value as the default transport does, then answer at once."""
        del timeout
        for value in method.model_dump(warnings=False).values():
            self.prepare_value(value, bot=bot, files={})
        self.finished += getattr(method, "text", None) == scripted_conversation.DONE
        content = canned_answers.body(method.__api_method__).decode()
        return self.check_response(bot=bot, method=method, status_code=200, content=content).result

    async def stream_content(self, *_: Any, **__: Any) -> AsyncGenerator[bytes, None]:
        """Give no bytes: nothing in the walk is a file."""
        yield b""


def dispatcher(storage: BaseStorage) -> Dispatcher:
    """Return a dispatcher that knows the walk."""
    router = Router()
    router.message(CommandStart())(_start)
    for step, following in zip(
        scripted_conversation.STEPS, (*scripted_conversation.STEPS[1:], None), strict=True
    ):
        if step.choices:
            pressed = _pressed(step, following)
            router.callback_query(STATES[step.name], F.data.startswith(f"{step.name}:"))(pressed)
        else:
            router.message(STATES[step.name], F.text)(_said(step, following))
    knows = Dispatcher(storage=storage)
    knows.include_router(router)
    return knows


def bot(session: NoNetworkSession) -> Bot:
    """Return a bot on this transport."""
    return Bot(TOKEN, session=session)


def key(person: int) -> StorageKey:
    """Return under what name a person's state is kept."""
    return StorageKey(bot_id=int(str(BOT["id"])), chat_id=person, user_id=person)


async def _start(message: Message, state: FSMContext) -> None:
    await _ask(message, state, scripted_conversation.STEPS[0])


def _pressed(step: scripted_conversation.Step, following: scripted_conversation.Step | None) -> Any:
    async def answer(query: CallbackQuery, state: FSMContext) -> None:
        await state.update_data({step.name: str(query.data).partition(":")[2]})
        await query.answer()
        await _ask(query.message, state, following)

    return answer


def _said(step: scripted_conversation.Step, following: scripted_conversation.Step | None) -> Any:
    async def answer(message: Message, state: FSMContext) -> None:
        await state.update_data({step.name: message.text})
        await _ask(message, state, following)

    return answer


async def _ask(message: Any, state: FSMContext, step: scripted_conversation.Step | None) -> None:
    if step is None:
        await message.answer(scripted_conversation.DONE)
        await state.clear()
        return
    await message.answer(step.asks, reply_markup=_keyboard(step))
    await state.set_state(STATES[step.name])


def _keyboard(step: scripted_conversation.Step) -> InlineKeyboardMarkup | None:
    if not step.choices:
        return None
    return InlineKeyboardMarkup(
        inline_keyboard=[
            [
                InlineKeyboardButton(text=label, callback_data=f"{step.name}:{code}")
                for label, code in row
            ]
            for row in step.choices
        ]
    )
