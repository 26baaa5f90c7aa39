"""What people send beside words, as Telegram hands it over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.conversation import FileRef
from tests.support.dispatch_inspection import place_at, reachable_positions

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.chat_person import ChatPerson

NO = "We cannot keep this kind of message."


KEPT = "We have it. Now back to the question."


MB = 1024 * 1024


def photo(name: str = "f", size: int = 1) -> list[dict[str, Any]]:
    return [
        {"file_id": name, "file_unique_id": f"u{name}", "width": 9, "height": 9, "file_size": size}
    ]


def document(name: str = "f", size: int = 1) -> dict[str, Any]:
    return {
        "file_id": name,
        "file_unique_id": f"u{name}",
        "file_name": f"{name}.pdf",
        "file_size": size,
    }


def put_at_step(home: HotlineHarness, step: str, flow: str = "report") -> ChatPerson:
    person = home.person()
    place_at(person, reachable_positions()[flow, step])
    return person


def handles(thing: object) -> list[str]:
    assert isinstance(thing, tuple | list)
    return [part.handle for part in thing if isinstance(part, FileRef)]


def album(person: ChatPerson, *names: str, group: str = "a1", caption: str = "") -> list[str]:
    parts = [person.message(photo=photo(name), media_group_id=group) for name in names]
    if caption:
        parts[-1]["message"]["caption"] = caption
    return person.send_update(*parts)
