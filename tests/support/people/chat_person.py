"""A person in a chat, as tests drive them: what they do goes in as Telegram's own JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bot.messages import button_token

if TYPE_CHECKING:
    from bot.messages import Button, SendText
    from tests.support.harnesses.hotline_harness import HotlineHarness


class ChatPerson:
    """One person and their private chat with the bot."""

    def __init__(self, home: HotlineHarness, number: int, language: str) -> None:
        self.home = home
        self.id = number
        self.account: dict[str, Any] = {"id": number, "is_bot": False, "first_name": "Sari"}
        if language:
            self.account["language_code"] = language
        self._message = 0
        self._press = 0

    # What they see

    @property
    def screen(self) -> list[SendText]:
        """What the chat shows now of the bot, oldest first."""
        return list(self.home.post.chats[self.id].values())

    @property
    def texts(self) -> list[str]:
        return [say.text for say in self.screen]

    @property
    def last(self) -> str:
        """The newest text."""
        return self.texts[-1]

    def asked(self) -> tuple[int, SendText]:
        """The newest message with buttons, and its number."""
        shown = self.home.post.chats[self.id]
        return next((number, say) for number, say in reversed(shown.items()) if say.rows)

    def buttons(self) -> list[Button]:
        return [button for row in self.asked()[1].rows for button in row]

    def labels(self) -> list[str]:
        return [button.label for button in self.buttons()]

    def token(self, label: str) -> str:
        """The token of a button under the newest question, by its label or a part of it."""
        prefix = self.asked()[1].prefix
        named = [it for it in self.buttons() if it.label.lstrip("✓ 0123456789") == label]
        found = named or [it for it in self.buttons() if label in it.label]
        assert len(found) == 1, f"{len(found)} buttons hold {label!r}: {self.labels()}"
        return button_token(found[0], prefix)

    @property
    def toasts(self) -> list[str]:
        return [toast.text for chat, toast in self.home.post.toasts if chat == self.id]

    # What they do

    def send_update(self, *updates: dict[str, Any]) -> list[str]:
        """Send updates together, in one batch, and return what is said then."""
        before = len(self.home.post.texts(self.id))
        self.home.receives(*updates)
        return self.home.post.texts(self.id)[before:]

    def says(self, *lines: str) -> list[str]:
        """Write lines, one after the other, and return what was said to the last.

        A question of consent is read first: words that are sent before answer none.
        """
        heard: list[str] = []
        for line in lines:
            self.home.let_read(self.id)
            heard = self.send_update(self.words(line))
        return heard

    def presses(self, *labels: str) -> list[str]:
        """Press buttons under the newest question, one after the other, by part of the label."""
        heard: list[str] = []
        for label in labels:
            heard = self.send_update(self.press(self.token(label)))
        return heard

    def sends(self, **content: Any) -> list[str]:
        return self.send_update(self.message(**content))

    # The updates themselves

    def message(self, field: str = "message", **content: Any) -> dict[str, Any]:
        self._message += 1
        return {
            field: {
                "message_id": self._message,
                "date": self.home.seconds(),
                "chat": {"id": self.id, "type": "private"},
                "from": self.account,
                **content,
            }
        }

    def words(self, text: str) -> dict[str, Any]:
        return self.message(text=text)

    def edit(self, text: str, **content: Any) -> dict[str, Any]:
        return self.message("edited_message", text=text, edit_date=self.home.seconds(), **content)

    def press(self, token: str, message: int | None = None) -> dict[str, Any]:
        self._press += 1
        number = self.asked()[0] if message is None else message
        return {
            "callback_query": {
                "id": str(self._press),
                "from": self.account,
                "message": {
                    "message_id": number,
                    "date": self.home.seconds(),
                    "chat": {"id": self.id, "type": "private"},
                },
                "chat_instance": "1",
                "data": token,
            }
        }

    def membership(self, status: str) -> dict[str, Any]:
        return {
            "my_chat_member": {
                "chat": {"id": self.id, "type": "private"},
                "from": self.account,
                "date": self.home.seconds(),
                "new_chat_member": {"status": status, "user": {"id": 7, "is_bot": True}},
            }
        }


def update_json(number: int, update: dict[str, Any]) -> bytes:
    """Return an update as Telegram would write it."""
    return json.dumps({"update_id": number, **update}).encode()
