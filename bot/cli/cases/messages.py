"""The messages of a case at the terminal, for a caseworker whose keys open it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.text import Text as Line

from bot.app.texts import build_phrasebook, build_system_texts
from bot.cases.escape_text import escape_line
from bot.cases.queries import display_text, find_case_id
from bot.clock import to_utc
from bot.conversation import FlowRegistry
from bot.conversation.question_names import name_question, question_name
from bot.desks.web.case.message_view import ARRIVED, delivery_states
from bot.desks.web.texts import DELIVERY_STATES, WRITTEN_AT
from bot.hotline.chat.messages import CaseMessage, CaseMessageKind, CaseMessages, MessageSide
from bot.hotline.chat.phrase_edits import PhraseEdits
from bot.hotline.staff.staff import Staff
from bot.languages import STAFF_LANGUAGES, catalogue
from flows import ALL_FLOWS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from rich.console import Console

    from bot.cli.deployment import Deployment
    from bot.desks.web.case.message_view import Delivery
    from bot.store.writer import Work
    from bot.text import Catalogue
    from bot.vault.keys.keyring import Keyring

UNCONFIRMED = "it is unknown who wrote this"
CHANGED = "changed to:"


def load_messages(
    deployment: Deployment, reference: str, keyring: Keyring, language: str
) -> list[dict[str, Any]]:
    """Return the messages and notes of a case, as JSON has them.

    They stand in the order in which the person saw them; last those that wait to be sent. A change
    of a message is one of its own: both wordings are kept.
    """
    settings, vault = deployment.settings, deployment.vault
    book = build_phrasebook(settings, build_system_texts(settings), PhraseEdits(vault))
    tag = language if language in STAFF_LANGUAGES else "en"
    words = catalogue(tag, "staff")

    registry = FlowRegistry(ALL_FLOWS)

    def text_of(it: CaseMessage) -> str:
        content = it.content
        if content.code:
            return book.text_for_staff(content, tag)
        question = registry.question(*content.asked.split(".", 1)) if content.asked else None
        if question is None:
            return content.text
        name = question_name(question.short, catalogue(tag), settings.organisation)
        return name_question(content.text, question.short, name)

    def load(work: Work) -> list[dict[str, Any]]:
        case = find_case_id(work, reference)
        if case is None:
            return []
        book.load(work)
        names = {it.id: it.name for it in Staff(vault).all(work)}
        found = CaseMessages.of_case(work, case, vault.cases.opener(case, keyring))
        reached = delivery_states(work, found)
        return [
            _as_json(it, names, display_text(text_of(it), words), state)
            for it, state in in_order_seen(found, reached)
        ]

    return deployment.run(load)


def in_order_seen(
    written: Sequence[CaseMessage], reached: Mapping[int, Delivery]
) -> list[tuple[CaseMessage, str | None]]:
    """Return messages in the order in which the person saw them, each with how far it has come.

    That is None for what arrived and for what is not sent; else a key of `texts.DELIVERY_STATES`.
    """
    found = []
    for it in written:
        delivery = reached.get(it.letter or 0, ARRIVED)
        is_waiting = it.state is None and delivery.is_waiting
        state = it.state or (None if delivery == ARRIVED else delivery.state)
        found.append(((is_waiting, it.seen_at, it.id), it, state))
    return [(it, state) for _place, it, state in sorted(found, key=lambda each: each[0])]


def _as_json(
    it: CaseMessage, names: Mapping[str, str], text: str, state: str | None
) -> dict[str, Any]:
    content = it.content
    is_place = content.latitude is not None
    return {
        "at": to_utc(it.at).isoformat(), "seen_at": to_utc(it.seen_at).isoformat(),
        "from": it.side.value,
        "author": names.get(it.author, it.author), "kind": it.kind.value, "text": text,
        "files": [file.kind for file in content.files],
        "location": [content.latitude, content.longitude] if is_place else None,
        "is_unconfirmed": content.unconfirmed, "state": state,
    }  # fmt: skip


def print_messages(
    console: Console, messages: Sequence[Mapping[str, Any]], zone: ZoneInfo, words: Catalogue
) -> None:
    """Print messages below a case, each as a line or a paragraph of its own."""
    for line in message_lines(messages, zone, words):
        console.print(line)  # one at a time: together they would be one paragraph


def message_lines(
    messages: Sequence[Mapping[str, Any]], zone: ZoneInfo, words: Catalogue
) -> Iterator[Line]:
    """Yield the lines that stand below a case; how far a message has come stands in these words."""
    if messages:
        yield Line("\nMessages and notes", style="bold")
    for it in messages:
        written, at = (_minute(it[name], zone) for name in ("at", "seen_at"))
        who = escape_line(" ".join(filter(None, (it["from"], it["author"]))))
        parts = [*_parts(it, words)]
        if it["from"] == MessageSide.PERSON.value and written != at:
            parts.append(f"({WRITTEN_AT.render(words, {'time': written})})")
        yield Line(f"  {at}  {who}: {' '.join(filter(None, parts))}")


def _minute(moment: str, zone: ZoneInfo) -> str:
    return f"{datetime.fromisoformat(moment).astimezone(zone):%Y-%m-%d %H:%M}"


def _state_name(state: str, words: Catalogue) -> str:
    """Return how far a message has come, as the desk says it."""
    return DELIVERY_STATES[state].render(words) if state in DELIVERY_STATES else state


def _parts(it: Mapping[str, Any], words: Catalogue) -> Iterator[str]:
    yield CHANGED if it["kind"] == CaseMessageKind.EDIT.value else ""
    yield it["text"]
    yield from (f"[{escape_line(kind)}]" for kind in it["files"])
    if it["location"] is not None:
        yield "{:.5f}, {:.5f}".format(*it["location"])
    yield f"({_state_name(it['state'], words)})" if it["state"] else ""
    yield f"({UNCONFIRMED})" if it["is_unconfirmed"] else ""
