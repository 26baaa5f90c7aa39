"""The checker itself: it knows a wrong call from a right one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.sandbox.methods import METHODS, bot_api_methods
from tests.support.telegram.bot_api_oracle import check, methods

if TYPE_CHECKING:
    import httpx

    from bot.sandbox import Phone, Sandbox

KEYS = '{"inline_keyboard":[[{"text":"a","callback_data":"b"}]]}'


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("sendMessage", {"chat_id": 5, "text": "110"}),
        ("sendMessage", {"chat_id": "5", "text": "x", "reply_markup": KEYS}),
        ("deleteMessages", {"chat_id": 5, "message_ids": [1, 2]}),
        ("deleteMessages", {"chat_id": "5", "message_ids": "[1,2]"}),
        ("getUpdates", {"offset": "5", "timeout": "30", "allowed_updates": '["message"]'}),
        ("sendPhoto", {"chat_id": 5, "photo": "attach://photo"}),
        ("getMe", {}),
    ],
)
def test_a_right_call_passes(method: str, params: dict[str, Any]) -> None:
    assert check(method, params) is None


@pytest.mark.parametrize(
    ("method", "params", "complaint"),
    [
        ("sendThought", {}, "sendThought: no such method"),
        ("sendMessage", {"chat_id": 5, "text": "x", "mood": 1}, "unknown parameter mood"),
        ("sendMessage", {"chat_id": 5}, "text (missing)"),
        ("sendMessage", {"chat_id": 5, "text": ["secret"]}, "text (string_type)"),
        ("deleteMessages", {"chat_id": 5, "message_ids": "secret"}, "message_ids (list_type)"),
        (
            "sendMessage",
            {"chat_id": 5, "text": "x", "reply_markup": '{"inline_keyboard":[[{"label":"a"}]]}'},
            "unknown field inline_keyboard",  # then it is no inline keyboard at all
        ),
        (
            "sendMessage",
            {"chat_id": 5, "text": "x", "reply_markup": KEYS.replace("callback_data", "token")},
            "unknown field token",
        ),
    ],
)
def test_a_wrong_call_is_named_without_its_words(
    method: str, params: dict[str, Any], complaint: str
) -> None:
    found = check(method, params)
    assert found is not None
    assert complaint in found
    assert "secret" not in found


async def test_a_wrong_call_reaches_the_journal(
    raw: httpx.AsyncClient, sandbox: Sandbox, indonesian_person: Phone
) -> None:
    indonesian_person.say("/start")
    await raw.post("sendMessage", json={"chat_id": indonesian_person.id, "text": "x", "mood": 1})
    assert sandbox.calls.complaints == ["sendMessage: unknown parameter mood"]
    sandbox.calls.complaints.clear()


def test_whatever_the_sandbox_answers_both_libraries_know() -> None:
    assert set(METHODS) <= set(methods())
    assert set(METHODS) - {"close"} <= bot_api_methods()
