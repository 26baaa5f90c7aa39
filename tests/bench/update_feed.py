"""The updates: people who walk the conversation side by side, as the JSON bytes Telegram sends.

Everybody takes the first step, then everybody the second, and so on: neighbours in the feed are
always different people, so that many updates in flight never overtake each other in one chat.
The same arguments give the same bytes.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from tests.bench import scripted_conversation

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST_PERSON: Final = 10_000_000
FIRST_UPDATE: Final = 900_000_000
SENT_AT: Final = 1_790_000_000
TOKEN: Final = "123456:not-a-token-of-anybody-at-all-000000"  # noqa: S105 - nobody's
BOT: Final = {"id": 123456, "is_bot": True, "first_name": "Haven", "username": "haven_bench_bot"}


class UpdateFeed:
    """Hands out walks; no person and no update number comes twice."""

    def __init__(
        self, press: Callable[[int, scripted_conversation.Step], str] = scripted_conversation.press
    ) -> None:
        """`press` gives the callback data of a person's answer to a step."""
        self._press = press
        self._person = FIRST_PERSON
        self._update = FIRST_UPDATE

    def walks(self, people: int) -> list[bytes]:
        """Return everything `people` new people send, step by step."""
        persons = range(self._person, self._person + people)
        self._person += people
        raws = [self._start(person) for person in persons]
        for step in scripted_conversation.STEPS:
            raws += [self._answer(person, step) for person in persons]
        return raws

    def _start(self, person: int) -> bytes:
        command = {"offset": 0, "length": len("/start"), "type": "bot_command"}
        return self._message(person, "/start", entities=[command])

    def _answer(self, person: int, step: scripted_conversation.Step) -> bytes:
        if not step.choices:
            return self._message(person, f"{step.answer}, {_own_word(person)}")
        number = self._next()
        press = {
            "id": str(4_382_000_000_000 + number),
            "from": _account(person),
            "message": sent(person, number - 1, step),
            "chat_instance": "-3918374651234567890",
            "data": self._press(person, step),
        }
        return _bytes({"update_id": number, "callback_query": press})

    def _message(self, person: int, text: str, **more: Any) -> bytes:
        number = self._next()
        message = {
            "message_id": number,
            "from": _account(person),
            "chat": _chat(person),
            "date": SENT_AT,
            "text": text,
            **more,
        }
        return _bytes({"update_id": number, "message": message})

    def _next(self) -> int:
        self._update += 1
        return self._update


def sent(person: int, number: int, step: scripted_conversation.Step) -> dict[str, Any]:
    """Return a message of the bot's as Telegram shows it, buttons included."""
    rows = [
        [{"text": label, "callback_data": f"{step.name}:{code}"} for label, code in row]
        for row in step.choices
    ]
    message = {"message_id": number, "from": BOT, "chat": _chat(person), "date": SENT_AT}
    return {**message, "text": step.asks, "reply_markup": {"inline_keyboard": rows}}


def _own_word(person: int) -> str:
    """Return a word that only this person writes: no text comes twice, as none does in life."""
    return "".join(chr(ord("a") + int(digit)) for digit in str(person))


def _account(person: int) -> dict[str, Any]:
    return {
        "id": person,
        "is_bot": False,
        "first_name": "Siti",
        "last_name": "K",
        "username": f"person{person}",
        "language_code": "id",
    }


def _chat(person: int) -> dict[str, Any]:
    account = _account(person)
    names = {name: account[name] for name in ("id", "first_name", "last_name", "username")}
    return {**names, "type": "private"}


def _bytes(update: dict[str, Any]) -> bytes:
    return json.dumps(update, ensure_ascii=False).encode()
