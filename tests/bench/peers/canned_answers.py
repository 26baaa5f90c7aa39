"""What Telegram answers, word for word the same each time."""

from __future__ import annotations

import json
from typing import Final

from tests.bench import scripted_conversation
from tests.bench.update_feed import BOT, FIRST_PERSON, sent

_ME: Final = {
    **BOT,
    "can_join_groups": False,
    "can_read_all_group_messages": False,
    "supports_inline_queries": False,
}
_RESULTS: Final = {"getMe": _ME, "answerCallbackQuery": True}
_MESSAGE: Final = sent(FIRST_PERSON, 77, scripted_conversation.STEPS[2])


def _body(result: object) -> bytes:
    return json.dumps({"ok": True, "result": result}, ensure_ascii=False).encode()


_BODIES: Final = {method: _body(result) for method, result in _RESULTS.items()}
_MESSAGE_BODY: Final = _body(_MESSAGE)


def body(method: str) -> bytes:
    """Return the whole answer to one call of this method."""
    return _BODIES.get(method, _MESSAGE_BODY)
